"""The chat on a page, as a person uses it, and what is watched meanwhile."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Error, FloatRect, Locator, Page, Request, Route, ViewportSize, expect

from tests.browser.assistant import Assistant

LINE = "(412) 359-8614"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 568}
# 1280 by 1024 at 400%.
ZOOMED: ViewportSize = {"width": 320, "height": 256}

SURVIVAL = "what is the survival rate if it has spread?"
CRISIS = "i want to kill myself"

_WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# Animations that never end, as the typing dots, move nothing.
_STILL = """() => Promise.all(document.querySelector("lms-chat").shadowRoot.getAnimations()
  .filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished))"""
_DEEP = "let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"


class Chat:
    """The chat of one page.

    Args:
        page: the browser's page.
        assistant: the server behind it.
    """

    def __init__(self, page: Page, assistant: Assistant) -> None:
        self.page = page
        self.assistant = assistant
        self.requests: list[Request] = []
        self.problems: list[str] = []
        # Of a server that is gone, the browser itself complains on the console.
        self.failures_expected = False
        self._held: list[list[Route]] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.add_init_script(_WATCH)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not (self.failures_expected and "Failed to load resource" in message.text):
            self.problems.append(f"{message.text} {message.location.get('url', '')}")

    def check_watched(self) -> None:
        """Nothing went wrong in the browser, and nothing was asked of any other host."""
        assert self.problems == []
        assert [
            request.url for request in self.requests if not request.url.startswith((self.assistant.base, self.assistant.elsewhere))
        ] == []

    # ── the page ──

    def dialog_box(self) -> FloatRect | None:
        """Where the chat's dialog stands, once it has stopped moving into place."""
        self.page.evaluate(_STILL)
        return self.dialog.bounding_box()

    def visit(self, path: str = "/chat/demo") -> Chat:
        """Go to a page of the server and wait for the launcher."""
        self.page.goto(self.assistant.base + path)
        expect(self.launcher).to_be_visible()
        return self

    def host(self, body: str, head: str = "", policy: str | None = None, chat: bool = True) -> Chat:
        """A page of a site's own, with the one tag in it."""
        page = host_page(self.assistant, body, head, chat)
        address = f"{self.assistant.base}/host-page"
        headers = {"content-type": "text/html; charset=utf-8", **({"content-security-policy": policy} if policy else {})}
        self.page.route(address, lambda route: route.fulfill(body=page, headers=headers))
        self.page.goto(address)
        return self

    def open(self) -> Chat:
        """Open it and wait for the greeting."""
        self.launcher.click()
        expect(self.greeting).to_be_visible()
        return self

    def ask(self, text: str) -> Locator:
        """Type a question, send it, and wait for the answer; gives its turn."""
        before = self.turns.count()
        self.input.fill(text)
        self.input.press("Enter")
        turn = self.turns.nth(before)
        expect(turn.locator(".reply").first).to_be_visible(timeout=20_000)
        return turn

    def panel(self, name: str) -> Locator:
        """Open `visit` or `delete`."""
        if name == "delete":
            self.page.locator("lms-chat #options").click()
        self.page.locator(f"lms-chat #{name}").click()
        panel = self.page.locator(f"lms-chat #panel-{name}")
        expect(panel).to_be_visible()
        return panel

    # ── its parts ──

    def find(self, selector: str) -> Locator:
        """Something inside the chat."""
        return self.page.locator(f"lms-chat {selector}")

    @property
    def launcher(self) -> Locator:
        return self.find("#launcher")

    @property
    def dialog(self) -> Locator:
        return self.find("#dialog")

    @property
    def greeting(self) -> Locator:
        return self.find('[data-kind="greeting"]').first

    @property
    def input(self) -> Locator:
        return self.find("#input")

    @property
    def turns(self) -> Locator:
        return self.find(".turn")

    @property
    def status(self) -> Locator:
        return self.find("#status")

    # ── the keyboard ──

    def focused(self) -> dict[str, str]:
        """Id, class, name and host of what has the focus."""
        found: dict[str, str] = self.page.evaluate(
            f"() => {{ {_DEEP} return {{id: at?.id ?? '', name: at?.getAttribute('aria-label') ?? at?.innerText ?? '',"
            " host: document.activeElement?.tagName ?? ''}; }"
        )
        return {key: value.strip() for key, value in found.items()}

    def tab_to(self, wanted: str, back: bool = False) -> None:
        """Press Tab until the name or id of the focused control fits `wanted`."""
        for _ in range(80):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            at = self.focused()
            if re.search(wanted, at["name"]) or re.fullmatch(wanted, at["id"]):
                return
        raise AssertionError(f"no control {wanted!r} within 80 presses; the last was {self.focused()}")

    # ── the network ──

    @property
    def token(self) -> str:
        """The session's token, as the tab keeps it."""
        kept = self.page.evaluate(
            "() => Object.entries(sessionStorage).filter(([key]) => key.startsWith('lms-chat')).map(([, value]) => value)"
        )
        return str(json.loads(kept[0])["session"])

    def history(self) -> list[dict[str, Any]]:
        """The turns that the server knows of this session."""
        status, body = self.assistant.call("GET", "/chat/messages", self.token)
        assert status == 200
        turns: list[dict[str, Any]] = body["turns"]
        return turns

    def on_messages(self, handle: Callable[[Route], None], times: int | None = None) -> None:
        """Deal with what is sent to the assistant."""

        def only_sent(route: Route) -> None:
            if route.request.method == "POST":
                handle(route)
            else:
                route.fallback()

        self.page.route("**/chat/messages", only_sent, times=times)

    def hold(self) -> list[Route]:
        """Let the next message wait until its route, which comes into this list, is dealt with; at the end of the test at the latest."""
        held: list[Route] = []
        self._held.append(held)
        self.on_messages(held.append, times=1)
        return held

    def let_go(self) -> None:
        """End what is still held: the browser's side of it would wait for ever."""
        for route in [route for held in self._held for route in held]:
            with contextlib.suppress(Error):
                route.abort()

    def answer_with(self, text: str, kind: str = "answer", buttons: list[str] | None = None, **source: str) -> None:
        """Let the next message be answered with this reply, whatever the assistant would have said."""
        custom = {"kind": kind, "entry": "x", "revision": 1, "facts": ["x"], "source": source or None}
        choices = [{"id": f"b{at}", "title": title} for at, title in enumerate(buttons or [])]

        def fulfil(route: Route) -> None:
            sent = json.loads(route.request.post_data or "{}")
            reply = {"id": "r-1", "text": text, "buttons": choices, "custom": custom, "detail": None}
            body = {"id": sent["id"], "turn": 1, "text": sent.get("text", ""), "replies": [reply], "redacted": False}
            route.fulfill(json=body)

        self.on_messages(fulfil, times=1)


def host_page(assistant: Assistant, body: str, head: str = "", chat: bool = True) -> str:
    """The HTML of a page with the one tag in it."""
    tag = f'<script src="{assistant.base}/chat/widget.js" defer></script>' if chat else ""
    return f'<!doctype html><html lang="en"><head><title>Host</title>{head}{tag}</head><body>{body}</body></html>'


def violations(page: Page) -> list[str]:
    """What axe finds on the whole page, by the standards named here."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]})
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found.response["violations"] for node in one["nodes"]]
