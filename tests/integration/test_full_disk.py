"""The disk of a worker that keeps everything in SQLite is full: people are answered, and nothing is corrupt afterwards."""

import sqlite3
import time
from pathlib import Path

from tests.integration.crowd import Crowd
from tests.integration.website import Server
from tests.small_disk import small_disk

_UNLIMITED = {f"WEBSITE_{name}_LIMIT": "off" for name in ("SESSIONS", "MESSAGES", "REQUESTS")}


def test_a_full_disk_under_a_worker(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        server = Server(disk.folder, _UNLIMITED)
        try:
            with Crowd([server], 3) as crowd:
                time.sleep(1)
                disk.fill()
                full = time.monotonic()
                time.sleep(8)
                disk.free()
                crowd.all_answered(20)
            told = crowd.told(full)
            slowest = max(one.seconds for one in told)
            line = sum(one.kind == "error" for one in told)
            print(f"\nthe disk is full: {len(told)} messages, {line} given the line, the slowest after {slowest:.2f} s")
            assert crowd.failed == []
            assert [one.wrong for one in told if one.wrong] == []
            assert slowest < 2
            assert crowd.lost(20) == []
        finally:
            server.stop()
        for name in ("knowledge", "conversations", "trackers"):
            connection = sqlite3.connect(disk.folder / f"{name}.db")
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.close()
