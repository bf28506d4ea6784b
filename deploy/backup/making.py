"""Makes a backup, and takes old ones away."""

from __future__ import annotations

import datetime as dt
import fcntl
import importlib.metadata
import json
import platform
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.training import MODEL
from deploy.backup.copying import copy
from deploy.backup.errors import BackupError
from deploy.backup.manifest import Manifest, Part, private_file, read, sha256, write
from deploy.backup.stores import Database

_NAME = "%Y-%m-%dT%H-%M-%SZ"
_UNFINISHED = ".unfinished-"


def make(folder: Path, databases: Sequence[Database], now: dt.datetime, conversations: bool = True, model: bool = True) -> Path:
    """Make a backup in a folder of its own; the name appears when it is whole.

    Args:
        folder: where backups lie.
        databases: what is copied.
        now: the time, in UTC.
        conversations: whether what people said is copied.
        model: whether the model is copied.

    Raises:
        BackupError: if it cannot be made; nothing is left of it.
    """
    target, work = folder / f"{now:{_NAME}}", folder / f"{_UNFINISHED}{now:{_NAME}}"
    with _alone(folder):
        for left in folder.glob(f"{_UNFINISHED}*"):  # by one that was killed: nobody else is at work
            shutil.rmtree(left)
        if target.exists():
            raise BackupError(f"{target} exists already; wait a second")
        try:
            work.mkdir(mode=0o700)
            parts = [copy(one, work, conversations) for one in databases if conversations or not one.private]
            found = tuple(part for part in parts if part is not None)
            if not any(part.rows.get("entry") for part in found):
                raise BackupError("there is no content store yet: KNOWLEDGE_DATABASE_URL names one that is empty, or that is not there")
            told = _model(work) if model else None
            write(work, Manifest(now.replace(microsecond=0), conversations and _private(found), found, _program(), told))
            work.rename(target)
        except OSError as error:
            raise BackupError(f"cannot write to {error.filename or folder}: {error.strerror}") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target


def _private(parts: Sequence[Part]) -> bool:
    return any(store in part.stores for part in parts for store in ("conversations", "trackers"))


def _program() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in ("rasa", "sqlalchemy")}}


def _model(folder: Path) -> dict[str, object] | None:
    """Copy the model, and what it was made of; None where there is none."""
    stamp = MODEL.with_suffix("").with_suffix(".json")
    if not MODEL.is_file():
        return None
    files = [path for path in (MODEL, stamp) if path.is_file()]
    for path in files:
        private_file(folder / path.name)
        with path.open("rb") as source, (folder / path.name).open("r+b") as into:
            shutil.copyfileobj(source, into, 1 << 20)
    made_of = json.loads(stamp.read_text()) if stamp in files else {}
    return {"files": [path.name for path in files], "sha256": sha256(folder / MODEL.name), "made_of": made_of}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise BackupError(f"cannot write to {folder}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupError(f"another backup is under way in {folder}; wait for it") from error
        yield


def backups(folder: Path) -> list[tuple[Path, Manifest]]:
    """The whole backups of a folder, the oldest first; their files are not read."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith("."):
            try:
                found.append((path, read(path, verify=False)))
            except BackupError:  # it is none, or damaged: not ours to take away
                continue
    return found


def damaged(folder: Path) -> list[Path]:
    """The folders that have the name of a backup and cannot be read as one: they are never deleted, whatever they hold."""
    good = {path for path, _ in backups(folder)}
    return [path for path in sorted(folder.glob("????-??-??T??-??-??Z")) if path.is_dir() and path not in good]


def overdue(folder: Path, keep: dt.timedelta, now: dt.datetime) -> list[Path]:
    """The backups that hold conversations for longer than those may be kept."""
    return [path for path, told in backups(folder) if told.conversations and told.made_at < now - keep]


def prune(folder: Path, keep: dt.timedelta, conversations: dt.timedelta, now: dt.datetime) -> list[Path]:
    """Delete old backups; which ones. The newest stays, unless it holds conversations for too long.

    Args:
        folder: where backups lie.
        keep: how long one is kept.
        conversations: how long one is kept that holds what people said.
        now: the time, in UTC.
    """
    with _alone(folder):
        old = overdue(folder, conversations, now)
        old += [path for path, told in backups(folder)[:-1] if told.made_at < now - keep and path not in old]
        for path in old:
            shutil.rmtree(path)
    return sorted(old)
