"""What endpoints.yml says of locks in Redis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bot.locks.errors import LockSettingsError
from bot.locks.local import MOST_WAITING, WAIT

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class RedisLockSettings:
    """Where Redis is, and how long one waits for what.

    Attributes:
        url: host name of Redis.
        port: its port.
        db: its database.
        username: to sign in with.
        password: to sign in with.
        use_ssl: whether to speak TLS.
        ssl_ca_certs: file of the authorities to trust.
        key_prefix: what all keys begin with.
        lease: seconds after which the lock of a process that is gone is free. A living one renews it.
        wait: seconds that a message waits for those before it.
        waiting: how many may wait for one conversation in one process.
        timeout: seconds after which Redis counts as gone.
        pause: seconds for which it is not asked again then.
        connections: how many are opened at most.
    """

    url: str = "localhost"
    port: int = 6379
    db: int = 1
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    use_ssl: bool = False
    ssl_ca_certs: str | None = None
    key_prefix: str = "lms"
    lease: float = 3.0
    wait: float = WAIT
    waiting: int = MOST_WAITING
    timeout: float = 0.5
    pause: float = 2.0
    connections: int = 20

    @classmethod
    def read(cls, url: str | None, given: Mapping[str, Any]) -> RedisLockSettings:
        """Read `url` and the other options of `lock_store` in endpoints.yml.

        Raises:
            LockSettingsError: for an option that there is none of, or a value that cannot be used.
        """
        kinds = {one.name: str(one.type) for one in fields(cls)}
        values: dict[str, Any] = {"url": url} if url else {}
        for name, value in given.items():
            if name not in kinds:
                raise LockSettingsError(f"endpoints.yml: lock_store has no option '{name}'; it has {', '.join(kinds)}")
            if value is not None and value != "":
                values[name] = _value(name, kinds[name], value)
        read = cls(**values)
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(read, name) <= most:
                raise LockSettingsError(f"endpoints.yml: lock_store: {name} is {getattr(read, name)}; give {least} to {most}")
        return read


_BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (1, 65535),
    "db": (0, 1023),
    "lease": (0.2, 60),
    "wait": (0.1, 60),
    "waiting": (1, 10_000),
    "timeout": (0.05, 10),
    "pause": (0.1, 60),
    "connections": (2, 1000),
}


def _value(name: str, kind: str, value: Any) -> Any:
    try:
        if kind == "int":
            return int(str(value))
        if kind == "float":
            return float(str(value))
        if kind == "bool":
            return _WORDS[str(value).lower()]
    except (KeyError, ValueError) as error:
        wanted = {"int": "a whole number", "float": "a number", "bool": "true or false"}[kind]
        raise LockSettingsError(f"endpoints.yml: lock_store: {name} must be {wanted}") from error
    return str(value)
