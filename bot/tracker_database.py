"""Where Rasa's events lie, for whoever must reach them without an assistant."""

from __future__ import annotations

from rasa.core.tracker_store import SQLTrackerStore
from rasa.utils.endpoints import read_endpoint_config
from sqlalchemy.engine import URL, make_url

from bot.settings import SettingsError

_SQL = ("sql", "bot.fast_path.trackers.TailSQLTrackerStore")
_MEMORY = (None, "in_memory", "InMemoryTrackerStore")
_NAMES = ("dialect", "port", "db", "username", "password", "login_db", "query")


def tracker_database(endpoints: str) -> URL | None:
    """The database that endpoints.yml names for trackers; None where they are kept in memory.

    Raises:
        SettingsError: for a tracker store of another kind.
    """
    wanted = read_endpoint_config(endpoints, "tracker_store")
    kind = wanted.type if wanted is not None else None
    if wanted is None or kind in _MEMORY:
        return None
    if kind not in _SQL:
        raise SettingsError(f"{endpoints}: a tracker_store of type '{kind}' is no SQL database")
    told = {name: wanted.kwargs[name] for name in _NAMES if wanted.kwargs.get(name) is not None}
    if "port" in told:
        told["port"] = int(told["port"])
    database = told.pop("login_db", None) and told.get("db")
    url = make_url(SQLTrackerStore.get_db_url(host=wanted.url, **told))
    return url.set(database=database) if database else url
