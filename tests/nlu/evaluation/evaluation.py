"""Asks all cases and works out every figure, with the messages behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.content import Content
from pytest_rasa.typos import misspell
from tests.nlu.evaluation.ask import Asked, Asker, Replies, described, facts
from tests.nlu.evaluation.cases import Cases, Double, Outside, Question, Turn
from tests.nlu.evaluation.measure import Bin, Threshold, accuracy, calibration, recall_at

OUT_OF_SCOPE = "(out of scope)"
TOLD_BESIDES = "gaps_told_a_fact"
TYPOS = (1, 2)
_ALARMS = ("crisis", "emergency")


@dataclass(frozen=True)
class Result:
    """One message, what was wanted, what came, and whether that is right."""

    text: str
    expected: str
    got: str
    right: bool


@dataclass(frozen=True)
class Group:
    """The messages behind one figure."""

    results: tuple[Result, ...]

    @property
    def share(self) -> float:
        """The share that is right, 0 to 1."""
        return accuracy([result.right for result in self.results])

    @property
    def wrong(self) -> tuple[Result, ...]:
        """The messages that went wrong."""
        return tuple(result for result in self.results if not result.right)


@dataclass(frozen=True)
class Typos:
    """The same messages with typos: shares right, alarms raised without cause, what was right without the typos.

    `untouched` messages have no word long enough to be misspelled.
    """

    count: int
    in_scope: float
    answerable: float
    gaps: float
    crisis: float
    emergency: float
    alarms: float
    false_alarms: int
    untouched: int
    lost: tuple[Result, ...]
    missed_alarms: tuple[Result, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of out-of-scope message: how many, shares told no fact and refused at the threshold."""

    kind_of: str
    count: int
    no_fact: float
    refused: float


@dataclass(frozen=True)
class Labelled:
    """Expected and settled intents, message by message."""

    expected: tuple[str, ...]
    got: tuple[str, ...]


@dataclass(frozen=True)
class Scores:
    """How surely each message was taken for one of ours; 0 where it was refused."""

    right: tuple[float, ...]
    wrong: tuple[float, ...]
    outside: tuple[float, ...]


@dataclass(frozen=True)
class Evaluation:
    """All that was measured.

    Attributes:
        seed: of the typos.
        groups: figure name -> its messages; for the points lost to typos, those that the typos broke. And TOLD_BESIDES:
            gaps, wrong where a fact was told all the same.
        values: figure name -> its value, in percent, points or messages.
        strict: in_scope, answerable, gaps -> share whose settled intent is the expected one.
        threshold: the threshold that keeps 95% of in-scope.
        kinds: out of scope by kind.
        typos: with one and with two typos a message.
        error: expected calibration error of what was answered in scope.
        bins: its bins.
        labelled: intents of everything that has one.
        scores: for the pictures.
        latencies: milliseconds of each parse; the only thing that differs from run to run.
    """

    seed: int
    groups: Mapping[str, Group]
    values: Mapping[str, float]
    strict: Mapping[str, float]
    threshold: Threshold
    kinds: tuple[Kind, ...]
    typos: tuple[Typos, ...]
    error: float
    bins: tuple[Bin, ...]
    labelled: Labelled
    scores: Scores
    latencies: tuple[float, ...]


def evaluate(cases: Cases, content: Content, asker: Asker, seed: int, tell: Callable[[str], None] = lambda _: None) -> Evaluation:
    """Ask everything and measure; `tell` is given a line before each part.

    The entry of a gap is looked up in `content`. The same cases, model and seed give the same evaluation but for latencies.
    """
    judge = _Judge(content)
    tell(f"in scope: {len(cases.questions)} questions")
    inside = [asker.ask(case.text) for case in cases.questions]
    questions = [judge.question(case, asked.text, asked.replies) for case, asked in zip(cases.questions, inside, strict=True)]
    tell(f"out of scope: {len(cases.outside)} messages")
    outside = [judge.outside(case, asker.ask(case.text)) for case in cases.outside]
    tell(f"safety: {len(cases.safety)} messages")
    safety = [asker.ask(case.text) for case in cases.safety]
    tell(f"follow-ups: {len(cases.dialogues)} dialogues; two questions in one: {len(cases.doubles)} messages")
    follow_ups = [result for dialogue in cases.dialogues for result in _dialogue(dialogue, asker)]
    doubles = [_double(case, asker.ask(case.text)) for case in cases.doubles]

    threshold = recall_at([asked.score for asked in inside], [asked.score for asked in outside])
    alarms = [(case.label, asked) for case, asked in zip(cases.safety, safety, strict=True)]
    calm = [asked for label, asked in alarms if label not in _ALARMS] + inside + outside
    groups = {
        "in_scope": questions,
        "answerable": [result for case, result in zip(cases.questions, questions, strict=True) if case.facts],
        "gaps": [result for case, result in zip(cases.questions, questions, strict=True) if not case.facts],
        TOLD_BESIDES: [
            Result(asked.text, f"no fact, gap of {case.intent}", _understood(asked), not facts(asked.replies))
            for case, asked in zip(cases.questions, inside, strict=True)
            if not case.facts
        ],
        "out_of_scope_no_fact": [
            Result(case.text, f"no fact ({case.kind_of})", _understood(asked), not facts(asked.replies))
            for case, asked in zip(cases.outside, outside, strict=True)
        ],
        "out_of_scope_recall_at_95": [
            Result(case.text, f"refused ({case.kind_of})", f"{_understood(asked)}, scores {asked.score:.2f}", asked.score < threshold.at)
            for case, asked in zip(cases.outside, outside, strict=True)
        ],
        **{name: [_alarm(name, asked.text, asked.replies) for label, asked in alarms if label == name] for name in _ALARMS},
        "false_alarms": [Result(asked.text, "no alarm", _understood(asked), not _raises_alarm(asked.replies)) for asked in calm],
        "distress": [
            Result(asked.text, "distress", _understood(asked), any(reply.entry == "distress" for reply in asked.replies))
            for label, asked in alarms
            if label == "distress"
        ],
        "follow_ups": follow_ups,
        "two_questions": doubles,
    }
    typos = []
    for count in TYPOS:
        tell(f"with {count} typo{'s' if count > 1 else ''} a message: {len(questions)} questions, crisis, emergency")
        typos.append(_with_typos(count, seed, cases, asker, judge, questions))
        groups[f"typos_{count}_alarms"] = list(typos[-1].missed_alarms)
        groups[f"typos_{count}_points_lost"] = list(typos[-1].lost)

    answered = [(asked.score, result.right) for asked, result in zip(inside, questions, strict=True) if asked.score > 0]
    error, bins = calibration([sure for sure, _ in answered], [right for _, right in answered])
    finished = {name: Group(tuple(results)) for name, results in groups.items()}
    return Evaluation(
        seed=seed,
        groups=finished,
        values=_values(finished, typos),
        strict=_strict(cases.questions, inside),
        threshold=threshold,
        kinds=tuple(_kinds([case.kind_of for case in cases.outside], outside, threshold)),
        typos=tuple(typos),
        error=error,
        bins=tuple(bins),
        labelled=_labelled(cases, inside, outside, alarms),
        scores=Scores(
            tuple(asked.score for asked, result in zip(inside, questions, strict=True) if result.right),
            tuple(asked.score for asked, result in zip(inside, questions, strict=True) if not result.right),
            tuple(asked.score for asked in outside),
        ),
        latencies=tuple(asker.latencies()),
    )


class _Judge:
    """Says what is right for a question about the disease."""

    def __init__(self, content: Content) -> None:
        self._intents = {entry.id: topic.intent for topic in content.topics for entry in topic.entries}

    def question(self, case: Question, text: str, replies: Replies) -> Result:
        """One of its facts is told; for a gap: the gap of its own topic is named."""
        if case.facts:
            return Result(text, f"a fact of {', '.join(case.facts)}", described(replies), bool(facts(replies) & set(case.facts)))
        topics = {case.intent, *case.others}
        named = any(reply.kind == "gap" and self._intents.get(reply.entry) in topics for reply in replies)
        return Result(text, f"gap of {case.intent}", described(replies), named)

    def outside(self, case: Outside, asked: Asked) -> Asked:
        """As asked; refused where all that was told is the gap that may be named."""
        named = all(reply.kind == "gap" and self._intents.get(reply.entry) == case.gap for reply in asked.replies)
        return replace(asked, score=0.0) if case.gap and named else asked


def _understood(asked: Asked) -> str:
    return f"{described(asked.replies)} ({asked.intent} {asked.confidence:.2f})"


def _raises_alarm(replies: Replies) -> bool:
    return any(reply.kind == "safety" for reply in replies)


def _alarm(label: str, text: str, replies: Replies) -> Result:
    """Right where the safety entry of the label is all that is told."""
    return Result(text, f"safety {label}", described(replies), [(reply.kind, reply.entry) for reply in replies] == [("safety", label)])


def _dialogue(turns: Sequence[Turn], asker: Asker) -> list[Result]:
    results: list[Result] = []
    for place, (turn, replies) in enumerate(zip(turns, asker.dialogue([turn.text for turn in turns]), strict=True)):
        before = f"{turns[place - 1].text} → " if place else ""
        if turn.facts:
            right, expected = bool(facts(replies) & set(turn.facts)), f"a fact of {', '.join(turn.facts)}"
        else:
            right, expected = bool(replies) and replies[0].kind == turn.kind, turn.kind
        results.append(Result(before + turn.text, expected, described(replies), right))
    return results


def _double(case: Double, asked: Asked) -> Result:
    """One question gets one reply; two get two or more, with a fact for each."""
    if case.one:
        return Result(case.text, "one reply", described(asked.replies), len(asked.replies) == 1)
    told = facts(asked.replies)
    right = len(asked.replies) >= 2 and bool(told & set(case.first)) and bool(told & set(case.second))
    return Result(case.text, f"a fact of {', '.join(case.first)} and one of {', '.join(case.second)}", described(asked.replies), right)


def _with_typos(count: int, seed: int, cases: Cases, asker: Asker, judge: _Judge, without: Sequence[Result]) -> Typos:
    results, false_alarms = [], 0
    for case in cases.questions:
        text = misspell(case.text, count, seed)
        replies = asker.replies(text)
        results.append(judge.question(case, text, replies))
        false_alarms += _raises_alarm(replies)
    alarms: dict[str, list[Result]] = {}
    for label in _ALARMS:
        texts = [misspell(case.text, count, seed) for case in cases.safety if case.label == label]
        alarms[label] = [_alarm(label, text, asker.replies(text)) for text in texts]
    return Typos(
        count,
        in_scope=_share(results),
        answerable=_share(result for case, result in zip(cases.questions, results, strict=True) if case.facts),
        gaps=_share(result for case, result in zip(cases.questions, results, strict=True) if not case.facts),
        crisis=_share(alarms["crisis"]),
        emergency=_share(alarms["emergency"]),
        alarms=_share(result for results in alarms.values() for result in results),
        false_alarms=false_alarms,
        untouched=sum(case.text == result.text for case, result in zip(cases.questions, results, strict=True)),
        lost=tuple(after for before, after in zip(without, results, strict=True) if before.right and not after.right),
        missed_alarms=tuple(result for label in _ALARMS for result in alarms[label] if not result.right),
    )


def _share(results: Iterable[Result]) -> float:
    return accuracy([result.right for result in results])


def _values(groups: Mapping[str, Group], typos: Sequence[Typos]) -> dict[str, float]:
    """The recorded figures: percentages and points to two places, alarms by number."""
    values = {name: round(100 * group.share, 2) for name, group in groups.items() if name != TOLD_BESIDES and not name.startswith("typos")}
    values["false_alarms"] = float(len(groups["false_alarms"].wrong))
    for typo in typos:
        values[f"typos_{typo.count}_alarms"] = round(100 * typo.alarms, 2)
        values[f"typos_{typo.count}_points_lost"] = round(100 * (groups["in_scope"].share - typo.in_scope), 2)
    return values


def _strict(questions: Sequence[Question], asked: Sequence[Asked]) -> dict[str, float]:
    hits = [(bool(case.facts), a.intent in {case.intent, *case.others}) for case, a in zip(questions, asked, strict=True)]
    return {
        "in_scope": accuracy([hit for _, hit in hits]),
        "answerable": accuracy([hit for has_facts, hit in hits if has_facts]),
        "gaps": accuracy([hit for has_facts, hit in hits if not has_facts]),
    }


def _kinds(kinds: Sequence[str], outside: Sequence[Asked], threshold: Threshold) -> Iterable[Kind]:
    for kind in sorted(set(kinds)):
        these = [asked for kind_of, asked in zip(kinds, outside, strict=True) if kind_of == kind]
        no_fact = accuracy([not facts(asked.replies) for asked in these])
        yield Kind(kind, len(these), no_fact, accuracy([asked.score < threshold.at for asked in these]))


def _labelled(cases: Cases, inside: Sequence[Asked], outside: Sequence[Asked], alarms: Sequence[tuple[str, Asked]]) -> Labelled:
    """Intents wanted and settled. An alternative counts as the one wanted. Any intent that answers nothing is right outside."""
    pairs = [
        (case.intent, case.intent if asked.intent in case.others else asked.intent)
        for case, asked in zip(cases.questions, inside, strict=True)
    ]
    pairs += [(OUT_OF_SCOPE, asked.intent if asked.score > 0 or _raises_alarm(asked.replies) else OUT_OF_SCOPE) for asked in outside]
    pairs += [(label, asked.intent) for label, asked in alarms if label != "none"]
    return Labelled(tuple(expected for expected, _ in pairs), tuple(got for _, got in pairs))
