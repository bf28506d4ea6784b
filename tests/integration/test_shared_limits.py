"""Two workers, real processes, that count limits together in a Redis; and what people see while it is gone."""

import time
from collections.abc import Iterator

import pytest

from tests.integration.services import Services, same_person
from tests.integration.website import Client, Server

_SETTINGS = {
    "WEBSITE_LIMITS_STORE": "redis",
    "WEBSITE_LIMITS_KEY": "a-key-of-the-tests-0123456789",
    "WEBSITE_MESSAGES_LIMIT": "4/hour",
}


@pytest.fixture(scope="module")
def pair(services: Services) -> Iterator[tuple[Server, Server]]:
    both = tuple(services.worker(f"counting-{name}", _SETTINGS) for name in ("one", "two"))
    yield both[0], both[1]
    for one in both:
        one.stop()


def _said(*people: Client) -> list[int]:
    """The status of a message of each."""
    return [person.call("POST", "/chat/messages", {"id": f"id-{time.monotonic_ns()}", "text": "hello"}).status for person in people]


@pytest.mark.parametrize("how", ["hang", "stop"])
def test_limits_hold_over_two_workers_and_nobody_waits_for_redis(how: str, services: Services, pair: tuple[Server, Server]) -> None:
    here = Client(pair[0])
    here.begin()
    there = same_person(here, pair[1])
    assert _said(here, there, here, there, here, there) == [200, 200, 200, 200, 429, 429]
    person = Client(pair[0])
    person.begin()
    assert _said(person, person) == [200, 200]
    other = same_person(person, pair[1])
    slowest = 0.0
    try:
        getattr(services.redis, how)()
        for one, expected in ((person, [200, 200, 429]), (other, [200, 200, 200, 200, 429])):
            for status in expected:  # each counts for itself, with what it has counted before
                begun = time.monotonic()
                assert _said(one) == [status]
                slowest = max(slowest, time.monotonic() - begun)
    finally:
        (services.redis.wake if how == "hang" else services.redis.start)()
    print(f"\nRedis {how}: the slowest answer took {slowest:.2f} s")
    assert slowest < 2
    time.sleep(3)  # they look once a second whether it is back; locks after two
    again = Client(pair[0])
    again.begin()
    assert _said(again, same_person(again, pair[1]), again, again, same_person(again, pair[1])) == [200, 200, 200, 200, 429]
