"""What the pages can do, at the command line: accounts, handoffs, answers said to be wrong, counts, the trail.

Curation itself is in `python -m knowledge`. Nobody proves who they are here: whoever may run these commands operates the machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from sqlalchemy.engine import Engine

from web.desk.accounts import Account, Accounts
from web.desk.audit import Audit
from web.desk.database import create_engine, upgrade
from web.desk.errors import Refused
from web.desk.links import Links
from web.desk.lockout import Lockout
from web.desk.models import ROLES
from web.desk.settings import DeskSettings

if TYPE_CHECKING:
    from web.desk.desk import Desk

_LOCAL = (
    ("local", "reviewer", "drafts, and reviews what others wrote"),
    ("local-second", "reviewer", "the second person"),
    ("local-admin", "admin", "makes accounts"),
)


def _who(_: click.Context, __: click.Parameter, name: str) -> str:
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= 80 or not plain.isprintable():
        raise click.BadParameter("give a name of 1 to 80 letters")
    return plain


_STEPS = {"take": "taken", "release": "released", "done": "finished"}
_as = click.option(
    "--as", "by", default="command line", show_default=True, metavar="NAME", callback=_who, help="Who does this; it stands in the trail."
)
_days = click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
_role = click.option("--role", type=click.Choice(ROLES))
_person = click.option("--person", metavar="NAME", help="Another account of the same person; the account itself for none.")


@dataclass(frozen=True)
class Office:
    """What commands about accounts use; quick to set up."""

    settings: DeskSettings
    accounts: Accounts
    links: Links
    lockout: Lockout
    audit: Audit

    @classmethod
    def open(cls, settings: DeskSettings, engine: Engine) -> Office:
        """Over the desk's database, brought up to date."""
        accounts = Accounts(engine)
        return cls(settings, accounts, Links(engine, accounts), Lockout(engine), Audit(engine))

    def account(self, name: str) -> Account:
        """The account of a name.

        Raises:
            Refused: if there is none.
        """
        account = self.accounts.named(name)
        if account is None:
            raise Refused(f"there is no account '{name}'; see: python -m web.desk accounts")
        return account

    def link(self, account: Account, by: str) -> str:
        """A link to be printed; outside production it is as good as the person's own sign-in, so that everything can be tried."""
        token = self.links.make(account.id, by, own=not self.settings.production)
        return f"{self.settings.public_url}/sign-in/link/{token}"

    def local_links(self) -> dict[str, str]:
        """Links of a local run by what they are for: two who draft and review each other's, and one who makes accounts."""
        found: dict[str, str] = {}
        for name, role, what in _LOCAL:
            account = self.accounts.named(name) or self.accounts.create(name, role, "local run")
            if account.role != role or not account.active:
                self.accounts.change(account.id, role, True, "local run")
            found[f"{name} ({what})"] = self.link(account, "local run")
        return found


def _office() -> Office:
    settings = DeskSettings.read()
    return Office.open(settings, _engine(settings))


def _desk() -> Desk:
    from web.desk.composition import make_desk  # it knows languages, and takes its time
    from web.desk.files import Files

    settings = DeskSettings.read()
    return make_desk(settings, _engine(settings), Files())


def _engine(settings: DeskSettings) -> Engine:
    engine = create_engine(settings.database_url)
    upgrade(engine)
    return engine


@click.command(name="create-admin")
@click.argument("name")
@click.option("--one-time-link", is_flag=True, help="Print a sign-in link instead of asking for a password.")
def create_admin(name: str, one_time_link: bool) -> None:
    """Make an admin's account; asks for a password twice."""
    office = _office()
    password = None if one_time_link else click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    account = office.accounts.create(name, "admin", "command line", password)
    click.echo(f"{account.name} is an admin now.")
    if one_time_link:
        click.echo(f"Sign in (once, within 10 minutes): {office.link(account, 'command line')}")


@click.command()
@click.argument("name")
@_role
@click.option("--single-sign-on", is_flag=True, help="It signs in by single sign-on, and has no password.")
@_person
@_as
def create(name: str, role: str | None, single_sign_on: bool, person: str | None, by: str) -> None:
    """Make an account, and print its sign-in link."""
    office = _office()
    account = office.accounts.create(name, role or "staff", by, sign_on=single_sign_on, person=person)
    click.echo(f"{account.name} is {account.role} now.")
    if not single_sign_on:
        click.echo(f"Sign in (once, within 10 minutes): {office.link(account, by)}")


@click.command()
@click.argument("name")
@_role
@click.option("--open/--close", "active", default=None, help="Whether it can be used.")
@click.option("--single-sign-on/--no-single-sign-on", "sign_on", default=None, help="Whether it signs in by single sign-on.")
@_person
@_as
def change(name: str, role: str | None, active: bool | None, sign_on: bool | None, person: str | None, by: str) -> None:
    """Change an account; what is not named stays. Its sessions end."""
    office = _office()
    account = office.account(name)
    wanted = (role or account.role, account.active if active is None else active)
    marked = account.sign_on if sign_on is None else sign_on
    office.accounts.change(account.id, *wanted, by, marked, person or account.person)
    click.echo(f"{account.name}: {wanted[0]}, {'open' if wanted[1] else 'closed'}")


@click.command()
@click.argument("name")
@_as
def link(name: str, by: str) -> None:
    """Print a sign-in link for an account that has lost its password; good once, for ten minutes."""
    office = _office()
    click.echo(office.link(office.account(name), by))


@click.command()
@click.argument("name")
@_as
def unlock(name: str, by: str) -> None:
    """Forget failed sign-ins of an account."""
    office = _office()
    account = office.account(name)
    office.lockout.unlock(account.name)
    office.audit.note(by, "account unlocked", account.name)
    click.echo(f"{account.name} can sign in again.")


@click.command()
def accounts() -> None:
    """List accounts."""
    for one in _office().accounts.all():
        how = "single sign-on" if one.sign_on else "password" if one.has_password else "link"
        whose = f"  same person as {one.person}" if one.person != one.name else ""
        click.echo(f"{one.name:40} {one.role:9} {'open' if one.active else 'closed':7} {how}{whose}")


@click.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def trail(limit: int) -> None:
    """Show the desk's audit trail, the newest first."""
    for one in _office().audit.newest(limit):
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S}Z  {one.who:20} {one.what:20} {one.subject or ''}")


@click.command()
@click.option("--settle", "number", type=int, metavar="NUMBER", help="Settle one.")
@click.option("--flag", "entry", metavar="ENTRY", help="Say that a published answer is wrong; --note says what.")
@click.option("--note", default="", help="What is wrong.")
@_as
def wrong(number: int | None, entry: str | None, note: str, by: str) -> None:
    """List the answers that are said to be wrong, settle one, or flag one."""
    desk = _desk()
    if entry is not None:
        answer = desk.knowledge.entry(entry)
        if answer is None:
            raise Refused(f"there is no published answer '{entry}'; see: python -m knowledge list")
        desk.flags.add(answer.entry, answer.revision, desk.redact(note), by)
        click.echo(f"{answer.entry}: flagged")
        return
    if number is not None:
        if not desk.flags.settle(number, by):
            raise Refused(f"no open flag has the number {number}")
        click.echo(f"{number}: settled")
        return
    for one in desk.flags.open():
        click.echo(f"{one.id:>5}  {one.entry} r{one.revision or '?'}  {' '.join(one.note.split())}  ({one.by}, {one.at:%Y-%m-%d})")


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Those that are done as well.")
@click.option("--take", "step", flag_value="take", help="Take one.")
@click.option("--release", "step", flag_value="release", help="Give one back, whoever has it.")
@click.option("--done", "step", flag_value="done", help="End one's own.")
@_as
def handoffs(number: int | None, everything: bool, step: str | None, by: str) -> None:
    """List conversations that asked for a person; show one, take it, end it."""
    desk = _desk()
    if number is None:
        for one in desk.handoffs.listed() if everything else (*desk.handoffs.listed("open"), *desk.handoffs.listed("assigned")):
            who = one.done_by or one.assigned_to or ""
            click.echo(f"{one.id:>5}  {one.reason:15} {one.asked_at:%Y-%m-%d %H:%M}Z  {one.status:9} {who}")
        return
    if desk.handoffs.handoff(number) is None:
        raise Refused(f"there is no conversation {number}")
    with desk.audit.noting(by, "transcript read", str(number)):
        lines = desk.handoffs.transcript(number)
    steps: dict[str, Callable[[], bool]] = {
        "take": lambda: desk.handoffs.take(number, by),
        "release": lambda: desk.handoffs.release(number, None),
        "done": lambda: desk.handoffs.finish(number, by, lines[-1].turn if lines else 0) == "done",
    }
    if step is not None:
        if not steps[step]():
            raise Refused(f"conversation {number} cannot be changed so: somebody else has it, or nobody, or it is done")
        desk.audit.note(by, f"handoff {_STEPS[step]}", str(number))
        click.echo(f"{number}: {_STEPS[step]}")
        return
    for line in lines:
        click.echo(f"{line.turn:>3}  {line.at}  {line.text}")
        for reply in line.replies:
            click.echo(f"     {' '.join(reply.split())}")


@click.command()
@_days
def asked(days: int) -> None:
    """Print what people ask and do not get, grouped by meaning, as CSV."""
    from web.desk.groups import group
    from web.desk.pages.numbers import GROUP_HEAD, group_rows, questions
    from web.desk.tables import as_csv

    desk = _desk()
    found = group(desk.asked.wordings(_since(desk, days)), desk.encode, desk.redact)
    click.echo(as_csv(GROUP_HEAD, group_rows(found.groups, questions(desk.knowledge))), nl=False)


@click.command()
@_days
@click.option("--by", "rows", type=click.Choice(["day", "topic"]), default="day", show_default=True)
def dashboard(days: int, rows: str) -> None:
    """Print the dashboard's counts as CSV."""
    from web.desk.pages.numbers import board
    from web.desk.tables import COLUMNS, as_csv

    desk = _desk()
    found = board(desk.knowledge, desk.asked, _since(desk, days), desk.now().date())
    listed = found.days if rows == "day" else found.topics
    click.echo(as_csv((rows, *COLUMNS), ((name, *row) for name, row in listed)), nl=False)


def _since(desk: Desk, days: int) -> dt.date:
    return desk.now().date() - dt.timedelta(days=days - 1)


COMMANDS = (create_admin, create, change, link, unlock, accounts, trail, wrong, handoffs, asked, dashboard)
