"""Whether each part answers. Asked in threads, each with an end to waiting; the answer is good for a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from bot.monitoring.metrics import CHECK

#: Raises, or says False, where a part does not do what it should. May block.
Check = Callable[[], object]
OK = "ok"


class Health:
    """The parts of this worker.

    Args:
        checks: by part.
        seconds: to wait for one.
        fresh: seconds for which an answer is good, so that probes are no load.
    """

    def __init__(self, checks: Mapping[str, Check], seconds: float = 2.0, fresh: float = 1.0) -> None:
        self._checks = dict(checks)
        self._seconds = seconds
        self._fresh = fresh
        self._threads = ThreadPoolExecutor(max(1, len(self._checks)), thread_name_prefix="health")
        self._asking: dict[str, asyncio.Future[object]] = {}
        self._told: tuple[float, dict[str, str]] | None = None
        self._one = asyncio.Lock()

    async def parts(self) -> dict[str, str]:
        """Each part with `ok`, or in a word what is wrong. No address, no secret, no words of an error."""
        async with self._one:
            if self._told is None or time.monotonic() - self._told[0] > self._fresh:
                found = await asyncio.gather(*(self._ask(part, check) for part, check in self._checks.items()))
                self._told = time.monotonic(), dict(zip(self._checks, found, strict=True))
            return self._told[1]

    async def _ask(self, part: str, check: Check) -> str:
        asking = self._asking.get(part)
        if asking is None or asking.done():  # one that hangs is not asked a second time
            asking = self._asking[part] = asyncio.get_running_loop().run_in_executor(self._threads, check)
        try:
            well = await asyncio.wait_for(asyncio.shield(asking), self._seconds)
            found = "empty" if well is False else OK
        except asyncio.TimeoutError:
            found = "no answer in time"
        except Exception as error:
            found = type(error).__name__
        CHECK.labels(part).set(found == OK)
        return found

    def close(self) -> None:
        """Ask no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
