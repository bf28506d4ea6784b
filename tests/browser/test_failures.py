"""The network fails in every way it can: what was typed is kept, the line is shown, and nothing is asked twice."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Route, expect

from tests.browser.chat import LINE, SURVIVAL, Chat


def _ways_out(where: Locator) -> None:
    for name, address in ((LINE, "tel:+14123598614"), ("911", "tel:911"), ("988", "tel:988")):
        expect(where.get_by_role("link", name=name, exact=True)).to_have_attribute("href", address)


def _send(chat: Chat, text: str = SURVIVAL) -> Locator:
    chat.input.fill(text)
    chat.input.press("Enter")
    return chat.turns.last


def test_unreachable_from_the_start(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit()
    chat.page.route("**/chat/sessions", lambda route: route.abort())
    chat.launcher.click()
    _ways_out(chat.find("#unreachable"))
    expect(chat.find("#line")).to_have_attribute("href", "tel:+14123598614")
    expect(chat.status).to_contain_text("cannot be reached")
    turn = _send(chat)
    expect(turn.locator(".unsent")).to_contain_text("Not sent.")
    _ways_out(turn)
    chat.page.unroute("**/chat/sessions")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator('[data-kind="answer"]')).to_be_visible()
    expect(chat.greeting).to_be_visible()
    assert [kept["text"] for kept in chat.history()] == [SURVIVAL]


def test_try_again_brings_the_greeting(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit()
    chat.page.route("**/chat/sessions", lambda route: route.abort(), times=1)
    chat.launcher.click()
    chat.find("#unreachable").get_by_role("button", name="Try again").click()
    expect(chat.greeting).to_be_visible()
    expect(chat.find("#unreachable")).to_have_count(0)
    expect(chat.input).to_be_focused()


def test_the_server_goes_and_comes_back(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    chat.ask("what are the symptoms")
    chat.assistant.stop()
    try:
        turn = _send(chat)
        expect(turn.locator(".unsent")).to_contain_text("Not sent.")
        expect(turn.locator(".you")).to_contain_text(SURVIVAL)
        _ways_out(turn)
        turn.get_by_role("button", name="Try again").click()
        expect(turn).to_be_focused()
        expect(turn.locator(".unsent")).to_be_visible()
    finally:
        chat.assistant.start()
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator('[data-kind="answer"]')).to_contain_text("20 to 40%")
    expect(turn.locator(".unsent")).to_have_count(0)
    assert [kept["text"] for kept in chat.history()] == ["what are the symptoms", SURVIVAL]


def test_an_answer_that_was_lost_is_not_asked_twice(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()

    def lose(route: Route) -> None:
        assert route.fetch().status == 200
        route.abort()

    chat.on_messages(lose, times=1)
    turn = _send(chat)
    expect(turn.locator(".unsent")).to_contain_text("Not sent.")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator('[data-kind="answer"]')).to_be_visible()
    assert len(chat.history()) == 1
    assert len([request for request in chat.requests if request.method == "POST" and request.url.endswith("/messages")]) == 2


def test_back_online_it_sends_by_itself(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    chat.page.context.set_offline(True)
    turn = _send(chat)
    expect(turn.locator(".unsent")).to_contain_text("Not sent.")
    chat.page.context.set_offline(False)
    expect(turn.locator('[data-kind="answer"]')).to_be_visible()
    assert len(chat.history()) == 1


def test_what_was_not_sent_outlives_a_reload(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    chat.on_messages(lambda route: route.abort(), times=1)
    expect(_send(chat).locator(".unsent")).to_be_visible()
    chat.page.reload()
    chat.turns.get_by_role("button", name="Try again").click()
    expect(chat.turns.locator('[data-kind="answer"]')).to_be_visible()
    expect(chat.turns).to_have_count(1)


def test_a_session_that_has_ended_is_replaced_and_said(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    first = chat.ask("what is leiomyosarcoma")
    before = chat.token
    assert chat.assistant.call("DELETE", "/chat/conversation", before)[0] == 204
    second = chat.ask(SURVIVAL)
    expect(second.locator('[data-kind="answer"]')).to_be_visible()
    expect(chat.find(".notice")).to_contain_text("new one")
    assert chat.token != before
    assert [kept["text"] for kept in chat.history()] == [SURVIVAL]
    # What was told before stays to be read; it can no longer be rated, and its choices still ask their question.
    expect(first.locator(".yes")).to_have_count(0)
    choice = first.locator(".choices button").first
    title = choice.inner_text()
    choice.click()
    expect(chat.turns.nth(2).locator(".reply").first).to_be_visible()
    assert [kept["text"] for kept in chat.history()] == [SURVIVAL, title]


def test_a_reload_after_the_session_has_ended(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    chat.ask("what is leiomyosarcoma")
    chat.assistant.call("DELETE", "/chat/conversation", chat.token)
    chat.page.reload()
    expect(chat.greeting).to_be_visible()
    expect(chat.find(".notice")).to_contain_text("new one")
    expect(chat.turns).to_have_count(0)


def test_too_many_messages_wait_and_say_so(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    answer = {"error": {"code": "too_many", "message": "Please wait a moment."}}
    headers = {"retry-after": "1", "access-control-expose-headers": "retry-after"}
    chat.on_messages(lambda route: route.fulfill(status=429, json=answer, headers=headers), times=1)
    turn = _send(chat)
    expect(turn).to_contain_text("will be sent in 1 second")
    expect(chat.status).to_contain_text("will be sent in 1 second")
    expect(turn.locator('[data-kind="answer"]')).to_be_visible()
    assert len(chat.history()) == 1


def test_an_answer_that_never_comes_is_given_up(chat: Chat) -> None:
    chat.page.clock.install()
    chat.visit().open()
    chat.hold()
    turn = _send(chat)
    expect(turn.locator(".typing")).to_contain_text("is writing")
    chat.page.clock.fast_forward(1_000)
    expect(chat.status).to_contain_text("is writing")
    chat.page.clock.fast_forward(23_000)
    expect(turn.locator(".typing")).to_be_visible()
    chat.page.clock.fast_forward(2_000)
    expect(turn.locator(".unsent")).to_contain_text("no answer in time")
    _ways_out(turn)
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator('[data-kind="answer"]')).to_be_visible()


def test_while_one_is_answered_the_next_waits_in_the_field(chat: Chat) -> None:
    chat.visit().open()
    held = chat.hold()
    _send(chat)
    chat.input.fill("and the symptoms?")
    chat.input.press("Enter")
    expect(chat.status).to_contain_text("wait for the answer")
    expect(chat.input).to_have_value("and the symptoms?")
    expect(chat.turns).to_have_count(1)
    held[0].continue_()
    expect(chat.turns.locator(".reply").first).to_be_visible()
    chat.input.press("Enter")
    expect(chat.turns).to_have_count(2)


def test_what_is_refused_goes_back_to_the_field(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    answer = {"error": {"code": "bad_text", "message": "Please write words.", "field": "text"}}
    chat.on_messages(lambda route: route.fulfill(status=400, json=answer), times=1)
    chat.input.fill("…")
    chat.input.press("Enter")
    expect(chat.dialog.get_by_role("alert").filter(has_text="Please write words.")).to_have_count(1)
    expect(chat.input).to_have_value("…")
    expect(chat.input).to_have_attribute("aria-describedby", re.compile("problem"))
    expect(chat.turns).to_have_count(0)


def test_a_deletion_that_fails_says_so(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    chat.ask(SURVIVAL)
    chat.page.route("**/chat/conversation", lambda route: route.abort(), times=1)
    panel = chat.panel("delete")
    chat.find("#delete-now").click()
    expect(panel.get_by_role("alert")).to_contain_text("could not be deleted")
    chat.find("#delete-now").click()
    expect(chat.find(".notice")).to_have_text("Your conversation was deleted.")


def test_a_rating_that_fails_says_so(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    turn = chat.ask(SURVIVAL)
    chat.page.route("**/chat/feedback", lambda route: route.abort(), times=1)
    turn.locator(".yes").click()
    expect(turn.locator(".note")).to_contain_text("could not be stored")
    expect(turn.locator(".yes")).to_have_attribute("aria-pressed", "false")
    turn.locator(".yes").click()
    expect(turn.locator(".yes")).to_have_attribute("aria-pressed", "true")


def test_back_on_a_page_that_was_put_aside(chat: Chat) -> None:
    """The browser shows a page of before as it was left; another page of the tab has gone on with the conversation."""
    chat.visit().open()
    chat.ask("what is leiomyosarcoma")
    put_aside = """(changes) => {
      const [key] = Object.keys(sessionStorage).filter((one) => one.startsWith("lms-chat"));
      sessionStorage.setItem(key, JSON.stringify({...JSON.parse(sessionStorage.getItem(key)), ...changes}));
      dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
    }"""
    asked = chat.assistant.call("POST", "/chat/messages", chat.token, {"id": "another-page", "text": SURVIVAL})
    assert asked[0] == 200
    chat.page.evaluate(put_aside, {"visit": ["Saved on another page"]})
    expect(chat.turns).to_have_count(2)
    expect(chat.turns.last.locator(".you")).to_contain_text(SURVIVAL)
    chat.turns.first.locator(".save").click()
    expect(chat.find("#visit")).to_have_attribute("aria-label", "Visit list, 2 questions")
    # There it was deleted: here too, and a new one is begun.
    before = chat.token
    chat.assistant.call("DELETE", "/chat/conversation", before)
    chat.page.evaluate(put_aside, {"session": None})
    expect(chat.turns).to_have_count(0)
    expect(chat.greeting).to_be_visible()
    assert chat.token != before


def test_put_aside_and_out_of_reach_the_conversation_stays(chat: Chat) -> None:
    chat.failures_expected = True
    chat.visit().open()
    chat.ask("what is leiomyosarcoma")
    chat.page.route("**/chat/messages", lambda route: route.abort(), times=1)
    with chat.page.expect_request("**/chat/messages"):
        chat.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(chat.turns).to_have_count(1)
    chat.ask(SURVIVAL)
    expect(chat.turns).to_have_count(2)
