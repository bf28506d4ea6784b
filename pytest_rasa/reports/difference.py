"""What has changed between two runs: outcomes, and answers by what they say and what their custom objects tell."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_rasa.reports import html
from pytest_rasa.reports.markdown import escaped
from pytest_rasa.results import CaseResult, RunResult, Said, TurnResult

Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One thing that has changed: `words` as ("-" gone | "+" new | " " same, text)."""

    key: str
    words: Words

    @property
    def line(self) -> str:
        """It in one line, what is gone in brackets with a minus, what is new with a plus."""
        return " ".join(text if kind == " " else f"[{kind}{text}{kind}]" for kind, text in self.words)


@dataclass(frozen=True)
class Change:
    """A change, and the turns that it shows in."""

    parts: tuple[Part, ...]
    title: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """All changes from one run to another; the most seen first. `common`: cases that both have."""

    changes: tuple[Change, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    common: int

    @property
    def is_none(self) -> bool:
        """Whether nothing has changed."""
        return not (self.changes or self.added or self.gone)

    @property
    def headline(self) -> str:
        """How much has changed, in a sentence."""
        turns = sum(len(change.places) for change in self.changes)
        changed = f"{len(self.changes)} changes in {turns} turns of {self.common} cases"
        return f"{changed}; {len(self.added)} new cases, {len(self.gone)} cases gone."


def compare(old: RunResult, new: RunResult) -> Difference:
    """The difference of two runs, of the cases as they are written; the same case has the same file and name."""
    before, after = ({case.id: case for case in run.plain} for run in (old, new))
    found: dict[tuple[str, tuple[Part, ...]], list[str]] = {}
    common = [identifier for identifier in before if identifier in after]
    for identifier in common:
        for title, parts, place in _changes(before[identifier], after[identifier]):
            found.setdefault((title, parts), []).append(f"{identifier}{place}")
    changes = [Change(parts, title, tuple(places)) for (title, parts), places in found.items()]
    return Difference(
        tuple(sorted(changes, key=lambda change: (-len(change.places), change.places))),
        tuple(identifier for identifier in after if identifier not in before),
        tuple(identifier for identifier in before if identifier not in after),
        len(common),
    )


def _changes(old: CaseResult, new: CaseResult) -> Iterator[tuple[str, tuple[Part, ...], str]]:
    if old.outcome != new.outcome:
        yield f"{old.outcome}, now {new.outcome}", (_part("outcome", old.outcome, new.outcome),), ""
    for number, (one, two) in enumerate(zip(old.turns, new.turns, strict=False), start=1):
        place = f", turn {number}: {two.user!r}"
        if one.user != two.user:
            yield "other words were sent", (_part("user", one.user, two.user),), place
        yield from ((title, parts, place) for title, parts in _answers(one, two))


def _answers(old: TurnResult, new: TurnResult) -> Iterator[tuple[str, tuple[Part, ...]]]:
    if len(old.said) != len(new.said):
        names = [" + ".join(_name(said) for said in turn.said) or "nothing" for turn in (old, new)]
        yield f"{len(old.said)} messages, now {len(new.said)}", (_part("messages", *names),)
        return
    for one, two in zip(old.said, new.said, strict=True):
        parts = tuple(_parts(one, two))
        if parts:
            name, now = _name(one), _name(two)
            yield (name if name == now else f"{name}, now {now}"), parts


def _name(said: Said) -> str:
    return said.names[-1] if said.names else (said.text or "a message without text")[:40]


def _parts(old: Said, new: Said) -> Iterator[Part]:
    one, two = _flat(old.custom or {}), _flat(new.custom or {})
    for key in dict.fromkeys((*one, *two)):
        if one.get(key) != two.get(key):
            yield _part(key, _told(one.get(key)), _told(two.get(key)))
    if old.text != new.text:
        yield Part("wording", _words(old.text or "", new.text or ""))
    buttons = [" | ".join(f"{button.title} {button.payload or ''}".strip() for button in said.buttons) for said in (old, new)]
    if buttons[0] != buttons[1]:
        yield _part("buttons", *buttons)
    if old.image != new.image:
        yield _part("picture", old.image or "none", new.image or "none")


def _flat(custom: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in custom.items():
        found.update(_flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value})
    return found


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else "none" if value is None else str(value)


def _part(key: str, old: str, new: str) -> Part:
    return Part(key, (("-", old), ("+", new)))


def _words(old: str, new: str) -> Words:
    one, two = old.split(), new.split()
    found: list[tuple[str, str]] = []
    for what, start, end, begin, stop in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if what == "equal":
            found.append((" ", " ".join(one[start:end])))
            continue
        if end > start:
            found.append(("-", " ".join(one[start:end])))
        if stop > begin:
            found.append(("+", " ".join(two[begin:stop])))
    return tuple(found)


def as_text(difference: Difference) -> str:
    """For a terminal."""
    lines = [difference.headline]
    for change in difference.changes:
        lines += ["", change.title, *(f"  {part.key}: {part.line}" for part in change.parts), *(f"    {place}" for place in change.places)]
    for title, names in (("New cases:", difference.added), ("Cases that are gone:", difference.gone)):
        if names:
            lines += ["", title, *(f"  {name}" for name in names)]
    return "\n".join(lines) + "\n"


def as_markdown(difference: Difference) -> str:
    """For a merge request or release notes."""
    lines = ["# Changed answers", "", difference.headline]
    for change in difference.changes:
        lines += ["", f"## {escaped(change.title)}", "", "| | |", "|---|---|"]
        for part in change.parts:
            words = " ".join(
                escaped(text) if kind == " " else f"~~{escaped(text)}~~" if kind == "-" else f"**{escaped(text)}**"
                for kind, text in part.words
            )
            lines.append(f"| {part.key} | {words} |")
        lines += ["", *(f"- {escaped(place)}" for place in change.places)]
    for title, names in (("New cases", difference.added), ("Cases that are gone", difference.gone)):
        if names:
            lines += ["", f"## {title}", "", *(f"- {escaped(name)}" for name in names)]
    return "\n".join(lines) + "\n"


def as_html(difference: Difference, old: str, new: str) -> str:
    """A page of its own.

    Args:
        difference: the changes.
        old, new: what the two runs are called.
    """
    given = {"changes": difference.changes, "added": difference.added, "gone": difference.gone, "headline": difference.headline}
    return html.difference(old=old, new=new, **given)
