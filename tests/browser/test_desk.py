"""The desk in Chromium beside the real assistant: with and without JavaScript, seen by axe, in a frame; and its pictures."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.assistant import Assistant
from tests.browser.chat import CRISIS, DESKTOP, SURVIVAL, violations
from tests.integration.desk import PASSWORD, RunningDesk
from tests.ports import free_port

NARROW: ViewportSize = {"width": 380, "height": 800}
_WATCH = "document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.effectiveDirective} ${e.sample}`));"
_OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
_WITHOUT_SCRIPTS: dict[str, Any] = {"java_script_enabled": False}


class Window:
    """One person at the desk; what goes wrong in the browser is kept."""

    def __init__(self, page: Page, desk: RunningDesk) -> None:
        self.page, self.desk = page, desk
        self.problems: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.add_init_script(_WATCH)

    def visit(self, path: str) -> Page:
        self.page.goto(self.desk.base + path)
        return self.page

    def sign_in(self, name: str, role: str) -> Window:
        self.desk.account(name, role)
        self.visit("/sign-in")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Answer the phone")).to_be_visible()
        return self

    def ask(self, text: str, button: str = "Answer") -> Page:
        self.page.get_by_label("The caller’s words").fill(text)
        self.page.get_by_role("button", name=button, exact=True).click()
        return self.page


@pytest.fixture
def window(page: Page, desk: RunningDesk) -> Iterator[Window]:
    one = Window(page, desk).sign_in("admin", "admin")
    yield one
    assert one.problems == []


def _patient(assistant: Assistant, *said: str) -> tuple[str, list[Any]]:
    """A conversation of the website with the real assistant: its token and the replies."""
    token = assistant.call("POST", "/chat/sessions")[1]["session"]
    replies = []
    for text in said:
        status, told = assistant.call("POST", "/chat/messages", token, {"id": secrets.token_hex(8), "text": text})
        assert status == 200
        replies += told["replies"]
    return token, replies


def test_an_answer_comes_without_loading_the_page_and_can_be_copied(window: Window) -> None:
    page = window.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    loads: list[str] = []
    page.on("load", lambda: loads.append("load"))
    window.ask(SURVIVAL)
    card = page.locator("article.answer").first
    expect(card).to_contain_text("20 to 40%")
    expect(card).to_contain_text(re.compile(r"confidence (over )?\d+%"))
    expect(card).to_contain_text("FAQ: survival rate")
    expect(page.locator("#result")).to_be_focused()
    expect(page.locator("#text")).to_have_value(SURVIVAL)
    card.get_by_role("button", name="Copy the answer").click()
    expect(card.get_by_text("Copied.")).to_be_visible()
    assert "20 to 40%" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_label("Readings").get_by_role("link").nth(1).click()
    expect(page.locator("article.answer").first).not_to_contain_text("20 to 40%")
    assert loads == []
    assert page.url == f"{window.desk.base}/"


def test_safety_words_come_first_and_two_questions_get_two_cards(window: Window) -> None:
    page = window.ask(CRISIS)
    expect(page.get_by_role("heading", name="Say this first")).to_be_visible()
    expect(page.locator(".safety")).to_contain_text("988")
    window.ask("how is it treated and what causes it?")
    expect(page.locator("article.answer")).to_have_count(2)
    expect(page.get_by_role("heading", name="Say this first")).to_have_count(0)
    window.ask("powershare", "Search")
    expect(page.get_by_label("Search").locator("mark").first).to_be_visible()


def test_a_handoff_appears_by_itself_and_the_focus_stays(window: Window, assistant: Assistant) -> None:
    page = window.visit("/handoffs")
    before = page.locator("tbody tr").count()
    _patient(assistant, "my name is Anna Kowalski, can i talk to a person please")
    expect(page.locator("tbody tr")).to_have_count(before + 1, timeout=10_000)
    button = page.get_by_role("button", name=re.compile("Take")).last
    button.focus()
    focused = page.evaluate("document.activeElement.id")
    _patient(assistant, CRISIS)
    expect(page.locator("tbody tr")).to_have_count(before + 2, timeout=10_000)
    assert page.evaluate("document.activeElement.id") == focused
    page.locator(f"#{focused}").click()
    expect(page.get_by_text("yours now")).to_be_visible()
    expect(page.locator(".transcript")).to_contain_text("can i talk to a person")
    expect(page.locator(".transcript")).not_to_contain_text("Kowalski")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("marked as done")).to_be_visible()


def test_a_days_work_without_scripts(browser: Browser, desk: RunningDesk, assistant: Assistant) -> None:
    author = Window(browser.new_context(**_WITHOUT_SCRIPTS).new_page(), desk).sign_in("author", "curator")
    reviewer = Window(browser.new_context(**_WITHOUT_SCRIPTS).new_page(), desk).sign_in("reviewer", "reviewer")
    page = author.ask(SURVIVAL)
    expect(page.locator("article.answer").first).to_contain_text("20 to 40%")
    page.get_by_label("Readings").get_by_role("link").first.click()
    expect(page.locator("article.answer").first).to_contain_text("Survival")
    page.get_by_text("This answer is wrong").first.click()
    page.get_by_label(re.compile("What is wrong")).first.fill("a word is missing")
    page.get_by_role("button", name="Tell the curators").first.click()
    expect(page.get_by_text("The curators will look")).to_be_visible()
    _patient(assistant, "i want to talk to someone")
    author.visit("/handoffs")
    page.get_by_role("button", name=re.compile("Take")).last.click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("marked as done")).to_be_visible()

    author.visit("/curation/entry/contagious")
    page.get_by_role("button", name="Begin a draft").click()
    answer = page.locator("#answer")
    answer.fill(answer.input_value() + "\n\nYou can hug the people you love.")
    page.get_by_role("button", name="Keep and hand in for review").click()
    expect(page.get_by_text("waits for a second person")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    at = page.url.partition("?")[0].removeprefix(desk.base)
    page = reviewer.visit(at)
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. The next person who asks hears it.")).to_be_visible()
    # Heard by the next patient: the same server, not trained, not started anew.
    _, replies = _patient(assistant, "is it contagious?")
    assert "hug the people you love" in replies[0]["text"]
    for one in (author, reviewer):
        assert one.problems == []
        one.page.context.close()


def _states(window: Window, assistant: Assistant) -> Iterator[str]:
    """Leads through every page and state, one after the other; gives each one's name when it stands."""
    page, desk = window.page, window.desk
    _patient(assistant, "i want to talk to a person")
    for text in ("how much does it cost", "what does this cost", "what is the cost"):
        _patient(assistant, text)
    yield "phone, empty"
    for name, text, button in (
        ("answer", SURVIVAL, "Answer"),
        ("crisis", CRISIS, "Answer"),
        ("two", "how is it treated and what causes it?", "Answer"),
        ("unsure", "purple monkeys eat how", "Answer"),
        ("search", "powershare scans", "Search"),
    ):
        window.ask(text, button)
        expect(page.locator("#result article, #result section").first).to_be_visible()
        yield f"phone, {name}"
    window.visit("/embed")
    yield "embed, empty"
    window.ask(SURVIVAL)
    expect(page.locator("article.answer").first).to_be_visible()
    yield "embed, answer"
    for path in (
        "/answer/survival", "/handoffs", "/handoffs/1", "/asked", "/dashboard", "/curation", "/curation/entries", "/curation/trail",
        "/curation/entry/survival", "/own", "/answer/none",
    ):  # fmt: skip
        window.visit(path)
        yield path
    window.visit("/asked")
    page.get_by_role("button", name=re.compile("Draft")).first.click()
    expect(page.get_by_text("Nothing of it is kept yet")).to_be_visible()
    yield "editor"
    page.get_by_label("Answer", exact=True).fill("Half of it costs 77%.")
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.get_by_text("The checks find")).to_be_visible()
    yield "editor with problems"
    window.visit(page.url.partition("?")[0].removeprefix(desk.base) + "/compare?with=1")
    yield "compare"
    page.go_back()
    page.get_by_role("button", name="Give up").click()
    yield "entry with history"
    page.context.clear_cookies()
    window.sign_in("admin", "admin")
    for path in ("/accounts", "/trail"):
        window.visit(path)
        yield path
    window.visit("/accounts")
    page.get_by_label("Name or e-mail address").fill(f"new{secrets.token_hex(3)}")
    page.get_by_label("Role", exact=True).select_option("reviewer")
    page.get_by_role("button", name="Make the account").click()
    yield "accounts with link"
    link = page.locator("code").inner_text()
    page.context.clear_cookies()
    window.visit("/embed")
    yield "embed, not signed in"
    window.visit("/sign-in")
    yield "sign in"
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong words here")
    page.get_by_role("button", name="Sign in").click()
    yield "sign in, refused"
    page.goto(link)
    yield "sign in by link"
    page.get_by_role("button", name="Sign in now").click()
    expect(page.get_by_role("heading", name="Answer the phone")).to_be_visible()
    window.visit("/own")
    expect(page.get_by_text("until then you cannot review")).to_be_visible()
    yield "own, signed in by link"


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "380 px"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser: Browser, desk: RunningDesk, assistant: Assistant, size: ViewportSize, scheme: Any) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    window = Window(context.new_page(), desk).sign_in("second", "reviewer")
    found: dict[str, list[str]] = {}
    wide: list[str] = []
    for state in _states(window, assistant):
        window.page.evaluate(_OPEN_ALL)
        found[state] = violations(window.page)
        if window.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(state)
    assert {state: some for state, some in found.items() if some} == {}
    assert wide == []
    assert len(found) >= 28
    context.close()
    # Pages that refuse are told on the console by the browser itself.
    assert [problem for problem in window.problems if "Failed to load resource" not in problem] == []


def test_everything_is_reached_and_used_by_keyboard(window: Window) -> None:
    page = window.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("what are the symptoms?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.answer").first).to_be_visible()
    expect(page.locator("#result")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy the answer").first).to_be_focused()


def test_the_narrow_desk_stands_in_a_page_that_may_frame_it_and_in_no_other(window: Window, embedding: int) -> None:
    frame = f'<!doctype html><title>calls</title><iframe title="desk" width="380" height="700" src="{window.desk.base}/embed"></iframe>'
    page = window.page
    for port, allowed in ((embedding, True), (free_port(), False)):
        with _site(port, frame):
            page.goto(f"http://127.0.0.1:{port}/")
            inside = page.frame_locator("iframe")
            if allowed:
                inside.get_by_label("The caller’s words").fill(SURVIVAL)
                inside.get_by_role("button", name="Answer", exact=True).click()
                expect(inside.locator("article.answer").first).to_contain_text("20 to 40%")
            else:
                page.wait_for_timeout(1000)
                assert any("frame-ancestors" in problem for problem in window.problems)
                expect(inside.get_by_label("The caller’s words")).to_have_count(0)
    window.problems.clear()


@contextmanager
def _site(port: int, body: str) -> Iterator[None]:
    """A site of one page."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode() if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


def test_pictures(browser: Browser, desk: RunningDesk, assistant: Assistant, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 720}, reduced_motion="reduce", color_scheme="light")
    window = Window(context.new_page(), desk).sign_in("ann.lee", "reviewer")
    window.ask(SURVIVAL)
    expect(window.page.locator("article.answer").first).to_be_visible()
    _take(window, pictures, "desk-phone")
    _patient(assistant, "can i speak to a person")
    _patient(assistant, CRISIS)
    window.visit("/handoffs")
    _take(window, pictures, "desk-handoffs")
    window.visit("/curation/entry/pronunciation")
    if window.page.get_by_role("button", name="Begin a draft").count():
        window.page.get_by_role("button", name="Begin a draft").click()
        window.page.get_by_label("Title").fill("How to say it")
        window.page.get_by_role("button", name="Keep the draft").click()
    window.page.evaluate("scrollTo(0, 0)")
    _take(window, pictures, "desk-draft")
    window.page.set_viewport_size(NARROW)
    window.visit("/embed")
    window.ask("is it hereditary?")
    expect(window.page.locator("article.answer").first).to_be_visible()
    _take(window, pictures, "desk-narrow")
    context.close()


def _take(window: Window, folder: Path, name: str) -> None:
    path = folder / f"{name}.png"
    window.page.screenshot(path=path)
    assert 5_000 < path.stat().st_size < 160_000
