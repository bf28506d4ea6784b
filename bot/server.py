"""Serves the assistant over HTTP: Rasa's server with the actions inside it."""

from __future__ import annotations

import socket
import time
from typing import Any

from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints

from bot.actions_in_process import InProcessActions
from bot.assistant import ModelMissing, make_actions
from bot.settings import BotSettings
from bot.training import MODEL


class PortBusy(RuntimeError):
    """Something else listens where the assistant should."""


def check_port(host: str, port: int) -> None:
    """Make sure that the port is free.

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
                f"make run PORT={port + 1 if port < 65535 else 5006}"
            ) from error


def serve(settings: BotSettings) -> None:
    """Serve until interrupted.

    Raises:
        PortBusy: if the port is taken.
        ModelMissing: if there is no trained model.
    """
    check_port(settings.host, settings.port)
    if not MODEL.is_file():
        raise ModelMissing(f"{MODEL}: no trained model; run `make train`")
    started = time.monotonic()
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    if settings.actions == "inprocess":
        endpoints.action = InProcessActions(make_actions())

    async def ready(*_: Any) -> None:
        print(
            f"Ready after {time.monotonic() - started:.0f} s. "
            f"POST http://localhost:{settings.port}/webhooks/rest/webhook   (Ctrl-C to stop)",
            flush=True,
        )

    serve_application(
        model_path=str(MODEL),
        interface=settings.host,
        port=settings.port,
        credentials="credentials.yml",
        enable_api=False,
        endpoints=endpoints,
        server_listeners=[(ready, "after_server_start")],
    )
