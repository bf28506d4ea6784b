"""Conversations that asked for a person: who waits, who has them, what was said."""

from __future__ import annotations

import datetime as dt
import hashlib

from starlette.responses import Response

from bot.conversations import Handoff
from web.desk.errors import Refused
from web.desk.visit import Visit

REASONS = {
    "crisis": "Crisis: may harm themselves or others",
    "emergency": "Emergency",
    "asked": "Asked for a person",
    "distress": "In distress",
    "personal": "Asked about their own case",
    "not_understood": "Not understood twice",
}


def show(visit: Visit) -> Response:
    """The lists. A browser that shows this state already is told nothing, and leaves the page as it is."""
    handoffs, now = visit.desk.handoffs, visit.desk.now()
    open_, assigned, done = handoffs.listed("open"), handoffs.listed("assigned"), handoffs.listed("done", most=25)
    waits = {one.id: waiting(one, now) for one in (*open_, *assigned)}
    state = hashlib.sha256(repr((open_, assigned, done, waits)).encode()).hexdigest()[:16]
    if visit.request.query_params.get("state") == state:
        return Response(status_code=204)
    return visit.render("handoffs.html", open=open_, assigned=assigned, done=done, waits=waits, reasons=REASONS, state=state)


def one(visit: Visit) -> Response:
    """One conversation with its transcript."""
    handoff = _known(visit)
    with visit.desk.audit.noting(visit.who.name, "transcript read", str(handoff.id)):
        lines = visit.desk.handoffs.transcript(handoff.id)
    return visit.render("handoff.html", one=handoff, lines=lines, reasons=REASONS, wait=waiting(handoff, visit.desk.now()))


def take(visit: Visit) -> Response:
    """Take one that nobody has."""
    return _done(visit, visit.desk.handoffs.take(_known(visit).id, visit.who.name), "taken", "not-taken")


def release(visit: Visit) -> Response:
    """Give one back; an admin can give back that of another."""
    whose = None if visit.may("accounts") else visit.who.name
    return _done(visit, visit.desk.handoffs.release(_known(visit).id, whose), "released", "not-yours")


def finish(visit: Visit) -> Response:
    """Mark one's own as done, unless the person has asked for help once more since it was read."""
    number, seen = _known(visit).id, visit.text("seen", 9)
    if not (seen.isascii() and seen.isdecimal()):
        raise Refused("The form does not say how far the conversation was read; open the page again.")
    outcome = visit.desk.handoffs.finish(number, visit.who.name, int(seen))
    if outcome == "asked_again":
        return visit.go(f"/handoffs/{number}", "asked-again")
    return _done(visit, outcome == "done", "finished", "not-yours")


def waiting(handoff: Handoff, now: dt.datetime) -> str:
    """How long it has waited, in words."""
    minutes = max(0, int((now - handoff.asked_at).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // (24 * 60)} d {minutes // 60 % 24} h"


def _known(visit: Visit) -> Handoff:
    handoff = visit.desk.handoffs.handoff(visit.number("number"))
    if handoff is None:
        raise Refused("There is no such conversation.", 404)
    return handoff


def _done(visit: Visit, done: bool, yes: str, no: str) -> Response:
    number = visit.number("number")
    if done:
        visit.desk.audit.note(visit.who.name, f"handoff {yes}", str(number))
    return visit.go(f"/handoffs/{number}" if yes == "taken" and done else "/handoffs", yes if done else no)
