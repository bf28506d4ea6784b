"""What relay and consumer have in common: they go on until they are told to end, whatever is out of reach meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from bot.events.rabbitmq import RabbitUnavailable
from bot.monitoring.endpoint import MonitoringEndpoint
from bot.monitoring.health import Check, Health
from bot.monitoring.metrics import RABBITMQ_GONE, REGISTRY, PoolCollector
from bot.settings import BotSettings
from database import engines

logger = logging.getLogger(__name__)
_LONGEST_PAUSE = 30.0


class Link:
    """Whether RabbitMQ answers, as the process last found it."""

    def __init__(self) -> None:
        self.up = False

    def check(self) -> bool:
        """For `bot.monitoring.health`.

        Raises:
            RabbitUnavailable: if it does not answer.
        """
        if not self.up:
            raise RabbitUnavailable("not connected")
        return True


async def go_on(work: Callable[[], Awaitable[None]], link: Link, expected: tuple[type[Exception], ...], pause: float = 1.0) -> None:
    """Do a work that ends only with an error, again and again: after a pause that grows to half a minute, and is short again once
    it went well for a while.

    Args:
        work: what is done.
        link: told that RabbitMQ does not answer, when the work has ended.
        expected: errors that are no surprise: a line, without a trace.
        pause: seconds, at first.
    """
    loop, seconds = asyncio.get_running_loop(), pause
    while True:
        begun = loop.time()
        try:
            await work()
        except RabbitUnavailable as error:
            RABBITMQ_GONE.inc()
            logger.error("RabbitMQ is out of reach: %s; it is tried again", error)
        except expected as error:
            logger.error("%s: %s; it is tried again", type(error).__name__, error)
        except Exception:
            logger.exception("this should not have happened; it is tried again")
        link.up = False
        seconds = pause if loop.time() - begun > _LONGEST_PAUSE else seconds
        await asyncio.sleep(seconds)
        seconds = min(seconds * 2, _LONGEST_PAUSE)


def log(settings: BotSettings, level: int) -> None:
    """Have what the process logs written as the settings say.

    Args:
        settings: the form.
        level: from which lines.
    """
    if settings.log_format == "json":
        from bot.monitoring.logs import log_as_json

        log_as_json(level)
    else:
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for noisy in ("aio_pika", "aiormq", "alembic"):  # they tell of every broken connection, with a trace; `go_on` tells of it in a line
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


async def serve(settings: BotSettings, work: Callable[[], Coroutine[Any, Any, None]], checks: Mapping[str, Check], what: str) -> None:
    """Run a work, with health and metrics beside it where a port for them is set, until SIGTERM or SIGINT.

    Args:
        settings: the port.
        work: that goes on for ever.
        checks: the parts that `/health/ready` tells of.
        what: is told at the start.

    Raises:
        OSError: if the port is taken.
    """
    task = asyncio.create_task(work())
    endpoint = MonitoringEndpoint(Health(checks), lambda: not task.done())
    REGISTRY.register(PoolCollector(engines))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        if settings.monitoring_port is not None:
            await endpoint.start(settings.monitoring_host, settings.monitoring_port)
        print(f"Ready. {what}   (Ctrl-C to stop)", flush=True)
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        task.cancel()
        await endpoint.stop()
