"""WCAG 2.2 AA: every state of the chat looked at by axe, and what axe cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.chat import CRISIS, DESKTOP, PHONE, SMALL_PHONE, SURVIVAL, ZOOMED, Chat, violations

_TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def _states(chat: Chat) -> Iterator[str]:
    """Leads the chat through all of its states, one after the other; gives each one's name when it stands."""
    chat.failures_expected = True
    page = chat.page
    chat.visit()
    yield "closed"
    page.route("**/chat/sessions", lambda route: route.abort(), times=1)
    chat.launcher.click()
    expect(chat.find("#unreachable")).to_be_visible()
    yield "unreachable"
    chat.find("#unreachable button").click()
    expect(chat.greeting).to_be_visible()
    yield "open"

    held = chat.hold()
    chat.input.fill(SURVIVAL)
    chat.input.press("Enter")
    expect(chat.find(".typing")).to_be_visible()
    yield "typing"
    held[0].continue_()
    turn = chat.turns.first
    expect(turn.locator('[data-kind="answer"]')).to_be_visible()
    yield "answer"
    turn.locator(".no").click()
    expect(turn.locator("textarea.reason")).to_be_focused()
    yield "feedback form"
    page.keyboard.press("Escape")
    turn.locator(".save").click()
    yield "rated and saved"

    chat.find("#options").click()
    expect(chat.find("#copy")).to_be_focused()
    yield "menu"
    chat.find("#copy").click()
    expect(chat.find("#panel-copy")).to_be_visible()
    yield "text to copy"
    page.keyboard.press("Escape")
    chat.panel("delete")
    yield "confirm delete"
    page.keyboard.press("Escape")
    chat.panel("visit")
    yield "visit list"
    page.evaluate("window.print = () => undefined")
    chat.find("#print").click()
    page.emulate_media(media="print")
    yield "print view"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    chat.find(".remove").click()
    yield "empty visit list"
    page.keyboard.press("Escape")

    chat.ask(CRISIS)
    expect(chat.find('[data-kind="safety"]')).to_be_visible()
    yield "safety"
    chat.on_messages(lambda route: route.abort(), times=1)
    chat.input.fill("not sent")
    chat.input.press("Enter")
    expect(chat.find(".retry")).to_be_visible()
    yield "not sent"
    chat.input.fill("a" * 1001)
    chat.input.press("Enter")
    yield "too long"


def _at(name: str, **more: Any) -> Any:
    """One setting of the browser."""
    return pytest.param(name, id=name, marks=pytest.mark.browser_context_args(**{"reduced_motion": "reduce", **more}))


@pytest.mark.parametrize(
    "setting",
    [
        _at("desktop", viewport=DESKTOP),
        _at("phone", **_TOUCH),
        _at("small phone, dark", viewport=SMALL_PHONE, color_scheme="dark"),
        _at("forced colours", viewport=DESKTOP, forced_colors="active"),
    ],
)
def test_axe_finds_nothing_in_any_state(chat: Chat, setting: str) -> None:
    chat.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    found = {state: violations(chat.page) for state in _states(chat)}
    assert len(found) == 16
    assert {state: problems for state, problems in found.items() if problems} == {}


_SMALL_TARGETS = """(least) => {
  const root = document.querySelector("lms-chat").shadowRoot;
  return [...root.querySelectorAll("button, textarea, a[href]")].filter((one) => one.checkVisibility() && !one.closest(".text, .out"))
    .map((one) => [one.innerText || one.id, one.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < least - 0.01).map(([name, box]) => `${name}: ${box.width} x ${box.height}`);
}"""
_SIDEWAYS = """() => {
  const root = document.querySelector("lms-chat").shadowRoot;
  const wide = [...root.querySelectorAll("*")].filter((one) => one.checkVisibility() && !one.closest(".vh, svg")
    && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 120));
  const page = document.scrollingElement;
  return page.scrollWidth > innerWidth ? [`page: ${page.scrollWidth}`, ...wide] : wide;
}"""


@pytest.mark.browser_context_args(reduced_motion="reduce")
@pytest.mark.parametrize(("size", "least"), [(DESKTOP, 24), (PHONE, 44), (SMALL_PHONE, 44)], ids=["desktop", "phone", "small phone"])
def test_targets_are_large_enough_and_nothing_scrolls_sideways(chat: Chat, size: ViewportSize, least: int) -> None:
    chat.page.set_viewport_size(size)
    chat.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    for state in _states(chat):
        if state != "print view":
            assert (state, chat.page.evaluate(_SMALL_TARGETS, least)) == (state, [])
            assert (state, chat.page.evaluate(_SIDEWAYS)) == (state, [])


@pytest.mark.browser_context_args(viewport=ZOOMED, reduced_motion="reduce")
def test_at_400_percent_everything_can_be_reached(chat: Chat) -> None:
    chat.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    for state in _states(chat):
        if state != "print view":
            assert (state, chat.page.evaluate(_SIDEWAYS)) == (state, [])
    for part in ("#line", "#visit", "#close", "#input", "#send", ".retry"):
        one = chat.find(part)
        one.focus()
        box, size = one.bounding_box(), chat.page.viewport_size
        assert box is not None
        assert size is not None
        assert 0 <= box["y"] <= size["height"] - 20, part
        # Nothing lies over what has the focus (2.4.11).
        assert one.evaluate(
            "(one) => { const box = one.getBoundingClientRect();"
            " return one.contains(one.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10))); }"
        ), part


def test_the_launcher_tells_what_it_is(chat: Chat) -> None:
    chat.visit()
    assert chat.launcher.evaluate("(one) => one.tagName") == "BUTTON"
    expect(chat.launcher).to_have_attribute("aria-haspopup", "dialog")
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    expect(chat.launcher).to_have_accessible_name("Ask a question. Opens the chat: Questions about leiomyosarcoma")
    chat.open()
    expect(chat.launcher).to_have_attribute("aria-expanded", "true")
    dialog = chat.page.get_by_role("dialog", name="Questions about leiomyosarcoma")
    expect(dialog).to_have_accessible_description("Automated assistant. Not a doctor.")
    # Beside the page: the page can still be used.
    assert dialog.get_attribute("aria-modal") is None
    chat.page.get_by_role("link", name="Contact").click()
    expect(chat.dialog).to_be_visible()


def test_escape_closes_what_is_innermost(chat: Chat) -> None:
    chat.visit().open()
    press = chat.page.keyboard.press
    chat.ask(SURVIVAL)
    chat.find("#options").click()
    press("Escape")
    expect(chat.find("#menu")).to_be_hidden()
    expect(chat.find("#options")).to_be_focused()
    chat.find(".no").click()
    expect(chat.find("textarea.reason")).to_be_focused()
    press("Escape")
    expect(chat.find("form.box")).to_have_count(0)
    expect(chat.find(".no")).to_be_focused()
    chat.input.fill("half a question")
    chat.panel("visit")
    press("Escape")
    expect(chat.find("#visit")).to_be_focused()
    expect(chat.dialog).to_be_visible()
    press("Escape")
    expect(chat.dialog).to_be_hidden()
    expect(chat.launcher).to_be_focused()
    press("Enter")
    expect(chat.input).to_be_focused()
    expect(chat.input).to_have_value("half a question")


@pytest.mark.browser_context_args(viewport=PHONE)
def test_on_a_phone_it_is_modal_and_keeps_the_focus(chat: Chat) -> None:
    chat.visit().open()
    expect(chat.dialog).to_have_attribute("aria-modal", "true")
    expect(chat.find("#title")).to_be_focused()
    box = chat.dialog_box()
    assert box == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    for _ in range(40):
        chat.page.keyboard.press("Tab")
        # BODY: the browser's own controls, between the last and the first.
        assert chat.focused()["host"] in {"LMS-CHAT", "BODY"}
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_turning_the_phone_keeps_the_conversation(chat: Chat) -> None:
    chat.visit().open()
    chat.input.fill("half a question")
    chat.page.set_viewport_size(PHONE)
    expect(chat.dialog).to_have_attribute("aria-modal", "true")
    expect(chat.input).to_be_focused()
    expect(chat.input).to_have_value("half a question")
    chat.page.set_viewport_size(DESKTOP)
    expect(chat.dialog).not_to_have_attribute("aria-modal", "true")
    expect(chat.input).to_be_focused()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_motion_is_left_out_where_it_is_not_wanted(chat: Chat, motion: str) -> None:
    chat.page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    chat.visit()
    chat.hold()
    chat.open()
    chat.input.fill(SURVIVAL)
    chat.input.press("Enter")
    expect(chat.find(".typing")).to_be_visible()
    moving = chat.page.evaluate("document.querySelector('lms-chat').shadowRoot.getAnimations().length")
    assert (moving > 0) == (motion == "no-preference")


@pytest.mark.browser_context_args(forced_colors="active")
def test_forced_colours_have_borders(chat: Chat) -> None:
    chat.visit().open()
    chat.ask(CRISIS)
    for part in ("#launcher", "#dialog", "#send", ".you", ".safety .bubble", "#input"):
        border = chat.find(part).first.evaluate("(one) => getComputedStyle(one).borderTopWidth")
        assert float(border.removesuffix("px")) >= 1, part


@pytest.mark.browser_context_args(reduced_motion="reduce")
def test_any_accent_can_be_read(chat: Chat) -> None:
    chat.host("<main><h1>Page</h1><lms-chat></lms-chat></main>").open()
    chat.ask(SURVIVAL)
    for scheme in ("light", "dark"):
        chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for colour in ("#ffee00", "#0b5c6b", "black", "white", "hsl(0 60% 50%)", "no colour"):
            chat.page.locator("lms-chat").evaluate("(one, colour) => one.setAttribute('color', colour)", colour)
            assert (scheme, colour, [one for one in violations(chat.page) if "lms-chat" in one]) == (scheme, colour, [])


@pytest.mark.browser_context_args(**_TOUCH)
def test_a_keyboard_on_the_screen_covers_neither_field_nor_line(chat: Chat) -> None:
    chat.visit().open()
    assert chat.dialog_box() == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    # Chromium without a screen has no keyboard: the part that one leaves is told to the page as a phone does.
    chat.page.evaluate(
        """() => { const seen = window.visualViewport;
        Object.defineProperty(seen, "height", {get: () => 480, configurable: true});
        Object.defineProperty(seen, "offsetTop", {get: () => 60, configurable: true});
        seen.dispatchEvent(new Event("resize")); }"""
    )
    assert chat.dialog_box() == {"x": 0, "y": 60, "width": PHONE["width"], "height": 480}
    for part, top in (("#line", 60), ("#input", 60), ("#send", 60)):
        box = chat.find(part).bounding_box()
        assert box is not None
        assert top <= box["y"] <= 540 - box["height"], part
    # Zooming in with two fingers makes the seen part small too; then the chat stays as it is.
    chat.page.evaluate(
        "() => { Object.defineProperty(visualViewport, 'scale', {get: () => 2, configurable: true});"
        " visualViewport.dispatchEvent(new Event('resize')); }"
    )
    assert chat.dialog_box() == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}


@pytest.mark.browser_context_args(**_TOUCH)
def test_sending_by_touch_puts_the_keyboard_away(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask(SURVIVAL)
    expect(turn).to_be_focused()
    chat.input.tap()
    expect(chat.input).to_be_focused()


@pytest.mark.browser_context_args(viewport=PHONE)
def test_the_phone_s_way_back_closes_what_is_innermost(chat: Chat) -> None:
    chat.visit().open()
    chat.panel("visit")
    back = "(dialog) => dialog.dispatchEvent(new Event('cancel', {cancelable: true}))"
    chat.dialog.evaluate(back)
    expect(chat.find("#panel-visit")).to_have_count(0)
    expect(chat.dialog).to_be_visible()
    chat.dialog.evaluate(back)
    expect(chat.dialog).to_be_hidden()
    # Where the browser closes it without asking, the launcher knows.
    chat.launcher.click()
    chat.dialog.evaluate("(dialog) => dialog.close()")
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
