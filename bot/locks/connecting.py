"""The one place where clients of Redis are made."""

from __future__ import annotations

from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import ConnectionError as NotConnected

from bot.locks.settings import RedisLockSettings


class _TellsItIsClosed:
    """uvloop raises a bare RuntimeError where something is written to a connection that the other side has just closed."""

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Send a command (see redis-py's own).

        Raises:
            redis.exceptions.ConnectionError: also where the connection is closed.
        """
        try:
            await super().send_packed_command(command, check_health)  # type: ignore[misc]
        except RuntimeError as error:
            raise NotConnected(str(error)) from error


class _Connection(_TellsItIsClosed, aioredis.Connection):
    pass


class _SSLConnection(_TellsItIsClosed, aioredis.SSLConnection):
    pass


def connect(settings: RedisLockSettings, connections: int, reply_within: float | None) -> aioredis.Redis:
    """A client that connects when it is first used. Belongs to the event loop that uses it.

    Args:
        settings: where Redis is, and how to sign in.
        connections: how many there are at most.
        reply_within: seconds to wait for a reply; None: for ever, for who listens.
    """
    options: dict[str, Any] = {
        "host": settings.url,
        "port": settings.port,
        "db": settings.db,
        "username": settings.username,
        "password": settings.password,
        "max_connections": connections,
        "timeout": settings.timeout,
        "socket_timeout": reply_within,
        "socket_connect_timeout": settings.timeout,
        "decode_responses": True,
        "connection_class": _Connection,
    }
    if settings.use_ssl:
        options |= {"connection_class": _SSLConnection, "ssl_ca_certs": settings.ssl_ca_certs}
    return aioredis.Redis(connection_pool=aioredis.BlockingConnectionPool(**options))


async def disconnect(redis: aioredis.Redis) -> None:
    """Let go of a client and its connections."""
    await redis.aclose()
    await redis.connection_pool.disconnect()
