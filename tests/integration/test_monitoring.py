"""What operators see of a running server, and what nobody else does."""

import http.client
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.website import Client, Server
from tests.ports import free_port

_WORDS = "zebra crossing of Mrs Quillfeather"


class _Watched(Server):
    def ask(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", int(self.environment["ASSISTANT_MONITORING_PORT"]), timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def ready(self) -> tuple[int, Any]:
        status, body = self.ask("/health/ready")
        return status, json.loads(body)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Watched]:
    environment = {
        "ASSISTANT_MONITORING_PORT": str(free_port()),
        "ASSISTANT_LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
        "ASSISTANT_PROXIES": "1",
    }
    one = _Watched(tmp_path_factory.mktemp("watched"), environment)
    yield one
    one.stop()


def _value(metrics: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", metrics, re.M)
    return float(found[1]) if found else 0.0


def test_ready_is_the_truth_and_serving_goes_on(watched: _Watched) -> None:
    whole = {"status": "ready", "model": "ok", "store": "ok", "conversations": "ok", "trackers": "ok", "locks": "ok"}
    assert watched.ready() == (200, whole)
    store, aside = watched.folder / "knowledge.db", watched.folder / "aside.db"
    store.rename(aside)
    try:
        _wait_for(watched, 503)
        assert watched.ready() == (503, {**whole, "status": "not ready", "store": "StoreUnavailable"})
        assert watched.ask("/health/live")[0] == 200
        assert watched.ask("/health/serving") == (200, '{"status": "serving"}')
        assert _value(watched.ask("/metrics")[1], 'lms_check{part="store"}') == 0
    finally:
        aside.rename(store)
    _wait_for(watched, 200)


def _wait_for(watched: _Watched, status: int) -> None:
    for _ in range(100):
        if watched.ready()[0] == status:
            return
        time.sleep(0.1)
    pytest.fail(f"never {status}: {watched.ready()}")


def test_what_is_said_is_counted_by_kind_and_not_written_down(watched: _Watched) -> None:
    before = watched.ask("/metrics")[1]
    person = Client(watched, {"X-Request-ID": "a-request-of-the-proxy"})
    person.begin()
    person.say("what is leiomyosarcoma")
    person.say("i want to kill myself")
    person.say(_WORDS)
    refused = person.call("POST", "/chat/messages", {"id": "12345678", "text": ""})
    assert refused.headers["X-Request-ID"] == "a-request-of-the-proxy"
    after = watched.ask("/metrics")[1]

    def more(series: str) -> float:
        return _value(after, series) - _value(before, series)

    assert more('lms_replies_total{channel="website",kind="answer"}') == 1
    assert more('lms_safety_replies_total{channel="website",entry="crisis"}') == 1
    assert more('lms_reply_seconds_count{channel="website",kind="safety"}') == 1
    assert more(f'lms_refused_total{{code="{refused.code}"}}') == 1
    assert more("lms_lock_wait_seconds_count") == 4
    assert _value(after, "process_resident_memory_bytes") > 0
    assert re.search(r'^lms_model_info\{model="[^"]+\.tar\.gz"\} 1\.0$', after, re.M)
    log = watched.log.read_text()
    assert [line for line in log.splitlines() if not line.startswith(("{", "Ready after"))] == []
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("request_id") == "a-request-of-the-proxy"]
    assert any(line["event"].startswith("POST /chat/messages 200 in ") for line in told)
    for secret in (*_WORDS.split()[:1], "Quillfeather", person.token, person.sender):
        assert secret not in log
        assert secret not in after


def test_the_people_s_port_has_none_of_it(watched: _Watched) -> None:
    person = Client(watched)
    for path in ("/metrics", "/health/live", "/health/ready", "/chat/metrics", "/chat/health/ready"):
        assert person.call("GET", path).status == 404, path
