"""Limits that workers count together in Redis, and what becomes of them without it. Two limiters are to Redis what two workers are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import limits
import pytest

from bot.channels.website.limits import Limiter, SharedLimits
from bot.channels.website.refusals import Refused
from bot.channels.website.settings import WebsiteSettings
from bot.locks.settings import RedisLockSettings
from bot.settings import SettingsError
from tests.redis_server import RedisServer

_KEY = "a-key-of-the-tests-0123456789"
_FOUR = limits.parse("4/minute")


@pytest.fixture
def server(tmp_path: Path) -> Any:
    one = RedisServer(tmp_path)
    yield one
    one.stop()


@asynccontextmanager
async def _limiters(server: RedisServer, count: int) -> AsyncIterator[list[Limiter]]:
    shared = SharedLimits(RedisLockSettings(url="127.0.0.1", port=server.port), _KEY)
    made = [Limiter(shared=shared) for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            await one.close()


def _run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


async def _passed(limiter: Limiter, who: str, times: int) -> int:
    """How many of so many are let through."""
    told = await asyncio.gather(*(limiter.count(_FOUR, "messages", who) for _ in range(times)), return_exceptions=True)
    assert all(one is None or isinstance(one, Refused) for one in told), told
    return sum(one is None for one in told)


def test_workers_count_together_and_redis_learns_nobody_s_name(server: RedisServer) -> None:
    async def test() -> None:
        async with _limiters(server, 2) as (here, there):
            assert [await _passed(here, "192.0.2.77", 3), await _passed(there, "192.0.2.77", 3)] == [3, 1]
            with pytest.raises(Refused) as refused:
                await here.count(_FOUR, "messages", "192.0.2.77")
            assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
            assert await _passed(there, "192.0.2.78", 1) == 1
            shared = here._shared
            assert shared is not None
            assert shared._redis is not None
            keys = await shared._redis.keys("*")
            assert len(keys) == 2
            assert all(key.startswith("lms:limits") and "192.0.2" not in key for key in keys)
            assert all([0 < await shared._redis.ttl(key) <= 60 for key in keys])  # nothing stays

    _run(test)


@pytest.mark.parametrize("how", ["hang", "stop"])
def test_without_redis_nobody_waits_and_each_counts_for_itself_until_it_is_back(how: str, server: RedisServer) -> None:
    async def test() -> None:
        async with _limiters(server, 2) as (here, there):
            assert [await _passed(here, "a", 2), await _passed(there, "a", 1)] == [2, 1]
            getattr(server, how)()
            begun = time.monotonic()
            assert await _passed(here, "a", 100) == 2  # what this process has counted before is counted
            first = time.monotonic() - begun
            longest = 0.0
            for number in range(300):  # whoever comes after the first waits for nothing
                begun = time.monotonic()
                assert await _passed(here, f"b{number}", 1) == 1
                longest = max(longest, time.monotonic() - begun)
            print(f"\nRedis {how}: a hundred at once took {first:.3f} s, the slowest of 300 after them {longest * 1000:.1f} ms")
            assert first < 0.6
            assert longest < 0.1
            assert await _passed(there, "a", 5) == 3
            (server.wake if how == "hang" else server.start)()
            for _ in range(60):
                if not any(one._shared and one._shared._looking for one in (here, there)):
                    break
                await asyncio.sleep(0.1)
            assert [await _passed(here, "c", 3), await _passed(there, "c", 3)] == [3, 1]

    _run(test)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"WEBSITE_LIMITS_STORE": "memcached"}, "WEBSITE_LIMITS_STORE is 'memcached'; use 'process', or 'redis'"),
        ({"WEBSITE_LIMITS_STORE": "redis"}, "WEBSITE_LIMITS_KEY has 0 characters; WEBSITE_LIMITS_STORE=redis needs 20 characters or more"),
        ({"WEBSITE_LIMITS_STORE": "redis", "WEBSITE_LIMITS_KEY": _KEY}, "endpoints.yml has no Redis for locks"),
    ],
)
def test_settings_that_do_not_fit_are_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as told:
        WebsiteSettings.read(environ)
    assert "\n" not in str(told.value)
    assert _KEY not in str(told.value)


def test_the_redis_of_the_locks_is_used(tmp_path: Path) -> None:
    assert WebsiteSettings.read({}).shared_limits is None
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("lock_store: {type: bot.locks.RedisLockStore, url: redis.internal, key_prefix: chat}")
    environ = {"WEBSITE_LIMITS_STORE": "redis", "WEBSITE_LIMITS_KEY": _KEY, "ASSISTANT_ENDPOINTS": str(endpoints)}
    shared = WebsiteSettings.read(environ).shared_limits
    assert shared is not None
    assert (shared.redis.url, shared.redis.key_prefix, shared.key) == ("redis.internal", "chat", _KEY)
    assert _KEY not in repr(shared)


def test_no_secret_stands_in_what_settings_show() -> None:
    shown = repr(SharedLimits(RedisLockSettings(password="a-secret"), _KEY))
    assert "a-secret" not in shown
    assert _KEY not in shown
