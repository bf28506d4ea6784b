"""Settings of the desk, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.settings import SettingsError

DEFAULT_DATABASE = "sqlite:///.data/desk.db"
DEFAULT_POOL = 3


@dataclass(frozen=True)
class Oidc:
    """The hospital's single sign-on.

    Attributes:
        issuer: address of the provider; its configuration lies below it.
        client_id, client_secret: what the desk is to the provider.
        claim: the claim that holds an account's name.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str


@dataclass(frozen=True)
class DeskSettings:
    """How the desk is served.

    Attributes:
        host, port: where it listens.
        production: whether real people are served: cookies only over TLS, no link on the terminal.
        public_url: the address people type, without a path.
        database_url: the desk's own tables; SQLite or PostgreSQL.
        api_url, api_token: the assistant's door for the desk; without a token, the desk searches and does not ask.
        proxies: how many proxies of ours stand before it, whose word on the client's address is believed.
        embed_origins: pages that may show the narrow desk in a frame.
        idle_minutes, hours: a session ends after so long without use, and after so long in any case.
        oidc: single sign-on, where it is set up.
        pool_size: connections to the desk's own tables in PostgreSQL at most.
    """

    host: str = "127.0.0.1"
    port: int = 5006
    production: bool = False
    public_url: str = "http://127.0.0.1:5006"
    database_url: str = field(default=DEFAULT_DATABASE, repr=False)
    api_url: str = "http://127.0.0.1:5005"
    api_token: str | None = field(default=None, repr=False)
    proxies: int = 0
    embed_origins: tuple[str, ...] = ()
    idle_minutes: int = 30
    hours: int = 12
    oidc: Oidc | None = None
    pool_size: int = DEFAULT_POOL

    @property
    def secure(self) -> bool:
        """Whether cookies are for TLS alone."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The names by which the desk may be called; nothing else is answered."""
        host = urlsplit(self.public_url).hostname or ""
        return [host] if self.production else [host, "127.0.0.1", "localhost", "[::1]"]

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> DeskSettings:
        """Read the `DESK_*` variables and `ASSISTANT_ENVIRONMENT`.

        Raises:
            SettingsError: naming the first value that cannot be used.
        """
        environment = environ.get("ASSISTANT_ENVIRONMENT", "development")
        if environment not in {"development", "production"}:
            raise SettingsError(f"ASSISTANT_ENVIRONMENT is '{environment}'; use 'development' or 'production'")
        production = environment == "production"
        port = _number(environ, "DESK_PORT", 5006, 1, 65535)
        public = environ.get("DESK_PUBLIC_URL", "").strip() or ("" if production else f"http://127.0.0.1:{port}")
        if not _is_origin(public) or (production and not public.startswith("https://")):
            raise SettingsError(
                f"DESK_PUBLIC_URL is '{public}'; give the address people type, without a path"
                + (": https://desk.hospital.org" if production else "")
            )
        api = environ.get("DESK_API_URL", "").strip() or f"http://127.0.0.1:{environ.get('ASSISTANT_PORT', '5005')}"
        if not _is_origin(api):
            raise SettingsError(f"DESK_API_URL is '{api}'; give the assistant's address without a path: http://127.0.0.1:5005")
        embed = tuple(sorted({one.strip() for one in environ.get("DESK_EMBED_ORIGINS", "").split(",")} - {""}))
        for one in embed:
            if not _is_origin(one):
                raise SettingsError(f"DESK_EMBED_ORIGINS has '{one}'; give whole origins, comma separated: https://calls.hospital.org")
        return cls(
            host=environ.get("DESK_HOST", "127.0.0.1"),
            port=port,
            production=production,
            public_url=public,
            database_url=environ.get("DESK_DATABASE_URL", "").strip() or DEFAULT_DATABASE,
            api_url=api,
            api_token=environ.get("DESK_API_TOKEN", "").strip() or None,
            proxies=_number(environ, "DESK_PROXIES", 0, 0, 10),
            embed_origins=embed,
            idle_minutes=_number(environ, "DESK_IDLE_MINUTES", 30, 1, 24 * 60),
            hours=_number(environ, "DESK_SESSION_HOURS", 12, 1, 7 * 24),
            oidc=_oidc(environ, production),
            pool_size=_number(environ, "DESK_POOL_SIZE", DEFAULT_POOL, 1, 100),
        )


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    given = environ.get(name, str(default)).strip()
    if not (given.isascii() and given.isdecimal()) or len(given) > 9 or not least <= int(given) <= most:
        raise SettingsError(f"{name} is '{given}'; give a number from {least} to {most}")
    return int(given)


def _is_origin(text: str) -> bool:
    """Whether it is scheme and host, with a port or without, and nothing else."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not any(mark in text for mark in " ;,'\"*@")
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}"


def _oidc(environ: Mapping[str, str], production: bool) -> Oidc | None:
    names = ("DESK_OIDC_ISSUER", "DESK_OIDC_CLIENT_ID", "DESK_OIDC_CLIENT_SECRET")
    issuer, client, secret = (environ.get(name, "").strip() for name in names)
    if not (issuer or client or secret):
        return None
    for name, value in zip(names, (issuer, client, secret), strict=True):
        if not value:
            raise SettingsError(f"{name} is not set, and other settings of single sign-on are; set all of {', '.join(names)}, or none")
    scheme = urlsplit(issuer).scheme
    if scheme != "https" and (production or scheme != "http"):
        raise SettingsError(f"DESK_OIDC_ISSUER is '{issuer}'; give the provider's https address")
    return Oidc(issuer.rstrip("/"), client, secret, environ.get("DESK_OIDC_CLAIM", "").strip() or "email")
