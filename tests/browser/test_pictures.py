"""Pictures of the main states, for docs/website.md: kept with UPDATE_SCREENSHOTS=1, else thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, ViewportSize, expect

from tests.browser.chat import CRISIS, PHONE, SURVIVAL, Chat

_MOST_BYTES = 120_000
_BESIDE_THE_PAGE: ViewportSize = {"width": 800, "height": 600}


def _take(chat: Chat, folder: Path, name: str, clip: FloatRect | None = None) -> None:
    path = folder / f"{name}.png"
    chat.page.screenshot(path=path, clip=clip)
    assert 5_000 < path.stat().st_size < _MOST_BYTES


@pytest.mark.browser_context_args(viewport=_BESIDE_THE_PAGE, reduced_motion="reduce")
def test_on_a_desktop(chat: Chat, pictures: Path) -> None:
    chat.visit()
    _take(chat, pictures, "website-closed")
    chat.open()
    _take(chat, pictures, "website-open", {"x": 320, "y": 0, "width": 480, "height": 600})


@pytest.mark.browser_context_args(viewport=PHONE, reduced_motion="reduce")
def test_on_a_phone(chat: Chat, pictures: Path) -> None:
    chat.failures_expected = True
    chat.visit().open()
    turn = chat.ask(SURVIVAL)
    _take(chat, pictures, "website-answer")
    turn.locator(".save").click()
    chat.panel("visit")
    _take(chat, pictures, "website-visit-list")
    chat.page.keyboard.press("Escape")
    chat.on_messages(lambda route: route.abort(), times=1)
    chat.input.fill("what are the symptoms?")
    chat.input.press("Enter")
    expect(chat.find(".retry")).to_be_visible()
    _take(chat, pictures, "website-not-sent")


@pytest.mark.browser_context_args(viewport=PHONE, color_scheme="dark", reduced_motion="reduce")
def test_in_the_dark(chat: Chat, pictures: Path) -> None:
    chat.visit().open()
    chat.ask(CRISIS)
    _take(chat, pictures, "website-safety-dark")
