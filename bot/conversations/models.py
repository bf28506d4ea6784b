"""The tables of website conversations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from database import table_base

HANDOFF_STATUSES = ("open", "assigned", "done")
#: Alembic keeps its place in a table of this name, so that one database can hold the knowledge store as well.
VERSIONS = "conversations_version"

Base: Any = table_base()


class SessionRow(Base):
    """A conversation; its token is known by its SHA-256 alone."""

    __tablename__ = "chat_session"
    id = sa.Column(sa.Integer, primary_key=True)
    token_hash = sa.Column(sa.String(64), nullable=False, unique=True)
    created_at = sa.Column(sa.DateTime, nullable=False)
    seen_at = sa.Column(sa.DateTime, nullable=False)
    expires_at = sa.Column(sa.DateTime, nullable=False, index=True)
    greeting = sa.Column(sa.Text, nullable=False)


class TurnRow(Base):
    """One message and its replies; `digest` tells whether the same id comes with other words."""

    __tablename__ = "chat_turn"
    id = sa.Column(sa.Integer, primary_key=True)
    session_id = sa.Column(sa.ForeignKey("chat_session.id", ondelete="CASCADE"), nullable=False)
    number = sa.Column(sa.Integer, nullable=False)
    client_id = sa.Column(sa.String(64), nullable=False)
    digest = sa.Column(sa.String(64), nullable=False)
    text = sa.Column(sa.Text, nullable=False)
    redacted = sa.Column(sa.Boolean, nullable=False)
    replies = sa.Column(sa.Text, nullable=False)
    at = sa.Column(sa.DateTime, nullable=False)
    __table_args__ = (sa.UniqueConstraint("session_id", "client_id"), sa.UniqueConstraint("session_id", "number"))


class FeedbackRow(Base):
    """Whether a reply helped."""

    __tablename__ = "chat_feedback"
    id = sa.Column(sa.Integer, primary_key=True)
    session_id = sa.Column(sa.ForeignKey("chat_session.id", ondelete="CASCADE"), nullable=False)
    reply_id = sa.Column(sa.String(64), nullable=False)
    entry = sa.Column(sa.String(80), nullable=True, index=True)
    revision = sa.Column(sa.Integer, nullable=True)
    helpful = sa.Column(sa.Boolean, nullable=False)
    reason = sa.Column(sa.Text, nullable=True)
    at = sa.Column(sa.DateTime, nullable=False)
    __table_args__ = (sa.UniqueConstraint("session_id", "reply_id"),)


class HandoffRow(Base):
    """A conversation that asked for a person; at most one that is not done for each conversation.

    The transcript lies in the conversation's turns as long as there are any, and in `transcript` once their time was over.
    `deleted_at`: the person has deleted the conversation, and nothing is told of it any more.
    """

    __tablename__ = "handoff"
    id = sa.Column(sa.Integer, primary_key=True)
    session_id = sa.Column(sa.ForeignKey("chat_session.id", ondelete="SET NULL"), nullable=True)
    reason = sa.Column(sa.String(20), nullable=False)
    entry = sa.Column(sa.String(80), nullable=True)
    turn = sa.Column(sa.Integer, nullable=False)
    asked_at = sa.Column(sa.DateTime, nullable=False, index=True)
    status = sa.Column(sa.String(10), nullable=False, default="open", index=True)
    assigned_to = sa.Column(sa.String(80), nullable=True)
    assigned_at = sa.Column(sa.DateTime, nullable=True)
    done_by = sa.Column(sa.String(80), nullable=True)
    done_at = sa.Column(sa.DateTime, nullable=True)
    transcript = sa.Column(sa.Text, nullable=True)
    deleted_at = sa.Column(sa.DateTime, nullable=True)
    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(HANDOFF_STATUSES), name="status"),
        sa.Index(
            "uq_handoff_not_done",
            "session_id",
            unique=True,
            sqlite_where=sa.text("status <> 'done'"),
            postgresql_where=sa.text("status <> 'done'"),
        ),
    )


class AskedRow(Base):
    """One reply that was told, for counting; `wording` (redacted) only where there was no answer, or it did not help.

    `conversation` groups the rows of one conversation, so that one person's repeats count once; nothing else can be found
    from it. `reply_id` is there as long as the conversation is, so that a rating finds its row.
    """

    __tablename__ = "asked"
    id = sa.Column(sa.Integer, primary_key=True)
    conversation = sa.Column(sa.String(64), nullable=False, index=True)
    reply_id = sa.Column(sa.String(64), nullable=True, index=True)
    day = sa.Column(sa.Date, nullable=False, index=True)
    kind = sa.Column(sa.String(20), nullable=False)
    entry = sa.Column(sa.String(80), nullable=True)
    helpful = sa.Column(sa.Boolean, nullable=True)
    wording = sa.Column(sa.Text, nullable=True)


class OutboxRow(Base):
    """An event that waits to be passed on to RabbitMQ; it holds no words and leads to no conversation."""

    __tablename__ = "event_outbox"
    id = sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    event = sa.Column(sa.String(32), nullable=False, unique=True)
    body = sa.Column(sa.Text, nullable=False)
    created_at = sa.Column(sa.DateTime, nullable=False, index=True)
