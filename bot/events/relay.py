"""Passes events on from the database of conversations to RabbitMQ: each is deleted once RabbitMQ has confirmed that it keeps it.

Killed between the two, it sends an event a second time, with the same id. No transaction is open while RabbitMQ is waited for.
"""

from __future__ import annotations

import asyncio
import logging

from bot.conversations.errors import ConversationsUnavailable
from bot.conversations.streaming import Outbox
from bot.events.process import Link, go_on
from bot.events.rabbitmq import RabbitUnavailable, Stream, connected
from bot.events.settings import StreamSettings
from bot.monitoring.metrics import EVENTS_SENT

logger = logging.getLogger(__name__)
_LOOK_EVERY = 1.0


class Relay:
    """Relays until it is cancelled.

    Args:
        settings: where RabbitMQ is.
        outbox: what waits.
    """

    def __init__(self, settings: StreamSettings, outbox: Outbox) -> None:
        self._settings = settings
        self._outbox = outbox
        self.link = Link()

    async def run(self) -> None:
        """Pass on what waits, for ever."""
        await go_on(self._connected, self.link, (ConversationsUnavailable,))

    async def _connected(self) -> None:
        async with connected(self._settings) as stream:
            self.link.up = True
            while True:
                if not await self.pass_on(stream):
                    try:
                        await stream.wait(asyncio.Event().wait(), _LOOK_EVERY)
                    except asyncio.TimeoutError:
                        continue

    async def pass_on(self, stream: Stream) -> int:
        """Send a batch of what waits; how many there were.

        Raises:
            RabbitUnavailable: if RabbitMQ did not take all of them; those it took are sent no more.
            ConversationsUnavailable: if the database does not answer.
        """
        waiting = await asyncio.to_thread(self._outbox.waiting, self._settings.batch)
        if not waiting:
            return 0
        confirmed = await stream.publish([(one.event, one.body) for one in waiting])
        sent = [one.event for one, well in zip(waiting, confirmed, strict=True) if well]
        if sent:
            await asyncio.to_thread(self._outbox.sent, sent)
            EVENTS_SENT.inc(len(sent))
        if len(sent) < len(waiting):
            raise RabbitUnavailable(f"{len(waiting) - len(sent)} of {len(waiting)} events were not confirmed")
        return len(sent)
