"""The channel's routes: HTTP in, HTTP out. What is done stands in `talk`, what is refused in `reading`, `origins` and `limits`."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.core.lock_store import LockStore
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic_cors.core import SANIC_CORS_EVALUATED

from bot.channels.rest import OnNewMessage
from bot.channels.website import origins, reading
from bot.channels.website.files import POLICY, Bundle, File, accepts_gzip, named_files
from bot.channels.website.keeping import Keeper
from bot.channels.website.limits import Limiter, client
from bot.channels.website.origins import Origins
from bot.channels.website.refusals import Refused, not_found
from bot.channels.website.replies import public
from bot.channels.website.settings import WebsiteSettings
from bot.channels.website.talk import CHANNEL, KeepOld, Talk
from bot.composition import get_conversations, get_store
from bot.conversations import Turn
from bot.conversations.store import token_hash
from bot.fast_path.trackers import delete_conversation
from bot.monitoring.metrics import REFUSED
from bot.redaction import get_redactor
from database import answering

logger = logging.getLogger(__name__)
PREFIX = "/chat"
_ALL_METHODS = ("GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH")
_PURGE_EVERY = 600.0
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
Handler = Callable[[Request], Awaitable[HTTPResponse]]


class WebsiteInput(InputChannel):
    """The website channel of credentials.yml: `bot.channels.website.WebsiteInput`.

    Args:
        settings: how it serves.
    """

    def __init__(self, settings: WebsiteSettings) -> None:
        self._settings = settings
        self._limiter = Limiter(shared=settings.shared_limits)
        self._origins = Origins(settings.origins)
        self._bundle = Bundle(settings.widget)
        self._demo = {} if settings.bot.is_production else {name: File.read(path) for name, path in named_files(settings.demo).items()}
        self._talk: Talk | None = None
        self._purging: asyncio.Task[None] | None = None

    @classmethod
    def name(cls) -> str:
        """The channel's name, as it stands in the tracker."""
        return CHANNEL

    def url_prefix(self) -> str:
        """Where its addresses begin."""
        return PREFIX

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebsiteInput:
        """The channel with the settings of the environment and of credentials.yml.

        Raises:
            SettingsError: for a value that cannot be used.
        """
        return cls(WebsiteSettings.read(credentials=credentials))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The channel's routes."""
        routes = Blueprint("website_channel")
        table: dict[str, tuple[dict[str, Handler], bool]] = {
            "/sessions": ({"POST": self._begin}, False),
            "/messages": ({"POST": self._say, "GET": self._history}, False),
            "/feedback": ({"POST": self._rate}, False),
            "/conversation": ({"DELETE": self._delete}, False),
            "/health": ({"GET": self._health}, False),
            "/widget.js": ({"GET": self._widget}, True),
            "/demo": ({"GET": self._demo_page}, False),
            "/demo/<name:path>": ({"GET": self._demo_page}, False),
            "/<name:path>": ({}, False),
        }
        for number, (path, (handlers, open_to_all)) in enumerate(table.items()):
            routes.add_route(
                self._route(handlers, open_to_all),
                path,
                methods=list(_ALL_METHODS),
                stream=True,
                name=f"route_{number}",
                strict_slashes=False,
            )

        @routes.middleware("response")
        async def preflight(request: Request, response: HTTPResponse) -> HTTPResponse | None:
            # Rasa's own CORS answers every OPTIONS before a route is asked, and allows nothing.
            return self._options(request) if request.method == "OPTIONS" else None

        @routes.listener("before_server_start")
        async def start(app: Sanic, _: Any) -> None:
            if self._settings.bot.proxies:
                app.config.PROXIES_COUNT = self._settings.bot.proxies
            redactor = await asyncio.to_thread(get_redactor)
            keeper = Keeper(get_conversations(self._settings.conversations))
            kept = self._settings.conversations
            days = (kept.handoffs_keep_days, kept.asked_keep_days, kept.handoffs_open_keep_days, kept.events_keep_days)
            keep_old = KeepOld(*(dt.timedelta(days=one) for one in days))

            def locks() -> LockStore | None:
                return getattr(getattr(app.ctx, "agent", None), "lock_store", None)  # the agent is loaded after this

            self._talk = Talk(
                on_new_message, self._settings.seconds, keeper, redactor, _detail_of, keep_old, locks, _topic_of if kept.events else None
            )

        @routes.listener("after_server_start")
        async def started(app: Sanic, _: Any) -> None:
            self._purging = asyncio.create_task(self._purge(app))

        @routes.listener("before_server_stop")
        async def stop(*_: Any) -> None:
            if self._purging is not None:
                self._purging.cancel()
            if self._talk is not None:  # connections are closed after this; turns under way are still to be kept
                await self._talk.close()
            await self._limiter.close()

        return routes

    @property
    def talk(self) -> Talk:
        """What answers; there once the server has started."""
        if self._talk is None:
            raise RuntimeError("the server has not started")
        return self._talk

    def _route(self, handlers: Mapping[str, Handler], open_to_all: bool) -> Callable[..., Awaitable[HTTPResponse]]:
        """One address: who asks from where, by which method, how often; then its handler, and errors as the contract has them."""
        allowed = ", ".join(sorted({*handlers, *(["HEAD"] if "GET" in handlers else [])}))

        async def handle(request: Request, **_: Any) -> HTTPResponse:
            origin: str | None = None
            setattr(request.ctx, SANIC_CORS_EVALUATED, "1")  # ours is the only word on CORS here; Rasa's adds credentials
            try:
                origin = self._origin(request, open_to_all)
                handler = handlers.get("GET" if request.method == "HEAD" else request.method)
                if handler is None:
                    if not handlers:
                        raise not_found()
                    raise Refused(405, "bad_method", f"Use {allowed} here.", headers={"Allow": allowed})
                if not open_to_all:
                    await self._limiter.count(self._settings.requests, "requests", self._client(request))
                with answering():
                    response = await handler(request)
            except Refused as refusal:
                REFUSED.labels(refusal.code).inc()
                response = _json(refusal.body(), refusal.status, refusal.headers)
            except Exception:
                logger.exception("%s failed", request.method)
                response = _json({"error": {"code": "failed", "message": "Something went wrong here; please try again."}}, 500)
            vary = response.headers.get("Vary")
            response.headers.update(origins.headers(origin))
            if vary:
                response.headers["Vary"] = f"{vary}, Origin"
            return response

        return handle

    def _origin(self, request: Request, open_to_all: bool) -> str | None:
        sent = request.headers.getall("origin", [])
        if open_to_all:
            return sent[0] if len(sent) == 1 and sent[0].isascii() and sent[0].isprintable() else None
        return self._origins.check(sent, f"{request.scheme}://{request.host}")

    def _options(self, request: Request) -> HTTPResponse:
        try:
            return HTTPResponse(status=204, headers={**_PRIVATE, **origins.preflight(self._origin(request, open_to_all=False))})
        except Refused as refusal:
            return _json(refusal.body(), refusal.status)

    @staticmethod
    def _client(request: Request) -> str:
        return client(request.remote_addr or request.ip or "")

    async def _begin(self, request: Request) -> HTTPResponse:
        raw = await _body(request)
        if raw:
            reading.nothing(reading.body(request.headers.get("content-type", ""), raw))
        await self._limiter.count(self._settings.sessions, "sessions", self._client(request))
        token, greeting = await self.talk.begin()
        told = {"session": token, "expires_in": self.talk.keep_seconds, "max_length": reading.MAX_TEXT, "replies": public(greeting)}
        return _json(told, 201)

    async def _say(self, request: Request) -> HTTPResponse:
        token = reading.token(request.headers.getall("authorization", []))
        said = reading.said(await _read(request))
        await self._limiter.count(self._settings.messages, "messages", token_hash(token))
        turn = await self.talk.say(token, said)
        told = {"id": turn.client_id, "turn": turn.number, "text": turn.text, "replies": public(turn.replies), "redacted": turn.redacted}
        return _json(told)

    async def _history(self, request: Request) -> HTTPResponse:
        token = reading.token(request.headers.getall("authorization", []))
        history = await self.talk.history(token, reading.after(request.args.getlist("after", [])))
        told: dict[str, Any] = {"turns": [_turn(turn) for turn in history.turns], "greeting": public(history.greeting)}
        return _json(told if history.whole else {**told, "incomplete": True})

    async def _rate(self, request: Request) -> HTTPResponse:
        token = reading.token(request.headers.getall("authorization", []))
        rated = reading.rated(await _read(request))
        await self.talk.rate(token, rated)
        return HTTPResponse(status=204, headers=dict(_PRIVATE))

    async def _delete(self, request: Request) -> HTTPResponse:
        token = reading.token(request.headers.getall("authorization", []))
        await self.talk.delete(token, _forget(request.app))
        return HTTPResponse(status=204, headers=dict(_PRIVATE))

    async def _health(self, _: Request) -> HTTPResponse:
        return _json({"status": "ok"})

    async def _widget(self, request: Request) -> HTTPResponse:
        bundle = await asyncio.to_thread(self._bundle.file)
        if bundle is None:
            raise not_found("The widget is not built; run: npm --prefix web/widget ci && npm --prefix web/widget run build")
        return _sent(request, bundle, {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"})

    async def _demo_page(self, request: Request) -> HTTPResponse:
        name = request.match_info.get("name", "").rstrip("/") or "index.html"
        found = self._demo.get(name)
        if found is None:
            raise not_found("There is no demo page here." if self._settings.bot.is_production else "The demo page has no such file.")
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        return _sent(request, found, headers)

    async def _purge(self, app: Sanic) -> None:
        """Delete what is expired, now and then."""
        while True:
            try:
                await self.talk.purge(_forget(app))
            except Exception as error:
                logger.error("expired conversations could not be deleted; they are tried again: %s", error)
            await asyncio.sleep(_PURGE_EVERY)


def _detail_of(entry: str) -> str | None:
    answer = get_store().entry(entry, lately=True)
    return answer.detail if answer else None


def _topic_of(entry: str) -> str | None:
    answer = get_store().entry(entry, lately=True)
    return answer.topic if answer else None


def _forget(app: Sanic) -> Callable[[str], Awaitable[None]]:
    async def forget(sender_id: str) -> None:
        await delete_conversation(app.ctx.agent.tracker_store, sender_id)

    return forget


async def _body(request: Request) -> bytes:
    """The body, as far as it may go.

    Raises:
        Refused: 413, if it is longer.
    """
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > reading.MAX_BODY:
        raise reading.too_large()
    parts = bytearray()
    while (part := await request.stream.read()) is not None:
        parts += part
        if len(parts) > reading.MAX_BODY:
            raise reading.too_large()
    return bytes(parts)


async def _read(request: Request) -> dict[str, Any]:
    return reading.body(request.headers.get("content-type", ""), await _body(request))


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "id": turn.client_id,
        "text": turn.text,
        "at": turn.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "replies": public(turn.replies),
        "redacted": turn.redacted,
        "feedback": {reply: "helpful" if helpful else "not_helpful" for reply, helpful in turn.feedback.items()},
    }


def _json(told: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return HTTPResponse(body, status, {**_PRIVATE, **(headers or {})}, content_type="application/json; charset=utf-8")


def _sent(request: Request, file: File, headers: Mapping[str, str]) -> HTTPResponse:
    told = {**headers, "ETag": file.etag, "X-Content-Type-Options": "nosniff"}
    if file.is_current(request.headers.get("if-none-match", "")):
        return HTTPResponse(status=304, headers=told)
    zipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    if zipped:
        told["Content-Encoding"] = "gzip"
    told["Vary"] = "Accept-Encoding"
    return HTTPResponse(file.zipped if zipped else file.body, 200, told, content_type=file.kind)
