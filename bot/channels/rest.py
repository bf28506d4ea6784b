"""Rasa's REST channel, made safe to rely on: it never answers with silence and never chokes on what it is sent.

Rasa as it comes answers `[]` when the action server is gone or an action fails, and a `sender` with a lone surrogate
stops the server. Same address (`/webhooks/rest/webhook`), same JSON in and out; what names a person is taken out of a message
before Rasa sees it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, ResponseStream, json

from bot import last_resort
from bot.channels.plain_text import is_sound
from bot.components.safety_rules import alarm
from bot.components.text import read
from bot.locks import LockBusy
from bot.monitoring.metrics import IN_WORK, count_replies
from bot.monitoring.requests import keep_out
from bot.redaction import get_redactor
from bot.settings import BotSettings
from database import answering

logger = logging.getLogger(__name__)

MAX_TEXT = 2000
MAX_SENDER = 200
OFF = "the REST channel is off: ASSISTANT_ENVIRONMENT is 'production'"
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class BadMessage(ValueError):
    """A request that is no message; says what is wrong with it."""


class Collector(CollectingOutputChannel):
    """Collects a turn's messages; a text stays one message though it has paragraphs."""

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a text message."""
        await self._persist_message(self._message(recipient_id, text=text))


def alarm_of(text: str) -> str | None:
    """What danger the rules hear in a text, without Rasa: `crisis`, `emergency` or nothing."""
    return None if text.startswith("/") else alarm(read(text).text)


def last_words(recipient: str, text: str, busy: bool = False) -> list[dict[str, Any]]:
    """The messages of a turn that nothing answered, or that came too soon (`busy`)."""
    words, custom = last_resort.line(alarm_of(text), busy)
    return [{"recipient_id": recipient, "text": words}, {"recipient_id": recipient, "custom": custom}]


async def converse(on_new_message: OnNewMessage, message: UserMessage, seconds: float) -> list[dict[str, Any]]:
    """Hand a message to Rasa and return its replies; the last-resort line where there is none within `seconds`."""
    collector = Collector()
    message.output_channel = collector
    keep_out(message.sender_id, message.text)
    begun, why = time.monotonic(), "silent"
    try:
        with IN_WORK.track_inprogress(), answering():
            await asyncio.wait_for(on_new_message(message), seconds)
    except LockBusy as error:
        logger.warning("a message is not answered: %s; the person is told to wait", error)
        why = "busy"
    except asyncio.TimeoutError:
        logger.error("no reply within %s s; the person is given the line", seconds)
        why = "slow"
    except Exception:
        logger.exception("a message failed; the person is given the line")
        why = "failed"
    replies = list(collector.messages)
    answered = any("custom" in reply for reply in replies)
    if not answered:
        replies += last_words(message.sender_id, str(message.text or ""), why == "busy")
    count_replies(str(message.input_channel), replies, time.monotonic() - begun, None if answered else why)
    return replies


class SafeRestInput(RestInput):
    """The REST channel of credentials.yml: `bot.channels.rest.SafeRestInput`. It trusts its caller: in production it is off.

    Args:
        seconds: after which the line is given instead of a reply.
        off: whether every message is refused.
    """

    def __init__(self, seconds: float = 15.0, off: bool = False) -> None:
        self._seconds = seconds
        self._off = off

    @classmethod
    def name(cls) -> str:
        """Its place under /webhooks/."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> SafeRestInput:
        """`reply_within`: seconds after which the line is given instead."""
        given = (credentials or {}).get("reply_within", os.environ.get("ASSISTANT_REPLY_WITHIN", 15))
        return cls(float(given), BotSettings.read().is_production)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The channel's two routes."""
        webhook = Blueprint("rest_channel")

        @webhook.listener("before_server_start")
        async def start(*_: Any) -> None:
            await asyncio.to_thread(get_redactor)

        @webhook.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse | ResponseStream:
            if self._off:
                return json({"error": OFF}, status=404)
            try:
                sender, text = self._read(request)
            except BadMessage as problem:
                return json({"error": str(problem)}, status=400)
            text = (await get_redactor().redact_async(text)).text
            message = UserMessage(text, None, sender, input_channel=self.name(), metadata=None)
            replies = await converse(on_new_message, message, self._seconds)
            if request.args.get("stream", "").lower() == "true":
                return await self._streamed(replies)
            return json(replies)

        return webhook

    @staticmethod
    async def _streamed(replies: list[dict[str, Any]]) -> ResponseStream:
        from json import dumps

        async def write(response: Any) -> None:
            for reply in replies:
                await response.write(dumps(reply) + "\n")

        return ResponseStream(write, content_type="text/event-stream")

    @staticmethod
    def _read(request: Request) -> tuple[str, str]:
        try:
            body = request.json
        except Exception as error:
            raise BadMessage('the body is not JSON; send {"sender": "...", "message": "..."}') from error
        if not isinstance(body, dict):
            raise BadMessage('the body is not an object; send {"sender": "...", "message": "..."}')
        sender, text = body.get("sender", "default"), body.get("message")
        if not isinstance(sender, str) or not 1 <= len(sender) <= MAX_SENDER:
            raise BadMessage(f"'sender' must be a text of 1 to {MAX_SENDER} characters")
        if not isinstance(text, str) or not text.strip():
            raise BadMessage("'message' must be a text that is not empty")
        if len(text) > MAX_TEXT:
            raise BadMessage(f"'message' has {len(text)} characters; at most {MAX_TEXT} are read")
        if any(not is_sound(value) for value in (sender, text)):
            raise BadMessage("'sender' and 'message' must be valid Unicode text without NUL")
        return sender, text
