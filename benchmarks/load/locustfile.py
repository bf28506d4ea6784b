"""Sends a plan's requests at the moments they are due, whatever became of those before: locust's part, in a process of its own.

    locust -f benchmarks/load/locustfile.py --headless -u 1 --host https://localhost:8443 --plan plan.json --samples samples.json

A request's time counts from the moment it was due, so one that had to wait to be sent counts as late. Runs in an environment of
its own (`requirements-load.txt`) and imports nothing of the project.
"""

from __future__ import annotations

import json
import random
import secrets
import time
from pathlib import Path
from typing import Any

import gevent
import psutil
from locust import FastHttpUser, events, task

_DRAIN = 40.0  # seconds that the last answers are waited for
_SPARE = 20  # conversations that stand ready at the beginning, at least


@events.init_command_line_parser.add_listener
def _options(parser: Any, **_: Any) -> None:
    parser.add_argument("--plan", help="the arrivals, as benchmarks.load writes them")
    parser.add_argument("--samples", help="where each request's times go")
    parser.add_argument("--system", choices=("ours", "stock"), default="ours", help="the website's API, or Rasa's REST channel")


class Conversation:
    """One person's, of a few messages."""

    def __init__(self, key: str, messages: int) -> None:
        self.key, self.left, self.busy, self.reply = key, messages, False, ""


class Traffic(FastHttpUser):
    """All people together."""

    fixed_count = 1
    concurrency = 2000
    connection_timeout = 30.0
    network_timeout = 60.0

    @task
    def follow(self) -> None:
        """The whole plan, once."""
        given = self.environment.parsed_options
        plan = json.loads(Path(given.plan).read_text())
        self._ours = given.system == "ours"
        self._chance = random.Random(plan["seed"])
        self._messages: int = plan["messages"]
        self._open: list[Conversation] = []
        self._samples: list[dict[str, Any]] = []
        for _ in range(max(_SPARE, 2 * int(plan["rate"]))):
            self._begin()
        process = psutil.Process()
        processor, begun = sum(process.cpu_times()[:2]), time.monotonic()
        sent = []
        for arrival in plan["arrivals"]:
            if (pause := begun + arrival["at"] - time.monotonic()) > 0:
                gevent.sleep(pause)
            sent.append(gevent.spawn(self._send, arrival, begun))
        gevent.sleep(max(0.0, begun + plan["seconds"] - time.monotonic()))
        waiting = sum(not one.ready() for one in sent)
        wall = time.monotonic() - begun
        processor = sum(process.cpu_times()[:2]) - processor
        gevent.joinall(sent, timeout=_DRAIN)
        lost = [arrival for arrival, one in zip(plan["arrivals"], sent, strict=True) if not one.ready()]
        self._samples += [{"do": one["do"], "kind": one["kind"], "due": one["at"], "why": f"nothing in {_DRAIN:g} s"} for one in lost]
        told = {"samples": self._samples, "waiting": waiting, "processor": processor / wall}
        Path(given.samples).write_text(json.dumps(told))
        self.environment.runner.quit()

    def _send(self, arrival: dict[str, Any], begun: float) -> None:
        due, sent = begun + arrival["at"], time.monotonic()
        try:
            why = getattr(self, f"_{arrival['do']}")(due, arrival["text"])
        except Exception as error:  # whatever it is, the person had no answer
            why = f"{type(error).__name__}: {error}"
        sample = {"do": arrival["do"], "kind": arrival["kind"], "due": arrival["at"], "sent": sent - begun}
        self._samples.append({**sample, "done": time.monotonic() - begun, "why": why})

    def _call(self, method: str, path: str, name: str, due: float, key: str = "", told: Any = None, right: int = 200) -> tuple[Any, str]:
        """The answer's body, and why it is none, or nothing."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with self.client.request(method, path, name=name, headers=headers, json=told, catch_response=True) as answer:
            answer.request_meta["response_time"] = (time.monotonic() - due) * 1e3
            if answer.status_code != right:
                why = f"status {answer.status_code} {answer.error or ''}".strip()
                answer.failure(why)
                return None, why
            answer.success()
            return answer.json() if answer.content else None, ""

    def _begin(self, due: float | None = None, _: str = "") -> str:
        messages, why = self._chance.randint(1, 2 * self._messages - 1), ""
        if self._ours:
            told, why = self._call("POST", "/chat/sessions", "begin", due or time.monotonic(), right=201)
            if why:
                return why
            self._open.append(Conversation(told["session"], messages))
        else:
            self._open.append(Conversation(secrets.token_hex(16), messages))
        return why

    def _idle(self) -> Conversation:
        free = [one for one in self._open if not one.busy]
        if not free:
            if why := self._begin():
                raise ConnectionError(f"could not begin: {why}")
            free = self._open[-1:]
        return self._chance.choice(free)

    def _message(self, due: float, text: str) -> str:
        who = self._idle()
        who.busy, who.left = True, who.left - 1
        try:
            if self._ours:
                body = {"id": secrets.token_hex(8), "text": text}
                told, why = self._call("POST", "/chat/messages", "message", due, who.key, body)
                replies = told["replies"] if told else []
            else:
                body = {"sender": who.key, "message": text}
                replies, why = self._call("POST", "/webhooks/rest/webhook", "message", due, told=body)
        finally:
            who.busy = False
            if who.left <= 0:
                self._open.remove(who)
        if why:
            return str(why)
        if not replies:
            return "no reply"
        if any((reply.get("custom") or {}).get("kind") == "error" for reply in replies):
            return "a reply of kind error"
        who.reply = replies[0].get("id", "")
        return ""

    def _history(self, due: float, _: str) -> str:
        return self._call("GET", "/chat/messages", "history", due, self._idle().key)[1]

    def _feedback(self, due: float, _: str) -> str:
        answered = [one for one in self._open if one.reply and not one.busy]
        if not answered:
            return ""
        who = self._chance.choice(answered)
        return self._call("POST", "/chat/feedback", "feedback", due, who.key, {"reply": who.reply, "helpful": True}, right=204)[1]
