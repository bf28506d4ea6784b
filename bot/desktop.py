"""Opens the demo page in the browser of a person who starts the assistant at a desktop; never on a server or in CI."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping

from bot.settings import BotSettings

#: One of these is set where nobody sits before the screen: CI, a login from elsewhere.
_NOBODY = ("CI", "SSH_CONNECTION", "SSH_TTY")
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def at_a_desktop(settings: BotSettings, environ: Mapping[str, str], platform: str, terminal: bool) -> bool:
    """Whether a person sits at a screen of this machine and has not declined.

    Args:
        settings: the assistant's.
        environ: of the process.
        platform: as `sys.platform` has it.
        terminal: whether what is printed goes to a terminal.
    """
    if not settings.open_page or settings.is_production or not terminal or any(environ.get(name) for name in _NOBODY):
        return False
    return platform == "darwin" or any(environ.get(name) for name in _SCREENS)


def open_page(address: str) -> bool:
    """Open a page in the desktop's browser; False where there is none. One that would take over the terminal is none."""
    try:
        browser = webbrowser.get()
        if type(browser) is webbrowser.GenericBrowser:
            return False
        return browser.open(address)
    except (webbrowser.Error, OSError):
        return False
