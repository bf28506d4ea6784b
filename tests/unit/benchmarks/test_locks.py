"""The measurement of locks counts everybody."""

import asyncio
from pathlib import Path

from benchmarks.locks import STORES, after_a_kill, flood
from tests.redis_server import RedisServer


def test_everybody_is_answered_or_told(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    try:
        found = asyncio.run(flood(STORES["ours"](server.port), "talk", 30))
        assert (found.answered, found.told, found.silent) == (21, 9, 0)  # one, and as many as may wait
        assert 2 < asyncio.run(after_a_kill("ours", server.port, "killed")) < 5
    finally:
        server.stop()
