"""Which pages may use the channel (CORS)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.channels.website.refusals import Refused

METHODS = "GET, POST, DELETE"
HEADERS = "authorization, content-type"
MAX_AGE = "600"


class Origins:
    """The server's own origin and those listed.

    Args:
        listed: exact origins.
    """

    def __init__(self, listed: Collection[str]) -> None:
        self._listed = frozenset(listed)

    def check(self, sent: Sequence[str], own: str) -> str | None:
        """The origin of a request, None where it has none.

        Args:
            sent: its `Origin` headers.
            own: scheme and host that it came to.

        Raises:
            Refused: 403, for an origin that may not use the channel.
        """
        if not sent:
            return None
        if len(sent) > 1 or (sent[0] != own and sent[0] not in self._listed):
            raise Refused(403, "origin_refused", "This page may not use the assistant; its address must be listed in WEBSITE_ORIGINS.")
        return sent[0]


def headers(origin: str | None) -> dict[str, str]:
    """Headers of an answer to a page that may read it."""
    if origin is None:
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "retry-after", "Vary": "Origin"}


def preflight(origin: str | None) -> dict[str, str]:
    """Headers of the answer to a preflight request."""
    if origin is None:
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": HEADERS,
        "Access-Control-Max-Age": MAX_AGE,
        "Vary": "Origin",
    }
