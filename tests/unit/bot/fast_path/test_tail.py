"""What of a conversation is loaded: one query gives what going through the events by hand gives."""

from __future__ import annotations

import json
import random

from bot.fast_path.trackers import TURNS, TailSQLTrackerStore

Row = tuple[str, str | None]  # the event's type, and the name of its action or slot
LISTEN, START = ("action", "action_listen"), ("action", "action_session_start")
SEEN: tuple[list[Row], ...] = (
    [("user", None)], [("user", None)], [LISTEN], [LISTEN], [("slot", "a")], [("slot", "b")], [("bot", None)],
    [("action", "action_answer")], [("restart", None)], [START, ("session_started", None)], [("session_started", None)],
)  # fmt: skip
OFTEN = (8, 8, 8, 8, 8, 8, 4, 4, 1, 1, 1)


def by_hand(rows: list[Row]) -> list[int]:
    """Places of the events that are loaded: the slots' last values before the tail, and the tail."""

    def last(wanted: set[Row] | str, before: int, after: int = -1, skip: int = 0) -> int | None:
        found = [n for n in range(after + 1, before) if (rows[n][0] == wanted if isinstance(wanted, str) else rows[n] in wanted)]
        return found[-1 - skip] if len(found) > skip else None

    end = len(rows)
    opened = last("session_started", end)
    if opened:
        opened = opened - 1 if rows[opened - 1] == START else opened
    opened = -1 if opened is None else opened
    user = last("user", end, opened, skip=TURNS - 1)
    listen = None if user is None else last({LISTEN}, user, opened)
    if listen is None:
        return list(range(max(opened, 0), end))
    restarted = last("restart", listen, opened)
    newest = {rows[n][1]: n for n in range((opened if restarted is None else restarted) + 1, listen) if rows[n][0] == "slot"}
    return [*sorted(newest.values()), *range(listen, end)]


def test_one_query_loads_what_is_needed_and_nothing_else(store: TailSQLTrackerStore) -> None:
    chance = random.Random(7)
    told = {f"conversation {n}": [row for some in chance.choices(SEEN, OFTEN, k=chance.randint(0, 40)) for row in some] for n in range(200)}
    with store.session_scope() as session:
        for longest in range(max(map(len, told.values()))):  # conversations go on side by side
            for sender, rows in told.items():
                if longest < len(rows):
                    kind, name = rows[longest]
                    row = {"type_name": kind, "action_name": name, "timestamp": 1.0, "data": json.dumps(longest)}
                    session.add(store.SQLEvent(sender_id=sender, **row))
            session.flush()
        session.commit()
    for sender, rows in told.items():
        assert [json.loads(data) for data in store._tail(sender)] == by_hand(rows), rows
    assert sum(len(by_hand(rows)) < len(rows) for rows in told.values()) > 50
    assert store._tail("nobody") == []
