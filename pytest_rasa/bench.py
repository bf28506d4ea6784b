"""What a run has been asked for, by options and settings, and what the project's hooks say of its bot."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from pytest_rasa import coverage, noise
from pytest_rasa.drivers.driver import Driver, DriverFailed
from pytest_rasa.drivers.in_process import InProcess
from pytest_rasa.drivers.rest import Rest
from pytest_rasa.expectation import Expectation
from pytest_rasa.loading import LoadedFile, load
from pytest_rasa.project import Project, read_project
from pytest_rasa.turn import Turn, Utterance

STASH = pytest.StashKey["Bench"]()


class Bench:
    """One for each run of pytest (with pytest-xdist, for each worker).

    Args:
        config: pytest's.

    Raises:
        pytest.UsageError: for an option or setting that cannot be used.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.url: str | None = config.getoption("--bot-url")
        self.seed: int = config.getoption("--noise-seed")
        self._driver: Driver | DriverFailed | None = None
        try:
            self.noise = noise.chosen(config.getoption("--noise") or "")
            self.noise_required = self._noise_required()
            self.coverage_required = self._coverage_required()
        except (noise.NoiseError, coverage.ThresholdError) as error:
            raise pytest.UsageError(str(error)) from error
        if self.url is None and (config.getoption("--bot-channel") or config.getoption("--bot-token")):
            raise pytest.UsageError("--bot-channel and --bot-token say how a server is spoken to; name it by --bot-url")

    def _noise_required(self) -> float | None:
        given = self.config.getoption("--noise-fail-under")
        listed = (
            [f"noise={given}"] if given is not None else [f"noise={line}" for line in self.config.getini("conversation_noise_fail_under")]
        )
        return coverage.thresholds(listed, "--noise-fail-under").get("noise")

    def _coverage_required(self) -> Mapping[str, float]:
        given = self.config.getoption("--conversation-coverage-fail-under")
        if given is None:
            return coverage.thresholds(self.config.getini("conversation_coverage_fail_under"), "conversation_coverage_fail_under")
        if "=" in given:
            return coverage.thresholds([given], "--conversation-coverage-fail-under")
        one = coverage.thresholds([f"all={given}"], "--conversation-coverage-fail-under")["all"]
        return dict.fromkeys(self.inventory(), one)

    @property
    def bot(self) -> str:
        """What the bot is called in reports."""
        return "the bot in process" if self.url is None else f"{self.url} ({self._channel})"

    @property
    def _channel(self) -> str:
        return self.config.getoption("--bot-channel") or "rest"

    @property
    def root(self) -> Path:
        """Where paths start: pytest's root."""
        return self.config.rootpath

    def _globbed(self, setting: str) -> Iterator[Path]:
        for pattern in self.config.getini(setting):
            yield from sorted(self.root.glob(pattern))

    @functools.cached_property
    def files(self) -> tuple[Path, ...]:
        """The files of the whole suite."""
        return tuple(dict.fromkeys(self._globbed("conversation_files")))

    def is_asked_for(self, path: Path) -> bool:
        """Whether a file holds conversations: one of the suite, or one that the command line names."""
        if path in self.files:
            return True
        return any((self.config.invocation_params.dir / arg.split("::")[0]) == path for arg in self.config.args)

    @functools.cached_property
    def expectation(self) -> type[Expectation] | None:
        """What the project expects of turns."""
        found: type[Expectation] | None = self.config.hook.pytest_rasa_expectation(config=self.config)
        return found

    def load(self, path: Path) -> LoadedFile:
        """Read a test file.

        Raises:
            FormatError: if it cannot be read.
        """
        return load(path, self.expectation)

    @functools.cached_property
    def project(self) -> Project:
        """What the project's own files say.

        Raises:
            ProjectError: if one cannot be read.
        """
        return read_project(self._globbed("conversation_domain"), self._globbed("conversation_rules"))

    def inventory(self) -> coverage.Inventory:
        """All there is to exercise."""
        found: dict[str, dict[str, str | None]] = {kind: dict.fromkeys(names) for kind, names in self.project.names.items()}
        for more in reversed(self.config.hook.pytest_rasa_inventory(config=self.config)):
            for kind, points in more.items():
                found.setdefault(kind, {}).update(points)
        return found

    def exercised(self, case: str, turns: Sequence[Turn]) -> dict[str, set[str]]:
        """What the last of a conversation's turns exercised."""
        found = self.project.exercised(turns)
        for more in self.config.hook.pytest_rasa_exercised(config=self.config, case=case, turns=turns):
            for kind, points in more.items():
                found.setdefault(kind, set()).update(points)
        return found

    def names_of(self, utterance: Utterance) -> list[str]:
        """The project's names of an utterance."""
        return [name for names in self.config.hook.pytest_rasa_names(config=self.config, utterance=utterance) for name in names]

    def driver(self) -> Driver:
        """The way to the bot, made when it is first needed.

        Raises:
            DriverFailed: if there is no way; the same each time.
        """
        if self._driver is None:
            try:
                self._driver = self._made()
            except DriverFailed as error:
                self._driver = error
        if isinstance(self._driver, DriverFailed):
            raise self._driver
        return self._driver

    def _made(self) -> Driver:
        channel = self._channel if self.url is not None else None
        found: Driver | None = self.config.hook.pytest_rasa_driver(config=self.config, channel=channel, url=self.url)
        if found is not None:
            return found
        if self.url is None:
            model, endpoints = (self.root / self.config.getini(name) for name in ("conversation_model", "conversation_endpoints"))
            return InProcess.load(model, endpoints, self.config.getini("conversation_actions") or None)
        if channel != "rest":
            raise DriverFailed(f"there is no channel '{channel}'; use rest, or one that the project adds by pytest_rasa_driver")
        return Rest(self.url, self.config.getoption("--bot-token"), self.config.getoption("--bot-timeout"))

    def close(self) -> None:
        """Let go of the bot."""
        if self._driver is not None and not isinstance(self._driver, DriverFailed):
            self._driver.close()
        self._driver = None


def bench_of(config: pytest.Config) -> Bench:
    """The bench of a run, made when it is first asked for."""
    if STASH not in config.stash:
        config.stash[STASH] = Bench(config)
    return config.stash[STASH]
