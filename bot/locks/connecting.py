"""The one place where clients of Redis are made."""

from __future__ import annotations

from typing import Any

from redis import asyncio as aioredis

from bot.locks.settings import RedisLockSettings


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
    }
    if settings.use_ssl:
        options |= {"connection_class": aioredis.SSLConnection, "ssl_ca_certs": settings.ssl_ca_certs}
    return aioredis.Redis(connection_pool=aioredis.BlockingConnectionPool(**options))


async def disconnect(redis: aioredis.Redis) -> None:
    """Let go of a client and its connections."""
    await redis.aclose()
    await redis.connection_pool.disconnect()
