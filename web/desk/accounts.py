"""Accounts, whose they are, and their passwords (argon2)."""

from __future__ import annotations

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
from web.desk.models import ROLES, AccountRow, SessionRow

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,78}[a-z0-9])?")
_AT_ONCE = threading.Semaphore(2)  # argon2 takes 64 MB each time

#: What each role may do. Who hands out accounts neither writes nor reviews: they could sign in as a second person.
MAY = {
    "staff": frozenset({"phone", "handoffs"}),
    "curator": frozenset({"phone", "handoffs", "numbers", "curate", "settle"}),
    "reviewer": frozenset({"phone", "handoffs", "numbers", "curate", "settle", "review"}),
    "admin": frozenset({"phone", "handoffs", "numbers", "accounts"}),
}
#: What a session does not allow that was begun by somebody else's link.
OWN_SIGN_IN = frozenset({"settle", "review"})


@dataclass(frozen=True)
class Account:
    """Who may sign in.

    `person` is what is compared where two people are wanted; `sign_on`: meant for single sign-on; `bound`: known to it already.
    """

    id: int
    name: str
    person: str
    role: str
    active: bool
    has_password: bool
    sign_on: bool
    bound: bool

    def may(self, what: str) -> bool:
        """Whether the role allows it."""
        return self.active and what in MAY[self.role]


def read_name(name: str) -> str:
    """An account's name as it is kept.

    Raises:
        Refused: if it cannot be one.
    """
    plain = name.strip().lower()
    if not name.isascii() or not _NAME.fullmatch(plain):  # some letters become an ASCII one when they are made small
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

    def create(
        self, name: str, role: str, by: str, password: str | None = None, sign_on: bool = False, person: str | None = None
    ) -> Account:
        """A new account.

        Args:
            name: what it is called; the person's e-mail address is good.
            role: what it may do.
            by: who makes it.
            password: where it has one from the start.
            sign_on: whether it signs in by single sign-on, and has no password.
            person: the name of another account of the same person.

        Raises:
            Refused: for a name that is taken or none, an unknown role or person, or an unfit password.
            DeskUnavailable: if it cannot be kept.
        """
        plain = read_name(name)
        if role not in ROLES:
            raise Refused(f"The role must be one of {', '.join(ROLES)}.")
        if password is not None:
            if sign_on:
                raise Refused(_NO_PASSWORD)
            check_password(password, plain)
        kept = self._hash(password) if password is not None else None
        try:
            with transaction(self._engine) as connection:
                whose = _person_of(connection, plain, person)
                values = {"name": plain, "person": whose, "role": role, "active": True, "password": kept, "sign_on": sign_on}
                connection.execute(sa.insert(AccountRow).values(**values, created_at=self._now()))
                audit.note(connection, self._now(), by, "account made", _told(plain, role, whose, sign_on))
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

    def known(self, number: int) -> Account:
        """The account of a number.

        Raises:
            Refused: if there is none.
            DeskUnavailable: if the database cannot be read.
        """
        account = self.by_id(number)
        if account is None:
            raise Refused("There is no such account.", 404)
        return account

    def signed_on(self, subject: str, name: str | None) -> Account | None:
        """The account of a single sign-on; bound at the first time to the account of that name, and never to another after.

        Only an account that an admin marked as meant for it is bound: the name of any other is not the provider's to tell.

        Args:
            subject: the provider and its id of the person.
            name: the account's name as the provider tells it; None where its word is not to be believed.

        Raises:
            DeskUnavailable: if the database cannot be read.
        """
        found = self._one(AccountRow.subject == subject)
        if found is not None or name is None or not name.isascii():
            return found
        plain = name.strip().lower()
        meant = (AccountRow.sign_on.is_(True), AccountRow.password.is_(None))
        free = sa.and_(AccountRow.name == plain, AccountRow.subject.is_(None), AccountRow.active.is_(True), *meant)
        with transaction(self._engine) as connection:
            if connection.execute(sa.update(AccountRow).where(free).values(subject=subject)).rowcount == 1:
                audit.note(connection, self._now(), plain[:80], "single sign-on bound")
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
            same = sa.and_(AccountRow.id == row.id, AccountRow.password == kept)  # a password that was set meanwhile stays
            again = self._hash(password)
            with transaction(self._engine) as connection:
                connection.execute(sa.update(AccountRow).where(same).values(password=again))
        return _account(row)

    def set_password(self, number: int, password: str, by: str, keep_session: str | None = None) -> None:
        """Give an account a password, and end its sessions but one.

        Raises:
            Refused: for an unfit password, an unknown account, or one that is meant for single sign-on.
            DeskUnavailable: if it cannot be kept.
        """
        account = self.known(number)
        if account.sign_on:
            raise Refused(_NO_PASSWORD, 403)
        check_password(password, account.name)
        kept = self._hash(password)
        with transaction(self._engine) as connection:
            connection.execute(sa.update(AccountRow).where(AccountRow.id == number).values(password=kept))
            self._end_sessions(connection, number, keep_session)
            audit.note(connection, self._now(), by, "password set", account.name)

    def change(self, number: int, role: str, active: bool, by: str, sign_on: bool = False, person: str | None = None) -> None:
        """Give an account a role and a person, close or open it. Nobody changes their own: the last admin cannot be lost.

        One that becomes meant for single sign-on loses its password; one that no longer is, what bound it.

        Raises:
            Refused: for one's own account, an unknown account, role or person.
            DeskUnavailable: if it cannot be kept.
        """
        account = self.known(number)
        if role not in ROLES:
            raise Refused(f"The role must be one of {', '.join(ROLES)}.")
        if account.name == by:
            raise Refused("Nobody changes their own role; ask another admin.", 403)
        with transaction(self._engine) as connection:
            whose = _person_of(connection, account.name, person)
            if account.name != account.person != whose:
                raise Refused(f"'{account.name}' and '{account.person}' are one person's and stay so; close the account and make another.")
            values = {"role": role, "active": active, "person": whose, "sign_on": sign_on, "password" if sign_on else "subject": None}
            connection.execute(sa.update(AccountRow).where(AccountRow.id == number).values(values))
            if whose != account.name:  # accounts that were this one's are the same person's now
                connection.execute(sa.update(AccountRow).where(AccountRow.person == account.name).values(person=whose))
            self._end_sessions(connection, number)
            told = _told(account.name, role, whose, sign_on, "open" if active else "closed")
            audit.note(connection, self._now(), by, "account changed", told)

    def names_of(self, account: Account) -> frozenset[str]:
        """All names that the person of an account has gone by: those of their accounts.

        Raises:
            DeskUnavailable: if they cannot be read.
        """
        with transaction(self._engine) as connection:
            found = connection.execute(sa.select(AccountRow.name).where(AccountRow.person == account.person)).scalars()
            return frozenset((account.name, account.person, *found))

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


_NO_PASSWORD = "This account signs in by single sign-on, and has no password here."
_COLUMNS: Sequence[sa.Column] = (
    AccountRow.id,
    AccountRow.name,
    AccountRow.person,
    AccountRow.role,
    AccountRow.active,
    AccountRow.password,
    AccountRow.sign_on,
    AccountRow.subject,
)


def _person_of(connection: Connection, name: str, person: str | None) -> str:
    """Whose account it is: its own, or that of the account that is named."""
    wanted = read_name(person) if person and person.strip() else name
    if wanted == name:
        return name
    found = connection.execute(sa.select(AccountRow.person).where(AccountRow.name == wanted)).scalars().first()
    if found is None:
        raise Refused(f"There is no account '{wanted}' that could be the same person's.")
    return str(found)


def _told(name: str, role: str, person: str, sign_on: bool, *more: str) -> str:
    what = [role, *more, *(["single sign-on"] if sign_on else []), *([f"same person as {person}"] if person != name else [])]
    return f"{name} ({', '.join(what)})"


def _account(row: sa.engine.Row) -> Account:
    has_password, bound = row.password is not None, row.subject is not None
    return Account(row.id, row.name, row.person, row.role, bool(row.active), has_password, bool(row.sign_on), bound)
