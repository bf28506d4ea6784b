"""The desk's parts, each alone; what is about the database on SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.conversations import ConversationSettings
from bot.settings import SettingsError
from knowledge import KnowledgeSettings
from tests.databases import empty_postgres
from web.desk.accounts import Accounts
from web.desk.audit import Audit
from web.desk.database import SCHEMA, create_engine, upgrade
from web.desk.errors import DeskUnavailable
from web.desk.models import VERSIONS, Base
from web.desk.script import said, script
from web.desk.security import local_path
from web.desk.settings import DeskSettings
from web.desk.tables import as_csv, safe_cell


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, Base.metadata) == []


def test_the_trail_is_not_changed_cut_replaced_or_filled_in(engine: Engine) -> None:
    Accounts(engine).create("ann", "staff", "test")
    Accounts(engine).create("bob", "staff", "test")
    again = "desk_audit (id, at, who, what) values ({}, '2026-01-01', 'x', 'y')"
    statements = ["update desk_audit set who = 'x'", "delete from desk_audit"]
    if engine.dialect.name == "sqlite":
        statements += [f"insert or replace into {again.format(1)}", "update or replace desk_audit set id = 1 where id = 2"]
        statements += [f"insert into {again.format(number)}" for number in (-1, 0)]
    else:
        statements += ["truncate desk_audit", "truncate desk_audit cascade"]
        statements += [f"insert into {again.format(1)} on conflict (id) do update set who = 'x'"]
    with engine.connect() as connection:
        before = connection.execute(sa.text("select * from desk_audit order by id")).all()
    for statement in statements:
        with pytest.raises(sa.exc.DatabaseError, match="cannot be changed"), engine.begin() as connection:
            connection.execute(sa.text(statement))
    with engine.connect() as connection:
        assert connection.execute(sa.text("select * from desk_audit order by id")).all() == before
    Accounts(engine).create("cy", "staff", "test")
    assert len(Audit(engine).newest()) == 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_old_schema_with_accounts_in_it_is_brought_up_to_date_and_back(kind: str, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        made = create_engine(f"sqlite:///{tmp_path / 'desk.db'}" if kind == "sqlite" else stack.enter_context(empty_postgres("desk_old")))
        stack.callback(made.dispose)
        SCHEMA.upgrade(made, "0001")
        at = "'2026-01-01 00:00:00.000000'"
        columns = "(name, role, active, password, subject, created_at)"
        with made.begin() as connection:
            for values in ("'ann', 'staff', true, 'hash', null", "'sso@x', 'admin', true, 'hash', 'p|1'"):
                connection.execute(sa.text(f"insert into desk_account {columns} values ({values}, {at})"))
            connection.execute(sa.text(f"insert into desk_audit (at, who, what) values ({at}, 'ann', 'was here')"))
        upgrade(made)
        accounts = [(one.name, one.person, one.has_password, one.sign_on) for one in Accounts(made).all()]
        assert accounts == [("ann", "ann", True, False), ("sso@x", "sso@x", False, True)]
        with pytest.raises(sa.exc.DatabaseError, match="cannot be changed"), made.begin() as connection:
            connection.execute(sa.text("delete from desk_audit"))
        assert [one.who for one in Audit(made).newest()] == ["ann"]
        command.downgrade(SCHEMA.config(made), "0001")
        upgrade(made)
        assert [one.who for one in Audit(made).newest()] == ["ann"]


def test_what_is_done_and_its_line_in_the_trail_are_one(engine: Engine) -> None:
    audit = Audit(engine)
    with pytest.raises(RuntimeError), audit.noting("ann", "transcript read", "1"):
        raise RuntimeError
    assert audit.newest() == ()
    with audit.noting("ann", "transcript read", "1"):
        pass
    assert [one.what for one in audit.newest()] == ["transcript read"]
    with engine.begin() as connection:
        connection.execute(sa.text("drop table desk_audit"))
    done = list[str]()
    with pytest.raises(DeskUnavailable), audit.noting("ann", "transcript read", "1"):
        done.append("read without a line")
    assert done == []


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


def test_secrets_stand_in_no_representation() -> None:
    from web.desk.assistant import Assistant

    environ = {
        **dict.fromkeys(("DESK_API_TOKEN", "DESK_OIDC_CLIENT_ID", "DESK_OIDC_CLIENT_SECRET"), "a-very-secret-token-0123"),
        **dict.fromkeys(("DESK_DATABASE_URL", "CONVERSATIONS_DATABASE_URL", "KNOWLEDGE_DATABASE_URL"), "postgresql://u:secret-token@h/d"),
        "DESK_OIDC_ISSUER": "https://sso.example",
        "DESK_OIDC_CLIENT_ID": "the-desk",
    }
    readers = (DeskSettings, ConversationSettings, KnowledgeSettings)
    shown = [repr(Assistant(None, "a-very-secret-token-0123")), *(repr(one.read(environ)) for one in readers)]  # type: ignore[arg-type]
    assert "secret-token" not in "".join(shown)


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


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\u202e", "\t"])
def test_no_sign_begins_a_formula(sign: str, before: str) -> None:
    assert safe_cell(f"{before}{sign}SUM(A1)") == f"'{before}{sign}SUM(A1)"


@given(st.text())
def test_no_text_becomes_a_formula_or_an_address_elsewhere(text: str) -> None:
    cell = safe_cell(text)
    assert cell.strip()[:1] not in {"=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20"} or not cell
    assert as_csv(("a",), [(text,)]).startswith('"a"\r\n"')
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path
