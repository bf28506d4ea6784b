"""Answering while on the phone: the full page and the narrow one. Callers' words never stand in an address."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bot.components.safety_rules import alarm
from bot.components.text import read
from bot.last_resort import PHONE
from web.desk.assistant import LONGEST_TEXT, AssistantUnavailable, Heard
from web.desk.errors import Refused
from web.desk.phone import Phone, Shown
from web.desk.visit import Visit

logger = logging.getLogger(__name__)
_MOST_FOUND = 8
_BRING = "what-to-bring"
_NAME = re.compile(r"[a-z0-9_-]{1,80}")
TROUBLE = "The assistant cannot be asked just now. What the answers' own words give is shown instead."


def show(visit: Visit) -> Response:
    """The empty page."""
    return _page(visit, Shown(), "")


async def ask(visit: Visit) -> Response:
    """Answer the caller's words, or search for them."""
    text = visit.text("text", LONGEST_TEXT)
    if not text.strip():
        return await run_in_threadpool(_page, visit, Shown(trouble="Type or paste the caller's words first."), text, 400)
    heard: Heard | None = None
    searches = visit.text("do") == "search"
    if not searches:
        try:
            heard = await visit.desk.assistant.ask(text)
        except AssistantUnavailable as error:
            logger.error("the assistant cannot be asked: %s", error)
    return await run_in_threadpool(_answered, visit, text, heard, searches)


def entry(visit: Visit) -> Response:
    """One published answer."""
    answer = visit.desk.knowledge.entry(_name(visit, "entry"))
    if answer is None:
        raise Refused("There is no published answer of this name.", 404)
    phone = _phone(visit)
    card = phone.entry(answer)
    return _page(visit, Shown(safety=card) if card.kind == "safety" else Shown(cards=[card]), "")


def topic(visit: Visit) -> Response:
    """The answers of a topic, for what is asked of it."""
    facets: dict[str, list[str]] = {}
    for name, value in visit.request.query_params.multi_items()[:20]:
        if _NAME.fullmatch(name) and _NAME.fullmatch(value):
            facets.setdefault(name, []).append(value)
    answers = visit.desk.knowledge.find_answers(_name(visit, "intent"), facets)
    if not answers:
        raise Refused("There is no published answer on this.", 404)
    phone = _phone(visit)
    return _page(visit, Shown(cards=[phone.entry(answer) for answer in answers]), "")


def flag(visit: Visit) -> Response:
    """Flag an answer as wrong, with a note."""
    desk = visit.desk
    answer = desk.knowledge.entry(visit.text("entry", 80))
    if answer is None:
        raise Refused("There is no published answer of this name any more.", 404)
    revision = visit.text("revision", 9)
    number = int(revision) if revision.isascii() and revision.isdecimal() else None
    desk.flags.add(answer.entry, number, desk.redact(visit.text("note")), visit.who.name)
    return visit.go(f"{visit.base}/answer/{answer.entry}", "flagged")


def _answered(visit: Visit, text: str, heard: Heard | None, searches: bool) -> Response:
    phone = _phone(visit)
    shown = phone.heard(heard) if heard is not None else Shown()
    if heard is None:
        # The rules of the safety gate need no assistant: they are asked here when it is gone, and for a search as well.
        shown = replace(shown, safety=phone.safety(alarm(read(text).text)), trouble=None if searches else TROUBLE)
    if heard is None or phone.is_unsure(heard):
        shown = replace(shown, found=phone.links(visit.desk.search(text, _MOST_FOUND)))
    return _page(visit, shown, text)


def _phone(visit: Visit) -> Phone:
    return Phone(visit.desk.knowledge, visit.desk.not_to_say, visit.base)


def _name(visit: Visit, parameter: str) -> str:
    name = str(visit.request.path_params[parameter])
    if not _NAME.fullmatch(name):
        raise Refused("There is no such page.", 404)
    return name


def _page(visit: Visit, shown: Shown, text: str, status: int = 200) -> Response:
    bring = visit.desk.knowledge.entry(_BRING)
    return visit.render("phone.html", status, shown=shown, text=text, line=PHONE, bring=bring.text if bring else None, most=LONGEST_TEXT)
