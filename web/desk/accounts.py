"""Accounts, their passwords (argon2), and links that sign in once."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from web.desk import audit
from web.desk.clock import Clock, hashed, new_secret, utc_now
from web.desk.database import transaction
from web.desk.errors import DeskUnavailable, Refused
from web.desk.models import ROLES, AccountRow, LinkRow, SessionRow

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
LINK_MINUTES = 10
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,78}[a-z0-9])?")
_AT_ONCE = threading.Semaphore(2)  # argon2 takes 64 MB each time

#: What each role may do.
MAY = {
    "staff": frozenset({"phone", "handoffs"}),
    "curator": frozenset({"phone", "handoffs", "numbers", "curate"}),
    "reviewer": frozenset({"phone", "handoffs", "numbers", "curate", "review"}),
    "admin": frozenset({"phone", "handoffs", "numbers", "curate", "review", "accounts"}),
}


@dataclass(frozen=True)
class Account:
    """Who may sign in."""

    id: int
    name: str
    role: str
    active: bool
    has_password: bool
    single_sign_on: bool

    def may(self, what: str) -> bool:
        """Whether the role allows it."""
        return self.active and what in MAY[self.role]


def read_name(name: str) -> str:
    """An account's name as it is kept.

    Raises:
        Refused: if it cannot be one.
    """
    plain = name.strip().lower()
    if not _NAME.fullmatch(plain):
        raise Refused("The name must have 1 to 80 of a-z, 0-9, '.', '_', '-', '+' and '@', as in ann.lee or an e-mail address.")
    return plain


def check_password(password: str, name: str) -> None:
    """Make sure that a new password is fit.

    Raises:
        Refused: if it is not.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(f"The password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a few words in a row are good.")
    if name.lower() in password.lower() or len(set(password)) < 5:
        raise Refused("The password is too easy to guess; use a few words in a row that are not the name.")


class Accounts:
    """Accounts in the desk's database. Every call blocks: call it in a thread.

    Args:
        engine: the desk's database.
        now: the time.
        hasher: argon2; with the library's own strength where not given.
    """

    def __init__(self, engine: Engine, now: Clock = utc_now, hasher: PasswordHasher | None = None) -> None:
        self._engine = engine
        self._now = now
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash(new_secret())

    def create(self, name: str, role: str, by: str, password: str | None = None) -> Account:
        """A new account.

        Raises:
            Refused: for a name that is taken or none, an unknown role, or an unfit password.
            DeskUnavailable: if it cannot be kept.
        """
        plain = read_name(name)
        if role not in ROLES:
            raise Refused(f"The role must be one of {', '.join(ROLES)}.")
        if password is not None:
            check_password(password, plain)
        kept = self._hash(password) if password is not None else None
        try:
            with transaction(self._engine) as connection:
                values = {"name": plain, "role": role, "active": True, "password": kept, "created_at": self._now()}
                connection.execute(sa.insert(AccountRow).values(values))
                audit.note(connection, self._now(), by, "account made", f"{plain} ({role})")
        except DeskUnavailable as error:
            if isinstance(error.__cause__, IntegrityError):
                raise Refused(f"There is an account '{plain}' already.", 409) from error
            raise
        found = self.named(plain)
        if found is None:
            raise DeskUnavailable("the account is gone again")
        return found

    def all(self) -> tuple[Account, ...]:
        """All accounts, by name.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        with transaction(self._engine) as connection:
            return tuple(_account(row) for row in connection.execute(sa.select(*_COLUMNS).order_by(AccountRow.name)))

    def named(self, name: str) -> Account | None:
        """The account of a name.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        return self._one(AccountRow.name == name.strip().lower())

    def by_id(self, number: int) -> Account | None:
        """The account of a number.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        return self._one(AccountRow.id == number)

    def signed_on(self, subject: str, name: str | None) -> Account | None:
        """The account of a single sign-on; bound at the first time to the account of that name, and never to another after.

        Args:
            subject: the provider and its id of the person.
            name: the account's name as the provider tells it; None where its word is not to be believed.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        found = self._one(AccountRow.subject == subject)
        if found is not None or name is None:
            return found
        free = sa.and_(AccountRow.name == name.strip().lower(), AccountRow.subject.is_(None), AccountRow.active.is_(True))
        with transaction(self._engine) as connection:
            if connection.execute(sa.update(AccountRow).where(free).values(subject=subject)).rowcount == 1:
                audit.note(connection, self._now(), name.strip().lower()[:80], "single sign-on bound")
        return self._one(AccountRow.subject == subject)

    def verify(self, name: str, password: str) -> Account | None:
        """The account of name and password; None where they do not fit, after as long a time for unknown names as for known.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        query = sa.select(*_COLUMNS).where(AccountRow.name == name.strip().lower())
        with transaction(self._engine) as connection:
            row = connection.execute(query).first()
        kept = row.password if row is not None and row.active and row.password else None
        fits = self._fits(kept or self._nobodys, password[: LONGEST_PASSWORD + 1])
        if kept is None or not fits:
            return None
        if self._hasher.check_needs_rehash(kept):
            with transaction(self._engine) as connection:
                connection.execute(sa.update(AccountRow).where(AccountRow.id == row.id).values(password=self._hash(password)))
        return _account(row)

    def set_password(self, number: int, password: str, by: str, keep_session: str | None = None) -> None:
        """Give an account a password, and end its sessions but one.

        Raises:
            Refused: for an unfit password or an unknown account.
            DeskUnavailable: if it cannot be kept.
        """
        account = self._known(number)
        check_password(password, account.name)
        kept = self._hash(password)
        with transaction(self._engine) as connection:
            connection.execute(sa.update(AccountRow).where(AccountRow.id == number).values(password=kept))
            self._end_sessions(connection, number, keep_session)
            audit.note(connection, self._now(), by, "password set", account.name)

    def change(self, number: int, role: str, active: bool, by: Account) -> None:
        """Give an account a role, or close or open it. Nobody changes their own: the last admin cannot be lost.

        Raises:
            Refused: for one's own account, an unknown account or role.
            DeskUnavailable: if it cannot be kept.
        """
        account = self._known(number)
        if role not in ROLES:
            raise Refused(f"The role must be one of {', '.join(ROLES)}.")
        if account.id == by.id:
            raise Refused("Nobody changes their own role; ask another admin.", 403)
        with transaction(self._engine) as connection:
            connection.execute(sa.update(AccountRow).where(AccountRow.id == number).values(role=role, active=active))
            self._end_sessions(connection, number)
            audit.note(connection, self._now(), by.name, "account changed", f"{account.name} ({role}, {'open' if active else 'closed'})")

    def link(self, number: int, by: str) -> str:
        """The token of a link that signs an account in, once, within ten minutes; links before it are good no more.

        Raises:
            Refused: for an unknown account.
            DeskUnavailable: if it cannot be kept.
        """
        account = self._known(number)
        token, now = new_secret(), self._now()
        with transaction(self._engine) as connection:
            connection.execute(sa.delete(LinkRow).where(sa.or_(LinkRow.account_id == number, LinkRow.expires_at < now)))
            values = {"token_hash": hashed(token), "account_id": number, "expires_at": now + dt.timedelta(minutes=LINK_MINUTES)}
            connection.execute(sa.insert(LinkRow).values(values))
            audit.note(connection, now, by, "sign-in link made", account.name)
        return token

    def use_link(self, token: str) -> Account | None:
        """The account of a link's token, which is used up by this; None for one that is unknown, used or too old.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        now = self._now()
        good = sa.and_(LinkRow.token_hash == hashed(token), LinkRow.used_at.is_(None), LinkRow.expires_at > now)
        with transaction(self._engine) as connection:
            if connection.execute(sa.update(LinkRow).where(good).values(used_at=now)).rowcount != 1:
                return None
            number = connection.execute(sa.select(LinkRow.account_id).where(LinkRow.token_hash == hashed(token))).scalar_one()
        account = self.by_id(int(number))
        return account if account is not None and account.active else None

    def _known(self, number: int) -> Account:
        account = self.by_id(number)
        if account is None:
            raise Refused("There is no such account.", 404)
        return account

    def _one(self, which: sa.sql.ColumnElement) -> Account | None:
        with transaction(self._engine) as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(which)).first()
        return _account(row) if row is not None else None

    @staticmethod
    def _end_sessions(connection: Connection, number: int, keep: str | None = None) -> None:
        theirs = SessionRow.account_id == number
        connection.execute(sa.delete(SessionRow).where(theirs if keep is None else sa.and_(theirs, SessionRow.id_hash != hashed(keep))))

    def _hash(self, password: str) -> str:
        with _AT_ONCE:
            return self._hasher.hash(password)

    def _fits(self, kept: str, password: str) -> bool:
        with _AT_ONCE:
            try:
                return self._hasher.verify(kept, password)
            except (VerificationError, InvalidHashError):
                return False


_COLUMNS: Sequence[sa.Column] = (
    AccountRow.id,
    AccountRow.name,
    AccountRow.role,
    AccountRow.active,
    AccountRow.password,
    AccountRow.subject,
)


def _account(row: sa.engine.Row) -> Account:
    return Account(row.id, row.name, row.role, bool(row.active), row.password is not None, row.subject is not None)
