"""The tables of website conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
#: Alembic keeps its place in a table of this name, so that one database can hold the knowledge store as well.
VERSIONS = "conversations_version"

if TYPE_CHECKING:

    class Base:
        """What every table's class is made from."""

        metadata: sa.MetaData

        def __init__(self, **values: Any) -> None: ...

else:
    Base = declarative_base(metadata=sa.MetaData(naming_convention=_NAMES))


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
