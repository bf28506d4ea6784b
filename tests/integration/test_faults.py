"""PostgreSQL goes and comes back under a running worker: everybody is answered, nothing acknowledged is lost, no hand is needed."""

import http.client
import json
import time
from typing import Any

from sqlalchemy.engine import make_url

from tests.integration.cable import Cable
from tests.integration.services import Services
from tests.integration.website import Client, Server, free_port

_LINE = "(412) 359-8614"


class Faulty:
    """A worker whose cable to PostgreSQL can be cut."""

    def __init__(self, services: Services) -> None:
        url = make_url(services.database)
        self.cable = Cable(url.port or 5432)
        through = str(url.set(host="127.0.0.1", port=self.cable.port))
        self._monitoring = free_port()
        environment = {
            **services.deployed(),
            "TRACKER_HOST": "127.0.0.1",
            "TRACKER_PORT": str(self.cable.port),
            "KNOWLEDGE_DATABASE_URL": through,
            "CONVERSATIONS_DATABASE_URL": through,
            "ASSISTANT_MONITORING_PORT": str(self._monitoring),
        }
        self.worker: Server = services.worker("faulty", environment)

    def health(self, kind: str = "ready") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._monitoring, timeout=20)
        connection.request("GET", f"/health/{kind}")
        answer = connection.getresponse()
        told = answer.status, json.load(answer)
        connection.close()
        return told


def test_postgresql_gone_and_back(services: Services) -> None:
    faulty = Faulty(services)
    try:
        person = Client(faulty.worker)
        person.begin()
        person.say("what is leiomyosarcoma", "before-it-went")
        assert faulty.health()[0] == 200
        faulty.cable.cut()
        slowest = 0.0
        for number, (text, kinds, said) in enumerate(
            [
                ("how is it treated", {"answer", "error"}, _LINE),
                ("i want to kill myself", {"safety"}, "988"),
                ("she cant breathe", {"safety"}, "911"),
                ("what is the survival rate", {"answer", "error"}, _LINE),
            ]
        ):
            begun = time.monotonic()
            (reply, *_) = person.say(text, f"while-it-was-gone-{number}")["replies"]
            slowest = max(slowest, time.monotonic() - begun)
            assert reply["custom"]["kind"] in kinds
            assert said in reply["text"] or reply["custom"]["kind"] == "answer"
        print(f"\nPostgreSQL gone: the slowest reply took {slowest:.2f} s")
        assert slowest < 2
        time.sleep(1.1)  # health is good for a second
        status, parts = faulty.health()
        assert status == 503
        assert {part for part, found in parts.items() if found != "ok"} == {"status", "store", "conversations", "trackers"}
        assert faulty.health("serving")[0] == 200
        faulty.cable.mend()
        for _ in range(100):
            if faulty.health()[0] == 200:
                break
            time.sleep(0.2)
        time.sleep(5)  # the database of conversations is not asked again at once
        reply = person.say("what is leiomyosarcoma", "after-it-came-back")["replies"][0]
        assert reply["custom"]["kind"] == "answer"
        history = person.history()
        assert [turn["id"] for turn in history["turns"]] == [
            "before-it-went",
            *(f"while-it-was-gone-{number}" for number in range(4)),
            "after-it-came-back",
        ]
        again = person.say("i want to kill myself", "while-it-was-gone-1")  # sent once more: the same answer
        assert "988" in again["replies"][0]["text"]
    finally:
        faulty.worker.stop()
        faulty.cable.cut()
