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
        environment: `development` or `production`; in production the REST channel and the demo page are off.
        open_page: whether the demo page may open in a browser when a person starts the assistant at a desktop.
        proxies: how many proxies of ours stand before it, whose word on the client's address is believed.
    """

    port: int = 5005
    host: str = "127.0.0.1"
    actions: str = "inprocess"
    environment: str = "development"
    proxies: int = 0
    open_page: bool = True

    @property
    def is_production(self) -> bool:
        """Whether real people are served."""
        return self.environment == "production"

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> BotSettings:
        """Read `ASSISTANT_PORT`, `ASSISTANT_HOST`, `ASSISTANT_ACTIONS`, `ASSISTANT_ENVIRONMENT`, `ASSISTANT_PROXIES` and
        `ASSISTANT_OPEN`.

        Raises:
            SettingsError: for a port that is no number from 1 to 65535, an unknown way to run actions, an unknown environment,
                a number of proxies that is not from 0 to 10, or another word than yes and no.
        """
        port = environ.get("ASSISTANT_PORT", "5005")
        if not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise SettingsError(f"ASSISTANT_PORT is '{port}'; give a port number from 1 to 65535")
        actions = environ.get("ASSISTANT_ACTIONS", "inprocess")
        if actions not in {"inprocess", "http"}:
            raise SettingsError(f"ASSISTANT_ACTIONS is '{actions}'; use 'inprocess' or 'http'")
        environment = environ.get("ASSISTANT_ENVIRONMENT", "development")
        if environment not in {"development", "production"}:
            raise SettingsError(f"ASSISTANT_ENVIRONMENT is '{environment}'; use 'development' or 'production'")
        proxies = environ.get("ASSISTANT_PROXIES", "0")
        if not (proxies.isascii() and proxies.isdecimal()) or int(proxies) > 10:
            raise SettingsError(f"ASSISTANT_PROXIES is '{proxies}'; give how many proxies of yours stand before the assistant, 0 to 10")
        open_page = environ.get("ASSISTANT_OPEN", "yes")
        if open_page not in {"yes", "no"}:
            raise SettingsError(f"ASSISTANT_OPEN is '{open_page}'; use 'yes' or 'no'")
        return cls(int(port), environ.get("ASSISTANT_HOST", "127.0.0.1"), actions, environment, int(proxies), open_page == "yes")
