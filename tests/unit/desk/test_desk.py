"""The desk's parts, each alone; what is about the database on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.conversations import Wording
from bot.settings import SettingsError
from tests.databases import empty_postgres
from web.desk.accounts import Accounts
from web.desk.database import create_engine, upgrade
from web.desk.errors import Refused
from web.desk.groups import Vectors, group
from web.desk.lockout import FREE_BY_NAME, LONGEST, Lockout, delay
from web.desk.models import VERSIONS, Base
from web.desk.script import said, script
from web.desk.security import local_path
from web.desk.sessions import Sessions
from web.desk.settings import DeskSettings
from web.desk.tables import as_csv, safe_cell


class Clock:
    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 27, 12)

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'deep' / 'desk.db'}")
        upgrade(made)
        yield made
        made.dispose()
        return
    with empty_postgres("desk") as url:
        made = create_engine(url)
        upgrade(made)
        yield made
        made.dispose()


def test_the_migrations_make_what_the_models_say_and_the_trail_cannot_be_changed(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, Base.metadata) == []
    Accounts(engine).create("ann", "staff", "test")
    for statement in ("update desk_audit set who = 'x'", "delete from desk_audit"):
        with pytest.raises(sa.exc.DatabaseError, match="cannot be changed"), engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_many_guesses_at_once_are_counted_each(engine: Engine) -> None:
    lockout, admitted = Lockout(engine, Clock()), []
    gate = threading.Barrier(12)

    def guess() -> None:
        gate.wait()
        admitted.append(lockout.admit("ann", "10.0.0.1"))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= sum(admitted) <= FREE_BY_NAME + 1
    assert not lockout.admit("ANN ", "10.0.0.2")


def test_the_delay_doubles_and_has_an_end() -> None:
    seconds = [delay(failures, 4).total_seconds() for failures in (1, 4, 5, 6, 7, 50)]
    assert seconds == [0, 0, 2, 4, 8, LONGEST.total_seconds()]


def test_a_link_is_used_by_one_of_many_at_once(engine: Engine) -> None:
    accounts = Accounts(engine)
    token = accounts.link(accounts.create("ann", "admin", "test").id, "test")
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(accounts.use_link(token))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in got) == 1


def test_a_session_ends_and_a_flow_is_taken_once(engine: Engine) -> None:
    clock = Clock()
    account = Accounts(engine, clock).create("ann", "staff", "test")
    sessions = Sessions(engine, dt.timedelta(minutes=30), dt.timedelta(hours=12), clock)
    session = sessions.begin(account, "test")
    flow = sessions.keep_flow({"state": "x"})
    assert sessions.take_flow(flow) == {"state": "x"}
    assert sessions.take_flow(flow) is None
    clock.time += dt.timedelta(minutes=29)
    assert sessions.find(session, touch=False) is not None
    clock.time += dt.timedelta(minutes=2)
    assert sessions.find(session) is None


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "my ann is here ok"])
def test_a_password_that_is_easy_is_refused(tmp_path: Path, password: str) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    upgrade(engine)
    with pytest.raises(Refused):
        Accounts(engine).create("ann", "staff", "test", password)
    assert Accounts(engine).all() == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESK_PORT", "0"), ("DESK_PORT", "x"), ("DESK_PUBLIC_URL", "desk"), ("DESK_PUBLIC_URL", "https://a/b"), ("DESK_API_URL", "ftp://x"),
        ("DESK_EMBED_ORIGINS", "https://a; script-src *"), ("DESK_EMBED_ORIGINS", "*"), ("DESK_PROXIES", "-1"), ("DESK_IDLE_MINUTES", "0"),
        ("DESK_SESSION_HOURS", "999"), ("DESK_OIDC_ISSUER", "https://sso.example"), ("ASSISTANT_ENVIRONMENT", "prod"),
        ("ASSISTANT_ENVIRONMENT", "production"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match="DESK_PUBLIC_URL" if value == "production" else name[:9]):
        DeskSettings.read({name: value})


def test_the_secret_of_the_assistant_stands_in_no_representation() -> None:
    from web.desk.assistant import Assistant

    assert "secret-token" not in repr(Assistant(None, "secret-token"))  # type: ignore[arg-type]


def test_a_script_is_read_aloud_in_short_lines_with_numbers_as_they_are_said() -> None:
    text = "Call Dr. Lee at (412) 359-8614. If it is bad, call 911!\n\nSurvival is 60 to 80%."
    assert script(text) == [
        "Call Dr. Lee at four one two, three five nine, eight six one four.",
        "If it is bad, call nine one one!",
        "Survival is 60 to 80%.",
    ]
    assert said("988") == "nine eight eight"
    long = "This is a long sentence that goes on and on for a while, and it has another part, which is long as well, so it is cut."
    assert max(len(line.split()) for line in script(long)) <= 16
    assert " ".join(script(long)) == long


@given(st.text())
def test_no_text_becomes_a_formula_or_an_address_elsewhere(text: str) -> None:
    cell = safe_cell(text)
    assert cell.strip()[:1] not in {"=", "+", "-", "@", "|", "%"} or not cell
    assert as_csv(("a",), [(text,)]).startswith('"a"\r\n"')
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path


def test_groups_are_shown_from_three_conversations_on_and_one_person_counts_once() -> None:
    def encode(texts: object) -> Vectors:
        return np.array([[1, 0] if "cost" in text else [0, 1] for text in texts], np.float32)  # type: ignore[attr-defined]

    asked = [Wording(f"cost {n}", "fallback", "fallback", f"c{n}", None) for n in range(3)]
    asked += [Wording(f"parrot {n}", "fallback", "fallback", "same", None) for n in range(5)]
    asked += [Wording(f"is it bad {n}", "answer", "survival", f"c{n}", False) for n in range(4)]
    found = group(asked, encode)
    assert [(one.conversations, one.entry, one.badly_rated) for one in found.groups] == [(4, "survival", 4), (3, "fallback", 0)]
    assert (found.hidden, found.questions) == (5, 12)
    assert "parrot" not in str(found)
    assert list(group([], encode).groups) == []
