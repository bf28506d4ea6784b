"""Which conversations the running task holds, and with which fence.

A fence is a number that grows from one holder to the next. A tracker store that has seen a higher one refuses a lower one: whoever
was stopped for so long that another took over cannot write behind that other's back.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Held:
    """A lock that is held; `fence` is None where only this process knows of it."""

    key: str
    fence: int | None = None
    active: bool = True


_held: ContextVar[tuple[Held, ...]] = ContextVar("held", default=())


def hold(held: Held) -> None:
    """Have this task, and those it starts, know that the lock is held until it is no longer active."""
    _held.set((*(one for one in _held.get() if one.active), held))


def holding(key: str) -> Held | None:
    """The lock of a key, if this task holds it."""
    return next((one for one in _held.get() if one.key == key and one.active), None)


def fence_of(key: str) -> int | None:
    """The fence to write with; None where there is none to be had."""
    held = holding(key)
    return held.fence if held else None
