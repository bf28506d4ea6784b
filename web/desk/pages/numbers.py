"""What people ask, and the dashboard: counts only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from starlette.responses import Response

from bot.conversations import AskedStore
from knowledge import KnowledgeStore
from web.desk.groups import FEWEST, CachedGroups, Group
from web.desk.pages.handoffs import REASONS
from web.desk.phone import KINDS
from web.desk.tables import COLUMNS, Dashboard, as_csv, dashboard
from web.desk.visit import Handler, Visit

_PERIODS = {"7": 7, "30": 30, "90": 90}
GROUP_HEAD = ("question", "conversations", "questions", "badly rated", "entry", "kinds")


class Numbers:
    """The pages of counts.

    Args:
        groups: groups questions by meaning, and remembers what it grouped.
    """

    def __init__(self, groups: CachedGroups) -> None:
        self._groups = groups

    def asked(self, visit: Visit) -> Response:
        """Questions without an answer, grouped by meaning."""
        days, since, _ = _period(visit)
        grouped = self._groups.group(visit.desk.asked.wordings(since))
        titles = {answer.entry: answer.title for answer in visit.desk.knowledge.entries()}
        asks = questions(visit.desk.knowledge)
        rows = [(named(one, asks), one) for one in grouped.groups]
        return visit.render(
            "asked.html", grouped=grouped, rows=rows, titles=titles, kinds=KINDS, days=days, periods=list(_PERIODS), fewest=FEWEST
        )

    def asked_csv(self, visit: Visit) -> Response:
        """The same as CSV."""
        _, since, _ = _period(visit)
        grouped = self._groups.group(visit.desk.asked.wordings(since))
        return _csv("asked.csv", GROUP_HEAD, group_rows(grouped.groups, questions(visit.desk.knowledge)))


def named(group: Group, asks: Mapping[str, str]) -> str:
    """What a group is called: its wording, else the entry's own question, else what became of it."""
    return group.wording or asks.get(group.entry or "") or f"{KINDS.get(group.kinds[0], group.kinds[0])} (no wording can be shown)"


def questions(knowledge: KnowledgeStore) -> dict[str, str]:
    """Published entries by the question that they answer: that of their topic, or the title of one for something narrower."""
    asked = {topic.topic: topic.question for topic in knowledge.topics()}
    return {answer.entry: answer.title if answer.facets else asked.get(answer.topic, answer.title) for answer in knowledge.entries()}


def group_rows(groups: Iterable[Group], asks: Mapping[str, str]) -> Iterator[Sequence[object]]:
    """Groups as rows under `GROUP_HEAD`."""
    return ((named(g, asks), g.conversations, g.questions, g.badly_rated, g.entry, ", ".join(g.kinds)) for g in groups)


def show(visit: Visit) -> Response:
    """The dashboard."""
    days, _, _ = _period(visit)
    return visit.render("dashboard.html", board=_board(visit), columns=COLUMNS, days=days, periods=list(_PERIODS), reasons=REASONS)


def by_day(visit: Visit) -> Response:
    """The dashboard's days as CSV."""
    return _csv("days.csv", ("day", *COLUMNS), ((name, *row) for name, row in _board(visit).days))


def by_topic(visit: Visit) -> Response:
    """The dashboard's topics as CSV."""
    return _csv("topics.csv", ("topic", *COLUMNS), ((name, *row) for name, row in _board(visit).topics))


def board(knowledge: KnowledgeStore, asked: AskedStore, since: dt.date, until: dt.date) -> Dashboard:
    """The dashboard of some days."""
    titles = {topic.topic: topic.title for topic in knowledge.topics()}
    topic_of = {answer.entry: titles.get(answer.topic, answer.topic) for answer in knowledge.entries()}
    return dashboard(asked.counts(since), asked.handoffs(since), topic_of, since, until)


def _board(visit: Visit) -> Dashboard:
    _, since, until = _period(visit)
    return board(visit.desk.knowledge, visit.desk.asked, since, until)


def _period(visit: Visit) -> tuple[str, dt.date, dt.date]:
    wanted = visit.request.query_params.get("days", "30")
    days = wanted if wanted in _PERIODS else "30"
    today = visit.desk.now().date()
    return days, today - dt.timedelta(days=_PERIODS[days] - 1), today


def _csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    return Response(
        as_csv(head, rows).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


PAGES: dict[str, Handler] = {"/dashboard": show, "/dashboard/days.csv": by_day, "/dashboard/topics.csv": by_topic}
