"""Keeps turns after all that were told while the database was out of reach: a handoff told to a person must reach the desk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.channels.website.keeping import Keeper, Unkept, keep_or_set_aside
from bot.channels.website.refusals import Refused
from bot.conversations import ConversationsUnavailable, Turn

logger = logging.getLogger(__name__)
_PAUSE = 5.0
_TRIES = 24  # at a conversation that the database does not know: two minutes


class Late:
    """Writes what is remembered as unkept: before a conversation's next turn, and again and again in the background until it is done.

    Args:
        keeper: where conversations are kept.
        unkept: what is remembered.
        lock: a conversation's lock, by the hash of its token; may refuse where many wait.
        pause: seconds between tries.
    """

    def __init__(
        self, keeper: Keeper, unkept: Unkept, lock: Callable[[str], AbstractAsyncContextManager[None]], pause: float = _PAUSE
    ) -> None:
        self._keeper = keeper
        self._unkept = unkept
        self._lock = lock
        self._pause = pause
        self._failed: dict[str, int] = {}
        self._unknown: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def write(self, hashed: str) -> bool:
        """Write what is remembered of a conversation, whose lock the caller holds; False where that was not done."""
        if not self._unkept.has(hashed):
            return True
        greeting = self._unkept.greeting(hashed) if self._unkept.knows(hashed) else None
        turns = self._unkept.turns(hashed)
        try:
            known = await self._add(hashed, greeting, turns)
        except Exception as error:  # whatever it is: the person is answered, and it is tried again
            if not isinstance(error, ConversationsUnavailable):
                logger.exception("turns that could not be kept cannot be written either; they are tried again")
            self._failed[hashed] = self._failed.get(hashed, 0) + 1
            return False
        if not known:
            # Another worker may hold its beginning, and write it yet.
            self._unknown[hashed] = self._unknown.get(hashed, 0) + 1
            if self._unknown[hashed] < _TRIES:
                return False
            logger.error("%d turns that could not be kept belong to no conversation there is; they are dropped", len(turns))
        self._unknown.pop(hashed, None)
        # Not all that is remembered by now: danger is told and remembered without the lock, also while this was written.
        self._unkept.forget_greeting(hashed)
        for turn in turns:
            self._unkept.forget_turn(hashed, turn.client_id)
        self._failed.pop(hashed, None)
        return True

    async def _add(self, hashed: str, greeting: Sequence[Mapping[str, Any]] | None, turns: Sequence[Turn]) -> bool:
        async def add(*some: Turn) -> bool:
            return await self._keeper.call(self._keeper.store.add_late, hashed, greeting, some)

        if not await add():  # its beginning
            return False
        for turn in turns:  # one by one: what is kept stays kept, whatever becomes of the next
            if await keep_or_set_aside(add, turn) is False:
                return False
            self._unkept.forget_turn(hashed, turn.client_id)
        return True

    def wake(self) -> None:
        """See to it that what is remembered is written soon."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_on())

    async def close(self) -> None:
        """Try once more, and say what is lost."""
        if self._task is not None:
            self._task.cancel()
        await self._write_all()
        lost = len(self._unkept)
        if lost:
            logger.error("%d turns could not be kept and are lost: the database of conversations is out of reach", lost)

    async def _go_on(self) -> None:
        while self._unkept.sessions():
            await asyncio.sleep(self._pause)
            await self._write_all()

    async def _write_all(self) -> None:
        # Those that failed least come first: one that the database refuses keeps no other waiting.
        for hashed in sorted(self._unkept.sessions(), key=lambda one: self._failed.get(one, 0)):
            try:
                async with self._lock(hashed):
                    if not await self.write(hashed) and hashed not in self._unknown:
                        return
            except Refused:  # its own messages are waiting: the next of them writes it
                continue
