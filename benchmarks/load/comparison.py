"""The assistant against stock Rasa in one run: both are up, and asked by turns, so that the noise of the machine falls on both."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import data, serving
from benchmarks import stock as peer
from benchmarks.load import deployment
from benchmarks.load.deployment import Deployment
from benchmarks.load.figures import Step, carried, step
from benchmarks.load.generator import Generator
from benchmarks.load.memory import megabytes
from benchmarks.servers import Server, free_port

_WARM = 2.0  # seconds of each step that count for nothing


class Comparison:
    """Asks two systems.

    Args:
        generator: sends the load.
        texts: messages of each kind.
        workers: of each system.
        seed: of the plans.
    """

    def __init__(self, generator: Generator, texts: Mapping[str, Sequence[str]], workers: int, seed: int) -> None:
        self._generator, self._texts, self._workers, self._seed = generator, texts, workers, seed

    def ask(self, system: Deployment, rate: float, seconds: float) -> Step:
        """One step, told on the way."""
        told = self._generator.ask(system.host, system.name, rate, seconds, self._seed, self._texts)
        found = step(system.name, self._workers, rate, seconds, told, _WARM)
        verdict = "carried" if found.carried else f"too much: {found.why or 'slow'}"
        print(f"{system.name}: {rate:.1f}/s, p50 {found.p50:.0f} ms, p99 {found.p99:.0f} ms, {verdict}", flush=True)
        return found

    def climb(self, system: Deployment, first: float, factor: float, seconds: float) -> list[Step]:
        """Steps of more and more messages until one is too much; of fewer and fewer where the first is."""
        steps = [self.ask(system, first, seconds)]
        if steps[0].carried:
            while steps[-1].carried:
                steps.append(self.ask(system, steps[-1].rate * factor, seconds))
        else:
            while not steps[-1].carried and steps[-1].rate > 1:
                steps.append(self.ask(system, steps[-1].rate / factor, seconds))
        return steps


def website(server: Server) -> serving.Asker:
    """Asks one worker over the website's API, past nginx, which lets a conversation send only 30 messages a minute."""
    tokens = dict[str, str]()

    async def ask(session: aiohttp.ClientSession, conversation: str, text: str) -> float:
        address = f"http://127.0.0.1:{server.port}/chat"
        if conversation not in tokens:
            async with session.post(f"{address}/sessions") as begun:
                tokens[conversation] = (await begun.json())["session"]
        body, headers = {"id": secrets.token_hex(8), "text": text}, {"Authorization": f"Bearer {tokens[conversation]}"}
        started = time.perf_counter()
        async with session.post(f"{address}/messages", json=body, headers=headers) as answer:
            answer.raise_for_status()
            await answer.json()
        return (time.perf_counter() - started) * 1e3

    return ask


def measure(
    generator: Generator,
    scratch: Path,
    texts: Mapping[str, Sequence[str]],
    *,
    workers: int,
    seed: int,
    first: float,
    factor: float,
    seconds: float,
    pair_seconds: float,
    conversations: int,
    examples: int,
    cache: Path,
    amqp: str,
    environment: Mapping[str, str],
    events: str = "",
) -> dict[str, Any]:
    """Everything, as plain data.

    Args:
        generator: sends the load.
        scratch: a folder for what is written.
        texts: messages of each kind.
        workers: of each system.
        seed: of the plans.
        first: messages a second of stock's first step; ours begins at three times what stock carries.
        factor: from one step to the next.
        seconds: of a step.
        pair_seconds: of the steps in which both are asked at the same rates: what stock carries, and half of it.
        conversations: long ones, for the growth with their length; 0: none.
        examples: wordings of each intent that stock learns from.
        cache: where trained stock models are kept.
        amqp: RabbitMQ.
        environment: settings of our workers beside the usual.
        events: RabbitMQ, where our event stream is to run.

    Raises:
        benchmarks.servers.ServerFailed: if a worker does not get ready.
        benchmarks.load.generator.GeneratorFailed: if the load cannot be sent.
        RuntimeError: if the stock model cannot be trained, or a system carries nothing.
    """
    action_port = free_port()
    project = peer.build(scratch / "stock", data.sample(data.training_examples(), examples, 7), data.answers(), action_port)
    model = peer.train(project, cache=cache)
    asking = Comparison(generator, texts, workers, seed)
    with (
        deployment.stocks(scratch, project, model, action_port, workers, amqp) as one,
        deployment.ours(scratch, workers, environment, events) as two,
    ):
        for system in (one, two):
            asking.ask(system, 5.0, 10.0)  # warm
        climbed = asking.climb(one, first, factor, seconds)
        least = _carried("stock", climbed)
        climbed += asking.climb(two, 3 * least.rate, factor, seconds)
        most = _carried("ours", climbed)
        pairs = [asking.ask(system, rate, pair_seconds) for rate in (least.rate / 2, least.rate) for system in (one, two)]
        memory = {system.name: megabytes(system.processes()) for system in (one, two)}
        connections = {system.name: system.connections() for system in (one, two)}
        grown: dict[str, dict[int, float]] = {}
        if conversations:
            askers = {"stock": serving.rest(one.workers[0]), "ours": website(two.workers[0])}
            said = list(itertools.chain.from_iterable(zip(texts["answer"], texts["out_of_scope"], strict=False)))
            grown = asyncio.run(serving.growth(askers, conversations, said))
    return {
        "workers": workers,
        "steps": [asdict(found) for found in climbed],
        "pairs": [asdict(found) for found in pairs],
        "carried": {"stock": least.rate, "ours": most.rate},
        "memory": memory,
        "connections": connections,
        "growth": grown,
    }


def _carried(name: str, steps: Sequence[Step]) -> Step:
    found = carried([one for one in steps if one.system == name])
    if found is None:
        raise RuntimeError(f"{name} carries none of the rates that were asked")
    return found


def table(found: Mapping[str, Any]) -> str:
    """The figures as Markdown, with ratios."""
    rows = [f"| {found['workers']} worker(s) | stock | ours | ratio |", "|---|---|---|---|"]
    one, two = found["carried"]["stock"], found["carried"]["ours"]
    rows.append(f"| messages a second that it carries | {one:.1f} | {two:.1f} | {two / one:.1f} times |")
    for stock, ours in zip(found["pairs"][::2], found["pairs"][1::2], strict=True):
        for key in ("p50", "p95", "p99"):
            rows.append(
                f"| {stock['rate']:.1f} a second: {key}, ms | {stock[key]:.0f} | {ours[key]:.0f} | 1/{stock[key] / ours[key]:.1f} |"
            )
        failed = (stock["failed"], ours["failed"])
        rows.append(f"| {stock['rate']:.1f} a second: requests without an answer | {failed[0]} | {failed[1]} | |")
    apart = ("nginx", "redis", "postgresql")
    memory = [sum(mb for name, mb in found["memory"][system].items() if name not in apart) for system in ("stock", "ours")]
    rows.append(f"| memory of the workers (PSS), MB | {memory[0]:.0f} | {memory[1]:.0f} | 1/{memory[0] / memory[1]:.1f} |")
    for name in apart:
        used = [found["memory"][system][name] for system in ("stock", "ours")]
        rows.append(f"| memory of {name}, MB | {used[0]:.0f} | {used[1]:.0f} | |")
    for name in ("postgresql", "redis"):
        held = [found["connections"][system][name] for system in ("stock", "ours")]
        rows.append(f"| connections to {name} | {held[0]} | {held[1]} | |")
    for position in serving.POSITIONS if found["growth"] else ():
        ms = [found["growth"][name][position] for name in ("stock", "ours")]
        rows.append(f"| message {position} of a conversation, ms | {ms[0]:.1f} | {ms[1]:.1f} | 1/{ms[0] / ms[1]:.1f} |")
    rows += ["", "| system | messages a second | p50, ms | p99, ms | failed | generator: processor | generator late, p99, ms | |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    for told in (*found["steps"], *found["pairs"]):
        carries = Step(**told).carried
        rows.append(
            f"| {told['system']} | {told['rate']:.1f} | {told['p50']:.0f} | {told['p99']:.0f} | {told['failed']} | "
            f"{told['generator']:.0%} | {told['late']:.0f} | {'carried' if carries else 'too much'} |"
        )
    return "\n".join(rows) + "\n"
