"""The attack list on the second person: no way to publish one's own by another account, another's link, or another's name."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tests.integration.desk import PASSWORD, Browser, RunningDesk
from tests.integration.test_desk_pages import _form, _version
from web.desk.commands import Office
from web.desk.errors import Refused

AT = "/curation/entry/definition/2"
OTHER = "five other quiet words"


def _handed_in(running: RunningDesk, browser: Browser) -> None:
    """A draft of that browser's person waits for review."""
    browser.page("/curation")
    html = browser.submit("/curation/entry/definition/draft").text
    browser.submit(f"{AT}/edit", **{**_form(html), "title": "What LMS means", "then": "submit"})
    assert running.desk.curation.revision("definition", 2).status == "review"


def _linked(running: RunningDesk, admin: Browser, name: str) -> Browser:
    """A browser that used the link which an admin made for an account on the page."""
    account = running.desk.accounts.named(name)
    assert account is not None
    admin.page("/accounts")
    found = re.search(r"http://\S+(/sign-in/link/[\w-]+)", admin.submit(f"/accounts/{account.id}/link").text)
    assert found is not None
    browser = running.browser()
    browser.page(found.group(1))
    assert browser.submit(found.group(1)).status_code == 200
    return browser


def test_who_hands_out_accounts_neither_writes_nor_reviews(running: RunningDesk) -> None:
    _handed_in(running, running.browser("curator", "ann"))
    admin = running.browser("admin")
    admin.page("/accounts")
    for route in running.app.routes:
        path = re.sub(r"\{number\}", "2", re.sub(r"\{entry\}", "definition", route.path))  # type: ignore[attr-defined]
        if path.startswith("/curation"):
            method = "POST" if "POST" in route.methods else "GET"  # type: ignore[attr-defined]
            sent = admin.request(method, path, data={"csrf": admin.csrf, "version": "2", "note": "x"} if method == "POST" else None)
            assert sent.status_code == 403, path
    assert running.desk.curation.revision("definition").status == "review"


def test_with_anothers_link_nothing_is_reviewed_until_the_person_signs_in_by_themselves(running: RunningDesk) -> None:
    running.account("ben", "reviewer")
    _handed_in(running, running.browser("curator", "ann"))
    admin = running.browser("admin")
    as_ben = _linked(running, admin, "ben")
    html = as_ben.page(AT)
    assert ">Approve<" not in html
    assert "a link that admin made" in html
    running.desk.flags.add("survival", 1, "not so", "ann")
    steps = [
        f"{AT}/approve",
        f"{AT}/publish",
        f"{AT}/roll-back",
        "/curation/entry/definition/1/retire",
        "/curation/settle",
        "/curation/wrong/1",
    ]
    for path in steps:
        answer = as_ben.submit(path, version="2", note="x", fact="about.how_common", published="1")
        assert answer.status_code == 403, path
        assert "a link that admin made" in answer.text, path
    assert len(running.desk.flags.open()) == 1
    # The password that is set in such a session does not make it the person's own: it ends, and they sign in.
    as_ben.page("/own")
    told = as_ben.submit("/own/password", new=OTHER, again=OTHER)
    assert "Sign in with it" in told.text
    assert as_ben.get("/own").status_code == 303
    as_ben.sign_in("ben", OTHER)
    assert "Approved" in as_ben.submit(f"{AT}/approve", version=_version(as_ben.page(AT))).text
    # Whom it happened to can see it.
    own = as_ben.page("/own")
    for line in ("sign-in link made by admin", "(link, made by admin)", "password set"):
        assert line in own, line


def test_a_new_reviewer_begins_by_link_sets_a_password_and_works(running: RunningDesk) -> None:
    _handed_in(running, running.browser("curator", "ann"))
    admin = running.browser("admin")
    admin.page("/accounts")
    admin.submit("/accounts", name="cy", role="reviewer")
    cy = _linked(running, admin, "cy")
    assert "Set a password" in cy.page("/own")
    assert "This answer is wrong" in cy.page("/answer/definition")  # all but reviewing can be done at once
    cy.page("/own")
    cy.submit("/own/password", new=OTHER, again=OTHER)
    cy.sign_in("cy", OTHER)
    html = cy.submit(f"{AT}/approve", version=_version(cy.page(AT))).text
    assert "The next person who asks hears it" in cy.submit(f"{AT}/publish", version=_version(html)).text


def test_the_local_run_gives_two_people_and_an_admin_and_none_publishes_their_own(running: RunningDesk) -> None:
    office = Office.open(running.settings, running.desk.accounts._engine)
    links = list(office.local_links().values())
    browsers = []
    for address in links:
        browser = running.browser()
        browser.page(address.removeprefix(running.settings.public_url))
        assert browser.submit(address.removeprefix(running.settings.public_url)).status_code == 200
        browsers.append(browser)
    first, second, admin = browsers
    _handed_in(running, first)
    html = first.page(AT)
    assert first.submit(f"{AT}/approve", version=_version(html)).status_code == 403
    html = second.submit(f"{AT}/approve", version=_version(second.page(AT))).text
    assert "Published" in second.submit(f"{AT}/publish", version=_version(html)).text
    assert "local-second" in admin.page("/accounts")
    admin.page("/curation", 403)
    # Another run finds them as they were, whatever became of them.
    account = running.desk.accounts.named("local")
    assert account is not None
    running.desk.accounts.change(account.id, "staff", False, "test")
    office.local_links()
    assert [(one.name, one.role) for one in running.desk.accounts.all() if one.active] == [
        ("local", "reviewer"), ("local-admin", "admin"), ("local-second", "reviewer"),
    ]  # fmt: skip


def test_two_accounts_of_one_person_are_one_person(running: RunningDesk) -> None:
    ann, also = running.browser("curator", "ann"), running.browser("reviewer", "ann@hospital.example")
    account, admin = running.desk.accounts.named("ann@hospital.example"), running.browser("admin")
    assert account is not None
    admin.page("/accounts")
    assert admin.submit(f"/accounts/{account.id}", role="reviewer", active="yes", person="nobody-there").status_code == 400
    assert "was changed" in admin.submit(f"/accounts/{account.id}", role="reviewer", active="yes", person="ann").text
    also.sign_in("ann@hospital.example")
    assert "you count as <strong>ann</strong>" in also.page("/own")
    _handed_in(running, ann)
    html = also.page(AT)
    assert ">Approve<" not in html
    assert also.submit(f"{AT}/approve", version=_version(html)).status_code == 403
    # And the other way round: what the second account writes, the first did.
    assert [event.who for event in running.desk.curation.audit("definition", 3)] == ["ann"] * 3
    also.submit(f"{AT}/send-back", version=_version(html), note="again")
    assert running.desk.curation.audit("definition")[0].who == "ann"


def test_an_account_that_joins_a_person_brings_along_those_that_were_its_own(running: RunningDesk) -> None:
    accounts = running.desk.accounts
    for name, person in (("a", None), ("b", "a"), ("c", None)):
        accounts.create(name, "curator", "test", person=person)
    first = accounts.named("a")
    assert first is not None
    accounts.change(first.id, "curator", True, "test", person="c")
    assert {one.name: one.person for one in accounts.all()} == {"a": "c", "b": "c", "c": "c"}


def test_a_password_is_set_without_the_old_one_only_just_after_a_link(running: RunningDesk) -> None:
    running.account("ann", "staff")
    admin = running.browser("admin")
    ann = _linked(running, admin, "ann")
    running.clock.ahead += dt.timedelta(minutes=11)
    assert "Password of before" in ann.page("/own")
    assert ann.submit("/own/password", new=OTHER, again=OTHER).status_code == 403
    assert ann.submit("/own/password", old=PASSWORD, new=OTHER, again=OTHER).status_code == 200
    admin.submit("/accounts", name="new", role="staff")
    new = _linked(running, admin, "new")
    running.clock.ahead += dt.timedelta(minutes=11)
    assert "within ten minutes" in new.page("/own")
    assert new.submit("/own/password", new=OTHER, again=OTHER).status_code == 403
    assert running.browser().sign_in("new", OTHER).status_code == 401


@pytest.mark.parametrize("name", ["\u212aim", "ann\u202e", "\uff41nn", "ann\u200b", "\u0430nn"])
def test_a_name_that_only_looks_like_another_is_none(running: RunningDesk, name: str) -> None:
    admin = running.browser("admin")
    admin.page("/accounts")
    assert admin.submit("/accounts", name=name, role="staff").status_code == 400


def test_who_becomes_one_person_later_does_not_review_what_the_other_account_wrote(running: RunningDesk) -> None:
    _handed_in(running, running.browser("curator", "ann"))
    running.account("ann-too", "reviewer")
    accounts = running.desk.accounts
    ann, too = accounts.named("ann"), accounts.named("ann-too")
    assert ann is not None
    assert too is not None
    accounts.change(ann.id, "curator", True, "test", person="ann-too")
    browser = running.browser("reviewer", "ann-too")
    html = browser.page(AT)
    assert ">Approve<" not in html
    assert browser.submit(f"{AT}/approve", version=_version(html)).status_code == 403
    assert running.desk.curation.revision("definition").status == "review"
    with pytest.raises(Refused, match="stay so"):
        accounts.change(ann.id, "curator", True, "test", person="ann")
