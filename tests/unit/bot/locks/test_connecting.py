"""A connection that Redis has just closed is told as such, under the event loop that serves as well."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop
from redis.exceptions import ConnectionError as NotConnected

from bot.locks.connecting import connect, disconnect
from bot.locks.settings import RedisLockSettings
from tests.redis_server import RedisServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    one = RedisServer(tmp_path)
    yield one
    one.stop()


async def _write_to_a_closed_connection(port: int) -> None:
    redis = connect(RedisLockSettings.read("127.0.0.1", {"port": port}), 1, 1.0)
    connection = await redis.connection_pool.get_connection()
    try:
        connection._writer.transport.abort()
        await asyncio.sleep(0.05)
        await connection.send_packed_command(connection.pack_command("PING"), check_health=False)
        await connection.read_response()
    finally:
        await redis.connection_pool.release(connection)
        await disconnect(redis)


@pytest.mark.parametrize("make_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_closed_connection_is_no_error_of_another_kind(server: RedisServer, make_loop: object) -> None:
    loop = make_loop()  # type: ignore[operator]
    try:
        with pytest.raises((NotConnected, OSError)):
            loop.run_until_complete(_write_to_a_closed_connection(server.port))
    finally:
        loop.close()
