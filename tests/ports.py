"""Ports for servers of the tests."""

from __future__ import annotations

import random
import socket

# Below those that systems give to outgoing connections (from 32768 on, on Linux): such a connection may take a port between the moment
# it was found free and the moment the server listens on it.
_FIRST, _LAST = 15000, 32000
_TRIES = 200


def free_port() -> int:
    """A port of this machine that nothing listens on, from 15000 to 32000.

    Raises:
        OSError: if none is found.
    """
    for port in random.SystemRandom().sample(range(_FIRST, _LAST), _TRIES):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"none of {_TRIES} ports between {_FIRST} and {_LAST} is free")


def free_offset(*ports: int) -> int:
    """What, added to each of these ports, leads to one that nothing listens on.

    Raises:
        OSError: if there is none.
    """
    for offset in range(1, 10_000):
        try:
            for port in ports:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        return offset
    raise OSError(f"no free ports above {ports}")
