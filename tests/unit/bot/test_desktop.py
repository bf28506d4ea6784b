"""The demo page opens by itself for a person at a desktop, and for nobody else."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping

import pytest

from bot.desktop import at_a_desktop, open_page
from bot.settings import BotSettings

SCREEN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("settings", "environ", "platform", "terminal", "opens"),
    [
        (BotSettings(), SCREEN, "linux", True, True),
        (BotSettings(), {"WAYLAND_DISPLAY": "wayland-0"}, "linux", True, True),
        (BotSettings(), {}, "darwin", True, True),
        (BotSettings(), {}, "linux", True, False),
        (BotSettings(), SCREEN, "linux", False, False),
        (BotSettings(), {**SCREEN, "CI": "true"}, "linux", True, False),
        (BotSettings(), {**SCREEN, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "linux", True, False),
        (BotSettings(environment="production"), SCREEN, "linux", True, False),
        (BotSettings.read({"ASSISTANT_OPEN": "no"}), SCREEN, "linux", True, False),
    ],
)
def test_who_sees_the_page_open(settings: BotSettings, environ: Mapping[str, str], platform: str, terminal: bool, opens: bool) -> None:
    assert at_a_desktop(settings, environ, platform, terminal) is opens


def test_a_browser_of_the_terminal_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("false"))
    assert open_page("http://localhost:5005/chat/demo") is False


def test_without_a_browser_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> webbrowser.BaseBrowser:
        raise webbrowser.Error("no browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert open_page("http://localhost:5005/chat/demo") is False


def test_the_browser_is_given_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Browser(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            asked.append(url)
            return True

    monkeypatch.setattr(webbrowser, "get", Browser)
    assert open_page("http://localhost:5005/chat/demo") is True
    assert asked == ["http://localhost:5005/chat/demo"]
