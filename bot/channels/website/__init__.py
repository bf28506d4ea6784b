"""The public door: the channel that the website's chat talks to. In credentials.yml: `bot.channels.website.WebsiteInput`."""

from bot.channels.website.channel import WebsiteInput

__all__ = ["WebsiteInput"]
