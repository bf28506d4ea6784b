"""The assistant as the desk asks it: over `/desk-api`, with an end to waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx2
from pydantic import BaseModel, ValidationError

from web.desk.errors import DeskError

LONGEST_TEXT = 2000


class AssistantUnavailable(DeskError):
    """The assistant cannot be asked just now; the message says why."""


class Chance(BaseModel):
    """One reading of a question, with its confidence from 0 to 1."""

    intent: str
    confidence: float


class Question(BaseModel):
    """One question in the caller's words."""

    text: str
    intent: str
    confidence: float
    facets: Mapping[str, Sequence[str]] = {}
    readings: list[Chance] = []


class Source(BaseModel):
    """Where an answer comes from."""

    title: str
    section: str
    reviewed_on: str


class Custom(BaseModel):
    """The reply contract's object."""

    kind: str
    entry: str | None = None
    revision: int | None = None
    source: Source | None = None


class Reply(BaseModel):
    """What the assistant would say."""

    text: str
    custom: Custom


class Heard(BaseModel):
    """What the assistant makes of the caller's words."""

    text: str
    redacted: bool
    safety: str | None = None
    questions: list[Question] = []
    replies: list[Reply] = []


@dataclass
class Assistant:
    """Asks the assistant.

    Args:
        client: an HTTP client with the assistant's address and time limits.
        token: what the desk proves itself with; None: it cannot ask.
    """

    client: httpx2.AsyncClient
    token: str | None = field(repr=False)

    async def ask(self, text: str) -> Heard:
        """What it makes of a caller's words.

        Raises:
            AssistantUnavailable: if it cannot be asked.
        """
        if self.token is None:
            raise AssistantUnavailable("DESK_API_TOKEN is not set")
        try:
            answer = await self.client.post("/desk-api/read", json={"text": text}, headers={"Authorization": f"Bearer {self.token}"})
        except httpx2.HTTPError as error:
            raise AssistantUnavailable(f"{type(error).__name__}: {error}") from error
        if answer.status_code != 200:
            raise AssistantUnavailable(f"it answered {answer.status_code}")
        try:
            return Heard.parse_raw(answer.content)
        except ValidationError as error:
            raise AssistantUnavailable("its answer cannot be read") from error

    async def close(self) -> None:
        """Let go of connections."""
        await self.client.aclose()
