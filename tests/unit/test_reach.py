"""PostgreSQL that takes what it is sent and says nothing is not waited for."""

import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError

from database import answering, make_engine
from database.patience import endless
from database.reach import PAUSE
from tests.databases import empty_postgres, postgres
from tests.integration.cable import Cable


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with empty_postgres("reach") as url:
        yield url


@pytest.fixture
def behind(database: str) -> Iterator[tuple[Cable, Engine]]:
    """A cable, and an engine that leads through it and has a connection."""
    cable = Cable(make_url(postgres()).port or 5432)
    engine = make_engine(str(make_url(database).set(host="127.0.0.1", port=cable.port)), "A_DATABASE_URL", wait_seconds=1.5)
    assert _asked(engine) < 1
    yield cable, engine
    engine.dispose()
    cable.cut()


def _asked(engine: Engine, statement: str = "SELECT 1") -> float:
    """The seconds until the answer."""
    begun = time.monotonic()
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    return time.monotonic() - begun


def _refused(engine: Engine, statement: str = "SELECT 1") -> float:
    """The seconds until there is no answer."""
    begun = time.monotonic()
    with pytest.raises(OperationalError, match=r"gave no answer|no time left"):
        _asked(engine, statement)
    return time.monotonic() - begun


def test_one_waits_and_the_others_do_not(behind: tuple[Cable, Engine]) -> None:
    cable, engine = behind
    cable.go_dead()
    with answering(0.5):
        assert 0.4 < _refused(engine) < 0.8
    with answering(0.5):
        assert _refused(engine) < 0.1
    time.sleep(PAUSE + 0.1)
    seconds: list[float] = []

    def wait() -> None:
        with answering(0.5):
            seconds.append(_refused(engine))

    threads = [threading.Thread(target=wait) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one > 0.4 for one in seconds) == 1  # one looks whether it is back
    cable.flow()
    time.sleep(PAUSE + 0.1)
    assert _asked(engine) < 1
    assert _asked(engine) < 1


def test_all_waits_for_one_reply_have_one_end(behind: tuple[Cable, Engine]) -> None:
    cable, engine = behind
    cable.be_slow(0.3, 0.3)

    def ask_ten_times() -> None:
        for _ in range(10):
            _asked(engine)

    begun = time.monotonic()
    with answering(0.5) as ours, pytest.raises(OperationalError, match=r"gave no answer|no time left"):
        ask_ten_times()
    assert time.monotonic() - begun < 1.5
    assert ours.left == 0


def test_where_nobody_waits_for_a_reply_the_engine_says_how_long(behind: tuple[Cable, Engine]) -> None:
    _, engine = behind
    assert 1.4 < _refused(engine, "SELECT pg_sleep(4)") < 2
    time.sleep(PAUSE + 0.1)
    with endless():
        assert _asked(engine, "SELECT pg_sleep(2)") >= 2


def test_a_connection_is_not_waited_for_without_end_though_all_else_may_be(database: str) -> None:
    cable = Cable(make_url(postgres()).port or 5432)
    cable.go_dead()
    engine = make_engine(str(make_url(database).set(host="127.0.0.1", port=cable.port)), "A_DATABASE_URL", connect_seconds=1)
    with endless():
        assert 0.9 < _refused(engine) < 1.5
    cable.cut()


def test_what_goes_on_after_the_reply_is_nobodys_reply() -> None:
    from contextvars import copy_context

    from database.patience import patience

    with answering() as ours:
        left_behind = copy_context()
        with answering() as inner:
            assert inner is ours
    assert left_behind.run(patience) is None
