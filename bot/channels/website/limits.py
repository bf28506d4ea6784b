"""How often one may come: `limits` counts, in this process, and where it is set so, for all workers in Redis."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from limits import RateLimitItem, WindowStats
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter as SharedRateLimiter
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from bot.channels.website.refusals import Refused
from bot.locks.connecting import connect, disconnect
from bot.locks.settings import RedisLockSettings
from bot.monitoring.metrics import REDIS_GONE

logger = logging.getLogger(__name__)
MOST_COUNTERS = 50_000
#: Seconds that Redis may take to count, and between looking whether it is back. Nobody who asks waits for the looking.
_WITHIN = 0.25
_LOOK_AGAIN = 1.0
_GONE = (RedisError, OSError, asyncio.TimeoutError)


class BoundedMemory(Storage):
    """Counters in this process; when there are too many, those go first that have lain longest.

    Args:
        most: how many are kept.
        now: the time in seconds.
    """

    def __init__(self, most: int = MOST_COUNTERS, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._most = most
        self._now = now
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counters)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing of this can fail."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; a counter whose time is over starts anew."""
        count, until = self._counters.pop(key, (0, 0.0))
        if until <= self._now():
            count, until = 0, self._now() + expiry
        self._counters[key] = (count + amount, until)
        while len(self._counters) > self._most:
            self._counters.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """What is counted."""
        count, until = self._counters.get(key, (0, 0.0))
        return count if until > self._now() else 0

    def get_expiry(self, key: str) -> float:
        """When counting starts anew."""
        return self._counters.get(key, (0, self._now()))[1]

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int:
        """Forget everything."""
        count = len(self._counters)
        self._counters.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counters.pop(key, None)


@dataclass(frozen=True)
class SharedLimits:
    """Where workers count together.

    Attributes:
        redis: the Redis that their locks are in.
        key: what names are hashed with; the same for all workers.
    """

    redis: RedisLockSettings
    key: str = field(repr=False)


class SharedCounters:
    """Counters of all workers in Redis. After a failure they are out of reach until Redis answers again, which is looked for in the
    background; nobody waits meanwhile. Belongs to one event loop.

    Args:
        shared: where, and with which key.
    """

    def __init__(self, shared: SharedLimits) -> None:
        self._shared = shared
        self._redis: aioredis.Redis | None = None
        self._limiter: SharedRateLimiter | None = None
        self._looking: asyncio.Task[None] | None = None

    async def hit(self, limit: RateLimitItem, kind: str, who: str) -> tuple[bool, WindowStats | None] | None:
        """Count one more.

        Returns:
            Whether it is within the limit, and if not, when counting starts anew; None while Redis is out of reach.
        """
        if self._looking is not None:
            return None
        try:
            return await asyncio.wait_for(self._hit(limit, kind, self._name(who)), _WITHIN)
        except _GONE as error:
            REDIS_GONE.inc()
            if self._looking is None:  # of many at once, one says so
                logger.error("Redis is out of reach; this process counts limits by itself until it is back: %s", type(error).__name__)
                self._looking = asyncio.create_task(self._look())
            return None

    async def close(self) -> None:
        """Let go of Redis."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._redis is not None:
            await disconnect(self._redis)

    async def _hit(self, limit: RateLimitItem, kind: str, name: str) -> tuple[bool, WindowStats | None]:
        limiter = self._strategy()
        if await limiter.hit(limit, kind, name):
            return True, None
        return False, await limiter.get_window_stats(limit, kind, name)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_AGAIN)
            try:
                self._strategy()
                assert self._redis is not None
                await asyncio.wait_for(self._redis.ping(), _WITHIN)
            except _GONE:
                continue
            logger.warning("Redis is back; limits count for all workers again")
            self._looking = None
            return

    def _strategy(self) -> SharedRateLimiter:
        """The strategy over its client, made in the event loop that uses it."""
        if self._limiter is None:
            settings = self._shared.redis
            self._redis = connect(settings, settings.connections, settings.timeout)
            storage = RedisStorage(
                "async+redis://",
                implementation="redispy",
                key_prefix=f"{settings.key_prefix}:limits",
                connection_pool=self._redis.connection_pool,  # type: ignore[arg-type]  # handed on as it is
            )
            self._limiter = SharedRateLimiter(storage)
        return self._limiter

    def _name(self, who: str) -> str:
        """What stands in Redis for a client or a conversation: it cannot be guessed back without the key."""
        return hmac.new(self._shared.key.encode(), who.encode(), hashlib.sha256).hexdigest()[:32]


class Limiter:
    """Refuses who comes too often.

    Args:
        memory: the process's own counters.
        shared: those of all workers, which come first; the process counts all the same, and its count holds while they are out of reach.
    """

    def __init__(self, memory: BoundedMemory | None = None, shared: SharedLimits | None = None) -> None:
        self._memory = memory if memory is not None else BoundedMemory()
        self._limiter = FixedWindowRateLimiter(self._memory)
        self._shared = SharedCounters(shared) if shared is not None else None

    async def count(self, limit: RateLimitItem | None, kind: str, who: str) -> None:
        """Count one more of a kind.

        Raises:
            Refused: 429, if it is one too many.
        """
        if limit is None:
            return
        within = self._limiter.hit(limit, kind, who)
        told = await self._shared.hit(limit, kind, who) if self._shared is not None else None
        window: WindowStats | None = None
        if told is not None:
            within, window = told
        if within:
            return
        window = window or self._limiter.get_window_stats(limit, kind, who)
        wait = max(1, math.ceil(window.reset_time - time.time()))
        unit = "second" if wait == 1 else "seconds"
        message = f"That was a lot in a short time; please wait {wait} {unit} and try again."
        raise Refused(429, "too_many", message, headers={"Retry-After": str(wait)})

    async def close(self) -> None:
        """Let go of Redis, where it is used."""
        if self._shared is not None:
            await self._shared.close()


def client(address: str) -> str:
    """The key of a client's address: an IPv6 client has a whole /64 of them; what is no address is one client."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
