"""Signing in and out: password, one-time link, single sign-on; one's own password."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from web.desk import security
from web.desk.accounts import Account
from web.desk.errors import Refused
from web.desk.links import LINK_MINUTES
from web.desk.lockout import by_flow, by_link, by_password
from web.desk.visit import FLOW, FORM, SESSION, Visit, need_form_token

#: The same for a wrong password, an unknown name and a locked one.
NOT_RIGHT = "Name or password are not right, or there were too many tries. Check both, wait a little, and try again."
LINK_GONE = "This link was used already or is too old. Ask for a new one."


def show(visit: Visit) -> Response:
    """The sign-in page."""
    need_form_token(visit)
    return visit.render("sign_in.html", back=security.local_path(visit.request.query_params.get("next", "/")), problem=None)


def sign_in(visit: Visit) -> Response:
    """Sign in with name and password."""
    need_form_token(visit)
    desk = visit.desk
    name, password, back = visit.text("name", 200), visit.text("password", 1000), security.local_path(visit.text("next"))
    account, attempt = None, by_password(name, visit.address)
    if desk.lockout.admit(attempt):
        account = desk.accounts.verify(name, password)
    if account is None:
        return visit.render("sign_in.html", 401, back=back, problem=NOT_RIGHT)
    desk.lockout.succeeded(attempt)
    return _signed_in(visit, account, "password", back)


def show_link(visit: Visit) -> Response:
    """A one-time link is used by a button, so that what looks at links ahead of people does not use it up."""
    need_form_token(visit)
    return visit.render("sign_in_link.html", secret=str(visit.request.path_params["token"])[:100])


def use_link(visit: Visit) -> Response:
    """Sign in by a one-time link."""
    attempt = by_link(visit.address)
    if not visit.desk.lockout.admit(attempt):
        raise Refused(LINK_GONE, 403)
    used = visit.desk.links.use(str(visit.request.path_params["token"])[:100])
    if used is None:
        raise Refused(LINK_GONE, 403)
    visit.desk.lockout.succeeded(attempt)
    return _signed_in(visit, used.account, "link", "/", used.made_by)


async def start_sign_on(visit: Visit) -> Response:
    """To the provider of single sign-on."""
    desk = visit.desk
    if desk.sign_on is None:
        raise Refused("Single sign-on is not set up here.", 404)
    if not await run_in_threadpool(desk.lockout.admit, by_flow(visit.address)):
        raise Refused("Too many sign-ins were begun from here. Wait a little, and try again.", 429)
    address, data = await desk.sign_on.start(visit.request)
    back = security.local_path(visit.request.query_params.get("next", "/"))
    flow = await run_in_threadpool(desk.sessions.keep_flow, {**data, "desk_next": back})
    response = RedirectResponse(address, 303)
    security.give_cookie(response, FLOW, flow, desk.settings, 600)
    return response


async def finish_sign_on(visit: Visit) -> Response:
    """Back from the provider. What the browser brings must belong to what this browser began."""
    desk = visit.desk
    if desk.sign_on is None:
        raise Refused("Single sign-on is not set up here.", 404)
    cookie = visit.request.cookies.get(security.cookie_name(FLOW, desk.settings), "")
    flow = await run_in_threadpool(desk.sessions.take_flow, cookie) if cookie else None
    if flow is None:
        raise Refused("This sign-in was begun elsewhere or long ago. Begin again.", 403)
    back = security.local_path(str(flow.pop("desk_next", "/")))
    person = await desk.sign_on.finish(visit.request, flow)
    account = await run_in_threadpool(desk.accounts.signed_on, person.subject, person.name)
    if account is None or not account.active:
        raise Refused("You are known to single sign-on, but have no account at the desk. Ask an admin of the desk for one.", 403)
    await run_in_threadpool(desk.lockout.succeeded, by_flow(visit.address))
    response = await run_in_threadpool(_signed_in, visit, account, "single sign-on", back)
    security.take_cookie(response, FLOW, desk.settings)
    return response


def sign_out(visit: Visit) -> Response:
    """End the session."""
    if visit.session is not None:
        visit.desk.sessions.end(visit.session.id, visit.session.account.name)
    response = RedirectResponse(f"/sign-in?{urlencode({'done': 'signed-out'})}", 303)
    for name in (SESSION, FORM):
        security.take_cookie(response, name, visit.desk.settings)
    return response


def own(visit: Visit) -> Response:
    """One's own account, and what happened with it."""
    return visit.render("own.html", asks_old=not _just_linked(visit), happened=visit.desk.audit.about(visit.who.name))


def own_password(visit: Visit) -> Response:
    """Set one's own password. The old one is asked, but in the first minutes after a link: it is for those who lost theirs."""
    desk, who = visit.desk, visit.who
    if who.sign_on:
        raise Refused("You sign in by single sign-on, and have no password here.", 403)
    new = visit.text("new", 1000)
    if not _just_linked(visit):
        if not who.has_password:
            raise Refused(f"A first password is set within {LINK_MINUTES} minutes of signing in by link. Ask for a new link.", 403)
        attempt = by_password(who.name, visit.address)
        if not desk.lockout.admit(attempt) or desk.accounts.verify(who.name, visit.text("old", 1000)) is None:
            raise Refused("The password of before is not right, or there were too many tries.", 403)
        desk.lockout.succeeded(attempt)
    if new != visit.text("again", 1000):
        raise Refused("The two new passwords are not the same.")
    session = visit.session
    if session is None or session.link_by is not None:  # from now on the person signs in by themselves
        desk.accounts.set_password(who.id, new, who.name)
        return RedirectResponse(f"/sign-in?{urlencode({'done': 'first-password'})}", 303)
    desk.accounts.set_password(who.id, new, who.name, keep_session=session.id)
    return visit.go("/own", "password")


def _just_linked(visit: Visit) -> bool:
    session = visit.session
    return session is not None and session.how == "link" and visit.desk.now() - session.begun < dt.timedelta(minutes=LINK_MINUTES)


def _signed_in(visit: Visit, account: Account, how: str, back: str, link_by: str | None = None) -> Response:
    """A new session under a new id, whatever id the browser came with."""
    desk = visit.desk
    before = visit.request.cookies.get(security.cookie_name(SESSION, desk.settings))
    session = desk.sessions.begin(account, how, before, link_by)
    visit.values.pop("form_token", None)
    response = RedirectResponse(back, 303)
    security.give_cookie(response, SESSION, session, desk.settings)
    security.take_cookie(response, FORM, desk.settings)
    return response
