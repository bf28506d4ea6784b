"""Links that sign in once: who made them stays with the session that they begin."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from web.desk import audit
from web.desk.accounts import Account, Accounts
from web.desk.clock import Clock, hashed, new_secret, utc_now
from web.desk.database import transaction
from web.desk.models import LinkRow

LINK_MINUTES = 10


@dataclass(frozen=True)
class Used:
    """A link that was used: whose account it opens, and who made it; None where the local run printed it."""

    account: Account
    made_by: str | None


class Links:
    """Sign-in links in the desk's database. Every call blocks: call it in a thread.

    Args:
        engine: the desk's database.
        accounts: whom they sign in.
        now: the time.
    """

    def __init__(self, engine: Engine, accounts: Accounts, now: Clock = utc_now) -> None:
        self._engine = engine
        self._accounts = accounts
        self._now = now

    def make(self, number: int, by: str, own: bool = False) -> str:
        """The token of a link that signs an account in, once, within ten minutes; links before it are good no more.

        Args:
            number: of the account.
            by: who makes it.
            own: whether it is as good as the person's own sign-in, as that of a local run is; else nothing can be reviewed with it.

        Raises:
            Refused: for an unknown account.
            DeskUnavailable: if it cannot be kept.
        """
        account = self._accounts.known(number)
        token, now = new_secret(), self._now()
        values = {
            "token_hash": hashed(token),
            "account_id": number,
            "made_by": None if own else by,
            "expires_at": now + dt.timedelta(minutes=LINK_MINUTES),
        }
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(LinkRow).where(sa.or_(LinkRow.account_id == number, LinkRow.expires_at < now)))
            connection.execute(sa.insert(LinkRow).values(values))
            audit.note(connection, now, by, "sign-in link made", account.name)
        return token

    def use(self, token: str) -> Used | None:
        """Use a link's token up; None for one that is unknown, used or too old, or of a closed account.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        now = self._now()
        good = sa.and_(LinkRow.token_hash == hashed(token), LinkRow.used_at.is_(None), LinkRow.expires_at > now)
        with transaction(self._engine) as connection:
            if connection.execute(sa.update(LinkRow).where(good).values(used_at=now)).rowcount != 1:
                return None
            columns = (LinkRow.account_id, LinkRow.made_by)
            row = connection.execute(sa.select(*columns).where(LinkRow.token_hash == hashed(token))).one()
        account = self._accounts.by_id(int(row.account_id))
        return Used(account, row.made_by) if account is not None and account.active else None
