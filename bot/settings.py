"""Settings of the assistant, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class BotSettings:
    """How the assistant is served.

    Attributes:
        port: where it listens.
        host: the address it listens on.
        actions: `inprocess` (actions run in the server) or `http` (an action server, by `action_endpoint` in endpoints.yml).
    """

    port: int = 5005
    host: str = "127.0.0.1"
    actions: str = "inprocess"

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> BotSettings:
        """Read `ASSISTANT_PORT`, `ASSISTANT_HOST` and `ASSISTANT_ACTIONS`.

        Raises:
            SettingsError: for a port that is no number from 1 to 65535, or an unknown way to run actions.
        """
        port = environ.get("ASSISTANT_PORT", "5005")
        if not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise SettingsError(f"ASSISTANT_PORT is '{port}'; give a port number from 1 to 65535")
        actions = environ.get("ASSISTANT_ACTIONS", "inprocess")
        if actions not in {"inprocess", "http"}:
            raise SettingsError(f"ASSISTANT_ACTIONS is '{actions}'; use 'inprocess' or 'http'")
        return cls(int(port), environ.get("ASSISTANT_HOST", "127.0.0.1"), actions)
