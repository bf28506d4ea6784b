"""The staff desk's door: `/desk-api`. In credentials.yml: `bot.channels.desk.DeskInput`. Not for browsers.

It is off, and answers 404, unless `DESK_API_TOKEN` is set. What is asked here is answered in a conversation of its own that
lives in memory for one message: nothing of it reaches the tracker store, a log or the website's conversations.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic_cors.core import SANIC_CORS_EVALUATED

from bot.channels.plain_text import as_plain_text, is_sound
from bot.channels.rest import OnNewMessage, converse
from bot.channels.turns import told
from bot.fast_path.trackers import TailInMemoryTrackerStore
from bot.redaction import get_redactor
from bot.settings import SettingsError

logger = logging.getLogger(__name__)
PREFIX = "/desk-api"
CHANNEL = "desk"
MAX_TEXT = 2000
_MAX_BODY = 16 * 1024
_SHORTEST_TOKEN = 20
_SAFETY = frozenset({"crisis", "emergency"})
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
Handler = Callable[[Request], Awaitable[HTTPResponse]]


class Refused(Exception):
    """A request that is not answered: status, code, and one sentence that says what to do."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class DeskInput(InputChannel):
    """What the desk asks the assistant.

    Args:
        token: what the desk proves itself with; None: the channel is off.
        seconds: after which the line is given instead of a reply.
    """

    def __init__(self, token: str | None, seconds: float = 10.0) -> None:
        self._digest = hashlib.sha256(token.encode()).digest() if token else None
        self._seconds = seconds

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return CHANNEL

    def url_prefix(self) -> str:
        """Where its addresses begin."""
        return PREFIX

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None, environ: Mapping[str, str] = os.environ) -> DeskInput:
        """The channel with `DESK_API_TOKEN` of the environment and `reply_within` of credentials.yml.

        Raises:
            SettingsError: for a token that is too short to be a secret, or a time that is none.
        """
        token = environ.get("DESK_API_TOKEN", "").strip() or None
        if token is not None and len(token) < _SHORTEST_TOKEN:
            raise SettingsError(
                f"DESK_API_TOKEN is too short; give at least {_SHORTEST_TOKEN} characters that nobody can guess, or leave it unset"
            )
        given = (credentials or {}).get("reply_within", 10)
        try:
            seconds = float(given)
        except (TypeError, ValueError):
            seconds = 0.0
        if not 0.1 <= seconds <= 300:
            raise SettingsError(f"credentials.yml: reply_within of the desk's channel is '{given}'; give seconds from 0.1 to 300")
        return cls(token, seconds)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The channel's one route. Every other address below it answers 404."""
        routes = Blueprint("desk_channel")

        @routes.listener("before_server_start")
        async def start(*_: Any) -> None:
            if self._digest is not None:
                await asyncio.to_thread(get_redactor)

        routes.add_route(self._route(self._read), "/read", methods=["POST"], name="desk_read")
        return routes

    def _route(self, handler: Handler) -> Callable[..., Awaitable[HTTPResponse]]:
        async def handle(request: Request, **_: Any) -> HTTPResponse:
            setattr(request.ctx, SANIC_CORS_EVALUATED, "1")  # Rasa's CORS would invite browsers with credentials
            try:
                self._admit(request)
                return await handler(request)
            except Refused as refusal:
                return _json({"error": {"code": refusal.code, "message": str(refusal)}}, refusal.status)
            except Exception:
                logger.exception("a request of the desk failed")
                return _json({"error": {"code": "failed", "message": "Something went wrong here; please try again."}}, 500)

        return handle

    def _admit(self, request: Request) -> None:
        """Let in who has the token; digests are compared, so that time tells nothing of it."""
        if self._digest is None:
            raise Refused(404, "not_found", "The desk's channel is off: DESK_API_TOKEN is not set.")
        if request.headers.getall("origin", []):
            raise Refused(403, "not_for_browsers", "This address is not for browsers.")
        sent = request.headers.getall("authorization", [])
        scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
        given = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        if not hmac.compare_digest(given, self._digest) or scheme.lower() != "bearer":
            raise Refused(401, "unknown_token", "Send the token of DESK_API_TOKEN in the header Authorization: Bearer.")

    async def _read(self, request: Request) -> HTTPResponse:
        found = await asyncio.to_thread(get_redactor().redact, _text(request))
        agent = request.app.ctx.agent
        # The processor as it stands, but for where it keeps what it hears.
        store = TailInMemoryTrackerStore(agent.domain)
        processor = copy.copy(agent.processor)
        processor.tracker_store = store
        sender = f"desk-{secrets.token_hex(8)}"
        begun = [
            ActionExecuted(ACTION_SESSION_START_NAME),
            SessionStarted(),
            SlotSet("introduced", True),
            ActionExecuted(ACTION_LISTEN_NAME),
        ]
        await store.save(DialogueStateTracker.from_events(sender, begun, agent.domain.slots))
        message = UserMessage(as_plain_text(found.text), None, sender, input_channel=CHANNEL)
        replies = await converse(processor.handle_message, message, self._seconds)
        tracker = await store.retrieve_full_tracker(sender)
        heard: Mapping[str, Any] = (tracker.latest_message.parse_data if tracker and tracker.latest_message else None) or {}
        return _json(
            {
                "text": found.text,
                "redacted": found.changed,
                "safety": next((name for name in [_name(heard), *_entries(replies)] if name in _SAFETY), None),
                "questions": [_question(one) for one in heard.get("questions") or ()],
                "replies": _replies(replies),
            }
        )


def _text(request: Request) -> str:
    if len(request.body) > _MAX_BODY:
        raise Refused(413, "too_large", "The body is too large.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "not_json", "Send application/json.")
    try:
        body = json.loads(request.body.decode("utf-8"))
    except ValueError as error:  # JSON's and UTF-8's own errors are of this kind
        raise Refused(400, "bad_json", 'The body is not JSON; send {"text": "..."}.') from error
    if not isinstance(body, dict) or set(body) != {"text"} or not isinstance(body["text"], str):
        raise Refused(400, "bad_request", 'Send {"text": "..."} and nothing else.')
    text: str = body["text"]
    if not text.strip() or len(text) > MAX_TEXT:
        raise Refused(400, "bad_text", f"'text' must have 1 to {MAX_TEXT} characters.")
    if not is_sound(text):
        raise Refused(400, "bad_text", "'text' must be valid Unicode text without the character NUL.")
    return text


def _name(heard: Mapping[str, Any]) -> str:
    return str((heard.get("intent") or {}).get("name") or "")


def _entries(replies: list[dict[str, Any]]) -> list[str]:
    customs = [reply["custom"] for reply in replies if "custom" in reply]
    return [str(custom.get("entry")) for custom in customs if custom.get("kind") == "safety"]


def _question(heard: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": heard.get("text", ""),
        "intent": heard.get("intent"),
        "confidence": round(float(heard.get("confidence", 0.0)), 4),
        "facets": heard.get("facets") or {},
        "readings": [{"intent": name, "confidence": round(float(chance), 4)} for name, chance in heard.get("readings") or ()],
    }


def _replies(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    replies = [one for one in told(messages) if one.custom is not None]
    return [{"text": one.text, "buttons": list(one.buttons), "custom": one.custom} for one in replies]


def _json(told: Mapping[str, Any], status: int = 200) -> HTTPResponse:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return HTTPResponse(body, status, dict(_PRIVATE), content_type="application/json; charset=utf-8")
