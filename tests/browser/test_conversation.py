"""What a person does with the chat, from the first click to deleting it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.assistant import Assistant
from tests.browser.chat import CRISIS, LINE, PHONE, SURVIVAL, Chat


def test_nothing_is_asked_before_it_is_opened(chat: Chat) -> None:
    chat.visit()
    chat.page.wait_for_load_state("networkidle")
    asked = [(request.method, request.url.removeprefix(chat.assistant.base)) for request in chat.requests]
    assert [path for _, path in asked if path.startswith("/chat/") and "demo" not in path and path != "/chat/widget.js"] == []
    chat.open()
    minted = [request for request in chat.requests if request.url.endswith("/chat/sessions")]
    assert [request.method for request in minted] == ["POST"]


def test_the_greeting_says_what_it_is_and_what_to_ask(chat: Chat) -> None:
    chat.visit().open()
    expect(chat.greeting).to_contain_text("automated assistant, not a doctor")
    expect(chat.find(".head")).to_contain_text("Automated assistant. Not a doctor.")
    suggested = chat.greeting.get_by_role("group", name="Suggested questions").get_by_role("button")
    title = suggested.first.inner_text()
    assert suggested.count() >= 2
    suggested.first.click()
    expect(chat.turns.first.locator(".you")).to_contain_text(title)
    expect(chat.turns.first.locator('[data-kind="answer"]')).to_be_visible()
    assert [turn["text"] for turn in chat.history()] == [title]


def test_a_whole_conversation_by_keyboard_alone(chat: Chat) -> None:
    chat.visit()
    keyboard = chat.page.keyboard
    chat.tab_to("launcher")
    assert chat.focused()["name"].startswith("Ask a question")
    keyboard.press("Enter")
    expect(chat.greeting).to_be_visible()
    assert chat.focused()["id"] == "input"

    keyboard.type("what is the survival rate")
    keyboard.press("Shift+Enter")
    keyboard.type("if it has spread?")
    expect(chat.input).to_have_value("what is the survival rate\nif it has spread?")
    keyboard.press("Enter")
    answer = chat.turns.first.locator('[data-kind="answer"]').first
    expect(answer).to_contain_text("20 to 40%")
    expect(answer.locator(".source")).to_contain_text("survival rate. Reviewed November 23, 2026")
    expect(chat.input).to_have_value("")
    assert chat.focused()["id"] == "input"

    chat.tab_to("^Not helpful$", back=True)
    keyboard.press("Enter")
    expect(answer.get_by_label("What was missing? (optional)")).to_be_focused()
    keyboard.type("a figure for my age")
    chat.tab_to("Send reason")
    keyboard.press("Enter")
    expect(answer.locator(".no")).to_be_focused()
    expect(answer.locator(".no")).to_have_attribute("aria-pressed", "true")
    expect(chat.status).to_have_text("Thank you, noted.")

    chat.tab_to("^Save for my visit$", back=True)
    keyboard.press("Enter")
    expect(answer.get_by_role("button", name="Saved for my visit")).to_be_focused()

    choice = answer.locator(".choices button").first
    title = choice.inner_text()
    chat.tab_to(f"^{re.escape(title)}$", back=True)
    keyboard.press("Enter")
    second = chat.turns.nth(1)
    expect(second.locator(".reply").first).to_be_visible()
    # The next Tab leads into the answer.
    expect(second).to_be_focused()
    keyboard.press("Tab")
    assert second.evaluate("(turn) => turn.contains(turn.getRootNode().activeElement)")

    chat.tab_to("^Visit list", back=True)
    keyboard.press("Enter")
    expect(chat.find("#panel-title")).to_be_focused()
    chat.tab_to("own")
    keyboard.type("What should I bring?")
    keyboard.press("Enter")
    expect(chat.find("#panel-visit li")).to_have_count(2)
    chat.tab_to("^Remove: what is the survival rate", back=True)
    keyboard.press("Enter")
    expect(chat.find("#panel-visit li")).to_have_text(re.compile("What should I bring"))
    assert chat.focused()["name"] == "Remove: What should I bring?"

    keyboard.press("Escape")
    expect(chat.find("#visit")).to_be_focused()
    keyboard.press("Escape")
    expect(chat.dialog).to_be_hidden()
    expect(chat.launcher).to_be_focused()
    keyboard.press("Enter")
    expect(chat.turns).to_have_count(2)


def test_an_answer_has_its_detail(chat: Chat) -> None:
    chat.visit().open()
    first = chat.ask("what is leiomyosarcoma")
    told = first.locator(".reply .text").first.inner_text()
    first.get_by_role("button", name="More detail").first.click()
    second = chat.turns.nth(1)
    expect(second.locator('[data-kind="answer"]')).to_be_visible()
    assert second.locator(".reply .text").first.inner_text() != told
    expect(second.get_by_role("button", name="Save for my visit")).to_have_count(0)


def test_two_questions_get_two_answers_with_a_source_each(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("What is leiomyosarcoma? And how is it treated?")
    expect(turn.locator(".reply")).to_have_count(2)
    expect(turn.locator(".source")).to_have_count(2)
    expect(turn.locator(".several")).to_have_text("2 answers to your message:")
    # The next step is offered at the end, and the message is kept as one.
    expect(turn.locator(".choices:not(.calm)")).to_have_count(1)
    expect(turn.locator(".reply").last.locator(".choices:not(.calm)")).to_have_count(1)
    expect(turn.get_by_role("button", name="Save for my visit")).to_have_count(1)
    expect(turn.get_by_role("button", name="Not helpful")).to_have_count(2)


def test_figures_are_shown_when_they_are_asked_for(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("how long have i got")
    expect(turn.locator('[data-kind="consent"]')).to_be_visible()
    expect(turn).not_to_contain_text("%")
    turn.get_by_role("button", name="Show me the survival figures").click()
    expect(chat.turns.nth(1).locator('[data-kind="answer"]')).to_contain_text("20 to 40%")


def test_what_has_no_answer_yet_is_saved_for_the_visit(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("is there a clinical trial i can join")
    gap = turn.locator('[data-kind="gap"]')
    expect(gap.get_by_role("link", name=LINE)).to_have_attribute("href", "tel:+14123598614")
    expect(gap.get_by_role("button").first).to_have_text("Save for my visit")
    gap.get_by_role("button").first.click()
    expect(chat.panel("visit").locator("li .text")).to_have_text("is there a clinical trial i can join")


def test_comfort_is_neither_rated_nor_saved(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("hi im scared")
    expect(turn.locator(".text a")).to_have_text(LINE)
    expect(turn.locator(".tools")).to_have_count(0)


@pytest.mark.browser_context_args(viewport=PHONE, reduced_motion="reduce")
def test_below_a_long_question_the_answer_is_in_sight(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("i have so many questions and nobody tells me anything. " * 14 + "what are the symptoms?")
    expect(turn.locator(".reply .text").first).to_be_in_viewport(ratio=0.5)


def test_what_has_no_facts_has_no_source(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("thank you")
    expect(turn.locator(".source")).to_have_count(0)


def test_older_choices_stay_but_are_calm(chat: Chat) -> None:
    chat.visit().open()
    expect(chat.greeting.locator(".choices")).not_to_have_class(re.compile("calm"))
    chat.ask("what is leiomyosarcoma")
    expect(chat.greeting.locator(".choices")).to_have_class(re.compile("calm"))
    chat.greeting.locator(".choices button").nth(1).click()
    expect(chat.turns.nth(1).locator(".reply").first).to_be_visible()


def test_danger_is_set_apart_by_text_and_told_at_once(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask(CRISIS)
    reply = turn.locator('[data-kind="safety"]')
    expect(reply.get_by_role("heading")).to_have_text("Important: help right now")
    ways = reply.locator(".ways").get_by_role("link")
    assert [(way.inner_text(), way.get_attribute("href")) for way in ways.all()] == [
        ("Call 988", "tel:988"),
        ("Text 988", "sms:988"),
        ("Call 911", "tel:911"),
    ]
    expect(reply.locator(".text").get_by_role("link", name="988").first).to_have_attribute("href", "tel:988")
    expect(chat.dialog.get_by_role("alert").filter(has_text="988")).to_have_count(1)
    expect(chat.dialog.get_by_role("log")).not_to_contain_text("988")
    expect(turn.get_by_role("button", name="Helpful")).to_have_count(0)


def test_each_reply_is_announced_once_in_order_without_its_buttons(chat: Chat) -> None:
    chat.visit().open()
    log = chat.dialog.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    chat.page.evaluate(
        """() => {
          window.heard = [];
          const log = document.querySelector("lms-chat").shadowRoot.querySelector("[role=log]");
          const hear = (node) => node.textContent.trim() && window.heard.push(node.textContent);
          new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(hear)))
            .observe(log, {childList: true, subtree: true, characterData: true});
        }"""
    )
    said = [chat.ask(text).locator(".reply .text").all_inner_texts() for text in ("what is leiomyosarcoma", "what are the symptoms")]
    chat.find(".no").first.click()
    expect(chat.find("form.box")).to_be_visible()
    heard = chat.page.evaluate("window.heard")
    flat = [" ".join(text.split()) for texts in said for text in texts]
    assert [" ".join(text.split()) for text in heard] == flat


def test_a_reply_in_spanish_is_marked_so(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("hola, me pueden ayudar por favor en español?")
    expect(turn.locator(".reply .text")).to_have_attribute("lang", "es")
    expect(chat.dialog.get_by_role("log").locator("p").last).to_have_attribute("lang", "es")
    expect(chat.greeting.locator(".text")).to_have_attribute("lang", "en")


def test_a_rating_is_stored_and_is_no_message(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask(SURVIVAL)
    turn.locator(".yes").click()
    expect(turn.locator(".yes")).to_have_attribute("aria-pressed", "true")
    turn.locator(".no").click()
    turn.locator("textarea.reason").fill("too short")
    with chat.page.expect_request("**/chat/feedback") as sent:
        turn.get_by_role("button", name="Send reason").click()
    assert json.loads(sent.value.post_data or "{}")["reason"] == "too short"
    expect(turn.locator("form")).to_have_count(0)
    (kept,) = chat.history()
    assert list(kept["feedback"].values()) == ["not_helpful"]
    chat.page.reload()
    expect(chat.turns.locator(".no")).to_have_attribute("aria-pressed", "true")


def test_a_reload_keeps_the_conversation_and_another_tab_has_its_own(chat: Chat, page: Page, assistant: Assistant) -> None:
    chat.visit().open()
    answer = chat.ask(SURVIVAL).locator(".reply .text").first.inner_text()
    token = chat.token
    page.reload()
    # On a desktop it is open as it was, and has not taken the focus.
    expect(chat.turns.locator(".reply .text").first).to_have_text(answer, use_inner_text=True)
    assert chat.focused()["host"] == "BODY"
    assert chat.token == token
    other = Chat(page.context.new_page(), assistant)
    other.visit().open()
    expect(other.turns).to_have_count(0)
    other.ask("what are the symptoms")
    assert other.token != token
    assert [turn["text"] for turn in chat.history()] == [SURVIVAL]
    assert [turn["text"] for turn in other.history()] == ["what are the symptoms"]
    other.check_watched()


@pytest.mark.browser_context_args(viewport=PHONE)
def test_on_a_phone_it_does_not_cover_the_next_page(chat: Chat) -> None:
    chat.visit().open()
    chat.ask(SURVIVAL)
    chat.page.reload()
    expect(chat.launcher).to_be_visible()
    expect(chat.dialog).to_be_hidden()
    chat.launcher.click()
    expect(chat.turns).to_have_count(1)


def test_the_conversation_is_copied_as_plain_text(chat: Chat) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.visit().open()
    answer = chat.ask(SURVIVAL).locator(".reply .text").first.inner_text()
    chat.find("#options").click()
    chat.find("#copy").click()
    expect(chat.status).to_have_text("Copied.")
    expect(chat.find("#options")).to_be_focused()
    text = chat.page.evaluate("navigator.clipboard.readText()")
    assert f"You: {SURVIVAL}" in text
    assert f"Assistant: {answer}".partition("\n")[0] in text
    assert "Reviewed November 23, 2026" in text
    assert LINE in text


def test_where_copying_is_refused_the_text_is_there_to_select(chat: Chat) -> None:
    chat.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    chat.visit().open()
    chat.ask(SURVIVAL)
    chat.find("#options").click()
    chat.find("#copy").click()
    field = chat.find("#panel-copy textarea")
    expect(field).to_be_focused()
    assert f"You: {SURVIVAL}" in field.input_value()
    assert field.evaluate("(field) => field.selectionEnd - field.selectionStart === field.value.length")
    chat.page.keyboard.press("Escape")
    expect(chat.find("#options")).to_be_focused()


def test_start_over_begins_a_new_conversation(chat: Chat) -> None:
    chat.visit().open()
    chat.ask(SURVIVAL)
    chat.find(".save").click()
    before = chat.token
    chat.find("#options").click()
    chat.find("#restart").click()
    expect(chat.turns).to_have_count(0)
    expect(chat.greeting).to_be_visible()
    expect(chat.status).to_have_text("A new conversation has started.")
    assert chat.token != before
    expect(chat.find("#visit")).to_have_attribute("aria-label", "Visit list, 1 question")


def test_delete_asks_first_and_then_leaves_nothing(chat: Chat) -> None:
    chat.visit().open()
    chat.ask(SURVIVAL)
    chat.find(".save").click()
    token = chat.token
    panel = chat.panel("delete")
    expect(panel).to_have_attribute("role", "alertdialog")
    expect(chat.find("#keep")).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.turns).to_have_count(1)
    expect(chat.find("#options")).to_be_focused()
    chat.panel("delete")
    chat.find("#delete-now").click()
    expect(chat.find(".notice")).to_have_text("Your conversation was deleted.")
    expect(chat.status).to_have_text("Your conversation was deleted.")
    assert chat.assistant.call("GET", "/chat/messages", token)[0] == 401
    assert "survival" not in chat.page.evaluate("JSON.stringify(sessionStorage)")
    expect(chat.turns).to_have_count(0)
    chat.ask("what are the symptoms")
    assert chat.token != token


def test_what_identifies_is_taken_out_in_sight(chat: Chat) -> None:
    chat.visit().open()
    turn = chat.ask("my name is Anna Kowalski, what is the survival rate?")
    expect(turn.locator(".you")).not_to_contain_text("Kowalski")
    expect(turn.locator(".note").first).to_contain_text("were taken out")
    chat.page.reload()
    expect(chat.turns.locator(".note").first).to_contain_text("were taken out")


def test_a_long_text_is_counted_and_not_sent(chat: Chat) -> None:
    chat.visit().open()
    chat.input.fill("a" * 895)
    expect(chat.find("#left")).to_have_text("")
    chat.input.fill("a" * 950)
    expect(chat.find("#left")).to_have_text("50 characters left")
    chat.input.fill("a" * 1001)
    expect(chat.find("#left")).to_have_text("1 character too many")
    expect(chat.input).to_have_attribute("aria-invalid", "true")
    chat.input.press("Enter")
    expect(chat.turns).to_have_count(0)
    expect(chat.dialog.get_by_role("alert").filter(has_text="too long")).to_have_count(1)
    expect(chat.input).to_have_value("a" * 1001)


def test_the_field_is_one_for_words(chat: Chat) -> None:
    chat.visit().open()
    expect(chat.input).to_have_attribute("autocomplete", "off")
    expect(chat.input).to_have_attribute("spellcheck", "true")
    chat.input.press("Enter")
    expect(chat.turns).to_have_count(0)


def test_an_answer_comes_soon(chat: Chat, record_property: Callable[[str, object], None]) -> None:
    """From the click that opens it, through typing and sending, to the answer on the screen."""
    chat.visit()
    took = chat.page.evaluate(
        """async (question) => {
          const root = document.querySelector("lms-chat").shadowRoot;
          const until = async (selector) => { while (!root.querySelector(selector)) await new Promise(requestAnimationFrame); };
          const from = performance.now();
          root.querySelector("#launcher").click();
          await until("#input");
          root.querySelector("#input").value = question;
          root.querySelector("#send").click();
          await until(".turn .reply");
          return performance.now() - from;
        }""",
        SURVIVAL,
    )
    record_property("time_to_first_answer_ms", round(took))
    print(f"time to first answer: {took:.0f} ms")
    assert took < 3000
