"""Reports of a run: HTML, Markdown, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytest_rasa.coverage import Kind
from pytest_rasa.reports import html, markdown
from pytest_rasa.results import RunResult
from pytest_rasa.robustness import Robustness


def write_reports(folder: Path, run: RunResult, kinds: Sequence[Kind], noise: Robustness | None) -> list[Path]:
    """Write all reports into a folder, made where it is not there; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.html": html.report(run, kinds, noise),
        "coverage.html": html.coverage(run, kinds),
        "summary.md": markdown.summary(run, kinds, noise),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    run.write(folder / "results.json")
    return [folder / name for name in (*texts, "results.json")]
