"""Remembers which class an event of a given name has; Rasa walks through all event classes for each event it reads."""

from __future__ import annotations

import functools

from rasa.shared.core.events import Event

_find = Event.resolve_by_type


@functools.lru_cache(maxsize=256)
def event_class(name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event name, or the default.

    Raises:
        ValueError: for an unknown name without a default (Rasa's own error).
    """
    found: type[Event] | None = _find(name, default)
    return found


def remember() -> None:
    """Have Rasa's reading of events use it, in this process."""
    Event.resolve_by_type = staticmethod(event_class)
