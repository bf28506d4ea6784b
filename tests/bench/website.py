"""Our website channel (docs/website-api.md), as the bench plays over it. It tells no events, no slots, no payloads."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any

import requests

from pytest_rasa import CannotPlay, DriverFailed, Heard

_MORE = "/tell_more"


class Website:
    """Plays over `/chat` of a running assistant.

    Args:
        url: where the assistant listens.
        titles: payload -> titles of every button that may be offered: the channel tells titles and never payloads.
        seconds: after which a request counts as unanswered.
    """

    def __init__(self, url: str, titles: Mapping[str, Collection[str]], seconds: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self.name = f"website {self._url}"
        self.titles = titles
        self._seconds = seconds
        self._session = requests.Session()
        if self.ask("GET", "/chat/health").status_code != 200:
            raise DriverFailed(f"{self._url}/chat/health does not answer 200; is it our assistant?")

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> requests.Response:
        """One request.

        Raises:
            DriverFailed: if there is no answer, or too many requests were made.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = self._session.request(method, f"{self._url}{path}", json=body, headers=headers, timeout=self._seconds)
        except requests.RequestException as error:
            raise DriverFailed(f"{self._url}{path} does not answer ({type(error).__name__}); is the server running?") from error
        if answer.status_code == 429:
            limits = "WEBSITE_SESSIONS_LIMIT, WEBSITE_MESSAGES_LIMIT and WEBSITE_REQUESTS_LIMIT"
            raise DriverFailed(f"{self._url} has had too many requests; for tests, start it with {limits} set to 'off'")
        return answer

    def begin(self, slots: Mapping[str, Any]) -> WebsiteConversation:
        """A new conversation."""
        if slots:
            raise CannotPlay("the website channel cannot set slots, so cases with fixtures are not played")
        return WebsiteConversation(self)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class WebsiteConversation:
    """One person's chat."""

    def __init__(self, driver: Website) -> None:
        self._driver = driver
        answer = driver.ask("POST", "/chat/sessions", {})
        if answer.status_code != 201:
            raise DriverFailed(f"a conversation could not be begun (status {answer.status_code}): {answer.text[:200]}")
        begun = answer.json()
        self._token: str = begun["session"]
        self._buttons: list[tuple[str, str]] = []  # title and id of all that were offered, in order
        self._detail: str | None = None
        self._hear(begun["replies"])

    def _hear(self, replies: list[dict[str, Any]]) -> None:
        for reply in replies:
            self._buttons += [(button["title"], button["id"]) for button in reply["buttons"]]
            self._detail = reply["detail"]

    def _body(self, text: str) -> dict[str, str]:
        if not text.startswith("/"):
            return {"text": text}
        titles = self._driver.titles.get(text, ())
        button = self._detail if text == _MORE else next((one for title, one in reversed(self._buttons) if title in titles), None)
        if button is None:
            raise CannotPlay("typed text is never a command on the website, and the button for it was not offered before")
        return {"button": button}

    def send(self, text: str, metadata: Mapping[str, Any] | None = None) -> Heard:
        """Type a text, or press the button that has this payload."""
        answer = self._driver.ask("POST", "/chat/messages", {"id": secrets.token_hex(8), **self._body(text)}, self._token)
        if answer.status_code != 200:
            raise DriverFailed(f"a message was answered with status {answer.status_code}: {answer.text[:200]}")
        replies = answer.json()["replies"]
        self._hear(replies)
        messages = [
            {"text": one["text"], "buttons": [{"title": b["title"]} for b in one["buttons"]], "custom": one["custom"]} for one in replies
        ]
        return Heard(messages)
