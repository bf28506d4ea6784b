"""Reads and writes website conversations. Every call blocks on the database: call it in a thread."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError, StatementError

from bot.conversations import asked, schema, streaming
from bot.conversations.engine import create_engine, empty_journal
from bot.conversations.errors import ConversationsRefused, ConversationsUnavailable
from bot.conversations.handoffs import keep_transcripts, reason_of, record
from bot.conversations.models import FeedbackRow, HandoffRow, SessionRow, TurnRow
from bot.conversations.settings import ConversationSettings
from bot.conversations.streaming import Asking
from database.dialect import reading

MOST_TURNS = 200  # told at once by `turns`
_TOUCH = dt.timedelta(seconds=30)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def new_token() -> str:
    """A session's token: 256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Session:
    """A conversation that its token, whose hash is `hashed`, has opened."""

    id: int
    greeting: Sequence[Mapping[str, Any]]
    hashed: str


@dataclass(frozen=True)
class Turn:
    """One message and its replies, as they were told (with the buttons' payloads); `feedback` by reply id. `asking` is for the event
    stream, and not kept with the turn."""

    number: int
    client_id: str
    digest: str
    text: str
    redacted: bool
    replies: Sequence[Mapping[str, Any]]
    at: dt.datetime
    feedback: Mapping[str, bool] = field(default_factory=dict)
    asking: Asking = field(default_factory=Asking)


@dataclass(frozen=True)
class Offered:
    """A button that was offered: its title, and what it sends."""

    title: str
    payload: str
    about: str | None = None


def find_button(replies: Sequence[Mapping[str, Any]], button_id: str) -> Offered | None:
    """The button of an id among replies."""
    for reply in replies:
        for button in (*reply["buttons"], *([reply["detail"]] if reply.get("detail") else ())):
            if button["id"] == button_id:
                return Offered(button["title"], button["payload"], button.get("about"))
    return None


def _told(function: Callable[Concatenate[ConversationStore, _P], _T]) -> Callable[Concatenate[ConversationStore, _P], _T]:
    """Have a method set the schema up first, and tell of database trouble as `ConversationsUnavailable`, of what the database does not
    take as `ConversationsRefused`."""

    @functools.wraps(function)
    def call(self: ConversationStore, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        self._set_up()
        try:
            return function(self, *args, **kwargs)
        except SQLAlchemyError as error:
            if _is_refusal(error):
                raise ConversationsRefused(type(error).__name__) from None  # its message and its cause may hold the value
            raise ConversationsUnavailable(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error
        except ValueError as error:  # the driver itself: no text that it could send
            raise ConversationsRefused(type(error).__name__) from None

    return call


def _is_refusal(error: SQLAlchemyError) -> bool:
    """Whether the database, or the driver on the way to it, has judged the values themselves."""
    return isinstance(error, (DataError, IntegrityError)) or (
        isinstance(error, StatementError) and isinstance(error.orig, (TypeError, ValueError))
    )


# Made once: SQLAlchemy takes longer to put a statement together than to find the text it has made of it before.
_OPENED = sa.select(SessionRow.id, SessionRow.greeting, SessionRow.seen_at).where(
    SessionRow.token_hash == sa.bindparam("hashed"), SessionRow.expires_at > sa.bindparam("now")
)
_TURNS = sa.select(TurnRow.number, TurnRow.client_id, TurnRow.digest, TurnRow.text, TurnRow.redacted, TurnRow.replies, TurnRow.at).where(
    TurnRow.session_id == sa.bindparam("session")
)
_TURN = _TURNS.where(TurnRow.client_id == sa.bindparam("client"))
_HIGHEST = sa.select(sa.func.coalesce(sa.func.max(TurnRow.number), 0)).where(TurnRow.session_id == sa.bindparam("session"))
_ADD = sa.insert(TurnRow.__table__)
_SEEN = (
    sa.update(SessionRow.__table__)
    .where(SessionRow.id == sa.bindparam("session"))
    .values(seen_at=sa.bindparam("seen"), expires_at=sa.bindparam("until"))
)


class ConversationStore:
    """Website conversations in a database.

    Args:
        engine: the database.
        keep: how long a conversation is kept that nobody uses.
        now: the time, as UTC without a zone.
        events: whether what happens is written down for the event stream as well.
    """

    def __init__(
        self,
        engine: Engine,
        keep: dt.timedelta = dt.timedelta(days=1),
        now: Callable[[], dt.datetime] | None = None,
        events: bool = False,
    ) -> None:
        self._engine, self._reading = engine, reading(engine)
        self._events = events
        self._keep = keep
        self._now = now or (lambda: dt.datetime.now(dt.timezone.utc).replace(tzinfo=None))
        self._set_up = schema.SetUp(engine)

    @property
    def keep_seconds(self) -> int:
        """Seconds after which an unused conversation is gone."""
        return int(self._keep.total_seconds())

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    @_told
    def begin(self, token: str, greeting: Sequence[Mapping[str, Any]]) -> None:
        """Keep a new conversation.

        Raises:
            ConversationsUnavailable: if it cannot be kept.
            ConversationsRefused: if it never can.
        """
        self._begin(token_hash(token), greeting)

    def _begin(self, hashed: str, greeting: Sequence[Mapping[str, Any]]) -> None:
        now = self._now()
        row = {
            "token_hash": hashed,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + self._keep,
            "greeting": _json(greeting),
        }
        with self._writing() as connection:
            connection.execute(sa.insert(SessionRow).values(row))
            if self._events:
                streaming.begun(connection, now, now)

    @_told
    def session(self, token: str) -> Session | None:
        """The conversation of a token, which counts as used now; None for one that is unknown, expired or deleted.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        now, hashed = self._now(), token_hash(token)
        with self._reading.connect() as connection:
            row = connection.execute(_OPENED, {"hashed": hashed, "now": now}).first()
        if row is None:
            return None
        if now - row.seen_at > _TOUCH:
            with self._writing() as connection:
                connection.execute(sa.update(SessionRow).where(SessionRow.id == row.id).values(seen_at=now, expires_at=now + self._keep))
        return Session(row.id, json.loads(row.greeting), hashed)

    @_told
    def turn(self, session: Session, client_id: str) -> Turn | None:
        """The turn of a client's id, if there was one.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        with self._reading.connect() as connection:
            row = connection.execute(_TURN, {"session": session.id, "client": client_id}).first()
        return _turn(row, {}) if row else None

    @_told
    def add(self, session: Session, turn: Turn) -> Turn:
        """Keep a turn under the next number. Where the client's id is kept already, that turn is returned and nothing is added.

        Raises:
            ConversationsUnavailable: if it cannot be kept.
            ConversationsRefused: if it never can.
        """
        return self._add(session, turn, self._now())

    @_told
    def add_late(self, hashed: str, greeting: Sequence[Mapping[str, Any]] | None, turns: Sequence[Turn]) -> bool:
        """Keep turns that were told while the database was out of reach, at the times they were told; again is no harm.

        Args:
            hashed: the hash of the conversation's token.
            greeting: the greeting of a conversation that was begun meanwhile; None where it must be there.
            turns: in order.

        Returns:
            False where there is no such conversation (any more).

        Raises:
            ConversationsUnavailable: if they cannot be kept.
            ConversationsRefused: if one never can; those before it are kept.
        """
        query = sa.select(SessionRow.id).where(SessionRow.token_hash == hashed)
        with self._engine.connect() as connection:
            found = connection.execute(query).scalars().first()
        if found is None:
            if greeting is None:
                return False
            with suppress(IntegrityError):  # another has begun it at this moment
                self._begin(hashed, greeting)
            with self._engine.connect() as connection:
                found = connection.execute(query).scalar_one()
        for turn in turns:
            self._add(Session(int(found), greeting or (), hashed), turn, turn.at)
        return True

    def _add(self, session: Session, turn: Turn, at: dt.datetime) -> Turn:
        now = self._now()
        for left in reversed(range(5)):
            try:
                with self._writing() as connection:
                    number = int(connection.execute(_HIGHEST, {"session": session.id}).scalar_one()) + 1
                    row = {
                        "session_id": session.id,
                        "number": number,
                        "client_id": turn.client_id,
                        "digest": turn.digest,
                        "text": turn.text,
                        "redacted": turn.redacted,
                        "replies": _json(turn.replies),
                        "at": at,
                    }
                    connection.execute(_ADD, row)
                    connection.execute(_SEEN, {"session": session.id, "seen": now, "until": now + self._keep})
                    # In the same transaction: what is told as "a person will help" is never without its handoff.
                    reason = reason_of(turn.replies)
                    noted = reason is not None and record(connection, session.id, number, reason, at)
                    asked.count(connection, session.hashed, turn.text, turn.replies, at.date())
                    if self._events:
                        streaming.replied(connection, turn.replies, turn.asking, at, now)
                        if noted and reason is not None:
                            streaming.handed_off(connection, reason.name, reason.entry, at, now)
            except IntegrityError:  # the id is kept already, the number was taken in between, or it never can be kept
                kept = self.turn(session, turn.client_id)
                if kept is not None:
                    return kept
                if not left:
                    raise
                continue
            return Turn(number, turn.client_id, turn.digest, turn.text, turn.redacted, turn.replies, at)
        raise AssertionError("the last try returns or raises")

    @_told
    def turns(self, session: Session, after: int = 0) -> tuple[Turn, ...]:
        """The turns behind a number, in order: the newest `MOST_TURNS` of them.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        newest = _TURNS.where(TurnRow.number > after).order_by(TurnRow.number.desc()).limit(MOST_TURNS)
        helpful = sa.select(FeedbackRow.reply_id, FeedbackRow.helpful).where(FeedbackRow.session_id == session.id)
        with self._engine.connect() as connection:
            rows = connection.execute(newest, {"session": session.id}).all()
            given = {row.reply_id: bool(row.helpful) for row in connection.execute(helpful)}
        return tuple(_turn(row, given) for row in reversed(rows))

    @_told
    def button(self, session: Session, button_id: str) -> Offered | None:
        """A button that was offered in this conversation; None for any other.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        offered = find_button(session.greeting, button_id)
        if offered is not None:
            return offered
        mine = sa.and_(TurnRow.session_id == session.id, TurnRow.replies.contains(button_id, autoescape=True))
        with self._engine.connect() as connection:
            for replies in connection.execute(sa.select(TurnRow.replies).where(mine)).scalars():
                offered = find_button(json.loads(replies), button_id)
                if offered is not None:
                    return offered
        return None

    @_told
    def rate(self, session: Session, reply_id: str, helpful: bool, reason: str | None) -> bool:
        """Keep whether a reply helped, in place of what was said of it before; False for a reply of no turn of this conversation.

        Raises:
            ConversationsUnavailable: if it cannot be kept.
            ConversationsRefused: if it never can.
        """
        mine = sa.and_(TurnRow.session_id == session.id, TurnRow.replies.contains(reply_id, autoescape=True))
        with self._writing() as connection:
            told = [reply for text in connection.execute(sa.select(TurnRow.replies).where(mine)).scalars() for reply in json.loads(text)]
            reply = next((reply for reply in told if reply["id"] == reply_id), None)
            if reply is None:
                return False
            same = sa.and_(FeedbackRow.session_id == session.id, FeedbackRow.reply_id == reply_id)
            before = connection.execute(sa.select(FeedbackRow.helpful).where(same)).scalars().first()
            connection.execute(sa.delete(FeedbackRow).where(same))
            connection.execute(
                sa.insert(FeedbackRow).values(
                    session_id=session.id,
                    reply_id=reply_id,
                    entry=reply["custom"].get("entry"),
                    revision=reply["custom"].get("revision"),
                    helpful=helpful,
                    reason=reason,
                    at=self._now(),
                )
            )
            asked.rate(connection, session.id, reply_id, helpful)
            if self._events:
                streaming.rated(connection, reply["custom"], helpful, before, self._now())
        return True

    @_told
    def expired(self) -> tuple[str, ...]:
        """Token hashes of the conversations whose time is over.

        Raises:
            ConversationsUnavailable: if the database cannot be read.
        """
        with self._engine.connect() as connection:
            return tuple(connection.execute(sa.select(SessionRow.token_hash).where(SessionRow.expires_at <= self._now())).scalars())

    @_told
    def expire(self, *hashes: str) -> None:
        """Delete conversations whose time is over. A handoff keeps its transcript; what was asked stays, tied to nobody.

        Raises:
            ConversationsUnavailable: if they cannot be deleted.
        """
        self._remove(hashes, by_the_person=False)

    @_told
    def delete(self, *hashes: str) -> None:
        """Delete conversations with their turns and feedback, by token hash, and leave nothing of them in the file.

        Of a handoff, the bare row stays and says that the transcript was deleted; of what was asked, the bare counts.

        Raises:
            ConversationsUnavailable: if they cannot be deleted.
        """
        self._remove(hashes, by_the_person=True)

    def _remove(self, hashes: Sequence[str], by_the_person: bool) -> None:
        if not hashes:
            return
        with self._writing() as connection:
            ids = list(connection.execute(sa.select(SessionRow.id).where(SessionRow.token_hash.in_(hashes))).scalars())
            handed = sa.update(HandoffRow).where(HandoffRow.session_id.in_(ids))
            if by_the_person:
                connection.execute(handed.values(deleted_at=self._now(), transcript=None, session_id=None))
                asked.erase(connection, ids)
            else:
                keep_transcripts(connection, ids)
                connection.execute(handed.values(session_id=None))
                asked.let_go(connection, ids)
            for table in (FeedbackRow, TurnRow):
                connection.execute(sa.delete(table).where(table.session_id.in_(ids)))
            connection.execute(sa.delete(SessionRow).where(SessionRow.id.in_(ids)))
        empty_journal(self._engine)

    @_told
    def forget_old(self, handoffs: dt.timedelta, wordings: dt.timedelta, unfinished: dt.timedelta) -> None:
        """Delete the transcripts of handoffs that were done so long ago, and the wordings asked so long ago.

        A handoff that nobody finished, and whose conversation has ended, is done by nobody after its own time, and deleted likewise.

        Raises:
            ConversationsUnavailable: if they cannot be deleted.
        """
        now = self._now()
        done = sa.and_(HandoffRow.status == "done", HandoffRow.done_at < now - handoffs, HandoffRow.deleted_at.is_(None))
        left = sa.and_(HandoffRow.status != "done", HandoffRow.asked_at < now - unfinished, HandoffRow.session_id.is_(None))
        nothing = {"transcript": None, "session_id": None, "deleted_at": now}
        with self._writing() as connection:
            changed = connection.execute(sa.update(HandoffRow).where(done).values(nothing)).rowcount
            changed += connection.execute(sa.update(HandoffRow).where(left).values(**nothing, status="done", done_at=now)).rowcount
            changed += asked.forget(connection, (now - wordings).date())
        if changed:
            empty_journal(self._engine)

    @_told
    def forget_unsent(self, events: dt.timedelta) -> int:
        """Give up events that have waited so long for RabbitMQ; how many there were.

        Raises:
            ConversationsUnavailable: if they cannot be deleted.
        """
        with self._writing() as connection:
            return streaming.forget(connection, self._now() - events)


def open_conversations(settings: ConversationSettings) -> ConversationStore:
    """A store over the database that the settings name; it is first reached when something is asked of it.

    Raises:
        SettingsError: for a database URL that cannot be used.
        ConversationsUnavailable: if the folder of an SQLite file cannot be made.
    """
    engine = create_engine(settings.database_url, settings.pool_size)
    return ConversationStore(engine, dt.timedelta(seconds=settings.keep_seconds), events=settings.events)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _turn(row: Any, given: Mapping[str, bool]) -> Turn:
    replies = json.loads(row.replies)
    feedback = {reply["id"]: given[reply["id"]] for reply in replies if reply["id"] in given}
    return Turn(row.number, row.client_id, row.digest, row.text, bool(row.redacted), replies, row.at, feedback)
