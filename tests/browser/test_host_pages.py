"""On pages that others made, hostile ones too; and with answers that no curator would write."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.chat import DESKTOP, PHONE, SURVIVAL, Chat, host_page

STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
_LOOKS = """() => {
  const root = document.querySelector("lms-chat").shadowRoot;
  return ["#launcher", "#dialog", "#title", "#input", "#send", ".bubble", ".choices button"].map((part) => {
    const one = root.querySelector(part), style = getComputedStyle(one), box = one.getBoundingClientRect();
    return [part, style.display, style.font, style.color, style.backgroundColor, style.direction, style.letterSpacing, style.textTransform,
      Math.round(box.x), Math.round(box.y), Math.round(box.width), Math.round(box.height)];
  });
}"""
_HOSTILE_CSS = """<style>
  * { font: italic 60px/3 serif !important; color: red !important; letter-spacing: 9px !important; text-transform: uppercase !important;
      direction: rtl; margin: 40px !important; float: left !important; visibility: hidden !important; }
  button, dialog, textarea, h2, p { display: none !important; }
  lms-chat { display: none !important; position: absolute !important; opacity: 0 !important; zoom: 3 !important; width: 1px !important; }
  body { line-height: 4; text-align: right; }
</style>"""


@pytest.mark.browser_context_args(reduced_motion="reduce")
def test_a_hostile_style_sheet_changes_nothing(chat: Chat) -> None:
    chat.host("<main><h1>Page</h1></main>").open()
    untouched = chat.page.evaluate(_LOOKS)
    other = chat.page.context.new_page()
    hostile = Chat(other, chat.assistant)
    other.set_viewport_size(DESKTOP)
    hostile.host("<main><h1>Page</h1></main>", head=_HOSTILE_CSS).open()
    assert other.evaluate(_LOOKS) == untouched
    hostile.check_watched()


def test_it_changes_nothing_of_the_page(chat: Chat) -> None:
    body = "<main><h1>Page</h1><p>Text</p><button>Its own</button><dialog open>Its own</dialog><textarea></textarea></main>"
    looks = """() => [...document.querySelectorAll("html, body, main, main *")].map((one) => {
      const box = one.getBoundingClientRect();
      return [one.tagName, box.x, box.y, box.width, box.height, getComputedStyle(one).cssText || [...getComputedStyle(one)].map((name) =>
        getComputedStyle(one).getPropertyValue(name)).join()];
    })"""
    globals_ = "() => Object.getOwnPropertyNames(window).filter((name) => !/^\\\\d+$/.test(name) && !name.startsWith('__'))"
    head = "<style>body { display: flex; flex-direction: column; justify-content: center; gap: 40px; min-height: 90vh }</style>"
    chat.page.add_init_script(
        "window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((one) =>"
        " one.hadRecentInput || window.shifts.push(one.value)))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    chat.host(body, head, chat=False)
    before, names = chat.page.evaluate(looks), set(chat.page.evaluate(globals_))
    chat.page.unroute_all()
    chat.host(body, head).open()
    assert chat.page.evaluate(looks) == before
    assert chat.page.evaluate("window.shifts") == []
    # What Lit tells other copies of itself.
    assert set(chat.page.evaluate(globals_)) - names <= {
        "litElementVersions",
        "litHtmlVersions",
        "reactiveElementVersions",
        "litPropertyMetadata",
    }


def test_it_works_under_a_strict_policy(chat: Chat) -> None:
    chat.host("<main><h1>Page</h1></main>", policy=STRICT).open()
    expect(chat.ask(SURVIVAL).locator('[data-kind="answer"]')).to_be_visible()
    chat.find(".save").click()
    chat.panel("visit")
    chat.page.evaluate("window.print = () => undefined")
    chat.find("#print").click()
    assert chat.dialog.evaluate("(dialog) => dialog.getRootNode().querySelectorAll('[style], style').length") == 0


@pytest.mark.parametrize(
    "script",
    [
        "for (const one of [Object, Array, Function, String, Promise, Map, HTMLElement, Element, Node]) Object.freeze(one.prototype);",
        "for (const one of ['lit', 'html', 'name', 'print', 'LmsChat', 'Api', 'chat']) window[one] = 'taken';",
        "Array.prototype.extra = 1; Object.prototype.extra = () => 1;",
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no', 'SecurityError'); }});",
    ],
    ids=["frozen prototypes", "names taken", "prototypes with more", "no storage"],
)
def test_on_a_page_whose_scripts_meddle(chat: Chat, script: str) -> None:
    chat.host("<main><h1>Page</h1></main>", head=f"<script>{script}</script>").open()
    expect(chat.ask(SURVIVAL).locator('[data-kind="answer"]')).to_be_visible()


@pytest.mark.parametrize(
    "script",
    [
        "delete window.customElements;",
        "Object.defineProperty(window, 'customElements', {value: {get() {}, define() { throw Error('no'); }}});",
    ],
    ids=["no custom elements", "custom elements that fail"],
)
def test_where_it_cannot_work_the_page_does(chat: Chat, script: str) -> None:
    chat.host("<main><h1>Page</h1><button onclick=\"this.textContent = 'works'\">try</button></main>", head=f"<script>{script}</script>")
    chat.page.get_by_role("button", name="try").click()
    expect(chat.page.get_by_role("button", name="works")).to_be_visible()


def test_a_page_of_another_origin(chat: Chat) -> None:
    page = host_page(chat.assistant, "<main><h1>Page</h1></main>", '<link rel="icon" href="data:,">').encode()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", chat.assistant.other_port), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        chat.page.goto(chat.assistant.elsewhere)
        chat.open()
        turn = chat.ask(SURVIVAL)
        expect(turn.locator('[data-kind="answer"]')).to_be_visible()
        turn.locator(".yes").click()
        expect(turn.locator(".yes")).to_have_attribute("aria-pressed", "true")
        chat.panel("delete")
        chat.find("#delete-now").click()
        expect(chat.find(".notice")).to_have_text("Your conversation was deleted.")
        site.shutdown()


def test_the_tag_twice_is_one_chat_and_its_options_are_heard(chat: Chat) -> None:
    source = f"{chat.assistant.base}/chat/widget.js"
    tag = (
        f'<script src="{source}" defer data-title="Ask us" data-greeting="Good to see you. Call 911 in danger." data-position="left"'
        ' data-phone="(555) 010-0199" data-color="#7a1fa2"></script>'
    )
    chat.host("<main><h1>Page</h1></main>", head=tag + tag, chat=False)
    expect(chat.page.locator("lms-chat")).to_have_count(1)
    chat.open()
    expect(chat.dialog).to_have_accessible_name("Ask us")
    expect(chat.find("#line")).to_have_attribute("href", "tel:+15550100199")
    expect(chat.find("#talk .bubble").first).to_have_text("Good to see you. Call 911 in danger.")
    expect(chat.greeting).to_contain_text("not a doctor")
    box = chat.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 50
    assert chat.launcher.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(122, 31, 162)"


def test_an_element_of_the_page_is_used_and_tells_what_happens(chat: Chat) -> None:
    chat.host('<main><h1>Page</h1><lms-chat title="Ours" open></lms-chat></main>')
    expect(chat.greeting).to_be_visible()
    expect(chat.page.locator("lms-chat")).to_have_count(1)
    expect(chat.dialog).to_have_accessible_name("Ours")
    assert chat.page.locator("lms-chat").get_attribute("title") is None
    assert chat.focused()["host"] == "BODY"
    chat.page.evaluate(
        """() => { window.told = []; const chat = document.querySelector("lms-chat");
        const hear = (event) => window.told.push([event.type, event.detail]);
        ["lms-chat-open", "lms-chat-close"].forEach((name) => document.addEventListener(name, hear));
        chat.hide(); return chat.show(); }"""
    )
    assert chat.page.evaluate("window.told") == [["lms-chat-close", None], ["lms-chat-open", None]]


def test_there_is_one_chat_however_often_it_is_put_in(chat: Chat) -> None:
    tag = f'<script src="{chat.assistant.base}/chat/widget.js" defer></script>'
    told: list[str] = []
    chat.page.on("console", lambda message: told.append(message.text))
    chat.host("<main><h1>Page</h1><lms-chat id=one></lms-chat><lms-chat id=two open></lms-chat></main>", head=tag + tag)
    expect(chat.page.locator("lms-chat")).to_have_count(2)
    expect(chat.launcher).to_have_count(1)
    expect(chat.page.locator("#one #launcher")).to_be_visible()
    assert [text for text in told if "twice" in text] == ["<lms-chat> is on this page twice; the first is used."]
    # When the first is taken out, the second is there.
    chat.page.evaluate("document.getElementById('one').remove()")
    expect(chat.page.locator("#two #launcher")).to_be_visible()
    expect(chat.greeting).to_be_visible()


@pytest.mark.parametrize("size", ["desktop", pytest.param("phone", marks=pytest.mark.browser_context_args(viewport=PHONE))])
def test_taken_out_and_put_in_again_it_is_as_it_was(chat: Chat, size: str) -> None:
    chat.host("<main><h1>Page</h1></main><aside></aside>").open()
    chat.ask(SURVIVAL)
    chat.input.fill("half a question")
    chat.page.evaluate(
        "() => { const chat = document.querySelector('lms-chat'); chat.remove(); document.querySelector('aside').append(chat); }"
    )
    expect(chat.input).to_have_value("half a question")
    assert chat.dialog.evaluate("(dialog) => dialog.matches(':modal')") is (size == "phone")
    chat.ask("what are the symptoms")
    expect(chat.turns).to_have_count(2)
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_be_hidden()
    expect(chat.launcher).to_have_count(1)


HOSTILE_TEXTS = [
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>",
    "a < b && c > d &amp; &lt;b&gt; \"quoted\" 'so'",
    "[click](javascript:window.hacked=1) javascript:window.hacked=1 https://example.org data:text/html,x",
    "${window.hacked = 1} {{constructor.constructor('window.hacked=1')()}} `x`",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd (123) \u0645\u0631\u062d\u0628\u0627 \u2066x",
    "w" * 600,
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=["markup", "signs", "links", "templates", "directions", "one long word"])
def test_what_the_assistant_says_is_text(chat: Chat, text: str) -> None:
    chat.visit().open()
    chat.answer_with(f"{text}\nCall 911.", buttons=[text[:80]], title=text, section=text, reviewed_on=text)
    turn = chat.ask(text[:900])
    said = turn.locator(".reply .text")
    assert said.locator("p").evaluate_all("(all) => all.map((one) => one.textContent)") == [text, "Call 911."]
    assert said.locator("p").first.evaluate("(one) => [one.dir, getComputedStyle(one).unicodeBidi]") == ["auto", "isolate"]
    assert turn.locator("a").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))") == ["tel:911"]
    assert turn.locator(".reply script, .reply img, .reply b").count() == 0
    expect(turn.locator(".choices button")).to_have_text(text[:80], use_inner_text=False)
    expect(turn.locator(".source")).to_contain_text(re.sub(r"\s+", " ", text[:40]))
    assert chat.page.evaluate("window.hacked") is None
    assert chat.find("#talk").evaluate("(one) => one.scrollWidth <= one.clientWidth")


@pytest.mark.browser_context_args(viewport=PHONE)
def test_line_breaks_are_kept(chat: Chat) -> None:
    chat.visit().open()
    chat.answer_with("one\ntwo\n\nthree")
    assert chat.ask("lines").locator(".reply .text").inner_text().split() == ["one", "two", "three"]
    tops = chat.find(".turn .text p").evaluate_all("(all) => all.slice(-3).map((one) => one.getBoundingClientRect().top)")
    assert tops == sorted(set(tops))
