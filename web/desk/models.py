"""The desk's own tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from database import table_base

ROLES = ("staff", "curator", "reviewer", "admin")
#: Alembic keeps its place in a table of this name, so that one database can hold the other stores as well.
VERSIONS = "desk_version"

Base: Any = table_base()


class AccountRow(Base):
    """Who may sign in. Without a password, only by a link or by single sign-on.

    `person`: whose account it is; two accounts of one person have one. `sign_on`: it is meant for single sign-on, and has no
    password; `subject` is the provider's id of the person, once it is bound.
    """

    __tablename__ = "desk_account"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(80), nullable=False, unique=True)
    person = sa.Column(sa.String(80), nullable=False, server_default="")
    role = sa.Column(sa.String(10), nullable=False)
    active = sa.Column(sa.Boolean, nullable=False, default=True)
    password = sa.Column(sa.String(200), nullable=True)
    sign_on = sa.Column(sa.Boolean, nullable=False, server_default=sa.false())
    subject = sa.Column(sa.String(400), nullable=True, unique=True)
    created_at = sa.Column(sa.DateTime, nullable=False)
    __table_args__ = (sa.CheckConstraint(sa.column("role").in_(ROLES), name="role"),)


class SessionRow(Base):
    """A signed-in browser; known by the hash of its id alone. `link_by`: who made the link that it was begun by."""

    __tablename__ = "desk_session"
    id_hash = sa.Column(sa.String(64), primary_key=True)
    account_id = sa.Column(sa.ForeignKey("desk_account.id", ondelete="CASCADE"), nullable=False, index=True)
    csrf = sa.Column(sa.String(64), nullable=False)
    how = sa.Column(sa.String(20), nullable=False)
    link_by = sa.Column(sa.String(80), nullable=True)
    created_at = sa.Column(sa.DateTime, nullable=False)
    seen_at = sa.Column(sa.DateTime, nullable=False)


class LinkRow(Base):
    """A sign-in link, good for one use; `made_by` is empty where the local run printed it."""

    __tablename__ = "desk_link"
    token_hash = sa.Column(sa.String(64), primary_key=True)
    account_id = sa.Column(sa.ForeignKey("desk_account.id", ondelete="CASCADE"), nullable=False)
    made_by = sa.Column(sa.String(80), nullable=True)
    expires_at = sa.Column(sa.DateTime, nullable=False)
    used_at = sa.Column(sa.DateTime, nullable=True)


class FlowRow(Base):
    """What single sign-on must find again when the browser comes back: state, nonce, verifier."""

    __tablename__ = "desk_flow"
    id_hash = sa.Column(sa.String(64), primary_key=True)
    data = sa.Column(sa.Text, nullable=False)
    expires_at = sa.Column(sa.DateTime, nullable=False)


class AttemptRow(Base):
    """Failed sign-ins of a name, of an address, or of both together, and until when no other is looked at."""

    __tablename__ = "desk_attempt"
    who = sa.Column(sa.String(80), primary_key=True)
    failures = sa.Column(sa.Integer, nullable=False)
    until = sa.Column(sa.DateTime, nullable=False)


class WrongRow(Base):
    """An answer that somebody at the desk says is wrong."""

    __tablename__ = "desk_wrong"
    id = sa.Column(sa.Integer, primary_key=True)
    entry = sa.Column(sa.String(80), nullable=False, index=True)
    revision = sa.Column(sa.Integer, nullable=True)
    note = sa.Column(sa.Text, nullable=False)
    by = sa.Column(sa.String(80), nullable=False)
    at = sa.Column(sa.DateTime, nullable=False)
    settled_by = sa.Column(sa.String(80), nullable=True)
    settled_at = sa.Column(sa.DateTime, nullable=True)


class AuditRow(Base):
    """Who did what and when, of accounts, sign-ins and handoffs; never changed, never deleted."""

    __tablename__ = "desk_audit"
    id = sa.Column(sa.Integer, primary_key=True)
    at = sa.Column(sa.DateTime, nullable=False)
    who = sa.Column(sa.String(80), nullable=False)
    what = sa.Column(sa.String(40), nullable=False)
    subject = sa.Column(sa.String(300), nullable=True)
