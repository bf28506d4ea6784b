"""The desk's own files: read once, named with their hash, kept by browsers for good."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

#: htmx.org 2.0.11 from npm, as it comes; its licence lies beside it.
HTMX = "htmx-2.0.11.min.js"
_KINDS = {".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class Files:
    """The files of a folder, by name; nothing outside that list can be asked for.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path = Path(__file__).parent / "static") -> None:
        self._bodies = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _KINDS}

    @property
    def addresses(self) -> Mapping[str, str]:
        """A file's address, by its name; another content has another address."""
        return {name: f"/static/{hashlib.sha256(body).hexdigest()[:12]}/{name}" for name, body in self._bodies.items()}

    def routes(self) -> list[Route]:
        """One route for all of them."""
        return [Route("/static/{mark}/{name}", self._file)]

    async def _file(self, request: Request) -> Response:
        name = str(request.path_params["name"])
        body = self._bodies.get(name)
        if body is None:
            return PlainTextResponse("There is no such file.", 404)
        current = request.url.path == self.addresses[name]
        headers = {"Cache-Control": "public, max-age=31536000, immutable" if current else "no-store"}
        return Response(body, media_type=_KINDS[Path(name).suffix], headers=headers)
