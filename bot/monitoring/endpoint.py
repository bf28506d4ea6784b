"""The operators' port, which is not the people's: health and metrics.

| address | answers 200 when |
|---|---|
| /health/live | the event loop turns |
| /health/serving | the model is loaded: whoever asks is answered, if only with the line |
| /health/ready | the model is loaded, and every part answers |
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot.monitoring.health import OK, Health
from bot.monitoring.metrics import REGISTRY


class MonitoringEndpoint:
    """Serves health and metrics on an address of its own.

    Args:
        health: of the parts.
        serving: whether people are answered.
    """

    def __init__(self, health: Health, serving: Callable[[], bool]) -> None:
        self._health = health
        self._serving = serving
        app = web.Application()
        app.router.add_get("/health/live", self._live)
        app.router.add_get("/health/serving", self._is_serving)
        app.router.add_get("/health/ready", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)

    async def start(self, host: str, port: int) -> None:
        """Serve.

        Raises:
            OSError: if the port is taken.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Serve no more."""
        self._health.close()
        await self._runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        return _told({"status": "live"})

    async def _is_serving(self, _: web.Request) -> web.Response:
        serving = self._serving()
        return _told({"status": "serving" if serving else "not serving"}, serving)

    async def _ready(self, _: web.Request) -> web.Response:
        parts = await self._health.parts()
        ready = self._serving() and all(found == OK for found in parts.values())
        return _told({"status": "ready" if ready else "not ready", **parts}, ready)

    async def _metrics(self, request: web.Request) -> web.Response:
        await self._health.parts()  # so that `lms_check` is of now
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": kind, "Cache-Control": "no-store"})


def _told(body: dict[str, str], well: bool = True) -> web.Response:
    return web.json_response(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})
