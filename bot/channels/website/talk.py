"""What the website channel does: begins conversations, answers turns, tells and deletes them. Knows nothing of HTTP."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import LockStore

from bot.channels.plain_text import as_plain_text
from bot.channels.rest import OnNewMessage, alarm_of, converse, last_words
from bot.channels.website.keeping import Keeper, Unkept, keep_or_set_aside
from bot.channels.website.late import Late
from bot.channels.website.reading import Rated, Said
from bot.channels.website.refusals import BUSY, Refused, busy, not_found, unavailable, unknown_session
from bot.channels.website.replies import DetailOf, replies_of
from bot.conversations import ConversationsError, ConversationsRefused, ConversationsUnavailable, Offered, Session, Turn
from bot.conversations.store import new_token, token_hash
from bot.conversations.streaming import Asking
from bot.locks import LocalLockStore, LockBusy, RedisLockStore
from bot.monitoring.metrics import EVENTS_LOST
from bot.redaction import Redactor

logger = logging.getLogger(__name__)
CHANNEL = "website"
GREET = "/greet"
_TOPIC_SECONDS = 0.25
_T = TypeVar("_T")
#: Deletes a conversation's events from the tracker store.
Forget = Callable[[str], Awaitable[None]]
#: The topic of an entry; may block and may fail.
TopicOf = Callable[[str], str | None]


@dataclass(frozen=True)
class History:
    """A conversation so far; `whole` is False where the store could not be read."""

    greeting: list[Any]
    turns: tuple[Turn, ...]
    whole: bool = True


@dataclass(frozen=True)
class KeepOld:
    """How long what outlives a conversation is kept: a handoff's transcript once it is done, a wording without an answer, a
    handoff that nobody finished, an event that waits for RabbitMQ."""

    handoffs: dt.timedelta = dt.timedelta(days=30)
    wordings: dt.timedelta = dt.timedelta(days=90)
    unfinished: dt.timedelta = dt.timedelta(days=90)
    events: dt.timedelta = dt.timedelta(days=30)


def sender_of(hashed: str) -> str:
    """Rasa's sender id of a session; the token cannot be found from it."""
    return f"web-{hashed[:32]}"


class Talk:
    """Conversations of the website.

    Args:
        ask: hands a message to Rasa.
        seconds: within which the person is answered.
        keeper: where conversations are kept.
        redactor: takes identifiers out before anything is kept or logged.
        detail_of: the knowledge store's word on further detail; may block and may fail.
        keep_old: how long what outlives a conversation is kept.
        locks: those of all workers, by which one turn of a conversation is answered at a time; this process's own where not given.
        topic_of: the topic of an entry, for the event stream.
    """

    def __init__(
        self,
        ask: OnNewMessage,
        seconds: float,
        keeper: Keeper,
        redactor: Redactor,
        detail_of: DetailOf,
        keep_old: KeepOld | None = None,
        locks: Callable[[], LockStore | None] = lambda: None,
        topic_of: TopicOf | None = None,
    ) -> None:
        self._topic_of = topic_of
        self._keep_old = keep_old or KeepOld()
        self._ask = ask
        self._seconds = seconds
        self._keeper = keeper
        self._store = keeper.store
        self._redactor = redactor
        self._detail_of = detail_of
        self._unkept = Unkept()
        self._locks = locks
        self._own_locks = LocalLockStore()
        self._late = Late(keeper, self._unkept, self._lock)
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def keep_seconds(self) -> int:
        """Seconds after which an unused conversation is gone."""
        return self._store.keep_seconds

    async def begin(self) -> tuple[str, list[dict[str, Any]]]:
        """A new conversation: its token and the greeting."""
        return await self._to_the_end(self._begin())

    async def say(self, token: str, said: Said) -> Turn:
        """Answer a turn; the same message again is given the same answer.

        Raises:
            Refused: for an unknown session, an unknown button, or an id that another message has.
        """
        try:
            return await self._to_the_end(self._say(token, said))
        except Refused as refusal:
            if refusal.code != BUSY or said.text is None or alarm_of(as_plain_text(said.text)) is None:
                raise
            hashed = token_hash(token)
            text, redacted = await self._redacted(said.text)
            words = last_words("", as_plain_text(text))  # danger does not wait
            turn = Turn(0, said.id, _digest(token, said), text, redacted, replies_of(words, lambda _: None), _now())
            self._unkept.remember(hashed, turn)  # the desk is to know of it too
            self._late.wake()
            return turn

    async def history(self, token: str, after: int) -> History:
        """The conversation behind a turn.

        Raises:
            Refused: for an unknown session.
        """
        hashed = token_hash(token)
        session = await self._open(token)
        greeting = list(session.greeting) if session else self._unkept.greeting(hashed)
        unkept = tuple(self._unkept.turns(hashed)) if after == 0 else ()
        if session is not None:
            try:
                kept = await self._keeper.call(self._store.turns, session, after)
                there = {turn.client_id for turn in kept}  # one may have been kept just now
                late = [turn for turn in unkept if turn.client_id not in there]
                # Those kept are in order by number: by time they are not, where the clock was put back.
                return History(greeting, tuple(sorted((*kept, *late), key=lambda turn: turn.at)) if late else kept)
            except ConversationsUnavailable:
                pass
        return History(greeting, unkept, whole=False)

    async def rate(self, token: str, rated: Rated) -> None:
        """Keep feedback on a reply.

        Raises:
            Refused: for an unknown session or reply, or where it cannot be kept.
        """
        async with self._lock(token_hash(token)):
            await self._late.write(token_hash(token))
            session = await self._open(token)
            reason = (await self._redacted(rated.reason))[0] if rated.reason else None
            try:
                if session is None:
                    raise ConversationsUnavailable("no session")
                known = await self._keeper.call(self._store.rate, session, rated.reply, rated.helpful, reason)
            except ConversationsError as error:
                raise unavailable("Your feedback could not be kept just now; please try again in a minute.") from error
        if not known:
            raise not_found("There is no such reply in this conversation.", "reply")

    async def delete(self, token: str, forget: Forget) -> None:
        """Delete everything of a conversation.

        Raises:
            Refused: for an unknown session, or where it cannot be deleted.
        """
        await self._to_the_end(self._delete(token, forget))

    async def purge(self, forget: Forget) -> int:
        """Delete the conversations whose time is over, and what is kept longer once its own time is over; how many there were.

        Raises:
            ConversationsUnavailable: if they cannot be deleted.
        """
        hashes = await self._keeper.call(self._store.expired)
        for hashed in hashes:
            try:
                async with self._lock(hashed):
                    if self._unkept.has(hashed):  # it was used while the database was out of reach, and goes on
                        await self._late.write(hashed)
                        continue
                    await forget(sender_of(hashed))
                    await self._keeper.call(self._store.expire, hashed)
                    self._unkept.forget(hashed)
            except Refused:  # messages of it are waiting; its turn comes at the next round
                continue
        old = self._keep_old
        await self._keeper.call(self._store.forget_old, old.handoffs, old.wordings, old.unfinished)
        lost = await self._keeper.call(self._store.forget_unsent, old.events)
        if lost:
            EVENTS_LOST.inc(lost)
            logger.error("%d events are lost: nobody has passed them on to RabbitMQ in time", lost)
        return len(hashes)

    async def close(self) -> None:
        """Wait for the turns under way, keep what can still be kept, and let go of the store."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=self._seconds)
        await self._late.close()
        self._keeper.close()

    @asynccontextmanager
    async def _lock(self, hashed: str) -> AsyncGenerator[None, None]:
        """One turn of a conversation at a time, whichever worker answers; Rasa's own lock of it is then held as well.

        Raises:
            Refused: where too many wait already, or for too long.
        """
        shared = self._locks()
        store = shared if isinstance(shared, (LocalLockStore, RedisLockStore)) else self._own_locks  # Rasa's look once a second
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(store.lock(sender_of(hashed)))
            except LockBusy as error:
                raise busy() from error
            yield

    async def _to_the_end(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Finish even if the client has gone: what Rasa has heard must be kept, or a second try is asked twice."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: where the client has gone, nobody else does

    async def _open(self, token: str) -> Session | None:
        """The session of a token; None where the store cannot be read, and the person is answered all the same."""
        try:
            session = await self._keeper.call(self._store.session, token)
        except ConversationsUnavailable:
            return None
        if session is None and not self._unkept.has(token_hash(token)):
            raise unknown_session()
        return session

    async def _begin(self) -> tuple[str, list[dict[str, Any]]]:
        token = new_token()
        hashed = token_hash(token)
        greeting = await self._replies(UserMessage(GREET, None, sender_of(hashed), input_channel=CHANNEL))
        try:
            await self._keeper.call(self._store.begin, token, greeting)
        except ConversationsUnavailable:
            self._unkept.remember_greeting(hashed, greeting)
            self._late.wake()
        except ConversationsRefused as refused:
            logger.error("the database of conversations does not take a greeting (%s); it is kept without", refused)
            self._unkept.remember_greeting(hashed, [])
            self._late.wake()
        return token, greeting

    async def _say(self, token: str, said: Said) -> Turn:
        hashed = token_hash(token)
        async with self._lock(hashed):
            await self._late.write(hashed)
            session = await self._open(token)
            digest = _digest(token, said)
            before = await self._before(hashed, session, said.id)
            if before is not None:
                if before.digest != digest:
                    raise Refused(409, "id_reused", "This id was used for another message; give each message a new one.", "id")
                return before
            offered = await self._offered(hashed, session, said.button) if said.button is not None else None
            try:
                turn = await self._answered(hashed, said, offered, digest)
            except Exception:
                logger.exception("a turn failed; the person is given the line")
                words = last_words(sender_of(hashed), as_plain_text(said.text or "?"))
                replies = replies_of(words, lambda _: None)
                turn = Turn(0, said.id, digest, "", False, replies, _now(), asking=Asking(offered is not None))
            return await self._kept(hashed, session, turn)

    async def _before(self, hashed: str, session: Session | None, client_id: str) -> Turn | None:
        before = self._unkept.turn(hashed, client_id)
        if before is None and session is not None:
            try:
                before = await self._keeper.call(self._store.turn, session, client_id)
            except ConversationsUnavailable:
                return None
        return before

    async def _offered(self, hashed: str, session: Session | None, button_id: str) -> Offered:
        """The button of an id: only what was offered in this conversation."""
        offered = self._unkept.button(hashed, button_id)
        if offered is None and session is not None:
            try:
                offered = await self._keeper.call(self._store.button, session, button_id)
            except ConversationsUnavailable:
                offered = None
        if offered is None:
            raise Refused(400, "unknown_button", "This button is not known in this conversation; please type the question.", "button")
        return offered

    async def _answered(self, hashed: str, said: Said, offered: Offered | None, digest: str) -> Turn:
        sender, begun = sender_of(hashed), time.monotonic()
        if offered is not None:
            text, redacted = await self._redacted(offered.title)
            about = {"about": offered.about} if offered.about else None
            message = UserMessage(offered.payload, None, sender, input_channel=CHANNEL, metadata=about)
        else:
            text, redacted = await self._redacted(said.text or "")
            message = UserMessage(as_plain_text(text), None, sender, input_channel=CHANNEL)
        replies = await self._replies(message)
        asking = Asking(offered is not None, time.monotonic() - begun, await self._topics(replies))
        return Turn(0, said.id, digest, text, redacted, replies, _now(), asking=asking)

    async def _replies(self, message: UserMessage) -> list[dict[str, Any]]:
        messages = await converse(self._ask, message, self._seconds)
        return await asyncio.to_thread(replies_of, messages, self._detail)

    async def _topics(self, replies: list[dict[str, Any]]) -> dict[str, str]:
        """The topics of what was told; empty where the store does not say so at once: no reply waits for it."""
        entries = {str(reply["custom"]["entry"]) for reply in replies if reply["custom"].get("entry")}
        if self._topic_of is None or not entries:
            return {}
        try:
            found = await asyncio.wait_for(asyncio.to_thread(_topics, self._topic_of, entries), _TOPIC_SECONDS)
        except Exception:
            logger.warning("the store does not say which topic an entry belongs to; the event goes without")
            return {}
        return {entry: topic for entry, topic in found.items() if topic}

    def _detail(self, entry: str) -> str | None:
        try:
            return self._detail_of(entry)
        except Exception:
            logger.warning("the store cannot say whether '%s' has further detail; none is offered", entry)
            return None

    async def _kept(self, hashed: str, session: Session | None, turn: Turn) -> Turn:
        if session is not None and not self._unkept.has(hashed):  # what was told before comes before it
            try:
                kept = await keep_or_set_aside(lambda one: self._keeper.call(self._store.add, session, one), turn)
                return turn if kept is None else kept
            except ConversationsUnavailable:
                pass
        self._unkept.remember(hashed, turn)
        self._late.wake()
        return turn

    async def _redacted(self, text: str) -> tuple[str, bool]:
        found = await self._redactor.redact_async(text)
        return found.text, found.changed

    async def _delete(self, token: str, forget: Forget) -> None:
        hashed = token_hash(token)
        async with self._lock(hashed):
            session = await self._open(token)
            try:
                await forget(sender_of(hashed))
                if session is not None:
                    await self._keeper.call(self._store.delete, hashed)
                elif not self._unkept.knows(hashed):
                    raise ConversationsUnavailable("it may be kept, and cannot be deleted")
            except Exception as error:
                logger.exception("a conversation could not be deleted")
                raise unavailable("Your conversation could not be deleted just now; please try again in a minute.") from error
            self._unkept.forget(hashed)


def _digest(token: str, said: Said) -> str:
    """Tells one message of a session from another; says nothing of either without the token."""
    content = f"t{said.text}" if said.text is not None else f"b{said.button}"
    return hashlib.sha256(f"{token}\0{content}".encode()).hexdigest()


def _topics(topic_of: TopicOf, entries: set[str]) -> dict[str, str | None]:
    return {entry: topic_of(entry) for entry in entries}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
