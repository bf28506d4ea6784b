"""What can be read of any store: its schema's revision, and how many rows each table has."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from deploy.backup.stores import Store

Ask = Callable[[str], list[tuple[object, ...]]]


def revisions(ask: Ask, stores: Iterable[Store], present: set[str]) -> dict[str, str]:
    """The revision of each store that has one."""
    found = {}
    for store in stores:
        if store.versions in present:
            rows = ask(f"SELECT version_num FROM {store.versions}")
            found.update({store.name: str(rows[0][0])} if rows else {})
    return found


def counts(ask: Ask, stores: Iterable[Store], present: set[str]) -> dict[str, int]:
    """How many rows each table has that is there."""
    tables = [table for store in stores for table in store.tables if table in present]
    return {table: int(str(ask(f'SELECT count(*) FROM "{table}"')[0][0])) for table in tables}
