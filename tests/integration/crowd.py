"""People who talk to the assistant all at once, and what they were told."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.integration.website import Client, Server

LINE = "(412) 359-8614"
_ASKED = ("what is leiomyosarcoma", "how is it treated", "i want to kill myself", "what is the survival rate", "she cant breathe")
_DANGER = {"i want to kill myself": "988", "she cant breathe": "911"}


@dataclass(frozen=True)
class Told:
    """An acknowledged message; `wrong` says what the reply lacks."""

    identifier: str
    begun: float
    seconds: float
    kind: str
    wrong: str


class Crowd:
    """A few people on each worker, each asking one question after the other until the end.

    Args:
        workers: who is asked.
        people: on each of them.
    """

    def __init__(self, workers: Sequence[Server], people: int = 2) -> None:
        self._over = threading.Event()
        self._people = [Client(worker) for worker in workers for _ in range(people)]
        self._told: list[list[Told]] = [[] for _ in self._people]
        self.failed: list[str] = []
        self._threads = [threading.Thread(target=self._talk, args=pair) for pair in zip(self._people, self._told, strict=True)]

    def _talk(self, person: Client, told: list[Told]) -> None:
        while not self._over.is_set():
            text = _ASKED[len(told) % len(_ASKED)]
            identifier, begun = f"{text.replace(' ', '-')}-{len(told)}", time.monotonic()
            try:
                reply = person.say(text, identifier)["replies"][0]
                kind = reply["custom"]["kind"]
                told.append(Told(identifier, begun, time.monotonic() - begun, kind, _wrong(text, kind, reply)))
            except Exception as error:
                self.failed.append(f"{text}: {error!r}")
                return
            time.sleep(0.15)

    def __enter__(self) -> Crowd:
        for person in self._people:
            person.begin()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def told(self, after: float = 0.0) -> list[Told]:
        """What was told to whoever asked after a moment of `time.monotonic`."""
        return [one for whole in self._told for one in list(whole) if one.begun >= after]

    def all_answered(self, seconds: float) -> float:
        """Wait until everybody is answered again from the store, three times in a row; how long that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            newest = [whole[-3:] for whole in self._told]
            if all(len(three) == 3 and all(one.begun > begun and one.kind in {"answer", "safety"} for one in three) for three in newest):
                return min(max(three[0].begun for three in newest) - begun, seconds)
            assert not self.failed, self.failed
            time.sleep(0.1)
        raise AssertionError(f"people are not answered again after {seconds} s: {[[one.kind for one in w[-3:]] for w in self._told]}")

    def lost(self, seconds: float) -> list[str]:
        """The acknowledged messages that are not in their conversation's history, once in order, after so many seconds at most."""
        missing: list[str] = []
        until = time.monotonic() + seconds
        while True:
            missing = []
            for person, told in zip(self._people, self._told, strict=True):
                history = person.history()
                kept = [turn["id"] for turn in history["turns"]]
                wanted = [one.identifier for one in told][-200:]
                if history.get("incomplete") or kept != wanted:
                    missing += sorted(set(wanted) - set(kept)) or [f"in another order: {kept} and not {wanted}"]
            if not missing or time.monotonic() > until:
                return missing
            time.sleep(0.5)


def _wrong(text: str, kind: str, reply: Any) -> str:
    if text in _DANGER and (kind != "safety" or _DANGER[text] not in reply["text"]):
        return f"'{text}' is told '{kind}'"
    if kind != "answer" and LINE not in reply["text"] and text not in _DANGER:
        return f"'{text}' has no line but '{kind}'"
    return ""
