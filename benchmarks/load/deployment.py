"""The two systems as they are deployed: workers behind nginx, sharing PostgreSQL, Redis and, for stock, RabbitMQ.

Each has a database, a Redis and an nginx of its own; PostgreSQL and RabbitMQ are one server for both.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import psutil
import sqlalchemy as sa
from ruamel.yaml import YAML
from sqlalchemy.engine import make_url

from benchmarks.servers import Server, free_port, stock
from tests.databases import empty_postgres
from tests.integration.nginx import Nginx
from tests.integration.services import UNLIMITED, Services

_ROOT = Path(__file__).parents[2]
_NGINX = _ROOT / "deploy/nginx"
_NAME = "localhost"  # what nginx is called; the generator reaches it by this name
_QUEUE, _EVENTS = "load_benchmark", "load_benchmark_events"


@dataclass
class Deployment:
    """A system that runs.

    Attributes:
        name: `ours` or `stock`.
        workers: its workers; stock's first has the action server beside it.
        nginx: in front of them.
        services: its database and its Redis.
        engine: to ask the database about itself.
        relays: what passes its events on to RabbitMQ.
    """

    name: str
    nginx: Nginx
    services: Services
    engine: sa.engine.Engine
    workers: list[Server] = field(default_factory=list)
    relays: list[Server] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Where clients find it."""
        return f"https://{_NAME}:{self.nginx.public}"

    def use(self, workers: int) -> None:
        """Have nginx ask only the first so many workers."""
        self.nginx.name([worker.port for worker in self.workers[:workers]], 1)
        subprocess.run(["kill", "-HUP", str(self.nginx.process.pid)], check=True)

    def processes(self, workers: int | None = None) -> dict[str, list[psutil.Process]]:
        """Its processes by name, PostgreSQL's connections to its database included."""
        found = {f"worker {number}": worker.processes() for number, worker in enumerate(self.workers[:workers], start=1)}
        found |= {f"relay {number}": relay.processes() for number, relay in enumerate(self.relays, start=1)}
        nginx = psutil.Process(self.nginx.process.pid)
        found["nginx"] = [nginx, *nginx.children(recursive=True)]
        found["redis"] = [psutil.Process(self.services.redis.pid)]
        query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        with self.engine.connect() as connection:
            pids = [int(pid) for (pid,) in connection.execute(query)]
        found["postgresql"] = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
        return found

    def connections(self) -> dict[str, int]:
        """How many connections its workers hold open."""
        held = self.processes()
        redis = self.services.redis.port
        to_redis = [
            one
            for worker in self.workers
            for process in worker.processes()
            for one in process.net_connections("tcp")
            if one.raddr and one.raddr.port == redis and one.status == psutil.CONN_ESTABLISHED
        ]
        return {"postgresql": len(held["postgresql"]), "redis": len(to_redis)}

    def disk(self) -> int:
        """Bytes of its database."""
        with self.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one())


@contextmanager
def _shared(name: str, scratch: Path) -> Iterator[tuple[Services, sa.engine.Engine]]:
    """A database and a Redis."""
    folder = scratch / f"{name}-services"
    folder.mkdir()
    with empty_postgres(f"load_{name}") as database:
        services = Services(folder, database)
        engine = sa.create_engine(database, future=True)
        try:
            yield services, engine
        finally:
            engine.dispose()
            services.redis.stop()


@contextmanager
def _behind_nginx(configuration: Path, ports: list[int]) -> Iterator[Nginx]:
    nginx = Nginx(ports, 1, {"PUBLIC_NAME": _NAME}, configuration=configuration)
    try:
        yield nginx
    finally:
        nginx.stop()


@contextmanager
def ours(scratch: Path, workers: int, environment: Mapping[str, str] | None = None, events: str = "") -> Iterator[Deployment]:
    """The assistant in production's settings, but for the limits on one client's address: here all come from one.

    Args:
        scratch: a folder for what it writes.
        workers: how many.
        environment: settings beside those, for parts that are switched on by a setting.
        events: RabbitMQ, where the event stream is to run; empty: it does not.

    Raises:
        benchmarks.servers.ServerFailed: if a worker does not get ready.
    """
    with ExitStack() as stack:
        services, engine = stack.enter_context(_shared("ours", scratch))
        settings = {
            **os.environ,
            **services.deployed(),
            **UNLIMITED,
            "KNOWLEDGE_DATABASE_URL": services.database,
            "CONVERSATIONS_DATABASE_URL": services.database,
            "ASSISTANT_ENVIRONMENT": "production",
            "ASSISTANT_PROXIES": "1",
            **({"EVENTS_STREAM": "yes"} if events else {}),
            **(environment or {}),
        }
        for step in (["-m", "knowledge", "load"], ["-m", "bot", "migrate"]):
            subprocess.run([sys.executable, *step], env=settings, check=True, capture_output=True)
        running = list[Server]()
        for number in range(1, workers + 1):
            port, monitoring = free_port(), free_port()
            own = {**settings, "ASSISTANT_PORT": str(port), "ASSISTANT_MONITORING_PORT": str(monitoring)}
            ready = f"http://127.0.0.1:{monitoring}/health/ready"
            command = [[sys.executable, "-m", "bot", "serve"]]
            running.append(stack.enter_context(Server(f"load-ours-{number}", command, _ROOT, port, own, ready)))
        relays = list[Server]()
        if events:
            stack.callback(lambda: print(f"ours sent {asyncio.run(_forget(events, _EVENTS))} events to RabbitMQ", flush=True))
            port = free_port()
            own = {**settings, "EVENTS_RABBITMQ_URL": events, "EVENTS_QUEUE": _EVENTS, "ASSISTANT_MONITORING_PORT": str(port)}
            relay = [sys.executable, "-m", "bot", "relay"]
            relays.append(stack.enter_context(Server("load-relay", [relay], _ROOT, port, own, f"http://127.0.0.1:{port}/health/ready")))
        nginx = stack.enter_context(_behind_nginx(_NGINX, [worker.port for worker in running]))
        yield Deployment("ours", nginx, services, engine, running, relays)


def _endpoints(project: Path, services: Services, amqp: str) -> None:
    """Have a stock project keep conversations in PostgreSQL, locks in Redis, and send its events to RabbitMQ."""
    yaml, path = YAML(), project / "endpoints.yml"
    told = yaml.load(path.read_text(encoding="utf-8"))
    database, broker = make_url(services.database), urlsplit(amqp)
    told["tracker_store"] = {
        "type": "SQL", "dialect": "postgresql", "url": database.host, "port": database.port, "db": database.database,
        "username": database.username, "password": database.password or "",
    }  # fmt: skip
    told["lock_store"] = {"type": "redis", "url": "127.0.0.1", "port": services.redis.port, "db": 1}
    told["event_broker"] = {
        "type": "pika", "url": broker.hostname, "port": broker.port or 5672, "username": broker.username, "password": broker.password,
        "queues": [_QUEUE], "exchange_name": _QUEUE,
    }  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(told, file)


async def _forget(amqp: str, queue: str) -> int:
    """Delete a queue with what lies in it, its dead letters and its exchange.

    Returns:
        How many events it held.
    """
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel()
        gone = await channel.queue_delete(queue)
        await channel.queue_delete(f"{queue}.dead")
        await channel.exchange_delete(queue)
        return int(gone.message_count or 0)


@contextmanager
def stocks(scratch: Path, project: Path, model: Path, action_port: int, workers: int, amqp: str) -> Iterator[Deployment]:
    """Stock Rasa as its users deploy it: `rasa run` on the same services, its REST channel behind the same nginx.

    Args:
        scratch: a folder for what it writes.
        project: a stock project (`benchmarks.stock.build`), whose endpoints are set here.
        model: its model.
        action_port: where its action server listens.
        workers: how many `rasa run` share that action server.
        amqp: RabbitMQ, as `amqp://user:password@host/`.

    Raises:
        benchmarks.servers.ServerFailed: if a worker does not answer.
    """
    with ExitStack() as stack:
        services, engine = stack.enter_context(_shared("stock", scratch))
        _endpoints(project, services, amqp)
        stack.callback(lambda: print(f"stock sent {asyncio.run(_forget(amqp, _QUEUE))} events to RabbitMQ", flush=True))
        running = list[Server]()
        for number in range(1, workers + 1):
            server = stock(project, model, action_port, f"load-stock-{number}", with_actions=number == 1)
            running.append(stack.enter_context(server))
        configuration = scratch / "stock-nginx"
        shutil.copytree(_NGINX, configuration)
        template = configuration / "nginx.conf.template"
        text = template.read_text(encoding="utf-8")
        template.write_text(text.replace("location = /chat/messages {", "location = /webhooks/rest/webhook {"), encoding="utf-8")
        nginx = stack.enter_context(_behind_nginx(configuration, [worker.port for worker in running]))
        yield Deployment("stock", nginx, services, engine, running)
