"""The conversation store as the event loop uses it: in threads of its own, with an end to waiting."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from bot.conversations import ConversationsRefused, ConversationStore, ConversationsUnavailable, Offered, Turn
from bot.conversations.handoffs import reason_of
from bot.conversations.store import find_button
from bot.monitoring.metrics import TURNS_REFUSED, UNKEPT

logger = logging.getLogger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")
_SECONDS = 8.0
_PAUSE = 5.0
_THREADS = 4
#: What stands in a transcript for words that no database takes.
_NO_WORDS = "[could not be kept]"


class Keeper:
    """Calls the store off the event loop; after a failure it is not asked again for a few seconds, so that answers stay quick.

    Args:
        store: what is called; its threads are its own, so that a slow database cannot take those that answer.
    """

    def __init__(self, store: ConversationStore) -> None:
        self.store = store
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="conversations")
        self._again_at = 0.0

    async def call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Call a method of the store.

        Raises:
            ConversationsUnavailable: if the database is, or was a moment ago, out of reach.
            ConversationsRefused: if it does not take what it is given; it goes on being asked.
        """
        if time.monotonic() < self._again_at:
            raise ConversationsUnavailable("out of reach a moment ago")
        try:
            there = contextvars.copy_context().run  # with the patience of who waits for a reply
            work = asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(there, function, *args, **kwargs))
        except RuntimeError as error:
            raise ConversationsUnavailable("the server is ending") from error
        try:
            return await asyncio.wait_for(work, _SECONDS)
        except (ConversationsUnavailable, asyncio.TimeoutError) as error:
            self._again_at = time.monotonic() + _PAUSE
            UNKEPT.inc()
            logger.error("the conversation store is out of reach: %s", error or "no answer in time")
            raise ConversationsUnavailable(str(error)) from error

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.store.close()


async def keep_or_set_aside(keep: Callable[[Turn], Awaitable[_T]], turn: Turn) -> _T | None:
    """Keep a turn. One that the database does not take is kept without the person's words, so that its handoff reaches the desk; where
    not even that is taken, it is set aside, and others go on.

    Args:
        keep: keeps a turn.
        turn: which.

    Returns:
        What `keep` returns; None for a turn that is set aside.

    Raises:
        ConversationsUnavailable: if the database is out of reach.
    """
    try:
        return await keep(turn)
    except ConversationsRefused as refused:
        why = str(refused)
    try:
        kept = await keep(replace(turn, text=_NO_WORDS, redacted=True))
    except ConversationsRefused:
        TURNS_REFUSED.labels("nothing").inc()
        logger.error("the database of conversations does not take a turn (%s); it is set aside, and the person was answered", why)
        return None
    TURNS_REFUSED.labels("without_words").inc()
    logger.warning("the database of conversations does not take a turn's words (%s); it is kept without them", why)
    return kept


class Unkept:
    """Turns that could not be kept: remembered here until they are, so that their buttons work, a second try is not asked twice, and
    a handoff is not lost. Of too many, those go first that need no person.

    Args:
        most: how many are remembered.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._turns: OrderedDict[tuple[str, str], Turn] = OrderedDict()
        self._greetings: OrderedDict[str, list[Mapping[str, Any]]] = OrderedDict()
        self._pressing: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self._turns)

    def remember(self, session: str, turn: Turn) -> None:
        """Remember a turn of a session."""
        key = (session, turn.client_id)
        self._turns[key] = turn
        if reason_of(turn.replies) is not None:
            self._pressing.add(key)
        while len(self._turns) > self._most:
            gone = next((one for one in self._turns if one not in self._pressing), next(iter(self._turns)))
            if gone in self._pressing:
                logger.error("a handoff is lost: the database is out of reach, and more turns wait for it than can be remembered")
            self._drop(gone)

    def remember_greeting(self, session: str, greeting: list[dict[str, Any]]) -> None:
        """Remember the greeting of a session that could not be kept."""
        self._greetings[session] = list(greeting)
        while len(self._greetings) > self._most:
            pressing = {whose for whose, _ in self._pressing}
            gone = next((one for one in self._greetings if one not in pressing), next(iter(self._greetings)))
            del self._greetings[gone]

    def sessions(self) -> list[str]:
        """The sessions of which anything is remembered, in order."""
        return list(dict.fromkeys((*self._greetings, *(whose for whose, _ in self._turns))))

    def has(self, session: str) -> bool:
        """Whether anything is remembered of a session."""
        return self.knows(session) or any(whose == session for whose, _ in self._turns)

    def greeting(self, session: str) -> list[Mapping[str, Any]]:
        """The greeting of a session that could not be kept."""
        return self._greetings.get(session, [])

    def knows(self, session: str) -> bool:
        """Whether a session was begun here and could not be kept."""
        return session in self._greetings

    def turn(self, session: str, client_id: str) -> Turn | None:
        """A turn that is remembered."""
        return self._turns.get((session, client_id))

    def turns(self, session: str) -> list[Turn]:
        """All turns remembered of a session."""
        return [turn for (whose, _), turn in self._turns.items() if whose == session]

    def button(self, session: str, button_id: str) -> Offered | None:
        """A button that one of them offered."""
        found = find_button(self.greeting(session), button_id)
        for turn in self.turns(session):
            found = found or find_button(turn.replies, button_id)
        return found

    def forget_greeting(self, session: str) -> None:
        """Forget the greeting of a session, which is kept."""
        self._greetings.pop(session, None)

    def forget_turn(self, session: str, client_id: str) -> None:
        """Forget one turn, which is kept."""
        if (session, client_id) in self._turns:
            self._drop((session, client_id))

    def forget(self, session: str) -> None:
        """Forget a session."""
        self._greetings.pop(session, None)
        for key in [key for key in self._turns if key[0] == session]:
            self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        del self._turns[key]
        self._pressing.discard(key)
