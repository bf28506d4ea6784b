"""Settings of the stream, read from the environment by the processes that speak to RabbitMQ."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.settings import SettingsError

DEFAULT_QUEUE = "lms-events"
_URL = "EVENTS_RABBITMQ_URL"
_HOW = "give amqp://user:password@host/vhost, or amqps:// for TLS"
_MOST = 1000


@dataclass(frozen=True)
class StreamSettings:
    """Where RabbitMQ is, and how much is taken at once.

    Attributes:
        url: of RabbitMQ; it may hold a password, and is never told.
        queue: name of the exchange and of the queue; that of the dead letters ends in `.dead`.
        batch: events that are sent or written at once, and the most that RabbitMQ hands out ahead.
    """

    url: str = field(repr=False)
    queue: str = DEFAULT_QUEUE
    batch: int = 100

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> StreamSettings:
        """Read `EVENTS_RABBITMQ_URL`, `EVENTS_QUEUE` and `EVENTS_BATCH`.

        Raises:
            SettingsError: without a URL, or for a value that cannot be used.
        """
        queue = environ.get("EVENTS_QUEUE", "").strip() or DEFAULT_QUEUE
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", queue) or queue.startswith("amq."):
            raise SettingsError(
                f"EVENTS_QUEUE is '{queue}'; use 1 to 100 letters, digits, '_', '.' and '-', and no name that begins with 'amq.'"
            )
        batch = environ.get("EVENTS_BATCH", "100").strip()
        if not (batch.isascii() and batch.isdecimal()) or not 1 <= int(batch) <= _MOST:
            raise SettingsError(f"EVENTS_BATCH is '{batch}'; give a number from 1 to {_MOST}")
        return cls(_address(environ.get(_URL, "").strip()), queue, int(batch))


def _address(given: str) -> str:
    if not given:
        raise SettingsError(f"{_URL} is not set; {_HOW}")
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError as error:
        raise SettingsError(f"{_URL} is no address; {_HOW}") from error  # it may hold a password: it is not repeated
    if parts.scheme not in {"amqp", "amqps"} or not parts.hostname:
        raise SettingsError(f"{_URL} is no address of RabbitMQ; {_HOW}")
    if not parts.username or not parts.password:
        raise SettingsError(f"{_URL} has no user and password; {_HOW}")
    return given
