"""`python -m pytest_rasa`: record test cases, tell what has changed between two runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_rasa.reports.difference import as_html, as_markdown, as_text, compare
from pytest_rasa.results import ResultsError, RunResult


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pytest_rasa", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser(
        "record",
        help="talk in the terminal, or replay a transcript, and get a test case",
        epilog="What else is given goes to pytest: --bot-url, --bot-channel, --bot-token.",
    )
    record.add_argument("--into", required=True, metavar="FILE", help="the test file that the case is added to")
    record.add_argument("--name", metavar="NAME", help="of the test case; its first words where not given")
    record.add_argument("--transcript", metavar="SOURCE", help="a file, - for pasted text, or what the project knows")
    difference = commands.add_parser("difference", help="what has changed from one run's results.json to another's")
    difference.add_argument("old", type=Path)
    difference.add_argument("new", type=Path)
    difference.add_argument("--markdown", type=Path, metavar="FILE", help="write it as Markdown too")
    difference.add_argument("--html", type=Path, metavar="FILE", help="write it as a page too")
    difference.add_argument("--fail", action="store_true", help="exit with 1 where anything has changed")
    return parser


def _record(into: str, name: str | None, transcript: str | None, rest: Sequence[str]) -> int:
    import pytest

    given = ["-s", "-p", "pytest_rasa.plugin", "--conversation-record", into, *rest]
    given += ["--conversation-name", name] if name is not None else []
    given += ["--conversation-transcript", transcript] if transcript is not None else []
    return int(pytest.main(given))


def main(given: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    arguments, rest = _parser().parse_known_args(given)
    if arguments.command == "record":
        return _record(arguments.into, arguments.name, arguments.transcript, rest)
    if rest:
        _parser().error(f"unknown argument {rest[0]}")
    try:
        found = compare(RunResult.read(arguments.old), RunResult.read(arguments.new))
    except ResultsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(as_text(found), end="")
    if arguments.markdown is not None:
        arguments.markdown.write_text(as_markdown(found), encoding="utf-8")
    if arguments.html is not None:
        arguments.html.write_text(as_html(found, str(arguments.old), str(arguments.new)), encoding="utf-8")
    return 1 if arguments.fail and not found.is_none else 0


if __name__ == "__main__":
    sys.exit(main())
