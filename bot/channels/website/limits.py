"""How often one may come: `limits` counts, in a memory that cannot grow without end."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from bot.channels.website.refusals import Refused

MOST_COUNTERS = 50_000


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


class Limiter:
    """Refuses who comes too often."""

    def __init__(self, memory: BoundedMemory | None = None) -> None:
        self._memory = memory if memory is not None else BoundedMemory()
        self._limiter = FixedWindowRateLimiter(self._memory)

    def count(self, limit: RateLimitItem | None, kind: str, who: str) -> None:
        """Count one more of a kind.

        Raises:
            Refused: 429, if it is one too many.
        """
        if limit is None or self._limiter.hit(limit, kind, who):
            return
        wait = max(1, math.ceil(self._limiter.get_window_stats(limit, kind, who).reset_time - time.time()))
        unit = "second" if wait == 1 else "seconds"
        message = f"That was a lot in a short time; please wait {wait} {unit} and try again."
        raise Refused(429, "too_many", message, headers={"Retry-After": str(wait)})


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
