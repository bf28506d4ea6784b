"""The desk over HTTP: each role's pages, a day's work from question to published answer, and what happens when parts are gone."""

from __future__ import annotations

import datetime as dt
import re
import threading
from pathlib import Path

import pytest

from bot.conversations import ConversationStore, Turn
from bot.conversations.store import new_token
from knowledge import KnowledgeStore
from knowledge import create_engine as knowledge_engine
from tests.integration.desk import PASSWORD, RunningDesk

LINE = "(412) 359-8614"
_PHONE = ["/", "/embed", "/answer/survival", "/topic/ask_survival?spread=advanced", "/handoffs", "/own"]
_NUMBERS = ["/asked", "/asked.csv", "/dashboard", "/dashboard/days.csv", "/dashboard/topics.csv"]
_CURATION = ["/curation", "/curation/entries", "/curation/trail", "/curation/entry/survival"]
_PAGES = {
    "staff": _PHONE,
    "curator": [*_PHONE, *_NUMBERS, *_CURATION],
    "reviewer": [*_PHONE, *_NUMBERS, *_CURATION],
    "admin": [*_PHONE, *_NUMBERS, "/accounts", "/trail"],
}


def asked_for_a_person(running: RunningDesk, *said: str, kind: str = "escalation", entry: str = "request-human") -> str:
    """A website conversation in the desk's database of conversations; its token."""
    store = ConversationStore(running.desk.handoffs._engine)
    token = new_token()
    store.begin(token, [])
    session = store.session(token)
    assert session is not None
    for number, text in enumerate(said):
        custom = {"kind": kind, "entry": entry, "revision": 1}
        reply = {"id": f"r-{token[:8]}-{number}", "text": f"You can call {LINE}.", "buttons": [], "custom": custom, "detail": None}
        store.add(session, Turn(0, f"id-{number}", "d", text, False, [reply], dt.datetime(2026, 1, 1)))
    return token


def test_each_role_has_its_pages_and_no_others(running: RunningDesk) -> None:
    everything = {path for paths in _PAGES.values() for path in paths}
    for role, paths in _PAGES.items():
        browser = running.browser(role)
        for path in everything:
            browser.page(path, 200 if path in paths else 403)


def test_without_the_assistant_search_answers_and_safety_words_come_first(running: RunningDesk) -> None:
    browser = running.browser("staff")
    browser.page("/")
    html = browser.submit("/", text="what scans find it", do="answer").text
    assert "cannot be asked" in html
    assert "Found by words" in html
    assert LINE in html
    assert "PowerShare" in html
    html = browser.submit("/", text="he wants to kill himself, what is the survival rate", do="search").text
    assert html.index("Say this first") < html.index("988") < html.index("Found by words")
    assert browser.submit("/", text="  ").status_code == 400


def test_an_answer_has_all_that_staff_need(running: RunningDesk) -> None:
    browser = running.browser("staff")
    html = browser.page("/answer/survival-advanced")
    for part in (
        "20 to 40%",
        "Reviewed on 2026-",
        "FAQ: survival rate",
        "Read-aloud script",
        "Do not read figures aloud",
        "Related answers",
    ):
        assert part in html, part
    assert "four one two, three five nine, eight six one four" in browser.page("/answer/what-to-bring")
    browser.page("/answer/nothing-of-that-name", 404)
    browser.page("/topic/ask_nothing", 404)


def test_a_flag_reaches_the_curators_redacted_and_is_settled_once(running: RunningDesk) -> None:
    staff, curator = running.browser("staff"), running.browser("curator")
    staff.page("/answer/survival")
    told = staff.submit("/flag", entry="survival", revision="1", note="my name is John Miller, call 412-555-0134: figure is old")
    assert "The curators will look" in told.text
    html = curator.page("/curation")
    assert "figure is old" in html
    assert "Miller" not in html
    assert "555-0134" not in html
    number = re.search(r"/curation/wrong/(\d+)", html)
    assert number is not None
    assert "settled" in curator.submit(f"/curation/wrong/{number.group(1)}").text
    assert curator.submit(f"/curation/wrong/{number.group(1)}").status_code == 409


def test_a_handoff_is_taken_by_one_given_back_and_done(running: RunningDesk) -> None:
    asked_for_a_person(running, "can i talk to a person")
    ann, bob = running.browser("staff", "ann"), running.browser("staff", "bob")
    assert "Asked for a person" in ann.page("/handoffs")
    bob.page("/handoffs")
    assert "yours now" in ann.submit("/handoffs/1/take").text
    assert "can i talk to a person" in ann.page("/handoffs/1")
    assert "Somebody else was quicker" in bob.submit("/handoffs/1/take").text
    assert "not yours" in bob.submit("/handoffs/1/done", seen="1").text
    assert "given the conversation back" in ann.submit("/handoffs/1/release").text
    assert "yours now" in bob.submit("/handoffs/1/take").text
    assert bob.submit("/handoffs/1/done").status_code == 400
    assert "marked as done" in bob.submit("/handoffs/1/done", seen="1").text
    assert [(one.status, one.done_by) for one in running.desk.handoffs.listed()] == [("done", "bob")]
    trail = running.browser("admin").page("/trail")
    assert "handoff taken" in trail
    assert "transcript read" in trail


def test_of_ten_who_take_at_once_one_gets_it(running: RunningDesk) -> None:
    asked_for_a_person(running, "a person please")
    browsers = [running.browser("staff", f"staff{n}") for n in range(10)]
    for browser in browsers:
        browser.page("/handoffs")
    got: list[str] = []
    gate = threading.Barrier(10)

    def take(browser: object) -> None:
        gate.wait()
        got.append(browser.submit("/handoffs/1/take", follow=False).headers["location"])  # type: ignore[attr-defined]

    threads = [threading.Thread(target=take, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["/handoffs/1?done=taken", *["/handoffs?done=not-taken"] * 9]


def test_handoffs_and_sessions_survive_a_restart_and_deletion_is_told(tmp_path: Path, loaded: Path) -> None:
    first = RunningDesk(tmp_path, loaded)
    token = asked_for_a_person(first, "a person please")
    ann = first.browser("staff", "ann")
    ann.page("/handoffs")
    ann.submit("/handoffs/1/take")
    first.stop()
    second = RunningDesk(tmp_path, loaded, DESK_PORT=str(first.port))
    html = ann.page("/handoffs/1")
    assert "a person please" in html
    from bot.conversations.store import token_hash

    ConversationStore(second.desk.handoffs._engine).delete(token_hash(token))
    html = ann.page("/handoffs/1")
    assert "a person please" not in html
    assert "transcript was deleted" in html
    second.stop()


def test_the_list_tells_nothing_where_nothing_has_changed_and_is_no_use_of_the_session(running: RunningDesk) -> None:
    asked_for_a_person(running, "a person please")
    browser = running.browser("staff")
    html = browser.page("/handoffs")
    state = re.search(r"/handoffs/now\?state=(\w+)", html)
    assert state is not None
    assert browser.get(f"/handoffs/now?state={state.group(1)}").status_code == 204
    asked_for_a_person(running, "and me")
    assert "Open (2)" in browser.page(f"/handoffs/now?state={state.group(1)}")
    for _ in range(4):
        running.clock.ahead += dt.timedelta(minutes=10)
        answer = browser.get("/handoffs/now", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


def test_a_draft_is_checked_reviewed_by_a_second_person_published_and_heard_by_the_next(running: RunningDesk) -> None:
    ann, ben = running.browser("reviewer", "ann"), running.browser("reviewer", "ben")
    store = KnowledgeStore(knowledge_engine(running.environ["KNOWLEDGE_DATABASE_URL"]))
    before = store.entry("definition")
    assert before is not None
    ann.page("/curation/entry/definition")
    html = ann.submit("/curation/entry/definition/draft").text
    fields = _form(html)
    # What breaks a check is kept and told, and cannot be handed in.
    html = ann.submit("/curation/entry/definition/2/edit", **{**fields, "answer": "It has a chance of 77%.", "then": "keep"}).text
    assert "The checks find" in html
    assert ann.submit("/curation/entry/definition/2/edit", **{**_form(html), "then": "submit"}).status_code == 400
    html = ann.page("/curation/entry/definition/2")
    wording = before.text + "\n\nAsk us anything."
    html = ann.submit("/curation/entry/definition/2/edit", **{**_form(html), "answer": wording, "then": "submit"}).text
    assert "second person" in html
    assert ">Approve<" not in html
    html = ben.page("/curation/entry/definition/2")
    assert "<ins>" in html
    version = _version(html)
    html = ben.submit("/curation/entry/definition/2/approve", version=version).text
    assert store.entry("definition") == before
    html = ben.submit("/curation/entry/definition/2/publish", version=_version(html)).text
    assert "The next person who asks hears it" in html
    after = store.entry("definition")
    assert after is not None
    assert after.text.endswith("Ask us anything.")
    assert "Ask us anything." in running.browser("staff").page("/answer/definition")
    html = ann.submit("/curation/entry/definition/1/roll-back", published="2", note="shorter is better").text
    assert "published again" in html
    assert "roll back" in ann.page("/curation/trail")
    assert "The trail is whole" in ann.page("/curation/trail")
    assert store.entry("definition").text == before.text  # type: ignore[union-attr]


def test_who_comes_second_with_an_edit_is_told_and_changes_nothing(running: RunningDesk) -> None:
    ann, ben = running.browser("curator", "ann"), running.browser("curator", "ben")
    ann.page("/curation")
    html = ann.submit("/curation/entry/definition/draft").text
    fields = _form(html)
    ben.page("/curation/entry/definition/2")
    assert ann.submit("/curation/entry/definition/2/edit", **{**fields, "title": "By Ann"}).status_code == 200
    assert ben.submit("/curation/entry/definition/2/edit", **{**fields, "title": "By Ben"}).status_code == 409
    assert 'value="By Ann"' in ben.page("/curation/entry/definition/2")


def test_what_people_ask_is_grouped_and_told_only_where_three_asked(running: RunningDesk) -> None:
    texts = ("what is the cost pray tell", "how much does it cost pray tell", "what does this cost pray tell")
    for text in texts:
        asked_for_a_person(running, text, kind="gap", entry="cost")
    for text in ("what should i eat", "is sugar bad", "which vitamins help"):
        asked_for_a_person(running, text, kind="gap", entry="diet")
    for text in ("can i keep my parrot", "tell me about my pet parrot"):
        asked_for_a_person(running, text, kind="out_of_scope", entry="out-of-scope")
    curator = running.browser("curator")
    html = curator.page("/asked")
    assert sum(text in html for text in texts) == 1
    # Of one topic, and no three mean the same: the entry's own question stands for them.
    assert _named(running, "diet") in html
    assert "sugar" not in html
    assert "parrot" not in html
    assert "2 questions lie in those" in html
    csv = curator.page("/asked.csv")
    assert csv.startswith('\ufeff"question"')
    assert "parrot" not in csv
    assert "sugar" not in csv
    assert sum(text in csv for text in texts) == 1
    found = re.search(r'action="(/curation/entry/[\w-]+/draft)">.*?name="wording" value="([^"]*)"', html, re.S)
    assert found is not None
    html = curator.submit(found.group(1), wording=found.group(2)).text
    assert _form(html)["examples"] == found.group(2) in texts
    assert "Nothing of it is kept yet" in html
    assert _kept_of(running, "pray tell") == 0
    at = re.search(r'action="(/curation/entry/[\w-]+/\d+/edit)"', html)
    assert at is not None
    curator.submit(at.group(1), **{**_form(html), "examples": "what must i pay for it"})
    assert _kept_of(running, "pray tell") == 0
    assert _kept_of(running, "what must i pay for it") > 0
    board = curator.page("/dashboard")
    assert '<svg class="chart"' in board
    today = running.clock().date().isoformat()
    assert re.search(rf'"{today}","0","6","0","2","0","0","0"', curator.page("/dashboard/days.csv"))


def _named(running: RunningDesk, topic: str) -> str:
    return next(one.question for one in running.desk.knowledge.topics() if one.topic == topic)


def _kept_of(running: RunningDesk, text: str) -> int:
    """How often a text stands in the files of the content's store."""
    folder = Path(running.environ["KNOWLEDGE_DATABASE_URL"].removeprefix("sqlite:///")).parent
    return sum(file.read_bytes().count(text.encode()) for file in folder.glob("knowledge.db*"))


def test_an_admin_makes_an_account_and_hands_out_a_link_that_works_once(running: RunningDesk) -> None:
    admin = running.browser("admin")
    admin.page("/accounts")
    html = admin.submit("/accounts", name="New.Person@hospital.example", role="curator").text
    link = re.search(r"http://\S+(/sign-in/link/[\w-]+)", html)
    assert link is not None
    assert link.group(1) not in admin.page("/accounts")
    new = running.browser()
    new.page(link.group(1))
    new.page(link.group(1))  # looking at it does not use it up
    assert new.submit(link.group(1)).status_code == 200
    assert "new.person@hospital.example" in new.page("/own")
    other = running.browser()
    other.page(link.group(1))
    assert other.submit(link.group(1)).status_code == 403
    html = admin.submit("/accounts", name="late", role="staff").text
    late = re.search(r"http://\S+(/sign-in/link/[\w-]+)", html)
    assert late is not None
    running.clock.ahead += dt.timedelta(minutes=11)
    other.page("/sign-in")
    assert other.submit(late.group(1)).status_code == 403


def test_ones_own_password_is_changed_with_the_old_one_and_ends_other_sessions(running: RunningDesk) -> None:
    here, there = running.browser("staff"), running.browser("staff")
    here.page("/own")
    new = "five other quiet words"
    assert here.submit("/own/password", old="wrong password here", new=new, again=new).status_code == 403
    assert here.submit("/own/password", old=PASSWORD, new="short", again="short").status_code == 400
    assert here.submit("/own/password", old=PASSWORD, new=new, again=new + "x").status_code == 400
    assert "new password is kept" in here.submit("/own/password", old=PASSWORD, new=new, again=new).text
    here.page("/")
    assert there.get("/").status_code == 303
    assert running.browser().sign_in("staff").status_code == 401
    assert running.browser().sign_in("staff", new).status_code == 200


@pytest.mark.parametrize("page", ["/handoffs", "/curation", "/"])
def test_a_database_that_is_gone_is_told_and_not_thrown(running: RunningDesk, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = running.browser("reviewer")
    import sqlalchemy as sa

    broken = sa.create_engine("sqlite:////nowhere/at/all.db", future=True)
    monkeypatch.setattr(running.desk.handoffs, "_engine", broken)
    monkeypatch.setattr(running.desk.curation, "_engine", broken)
    monkeypatch.setattr(running.desk.knowledge, "_engine", broken)
    monkeypatch.setattr(running.desk.knowledge, "_changes", type("Never", (), {"version": lambda self: None})())
    html = browser.page(page, 503)
    assert "out of reach" in html
    assert "nowhere" not in html


def _form(html: str) -> dict[str, object]:
    """The editor's fields as they stand on a page."""
    import html as escape

    form = html[html.index("/edit") :]
    fields: dict[str, object] = {
        name: escape.unescape(value) for name, value in re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S)
    }
    fields |= {name: escape.unescape(value) for name, value in re.findall(r'<input id="\w+" name="(\w+)" value="([^"]*)"', form)}
    for name, options in re.findall(r'<select id="\w+" name="(\w+)">(.*?)</select>', form, re.S):
        fields[name] = re.search(r"<option selected>(.*?)</option>", options).group(1)  # type: ignore[union-attr]
    fields["facets"] = re.findall(r'name="facets" value="([^"]+)" checked', form)
    fields["version"] = _version(html)
    return fields


def _version(html: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found is not None
    return found.group(1)
