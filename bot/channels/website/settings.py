"""Settings of the website channel, read once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import limits
from rasa.core.utils import AvailableEndpoints

from bot.channels.website.limits import SharedLimits
from bot.conversations import ConversationSettings
from bot.locks.settings import RedisLockSettings
from bot.settings import BotSettings, SettingsError

_ROOT = Path(__file__).parents[3]
Limit = limits.RateLimitItem | None
_SHORTEST_KEY = 20


@dataclass(frozen=True)
class WebsiteSettings:
    """How the website channel serves.

    Attributes:
        bot: the server's settings.
        conversations: where conversations are kept.
        origins: pages on other hosts that may use it.
        seconds: a reply that takes longer is the line.
        sessions: conversations that one address may begin; None: any number.
        messages: messages of one conversation.
        requests: requests of any kind from one address.
        widget: the built bundle.
        demo: folder of the demo page.
        shared_limits: where workers count together; None: each for itself.
    """

    bot: BotSettings
    conversations: ConversationSettings
    origins: frozenset[str]
    seconds: float
    sessions: Limit
    messages: Limit
    requests: Limit
    widget: Path
    demo: Path
    shared_limits: SharedLimits | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ, credentials: Mapping[str, object] | None = None) -> WebsiteSettings:
        """Read `WEBSITE_ORIGINS`, `WEBSITE_SESSIONS_LIMIT`, `WEBSITE_MESSAGES_LIMIT`, `WEBSITE_REQUESTS_LIMIT`,
        `WEBSITE_LIMITS_STORE`, `WEBSITE_LIMITS_KEY`, `WEBSITE_WIDGET`, `WEBSITE_DEMO`, and what the server and the conversation store read.

        Args:
            environ: the environment.
            credentials: the channel's part of credentials.yml: `reply_within`, `widget`, `demo`.

        Raises:
            SettingsError: for a value that cannot be used.
        """
        given = dict(credentials or {})
        unknown = sorted(set(given) - {"reply_within", "widget", "demo"})
        if unknown:
            raise SettingsError(f"credentials.yml: the website channel knows no '{unknown[0]}'; use reply_within, widget or demo")
        bot = BotSettings.read(environ)
        return cls(
            bot=bot,
            conversations=ConversationSettings.read(environ),
            origins=_origins(environ.get("WEBSITE_ORIGINS", "")),
            seconds=_seconds(given.get("reply_within", environ.get("ASSISTANT_REPLY_WITHIN", "15"))),
            sessions=_limit(environ, "WEBSITE_SESSIONS_LIMIT", "60/hour"),
            messages=_limit(environ, "WEBSITE_MESSAGES_LIMIT", "20/minute"),
            requests=_limit(environ, "WEBSITE_REQUESTS_LIMIT", "300/minute"),
            widget=_ROOT / str(given.get("widget", environ.get("WEBSITE_WIDGET", "web/widget/dist/widget.js"))),
            demo=_ROOT / str(given.get("demo", environ.get("WEBSITE_DEMO", "web/demo"))),
            shared_limits=_shared_limits(environ, bot.endpoints),
        )


def _shared_limits(environ: Mapping[str, str], endpoints: str) -> SharedLimits | None:
    store = environ.get("WEBSITE_LIMITS_STORE", "").strip() or "process"
    if store not in {"process", "redis"}:
        raise SettingsError(f"WEBSITE_LIMITS_STORE is '{store}'; use 'process', or 'redis' for the Redis of lock_store in {endpoints}")
    if store == "process":
        return None
    key = environ.get("WEBSITE_LIMITS_KEY", "").strip()
    if len(key) < _SHORTEST_KEY:
        wanted = f"{_SHORTEST_KEY} characters or more, the same for all workers"
        raise SettingsError(f"WEBSITE_LIMITS_KEY has {len(key)} characters; WEBSITE_LIMITS_STORE=redis needs {wanted}")
    locks = AvailableEndpoints.read_endpoints(endpoints).lock_store
    if locks is None or locks.type != "bot.locks.RedisLockStore":
        raise SettingsError(
            f"WEBSITE_LIMITS_STORE is 'redis', and {endpoints} has no Redis for locks; set its lock_store to bot.locks.RedisLockStore"
        )
    return SharedLimits(RedisLockSettings.read(locks.url, locks.kwargs), key)


def _origins(listed: str) -> frozenset[str]:
    origins = {origin.strip() for origin in listed.split(",")} - {""}
    for origin in origins:
        if not _is_origin(origin):
            raise SettingsError(
                f"WEBSITE_ORIGINS has '{origin}'; give whole origins, scheme and host and no path, comma separated: https://www.hospital.org"
            )
    return frozenset(origins)


def _is_origin(text: str) -> bool:
    """Whether a browser could send it as an origin: in lower case, without a path, without the scheme's own port."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.hostname or port in {80 if parts.scheme == "http" else 443}:
        return False
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return text.isascii() and text == f"{parts.scheme}://{host}" + (f":{port}" if port else "") and "*" not in text


def _seconds(given: object) -> float:
    try:
        seconds = float(str(given))
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 300:
        raise SettingsError(f"reply_within (or ASSISTANT_REPLY_WITHIN) is '{given}'; give seconds from 0.1 to 300")
    return seconds


def _limit(environ: Mapping[str, str], name: str, default: str) -> Limit:
    given = environ.get(name, default).strip()
    if given == "off":
        return None
    try:
        limit = limits.parse(given)
    except ValueError as error:
        raise SettingsError(f"{name} is '{given}'; give a number per second, minute, hour or day such as {default}, or 'off'") from error
    if limit.amount < 1:
        raise SettingsError(f"{name} is '{given}'; nobody could come in; give at least 1, or 'off'")
    return limit
