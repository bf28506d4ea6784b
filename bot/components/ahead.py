"""Whether a message may be read ahead: what may be needed is begun at once, on processors that have nothing else to do.

Most of what is inside a message is never looked at (see `messages.whole_first`), so that reading all of it costs a busy
machine answers to others. On one that has a single message in work, it costs nothing, and who waits gets the answer sooner.
Whoever knows how busy the process is says so here, in the thread that reads; by default nothing is read ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MAY: ContextVar[bool] = ContextVar("may_read_ahead", default=False)


@contextmanager
def reading_ahead(may: bool) -> Iterator[None]:
    """Within it, messages are read ahead, or are not."""
    token = _MAY.set(may)
    try:
        yield
    finally:
        _MAY.reset(token)


def may_read_ahead() -> bool:
    """Whether the message now being read may be read ahead."""
    return _MAY.get()
