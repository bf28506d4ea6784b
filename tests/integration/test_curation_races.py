"""Two people at the same moment: one wins, the other is told, and the trail stays whole. Real threads, on SQLite and PostgreSQL."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Engine

from knowledge import Conflict, Curation, KnowledgeStore, NotAllowed
from knowledge.loader import load_content
from knowledge.search import search
from tests.unit.knowledge.conftest import content, engine  # noqa: F401

AT_ONCE = 6


def _at_once(*steps: Callable[[], object]) -> list[object]:
    """What each step gave, or the error it met; all begin together."""
    ready = threading.Barrier(len(steps))
    out: list[object] = [None] * len(steps)

    def run(place: int, step: Callable[[], object]) -> None:
        ready.wait()
        try:
            out[place] = step()
        except Exception as error:
            out[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return out


def _won(results: list[object]) -> int:
    lost = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, (Conflict, NotAllowed)) for error in lost), lost
    return len(results) - len(lost)


def test_one_wins_each_step(engine: Engine, content: Path) -> None:  # noqa: F811
    load_content(engine, content)
    curation = Curation(engine)
    entry = "diagnosis-ct"
    assert _won(_at_once(*(lambda k=k: curation.new_draft(f"Ann {k}", entry) for k in range(AT_ONCE)))) == 1
    draft = curation.revision(entry)
    assert _won(_at_once(*(lambda k=k: curation.edit(draft.author, entry, 2, 1, answer=f"A CT: {'x' * k}.") for k in range(AT_ONCE)))) == 1
    assert curation.revision(entry).version == 2
    assert _won(_at_once(*(lambda: curation.submit(draft.author, entry, 2, 2) for _ in range(AT_ONCE)))) == 1
    both = (lambda: curation.approve("Ben", entry, 2, 3), lambda: curation.send_back("Cy", entry, 2, 3, "no"))
    assert _won(_at_once(*both)) == 1
    if curation.revision(entry).status == "draft":
        curation.approve("Ben", entry, 2, curation.submit(draft.author, entry, 2, 4).version)
    seen = curation.revision(entry).version
    steps = [lambda k=k: curation.publish(f"Ben {k}", entry, 2, seen) for k in range(AT_ONCE)]
    assert _won(_at_once(*steps, lambda: curation.send_back("Cy", entry, 2, seen, "wait"))) == 1
    assert curation.verify_audit().sound
    again = [lambda name=name: curation.new_draft("Ann", name) for name in ("diagnosis", "diagnosis-mri", "costs")]
    assert _won(_at_once(*again)) == 3  # others' entries are not in the way
    assert curation.verify_audit().sound


def test_publishing_beside_a_load_and_readers(engine: Engine, content: Path) -> None:  # noqa: F811
    load_content(engine, content)
    curation, store = Curation(engine), KnowledgeStore(engine)
    for turn in range(5):
        words = f"A CT gives sharp pictures, no zebra{'s' * turn}q."
        draft = curation.new_draft("Ann", "diagnosis-ct", answer=words)
        draft = curation.submit("Ann", "diagnosis-ct", draft.number, draft.version)
        draft = curation.approve("Ben", "diagnosis-ct", draft.number, draft.version)
        number, version = draft.number, draft.version
        before = store.entry("diagnosis-ct")
        assert before is not None
        told: list[str] = []

        def read(told: list[str] = told) -> None:
            for _ in range(20):
                answer = store.entry("diagnosis-ct")
                assert answer is not None, "never without an answer"
                told.append(answer.text)

        results = _at_once(
            lambda number=number, version=version: curation.publish("Ben", "diagnosis-ct", number, version),
            lambda: load_content(engine, content),
            read,
        )
        assert [result for result in results if isinstance(result, Exception)] == []
        assert set(told) <= {before.text, words}
        after = store.entry("diagnosis-ct")
        assert after is not None
        assert after.text == words
        assert [hit.entry for hit in search(engine, f"zebra{'s' * turn}q").hits] == ["diagnosis-ct"]
    assert curation.verify_audit().sound


def test_two_processes_setting_up_one_store(engine: Engine, content: Path) -> None:  # noqa: F811
    address = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "knowledge", "load", "--content", str(content)]
    environment = {**os.environ, "KNOWLEDGE_DATABASE_URL": address}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    told = sorted(process.communicate(timeout=120)[0].strip().splitlines()[-1] for process in running)
    assert [process.returncode for process in running] == [0, 0], told
    assert [line.split(",")[0] for line in told] == ["content: 0 added", "content: 4 added"]
    assert Curation(engine).verify_audit().events == 4
