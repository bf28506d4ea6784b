"""The files that the channel serves: the widget's bundle, and outside production the demo page."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

_SUFFIXES = frozenset({".html", ".js", ".css", ".svg", ".png", ".ico", ".txt", ".json", ".webmanifest"})
_MOST_BYTES = 2_000_000
#: The demo page may do what the widget needs, and no more.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html"
)


@dataclass(frozen=True)
class File:
    """A file ready to be sent."""

    body: bytes
    zipped: bytes
    kind: str
    etag: str

    @classmethod
    def read(cls, path: Path) -> File:
        """Read and compress a file.

        Raises:
            OSError: if it cannot be read.
        """
        body = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.suffix == ".js":
            kind = "text/javascript"
        if kind.startswith("text/") or path.suffix in {".json", ".svg"}:
            kind += "; charset=utf-8"
        return cls(body, gzip.compress(body, 9, mtime=0), kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def is_current(self, if_none_match: str) -> bool:
        """Whether a client has it already."""
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return self.etag in tags or "*" in tags


class Bundle:
    """A built file that is read again only when it was built anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int], File] | None = None

    def file(self) -> File | None:
        """The file, None where it is not built."""
        try:
            stat = self._path.stat()
            built = (stat.st_mtime_ns, stat.st_size)
            if self._read is None or self._read[0] != built:
                self._read = built, File.read(self._path)
        except OSError:
            return None
        return self._read[1]


def named_files(folder: Path) -> dict[str, Path]:
    """The files of a folder by the name that asks for them: listed once, so that no name leads anywhere else."""
    if not folder.is_dir():
        return {}
    root = folder.resolve()
    found = {}
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not path.is_symlink() and not hidden and path.suffix in _SUFFIXES and path.stat().st_size <= _MOST_BYTES:
            found[path.relative_to(root).as_posix()] = path
    return found


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a client takes gzip."""
    for offer in accept_encoding.lower().split(","):
        coding, _, quality = offer.strip().partition(";")
        if coding.strip() in {"gzip", "*"} and quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            return True
    return False
