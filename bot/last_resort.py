"""What a person is told when the store itself is out of reach: fixed lines, kept here because nothing else can be asked.

Not medical text. tests/unit hold the phone number against the content's.
"""

from __future__ import annotations

from typing import Any

PHONE = "(412) 359-8614"
ERROR = (
    "I am sorry, something went wrong on my side and I cannot answer right now. "
    f"Please try again in a moment, or call our scheduling line at {PHONE}."
)
WAIT = f"I am still answering your earlier messages. Please wait a few seconds and ask this again, or call our scheduling line at {PHONE}."
SAFETY = {
    "crisis": (
        "Please call or text 988 right now. Someone is there day and night to listen. "
        f"If anyone is in immediate danger, call 911. You can also reach our team at {PHONE}."
    ),
    "emergency": f"Please call 911 now. This needs help right away, more than a chat can give. Our team's line is {PHONE}.",
}


def custom(kind: str) -> dict[str, Any]:
    """The `custom` object of a turn that comes from no entry."""
    return {"kind": kind, "entry": None, "revision": None, "facts": [], "source": None}


def line(alarm: str | None, busy: bool = False) -> tuple[str, dict[str, Any]]:
    """Text and `custom` object for a message that nothing else answered.

    Args:
        alarm: `crisis` or `emergency` where the message called for it.
        busy: whether it only came too soon.
    """
    if alarm in SAFETY:
        return SAFETY[str(alarm)], custom("safety")
    return WAIT if busy else ERROR, custom("error")
