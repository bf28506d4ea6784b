"""A store of the first schema, with what people wrote in it, comes up to the newest one whole."""

import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Engine

from knowledge import Curation, KnowledgeStore
from knowledge.curation import EntryState
from knowledge.schema import SCHEMA, upgrade
from knowledge.search import search

OLD = [
    "INSERT INTO source VALUES ('page', 'The page', '2026-11-23')",
    "INSERT INTO section (title, source_id, position) VALUES ('Tests', 'page', 0)",
    "INSERT INTO fact (id, section_title, position, text, figures) VALUES ('tests.ct', 'Tests', 0, 'CT gives detailed pictures', '[]')",
    "INSERT INTO review_question (fact_id, text, status) VALUES ('tests.ct', 'is it so', 'open')",
    "INSERT INTO contact (id, position, label, value) VALUES ('phone', 0, 'line', '(412) 359-8614')",
    "INSERT INTO facet (id, title, position) VALUES ('test', 'Test', 0)",
    "INSERT INTO facet_value (facet_id, value, title, position) VALUES ('test', 'ct', 'CT', 0)",
    "INSERT INTO topic VALUES ('diagnosis', 'ask_diagnosis', 'Tests', 'How is it found?')",
    "INSERT INTO entry (id, topic_id, position, published_number) VALUES ('ct', 'diagnosis', 0, 2)",
    "INSERT INTO entry_facet (entry_id, facet_id, value, position) VALUES ('ct', 'test', 'ct', 0)",
    *(
        "INSERT INTO entry_revision (entry_id, number, status, kind, title, answer, section_title, sensitivity, author, reviewer, "
        f"reviewed_on, review_by, created_at, content_hash) VALUES ('ct', {number}, '{status}', 'answer', 'CT', '{text} {{phone}}', "
        f"'Tests', 'standard', 'content team', 'content team', '2026-11-23', '2027-05-22', '2026-11-23 10:00:00', 'hash{number}')"
        for number, status, text in ((1, "retired", "Old words."), (2, "published", "Sharp words."))
    ),
    "INSERT INTO revision_fact (entry_id, number, fact_id, told_in, position) VALUES ('ct', 2, 'tests.ct', 'answer', 0)",
]


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    kept = ("entry_revision", "revision_fact", "entry_facet", "fact", "review_question", "topic", "contact")
    with engine.connect() as connection:
        names = "entry_id, number, status, kind, title, answer, author, reviewer, reviewed_on, review_by, created_at, content_hash"
        columns = {"entry_revision": names, "review_question": "fact_id, text, status"}
        return {t: sorted(map(tuple, connection.execute(sa.text(f"SELECT {columns.get(t, '*')} FROM {t}"))), key=str) for t in kept}


def test_up_with_data_in_it_and_down_again(engine: Engine) -> None:
    SCHEMA.upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in OLD:
            connection.execute(sa.text(statement))
    before = _rows(engine)
    upgrade(engine)
    upgrade(engine)
    assert _rows(engine) == before
    curation = Curation(engine)
    revision = curation.revision("ct", 1)
    assert (revision.facets, revision.origin, revision.version, revision.base) == ({"test": ("ct",)}, "files", 1, None)
    told = KnowledgeStore(engine).entry("ct")
    assert told is not None
    assert told.text == "Sharp words. (412) 359-8614"
    assert [hit.entry for text in ("sharp", "detailed", "359", "diagnosis") for hit in search(engine, text).hits] == ["ct"] * 4
    assert search(engine, "old").hits == ()
    assert isinstance(curation.entries()[0], EntryState)
    draft = curation.new_draft("Ann", "ct", answer="Sharper words.", facets={})
    draft = curation.submit("Ann", "ct", draft.number, draft.version)
    draft = curation.approve("Ben", "ct", draft.number, draft.version)
    curation.publish("Ben", "ct", draft.number, draft.version)
    with engine.connect() as connection:  # references still hold after a table was made anew
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    command.downgrade(SCHEMA.config(engine), "0001")
    assert [row[:3] for row in _rows(engine)["entry_revision"]] == [("ct", 1, "retired"), ("ct", 2, "retired"), ("ct", 3, "published")]
    upgrade(engine)
