"""Files of conversations and their cases, as pytest collects them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_rasa.bench import bench_of
from pytest_rasa.drivers.driver import DriverFailed
from pytest_rasa.failures import ConversationFailed, headline
from pytest_rasa.format import FormatError
from pytest_rasa.loading import LoadedCase
from pytest_rasa.noise import noisy_texts
from pytest_rasa.playing import Played, play
from pytest_rasa.results import CaseResult, case_result

MARKER = "conversation"
NOISE_MARKER = "noise"


class ConversationFile(pytest.File):
    """A file of conversations."""

    def collect(self) -> Iterator[ConversationItem]:
        """Its cases as they are written, then with each kind of noise that was asked for.

        Raises:
            pytest.Collector.CollectError: if the file cannot be read, or a marker is not registered.
        """
        bench = bench_of(self.config)
        try:
            file = bench.load(self.path)
        except FormatError as error:
            raise self.CollectError(str(error)) from error
        self._check_markers(file.cases)
        for case in file.cases:
            yield ConversationItem.from_parent(self, name=case.name, case=case)
        for kind in bench.noise:
            for case in file.cases:
                texts = noisy_texts(kind, case, bench.seed)
                if texts is not None:
                    yield ConversationItem.from_parent(self, name=noisy_name(case.name, kind), case=case, noise=kind, texts=texts)

    def _check_markers(self, cases: tuple[LoadedCase, ...]) -> None:
        known = {line.split(":")[0].split("(")[0].strip() for line in self.config.getini("markers")}
        for case in cases:
            for marker in case.markers:
                if marker not in known:
                    problem = f"marker '{marker}' is not registered; add it to `markers` in pytest's settings"
                    raise self.CollectError(f"{self.path}:{case.line}: test case '{case.name}': {problem}")


def noisy_name(name: str, kind: str) -> str:
    """The name of a case that is played with noise."""
    return f"{name}[{kind}]"


class ConversationItem(pytest.Item):
    """A case, as it is written or with noise."""

    def __init__(self, *, case: LoadedCase, noise: str | None = None, texts: list[str] | None = None, **given: Any) -> None:
        super().__init__(**given)
        self.case = case
        self.noise = noise
        self.texts = texts
        self.result: CaseResult | None = None
        for marker in (MARKER, *case.markers, *([NOISE_MARKER] if noise else [])):
            self.add_marker(marker)

    def runtest(self) -> None:
        """Play it.

        Raises:
            ConversationFailed: if a turn is not as expected. With noise, the case counts as missed and not as failed.
            DriverFailed: if the bot cannot be reached.
        """
        bench = bench_of(self.config)
        driver = bench.driver()
        started = time.perf_counter()
        played = play(self.case, driver, bench.names_of, self.texts)
        seconds = time.perf_counter() - started
        file = self.nodeid.split("::")[0]
        self.result = case_result(self.nodeid, file, self.noise, played, self._exercised(played), seconds)
        self.user_properties += [("bot", driver.name), ("turns", len(played.turns)), ("checks", played.held)]
        if self.result.unchecked:
            self.user_properties.append(("unchecked", ", ".join(self.result.unchecked)))
        if self.result.outcome == "failed":
            if self.noise is not None:
                pytest.xfail(headline(self.result))
            raise ConversationFailed(self.result)
        if self.result.outcome == "skipped":
            pytest.skip(self.result.reason)

    def _exercised(self, played: Played) -> Iterator[dict[str, set[str]]]:
        """What each turn exercised; nothing where nothing was expected of it."""
        bench = bench_of(self.config)
        turns = [one.turn for one in played.turns]
        for number, one in enumerate(played.turns, start=1):
            yield bench.exercised(self.case.name, turns[:number]) if one.is_held else {}

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is told of a failure: the case's own words, no stack."""
        if isinstance(excinfo.value, (ConversationFailed, DriverFailed)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.case.line - 1, self.name
