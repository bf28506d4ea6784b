"""Locks in one process and in Redis: one at a time, in order, never without end, and nobody waits for the dead."""

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from bot.locks import LocalLockStore, LockBusy, LockSettingsError, RedisLockStore, redis_store
from bot.locks.holding import fence_of
from tests.redis_server import RedisServer

#: Holds a conversation until it is killed.
_HOLDER = """
import asyncio, sys
from rasa.utils.endpoints import EndpointConfig
from bot.locks import RedisLockStore

async def main():
    store = RedisLockStore(EndpointConfig(url="127.0.0.1", port=int(sys.argv[1]), lease=1))
    async with store.lock("talk"):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    one = RedisServer(tmp_path_factory.mktemp("redis"))
    yield one
    one.stop()


def _store(server: RedisServer, **options: Any) -> RedisLockStore:
    return RedisLockStore(EndpointConfig(type="bot.locks.RedisLockStore", url="127.0.0.1", port=server.port, **options))


@asynccontextmanager
async def _stores(server: RedisServer, count: int, **options: Any) -> AsyncIterator[list[RedisLockStore]]:
    """Each is to Redis what a process is."""
    stores = [_store(server, **options) for _ in range(count)]
    try:
        for store in stores:
            async with store.lock("warm"):
                pass
        await asyncio.sleep(0.1)  # they listen
        yield stores
    finally:
        for store in stores:
            await store.close()


def _run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


@pytest.fixture
def only_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks again by itself, and who is called and does not come is waited for: without a call nothing would end."""
    monkeypatch.setattr(redis_store, "_LOOK_AGAIN", 60.0)
    monkeypatch.setattr(redis_store, "_CLAIM", 60.0)


async def _hold(store: LockStore, inside: list[int], log: list[int], number: int, seconds: float = 0.005) -> None:
    async with store.lock("talk"):
        inside.append(number)
        assert inside == [number]
        await asyncio.sleep(seconds)
        log.append(number)
        inside.remove(number)


async def _in_order(works: list[Awaitable[None]]) -> None:
    tasks = []
    for work in works:
        tasks.append(asyncio.ensure_future(work))
        await asyncio.sleep(0.002)  # each comes after the one before it
    await asyncio.gather(*tasks)


def test_one_process_one_at_a_time_in_order() -> None:
    async def test() -> None:
        store, inside, log = LocalLockStore(), [], []  # type: ignore[var-annotated]
        await _in_order([_hold(store, inside, log, number) for number in range(15)])
        assert log == list(range(15))

    _run(test)


@pytest.mark.usefixtures("only_called")
def test_processes_take_turns_in_order_of_coming(server: RedisServer) -> None:
    async def test() -> None:
        async with _stores(server, 5) as stores:
            inside: list[int] = []
            log: list[int] = []
            await _in_order([_hold(store, inside, log, number, 0.02) for number, store in enumerate(stores)])
            assert log == list(range(5))

    _run(test)


@pytest.mark.parametrize("kind", ["local", "redis"])
def test_who_waits_too_long_or_behind_too_many_is_told(kind: str, server: RedisServer) -> None:
    async def test() -> None:
        async with _stores(server, 2, wait=0.4, waiting=3) as stores:
            here, there = stores if kind == "redis" else [LocalLockStore(wait=0.4, waiting=3)] * 2
            holder = asyncio.create_task(_hold(here, [], [], 0, 60))
            await asyncio.sleep(0.1)
            told = await asyncio.gather(*(_hold(there, [], [], number) for number in range(5)), return_exceptions=True)
            assert all(isinstance(one, LockBusy) for one in told)
            assert [str(one) for one in told].count("3 messages wait for this conversation already") == (2 if kind == "local" else 1)
            holder.cancel()
            await _hold(there, [], [], 9)  # and nobody is left behind

    _run(test)


@pytest.mark.usefixtures("only_called")
@pytest.mark.parametrize("kind", ["local", "redis"])
def test_who_gives_up_leaves_the_line(kind: str, server: RedisServer) -> None:
    async def test() -> None:
        async with _stores(server, 3) as stores:
            holder, quitter, last = stores if kind == "redis" else [LocalLockStore()] * 3
            log: list[int] = []
            first = asyncio.create_task(_hold(holder, [], log, 0, 0.2))
            await asyncio.sleep(0.05)
            gone = asyncio.create_task(_hold(quitter, [], log, 1))
            await asyncio.sleep(0.05)
            third = asyncio.create_task(_hold(last, [], log, 2))
            await asyncio.sleep(0.02)
            gone.cancel()
            await asyncio.gather(first, third)
            assert log == [0, 2]

    _run(test)


def test_a_task_that_holds_it_goes_on_at_once_and_others_do_not(server: RedisServer) -> None:
    async def test() -> None:
        async with _stores(server, 1, wait=0.2) as (store,):
            async with store.lock("talk"):
                async with store.lock("talk"):
                    assert fence_of("talk")
                assert fence_of("talk")
                assert fence_of("other") is None
                child = asyncio.create_task(_hold(store, [], [], 1))  # it inherits the lock, as a part of this work
                await child
                late = asyncio.create_task(_after(0.2, store))
            await _hold(store, [], [], 2)
            async with store.lock("talk"):
                with pytest.raises(LockBusy):  # what it inherited is over
                    await late

    async def _after(seconds: float, store: LockStore) -> None:
        await asyncio.sleep(seconds)
        await _hold(store, [], [], 3)

    _run(test)


def test_a_killed_process_is_waited_for_no_longer_than_its_lease(server: RedisServer) -> None:
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, str(server.port)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"

    async def test() -> None:
        async with _stores(server, 1) as (store,):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(_hold(store, [], [], 1), 1.5)  # longer than the lease, which is renewed
            process.kill()
            process.wait()
            await asyncio.wait_for(_hold(store, [], [], 1), 5)

    _run(test)


@pytest.mark.usefixtures("only_called")
def test_a_dead_waiter_is_passed_over(server: RedisServer) -> None:
    async def test() -> None:
        async with _stores(server, 2) as (holder, last):
            first = asyncio.create_task(_hold(holder, [], [], 1, 60))
            await asyncio.sleep(0.1)
            dead = subprocess.Popen([sys.executable, "-c", _HOLDER, str(server.port)])
            while not await holder._client().llen("lms:queue:talk"):  # type: ignore[misc]
                await asyncio.sleep(0.05)
            dead.kill()
            dead.wait()
            waiting = asyncio.create_task(_hold(last, [], [], 2))
            await asyncio.sleep(0.2)
            first.cancel()
            await waiting

    _run(test)


def test_fences_grow_even_when_redis_forgets(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)

    async def fence() -> int:
        async with _stores(server, 1) as (store,), store.lock("talk"):
            return fence_of("talk") or 0

    try:
        before = [asyncio.run(fence()), asyncio.run(fence())]
        server.stop()
        server.start()
        assert before[0] < before[1] < asyncio.run(fence())
    finally:
        server.stop()


@pytest.mark.parametrize("how", ["hang", "stop"])
def test_without_redis_a_process_keeps_its_own_order_and_says_so(how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = RedisServer(tmp_path)

    async def test() -> None:
        async with _stores(server, 1, timeout=0.3, pause=0.5) as (store,):
            getattr(server, how)()
            inside: list[int] = []
            log: list[int] = []
            with caplog.at_level(logging.ERROR):
                await asyncio.wait_for(_in_order([_hold(store, inside, log, number) for number in range(8)]), 2)
            assert log == list(range(8))
            assert [record.message for record in caplog.records if "Redis is out of reach" in record.message]
            (server.wake if how == "hang" else server.start)()
            await asyncio.sleep(0.6)
            async with store.lock("talk"):
                assert fence_of("talk")  # Redis again, without a hand

    try:
        _run(test)
    finally:
        server.stop()


def test_what_redis_hears_late_holds_nobody_up(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)

    async def test() -> None:
        async with _stores(server, 1, timeout=0.3, pause=0.3) as (store,):
            server.hang()
            async with store.lock("talk"):  # asked for, and given up
                assert fence_of("talk") is None
            server.wake()  # only now it hears that
            await asyncio.sleep(0.4)
            begun = time.monotonic()
            async with store.lock("talk"):
                assert fence_of("talk")
            assert time.monotonic() - begun < 1

    try:
        _run(test)
    finally:
        server.stop()


def test_a_lock_outlives_a_redis_that_hangs_for_a_moment(tmp_path: Path) -> None:
    """Twice in a row no renewal is answered in time, and the pause of others would be longer than the lease."""
    server = RedisServer(tmp_path)

    async def test() -> None:
        async with _stores(server, 2, lease=2.0, timeout=0.5, pause=10.0, wait=1.0) as (holder, other):
            async with holder.lock("talk"):
                mine = fence_of("talk")
                await asyncio.sleep(0.45)  # just before the first renewal
                server.hang()
                await asyncio.sleep(1.3)
                server.wake()
                await asyncio.sleep(1.0)  # the first lease would be over
                with pytest.raises(LockBusy):  # a task of its own: this one's children hold it too
                    await asyncio.create_task(_hold(other, [], [], 1), context=Context())
            async with other.lock("talk"):
                assert mine
                assert (fence_of("talk") or 0) > mine

    try:
        _run(test)
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("lease", "soon", "lease must be a number"),
        ("lease", 0, "lease is 0.0; give 0.2 to 60"),
        ("port", 99999, "port is 99999"),
        ("use_ssl", "maybe", "use_ssl must be true or false"),
        ("leese", 3, "no option 'leese'"),
    ],
)
def test_what_endpoints_yml_has_wrong_is_named(option: str, value: Any, named: str) -> None:
    with pytest.raises(LockSettingsError, match=named):
        RedisLockStore(EndpointConfig(type="bot.locks.RedisLockStore", **{option: value}))


def test_rasa_makes_it_from_endpoints_yml() -> None:
    store = LockStore.create(EndpointConfig(type="bot.locks.RedisLockStore", url="redis.internal", port="6380", lease="2"))
    assert isinstance(store, RedisLockStore)
    assert (store.settings.url, store.settings.port, store.settings.lease) == ("redis.internal", 6380, 2.0)
