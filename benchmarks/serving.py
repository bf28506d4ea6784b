"""Serving, side by side: the assistant against a stock `rasa init` set-up with the same intents, in one run.

    python -m benchmarks.serving --cache .data/benchmarks

Both run at the same time and are asked in turn, so that the noise of the machine falls on both.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
from ruamel.yaml import YAML

from benchmarks import data
from benchmarks import stock as peer
from benchmarks.servers import Server, free_port, ours, stock

TURNS = 3  # messages of a conversation under load
POSITIONS = (1, 50, 300)


@dataclass(frozen=True)
class Load:
    """What one system did at one number of clients.

    Attributes:
        system: its name.
        clients: conversations at once, each sending its next message when it has its reply.
        p50, p90, p99: milliseconds from sending to reply.
        per_second: messages answered in a second.
        empty: messages that got no reply.
    """

    system: str
    clients: int
    p50: float
    p90: float
    p99: float
    per_second: float
    empty: int


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


async def _send(session: aiohttp.ClientSession, server: Server, sender: str, text: str) -> tuple[float, bool]:
    started = time.perf_counter()
    async with session.post(server.url, json={"sender": sender, "message": text}) as answer:
        replies = await answer.json()
    return (time.perf_counter() - started) * 1e3, bool(replies)


async def _closed_loop(server: Server, clients: int, messages: int, texts: Iterator[str], tag: str) -> tuple[list[float], int, float]:
    """Milliseconds of each message, empty replies, and seconds in all."""
    taken: list[float] = []
    empty = 0
    numbers = itertools.count()

    async def client(session: aiohttp.ClientSession, client_number: int) -> None:
        nonlocal empty
        while (number := next(numbers)) < messages:
            sender = f"{tag}-{client_number}-{number // (TURNS * clients)}"
            ms, answered = await _send(session, server, sender, next(texts))
            taken.append(ms)
            empty += not answered

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=300)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(client(session, number) for number in range(clients)))
        return taken, empty, time.perf_counter() - started


async def _under_load(servers: Sequence[Server], clients: int, messages: int, rounds: int, texts: Sequence[str]) -> list[Load]:
    taken: dict[str, list[float]] = {server.name: [] for server in servers}
    seconds = dict.fromkeys(taken, 0.0)
    empty = dict.fromkeys(taken, 0)
    for turn in range(rounds):
        for server in servers:
            asked = itertools.cycle(texts[turn::rounds] or texts)
            ms, none, spent = await _closed_loop(server, clients, messages // rounds, asked, f"load-{clients}-{turn}")
            taken[server.name] += ms
            empty[server.name] += none
            seconds[server.name] += spent
    return [
        Load(
            name,
            clients,
            p50=_percentile(ms, 0.5),
            p90=_percentile(ms, 0.9),
            p99=_percentile(ms, 0.99),
            per_second=len(ms) / seconds[name],
            empty=empty[name],
        )
        for name, ms in taken.items()
    ]


Asker = Callable[[aiohttp.ClientSession, str, str], Awaitable[float]]


async def growth(askers: Mapping[str, Asker], conversations: int, texts: Sequence[str]) -> dict[str, dict[int, float]]:
    """Median milliseconds of the messages around each position of a conversation.

    Args:
        askers: what sends a conversation's message to a system, and tells the milliseconds to its reply.
        conversations: how many, one after the other.
        texts: the messages, again from the beginning where they end.
    """
    found: dict[str, dict[int, list[float]]] = {name: {position: [] for position in POSITIONS} for name in askers}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
        for conversation in range(conversations):
            for number, text in enumerate(itertools.islice(itertools.cycle(texts), POSITIONS[-1] + 5), start=1):
                for name, ask in askers.items():
                    ms = await ask(session, f"long-{conversation}", text)
                    for position in POSITIONS:
                        if position <= number < position + 5:
                            found[name][position].append(ms)
    return {name: {position: statistics.median(ms) for position, ms in by.items()} for name, by in found.items()}


def rest(server: Server) -> Asker:
    """Asks over Rasa's REST channel."""

    async def ask(session: aiohttp.ClientSession, conversation: str, text: str) -> float:
        return (await _send(session, server, conversation, text))[0]

    return ask


def _questions(path: Path = Path("tests/nlu/questions.yml")) -> list[str]:
    asked = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["questions"]
    return [question["text"] for question in asked]


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything, as plain data.

    Raises:
        benchmarks.servers.ServerFailed: if a server does not answer.
        RuntimeError: if the stock model cannot be trained.
    """
    texts = _questions()
    with tempfile.TemporaryDirectory() as scratch:
        action_port = free_port()
        project = peer.build(
            Path(scratch) / "stock", data.sample(data.training_examples(), arguments.examples, 7), data.answers(), action_port
        )
        print("training the stock model, or taking it from the cache …", flush=True)
        model = peer.train(project, cache=arguments.cache)
        own = Path(scratch) / "ours"
        own.mkdir()
        starts: dict[str, list[float]] = {"stock": [], "ours": []}
        for _ in range(arguments.starts):
            for server in (stock(project, model, action_port), ours(own)):
                with server:
                    starts[server.name].append(server.start_seconds)
                    print(f"{server.name}: first answer after {server.start_seconds:.1f} s", flush=True)
        loads: list[Load] = []
        with stock(project, model, action_port) as one, ours(own) as two:
            servers = (one, two)
            asyncio.run(_under_load(servers, 1, 40, 1, texts))  # warm
            for clients in arguments.clients:
                loads += asyncio.run(_under_load(servers, clients, arguments.messages, arguments.rounds, texts))
                print(
                    "\n".join(f"{x.system}: {x.clients} clients, p50 {x.p50:.1f} ms, {x.per_second:.1f}/s" for x in loads[-2:]), flush=True
                )
            grown = asyncio.run(growth({server.name: rest(server) for server in servers}, arguments.conversations, texts))
            memory = {server.name: server.memory_mb() for server in servers}
    return {
        "starts": {name: statistics.median(seconds) for name, seconds in starts.items()},
        "loads": [asdict(load) for load in loads],
        "growth": grown,
        "memory_mb": memory,
    }


def tables(found: dict[str, Any]) -> str:
    """The figures as Markdown, with ratios."""
    rows = ["| measure | stock | ours | ratio |", "|---|---|---|---|"]
    by = {(load["system"], load["clients"]): load for load in found["loads"]}
    for clients in sorted({load["clients"] for load in found["loads"]}):
        one, two = by["stock", clients], by["ours", clients]
        for key in ("p50", "p90", "p99"):
            rows.append(f"| {clients} clients, {key}, ms | {one[key]:.1f} | {two[key]:.1f} | 1/{one[key] / two[key]:.1f} |")
        fast = [load["per_second"] for load in (one, two)]
        rows.append(f"| {clients} clients, messages a second | {fast[0]:.1f} | {fast[1]:.1f} | {fast[1] / fast[0]:.1f} times |")
        if one["empty"] or two["empty"]:
            rows.append(f"| {clients} clients, messages without a reply | {one['empty']} | {two['empty']} | |")
    for label, key in (("memory after load, MB", "memory_mb"), ("start to first answer, s", "starts")):
        one, two = found[key]["stock"], found[key]["ours"]
        rows.append(f"| {label} | {one:.0f} | {two:.0f} | 1/{one / two:.1f} |")
    for position in POSITIONS:
        one, two = (found["growth"][name][position] for name in ("stock", "ours"))
        rows.append(f"| message {position} of a conversation, ms | {one:.1f} | {two:.1f} | 1/{one / two:.1f} |")
    last, first = POSITIONS[-1], POSITIONS[0]
    grown = {name: by_position[last] / by_position[first] for name, by_position in found["growth"].items()}
    rows.append(f"| message {last} against message {first} | {grown['stock']:.2f} times | {grown['ours']:.2f} times | |")
    return "\n".join(rows) + "\n"


def main(given: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=lambda text: [int(n) for n in text.split(",")], default=[1, 8, 32], help="1,8,32")
    parser.add_argument("--messages", type=int, default=480, help="messages for each number of clients")
    parser.add_argument("--rounds", type=int, default=4, help="turns in which they are sent, stock and ours by turns")
    parser.add_argument("--conversations", type=int, default=3, help="long conversations")
    parser.add_argument("--starts", type=int, default=2, help="starts of each")
    parser.add_argument("--examples", type=int, default=20, help="of each intent, for the stock model; 0: all (DIET then takes hours)")
    parser.add_argument("--cache", type=Path, default=Path(".data/benchmarks"), help="where trained stock models are kept")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="where serving.json and serving.md go")
    arguments = parser.parse_args(given)
    found = measure(arguments)
    text = tables(found)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "serving.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (arguments.out / "serving.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
