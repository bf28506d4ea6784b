"""Health tells the truth, soon, and is no load."""

import asyncio
import threading

from bot.monitoring.health import Health


def test_each_part_is_told_as_it_is_and_one_that_hangs_is_not_waited_for() -> None:
    release = threading.Event()
    asked: list[str] = []

    def hangs() -> bool:
        asked.append("hangs")
        return release.wait(20)

    def fails() -> bool:
        raise ConnectionError("postgresql://user:secret@host")

    async def test() -> None:
        health = Health({"good": lambda: None, "empty": lambda: False, "gone": fails, "slow": hangs}, seconds=0.2, fresh=0)
        told = {"good": "ok", "empty": "empty", "gone": "ConnectionError", "slow": "no answer in time"}
        assert await health.parts() == told
        assert await health.parts() == told
        assert asked == ["hangs"]  # not a second thread for it
        release.set()
        await asyncio.sleep(0.1)
        assert (await health.parts())["slow"] == "ok"
        health.close()

    asyncio.run(test())


def test_many_probes_ask_once() -> None:
    asked: list[int] = []

    async def test() -> None:
        health = Health({"part": lambda: asked.append(1)}, fresh=60)
        await asyncio.gather(*(health.parts() for _ in range(20)))
        assert asked == [1]
        health.close()

    asyncio.run(test())
