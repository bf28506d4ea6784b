"""Memory of processes.

How much there is, is told by each one's share (PSS), in which pages that several use are counted once among all. Whether it grows, is
told by the pages that are a process's own (USS): a share moves whenever another that uses the same libraries comes or goes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType

import psutil

Named = Mapping[str, Iterable[psutil.Process]]


def megabytes(named: Named, kind: str = "pss") -> dict[str, float]:
    """Megabytes by name; a process that is gone counts nothing.

    Args:
        named: the processes.
        kind: `pss` or `uss`.

    Raises:
        psutil.AccessDenied: for processes of somebody else's, unless asked as root.
    """
    found = dict[str, float]()
    for name, processes in named.items():
        total = 0
        for process in processes:
            try:
                total += getattr(process.memory_full_info(), kind)
            except psutil.NoSuchProcess:
                continue
        found[name] = total / 1e6
    return found


class Watch:
    """Looks at processes' own memory every so many seconds, in a thread, while its block runs.

    Args:
        named: tells the processes by name, anew each time.
        every: seconds.
    """

    def __init__(self, named: Callable[[], Named], every: float) -> None:
        self._named, self._every = named, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.moments: list[float] = []
        self.seen: dict[str, list[float]] = {}

    def _look(self) -> None:
        begun = time.monotonic()
        while True:
            now = megabytes(self._named(), "uss")
            self.moments.append(time.monotonic() - begun)
            for name, value in now.items():
                self.seen.setdefault(name, []).append(value)
            if self._over.wait(self._every):
                return

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
