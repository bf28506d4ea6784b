"""Serves the assistant over HTTP: Rasa's server and channels, our fast path, the actions inside."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import sys
import time
from collections.abc import Collection
from typing import Any

import psutil
from rasa.core.run import close_resources, configure_app, create_http_input_channels
from rasa.core.utils import AvailableEndpoints
from rasa.exceptions import ModelNotFound
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json, redirect

from bot.actions_in_process import InProcessActions
from bot.actions_over_http import ActionServer
from bot.assistant import ModelMissing, make_actions
from bot.desktop import at_a_desktop, open_page
from bot.fast_path.agent import load_agent
from bot.fast_path.pieces import FastPathError, Piece
from bot.locks import RedisLockStore
from bot.monitoring.http import follow
from bot.monitoring.logs import no_other_handlers
from bot.monitoring.metrics import MODEL as MODEL_INFO
from bot.monitoring.worker import make_endpoint
from bot.settings import BotSettings
from bot.training import MODEL

#: Parsed once before the first person comes: what is loaded on first use is loaded then.
_WARM_UP = ("what is leiomyosarcoma, and can it be cured?", "quien puede ayudarme con mi cita", "zqxj wvk", "surviavl raets")


class PortBusy(RuntimeError):
    """Something else listens where the assistant should."""


def check_port(host: str, port: int, how: str = "make run PORT") -> None:
    """Make sure that the port is free.

    Args:
        host: the address.
        port: on it.
        how: another is chosen.

    Raises:
        PortBusy: if it is not.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(
                f"port {port} on {host} is taken ({error.strerror}); stop what listens there or choose another: "
                f"{how}={port + 1 if port < 65535 else 5006}"
            ) from error


def _at_the_root(settings: BotSettings) -> Any:
    """What stands at `/`, where Rasa would tell its version: the way to the demo page, and nothing in production."""

    async def root(request: Request) -> HTTPResponse | None:
        if request.path != "/":
            return None
        if settings.is_production:
            return json(
                {"error": {"code": "not_found", "message": "There is nothing at this address."}}, 404, {"Cache-Control": "no-store"}
            )
        return redirect("/chat/demo")

    return root


async def _let_go_of_locks(app: Sanic, _: Any) -> None:
    locks = getattr(getattr(app.ctx, "agent", None), "lock_store", None)
    if isinstance(locks, RedisLockStore):
        await locks.close()


def serve(settings: BotSettings, pieces: Collection[Piece]) -> None:
    """Serve until interrupted.

    Args:
        settings: where, and how actions run.
        pieces: of the fast path.

    Raises:
        PortBusy: if the port is taken.
        ModelMissing: if there is no trained model, or none that can be loaded.
        FastPathError: if endpoints.yml or the model need what the fast path leaves out.
    """
    check_port(settings.host, settings.port)
    if settings.monitoring_port is not None:
        check_port(settings.monitoring_host, settings.monitoring_port, "ASSISTANT_MONITORING_PORT")
    if not MODEL.is_file():
        raise ModelMissing(f"{MODEL}: no trained model; run `make train`")
    endpoints = AvailableEndpoints.read_endpoints(settings.endpoints)
    if settings.actions == "inprocess":
        endpoints.action = InProcessActions(make_actions())
    elif endpoints.action is not None:
        endpoints.action = ActionServer(endpoints.action)
    app = configure_app(create_http_input_channels(None, "credentials.yml"), enable_api=False, port=settings.port, endpoints=endpoints)

    follow(app, believed=settings.proxies > 0)
    app.register_middleware(_at_the_root(settings), "request")

    async def monitor(app: Sanic, _: Any) -> None:
        if settings.monitoring_port is not None:
            app.ctx.monitoring = make_endpoint(lambda: getattr(app.ctx, "agent", None))
            await app.ctx.monitoring.start(settings.monitoring_host, settings.monitoring_port)

    async def monitor_no_more(app: Sanic, _: Any) -> None:
        if settings.monitoring_port is not None:
            await app.ctx.monitoring.stop()

    async def load(app: Sanic, loop: Any) -> None:
        try:
            agent = await load_agent(MODEL, endpoints, pieces, loop)
        except (FastPathError, ModelNotFound) as error:
            logging.getLogger("sanic.error").setLevel(logging.CRITICAL)  # told once, by our caller
            if isinstance(error, ModelNotFound):
                why = error.__cause__ or error
                raise ModelMissing(
                    f"{MODEL}: not a model that can be loaded ({type(why).__name__}); copy it again as a whole, or run `make train`"
                ) from error
            raise
        for text in _WARM_UP:
            await agent.parse_message(text)
        if settings.log_format == "json":
            no_other_handlers()  # of what was imported since
        gc.collect()
        gc.freeze()  # the model stays: the collector need not walk through it again
        app.ctx.agent = agent
        MODEL_INFO.labels(str(agent.processor.model_filename)).set(1)

    async def ready(*_: Any) -> None:
        seconds = time.time() - psutil.Process().create_time()
        address = f"http://localhost:{settings.port}"
        ways = "/chat" if settings.is_production else f"{address}/chat/demo, POST {address}/webhooks/rest/webhook"
        print(f"Ready after {seconds:.0f} s. {ways}   (Ctrl-C to stop)", flush=True)
        if at_a_desktop(settings, os.environ, sys.platform, sys.stdout.isatty()):
            await asyncio.to_thread(open_page, f"{address}/chat/demo")

    app.register_listener(monitor, "before_server_start")
    app.register_listener(load, "before_server_start")
    app.register_listener(ready, "after_server_start")
    app.register_listener(close_resources, "after_server_stop")
    app.register_listener(monitor_no_more, "after_server_stop")
    app.register_listener(_let_go_of_locks, "after_server_stop")
    app.run(host=settings.host, port=settings.port, backlog=int(os.environ.get("SANIC_BACKLOG", "1024")), workers=1)
