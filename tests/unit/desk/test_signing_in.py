"""Signing in: passwords, links, sessions, and guessing made slow; on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine

from tests.unit.desk.conftest import Clock
from web.desk.accounts import Accounts
from web.desk.commands import Office
from web.desk.database import create_engine, upgrade
from web.desk.errors import Refused
from web.desk.links import Links
from web.desk.lockout import FREE_BY_ADDRESS, FREE_BY_NAME, FREE_TOGETHER, LONGEST, Lockout, by_link, by_password, delay
from web.desk.sessions import Sessions
from web.desk.settings import DeskSettings


def test_many_guesses_at_once_are_counted_each(engine: Engine) -> None:
    lockout, admitted = Lockout(engine, Clock()), []
    gate = threading.Barrier(12)

    def guess() -> None:
        gate.wait()
        admitted.append(lockout.admit(by_password("ann", "10.0.0.1")))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == FREE_TOGETHER + 1
    assert not lockout.admit(by_password("ANN ", "10.0.0.1"))


def test_nobody_is_locked_out_for_longer_than_the_longest_when_the_clock_is_put_back(engine: Engine) -> None:
    clock = Clock()
    lockout, mine = Lockout(engine, clock), by_password("ann", "10.0.0.1")
    for _ in range(FREE_TOGETHER + 5):
        lockout.admit(mine)
    assert not lockout.admit(mine)
    clock.time -= dt.timedelta(hours=1)
    assert lockout.admit(mine)
    assert not lockout.admit(mine)  # what was counted stays counted
    clock.time += LONGEST
    assert lockout.admit(mine)


def test_an_outsider_does_not_lock_others_out(engine: Engine) -> None:
    clock = Clock()
    lockout = Lockout(engine, clock)

    def fail(many: int, name: str, address: str) -> None:
        for _ in range(many):
            lockout.admit(by_password(name, address))

    fail(100, "ann", "6.6.6.6")
    assert not lockout.admit(by_password("ann", "6.6.6.6"))
    assert lockout.admit(by_password("ann", "10.0.0.1"))  # she is elsewhere
    lockout.succeeded(by_password("ann", "10.0.0.1"))
    # Links have no name that could be used up: only the address counts.
    for n in range(FREE_BY_ADDRESS + 1):
        fail(1, f"nobody-{n}", "6.6.6.6")
    assert not lockout.admit(by_link("6.6.6.6"))
    left = sa.text("select count(*) from desk_attempt where failures = 0 and who not like 'address:%'")
    with engine.connect() as connection:  # what is refused leaves nothing behind
        assert connection.execute(left).scalar_one() == 0
    assert lockout.admit(by_link("10.0.0.1"))
    # Guessing from everywhere is slowed at last, by the name alone; and an admin ends it.
    for n in range(FREE_BY_NAME):
        fail(1, "ann", f"7.7.7.{n}")
    assert not lockout.admit(by_password("ann", "10.0.0.1"))
    lockout.unlock("ann")
    assert lockout.admit(by_password("ann", "10.0.0.1"))


def test_ones_own_slips_are_forgiven_and_others_guesses_are_not(engine: Engine) -> None:
    clock = Clock()
    lockout = Lockout(engine, clock)
    for _ in range(60):  # a slip every morning for two months, and then the right one
        for _ in range(3):
            assert lockout.admit(by_password("ann", "10.0.0.1"))
        lockout.succeeded(by_password("ann", "10.0.0.1"))
        clock.time += dt.timedelta(hours=23)
    for n in range(FREE_BY_NAME + 1):
        lockout.admit(by_password("ann", f"7.7.7.{n}"))
        if lockout.admit(by_password("ann", "10.0.0.1")):
            lockout.succeeded(by_password("ann", "10.0.0.1"))
    assert not lockout.admit(by_password("ann", "8.8.8.8"))


def test_the_first_tries_are_looked_at_by_a_clock_that_runs(engine: Engine) -> None:
    lockout = Lockout(engine)
    for _ in range(3):
        for attempt in (by_password("ann", "10.0.0.1"), by_link("10.0.0.1")):
            assert lockout.admit(attempt)
            lockout.succeeded(attempt)


def test_slips_at_an_address_in_daily_use_are_forgotten_in_time(engine: Engine) -> None:
    clock = Clock()
    lockout = Lockout(engine, clock)
    for day in range(60):  # somebody slips twice and gives up; the others sign in as always
        for _ in range(2):
            assert lockout.admit(by_password(f"someone-{day}", "10.0.0.1"))
        for _ in range(4):
            clock.time += dt.timedelta(hours=6)
            assert lockout.admit(by_password("ann", "10.0.0.1"))
            lockout.succeeded(by_password("ann", "10.0.0.1"))


def test_many_names_and_addresses_at_once_wait_for_each_other_in_no_ring(engine: Engine) -> None:
    lockout, troubles = Lockout(engine, Clock()), []
    gate = threading.Barrier(8)

    def guess(n: int) -> None:
        gate.wait()
        try:
            for turn in range(6):
                attempt = by_password(f"name{(n + turn) % 3}", f"10.0.0.{(n - turn) % 3}")
                if lockout.admit(attempt) and turn % 2:
                    lockout.succeeded(attempt)
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_the_delay_doubles_and_has_an_end() -> None:
    seconds = [delay(failures, 4).total_seconds() for failures in (1, 4, 5, 6, 7, 50)]
    assert seconds == [0, 0, 2, 4, 8, LONGEST.total_seconds()]


def test_a_password_that_was_set_meanwhile_is_not_written_over(engine: Engine) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    ann = Accounts(engine, hasher=weak).create("ann", "staff", "test", "four quiet words here")

    class Slow(PasswordHasher):
        """While it makes a hash anew, somebody sets another password."""

        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            if password == "four quiet words here":
                Accounts(engine, hasher=weak).set_password(ann.id, "five other quiet words", "admin")
            return super().hash(password, salt=salt)

    assert Accounts(engine, hasher=Slow(time_cost=2, memory_cost=8, parallelism=1)).verify("ann", "four quiet words here") is not None
    accounts = Accounts(engine)
    assert accounts.verify("ann", "four quiet words here") is None
    assert accounts.verify("ann", "five other quiet words") is not None


def test_a_link_is_used_by_one_of_many_at_once(engine: Engine) -> None:
    accounts = Accounts(engine)
    links = Links(engine, accounts)
    token = links.make(accounts.create("ann", "admin", "test").id, "test")
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(links.use(token))) for _ in range(6)]
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


@pytest.mark.parametrize(("production", "made_by"), [(True, "command line"), (False, None)])
def test_a_link_of_the_command_line_is_as_good_as_ones_own_sign_in_only_where_nothing_is_real(
    engine: Engine, production: bool, made_by: str | None
) -> None:
    office = Office.open(DeskSettings(production=production, public_url="https://desk.example"), engine)
    office.accounts.create("ann", "reviewer", "test")
    used = office.links.use(office.link(office.account("ann"), "command line").rpartition("/")[2])
    assert used is not None
    assert used.made_by == made_by
    sessions = Sessions(engine, dt.timedelta(minutes=30), dt.timedelta(hours=12))
    signed_in = sessions.find(sessions.begin(used.account, "link", link_by=used.made_by))
    assert signed_in is not None
    assert (signed_in.may("review"), signed_in.may("curate")) == (not production, True)
