"""Records test cases: from talk in the terminal, or from a transcript whose words are said again."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from pytest_rasa.bench import Bench, bench_of
from pytest_rasa.drivers.driver import CannotPlay, DriverFailed
from pytest_rasa.failures import told
from pytest_rasa.format import FormatError
from pytest_rasa.playing import made_turn, play
from pytest_rasa.results import case_result
from pytest_rasa.transcripts import TranscriptError, read_transcript
from pytest_rasa.turn import Button, Turn
from pytest_rasa.writing import add_case, case_of

_NAME_WORDS = 8


def record(config: pytest.Config) -> int:
    """Record a case as the options say; returns the exit status."""
    bench = bench_of(config)
    path = config.invocation_params.dir / config.getoption("--conversation-record")
    try:
        source = config.getoption("--conversation-transcript")
        said = _transcribed(bench, source) if source is not None else None
        return record_case(bench, path, config.getoption("--conversation-name"), said)
    except (DriverFailed, CannotPlay, FormatError, TranscriptError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; nothing is recorded.")
        return 130


def record_case(bench: Bench, path: Path, name: str | None, said: Iterable[str] | None) -> int:
    """Talk, add what was said to a file as a test case, and play that.

    Args:
        bench: the way to the bot.
        path: the file.
        name: of the case; made from the first words where not given.
        said: what the user says; typed in the terminal where not given.

    Returns:
        0 where the case passes, 1 where it does not or nothing was said.

    Raises:
        DriverFailed, CannotPlay: if the bot cannot be reached, or something cannot be said over this channel.
        FormatError: if no case can be added to the file, or it has one of this name.
    """
    turns = _talk(bench, said)
    if not turns:
        print("Nothing was said; nothing is recorded.")
        return 1
    name = _free_name(bench, path, name, turns)
    add_case(path, case_of(name, turns, bench.expectation))
    return _prove(bench, path, name)


def _transcribed(bench: Bench, source: str) -> list[str]:
    known = bench.config.hook.pytest_rasa_transcript(config=bench.config, source=source)
    if known is not None:
        return [str(text) for text in known]
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    return read_transcript(text, "the pasted text" if source == "-" else source)


def _typed() -> Iterator[str]:
    print("Say something (a number chooses a button; an empty line or Ctrl-D ends).")
    while True:
        try:
            text = input("\n> ").strip()
        except EOFError:
            return
        if not text:
            return
        yield text


def _talk(bench: Bench, said: Iterable[str] | None) -> list[Turn]:
    """Say it all, and show what comes."""
    conversation = bench.driver().begin({})
    before: Mapping[str, object] = {}
    turns: list[Turn] = []
    for text in said if said is not None else _typed():
        sent = _pressed(text, turns, by_number=said is None)
        if said is not None:
            print(f"\n> {text}")
        heard = conversation.send(sent)
        turns.append(made_turn(sent, heard, before, bench.names_of))
        before = heard.slots or {}
        print(_shown(turns[-1]))
    return turns


def _pressed(text: str, turns: list[Turn], by_number: bool) -> str:
    """The payload of the button that a number or, in a transcript, a title means; the text itself where it means none."""
    if by_number:
        buttons = [button for one in (turns[-1].utterances if turns else ()) for button in one.buttons]
        chosen = buttons[int(text) - 1] if text.isdecimal() and 1 <= int(text) <= len(buttons) else None
    else:
        offered: list[Button] = [button for turn in turns for one in turn.utterances for button in one.buttons]
        chosen = next((button for button in reversed(offered) if button.title == text), None)
    return (chosen.payload or chosen.title) if chosen is not None else text


def _shown(turn: Turn) -> str:
    lines: list[str] = []
    number = 0
    for one in turn.utterances:
        for paragraph in (one.text or "").splitlines():
            lines += textwrap.wrap(paragraph, 88) or [""]
        for button in one.buttons:
            number += 1
            lines.append(f"  {number}. {button.title}")
    return "\n".join(lines) or "(nothing)"


def _free_name(bench: Bench, path: Path, given: str | None, turns: list[Turn]) -> str:
    """The name that was given, or the first words that were said; with a number where the file has it already."""
    taken = {case.name for case in bench.load(path).cases} if path.exists() else set()
    if given is not None:
        if given in taken:
            raise FormatError(f"{path}: there is a test case '{given}' already; give another name")
        return given
    words = turns[0].user.replace("[", "(").replace("]", ")").replace("::", ":").split()
    name = " ".join(words[:_NAME_WORDS])
    return next(name for name in (name, *(f"{name} {n}" for n in range(2, 1000))) if name not in taken)


def _prove(bench: Bench, path: Path, name: str) -> int:
    """Read the file again and play the new case."""
    case = next(case for case in bench.load(path).cases if case.name == name)
    played = play(case, bench.driver(), bench.names_of)
    result = case_result(f"{path}::{name}", str(path), None, played, ({} for _ in played.turns), 0.0)
    print(f"\nRecorded in {path}:{case.line}: {name}")
    if result.outcome != "passed":
        print("Played again, it does not pass:\n" + (told(result) if result.outcome == "failed" else result.reason))
        return 1
    print("Played again, it passes.")
    return 0
