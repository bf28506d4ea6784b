"""Signed-in browsers: ids at random, kept as hashes, with an end; and what single sign-on must find again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from web.desk import audit
from web.desk.accounts import OWN_SIGN_IN, Account
from web.desk.clock import Clock, hashed, new_secret, utc_now
from web.desk.database import transaction
from web.desk.models import AccountRow, FlowRow, SessionRow

_TOUCH = dt.timedelta(seconds=30)
_FLOW = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class SignedIn:
    """A browser that has signed in.

    Attributes:
        account: who.
        csrf: the token its forms carry.
        id: its id.
        how: "password", "link" or "single sign-on".
        link_by: who made the link that it was begun by; None for every other session, and for a link of the local run.
        begun: when.
    """

    account: Account
    csrf: str
    id: str
    how: str
    link_by: str | None
    begun: dt.datetime

    def may(self, what: str) -> bool:
        """Whether the role allows it, and the person has signed in for it by themselves."""
        return self.account.may(what) and not (what in OWN_SIGN_IN and self.link_by is not None)


class Sessions:
    """Sessions in the desk's database. Every call blocks: call it in a thread.

    Args:
        engine: the desk's database.
        idle: how long one lives without use.
        whole: how long one lives at most.
        now: the time.
    """

    def __init__(self, engine: Engine, idle: dt.timedelta, whole: dt.timedelta, now: Clock = utc_now) -> None:
        self._engine = engine
        self._idle = idle
        self._whole = whole
        self._now = now

    def begin(self, account: Account, how: str, before: str | None = None, link_by: str | None = None) -> str:
        """A new session with a new id; the browser's session of before ends, and so do all whose time is over.

        Args:
            account: whose it is.
            how: "password", "link" or "single sign-on".
            before: the id of the browser's session of before.
            link_by: who made the link.

        Raises:
            DeskUnavailable: if it cannot be kept.
        """
        session, now = new_secret(), self._now()
        over = sa.or_(SessionRow.seen_at <= now - self._idle, SessionRow.created_at <= now - self._whole)
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(SessionRow).where(over if before is None else sa.or_(over, SessionRow.id_hash == hashed(before))))
            values = {"id_hash": hashed(session), "account_id": account.id, "csrf": new_secret(), "how": how, "link_by": link_by}
            connection.execute(sa.insert(SessionRow).values(**values, created_at=now, seen_at=now))
            audit.note(connection, now, account.name, "signed in", f"{how}, made by {link_by}" if link_by else how)
        return session

    def find(self, session: str, touch: bool = True) -> SignedIn | None:
        """Who has signed in by this id; None where it is unknown, over, or the account is closed.

        Args:
            session: the id.
            touch: whether this counts as use; a page that asks by itself does not.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        now, s, a = self._now(), SessionRow, AccountRow
        has, bound = a.password.is_not(None).label("has"), a.subject.is_not(None).label("bound")
        columns = (a.id, a.name, a.person, a.role, has, a.sign_on, bound, s.csrf, s.seen_at, s.created_at, s.how, s.link_by)
        alive = (s.id_hash == hashed(session), s.seen_at > now - self._idle, s.created_at > now - self._whole, a.active.is_(True))
        query = sa.select(*columns).join(s, a.id == s.account_id).where(*alive)
        with transaction(self._engine) as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            if touch and now - row.seen_at > _TOUCH:
                connection.execute(sa.update(s).where(s.id_hash == hashed(session)).values(seen_at=now))
        account = Account(row.id, row.name, row.person, row.role, True, bool(row.has), bool(row.sign_on), bool(row.bound))
        return SignedIn(account, row.csrf, session, row.how, row.link_by, row.created_at)

    def end(self, session: str, who: str) -> None:
        """Sign out.

        Raises:
            DeskUnavailable: if it cannot be written.
        """
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(SessionRow).where(SessionRow.id_hash == hashed(session)))
            audit.note(connection, self._now(), who, "signed out")

    def keep_flow(self, data: Mapping[str, Any]) -> str:
        """Keep what single sign-on must find again; gives the id that the browser brings back.

        Raises:
            DeskUnavailable: if it cannot be kept.
        """
        flow, now = new_secret(), self._now()
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(FlowRow).where(FlowRow.expires_at <= now))
            connection.execute(sa.insert(FlowRow).values(id_hash=hashed(flow), data=json.dumps(dict(data)), expires_at=now + _FLOW))
        return flow

    def take_flow(self, flow: str) -> dict[str, Any] | None:
        """What was kept, once; None where it is unknown or too old.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        mine = FlowRow.id_hash == hashed(flow)
        with transaction(self._engine) as connection:
            row = connection.execute(sa.select(FlowRow.data, FlowRow.expires_at).where(mine)).first()
            gone = connection.execute(sa.delete(FlowRow).where(mine)).rowcount
        if row is None or gone != 1 or row.expires_at <= self._now():
            return None
        found: dict[str, Any] = json.loads(row.data)
        return found
