"""The audit trail: who did what to what, and when. Appended alone, and chained by hashes so that a gap shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.work import reading

_SAID = ("id", "at", "who", "action", "entry_id", "number", "before", "after", "note", "previous_hash")


@dataclass(frozen=True)
class AuditEvent:
    """One event: `before` and `after` hold what it changed; `hash` seals it and all events before it."""

    id: int
    at: str
    who: str
    action: str
    entry: str | None
    revision: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    note: str | None
    hash: str


@dataclass(frozen=True)
class AuditCheck:
    """Whether the trail is whole: how many events it has, the hash of the last, and what is wrong with it."""

    events: int
    head: str
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def append(
    session: Session,
    who: str,
    action: str,
    entry: str | None = None,
    revision: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Add an event within the session's transaction, which must be one of `knowledge.work.writing`."""
    last = session.execute(sa.select(m.AuditEvent.id, m.AuditEvent.hash).order_by(m.AuditEvent.id.desc()).limit(1)).first()
    values = {
        "id": last.id + 1 if last else 1,
        "at": dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "who": who,
        "action": action,
        "entry_id": entry,
        "number": revision,
        "before": _json(before or {}),
        "after": _json(after or {}),
        "note": note,
        "previous_hash": last.hash if last else "",
    }
    session.execute(sa.insert(m.AuditEvent).values(**values, hash=_seal(values)))


def last(session: Session) -> int:
    """The number of the last event; 0 where there is none."""
    return int(session.execute(sa.select(sa.func.coalesce(sa.func.max(m.AuditEvent.id), 0))).scalar_one())


def read(engine: Engine, entry: str | None = None, limit: int = 100, before: int | None = None) -> tuple[AuditEvent, ...]:
    """Events, the newest first; `before` an event's id for those that came earlier.

    Raises:
        StoreUnavailable: if the database cannot be read.
    """
    query = sa.select(m.AuditEvent).order_by(m.AuditEvent.id.desc()).limit(limit)
    if entry is not None:
        query = query.where(m.AuditEvent.entry_id == entry)
    if before is not None:
        query = query.where(m.AuditEvent.id < before)
    with reading(engine) as session:
        return tuple(_event(row) for row in session.scalars(query))


def verify(engine: Engine, head: str | None = None) -> AuditCheck:
    """Prove that no event was changed, taken out or put in.

    Args:
        engine: the database.
        head: the hash that an earlier check gave; events cut off at the end show by it alone.

    Raises:
        StoreUnavailable: if the database cannot be read.
    """
    problems = list[str]()
    count, previous, seen = 0, "", set[str]()
    with reading(engine) as session:
        for row in session.scalars(sa.select(m.AuditEvent).order_by(m.AuditEvent.id)).yield_per(500):
            count += 1
            problems += _faults(row, count, previous)
            previous = row.hash
            seen.add(row.hash)
            count = row.id
        total = session.execute(sa.select(sa.func.count()).select_from(m.AuditEvent)).scalar_one()
    if head and head not in seen:
        problems.append(f"the trail no longer holds the event with hash {head}: it was cut or written anew")
    return AuditCheck(int(total), previous, tuple(problems))


def _faults(row: Any, expected: int, previous: str) -> Iterator[str]:
    if row.id != expected:
        yield f"event {expected} is missing" if row.id == expected + 1 else f"events {expected} to {row.id - 1} are missing"
    elif row.previous_hash != previous:
        yield f"event {row.id} does not follow on the event before it"
    if row.hash != _seal({name: getattr(row, name) for name in _SAID}):
        yield f"event {row.id} was changed"


def _seal(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(_json({name: values[name] for name in _SAID}).encode()).hexdigest()


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)


def _event(row: Any) -> AuditEvent:
    before, after = json.loads(row.before), json.loads(row.after)
    return AuditEvent(row.id, row.at, row.who, row.action, row.entry_id, row.number, before, after, row.note, row.hash)
