"""What a request is refused for: a status, a code for programs, a sentence for people."""

from __future__ import annotations

from typing import Any

from bot.last_resort import WAIT

BUSY = "busy"


class Refused(Exception):
    """A request that is not done, and changed nothing.

    Args:
        status: of HTTP.
        code: what programs look at.
        message: one sentence that says what to do.
        field: the part of the body at fault, if one is.
        headers: of the answer.
    """

    def __init__(self, status: int, code: str, message: str, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The answer's body."""
        error = {"code": self.code, "message": str(self)}
        return {"error": {**error, "field": self.field} if self.field else error}


def unknown_session() -> Refused:
    """No conversation belongs to the token."""
    message = "This conversation is not known any more; start a new one with POST /chat/sessions."
    return Refused(401, "unknown_session", message, headers={"WWW-Authenticate": "Bearer"})


def not_found(what: str = "There is nothing at this address.", field: str | None = None) -> Refused:
    """Nothing there."""
    return Refused(404, "not_found", what, field)


def unavailable(what: str) -> Refused:
    """The database is out of reach; nothing the client sent is at fault."""
    return Refused(503, "unavailable", what, headers={"Retry-After": "30"})


def busy() -> Refused:
    """The conversation's earlier messages are still being answered."""
    return Refused(429, BUSY, WAIT, headers={"Retry-After": "3"})
