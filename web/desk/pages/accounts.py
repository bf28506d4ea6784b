"""Accounts, for admins: make one, give a role, close, unlock, hand out a sign-in link; and the desk's audit trail."""

from __future__ import annotations

from starlette.responses import Response

from web.desk.errors import Refused
from web.desk.links import LINK_MINUTES
from web.desk.models import ROLES
from web.desk.visit import Visit


def show(visit: Visit) -> Response:
    """All accounts."""
    return visit.render("accounts.html", accounts=visit.desk.accounts.all(), roles=ROLES, link=None, minutes=LINK_MINUTES)


def create(visit: Visit) -> Response:
    """Make an account; its sign-in link is shown once, where it does not sign in by single sign-on."""
    sign_on, person = visit.text("sign_on", 5) == "yes", visit.text("person", 80)
    account = visit.desk.accounts.create(visit.text("name", 200), visit.text("role", 20), visit.who.name, sign_on=sign_on, person=person)
    return visit.go("/accounts", "account") if sign_on else _with_link(visit, account.id)


def change(visit: Visit) -> Response:
    """Give a role and a person, close or open, mark as meant for single sign-on."""
    role, active, sign_on = visit.text("role", 20), visit.text("active", 5) == "yes", visit.text("sign_on", 5) == "yes"
    visit.desk.accounts.change(visit.number("number"), role, active, visit.who.name, sign_on, visit.text("person", 80))
    return visit.go("/accounts", "account")


def link(visit: Visit) -> Response:
    """Hand out a sign-in link; it is shown once."""
    return _with_link(visit, visit.number("number"))


def unlock(visit: Visit) -> Response:
    """Forget failed sign-ins."""
    account = visit.desk.accounts.by_id(visit.number("number"))
    if account is None:
        raise Refused("There is no such account.", 404)
    visit.desk.lockout.unlock(account.name)
    visit.desk.audit.note(visit.who.name, "account unlocked", account.name)
    return visit.go("/accounts", "unlocked")


def trail(visit: Visit) -> Response:
    """The desk's audit trail."""
    return visit.render("trail.html", noted=visit.desk.audit.newest())


def _with_link(visit: Visit, number: int) -> Response:
    token = visit.desk.links.make(number, visit.who.name)
    account = visit.desk.accounts.by_id(number)
    address = f"{visit.desk.settings.public_url}/sign-in/link/{token}"
    told = {"name": account.name if account else "", "address": address}
    return visit.render("accounts.html", accounts=visit.desk.accounts.all(), roles=ROLES, link=told, minutes=LINK_MINUTES)
