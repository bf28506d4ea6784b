"""The store's tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import relationship

from database import table_base

Base: Any = table_base()

STATUSES = ("draft", "review", "approved", "published", "retired", "withdrawn")
ENTERING = "entering"  # only within the step that publishes a revision at once: from the files, or by rolling back
OPEN = ("draft", "review", "approved")  # a revision on its way; an entry has one of these at most
TOLD = ("published", "retired")  # a revision that people were told, now or once
ORIGINS = ("files", "desk")
KINDS = (
    "answer", "gap", "consent", "clarify", "fallback", "out_of_scope", "escalation", "safety", "smalltalk", "greeting", "error",
)  # fmt: skip
SENSITIVITIES = ("standard", "sensitive", "prognosis")


def now() -> dt.datetime:
    """This moment, in UTC, without a zone, as the tables hold it."""
    return dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(values), name=column)


class Source(Base):
    """A page or policy that facts come from."""

    __tablename__ = "source"
    id = sa.Column(sa.String(40), primary_key=True)
    title = sa.Column(sa.Text, nullable=False)
    reviewed_on = sa.Column(sa.Date, nullable=False)


class Section(Base):
    """A section of a source."""

    __tablename__ = "section"
    title = sa.Column(sa.String(120), primary_key=True)
    source_id = sa.Column(sa.ForeignKey("source.id"), nullable=False)
    position = sa.Column(sa.Integer, nullable=False)
    source = relationship(Source)


class Fact(Base):
    """One thing a source says."""

    __tablename__ = "fact"
    id = sa.Column(sa.String(60), primary_key=True)
    section_title = sa.Column(sa.ForeignKey("section.title"), nullable=False)
    position = sa.Column(sa.Integer, nullable=False)
    text = sa.Column(sa.Text, nullable=False)
    figures = sa.Column(sa.JSON, nullable=False, default=list)


class ReviewQuestion(Base):
    """A doubt about a fact, open until a clinician settles it."""

    __tablename__ = "review_question"
    fact_id = sa.Column(sa.ForeignKey("fact.id"), primary_key=True)
    text = sa.Column(sa.Text, nullable=False)
    status = sa.Column(sa.String(12), nullable=False, default="open")
    settled_by = sa.Column(sa.Text, nullable=True)
    settled_at = sa.Column(sa.DateTime, nullable=True)
    note = sa.Column(sa.Text, nullable=True)
    __table_args__ = (_one_of("status", ("open", "settled")),)


class Contact(Base):
    """A way to reach the center."""

    __tablename__ = "contact"
    id = sa.Column(sa.String(20), primary_key=True)
    position = sa.Column(sa.Integer, nullable=False)
    label = sa.Column(sa.Text, nullable=False)
    value = sa.Column(sa.Text, nullable=True)
    setting = sa.Column(sa.String(60), nullable=True)


class Facet(Base):
    """What narrows a topic."""

    __tablename__ = "facet"
    id = sa.Column(sa.String(40), primary_key=True)
    title = sa.Column(sa.Text, nullable=False)
    position = sa.Column(sa.Integer, nullable=False)
    values = relationship("FacetValue", order_by="FacetValue.position", cascade="all, delete-orphan")


class FacetValue(Base):
    """A value of a facet."""

    __tablename__ = "facet_value"
    facet_id = sa.Column(sa.ForeignKey("facet.id"), primary_key=True)
    value = sa.Column(sa.String(40), primary_key=True)
    title = sa.Column(sa.Text, nullable=False)
    position = sa.Column(sa.Integer, nullable=False)
    synonyms = relationship("FacetSynonym", order_by="FacetSynonym.position", cascade="all, delete-orphan")


class FacetSynonym(Base):
    """A wording that names a facet value."""

    __tablename__ = "facet_synonym"
    facet_id = sa.Column(sa.String(40), primary_key=True)
    text = sa.Column(sa.String(120), primary_key=True)
    value = sa.Column(sa.String(40), nullable=False)
    position = sa.Column(sa.Integer, nullable=False)
    __table_args__ = (sa.ForeignKeyConstraint(["facet_id", "value"], ["facet_value.facet_id", "facet_value.value"]),)


class Topic(Base):
    """What an intent asks about."""

    __tablename__ = "topic"
    id = sa.Column(sa.String(60), primary_key=True)
    intent = sa.Column(sa.String(80), nullable=False, unique=True)
    title = sa.Column(sa.Text, nullable=False)
    question = sa.Column(sa.Text, nullable=False)


_open = sa.text("status IN ('draft', 'review', 'approved')")
_published = sa.text("status = 'published'")


class Entry(Base):
    """A curated answer; what it says is in its revisions.

    `file_hash` is what the content files said of it when they and the store were last held together; none where they said nothing.
    """

    __tablename__ = "entry"
    id = sa.Column(sa.String(80), primary_key=True)
    topic_id = sa.Column(sa.ForeignKey("topic.id"), nullable=False, index=True)
    position = sa.Column(sa.Integer, nullable=False)
    published_number = sa.Column(sa.Integer, nullable=True)
    file_hash = sa.Column(sa.String(64), nullable=True)
    topic = relationship(Topic)
    conditions = relationship("EntryFacet", order_by="EntryFacet.position", cascade="all, delete-orphan")
    revisions = relationship("EntryRevision", order_by="EntryRevision.number", cascade="all, delete-orphan")


class EntryFacet(Base):
    """A condition: the published entry is for questions that name this facet value."""

    __tablename__ = "entry_facet"
    entry_id = sa.Column(sa.ForeignKey("entry.id"), primary_key=True)
    facet_id = sa.Column(sa.String(40), primary_key=True)
    value = sa.Column(sa.String(40), primary_key=True)
    position = sa.Column(sa.Integer, nullable=False)
    __table_args__ = (sa.ForeignKeyConstraint(["facet_id", "value"], ["facet_value.facet_id", "facet_value.value"]),)


class EntryRevision(Base):
    """What an entry says, at one time; never changed once published.

    `version` counts the changes of a revision on its way: whoever changes it names the version that was seen.
    """

    __tablename__ = "entry_revision"
    entry_id = sa.Column(sa.ForeignKey("entry.id"), primary_key=True)
    number = sa.Column(sa.Integer, primary_key=True)
    status = sa.Column(sa.String(12), nullable=False)
    origin = sa.Column(sa.String(8), nullable=False, default="files", server_default="files")
    version = sa.Column(sa.Integer, nullable=False, default=1, server_default="1")
    base_number = sa.Column(sa.Integer, nullable=True)
    kind = sa.Column(sa.String(20), nullable=False)
    title = sa.Column(sa.Text, nullable=False)
    question = sa.Column(sa.Text, nullable=True)
    answer = sa.Column(sa.Text, nullable=False)
    detail = sa.Column(sa.Text, nullable=True)
    section_title = sa.Column(sa.ForeignKey("section.title"), nullable=False)
    sensitivity = sa.Column(sa.String(12), nullable=False)
    author = sa.Column(sa.Text, nullable=False)
    reviewer = sa.Column(sa.Text, nullable=True)
    reviewed_on = sa.Column(sa.Date, nullable=True)
    review_by = sa.Column(sa.Date, nullable=True)
    published_by = sa.Column(sa.Text, nullable=True)
    published_at = sa.Column(sa.DateTime, nullable=True)
    note = sa.Column(sa.Text, nullable=True)
    created_at = sa.Column(sa.DateTime, nullable=False, default=now)
    content_hash = sa.Column(sa.String(64), nullable=False)
    section = relationship(Section)
    facts = relationship("RevisionFact", order_by="RevisionFact.position", cascade="all, delete-orphan")
    suggestions = relationship("RevisionSuggestion", order_by="RevisionSuggestion.position", cascade="all, delete-orphan")
    conditions = relationship("RevisionFacet", order_by="RevisionFacet.position", cascade="all, delete-orphan")
    examples = relationship("RevisionExample", order_by="RevisionExample.position", cascade="all, delete-orphan")
    editors = relationship("RevisionEditor", order_by="RevisionEditor.position", cascade="all, delete-orphan")
    __table_args__ = (
        _one_of("status", (*STATUSES, ENTERING)),
        _one_of("kind", KINDS),
        _one_of("sensitivity", SENSITIVITIES),
        _one_of("origin", ORIGINS),
        # What was written at the desk is reviewed and published by somebody else. Triggers hold this for all who edited it.
        sa.CheckConstraint("origin = 'files' OR reviewer IS NULL OR lower(reviewer) <> lower(author)", name="second_person"),
        sa.CheckConstraint("origin = 'files' OR published_by IS NULL OR lower(published_by) <> lower(author)", name="publisher"),
        sa.CheckConstraint(
            "origin = 'files' OR status NOT IN ('approved', 'published', 'retired') OR reviewer IS NOT NULL", name="reviewed"
        ),
        sa.Index("uq_entry_revision_open", "entry_id", unique=True, sqlite_where=_open, postgresql_where=_open),
        sa.Index("uq_entry_revision_published", "entry_id", unique=True, sqlite_where=_published, postgresql_where=_published),
    )


_REVISION = (["entry_id", "number"], ["entry_revision.entry_id", "entry_revision.number"])


class RevisionFact(Base):
    """A fact that a revision tells, in its answer or only in its detail."""

    __tablename__ = "revision_fact"
    entry_id = sa.Column(sa.String(80), primary_key=True)
    number = sa.Column(sa.Integer, primary_key=True)
    fact_id = sa.Column(sa.ForeignKey("fact.id"), primary_key=True)
    told_in = sa.Column(sa.String(8), primary_key=True)
    position = sa.Column(sa.Integer, nullable=False)
    __table_args__ = (
        sa.ForeignKeyConstraint(*_REVISION),
        _one_of("told_in", ("answer", "detail")),
    )


class RevisionSuggestion(Base):
    """An entry that a revision offers as the next question."""

    __tablename__ = "revision_suggestion"
    entry_id = sa.Column(sa.String(80), primary_key=True)
    number = sa.Column(sa.Integer, primary_key=True)
    position = sa.Column(sa.Integer, primary_key=True)
    target_id = sa.Column(sa.ForeignKey("entry.id"), nullable=False)
    __table_args__ = (sa.ForeignKeyConstraint(*_REVISION),)


class RevisionFacet(Base):
    """A condition that holds once the revision is published."""

    __tablename__ = "revision_facet"
    entry_id = sa.Column(sa.String(80), primary_key=True)
    number = sa.Column(sa.Integer, primary_key=True)
    facet_id = sa.Column(sa.String(40), primary_key=True)
    value = sa.Column(sa.String(40), primary_key=True)
    position = sa.Column(sa.Integer, nullable=False)
    __table_args__ = (
        sa.ForeignKeyConstraint(*_REVISION),
        sa.ForeignKeyConstraint(["facet_id", "value"], ["facet_value.facet_id", "facet_value.value"]),
    )


class RevisionExample(Base):
    """A wording of the question, added with a revision, for the next training."""

    __tablename__ = "revision_example"
    entry_id = sa.Column(sa.String(80), primary_key=True)
    number = sa.Column(sa.Integer, primary_key=True)
    position = sa.Column(sa.Integer, primary_key=True)
    text = sa.Column(sa.Text, nullable=False)
    __table_args__ = (sa.ForeignKeyConstraint(*_REVISION),)


class RevisionEditor(Base):
    """A person who wrote on a revision, and so does not review it."""

    __tablename__ = "revision_editor"
    entry_id = sa.Column(sa.String(80), primary_key=True)
    number = sa.Column(sa.Integer, primary_key=True)
    person = sa.Column(sa.String(80), primary_key=True)
    position = sa.Column(sa.Integer, nullable=False)
    __table_args__ = (sa.ForeignKeyConstraint(*_REVISION),)


class AuditEvent(Base):
    """Who did what, when; appended alone, and chained by hashes so that a gap shows."""

    __tablename__ = "audit_event"
    id = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    at = sa.Column(sa.String(32), nullable=False)
    who = sa.Column(sa.Text, nullable=False)
    action = sa.Column(sa.String(24), nullable=False)
    entry_id = sa.Column(sa.String(80), nullable=True, index=True)
    number = sa.Column(sa.Integer, nullable=True)
    before = sa.Column(sa.Text, nullable=False)
    after = sa.Column(sa.Text, nullable=False)
    note = sa.Column(sa.Text, nullable=True)
    previous_hash = sa.Column(sa.String(64), nullable=False)
    hash = sa.Column(sa.String(64), nullable=False)


class SearchDocument(Base):
    """What a published entry says, for the full-text index, which triggers keep in step with it."""

    __tablename__ = "search_document"
    id = sa.Column(sa.Integer, primary_key=True)
    entry_id = sa.Column(sa.ForeignKey("entry.id"), nullable=False, unique=True)
    heading = sa.Column(sa.Text, nullable=False)
    body = sa.Column(sa.Text, nullable=False)
