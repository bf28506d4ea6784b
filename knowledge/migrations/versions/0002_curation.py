"""curation: the states of a draft, the second person, the audit trail, full-text search

Revision ID: 0002
Revises: 0001
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OLD_STATUS = "status IN ('draft', 'review', 'published', 'retired')"
STATUS = "status IN ('draft', 'review', 'approved', 'published', 'retired', 'withdrawn', 'entering')"
CHECKS = {
    "status": STATUS,
    "origin": "origin IN ('files', 'desk')",
    "second_person": "origin = 'files' OR reviewer IS NULL OR lower(reviewer) <> lower(author)",
    "publisher": "origin = 'files' OR published_by IS NULL OR lower(published_by) <> lower(author)",
    "reviewed": "origin = 'files' OR status NOT IN ('approved', 'published', 'retired') OR reviewer IS NOT NULL",
}
CHILDREN = ("revision_fact", "revision_suggestion", "revision_facet", "revision_example", "revision_editor")
# What a revision says and where it comes from, fixed once it has left its author; the rest, fixed once it is published.
SAID = (
    "entry_id", "number", "origin", "base_number", "kind", "title", "question", "answer", "detail", "section_title", "sensitivity",
    "author", "created_at",
)  # fmt: skip
SETTLED = ("version", "reviewer", "reviewed_on", "review_by", "published_by", "published_at", "note", "content_hash")


def upgrade() -> None:
    op.add_column("entry", sa.Column("file_hash", sa.String(length=64), nullable=True))
    op.add_column("review_question", sa.Column("settled_by", sa.Text(), nullable=True))
    op.add_column("review_question", sa.Column("settled_at", sa.DateTime(), nullable=True))
    op.add_column("review_question", sa.Column("note", sa.Text(), nullable=True))
    _alter_revisions()
    _make_tables()
    _carry_over()
    for statement in _triggers():
        op.execute(sa.text(statement.replace(":", r"\:")))


def _postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def _alter_revisions() -> None:
    columns = (
        sa.Column("origin", sa.String(length=8), nullable=False, server_default="files"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("base_number", sa.Integer(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    )
    with op.batch_alter_table("entry_revision") as batch_op:
        batch_op.drop_constraint(op.f("ck_entry_revision_status"), type_="check")
        for column in columns:
            batch_op.add_column(column)
        for name, text in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_entry_revision_{name}"), text)
    for name, where in (("open", "status IN ('draft', 'review', 'approved')"), ("published", "status = 'published'")):
        condition = sa.text(where)
        op.create_index(
            f"uq_entry_revision_{name}", "entry_revision", ["entry_id"], unique=True, sqlite_where=condition, postgresql_where=condition
        )


def _of_revision(table: str, *columns: sa.Column, key: tuple[str, ...], more: tuple[sa.Constraint, ...] = ()) -> None:
    op.create_table(
        table,
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["entry_id", "number"],
            ["entry_revision.entry_id", "entry_revision.number"],
            name=op.f(f"fk_{table}_entry_id_entry_revision"),
        ),
        *more,
        sa.PrimaryKeyConstraint("entry_id", "number", *key, name=op.f(f"pk_{table}")),
    )


def _make_tables() -> None:
    place = sa.Column("position", sa.Integer(), nullable=False)
    _of_revision(
        "revision_facet",
        sa.Column("facet_id", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        place.copy(),
        key=("facet_id", "value"),
        more=(
            sa.ForeignKeyConstraint(
                ["facet_id", "value"], ["facet_value.facet_id", "facet_value.value"], name=op.f("fk_revision_facet_facet_id_facet_value")
            ),
        ),
    )
    _of_revision("revision_example", place.copy(), sa.Column("text", sa.Text(), nullable=False), key=("position",))
    _of_revision("revision_editor", sa.Column("person", sa.String(length=80), nullable=False), place.copy(), key=("person",))
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_entry_id"), "audit_event", ["entry_id"])
    op.create_table(
        "search_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_search_document_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_search_document_entry_id")),
    )
    if _postgresql():
        op.execute(
            "CREATE TABLE search_index (id integer PRIMARY KEY REFERENCES search_document (id) ON DELETE CASCADE, document tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX search_index_document ON search_index USING gin (document)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5"
            "(heading, body, content='search_document', content_rowid='id', tokenize=\"porter unicode61 remove_diacritics 2\", prefix='2 3')"
        )
    for statement in _search_triggers():
        op.execute(sa.text(statement.replace(":", r"\:")))


def _carry_over() -> None:
    """Bring what is there into the new columns and tables. Conditions belonged to the entry: every revision of it gets those."""
    op.execute("UPDATE entry_revision SET published_at = created_at, published_by = reviewer WHERE status IN ('published', 'retired')")
    op.execute(
        "INSERT INTO revision_facet (entry_id, number, facet_id, value, position) SELECT r.entry_id, r.number, f.facet_id, f.value, f.position "
        "FROM entry_revision r JOIN entry_facet f ON f.entry_id = r.entry_id"
    )
    op.execute(
        "UPDATE entry SET file_hash = (SELECT content_hash FROM entry_revision r "
        "WHERE r.entry_id = entry.id AND r.number = entry.published_number) WHERE published_number IS NOT NULL"
    )
    bind = op.get_bind()
    contacts = {row.id: row.value or row.label for row in bind.execute(sa.text("SELECT id, label, value FROM contact"))}

    def said(text: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda match: contacts.get(match.group(1), match.group(0)), text)

    facts: dict[str, list[str]] = {}
    cited = "SELECT DISTINCT r.entry_id, f.position, f.text FROM revision_fact r JOIN fact f ON f.id = r.fact_id "
    cited += "JOIN entry e ON e.id = r.entry_id AND e.published_number = r.number ORDER BY f.position"
    for row in bind.execute(sa.text(cited)):
        facts.setdefault(row.entry_id, []).append(row.text)
    published = (
        "SELECT e.id, e.topic_id, r.title, coalesce(r.question, t.question) AS question, t.title AS topic, r.answer, r.detail FROM entry e "
    )
    published += (
        "JOIN topic t ON t.id = e.topic_id JOIN entry_revision r ON r.entry_id = e.id AND r.number = e.published_number ORDER BY e.id"
    )
    for row in bind.execute(sa.text(published)).all():
        heading = "\n".join(dict.fromkeys((row.title, row.question, row.topic, row.topic_id.replace("_", " "))))
        body = "\n".join([said(row.answer), *([said(row.detail)] if row.detail else []), *facts.get(row.id, [])])
        bind.execute(
            sa.text("INSERT INTO search_document (entry_id, heading, body) VALUES (:entry, :heading, :body)"),
            {"entry": row.id, "heading": heading, "body": body},
        )


def _search_triggers() -> list[str]:
    if _postgresql():
        return [
            """CREATE FUNCTION search_document_indexed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO search_index (id, document) VALUES (NEW.id,
                setweight(to_tsvector('english', regexp_replace(NEW.heading, '[^[:alnum:]]+', ' ', 'g')), 'A') ||
                setweight(to_tsvector('english', regexp_replace(NEW.body, '[^[:alnum:]]+', ' ', 'g')), 'D'))
            ON CONFLICT (id) DO UPDATE SET document = EXCLUDED.document;
            RETURN NULL; END $$""",
            "CREATE TRIGGER search_document_indexed AFTER INSERT OR UPDATE ON search_document "
            "FOR EACH ROW EXECUTE FUNCTION search_document_indexed()",
        ]
    gone = "INSERT INTO search_index (search_index, rowid, heading, body) VALUES ('delete', OLD.id, OLD.heading, OLD.body)"
    come = "INSERT INTO search_index (rowid, heading, body) VALUES (NEW.id, NEW.heading, NEW.body)"
    return [
        f"CREATE TRIGGER search_document_inserted AFTER INSERT ON search_document BEGIN {come}; END",
        f"CREATE TRIGGER search_document_deleted AFTER DELETE ON search_document BEGIN {gone}; END",
        f"CREATE TRIGGER search_document_updated AFTER UPDATE ON search_document BEGIN {gone}; {come}; END",
    ]


class _Rule:
    """What may not happen to a row of a table, as a trigger.

    `when` is written with `IS NOT` for "differs", as SQLite has it, and may hold subqueries.
    """

    def __init__(self, name: str, table: str, event: str, when: str, message: str) -> None:
        self.name, self.table, self.event, self.when, self.message = name, table, event, when, message

    def sqlite(self) -> list[str]:
        stop = f"SELECT RAISE(ABORT, '{self.message}') WHERE {self.when}"
        return [f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} BEGIN {stop}; END"]

    def postgresql(self) -> list[str]:
        when = re.sub(r"(NEW\.\w+) IS NOT (OLD\.\w+)", r"\1 IS DISTINCT FROM \2", self.when)
        row = "OLD" if self.event == "DELETE" else "NEW"
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


def _differs(columns: tuple[str, ...]) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns) + ")"


def _rules() -> list[_Rule]:
    editor = (
        "NEW.origin = 'desk' AND EXISTS (SELECT 1 FROM revision_editor e WHERE e.entry_id = NEW.entry_id AND e.number = NEW.number "
        "AND (lower(e.person) = lower(NEW.reviewer) OR lower(e.person) = lower(NEW.published_by)))"
    )
    rules = [
        _Rule(
            "revision_said",
            "entry_revision",
            "UPDATE",
            f"OLD.status NOT IN ('draft', 'entering') AND {_differs(SAID)}",
            "what a revision says changes while it is a draft only",
        ),
        _Rule(
            "revision_settled",
            "entry_revision",
            "UPDATE",
            f"OLD.status IN ('published', 'retired', 'withdrawn') AND ({_differs(SETTLED)} "
            "OR (NEW.status IS NOT OLD.status AND NOT (OLD.status = 'published' AND NEW.status = 'retired')))",
            "a revision once published never changes",
        ),
        # SQLite's INSERT OR REPLACE deletes without asking the rule on deletion.
        _Rule(
            "revision_begins",
            "entry_revision",
            "INSERT",
            "NEW.status NOT IN ('draft', 'entering') OR EXISTS (SELECT 1 FROM entry_revision r WHERE r.entry_id = NEW.entry_id "
            "AND r.number = NEW.number)",
            "a revision begins as a draft, with a number of its own",
        ),
        _Rule("revision_kept", "entry_revision", "DELETE", "1 = 1", "a revision is never deleted"),
        _Rule("revision_editor_reviews", "entry_revision", "UPDATE", editor, "nobody reviews or publishes what they wrote"),
        _Rule(
            "entry_tells_published",
            "entry",
            "UPDATE",
            "NEW.published_number IS NOT OLD.published_number AND NEW.published_number IS NOT NULL AND NOT EXISTS (SELECT 1 "
            "FROM entry_revision r WHERE r.entry_id = NEW.id AND r.number = NEW.published_number AND r.status = 'published')",
            "only a published revision is told",
        ),
        _Rule("audit_event_update", "audit_event", "UPDATE", "1 = 1", "the audit trail is never changed"),
        _Rule("audit_event_delete", "audit_event", "DELETE", "1 = 1", "the audit trail is never cut"),
        _Rule(
            "audit_event_insert",
            "audit_event",
            "INSERT",
            "NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM audit_event) "
            "OR NEW.previous_hash <> coalesce((SELECT hash FROM audit_event WHERE id = NEW.id - 1), '')",
            "the audit trail is continued at its end only",
        ),
    ]
    for table in CHILDREN:
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            when = " OR ".join(
                f"EXISTS (SELECT 1 FROM entry_revision r WHERE r.entry_id = {row}.entry_id AND r.number = {row}.number AND r.status NOT IN ('draft', 'entering'))"
                for row in rows
            )
            message = "what a revision says changes while it is a draft only"
            rules.append(_Rule(f"{table}_{event.lower()}", table, event, when, message))
    return rules


def _triggers() -> list[str]:
    if not _postgresql():
        return [statement for rule in _rules() for statement in rule.sqlite()]
    statements = [statement for rule in _rules() for statement in rule.postgresql()]
    statements += [
        "CREATE FUNCTION audit_event_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the audit trail is never cut' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_truncate()",
    ]
    return statements


def downgrade() -> None:
    if _postgresql():
        for rule in _rules():
            op.execute(f"DROP TRIGGER {rule.name} ON {rule.table}")
            op.execute(f"DROP FUNCTION {rule.name}()")
        op.execute("DROP TRIGGER audit_event_truncate ON audit_event")
        op.execute("DROP FUNCTION audit_event_truncate()")
    else:
        for rule in _rules():
            op.execute(f"DROP TRIGGER {rule.name}")
    op.execute("DROP TABLE search_index")
    op.drop_table("search_document")
    if _postgresql():
        op.execute("DROP FUNCTION search_document_indexed()")
    op.drop_table("audit_event")
    for table in ("revision_editor", "revision_example", "revision_facet"):
        op.drop_table(table)
    for name in ("open", "published"):
        op.drop_index(f"uq_entry_revision_{name}", table_name="entry_revision")
    op.execute("UPDATE entry_revision SET status = 'draft' WHERE status IN ('approved', 'withdrawn', 'entering')")
    with op.batch_alter_table("entry_revision") as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_entry_revision_{name}"), type_="check")
        batch_op.create_check_constraint(op.f("ck_entry_revision_status"), OLD_STATUS)
        for column in ("origin", "version", "base_number", "published_by", "published_at", "note"):
            batch_op.drop_column(column)
    for column in ("settled_by", "settled_at", "note"):
        op.drop_column("review_question", column)
    op.drop_column("entry", "file_hash")
