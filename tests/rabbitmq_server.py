"""A RabbitMQ of a test's own, which it may stop and kill."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from tests.ports import free_port

_SCRIPTS = "/usr/lib/rabbitmq/bin"  # Debian's; the one on the path changes to another user
_T = TypeVar("_T")


class RabbitServer:
    """`rabbitmq-server` on free ports, in a folder. Skips where it is not installed, unless in CI: it must be there then."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("rabbitmq-server", path=f"{_SCRIPTS}:{os.environ['PATH']}") or ""
        if not self._program:
            (pytest.fail if "CI" in os.environ else pytest.skip)("rabbitmq-server is not installed: apt-get install rabbitmq-server")
        self.port, distribution = free_port(), free_port()
        self._folder = folder
        plugins = folder / "enabled_plugins"
        plugins.write_text("[].\n")
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }
        self.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, with what it kept."""
        with (self._folder / "out").open("a") as out:
            self._process = subprocess.Popen(
                [self._program], env=self._environment, cwd=self._folder, stdout=out, stderr=out, start_new_session=True
            )
        for _ in range(400):
            try:
                asyncio.run(self._hello())
                return
            except Exception:
                assert self._process.poll() is None, (self._folder / "out").read_text()[-2000:]
                time.sleep(0.2)
        pytest.fail(f"rabbitmq-server did not start: {(self._folder / 'out').read_text()[-2000:]}")

    async def _hello(self) -> None:
        connection = await aio_pika.connect(self.url, timeout=2)
        await connection.close()

    def stop(self) -> None:
        """Kill it, and what it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def hang(self) -> None:
        """Have it take what it is sent, and say nothing."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Have it go on."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def use(self, work: Callable[[AbstractChannel], Awaitable[_T]]) -> _T:
        """Do something on a channel."""

        async def run() -> _T:
            connection = await aio_pika.connect(self.url, timeout=5)
            async with connection:
                return await work(await connection.channel())

        return asyncio.run(run())

    def publish(self, exchange: str, *bodies: bytes) -> None:
        """Send messages to an exchange, kept by it."""

        async def work(channel: AbstractChannel) -> None:
            to = await channel.get_exchange(exchange)
            messages = (aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT) for body in bodies)
            await asyncio.gather(*(to.publish(message, "") for message in messages))

        self.use(work)

    def has(self, queue: str) -> bool:
        """Whether there is such a queue."""
        try:
            return self.depth(queue) >= 0
        except aio_pika.exceptions.AMQPError:
            return False

    def depth(self, queue: str) -> int:
        """How many messages wait in a queue."""

        async def work(channel: AbstractChannel) -> int:
            declared = await channel.declare_queue(queue, passive=True)
            return int(declared.declaration_result.message_count or 0)

        return self.use(work)

    def take(self, queue: str) -> list[bytes]:
        """The messages of a queue, taken out of it."""

        async def work(channel: AbstractChannel) -> list[bytes]:
            found, there = [], await channel.get_queue(queue)
            while (message := await there.get(fail=False, timeout=5)) is not None:
                await message.ack()
                found.append(message.body)
            return found

        return self.use(work)
