"""From a pasted question to the answer's page, with many staff at once: the real desk beside the real assistant.

    python -m benchmarks.desk --staff 20 --rounds 5

Both are started here, with stores of their own. Each member of staff pastes a question, waits for the whole page, reads for
`--reading` seconds, and pastes the next. Printed: median, 95th and 99th percentile of the time from sending to the last byte.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import numpy as np

from benchmarks.servers import free_port

QUESTIONS = (
    "what is the survival rate if it has spread?",
    "my mother was just told she has lms, what is that",
    "how is it treated and what causes it?",
    "does chemo make your hair fall out",
    "can i get a second opinion",
    "what should i bring to the first visit",
    "is it heredetary",
    "how do they find out what stage it is",
    "can it come back after surgery",
    "purple monkeys eat how",
)


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("w") as out:
        return subprocess.Popen([sys.executable, "-u", "-m", *command], env=environment, stdout=out, stderr=out)


def _wait(log: Path, process: subprocess.Popen[bytes], pattern: str) -> str:
    for _ in range(1200):
        found = re.search(pattern, log.read_text())
        if found:
            return found.group(0)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"did not start:\n{log.read_text()[-2000:]}")


async def _staff(base: str, cookies: httpx2.Cookies, csrf: str, rounds: int, reading: float, seed: int) -> list[float]:
    chosen = random.Random(seed)
    took: list[float] = []
    async with httpx2.AsyncClient(base_url=base, cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as client:
        await asyncio.sleep(chosen.random() * reading)
        for _ in range(rounds):
            start = time.perf_counter()
            answer = await client.post("/", data={"csrf": csrf, "text": chosen.choice(QUESTIONS), "do": "answer"})
            took.append(time.perf_counter() - start)
            if answer.status_code != 200 or 'id="result"' not in answer.text or "cannot be asked" in answer.text:
                raise SystemExit(f"no answer: {answer.status_code}")
            await asyncio.sleep(reading * (0.5 + chosen.random()))
    return took


def _signed_in(link: str) -> tuple[httpx2.Cookies, str]:
    with httpx2.Client(headers={"Sec-Fetch-Site": "same-origin"}) as client:
        token = re.search(r'name="csrf" value="([^"]+)"', client.get(link).text)
        client.post(link, data={"csrf": token.group(1) if token else ""})
        page = client.get(link.partition("/sign-in")[0] + "/").text
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        if token is None or "caller" not in page:
            raise SystemExit("could not sign in")
        return client.cookies, token.group(1)


async def _all(base: str, cookies: httpx2.Cookies, csrf: str, staff: int, rounds: int, reading: float) -> list[float]:
    took = await asyncio.gather(*(_staff(base, cookies, csrf, rounds, reading, seed) for seed in range(staff)))
    return [one for some in took for one in some]


def main() -> None:
    """Start both, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--staff", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reading", type=float, default=0.0, help="seconds between an answer and the next question")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, token = Path(name), "a-token-of-the-benchmark-0123"
        environment = {
            **os.environ,
            "ASSISTANT_PORT": str(free_port()),
            "DESK_PORT": str(free_port()),
            "DESK_API_TOKEN": token,
            "KNOWLEDGE_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
            "CONVERSATIONS_DATABASE_URL": f"sqlite:///{folder / 'conversations.db'}",
            "DESK_DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
        }
        subprocess.run([sys.executable, "-m", "knowledge", "load"], env=environment, check=True, capture_output=True)
        logs = [folder / "bot.log", folder / "desk.log"]
        bot = _start(["bot", "serve"], environment, logs[0])
        desk = _start(["web.desk", "serve", "--sign-in-link"], environment, logs[1])
        try:
            _wait(logs[0], bot, "Ready after")
            link = _wait(logs[1], desk, r"http\S+/sign-in/link/\S+")
            base = link.partition("/sign-in")[0]
            for _ in range(100):
                try:
                    httpx2.get(f"{base}/health")
                    break
                except httpx2.HTTPError:
                    time.sleep(0.1)
            cookies, csrf = _signed_in(link)
            asyncio.run(_all(base, cookies, csrf, 2, 5, 0.0))  # warm
            took = asyncio.run(_all(base, cookies, csrf, chosen.staff, chosen.rounds, chosen.reading))
        finally:
            for process in (bot, desk):
                process.terminate()
                process.wait()
    median, high, highest = (float(np.percentile(took, one)) for one in (50, 95, 99))
    pace = "without a pause" if not chosen.reading else f"reading {chosen.reading:g} s"
    print(f"{chosen.staff} staff at once, {pace}, {len(took)} answers: median {median:.2f} s, 95% {high:.2f} s, 99% {highest:.2f} s")


if __name__ == "__main__":
    main()
