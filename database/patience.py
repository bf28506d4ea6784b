"""How long who asks for an answer waits, all in all, for what may hang: databases, the action server.

A database that takes what it is sent and says nothing cannot be told from one that is about to answer. Each wait has an end, and one
reply has an end to all of its waits together, or twenty short ones make a long one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Seconds that all waits for one reply may take together.
SECONDS = 1.0
#: A wait up to so long is ordinary and not counted: a busy machine is no fault.
_ORDINARY = 0.1


class Patience:
    """What is left to wait for one reply.

    Args:
        seconds: in all.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.spent = 0.0
        self.active = True

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._seconds - self.spent)

    def waited(self, seconds: float) -> None:
        """Count a wait."""
        self.spent += max(0.0, seconds - _ORDINARY)

    def ran_out(self) -> None:
        """A wait was given up: nothing is left for another."""
        self.spent = max(self.spent, self._seconds)


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)
_endless: ContextVar[bool] = ContextVar("endless", default=False)


def patience() -> Patience | None:
    """That of the reply which is worked on; None where nobody waits for one."""
    ours = _patience.get()
    return ours if ours is not None and ours.active else None


def is_endless() -> bool:
    """Whether this work may take as long as it takes."""
    return _endless.get()


@contextmanager
def answering(seconds: float = SECONDS) -> Iterator[Patience]:
    """Somebody waits for a reply to what is done inside, in this task and the threads that it hands its context to.

    Within another one nothing changes. What goes on after its end is nobody's reply any more.
    """
    outer = patience()
    if outer is not None:
        yield outer
        return
    ours = Patience(seconds)
    token = _patience.set(ours)
    try:
        yield ours
    finally:
        ours.active = False
        _patience.reset(token)


@contextmanager
def endless() -> Iterator[None]:
    """What is done inside may take as long as it takes: migrations."""
    token = _endless.set(True)
    try:
        yield
    finally:
        _endless.reset(token)
