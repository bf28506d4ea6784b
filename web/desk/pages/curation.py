"""Curation: drafts, review by a second person, publishing, and what to look at next. The rules are the library's, not the page's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from knowledge import DraftRefused
from knowledge.curation import FIELDS, Revision, same_person
from web.desk.errors import Refused
from web.desk.visit import Visit

_NAME = re.compile(r"[a-z0-9_-]{1,80}")
_SOON = 30
_LISTS = ("facts", "detail_facts", "suggestions", "examples")
_FOUND = 6


def show(visit: Visit) -> Response:
    """What there is to do."""
    curation = visit.desk.curation
    open_ = [one for one in curation.entries() if one.open is not None]
    return visit.render(
        "curation.html",
        review=[one for one in open_ if one.open_status in {"review", "approved"}],
        drafts=[one for one in open_ if one.open_status == "draft"],
        stale=curation.stale(_SOON),
        flags=curation.flags(),
        wrong=visit.desk.flags.open(),
        choices=curation.choices(),
        titles={answer.entry: answer.title for answer in visit.desk.knowledge.entries()},
    )


def entries(visit: Visit) -> Response:
    """All entries, or those of a topic."""
    choices = visit.desk.curation.choices()
    topic = visit.request.query_params.get("topic", "")
    chosen = topic if topic in choices.topics else None
    return visit.render("entries.html", entries=visit.desk.curation.entries(chosen), topics=choices.topics, topic=chosen)


def begin(visit: Visit) -> Response:
    """From a question that has no answer to a draft: the entries nearest to it, and a new one."""
    wording = visit.text("wording", 300)
    hits = visit.desk.search(wording, _FOUND)
    return visit.render("begin.html", wording=wording, hits=hits, topics=visit.desk.curation.choices().topics)


def new_draft(visit: Visit) -> Response:
    """A draft of an entry; the wording that was asked stands in its form."""
    return _opened(visit, visit.desk.curation.new_draft(visit.who.person, _entry(visit)))


def new_entry(visit: Visit) -> Response:
    """A draft of a new entry of a topic."""
    entry, topic = visit.text("entry", 80).strip(), visit.text("topic", 80)
    return _opened(visit, visit.desk.curation.new_entry(visit.who.person, entry, topic))


def history(visit: Visit) -> Response:
    """An entry: what is told, and all that was."""
    entry = _entry(visit)
    revisions = visit.desk.curation.history(entry)
    return visit.render("entry.html", entry=entry, revisions=revisions, audit=visit.desk.curation.audit(entry, 50), **_states(revisions))


def revision(visit: Visit) -> Response:
    """One revision: the editor of a draft, the words of any other; checks, and the difference to what is told."""
    found = visit.desk.curation.revision(_entry(visit), visit.number("number"))
    return _revision(visit, found, _values(found))


def edit(visit: Visit) -> Response:
    """Keep what was written; what cannot be kept is told, and stands in the form as it was typed."""
    entry, number = _entry(visit), visit.number("number")
    changes = _changes(visit)
    try:
        kept = visit.desk.curation.edit(visit.who.person, entry, number, _version(visit), **changes)
    except DraftRefused as refused:
        found = visit.desk.curation.revision(entry, number)
        typed = {name: visit.text(name, 20_000) for name in FIELDS if name != "facets"}
        return _revision(visit, found, {**typed, "facets": visit.texts("facets")}, refused)
    if visit.text("then") != "submit":
        return visit.go(f"/curation/entry/{entry}/{number}", "draft")
    visit.desk.curation.submit(visit.who.person, entry, number, kept.version)
    return visit.go(f"/curation/entry/{entry}/{number}", "submitted")


def compare(visit: Visit) -> Response:
    """Two revisions side by side."""
    entry, number = _entry(visit), visit.number("number")
    wanted = visit.request.query_params.get("with", "")
    left = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 7 else None
    return visit.render("compare.html", entry=entry, comparison=visit.desk.curation.compare(entry, left, number))


def send_back(visit: Visit) -> Response:
    """Give a revision back to its author, with a note."""
    entry, number = _entry(visit), visit.number("number")
    visit.desk.curation.send_back(visit.who.person, entry, number, _version(visit), visit.text("note"))
    return visit.go(f"/curation/entry/{entry}/{number}", "returned")


def withdraw(visit: Visit) -> Response:
    """Give a draft up."""
    entry = _entry(visit)
    visit.desk.curation.withdraw(visit.who.person, entry, visit.number("number"), _version(visit))
    return visit.go(f"/curation/entry/{entry}", "withdrawn")


def rebase(visit: Visit) -> Response:
    """Say that a draft takes into account what was published meanwhile."""
    entry, number = _entry(visit), visit.number("number")
    visit.desk.curation.rebase(visit.who.person, entry, number, _version(visit))
    return visit.go(f"/curation/entry/{entry}/{number}", "draft")


def approve(visit: Visit) -> Response:
    """Say that it is true; never of one's own."""
    entry, number = _entry(visit), visit.number("number")
    _second_person(visit, entry, number)
    visit.desk.curation.approve(visit.who.person, entry, number, _version(visit), visit.text("note") or None)
    return visit.go(f"/curation/entry/{entry}/{number}", "approved")


def publish(visit: Visit) -> Response:
    """Have it told; never one's own."""
    entry, number = _entry(visit), visit.number("number")
    _second_person(visit, entry, number)
    visit.desk.curation.publish(visit.who.person, entry, number, _version(visit))
    return visit.go(f"/curation/entry/{entry}", "published")


def roll_back(visit: Visit) -> Response:
    """Publish an earlier wording again, at once."""
    entry = _entry(visit)
    published = visit.text("published", 9)
    seen = int(published) if published.isascii() and published.isdecimal() else None
    _second_person(visit, entry, visit.number("number"))
    visit.desk.curation.roll_back(visit.who.person, entry, visit.number("number"), seen, visit.text("note"))
    return visit.go(f"/curation/entry/{entry}", "rolled-back")


def retire(visit: Visit) -> Response:
    """Have an entry no longer told."""
    entry = _entry(visit)
    visit.desk.curation.retire(visit.who.person, entry, visit.number("number"), visit.text("note"))
    return visit.go(f"/curation/entry/{entry}", "retired")


def settle(visit: Visit) -> Response:
    """Settle the question about a fact."""
    visit.desk.curation.settle(visit.who.person, visit.text("fact", 80), visit.text("note"))
    return visit.go("/curation", "settled")


def settle_wrong(visit: Visit) -> Response:
    """Settle a flag of the phone page."""
    if not visit.desk.flags.settle(visit.number("number"), visit.who.name):
        raise Refused("This flag is settled already.", 409)
    return visit.go("/curation", "settled")


def trail(visit: Visit) -> Response:
    """The audit trail of the store, proved anew each time it is looked at."""
    return visit.render("curation_trail.html", events=visit.desk.curation.audit(limit=200), proof=visit.desk.curation.verify_audit())


def _opened(visit: Visit, made: Revision) -> Response:
    """The new draft. What somebody asked only stands in the form: nothing of it is kept until a curator keeps the draft."""
    wording = " ".join(visit.text("wording", 300).split())
    if not wording:
        return visit.go(f"/curation/entry/{made.entry}/{made.number}", "draft")
    return _revision(visit, made, {**_values(made), "examples": wording}, asked=True)


def _revision(
    visit: Visit, found: Revision, values: Mapping[str, Any], refused: DraftRefused | None = None, asked: bool = False
) -> Response:
    curation = visit.desk.curation
    states = _states(curation.history(found.entry))
    problems = refused.problems if refused else curation.check(found.entry, found.number) if found.status in _ON_ITS_WAY else ()
    return visit.render(
        "revision.html",
        400 if refused else 200,
        one=found,
        values=values,
        problems=problems,
        refused=refused is not None,
        asked=asked,
        choices=curation.choices(),
        own=_wrote(visit, found),
        comparison=curation.compare(found.entry, found.base, found.number) if found.status in _ON_ITS_WAY else None,
        **states,
    )


def _wrote(visit: Visit, found: Revision) -> bool:
    """Whether the person wrote on it, under the name of any of their accounts: they may have become one person since."""
    return any(same_person(own, name) for own in visit.desk.accounts.names_of(visit.who) for name in (found.author, *found.editors))


def _second_person(visit: Visit, entry: str, number: int) -> None:
    if _wrote(visit, visit.desk.curation.revision(entry, number)):
        raise Refused("You wrote on this, with this account or another of yours; somebody else must do it.", 403)


_ON_ITS_WAY = frozenset({"draft", "review", "approved"})


def _states(revisions: tuple[Revision, ...]) -> dict[str, Any]:
    published = next((one.number for one in revisions if one.status == "published"), None)
    return {"published": published, "on_its_way": next((one.number for one in revisions if one.status in _ON_ITS_WAY), None)}


def _values(found: Revision) -> dict[str, Any]:
    """A revision as the form shows it."""
    values: dict[str, Any] = {name: getattr(found, name) or "" for name in FIELDS}
    values |= {name: "\n".join(getattr(found, name)) for name in _LISTS}
    values["review_by"] = found.review_by.isoformat() if found.review_by else ""
    values["facets"] = [f"{name}: {value}" for name, listed in found.facets.items() for value in listed]
    return values


def _changes(visit: Visit) -> dict[str, Any]:
    """The fields of a form as the library takes them. Only these: what else a form holds changes nothing."""
    changes: dict[str, Any] = {name: visit.text(name, 20_000) for name in FIELDS if name not in (*_LISTS, "facets")}
    changes |= {name: [line for line in visit.text(name, 20_000).split("\n") if line.strip()] for name in _LISTS}
    facets: dict[str, list[str]] = {}
    for pair in visit.texts("facets"):
        name, _, value = pair.partition(": ")
        facets.setdefault(name, []).append(value)
    return {**changes, "facets": facets}


def _version(visit: Visit) -> int:
    version = visit.text("version", 9)
    if not (version.isascii() and version.isdecimal()):
        raise Refused("The form does not say which version was seen; open the page again.")
    return int(version)


def _entry(visit: Visit) -> str:
    entry = str(visit.request.path_params["entry"])
    if not _NAME.fullmatch(entry):
        raise Refused("There is no such page.", 404)
    return entry
