"""Any running Rasa server, over its REST channel; events and slots over its HTTP API, where that is on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from pytest_rasa.drivers.driver import CannotPlay, DriverFailed, Heard, NewEvents

_NO_API = frozenset({401, 403, 404, 405})


class Rest:
    """Plays against a server.

    Args:
        url: where it listens, as in http://localhost:5005.
        token: what its HTTP API asks for (`rasa run --enable-api --auth-token`), if anything.
        seconds: after which a request counts as unanswered.
    """

    def __init__(self, url: str, token: str | None = None, seconds: float = 60.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise DriverFailed(f"--bot-url is '{url}'; give the address of a Rasa server, as in http://localhost:5005")
        self.url = url.rstrip("/")
        self.name = f"rest {self.url}"
        self._token = token
        self._seconds = seconds
        self._session = requests.Session()
        self.tells_events = self._has_api()

    def _has_api(self) -> bool:
        answer = self.ask("GET", f"/conversations/{uuid.uuid4().hex}/tracker")
        if answer.status_code in (401, 403) and self._token:
            raise DriverFailed(f"{self.url} refuses the token of --bot-token (status {answer.status_code})")
        if answer.status_code in _NO_API:
            return False
        if not answer.ok:
            raise DriverFailed(f"{self.url} answers {answer.status_code} when it is asked for a conversation: {answer.text[:200]}")
        return True

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        """One request.

        Raises:
            DriverFailed: if there is no answer.
        """
        given = {"token": self._token} if self._token else {}
        try:
            return self._session.request(method, f"{self.url}{path}", params=given, json=body, timeout=self._seconds)
        except requests.RequestException as error:
            raise DriverFailed(f"{self.url}{path} does not answer ({type(error).__name__}); is the server running?") from error

    def begin(self, slots: Mapping[str, Any]) -> RestConversation:
        """A new conversation."""
        return RestConversation(self, slots)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class RestConversation:
    """One conversation with a server."""

    def __init__(self, driver: Rest, slots: Mapping[str, Any]) -> None:
        self._driver = driver
        self._sender = f"conversation-{uuid.uuid4().hex}"
        self._path = f"/conversations/{quote(self._sender)}/tracker"
        self._new = NewEvents()
        if slots:
            if not driver.tells_events:
                raise CannotPlay("fixtures need the server's HTTP API to set slots (`rasa run --enable-api`)")
            events = [{"event": "slot", "name": name, "value": value} for name, value in slots.items()]
            answer = driver.ask("POST", f"{self._path}/events", events)
            if not answer.ok:
                raise DriverFailed(f"{driver.url} did not set the slots (status {answer.status_code}): {answer.text[:200]}")
            self._new.of(answer.json().get("events") or ())

    def send(self, text: str, metadata: Mapping[str, Any] | None = None) -> Heard:
        """Say something."""
        body: dict[str, Any] = {"sender": self._sender, "message": text}
        if metadata:
            body["metadata"] = dict(metadata)
        answer = self._driver.ask("POST", "/webhooks/rest/webhook", body)
        try:
            messages = answer.json()
        except ValueError:
            messages = None
        if not answer.ok or not isinstance(messages, list):
            raise DriverFailed(
                f"{self._driver.url}/webhooks/rest/webhook answers {answer.status_code}, not a list of messages: {answer.text[:200]}; "
                "is the REST channel on (`rest:` in credentials.yml)?"
            )
        if not self._driver.tells_events:
            return Heard(messages)
        answer = self._driver.ask("GET", self._path + "?include_events=ALL")
        if not answer.ok:
            raise DriverFailed(f"{self._driver.url} does not tell the conversation (status {answer.status_code}): {answer.text[:200]}")
        tracker = answer.json()
        return Heard(messages, self._new.of(tracker.get("events") or ()), tracker.get("slots") or {})
