"""What a backup says of itself: a manifest, and SHA-256 of every file, as `sha256sum --check` reads them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deploy.backup.errors import BackupError

FORMAT = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


@dataclass(frozen=True)
class Part:
    """The file of one database.

    Attributes:
        file, engine, server: its name, `sqlite` or `postgresql`, and the version that wrote it.
        stores: what lies in it.
        revisions: of each store's schema.
        rows: how many each table has.
        size: in bytes.
    """

    file: str
    engine: str
    server: str
    stores: tuple[str, ...]
    revisions: Mapping[str, str]
    rows: Mapping[str, int]
    size: int


@dataclass(frozen=True)
class Manifest:
    """A backup.

    Attributes:
        made_at: when it was begun, in UTC; everything that was committed before is in it.
        conversations: whether it holds what people said.
        program: versions of what made it.
        model: file, size, and what the model was made of; none where it was left out.
    """

    made_at: dt.datetime
    conversations: bool
    parts: tuple[Part, ...]
    program: Mapping[str, str]
    model: Mapping[str, Any] | None = None
    format: int = field(default=FORMAT)


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            seen.update(block)
    return seen.hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Write manifest and sums of a backup whose files lie there, and have the disk keep all of it."""
    told = {**asdict(manifest), "made_at": f"{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"}
    private_file(folder / MANIFEST, json.dumps(told, indent=1, sort_keys=True).encode())
    files = sorted(path for path in folder.iterdir())
    private_file(folder / SUMS, "".join(f"{sha256(path)}  {path.name}\n" for path in files).encode())
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def private_file(path: Path, content: bytes = b"") -> None:
    """A new file that only its owner reads and writes."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)


def read(folder: Path, verify: bool = True) -> Manifest:
    """The manifest of a backup.

    Args:
        folder: the backup.
        verify: whether every file is held against its sum.

    Raises:
        BackupError: naming the first file that is missing, damaged, or not of this program's format.
    """
    sums, manifest = folder / SUMS, folder / MANIFEST
    for path in (sums, manifest):
        if not path.is_file():
            raise BackupError(f"{path} is missing: {folder} is no whole backup")
    try:
        listed = {name: digest for digest, name in (line.split("  ", 1) for line in sums.read_text().splitlines())}
    except ValueError as error:
        raise BackupError(f"{sums} is damaged") from error
    if manifest.name not in listed or sha256(manifest) != listed[manifest.name]:
        raise BackupError(f"{manifest} is damaged: it does not have the SHA-256 that {sums.name} says")
    found = _parse(manifest)
    wanted = {MANIFEST, *(part.file for part in found.parts), *_model_files(found)}
    if set(listed) != wanted:
        raise BackupError(f"{sums} does not list what {manifest.name} does")
    for name in sorted(wanted) if verify else ():
        path = folder / name
        if not path.is_file():
            raise BackupError(f"{path} is missing")
        if sha256(path) != listed[name]:
            raise BackupError(f"{path} is damaged: it does not have the SHA-256 that {sums.name} says")
    return found


def _model_files(manifest: Manifest) -> tuple[str, ...]:
    return tuple(manifest.model["files"]) if manifest.model else ()


def _parse(path: Path) -> Manifest:
    try:
        told = json.loads(path.read_bytes())
        if told["format"] != FORMAT:
            raise BackupError(f"{path} has format {told['format']}; this program reads {FORMAT}")
        parts = tuple(Part(**{**part, "stores": tuple(part["stores"])}) for part in told.pop("parts"))
        made_at = dt.datetime.strptime(told.pop("made_at"), "%Y-%m-%dT%H:%M:%SZ")
        found = Manifest(made_at=made_at, parts=parts, **told)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path} is no manifest of a backup: {error}") from error
    for name in (*(part.file for part in parts), *_model_files(found)):
        if Path(name).name != name:
            raise BackupError(f"{path} names '{name}', which is no file of the backup")
    return found
