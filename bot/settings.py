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
        endpoints: the file that says where tracker store, locks and action server are.
        monitoring_port: where operators find health and metrics; None: nowhere.
        monitoring_host: the address of it.
        log_format: `text`, or `json` for machines.
    """

    port: int = 5005
    host: str = "127.0.0.1"
    actions: str = "inprocess"
    environment: str = "development"
    proxies: int = 0
    open_page: bool = True
    endpoints: str = "endpoints.yml"
    monitoring_port: int | None = None
    monitoring_host: str = "127.0.0.1"
    log_format: str = "text"

    @property
    def is_production(self) -> bool:
        """Whether real people are served."""
        return self.environment == "production"

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> BotSettings:
        """Read `ASSISTANT_PORT`, `ASSISTANT_HOST`, `ASSISTANT_ACTIONS`, `ASSISTANT_ENVIRONMENT`, `ASSISTANT_PROXIES`,
        `ASSISTANT_OPEN`, `ASSISTANT_ENDPOINTS`, `ASSISTANT_MONITORING_PORT`, `ASSISTANT_MONITORING_HOST` and `ASSISTANT_LOG_FORMAT`.

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
        endpoints = environ.get("ASSISTANT_ENDPOINTS", "").strip()
        if endpoints and not os.path.isfile(endpoints):
            raise SettingsError(f"ASSISTANT_ENDPOINTS is '{endpoints}', and there is no such file; give one like endpoints.yml")
        host = environ.get("ASSISTANT_HOST", "127.0.0.1")
        monitoring = environ.get("ASSISTANT_MONITORING_PORT", "").strip()
        if monitoring and (not (monitoring.isascii() and monitoring.isdecimal()) or not 1 <= int(monitoring) <= 65535):
            raise SettingsError(f"ASSISTANT_MONITORING_PORT is '{monitoring}'; give a port number from 1 to 65535, or leave it unset")
        log_format = environ.get("ASSISTANT_LOG_FORMAT", "text")
        if log_format not in {"text", "json"}:
            raise SettingsError(f"ASSISTANT_LOG_FORMAT is '{log_format}'; use 'text' or 'json'")
        if log_format == "json" and environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            raise SettingsError("LOG_LEVEL is 'DEBUG', which writes down what people say; use 'INFO' with ASSISTANT_LOG_FORMAT=json")
        return cls(
            int(port),
            host,
            actions,
            environment,
            int(proxies),
            open_page == "yes",
            endpoints or "endpoints.yml",
            int(monitoring) if monitoring else None,
            environ.get("ASSISTANT_MONITORING_HOST", "127.0.0.1"),
            log_format,
        )
