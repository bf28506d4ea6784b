"""Settings of the knowledge store, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from database import BadPoolSize, read_pool_size
from knowledge.errors import SettingsError

DEFAULT_DATABASE = "sqlite:///.data/knowledge.db"
DEFAULT_POOL = 2


@dataclass(frozen=True)
class KnowledgeSettings:
    """Where the store lies, and the addresses that only the hospital knows.

    Attributes:
        database_url: SQLAlchemy URL; SQLite or PostgreSQL.
        links: setting name -> https address; a missing one is told in words, without a link.
        source_page: a text file of the source page, whose wording no draft may repeat; not held against it where not given.
        pool_size: connections to PostgreSQL at most.
    """

    database_url: str = field(repr=False)
    links: Mapping[str, str]
    source_page: Path | None = None
    pool_size: int = DEFAULT_POOL

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> KnowledgeSettings:
        """Read `KNOWLEDGE_DATABASE_URL`, `KNOWLEDGE_POOL_SIZE`, `KNOWLEDGE_SOURCE_PAGE`, `SCHEDULE_ONLINE_URL` and `MYCHART_URL`.

        Raises:
            SettingsError: for an address that is not a whole https address, or a source page that is no file,
                or a number of connections that is not from 1 to 100.
        """
        links = {}
        for name in ("SCHEDULE_ONLINE_URL", "MYCHART_URL"):
            value = environ.get(name, "").strip()
            if not value:
                continue
            if not _is_https(value):
                raise SettingsError(f"{name} is '{value}'; give a whole https address or leave it unset")
            links[name] = value
        named = environ.get("KNOWLEDGE_SOURCE_PAGE", "").strip()
        page = Path(named) if named else None
        if page is not None and not page.is_file():
            raise SettingsError(f"KNOWLEDGE_SOURCE_PAGE is '{named}', which is no file; give a text file or leave it unset")
        try:
            pool_size = read_pool_size(environ, "KNOWLEDGE_POOL_SIZE", DEFAULT_POOL)
        except BadPoolSize as error:
            raise SettingsError(str(error)) from error
        return cls(environ.get("KNOWLEDGE_DATABASE_URL", "").strip() or DEFAULT_DATABASE, links, page, pool_size)


def _is_https(address: str) -> bool:
    if any(character.isspace() or not character.isprintable() for character in address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port  # a port that is no number is an error here
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
