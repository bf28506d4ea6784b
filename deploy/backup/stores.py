"""What is kept, and where: the stores, and the databases that they lie in."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from bot.conversations import ConversationSettings
from bot.conversations.models import VERSIONS as CONVERSATIONS_VERSIONS
from bot.conversations.models import Base as Conversations
from bot.conversations.schema import SCHEMA as CONVERSATIONS
from bot.settings import BotSettings
from bot.tracker_database import tracker_database
from database import BadDatabaseUrl, Schema
from deploy.backup.errors import BackupError
from knowledge import KnowledgeSettings
from knowledge.models import Base as Knowledge
from knowledge.schema import SCHEMA as KNOWLEDGE
from web.desk.database import SCHEMA as DESK
from web.desk.models import VERSIONS as DESK_VERSIONS
from web.desk.models import Base as Desk
from web.desk.settings import DeskSettings


@dataclass(frozen=True)
class Store:
    """Tables that belong together.

    Attributes:
        name: `knowledge`, `conversations`, `trackers` or `desk`.
        tables: their names, those first that others point at.
        private: whether what people said stands in them.
        schema, versions: its migrations, and the table of Alembic's place; the trackers have none.
    """

    name: str
    tables: tuple[str, ...]
    private: bool
    schema: Schema | None = None
    versions: str | None = None


def _tables(base: Any) -> tuple[str, ...]:
    return tuple(table.name for table in base.metadata.sorted_tables)


STORES = {
    store.name: store
    for store in (
        Store("knowledge", _tables(Knowledge), False, KNOWLEDGE, "alembic_version"),
        Store("conversations", _tables(Conversations), True, CONVERSATIONS, CONVERSATIONS_VERSIONS),
        Store("trackers", ("events", "conversation_fences"), True),
        Store("desk", _tables(Desk), False, DESK, DESK_VERSIONS),
    )
}


@dataclass(frozen=True)
class Database:
    """One database, with the stores that lie in it; `setting` says where its address was read from."""

    url: URL
    setting: str
    stores: tuple[Store, ...]

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(str(self.url.database)) if self.kind == "sqlite" else None

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return str(self.url.get_backend_name())

    @property
    def part(self) -> str:
        """The name of its file in a backup."""
        return "-".join(store.name for store in self.stores) + (".db" if self.kind == "sqlite" else ".dump")

    @property
    def private(self) -> bool:
        """Whether it holds nothing else than what people said."""
        return all(store.private for store in self.stores)

    def __str__(self) -> str:
        where = self.file if self.file is not None else f"{self.url.host or 'localhost'}/{self.url.database}"
        return f"{where} ({', '.join(store.name for store in self.stores)})"


def databases(environ: Mapping[str, str] = os.environ) -> tuple[Database, ...]:
    """The databases that the settings name, each once.

    Raises:
        BackupError: for a setting that names no database which can be backed up.
        bot.settings.SettingsError, knowledge.SettingsError: for a setting that cannot be used.
    """
    endpoints = BotSettings.read(environ).endpoints
    named: Sequence[tuple[str, str, Callable[[], str | URL | None]]] = (
        ("knowledge", "KNOWLEDGE_DATABASE_URL", lambda: KnowledgeSettings.read(environ).database_url),
        ("conversations", "CONVERSATIONS_DATABASE_URL", lambda: ConversationSettings.read(environ).database_url),
        ("trackers", f"tracker_store of {endpoints}", lambda: tracker_database(endpoints)),
        ("desk", "DESK_DATABASE_URL", lambda: DeskSettings.read({**environ, "ASSISTANT_ENVIRONMENT": "development"}).database_url),
    )
    found: dict[tuple[Any, ...], Database] = {}
    for name, setting, read in named:
        given = read()
        if given is None:
            continue
        url = _url(given, setting)
        where = _where(url)
        before = found.get(where)
        stores = (*(before.stores if before else ()), STORES[name])
        found[where] = Database(before.url if before else url, before.setting if before else setting, stores)
    return tuple(found.values())


def _url(given: str | URL, setting: str) -> URL:
    how = "use sqlite:///file or postgresql://user@host/database"
    try:
        url = make_url(given)
        kind = url.get_backend_name()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ValueError) as error:
        raise BadDatabaseUrl(f"{setting} is no database URL; {how}") from error  # it may hold a password
    if kind not in {"sqlite", "postgresql"} or (kind == "sqlite" and url.database in {None, "", ":memory:"}):
        raise BackupError(f"{setting} names nothing that can be backed up; {how}")
    if {"password", "sslpassword"} & set(url.query):
        raise BackupError(f"{setting} has a password behind the '?'; give it before the host: postgresql://user:password@host/database")
    return url


def _where(url: URL) -> tuple[Any, ...]:
    if url.get_backend_name() == "sqlite":
        return ("sqlite", Path(str(url.database)).resolve())
    return ("postgresql", url.host or url.query.get("host") or "localhost", url.port or 5432, url.database)
