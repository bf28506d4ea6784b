"""One request as a page sees it, and the gate that every request goes through before a page sees it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.conversations import ConversationsUnavailable
from knowledge import Conflict, CurationError, EntryNotFound, KnowledgeError, NotAllowed
from web.desk import security
from web.desk.accounts import Account
from web.desk.clock import new_secret
from web.desk.desk import Desk
from web.desk.errors import DeskUnavailable, Refused
from web.desk.notices import NOTICES
from web.desk.sessions import SignedIn

logger = logging.getLogger(__name__)
BY_LINK = "You signed in by a link that {} made. Set a password of your own (under your name), sign in with it, and do this again."
SESSION, FORM, FLOW = "desk", "desk-form", "desk-flow"


@dataclass
class Visit:
    """A request that was let in.

    Attributes:
        request: as it came.
        desk: what the desk is made of.
        session: who has signed in; pages that need nobody may find None.
        fields: a form's fields; empty for other requests.
        form_token: what an unsigned browser's form must carry.
    """

    request: Request
    desk: Desk
    session: SignedIn | None
    form_token: str
    fields: Sequence[tuple[str, str]] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> Account:
        """Who has signed in.

        Raises:
            Refused: if nobody has.
        """
        if self.session is None:
            raise Refused("Sign in first.", 401)
        return self.session.account

    @property
    def embed(self) -> bool:
        """Whether it is a page of the narrow desk."""
        return security.is_embed(self.request.url.path)

    @property
    def base(self) -> str:
        """What addresses of this desk begin with."""
        return security.EMBED if self.embed else ""

    @property
    def address(self) -> str:
        """The client's address."""
        return security.address(self.request, self.desk.settings)

    def text(self, name: str, most: int = 4000) -> str:
        """A field of the form; empty where it is not there.

        Raises:
            Refused: if it is longer than `most`.
        """
        value = next((value for key, value in self.fields if key == name), "")
        if len(value) > most:
            raise Refused(f"'{name}' has {len(value)} characters; use {most} at most.")
        return value

    def texts(self, name: str) -> list[str]:
        """All fields of one name."""
        return [value for key, value in self.fields if key == name]

    def number(self, name: str) -> int:
        """A number in the address.

        Raises:
            Refused: if it is none.
        """
        value = str(self.request.path_params[name])
        if not (value.isascii() and value.isdecimal()) or len(value) > 9:
            raise Refused("There is no such page.", 404)
        return int(value)

    def may(self, what: str) -> bool:
        """Whether who has signed in may do this, in this session."""
        return self.session is not None and self.session.may(what)

    def refuse(self, what: str) -> NoReturn:
        """Say why this cannot be done.

        Raises:
            Refused: always.
        """
        if self.who.may(what) and self.session is not None:
            raise Refused(BY_LINK.format(self.session.link_by), 403)
        raise Refused("Your role does not allow this; ask an admin of the desk.", 403)

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        notice = NOTICES.get(self.request.query_params.get("done", ""))
        csrf = self.session.csrf if self.session is not None else self.form_token
        html = self.desk.templates.get_template(template).render(
            visit=self,
            account=self.session.account if self.session is not None else None,
            csrf=csrf,
            base=self.base,
            embed=self.embed,
            notice=notice,
            path=self.request.url.path,
            settings=self.desk.settings,
            static=self.desk.static,
            **values,
        )
        return HTMLResponse(html, status)

    def go(self, path: str, done: str | None = None, **query: str) -> Response:
        """To another page of the desk, with a notice."""
        told = {**query, **({"done": done} if done else {})}
        return RedirectResponse(quote(path, safe="/-._~@+") + (f"?{urlencode(told)}" if told else ""), 303)


Handler = Callable[[Visit], Response | Awaitable[Response]]


class Gate:
    """Makes routes that let in only who may come, and only forms of the desk's own.

    Args:
        desk: what the desk is made of.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def route(self, path: str, handler: Handler, may: str | None, methods: Sequence[str] = ("GET",), touch: bool = True) -> Route:
        """A route.

        Args:
            path: its address.
            handler: the page; one that is no coroutine runs in a thread.
            may: what an account must be allowed to do; "": it must be signed in; None: everybody.
            methods: GET, POST or both.
            touch: whether a request counts as use of the session.
        """

        async def answer(request: Request) -> Response:
            visit = Visit(request, self._desk, None, "")
            try:
                response = await self._answer(visit, handler, may, touch)
            except Refused as refusal:
                response = await run_in_threadpool(visit.render, "problem.html", refusal.status, problem=str(refusal), problems=[])
            except (CurationError, EntryNotFound) as error:
                status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
                problems = [str(problem) for problem in getattr(error, "problems", ())]
                response = await run_in_threadpool(visit.render, "problem.html", status, problem=str(error), problems=problems)
            except (DeskUnavailable, KnowledgeError, ConversationsUnavailable) as error:
                logger.error("%s: %s", type(error).__name__, error)
                response = await run_in_threadpool(visit.render, "problem.html", 503, problem=_OUT_OF_REACH, problems=[])
            except Exception:
                logger.exception("a page failed: %s", path)
                response = await run_in_threadpool(visit.render, "problem.html", 500, problem=_FAILED, problems=[])
            self._keep_form_token(visit, response)
            return response

        name = f"{handler.__module__.rpartition('.')[2]}.{handler.__name__} {path}"
        return Route(path, answer, methods=list(methods), name=name)

    async def _answer(self, visit: Visit, handler: Handler, may: str | None, touch: bool) -> Response:
        request, settings = visit.request, self._desk.settings
        visit.form_token = request.cookies.get(security.cookie_name(FORM, settings), "")
        security.check_host(request, settings)
        session = request.cookies.get(security.cookie_name(SESSION, settings))
        if session:
            visit.session = await run_in_threadpool(self._desk.sessions.find, session, touch)
        if may is not None and visit.session is None:
            return self._unsigned(visit)
        if may and not visit.may(may):
            visit.refuse(may)
        if request.method == "POST":
            security.check_origin(request, settings)
            visit.fields = await security.read_form(request)
            wanted = visit.session.csrf if visit.session is not None else visit.form_token
            if not security.same(visit.text("csrf"), wanted):
                raise Refused("This form is too old; open the page again and send it once more.", 403)
        if inspect.iscoroutinefunction(handler):
            answered: Response = await handler(visit)
        else:
            answered = await run_in_threadpool(handler, visit)  # type: ignore[arg-type]
        return answered

    @staticmethod
    def _unsigned(visit: Visit) -> Response:
        """To the sign-in page, and back afterwards. In a frame it is only named: nobody types a password into a frame."""
        request = visit.request
        if request.headers.get("hx-request") == "true":
            return Response(status_code=401, headers={"HX-Refresh": "true"})
        if visit.embed:
            return visit.render("embed_sign_in.html", 401)
        back = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?{urlencode({'next': security.local_path(back)})}", 303)

    def _keep_form_token(self, visit: Visit, response: Response) -> None:
        if visit.values.get("form_token"):
            security.give_cookie(response, FORM, visit.form_token, self._desk.settings, 3600)


def need_form_token(visit: Visit) -> None:
    """Give a browser that has not signed in what its forms must carry."""
    if len(visit.form_token) < 40:
        visit.form_token = new_secret()
    visit.values["form_token"] = True


_STATUS: dict[type[KnowledgeError], int] = {Conflict: 409, NotAllowed: 403, EntryNotFound: 404}
_FAILED = "Something went wrong here; please try again."
_OUT_OF_REACH = "A database is out of reach just now. Nothing was changed. Please try again in a minute."
