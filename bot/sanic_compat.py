"""Gives Rasa the one name that Sanic 22.6 dropped: `sanic.response.stream`, which `rasa shell` answers with.

Imported with the components, so that it is there whenever a model of ours is loaded.
"""

from __future__ import annotations

from typing import Any

import sanic.response


def _stream(streaming_fn: Any, status: int = 200, headers: Any = None, content_type: str = "text/plain; charset=utf-8") -> Any:
    return sanic.response.ResponseStream(streaming_fn, status, headers, content_type)


def apply() -> None:
    """Add the name where it is missing; changes nothing where Sanic has it."""
    if not hasattr(sanic.response, "stream"):
        sanic.response.stream = _stream
