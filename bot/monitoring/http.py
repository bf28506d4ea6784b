"""Gives every request of the server an id, and tells of each in the log: method, route, status and time, and nothing of people."""

from __future__ import annotations

import logging
import time

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.monitoring.requests import REQUEST_ID, request_id

logger = logging.getLogger(__name__)
HEADER = "X-Request-ID"


def follow(app: Sanic, believed: bool) -> None:
    """Follow the requests of a server.

    Args:
        app: the server.
        believed: whether a proxy of ours stands before it, whose ids are taken over.
    """

    async def begin(request: Request) -> None:
        REQUEST_ID.set(request_id(request.headers.get(HEADER) if believed else None))
        request.ctx.begun = time.monotonic()

    async def end(request: Request, response: HTTPResponse) -> None:
        identifier = REQUEST_ID.get()
        if identifier:
            response.headers[HEADER] = identifier
        begun = getattr(request.ctx, "begun", None)
        if begun is not None and logger.isEnabledFor(logging.INFO):
            milliseconds = round(1000 * (time.monotonic() - begun))
            route = f"/{request.route.path}" if request.route else "no route"
            logger.info("%s %s %s in %s ms", request.method, route, response.status, milliseconds)

    app.register_middleware(begin, "request")
    app.register_middleware(end, "response")
