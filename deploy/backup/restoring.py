"""Restores a backup: all of it or nothing, and nothing that should have died meanwhile."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations import ConversationsError, ConversationSettings
from bot.conversations import create_engine as conversations_engine
from bot.training import MODEL
from database import DatabaseUnavailable
from deploy.backup import retention
from deploy.backup.errors import BackupError
from deploy.backup.manifest import Manifest, Part, read, sha256
from deploy.backup.rows import counts, revisions
from deploy.backup.stores import STORES, Database
from deploy.backup.targets import Target, open_target
from knowledge import KnowledgeError, KnowledgeStore
from knowledge.audit import verify
from knowledge.checks import check as check_content
from knowledge.errors import ContentError
from knowledge.export import export_content
from web.desk.errors import DeskUnavailable

_WORDS = Path("knowledge/content/reading_allowlist.yml")


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        manifest: of the backup.
        entries: published answers that can be told.
        expired, deleted: conversations that were not brought back: their time was over, people had deleted them.
        deletions_known: whether it could be known what people deleted since.
        doubts: what is wrong with the content; it was restored all the same.
    """

    manifest: Manifest
    entries: int
    expired: int
    deleted: int
    deletions_known: bool
    doubts: tuple[str, ...]


def check(folder: Path) -> Manifest:
    """Hold a backup against its sums, and its schemas against what this program knows.

    Raises:
        BackupError: if it cannot be restored.
    """
    manifest = read(folder)
    for part in manifest.parts:
        for name, revision in part.revisions.items():
            store = STORES.get(name)
            if store is None or store.schema is None or revision not in store.schema.revisions():
                raise BackupError(
                    f"{folder / part.file}: the schema of '{name}' is {revision}, which this program does not know; use a newer one"
                )
    return manifest


def restore(
    folder: Path,
    databases: Sequence[Database],
    now: dt.datetime,
    replace: bool = False,
    conversations: bool = True,
    model: bool = True,
    settings: ConversationSettings | None = None,
) -> Restored:
    """Restore a backup into the databases that the settings name.

    Args:
        folder: the backup.
        databases: where to.
        now: the time, in UTC.
        replace: whether what is there is lost.
        conversations: whether what people said comes back.
        model: whether the model comes back.
        settings: for how long conversations are kept; as the environment says where not given.

    Raises:
        BackupError: if it cannot be restored; nothing was changed.
    """
    settings = settings or ConversationSettings.read()
    manifest = check(folder)
    wanted = [(part, _home(part, databases, folder)) for part in manifest.parts]
    if not conversations:
        wanted = [(part, home) for part, home in wanted if not _all_private(part)]
    with ExitStack() as stack, _told():
        targets: list[tuple[Part, Target]] = []
        for part, home in wanted:
            target = open_target(home, replace)
            stack.callback(target.close)
            targets.append((part, target))
        new_model = stack.enter_context(_model(folder, manifest, replace)) if model and manifest.model else None
        known = _known(targets)
        engines: dict[str, Engine] = {}
        for part, target in targets:
            target.fill(folder / part.file)
            _hold_against(part, target)
            for name in part.stores:
                engines[name] = target.engine
                schema = STORES[name].schema
                if schema is not None:
                    schema.upgrade(target.engine)
        if not conversations:
            for name in ("conversations", "trackers"):
                if name in engines:
                    retention.empty(engines[name], [name])
        gone = retention.Gone()
        if "conversations" in engines:
            gone = retention.conversations(engines["conversations"], settings, known, now)
        if "trackers" in engines:
            with _beside(engines, settings) as chats:
                retention.trackers(engines["trackers"], chats, settings, now)
        if "desk" in engines:
            retention.sign_everybody_out(engines["desk"], folder.name, now)
        entries, doubts = _prove(engines["knowledge"])
        for _, target in sorted(targets, key=lambda one: one[1].database.kind == "postgresql"):  # a file can still be put back
            target.keep()
        if new_model is not None:
            new_model()
        for _, target in targets:
            target.settle()
    return Restored(manifest, entries, gone.expired, gone.deleted, gone.known, doubts)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (
        SQLAlchemyError,
        sqlite3.Error,
        psycopg2.Error,
        DatabaseUnavailable,
        KnowledgeError,
        ConversationsError,
        DeskUnavailable,
        OSError,
    ) as error:
        raise BackupError(f"not restored, and nothing was changed: {str(error).splitlines()[0]}") from error


def _home(part: Part, databases: Sequence[Database], folder: Path) -> Database:
    for database in databases:
        names = {store.name for store in database.stores}
        if set(part.stores) & names:
            if database.kind != part.engine:
                raise BackupError(f"{folder / part.file} comes from {part.engine}, and {database.setting} names {database.kind}")
            if not set(part.stores) <= names:
                raise BackupError(
                    f"{folder / part.file} holds {', '.join(part.stores)} together; by the settings they lie apart: {database}"
                )
            return database
    raise BackupError(f"{folder / part.file} holds {', '.join(part.stores)}, for which the settings name no database")


def _all_private(part: Part) -> bool:
    return all(STORES[name].private for name in part.stores)


def _known(targets: Sequence[tuple[Part, Target]]) -> retention.Known | None:
    for part, target in targets:
        before = target.before
        if "conversations" in part.stores and before is not None:
            return retention.Known.read(before)
    return None


def _hold_against(part: Part, target: Target) -> None:
    """Make sure that everything is there."""
    stores = [STORES[name] for name in part.stores]
    with target.engine.connect() as connection:
        present = set(sa.inspect(connection).get_table_names())

        def ask(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

        rows, found = counts(ask, stores, present), revisions(ask, stores, present)
    for table, wanted in part.rows.items():
        if rows.get(table) != wanted:
            raise BackupError(f"{part.file}: table {table} has {rows.get(table, 'no')} rows after the restore, and {wanted} were backed up")
    if found != part.revisions:
        raise BackupError(f"{part.file}: its schema is not the one that the manifest names")


@contextmanager
def _beside(engines: dict[str, Engine], settings: ConversationSettings) -> Iterator[Engine | None]:
    """The conversations that go with the trackers: restored with them, or those that are there."""
    if "conversations" in engines:
        yield engines["conversations"]
        return
    engine = conversations_engine(settings.database_url)
    try:
        yield engine if sa.inspect(engine).has_table("chat_session") else None
    finally:
        engine.dispose()


def _prove(engine: Engine) -> tuple[int, tuple[str, ...]]:
    """Read every published answer, and hold what was restored against the checks of content and audit trail.

    Doubts do not stop a restore: with the line and most answers, people are better off than with none.
    """
    entries = KnowledgeStore(engine).entries()
    if not entries:
        raise BackupError("the backup has no published answer")
    doubts = [f"audit trail: {problem}" for problem in verify(engine).problems]
    with tempfile.TemporaryDirectory() as folder:
        export_content(engine, Path(folder))
        if _WORDS.is_file():
            shutil.copy(_WORDS, folder)
        try:
            problems = check_content(Path(folder)).problems
        except ContentError as error:
            problems = error.problems
        doubts += map(str, problems)
    return len(entries), tuple(doubts)


@contextmanager
def _model(folder: Path, manifest: Manifest, replace: bool) -> Iterator[Callable[[], None] | None]:
    """Lay the model out beside the old one; what is given puts it in its place."""
    assert manifest.model is not None
    if MODEL.is_file() and sha256(MODEL) == manifest.model["sha256"]:
        yield None
        return
    if MODEL.is_file() and not replace:
        raise BackupError(f"{MODEL} is another model; --replace puts the backup's in its place, --without-model leaves it")
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    laid: list[tuple[Path, Path]] = []

    def put() -> None:
        for beside, target in laid:
            os.replace(beside, target)

    try:
        for name in manifest.model["files"]:
            beside = MODEL.with_name(f".{name}.restoring")
            shutil.copyfile(folder / name, beside)
            laid.append((beside, MODEL.with_name(name)))
        yield put
    finally:
        for beside, _ in laid:
            beside.unlink(missing_ok=True)
