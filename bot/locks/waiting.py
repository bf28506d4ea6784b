"""Who waits in this process: one at a time for each conversation, in the order of coming, and never too many or too long."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.locks.errors import LockBusy


class WaitingLine:
    """Lets one in at a time for each key. Belongs to one event loop.

    Args:
        most: how many may wait for a key.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    async def enter(self, key: str, seconds: float) -> None:
        """Wait for one's turn; whoever has come in must `leave`.

        Raises:
            LockBusy: if too many wait already, or the turn does not come in time.
        """
        line = self._lines.get(key)
        if line is None:
            self._lines[key] = deque()
            return
        if len(line) >= self._most:
            raise LockBusy(f"{self._most} messages wait for this conversation already")
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        line.append(turn)
        timer = loop.call_later(seconds, _give_up, turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave(key)  # the turn came in the moment in which this one was cancelled
            elif turn in line:
                line.remove(turn)
            raise
        finally:
            timer.cancel()

    def leave(self, key: str) -> None:
        """Let the next one in."""
        line = self._lines[key]
        while line:
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._lines[key]


def _give_up(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(LockBusy("the messages before this one take too long"))
