"""A failed case, told so that nobody has to play it again to see why."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pytest_rasa.results import CaseResult, Said, TurnResult


class ConversationFailed(AssertionError):
    """A turn was not as expected."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(told(result))
        self.result = result


def told(result: CaseResult) -> str:
    """File and line, what was expected and what came, the failing turn as it was understood, and the dialogue so far."""
    last = result.turns[-1]
    lines = [f"{result.file}:{last.line}: {result.name}, turn {len(result.turns)}"]
    for problem in result.problems:
        lines += [f"  {problem.about}", f"    expected  {problem.expected}", f"    came      {problem.came}"]
    lines += ["", *_understood(last), "", "  The dialogue so far:", *_dialogue(result)]
    return "\n".join(lines)


def headline(result: CaseResult) -> str:
    """The first thing that was wrong, in one line."""
    problem = result.problems[0]
    return f"turn {len(result.turns)}: {problem.about}: expected {problem.expected}; came {problem.came}"


def _understood(turn: TurnResult) -> Iterator[str]:
    if turn.actions is None:
        yield "  This channel does not tell intents, entities, actions and slots."
        return
    ranking = ", ".join(f"{name} {confidence:.2f}" for name, confidence in turn.ranking)
    yield f"  intent    {turn.intent or 'none'}" + (f"  ({ranking})" if ranking else "")
    yield f"  entities  {', '.join(f'{name}: {value}' for name, value in turn.entities) or 'none'}"
    yield f"  actions   {', '.join(turn.actions) or 'none'}"
    yield f"  slots     {_json(turn.slots) if turn.slots else 'none changed'}"


def _dialogue(result: CaseResult) -> Iterator[str]:
    for number, turn in enumerate(result.turns, start=1):
        yield f"  {number:>2} user: {turn.user}"
        if not turn.said:
            yield "      bot: (nothing)"
        for said in turn.said:
            yield from _said(said)


def _said(said: Said) -> Iterator[str]:
    text = (said.text or "(no text)").splitlines() or [""]
    yield f"      bot: {text[0]}"
    for line in text[1:]:
        yield f"           {line}".rstrip()
    for button in said.buttons:
        yield f"           [{button.title}]" + (f" {button.payload}" if button.payload else "")
    if said.custom is not None:
        yield f"           {_json({key: value for key, value in said.custom.items() if not isinstance(value, dict)})}"
    if said.image is not None:
        yield f"           (picture {said.image})"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
