"""Locks that processes share in Redis: a short lease that its holder renews, waiters woken in order, a fence for what is written.

When Redis is out of reach, a process keeps its own messages in order and says so in the log: an answer is worth more.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import Any

from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from bot.locks import scripts
from bot.locks.connecting import connect, disconnect
from bot.locks.errors import LockBusy
from bot.locks.holding import Held, hold, holding
from bot.locks.settings import RedisLockSettings
from bot.locks.waiting import WaitingLine
from bot.monitoring.metrics import LOCK_WAIT, REDIS_GONE

logger = logging.getLogger(__name__)
#: Seconds between looking again, should a call be lost; a waiter that is called has so long to come.
_LOOK_AGAIN = 0.3
_CLAIM = 1.0
#: For how many seconds, and of how many tokens, it is remembered that nobody uses them any more.
_ABANDONED, _MOST_ABANDONED = 120.0, 1000
_GONE = (RedisError, OSError, asyncio.TimeoutError)


class _OutOfReach(Exception):
    """Redis does not answer."""


class RedisLockStore(LockStore):
    """Locks in Redis, for endpoints.yml: `type: bot.locks.RedisLockStore`. Belongs to one event loop.

    Args:
        endpoint_config: `url` and the options of `RedisLockSettings`.

    Raises:
        LockSettingsError: for an option that cannot be used.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        super().__init__()
        self.settings = RedisLockSettings.read(endpoint_config.url, endpoint_config.kwargs)
        prefix = self.settings.key_prefix
        self._process = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._channels, self._locks, self._queues, self._fence = (f"{prefix}:{name}" for name in ("wake:", "lock:", "queue:", "fence"))
        self._line = WaitingLine(self.settings.waiting)
        self._numbers = itertools.count()
        self._calls: dict[str, asyncio.Event] = {}
        self._abandoned: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._again_at = 0.0
        self._redis: aioredis.Redis | None = None
        self._listener: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0) -> AsyncGenerator[Any, None]:
        """Hold a conversation. A task that holds it already goes on at once.

        Args:
            conversation_id: which.
            lock_lifetime: not used: the lease is renewed for as long as it takes.
            wait_time_in_seconds: not used: waiters are called.

        Raises:
            LockBusy: if too many wait already, or the turn does not come in time.
        """
        if holding(conversation_id):
            yield None
            return
        begun = time.monotonic()
        until = begun + self.settings.wait
        await self._line.enter(conversation_id, self.settings.wait)
        try:
            token = f"{self._process}/{next(self._numbers)}"
            held = Held(conversation_id, await self._take(conversation_id, token, until))
            LOCK_WAIT.observe(time.monotonic() - begun)
            watchdog = asyncio.create_task(self._renew(conversation_id, token)) if held.fence is not None else None
            try:
                hold(held)
                yield held
            finally:
                held.active = False
                if watchdog is not None:
                    watchdog.cancel()
                    await self._release(conversation_id, token)
        finally:
            self._line.leave(conversation_id)

    async def _take(self, key: str, token: str, until: float) -> int | None:
        """The fence of a lock that is now held; None where Redis is out of reach and the process is on its own."""
        try:
            fence = await self._try(key, token)
            if fence:
                return fence
            call = self._calls[token] = asyncio.Event()
            while True:
                left = until - time.monotonic()
                if left <= 0:
                    raise LockBusy("the messages before this one take too long")
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(call.wait(), min(left, _LOOK_AGAIN))
                call.clear()
                fence = await self._try(key, token)
                if fence:
                    return fence
        except _OutOfReach:
            return None
        except BaseException:  # also when cancelled: whoever waits behind must not wait for this one
            await self._release(key, token)
            raise
        finally:
            self._calls.pop(token, None)

    async def _try(self, key: str, token: str) -> int:
        lease, claim = round(self.settings.lease * 1000), round(_CLAIM * 1000)
        for whose, gone in [one for one in self._abandoned if one[0] == key]:
            if int(await self._ask(scripts.RELEASE, key, gone, claim, self._channels)):
                self._abandoned.pop((whose, gone), None)
        return int(await self._ask(scripts.TAKE, key, token, lease, claim, self._channels))

    async def _release(self, key: str, token: str) -> None:
        work = asyncio.create_task(self._ask(scripts.RELEASE, key, token, round(_CLAIM * 1000), self._channels))
        try:
            await asyncio.shield(work)
        except _OutOfReach:  # the lease ends by itself
            self._abandon(key, token)

    async def _renew(self, key: str, token: str) -> None:
        """Renew a lease for as long as it is held.

        A renewal that fails is tried again soon, however others fare with Redis: the pause of those that are only waiting would cost
        the lease. It is waited for no longer than leaves time for the next.
        """
        pause, within = self.settings.lease / 4, min(self.settings.timeout, self.settings.lease / 4)
        while True:
            await asyncio.sleep(pause)
            try:
                kept = await asyncio.wait_for(self._run(scripts.RENEW, key, token, round(self.settings.lease * 1000)), within)
            except _GONE:
                REDIS_GONE.inc()
                pause = self.settings.lease / 16
                continue
            if not int(kept):
                logger.warning("a lock was lost while it was held; what its holder still writes may be refused")
                return
            pause = self.settings.lease / 4

    async def _ask(self, script: str, key: str, *arguments: str | int) -> Any:
        """Have Redis run a script.

        Raises:
            _OutOfReach: if it does not answer, or did not a moment ago.
        """
        if time.monotonic() < self._again_at:
            raise _OutOfReach
        try:
            return await asyncio.wait_for(self._run(script, key, *arguments), self.settings.timeout)
        except _GONE as error:
            REDIS_GONE.inc()
            if time.monotonic() >= self._again_at:
                logger.error(
                    "Redis is out of reach; this process keeps its own messages in order until it is back: %s", type(error).__name__
                )
            self._again_at = time.monotonic() + self.settings.pause
            self._abandon(key, str(arguments[0]))
            raise _OutOfReach from error

    def _abandon(self, key: str, token: str) -> None:
        """Remember a token that nobody uses any more: what was sent for it may reach Redis yet, and take a lock for nobody."""
        now = time.monotonic()
        self._abandoned[key, token] = now
        while len(self._abandoned) > _MOST_ABANDONED or now - next(iter(self._abandoned.values())) > _ABANDONED:
            self._abandoned.popitem(last=False)

    async def _run(self, script: str, key: str, *arguments: str | int) -> Any:
        keys = (f"{self._locks}{key}", f"{self._queues}{key}", self._fence)
        return await _awaited(self._client().eval(script, len(keys), *keys, *map(str, arguments)))

    def _client(self) -> aioredis.Redis:
        """The client, made in the event loop that uses it."""
        if self._redis is None:
            self._redis = connect(self.settings, self.settings.connections, self.settings.timeout)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        return self._redis

    async def _listen(self) -> None:
        """Hear who is called."""
        redis = connect(self.settings, 2, None)
        try:
            while True:
                try:
                    async with redis.pubsub() as calls:
                        await calls.subscribe(f"{self._channels}{self._process}")
                        while True:
                            message = await calls.get_message(ignore_subscribe_messages=True, timeout=5.0)
                            call = self._calls.get(str(message["data"])) if message else None
                            if call is not None:
                                call.set()
                except _GONE:
                    await asyncio.sleep(self.settings.pause / 2)
        finally:
            await disconnect(redis)

    async def ping(self) -> None:
        """Make sure that Redis answers.

        Raises:
            RedisError, OSError, asyncio.TimeoutError: if it does not.
        """
        await asyncio.wait_for(_awaited(self._client().ping()), self.settings.timeout)

    async def close(self) -> None:
        """Let go of Redis."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._redis is not None:
            await disconnect(self._redis)


async def _awaited(answer: Awaitable[Any] | Any) -> Any:
    return await answer
