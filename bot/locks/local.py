"""Locks for one process: no polling, in order, with an end to waiting."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import InMemoryLockStore
from rasa.utils.endpoints import EndpointConfig

from bot.locks.holding import Held, hold, holding
from bot.locks.waiting import WaitingLine
from bot.monitoring.metrics import LOCK_WAIT

#: Seconds that a message waits for those before it, and how many may wait for one conversation in one process.
WAIT = 8.0
MOST_WAITING = 20


class LocalLockStore(InMemoryLockStore):
    """Rasa's lock store in memory, but for who comes next: its waiters look once a second.

    Args:
        endpoint_config: not needed; Rasa hands it over.
        wait: seconds that a message waits.
        waiting: how many may wait for one conversation.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, wait: float = WAIT, waiting: int = MOST_WAITING) -> None:
        super().__init__()
        self._wait = wait
        self._line = WaitingLine(waiting)

    @asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0) -> AsyncGenerator[Any, None]:
        """Hold a conversation. A task that holds it already goes on at once.

        Args:
            conversation_id: which.
            lock_lifetime: not used: the lock ends with its holder.
            wait_time_in_seconds: not used: nobody polls.

        Raises:
            LockBusy: if too many wait already, or the turn does not come in time.
        """
        if holding(conversation_id):
            yield None
            return
        with LOCK_WAIT.time():
            await self._line.enter(conversation_id, self._wait)
        held = Held(conversation_id)
        try:
            hold(held)
            yield held
        finally:
            held.active = False
            self._line.leave(conversation_id)
