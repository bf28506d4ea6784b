"""The desk as an ASGI application: its routes, and who may use each."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from web.desk.desk import Desk
from web.desk.files import Files
from web.desk.groups import CachedGroups
from web.desk.pages import accounts, curation, handoffs, numbers, phone, sign_in
from web.desk.security import EMBED, Headers
from web.desk.visit import Gate


def make_app(desk: Desk, files: Files) -> Starlette:
    """The application.

    Args:
        desk: what the pages use.
        files: the desk's own style sheet and scripts.
    """

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        yield
        await desk.assistant.close()

    app = Starlette(routes=[*_routes(desk), *files.routes()], lifespan=life, exception_handlers={HTTPException: _plain})
    app.add_middleware(Headers, settings=desk.settings)
    return app


def server_config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves it: without web sockets, without a log of addresses, and deaf to what clients say of their own address."""
    level = os.environ.get("LOG_LEVEL", "warning").lower()
    return uvicorn.Config(
        app, host, port, ws="none", access_log=False, server_header=False, proxy_headers=False, log_level=level, timeout_graceful_shutdown=5
    )


def _routes(desk: Desk) -> list[BaseRoute]:
    gate = Gate(desk)
    count = numbers.Numbers(CachedGroups(desk.encode, desk.redact))
    routes: list[BaseRoute] = [Route("/health", _health)]
    routes += [
        gate.route("/sign-in", sign_in.show, None),
        gate.route("/sign-in", sign_in.sign_in, None, ["POST"]),
        gate.route("/sign-in/link/{token}", sign_in.show_link, None),
        gate.route("/sign-in/link/{token}", sign_in.use_link, None, ["POST"]),
        gate.route("/sign-in/single", sign_in.start_sign_on, None),
        gate.route("/sign-in/back", sign_in.finish_sign_on, None),
        gate.route("/sign-out", sign_in.sign_out, "", ["POST"]),
        gate.route("/own", sign_in.own, ""),
        gate.route("/own/password", sign_in.own_password, "", ["POST"]),
    ]
    for base in ("", EMBED):
        routes += [
            gate.route(base or "/", phone.show, "phone"),
            gate.route(base or "/", phone.ask, "phone", ["POST"]),
            gate.route(f"{base}/answer/{{entry}}", phone.entry, "phone"),
            gate.route(f"{base}/topic/{{intent}}", phone.topic, "phone"),
            gate.route(f"{base}/flag", phone.flag, "phone", ["POST"]),
        ]
    routes += [
        gate.route("/handoffs", handoffs.show, "handoffs"),
        gate.route("/handoffs/now", handoffs.show, "handoffs", touch=False),
        gate.route("/handoffs/{number}", handoffs.one, "handoffs"),
        gate.route("/handoffs/{number}/take", handoffs.take, "handoffs", ["POST"]),
        gate.route("/handoffs/{number}/release", handoffs.release, "handoffs", ["POST"]),
        gate.route("/handoffs/{number}/done", handoffs.finish, "handoffs", ["POST"]),
        gate.route("/asked", count.asked, "numbers"),
        gate.route("/asked.csv", count.asked_csv, "numbers"),
        *(gate.route(path, page, "numbers") for path, page in numbers.PAGES.items()),
        *_curation(gate),
        gate.route("/accounts", accounts.show, "accounts"),
        gate.route("/accounts", accounts.create, "accounts", ["POST"]),
        gate.route("/accounts/{number}", accounts.change, "accounts", ["POST"]),
        gate.route("/accounts/{number}/link", accounts.link, "accounts", ["POST"]),
        gate.route("/accounts/{number}/unlock", accounts.unlock, "accounts", ["POST"]),
        gate.route("/trail", accounts.trail, "accounts"),
    ]
    return routes


def _curation(gate: Gate) -> list[BaseRoute]:
    at, post = "/curation/entry/{entry}", ["POST"]
    return [
        gate.route("/curation", curation.show, "curate"),
        gate.route("/curation/entries", curation.entries, "curate"),
        gate.route("/curation/trail", curation.trail, "curate"),
        gate.route("/curation/begin", curation.begin, "curate", post),
        gate.route("/curation/new", curation.new_entry, "curate", post),
        gate.route("/curation/settle", curation.settle, "review", post),
        gate.route("/curation/wrong/{number}", curation.settle_wrong, "settle", post),
        gate.route(at, curation.history, "curate"),
        gate.route(f"{at}/draft", curation.new_draft, "curate", post),
        gate.route(f"{at}/{{number}}", curation.revision, "curate"),
        gate.route(f"{at}/{{number}}/edit", curation.edit, "curate", post),
        gate.route(f"{at}/{{number}}/compare", curation.compare, "curate"),
        gate.route(f"{at}/{{number}}/send-back", curation.send_back, "curate", post),
        gate.route(f"{at}/{{number}}/withdraw", curation.withdraw, "curate", post),
        gate.route(f"{at}/{{number}}/rebase", curation.rebase, "curate", post),
        gate.route(f"{at}/{{number}}/approve", curation.approve, "review", post),
        gate.route(f"{at}/{{number}}/publish", curation.publish, "review", post),
        gate.route(f"{at}/{{number}}/roll-back", curation.roll_back, "review", post),
        gate.route(f"{at}/{{number}}/retire", curation.retire, "review", post),
    ]


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


async def _plain(_: Request, error: Exception) -> Response:
    """Unknown addresses and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    text = {404: "There is no such page.", 405: "This page does not do that."}.get(status, "This cannot be done.")
    return PlainTextResponse(text, status, headers=getattr(error, "headers", None))
