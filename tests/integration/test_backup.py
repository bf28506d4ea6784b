"""Backups of SQLite and PostgreSQL: made while somebody writes, restored whole or not at all, and nothing dead comes back."""

import datetime as dt
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.engine import Engine, make_url

from bot.channels.website.talk import sender_of
from bot.conversations import ConversationSettings, ConversationStore, HandoffStore, Turn
from bot.conversations.store import token_hash
from bot.fast_path.fences import Fences
from database import make_engine
from deploy.backup.errors import BackupError
from deploy.backup.making import damaged, make, prune
from deploy.backup.manifest import read
from deploy.backup.restoring import restore
from deploy.backup.stores import STORES, databases
from knowledge.audit import verify
from knowledge.loader import load_content
from tests.databases import empty_postgres
from tests.integration.services import Services, same_person
from tests.integration.website import ROOT, Client, Server
from web.desk.accounts import Accounts
from web.desk.database import upgrade
from web.desk.sessions import Sessions

_NOW = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None, microsecond=0)
_REPLY = {"id": "r", "text": "told", "buttons": [], "custom": {"kind": "gap", "entry": None}}
_HANDED = {"id": "h", "text": "the line", "buttons": [], "custom": {"kind": "escalation", "entry": None}}
_EVENT = sa.text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (:sender, 'user', :at, :data)")
_TABLES = [(store.name, table) for store in STORES.values() for table in store.tables]


@dataclass
class House:
    """Everything that is kept, on one engine."""

    environ: Mapping[str, str]
    engines: dict[str, Engine] = field(default_factory=dict)

    def engine(self, name: str) -> Engine:
        if name not in self.engines:
            url = next(one.url for one in databases(self.environ) for store in one.stores if store.name == name)
            self.engines[name] = make_engine(str(url), f"TEST_{name.upper()}")
        return self.engines[name]

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()
        self.engines.clear()

    def fill(self, loaded: Path) -> None:
        """With the project's content, an account that is signed in, and the tables of the rest."""
        file = make_url(self.environ["KNOWLEDGE_DATABASE_URL"])
        if file.get_backend_name() == "sqlite":
            shutil.copy(loaded, str(file.database))
        else:
            load_content(self.engine("knowledge"), ROOT / "knowledge/content")
        upgrade(self.engine("desk"))
        accounts = Accounts(self.engine("desk"))
        ann = accounts.create("ann", "admin", "test")
        Sessions(self.engine("desk"), dt.timedelta(hours=1), dt.timedelta(hours=1)).begin(ann, "link")
        self.chats.expired()
        SQLTrackerStore.Base.metadata.create_all(self.engine("trackers"))
        Fences(self.engine("trackers"))

    @property
    def chats(self) -> ConversationStore:
        return ConversationStore(self.engine("conversations"))

    def say(self, token: str, text: str, reply: Mapping[str, Any] = _REPLY, at: dt.datetime = _NOW) -> None:
        """One turn of a person, and Rasa's event of it."""
        store = ConversationStore(self.engine("conversations"), now=lambda: at)
        if store.session(token) is None:
            store.begin(token, [])
        session = store.session(token)
        assert session is not None
        told = [{**reply, "id": f"{reply['id']}-{token}-{text}"}]
        store.add(session, Turn(0, f"{token}-{text}"[:60], "digest", text, False, told, at))
        with self.engine("trackers").begin() as connection:
            row = {
                "sender": sender_of(token_hash(token)),
                "at": at.replace(tzinfo=dt.timezone.utc).timestamp(),
                "data": json.dumps({"text": text}),
            }
            connection.execute(_EVENT, row)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, but for what a restore is meant to change."""
        found = {}
        for name, table in _TABLES:
            with self.engine(name).connect() as connection:
                if table not in {"desk_session", "desk_audit"}:
                    found[table] = sorted(tuple(map(str, row)) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'))
        return found

    def words(self) -> str:
        """Everything in the tables of conversations, handoffs and trackers."""
        return str({table: rows for table, rows in self.rows().items() if table in {one for name, one in _TABLES if STORES[name].private}})

    def destroy(self) -> None:
        self.close()
        for database in databases(self.environ):
            if database.file is not None:
                for end in ("", "-wal", "-shm"):
                    database.file.with_name(database.file.name + end).unlink(missing_ok=True)
            else:
                engine = sa.create_engine(database.url, future=True)
                with engine.begin() as connection:
                    connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                    connection.exec_driver_sql("CREATE SCHEMA public")
                engine.dispose()


def _postgresql_programs() -> None:
    """Skips where pg_dump and pg_restore are not installed, unless in CI: they must be there then."""
    if shutil.which("pg_dump") is None or shutil.which("pg_restore") is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("pg_dump is not installed: apt-get install postgresql-client")


@contextmanager
def _house(kind: str, folder: Path) -> Iterator[House]:
    if kind == "postgresql":
        _postgresql_programs()
    endpoints = folder / "endpoints.yml"
    settings = {"ASSISTANT_ENDPOINTS": str(endpoints)}
    names = {"knowledge": "KNOWLEDGE", "conversations": "CONVERSATIONS", "desk": "DESK"}
    if kind == "sqlite":
        endpoints.write_text(f"tracker_store: {{type: sql, dialect: sqlite, db: {folder / 'trackers.db'}}}\n")
        house = House({**settings, **{f"{name}_DATABASE_URL": f"sqlite:///{folder / file}.db" for file, name in names.items()}})
        try:
            yield house
        finally:
            house.close()
        return
    with empty_postgres(f"backup_{folder.name[-12:].lower()}") as text:
        url = make_url(text)
        endpoints.write_text(
            f"tracker_store: {{type: sql, dialect: postgresql, url: {url.host}, port: {url.port}, db: {url.database}, "
            f"username: {url.username}}}\n"
        )
        house = House({**settings, **{f"{name}_DATABASE_URL": text for name in names.values()}})
        try:
            yield house
        finally:
            house.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path, loaded: Path) -> Iterator[House]:
    with _house(request.param, tmp_path) as one:
        one.fill(loaded)
        yield one


def _make(house: House, folder: Path, **options: Any) -> Path:
    return make(folder, databases(house.environ), _NOW, model=False, **options)


def _restore(house: House, backup: Path, now: dt.datetime = _NOW, **options: Any) -> Any:
    house.close()
    return restore(backup, databases(house.environ), now, model=False, settings=ConversationSettings(), **options)


def test_what_was_committed_before_comes_back_from_a_backup_made_while_somebody_writes(house: House, tmp_path: Path) -> None:
    for number in range(30):
        house.say(f"person-{number % 3}", f"before {number}")
    before = house.rows()
    going, written = threading.Event(), []

    def write() -> None:
        while not going.is_set():
            written.append(f"during {len(written)}")
            house.say(f"late-{len(written) % 5}", written[-1])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            pass
        backup = _make(house, tmp_path / "backups")
    finally:
        going.set()
        writer.join()
    assert len(written) > 3
    for path in (backup, *backup.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=backup, check=True, capture_output=True)
    house.destroy()
    done = _restore(house, backup)
    assert done.doubts == ()
    after = house.rows()
    assert {table: [row for row in rows if row not in after[table]] for table, rows in before.items() if table != "chat_session"} == {
        table: [] for table in before if table != "chat_session"
    }
    held = {table: count for part in read(backup).parts for table, count in part.rows.items()}
    assert {table: len(rows) for table, rows in after.items() if table != "events"} == {
        table: held[table] for table in after if table != "events"
    }
    assert verify(house.engine("knowledge")).problems == ()
    with house.engine("desk").connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM desk_session").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT what FROM desk_audit ORDER BY id DESC LIMIT 1").scalar_one() == "restored from a backup"
    house.say("afterwards", "numbers go on")  # with numbers of their own, behind those that came back
    Accounts(house.engine("desk")).create("bob", "staff", "test")
    with pytest.raises(sa.exc.DatabaseError), house.engine("desk").begin() as connection:
        connection.exec_driver_sql("DELETE FROM desk_audit")  # triggers came back as well


@pytest.mark.parametrize("how", ["flipped", "cut", "missing", "manifest", "sums"])
def test_a_damaged_backup_is_refused_and_changes_nothing(how: str, house: House, tmp_path: Path) -> None:
    house.say("person", "kept")
    backup = _make(house, tmp_path / "backups")
    part = backup / read(backup).parts[0].file
    content = part.read_bytes()
    if how == "flipped":
        part.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    elif how == "cut":
        part.write_bytes(content[:-100])
    elif how == "missing":
        part.unlink()
    else:
        path = backup / ("SHA256SUMS" if how == "sums" else "manifest.json")
        path.write_text(path.read_text().replace("0", "1", 1))
    before = house.rows()
    with pytest.raises(BackupError, match=r"is damaged|is missing|does not list") as refused:
        _restore(house, backup, replace=True)
    assert str(refused.value).count("\n") == 0
    assert house.rows() == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"chat_turn": 1', '"chat_turn": 2', "table chat_turn has 1 rows after the restore, and 2 were backed up"),
        ('"knowledge": "0002"', '"knowledge": "9999"', "the schema of 'knowledge' is 9999, which this program does not know"),
        ('"format": 1', '"format": 2', "has format 2; this program reads 1"),
    ],
)
def test_what_does_not_hold_what_its_manifest_says_is_rolled_back(old: str, new: str, told: str, house: House, tmp_path: Path) -> None:
    house.say("person", "kept")
    backup = _make(house, tmp_path / "backups")
    manifest, sums = backup / "manifest.json", backup / "SHA256SUMS"
    assert old in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(old, new))
    others = [line for line in sums.read_text().splitlines(keepends=True) if not line.endswith("manifest.json\n")]
    sums.write_text(subprocess.check_output(["sha256sum", manifest.name], cwd=backup, text=True) + "".join(others))
    house.say("person", "later")
    before = house.rows()
    with pytest.raises(BackupError, match=told):
        _restore(house, backup, replace=True)
    assert house.rows() == before
    assert not [one.name for one in tmp_path.iterdir() if "restor" in one.name]


def test_what_is_there_is_not_overwritten_unless_told(house: House, tmp_path: Path) -> None:
    house.say("person", "old")
    backup = _make(house, tmp_path / "backups")
    house.say("person", "new")
    before = house.rows()
    with pytest.raises(BackupError, match="is not empty; --replace"):
        _restore(house, backup)
    assert house.rows() == before
    _restore(house, backup, replace=True)
    assert "old" in house.words()
    assert "new" not in house.words()
    assert not [one.name for one in tmp_path.iterdir() if "restor" in one.name]


def test_who_uses_a_store_is_not_robbed_of_it(house: House, tmp_path: Path) -> None:
    house.say("person", "old")
    backup = _make(house, tmp_path / "backups")
    with house.engine("conversations").connect() as connection:
        connection.execute(sa.text("SELECT * FROM chat_turn")).all()
        with pytest.raises(BackupError, match="is in use; stop the workers"):
            restore(backup, databases(house.environ), _NOW, replace=True, model=False, settings=ConversationSettings())
    assert "old" in house.words()


def test_nothing_comes_back_that_died_meanwhile(house: House, tmp_path: Path) -> None:
    house.say("quick", "over by then", at=_NOW - dt.timedelta(hours=20))
    house.say("slow", "still alive")
    house.say("handed", "the phone knows", _HANDED, at=_NOW - dt.timedelta(hours=20))
    backup = _make(house, tmp_path / "backups")
    house.destroy()
    done = _restore(house, backup, now=_NOW + dt.timedelta(hours=10))
    assert (done.expired, done.deletions_known) == (2, False)
    rows = house.rows()
    assert [row[5] for row in rows["chat_turn"]] == ["still alive"]
    assert [row[-1] for row in rows["events"]] == ['{"text": "still alive"}']
    assert [line.text for line in HandoffStore(house.engine("conversations")).transcript(1)] == ["the phone knows"]
    house.destroy()
    _restore(house, backup, now=_NOW + dt.timedelta(days=200))
    assert "alive" not in house.words()
    assert "phone" not in house.words()
    assert len(house.rows()["asked"]) == 3  # the bare counts


def test_what_people_deleted_since_does_not_come_back(house: House, tmp_path: Path) -> None:
    house.say("stays", "i stay")
    house.say("goes", "i was deleted", _HANDED)
    house.say("ended", "deleted and its time over", _HANDED, at=_NOW - dt.timedelta(hours=20))
    backup = _make(house, tmp_path / "backups")
    house.chats.delete(token_hash("goes"), token_hash("ended"))
    house.say("newer", "lost by the restore")
    done = _restore(house, backup, replace=True, now=_NOW + dt.timedelta(hours=6))
    assert (done.deleted, done.deletions_known) == (2, True)
    words = house.words()
    assert "i stay" in words
    assert [gone for gone in ("was deleted", "its time over", "lost by") if gone in words] == []
    assert [one.deleted for one in HandoffStore(house.engine("conversations")).listed()] == [True, True]


def test_a_store_begun_since_says_nothing_of_deletions(house: House, tmp_path: Path) -> None:
    house.say("person", "still mine")
    backup = _make(house, tmp_path / "backups")
    house.destroy()
    ConversationStore(house.engine("conversations")).expired()
    SQLTrackerStore.Base.metadata.create_all(house.engine("trackers"))
    house.say("another", "begun since", _HANDED)
    assert not _restore(house, backup, replace=True).deletions_known
    assert "still mine" in house.words()


def test_what_people_said_can_be_left_out(house: House, tmp_path: Path) -> None:
    house.say("person", "a secret word", _HANDED)
    backup = _make(house, tmp_path / "backups", conversations=False)
    assert read(backup).conversations is False
    assert not any(b"a secret word" in one.read_bytes() for one in backup.iterdir())
    whole = make(tmp_path / "backups", databases(house.environ), _NOW + dt.timedelta(seconds=1), model=False)
    house.destroy()
    _restore(house, backup)
    house.destroy()
    _restore(house, whole, conversations=False)
    with house.engine("knowledge").connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM entry").scalar_one() == 275
    for name in ("conversations", "trackers"):
        if sa.inspect(house.engine(name)).has_table(STORES[name].tables[0]):
            with house.engine(name).connect() as connection:
                for table in STORES[name].tables:
                    assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0


def test_old_backups_go_when_asked_and_those_with_conversations_sooner(house: House, tmp_path: Path) -> None:
    folder, kept = tmp_path / "backups", databases(house.environ)
    (folder / "not a backup").mkdir(parents=True)
    made = {}
    for days, conversations in ((40, False), (20, False), (3, True), (2, False), (0, True)):
        made[days] = make(folder, kept, _NOW - dt.timedelta(days=days), conversations, model=False)
    house.say("person", "words")
    gone = prune(folder, dt.timedelta(days=30), dt.timedelta(days=1), _NOW)
    assert gone == [made[40], made[3]]
    assert damaged(folder) == []
    broken = shutil.copytree(made[0], folder / "2020-01-01T00-00-00Z")
    (broken / "manifest.json").write_text("{}")
    assert damaged(folder) == [broken]
    assert (folder / "not a backup").is_dir()
    assert prune(folder, dt.timedelta(days=30), dt.timedelta(days=1), _NOW + dt.timedelta(days=100)) == [made[20], made[2], made[0]]


def test_the_model_comes_back_with_the_rest_or_not_at_all(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model, stamp = tmp_path / "models/assistant.tar.gz", tmp_path / "models/assistant.json"
    model.parent.mkdir()
    model.write_bytes(b"the model of the backup")
    stamp.write_text('{"rasa": "3.6.21"}')
    house.say("person", "old")
    backup = make(tmp_path / "backups", databases(house.environ), _NOW)
    assert (read(backup).model or {})["made_of"] == {"rasa": "3.6.21"}
    house.say("person", "new")
    model.write_bytes(b"another model")
    house.close()
    kept, settings = databases(house.environ), ConversationSettings()
    (backup / "assistant.json").rename(tmp_path / "away")
    with pytest.raises(BackupError, match=r"assistant\.json is missing"):
        restore(backup, kept, _NOW, replace=True, settings=settings)
    (tmp_path / "away").rename(backup / "assistant.json")
    house.destroy()
    with pytest.raises(BackupError, match="is another model; --replace"):
        restore(backup, kept, _NOW, settings=settings)
    assert not (tmp_path / "knowledge.db").exists()
    restore(backup, kept, _NOW, replace=True, settings=settings)
    assert model.read_bytes() == b"the model of the backup"
    assert sorted(one.name for one in model.parent.iterdir()) == ["assistant.json", "assistant.tar.gz"]
    assert "old" in house.words()


def test_a_password_is_on_no_command_line_and_in_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _house("postgresql", tmp_path) as house:
        load_content(house.engine("knowledge"), ROOT / "knowledge/content")
        seen = tmp_path / "seen"
        seen.mkdir()
        real = shutil.which("pg_dump")
        (seen / "pg_dump").write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" > {seen}/told\nprintf "%s" "$PGPASSWORD" > {seen}/password\nexec {real} "$@"\n'
        )
        (seen / "pg_dump").chmod(0o755)
        monkeypatch.setenv("PATH", f"{seen}:{os.environ['PATH']}")
        url = make_url(house.environ["KNOWLEDGE_DATABASE_URL"]).set(password="hush-hush")
        environ = {**house.environ, "KNOWLEDGE_DATABASE_URL": url.render_as_string(hide_password=False)}
        make(tmp_path / "backups", databases(environ), _NOW, model=False)
        assert (seen / "password").read_text() == "hush-hush"
        assert "hush-hush" not in (seen / "told").read_text()
        (seen / "pg_dump").write_text("#!/bin/sh\necho it failed >&2\nexit 1\n")
        with pytest.raises(BackupError, match=r"pg_dump failed on .*: it failed") as told:
            make(tmp_path / "backups", databases(environ), _NOW + dt.timedelta(seconds=1), model=False)
        assert "hush-hush" not in str(told.value)
        assert len([one for one in (tmp_path / "backups").iterdir() if one.is_dir()]) == 1  # nothing is left of it
        with pytest.raises(BackupError, match="has a password behind the"):
            databases({**environ, "DESK_DATABASE_URL": "postgresql://someone@host/database?password=hush"})


def _commands(environment: Mapping[str, str], folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.backup", *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


_LINE = "UPDATE contact SET value = '(412) 555-0100' WHERE value = '(412) 359-8614'"  # the content files say otherwise


def _talks_on(person: Client) -> None:
    """The conversation, what Rasa remembers of it, and the content are those of the backup."""
    assert [turn["text"] for turn in person.history()["turns"]] == ["how many people survive this"]
    assert person.say("and if it has spread?")["replies"][0]["custom"]["entry"] == "survival-advanced"
    assert "(412) 555-0100" in str(person.say("what is the phone number for an appointment")["replies"])


def test_a_worker_answers_from_what_was_restored_on_sqlite(tmp_path: Path) -> None:
    server = Server(tmp_path, {"DESK_DATABASE_URL": f"sqlite:///{tmp_path / 'desk.db'}"})
    person = Client(server)
    person.begin()
    person.say("how many people survive this")
    with sqlite3.connect(tmp_path / "knowledge.db") as connection:
        assert connection.execute(_LINE).rowcount == 1
    connection.close()
    assert "what people said: yes" in _command(server, "make", "--to", "backups")  # while it serves
    server.stop()
    for name in ("knowledge", "conversations", "trackers"):
        for file in tmp_path.glob(f"{name}.db*"):
            file.unlink()
    (backup,) = (tmp_path / "backups").glob("2*")
    assert "can be restored" in _command(server, "check", str(backup))
    assert "Restored: 275 published answers" in _command(server, "restore", str(backup))
    server.start()
    try:
        _talks_on(same_person(person, server))  # over a connection of its own
    finally:
        server.stop()


def test_a_worker_answers_from_what_was_restored_on_postgresql(services: Services) -> None:
    _postgresql_programs()
    desk = {"DESK_DATABASE_URL": services.database}
    server = services.worker("backed-up", desk)
    other = services.worker("restored", desk)  # it serves while the databases are restored
    try:
        person = Client(server)
        person.begin()
        person.say("how many people survive this")
        engine = sa.create_engine(services.database, future=True)
        with engine.begin() as connection:
            assert connection.exec_driver_sql(_LINE).rowcount == 1
        assert "what people said: yes" in _command(server, "make", "--to", "backups")
        server.stop()
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM chat_turn")
            connection.exec_driver_sql("DELETE FROM events")
            connection.exec_driver_sql("UPDATE contact SET value = 'lost'")
        engine.dispose()
        (backup,) = (server.folder / "backups").glob("2*")
        assert "Restored: 275 published answers" in _command(server, "restore", str(backup), "--replace")
        _talks_on(same_person(person, other))
    finally:
        server.stop()
        other.stop()


def _command(server: Server, *arguments: str) -> str:
    command = [sys.executable, "-m", "deploy.backup", *arguments]
    done = subprocess.run(command, env=server.environment, cwd=server.folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_drill_of_the_documentation(tmp_path: Path, loaded: Path) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/deploying.md").read_text().split("### A drill")[1], re.S)
    drill = tmp_path / "drill"
    drill.mkdir()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "BACKUPS": str(tmp_path / "backups"), "DRILL": str(drill)}
    with _house("sqlite", tmp_path) as house:
        house.fill(loaded)
        house.say("person", "kept")
        _make(house, tmp_path / "backups")
        done = subprocess.run(["bash", "-euc", block], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "Restored: 275 published answers" in done.stdout
        assert "restored from a backup" in done.stdout
        assert not drill.exists()
        assert "kept" in house.words()  # the stores that serve are as they were
