"""The pieces of the fast path, each of which can be switched off alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from typing import Final

OFF: Final = "ASSISTANT_FAST_PATH_OFF"


class Piece(str, Enum):
    """What is taken out of Rasa's way. The value is the name that switches it off."""

    DEFERRED_IMPORTS = "deferred_imports"
    """TensorFlow and matplotlib are imported when something uses them, not at start."""
    PREDICT_ONLY = "predict_only"
    """Only the prediction half of a model is loaded; its training graph (and TensorFlow with it) is not."""
    KEPT_ACTIONS = "kept_actions"
    """Actions without a state of their own are made once, not with all of Rasa's at every prediction."""
    CACHED_VALIDATOR = "cached_validator"
    """The schema of action responses is compiled once, not at every call."""
    EVENT_CLASSES = "event_classes"
    """The class of an event is looked up once for each kind, not for each event."""
    RULE_LOOKUP = "rule_lookup"
    """Which rules fit the last states is remembered."""
    LAST_STATES = "last_states"
    """Rules are held against the conversation as it stands, not against a replay of it, and once for each way it stands."""
    SELECTIVE_DOMAIN = "selective_domain"
    """Actions are sent the domain only where they ask for it."""
    DIRECT_GRAPH = "direct_graph"
    """The prediction graph runs as a plain loop, without building a dask graph for every message."""
    ONE_TRACKER = "one_tracker"
    """Actions read the conversation itself, not a copy replayed event by event."""
    QUIET_DEBUG = "quiet_debug"
    """Nothing is copied for debug lines that are not written."""
    TAIL = "tail"
    """Only the last turns of a conversation are loaded, with the slots as they stood."""
    THREADS = "threads"
    """Database calls and understanding run in worker threads, so that the event loop is never held up."""
    READ_AHEAD = "read_ahead"
    """While a single message is in work, the parts of it that may be looked at are read beside the whole."""
    LOCKS = "locks"
    """Messages of one conversation wait for each other without polling, and not without end."""


class FastPathError(ValueError):
    """The fast path cannot be used as it is set; the message says what stands against it and what to do."""


def read(environ: Mapping[str, str] = os.environ) -> frozenset[Piece]:
    """The pieces that are on: all but those named in `ASSISTANT_FAST_PATH_OFF` (comma separated, or `all`).

    Raises:
        FastPathError: for a name that is no piece.
    """
    named = [name.strip() for name in environ.get(OFF, "").split(",") if name.strip()]
    if named == ["all"]:
        return frozenset()
    known = {piece.value for piece in Piece}
    for name in named:
        if name not in known:
            raise FastPathError(f"{OFF} names '{name}'; the pieces are {', '.join(sorted(known))}, or 'all'")
    return frozenset(piece for piece in Piece if piece.value not in named)


def switch_off(piece: Piece) -> str:
    """How to go on without a piece, for messages."""
    return f"switch it off with {OFF}={piece.value}"
