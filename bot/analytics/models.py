"""The tables of analytics."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from database import table_base

#: Alembic keeps its place in a table of this name, so that one database can hold the other stores as well.
VERSIONS = "analytics_version"

Base: Any = table_base()


class EventRow(Base):
    """An event (`bot.events.event`). Its own id is the key, so that it cannot be there twice, however often it is delivered."""

    __tablename__ = "analytics_event"
    id = sa.Column(sa.String(32), primary_key=True)
    type = sa.Column(sa.String(20), nullable=False)
    at = sa.Column(sa.DateTime, nullable=False, index=True)
    channel = sa.Column(sa.String(20), nullable=False)
    kind = sa.Column(sa.String(20), nullable=True)
    entry = sa.Column(sa.String(80), nullable=True)
    revision = sa.Column(sa.Integer, nullable=True)
    topic = sa.Column(sa.String(80), nullable=True)
    part = sa.Column(sa.Integer, nullable=True)
    pressed = sa.Column(sa.Boolean, nullable=True)
    milliseconds = sa.Column(sa.Integer, nullable=True)
    missed = sa.Column(sa.Boolean, nullable=True)
    reason = sa.Column(sa.String(20), nullable=True)
    helpful = sa.Column(sa.Boolean, nullable=True)
    changed = sa.Column(sa.Boolean, nullable=True)


class FactRow(Base):
    """A fact that a reply told."""

    __tablename__ = "analytics_fact"
    event_id = sa.Column(sa.ForeignKey("analytics_event.id", ondelete="CASCADE"), primary_key=True)
    fact = sa.Column(sa.String(80), primary_key=True)
