"""The audit trail: a gap shows, even to somebody who can switch the database's own guard off."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from knowledge import Curation
from knowledge.loader import load_content


def _force(engine: Engine, statement: str) -> None:
    """Change the trail as an administrator could."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        else:
            for event in ("update", "delete", "insert"):
                connection.execute(sa.text(f"DROP TRIGGER IF EXISTS audit_event_{event}"))
        connection.execute(sa.text(statement))


def test_a_whole_trail_is_sound(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    curation = Curation(engine)
    first = curation.verify_audit()
    assert (first.sound, first.events) == (True, 4)
    draft = curation.new_draft("Ann", "diagnosis-ct", answer="Ünïcode – “so”.")
    curation.edit("Eve", "diagnosis-ct", draft.number, draft.version, title="CT scan")
    assert curation.verify_audit(first.head).sound
    event = curation.audit("diagnosis-ct", limit=1)[0]
    assert (event.who, event.action, event.before, event.after) == ("Eve", "edit", {"title": "CT"}, {"title": "CT scan"})
    assert [e.id for e in curation.audit(limit=2, before=3)] == [2, 1]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_event SET who = 'Mallory' WHERE id = 2", "event 2 was changed"),
        ("DELETE FROM audit_event WHERE id = 2", "event 2 is missing"),
        ("DELETE FROM audit_event WHERE id < 3", "events 1 to 2 are missing"),
        ("DELETE FROM audit_event WHERE id = 4", "no longer holds the event with hash"),
        ("UPDATE audit_event SET previous_hash = 'x' WHERE id = 3", "event 3 does not follow"),
    ],
)
def test_what_was_done_to_it_shows(engine: Engine, content: Path, statement: str, told: str) -> None:
    load_content(engine, content)
    head = Curation(engine).verify_audit().head
    _force(engine, statement)
    result = Curation(engine).verify_audit(head)
    assert not result.sound
    assert any(told in problem for problem in result.problems), result.problems
