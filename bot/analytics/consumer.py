"""Takes events out of RabbitMQ into the tables. A message is acknowledged after its event has been committed, never before.

Killed between the two, it is handed the message again, and the table knows the event by its id.
"""

from __future__ import annotations

import asyncio
import logging
import time

from aio_pika.abc import AbstractIncomingMessage

from bot.analytics.store import AnalyticsStore, AnalyticsUnavailable, EventRefused
from bot.events.event import BadEvent, Event, read
from bot.events.process import Link, go_on
from bot.events.rabbitmq import Stream, connected
from bot.events.settings import StreamSettings
from bot.monitoring.metrics import EVENTS_QUEUED, EVENTS_STORED

logger = logging.getLogger(__name__)
_GATHER_SECONDS = 0.2
_MEASURE_EVERY = 5.0
_FORGET_EVERY = 3600.0
Message = AbstractIncomingMessage


class Consumer:
    """Consumes until it is cancelled.

    Args:
        settings: where RabbitMQ is; at most a batch is held that is not acknowledged.
        store: where events are written.
    """

    def __init__(self, settings: StreamSettings, store: AnalyticsStore) -> None:
        self._settings = settings
        self._store = store
        self._forget_at = 0.0
        self.link = Link()

    async def run(self) -> None:
        """Write what comes, for ever."""
        await go_on(self._connected, self.link, (AnalyticsUnavailable,))

    async def _connected(self) -> None:
        await asyncio.to_thread(self._store.ready)  # while it is away nothing is taken, and nothing is counted as delivered
        async with connected(self._settings) as stream:
            self.link.up = True
            inbox: asyncio.Queue[Message] = asyncio.Queue()
            await stream.wait(stream.queue.consume(inbox.put))
            measure_at = 0.0
            while True:
                if time.monotonic() >= measure_at:
                    await self._measure(stream)
                    measure_at = time.monotonic() + _MEASURE_EVERY
                await self._forget_old()
                try:
                    first = await stream.wait(inbox.get(), _MEASURE_EVERY)
                except asyncio.TimeoutError:
                    continue
                await self._settle(stream, await self._gathered(first, inbox))

    async def _measure(self, stream: Stream) -> None:
        for queue, depth in zip(("events", "dead_letters"), await stream.depth(), strict=True):
            EVENTS_QUEUED.labels(queue).set(depth)

    async def _forget_old(self) -> None:
        if time.monotonic() < self._forget_at:
            return
        deleted = await asyncio.to_thread(self._store.forget_old)
        if deleted:
            logger.info("%d events were older than is kept, and are deleted", deleted)
        self._forget_at = time.monotonic() + _FORGET_EVERY

    async def _gathered(self, first: Message, inbox: asyncio.Queue[Message]) -> list[Message]:
        messages, until = [first], time.monotonic() + _GATHER_SECONDS
        while len(messages) < self._settings.batch:
            try:
                messages.append(await asyncio.wait_for(inbox.get(), max(until - time.monotonic(), 0)))
            except asyncio.TimeoutError:
                break
        return messages

    async def _settle(self, stream: Stream, messages: list[Message]) -> None:
        """Write a batch and acknowledge it; what cannot be read goes to the dead letters.

        Raises:
            AnalyticsUnavailable: if the database does not answer; all of it is delivered again.
        """
        events: list[tuple[Message, Event]] = []
        for message in messages:
            try:
                event = read(message.body)
            except BadEvent as problem:
                await self._bury(stream, message, str(problem))
                continue
            if self._store.is_old(event):
                await self._acknowledge(stream, [message], "old")
            else:
                events.append((message, event))
        try:
            await self._write(stream, events)
        except EventRefused:
            for one in events:  # which of them it is
                try:
                    await self._write(stream, [one])
                except EventRefused as problem:
                    await self._bury(stream, one[0], str(problem))

    async def _write(self, stream: Stream, events: list[tuple[Message, Event]]) -> None:
        new = await asyncio.to_thread(self._store.add, [event for _, event in events])
        await self._acknowledge(stream, [message for message, _ in events], None)
        EVENTS_STORED.labels("new").inc(new)
        EVENTS_STORED.labels("again").inc(len(events) - new)

    @staticmethod
    async def _acknowledge(stream: Stream, messages: list[Message], outcome: str | None) -> None:
        for message in messages:
            await stream.wait(message.ack())
        if outcome is not None:
            EVENTS_STORED.labels(outcome).inc(len(messages))

    @staticmethod
    async def _bury(stream: Stream, message: Message, why: str) -> None:
        await stream.bury(message.body)
        await stream.wait(message.ack())
        logger.error("a message of the stream cannot be used (%s); it lies with the dead letters", why)
        EVENTS_STORED.labels("unreadable").inc()
