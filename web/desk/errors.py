"""What can go wrong at the desk.

DeskError
├── DeskUnavailable   the desk's database cannot be reached
└── Refused           a request or command that is not done; the message says what to do
"""

from __future__ import annotations


class DeskError(RuntimeError):
    """Anything of this package."""


class DeskUnavailable(DeskError):
    """The desk's database cannot be reached or set up."""


class Refused(DeskError):
    """What was asked for is not done.

    Args:
        message: one sentence that says what to do.
        status: the HTTP status that tells it.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
