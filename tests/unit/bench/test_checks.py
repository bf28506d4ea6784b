"""Where the format is stricter than Rasa Pro's, and what a channel that tells little leaves unchecked."""

from pathlib import Path
from textwrap import indent

import pytest

from pytest_rasa.loading import load
from pytest_rasa.playing import Played, play
from tests.unit.bench.fake import Fake, Sent

BOTH = "{title: Hours, payload: /hours}, {title: Place, payload: /place}"


def _play(tmp_path: Path, steps: str, tells: bool = True) -> Played:
    path = tmp_path / "cases.yml"
    path.write_text("fixtures:\n- ann: [{name: Ann}]\ntest_cases:\n- test_case: a\n  fixtures: [ann]\n  steps:\n" + indent(steps, "  "))
    return play(load(path, Sent).cases[0], Fake(tells))


def _asserted(tmp_path: Path, user: str, *assertions: str, ordered: bool = False, tells: bool = True) -> Played:
    lines = [f"- user: {user}", *(["  assertion_order_enabled: true"] if ordered else []), "  assertions:"]
    return _play(tmp_path, "\n".join([*lines, *(f"  - {one}" for one in assertions)]) + "\n", tells)


@pytest.mark.parametrize(
    ("buttons", "passes"),
    [
        (BOTH, True),
        ("{title: Hours}, {payload: /place}", True),
        ("{title: Hours}", False),
        ("{title: Place}, {title: Hours}", False),
        (f"{BOTH}, {{title: More}}", False),
        ("{title: Hours, payload: /place}, {title: Place}", False),
        ("", False),
    ],
)
def test_buttons_are_exactly_these_in_order(tmp_path: Path, buttons: str, passes: bool) -> None:
    assert _asserted(tmp_path, "hello there", f"bot_uttered: {{buttons: [{buttons}]}}").failed is not passes


def test_no_buttons_can_be_asserted(tmp_path: Path) -> None:
    assert not _asserted(tmp_path, "/hours", "bot_uttered: {utter_name: utter_hours, buttons: []}").failed


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        ("{utter_name: utter_first, text_matches: First, buttons: [{title: A}]}", True),
        ("{utter_name: utter_second, text_matches: First}", False),
        ("{utter_name: utter_second, buttons: [{title: A}]}", False),
        ("{text_matches: Second, buttons: []}", True),
    ],
)
def test_one_message_fits_all_keys(tmp_path: Path, wanted: str, passes: bool) -> None:
    played = _asserted(tmp_path, "two things", f"bot_uttered: {wanted}")
    assert played.failed is not passes
    assert _asserted(tmp_path, "two things", f"bot_did_not_utter: {wanted}").failed is passes


def test_what_nearly_fitted_is_told(tmp_path: Path) -> None:
    played = _asserted(tmp_path, "two things", "bot_uttered: {utter_name: utter_first, text_matches: '^Frist'}")
    (problem,) = played.turns[0].checked.problems
    assert problem.expected == "one message with text_matches '^Frist', utter_name 'utter_first'"
    assert problem.came == "text_matches: 'First.'"


def test_the_same_message_twice_is_two_messages(tmp_path: Path) -> None:
    assert not _play(tmp_path, "- user: say it twice\n- bot: Same.\n- bot: Same.\n").failed
    played = _play(tmp_path, "- user: say it twice\n- bot: Same.\n- bot: Same.\n- bot: Same.\n")
    assert [problem.came for problem in played.turns[0].checked.problems] == ["no further text"]
    assert played.turns[0].line == 10  # of the step that was not fulfilled


def test_the_same_words_of_the_user_are_two_turns(tmp_path: Path) -> None:
    played = _play(tmp_path, "- user: say it twice\n- bot: Same.\n- user: say it twice\n- bot: Same.\n- bot: Same.\n")
    assert not played.failed
    assert len(played.turns) == 2


def test_slots_and_fixtures(tmp_path: Path) -> None:
    assert not _play(tmp_path, "- user: what\n- bot: I do not know about Ann.\n- slot_was_not_set: [topic]\n").failed
    assert not _play(tmp_path, "- user: /hours\n- slot_was_set: [topic, name: Ann]\n- slot_was_not_set: [topic: place]\n").failed
    assert _play(tmp_path, "- user: /hours\n- slot_was_set: [topic: place]\n").failed
    assert not _asserted(tmp_path, "/hours", "slot_was_set: [{name: topic, value: hours}]").failed
    assert _asserted(tmp_path, "/hours", "slot_was_not_set: [{name: topic}]").failed


def test_order_counts_where_it_is_asked_for(tmp_path: Path) -> None:
    first, last = "bot_uttered: {text_matches: First}", "bot_uttered: {text_matches: Second}"
    assert not _asserted(tmp_path, "two things", last, first).failed
    assert _asserted(tmp_path, "two things", last, first, ordered=True).failed
    assert not _asserted(
        tmp_path, "two things", "action_executed: action_two", first, last, "action_executed: action_last", ordered=True
    ).failed
    assert _asserted(tmp_path, "two things", "action_executed: action_last", first, ordered=True).failed


def test_nothing_is_played_after_a_turn_that_fails(tmp_path: Path) -> None:
    played = _play(tmp_path, "- user: hello there\n  metadata: {said: Bye}\n- user: /hours\n")
    assert [one.turn.user for one in played.turns] == ["hello there"]


def test_what_a_channel_cannot_tell_is_noted_and_not_passed(tmp_path: Path) -> None:
    played = _asserted(
        tmp_path,
        "hello there",
        "action_executed: action_nonsense",
        "slot_was_set: [{name: nonsense}]",
        "bot_uttered: {utter_name: utter_nonsense}",
        "bot_uttered: {text_matches: Hello}",
        tells=False,
    )
    assert not played.failed
    assert played.unchecked == ["action_executed", "slot_was_set", "bot_uttered"]
    assert played.held == 1
    assert _asserted(tmp_path, "hello there", "bot_uttered: {utter_name: utter_greet, text_matches: Bye}", tells=False).failed
