"""The pytest plugin: options, settings, collection, and what is told at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_rasa import hooks
from pytest_rasa.bench import STASH, bench_of
from pytest_rasa.items import MARKER, NOISE_MARKER, ConversationFile, ConversationItem
from pytest_rasa.noise import KINDS
from pytest_rasa.summary import Summary

_SUMMARY = pytest.StashKey[Summary]()
_PASSED_ON = "conversation"


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """The hooks that a project may implement."""
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and settings."""
    group = parser.getgroup("conversations", "conversations with a Rasa bot")
    group.addoption("--bot-url", metavar="URL", help="play against a running server, as in http://localhost:5005")
    group.addoption("--bot-channel", metavar="NAME", help="the channel to play over with --bot-url (default: rest)")
    group.addoption("--bot-token", metavar="TOKEN", help="what the server's HTTP API asks for (rasa run --auth-token)")
    group.addoption("--bot-timeout", type=float, default=60.0, metavar="SECONDS", help="a request to --bot-url fails after so long (60)")
    group.addoption("--conversation-report", type=Path, metavar="FOLDER", help="write HTML, Markdown and JSON reports into a folder")
    group.addoption("--conversation-coverage", action="store_true", help="tell what the cases that were run exercise")
    group.addoption(
        "--conversation-coverage-fail-under",
        metavar="PERCENT|KIND=PERCENT,...",
        help="fail where the whole suite exercises less of anything, or of these kinds",
    )
    group.addoption("--noise", metavar="KINDS", help=f"play each case with noise too: all, or some of {', '.join(KINDS)}")
    group.addoption("--noise-seed", type=int, default=7, metavar="NUMBER", help="the same seed makes the same noise (7)")
    group.addoption("--noise-fail-under", metavar="PERCENT", help="fail where fewer cases of the whole suite pass with noise")
    group.addoption("--conversation-record", metavar="FILE", help="talk in the terminal, and add what was said to FILE as a test case")
    group.addoption("--conversation-name", metavar="NAME", help="the name of the recorded test case")
    group.addoption(
        "--conversation-transcript", metavar="SOURCE", help="record from a transcript: a file, - for pasted text, or what the project knows"
    )
    parser.addini("conversation_files", "files of conversations, as patterns from pytest's root", "args", ["tests/conversations/*.yml"])
    parser.addini("conversation_coverage_fail_under", "what the whole suite must exercise: kind = percent, one a line", "linelist", [])
    parser.addini("conversation_noise_fail_under", "percentage of cases of the whole suite that must pass with noise", "args", [])
    parser.addini("conversation_domain", "the project's domain, as patterns from pytest's root", "args", ["domain.yml", "domain/*.yml"])
    parser.addini("conversation_rules", "the project's rules, as patterns from pytest's root", "args", ["data/**/*.yml"])
    parser.addini("conversation_model", "the model, or folder of models, that is played in this process", "string", "models")
    parser.addini("conversation_actions", "the package of custom actions, to run in this process too", "string", "")
    parser.addini("conversation_endpoints", "the endpoints of the bot that is played in this process", "string", "endpoints.yml")


def pytest_configure(config: pytest.Config) -> None:
    """Register our markers."""
    config.addinivalue_line("markers", f"{MARKER}: a conversation with the bot, from a YAML file")
    config.addinivalue_line("markers", f"{NOISE_MARKER}: a conversation that is played with noise")


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Record instead of testing, where that was asked for."""
    if config.getoption("--conversation-record") is None:
        return None
    from pytest_rasa.recorder import record

    config._do_configure()
    try:
        return record(config)
    finally:
        config._ensure_unconfigure()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Make sure that what was asked for can be done: options, and the server that is to be played against."""
    bench = bench_of(session.config)
    session.config.stash[_SUMMARY] = Summary(bench)
    session.config.pluginmanager.register(_Listener(session.config), "pytest_rasa listener")
    if bench.url is not None and not hasattr(session.config, "workerinput"):
        try:
            bench.driver()
        except RuntimeError as error:
            raise pytest.UsageError(str(error)) from error


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect files of conversations."""
    if file_path.suffix in {".yml", ".yaml"} and bench_of(parent.config).is_asked_for(file_path):
        collector: pytest.Collector = ConversationFile.from_parent(parent, path=file_path)
        return collector
    return None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Pass the result on with the report; so it gets from pytest-xdist's workers to where it is told."""
    outcome: Any = yield
    if call.when == "call" and isinstance(item, ConversationItem) and item.result is not None:
        setattr(outcome.get_result(), _PASSED_ON, item.result.dict())


class _Listener:
    """Hears results as they come in."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a result."""
        given = getattr(report, _PASSED_ON, None)
        if given is not None:
            self._config.stash[_SUMMARY].add(given)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hold the whole suite to what is required of it, and write reports."""
    if hasattr(session.config, "workerinput") or _SUMMARY not in session.config.stash:
        return
    summary = session.config.stash[_SUMMARY]
    summary.finish(session.config.getoption("--conversation-report"))
    if summary.is_short and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell coverage, robustness and what could not be checked."""
    if _SUMMARY in config.stash:
        for title, lines, is_bad in config.stash[_SUMMARY].sections():
            terminalreporter.section(title, sep="-", red=is_bad, bold=is_bad)
            for line in lines:
                terminalreporter.line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the bot."""
    if STASH in config.stash:
        config.stash[STASH].close()
