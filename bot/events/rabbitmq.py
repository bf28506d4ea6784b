"""The one place that speaks to RabbitMQ: connection, exchange, queues, and an end to every waiting.

One durable exchange (fanout: whoever else wants the events binds a queue of their own), one quorum queue for the consumer, one for
what could not be read. A full queue refuses what is sent instead of dropping what it has. The consumer puts dead letters into their
queue itself, confirmed, before it takes them from the first: RabbitMQ's own dead-lettering is not confirmed where it is not told so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from yarl import URL

from bot.events.settings import StreamSettings

CONNECT_SECONDS = 5.0
CALL_SECONDS = 10.0
_HEARTBEAT = 10  # seconds; a RabbitMQ that hangs is noticed after twice as long
_CLOSE_SECONDS = 3.0
_MOST_QUEUED = 1_000_000
_MOST_DEAD = 100_000
#: So often a message may be handed out; it lies with the dead letters then, and holds up no other.
_DELIVERIES = 100
_T = TypeVar("_T")


class RabbitUnavailable(RuntimeError):
    """RabbitMQ is out of reach, or refuses; says neither address nor password."""


class Stream:
    """An open connection with all that the stream needs.

    Args:
        channel: with publisher confirms.
        exchange: where events are sent.
        queue: where the consumer finds them.
        dead: where unreadable ones lie.
        gone: set once the connection or the channel is closed.
    """

    def __init__(
        self, channel: AbstractChannel, exchange: AbstractExchange, queue: AbstractQueue, dead: AbstractQueue, gone: asyncio.Event
    ) -> None:
        self._channel = channel
        self._exchange = exchange
        self.queue = queue
        self._dead = dead
        self._gone = gone

    async def bury(self, body: bytes) -> None:
        """Put a message to the dead letters.

        Raises:
            RabbitUnavailable: if RabbitMQ does not confirm that it keeps it.
        """
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await self.wait(self._channel.default_exchange.publish(message, self._dead.name, mandatory=True))

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> list[bool]:
        """Send messages, by id and body; of each, whether RabbitMQ has confirmed that it keeps it."""
        sending = [asyncio.ensure_future(self._publish(key, body)) for key, body in messages]
        await asyncio.wait([*sending], timeout=CALL_SECONDS)
        for one in sending:
            one.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        return [not one.cancelled() and one.exception() is None for one in sending]

    async def _publish(self, key: str, body: bytes) -> None:
        message = aio_pika.Message(
            body,
            message_id=key,
            content_type="application/json",
            type="lms.event",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._exchange.publish(message, "", mandatory=True)

    async def depth(self) -> tuple[int, int]:
        """How many messages wait in the queue, and how many lie with the dead letters.

        Raises:
            RabbitUnavailable: if it does not say.
        """
        counts = []
        for queue in (self.queue, self._dead):
            told = await self.wait(self._channel.declare_queue(queue.name, passive=True))
            counts.append(int(told.declaration_result.message_count or 0))
        return counts[0], counts[1]

    async def wait(self, work: Awaitable[_T], seconds: float = CALL_SECONDS) -> _T:
        """Wait for something of RabbitMQ, as long as there is a connection.

        Raises:
            asyncio.TimeoutError: after so many seconds.
            RabbitUnavailable: if the connection has ended.
        """
        wanted, gone = asyncio.ensure_future(work), asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait([wanted, gone], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if wanted.done():
                return wanted.result()
            if gone.done():
                raise RabbitUnavailable("the connection has ended")
            raise asyncio.TimeoutError
        finally:
            for one in (wanted, gone):
                one.cancel()


@contextlib.asynccontextmanager
async def connected(settings: StreamSettings) -> AsyncIterator[Stream]:
    """A connection, its queues declared; closed afterwards.

    Raises:
        RabbitUnavailable: if RabbitMQ is out of reach, refuses, or has a queue of this name that is of another make.
    """
    address = URL(settings.url)
    if "heartbeat" not in address.query:
        address = address.update_query(heartbeat=_HEARTBEAT)
    gone = asyncio.Event()
    try:
        connection = await asyncio.wait_for(aio_pika.connect(address, timeout=CONNECT_SECONDS), CONNECT_SECONDS + 1)
    except Exception as error:  # the library raises what it likes here, and its words may hold the address
        raise RabbitUnavailable(type(error).__name__) from None
    connection.close_callbacks.add(lambda *_: gone.set())
    try:
        try:
            yield await asyncio.wait_for(_open(connection, settings, gone), CALL_SECONDS)
        except (aio_pika.exceptions.AMQPError, asyncio.TimeoutError, ConnectionError) as error:
            raise RabbitUnavailable(_why(error, settings)) from None
    finally:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(connection.close(), _CLOSE_SECONDS)


def _why(error: BaseException, settings: StreamSettings) -> str:
    if isinstance(error, aio_pika.exceptions.ChannelPreconditionFailed):
        return f"the exchange or queue '{settings.queue}' is there already and of another make; delete it, or set EVENTS_QUEUE"
    return type(error).__name__


async def _open(connection: aio_pika.abc.AbstractConnection, settings: StreamSettings, gone: asyncio.Event) -> Stream:
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    channel.close_callbacks.add(lambda *_: gone.set())
    await channel.set_qos(prefetch_count=settings.batch)
    dead = f"{settings.queue}.dead"
    # The default overflow of the dead letters drops the oldest: they are for looking at, and never ours.
    letters = await channel.declare_queue(
        dead, durable=True, arguments={"x-queue-type": "quorum", "x-max-length": _MOST_DEAD, "x-overflow": "drop-head"}
    )
    exchange = await channel.declare_exchange(settings.queue, aio_pika.ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(
        settings.queue,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-max-length": _MOST_QUEUED,
            "x-overflow": "reject-publish",
            "x-delivery-limit": _DELIVERIES,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
        },
    )
    await queue.bind(exchange)
    return Stream(channel, exchange, queue, letters, gone)
