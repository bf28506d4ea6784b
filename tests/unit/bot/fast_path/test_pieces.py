"""Each piece of the fast path alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.fast_path import FastPathError, Piece, read, rule_lookup
from bot.fast_path.graph_runner import DirectGraphRunner
from bot.fast_path.remote_action import FastRemoteAction


def test_pieces_are_on_unless_named() -> None:
    assert read({}) == frozenset(Piece)
    assert read({"ASSISTANT_FAST_PATH_OFF": "tail, threads"}) == frozenset(Piece) - {Piece.TAIL, Piece.THREADS}
    assert read({"ASSISTANT_FAST_PATH_OFF": "all"}) == frozenset()


def test_an_unknown_piece_is_refused_by_name() -> None:
    with pytest.raises(FastPathError, match=r"names 'tial'; the pieces are .*tail"):
        read({"ASSISTANT_FAST_PATH_OFF": "tial"})


GOOD = {"events": [{"event": "slot", "name": "topic", "value": [1], "timestamp": None}], "responses": [{"text": "x"}]}
BAD: list[Any] = [{"events": [{"event": "slot"}]}, {"events": [{"event": "unheard"}]}, {"responses": [1]}, [], {"events": {}}]


def test_the_cached_validator_accepts_what_rasas_does() -> None:
    for response in (GOOD, {}, {"events": [], "responses": []}):
        assert RemoteAction("action_x", None)._validate_action_result(response)
        assert FastRemoteAction("action_x", None)._validate_action_result(response)


@pytest.mark.parametrize("response", BAD)
def test_the_cached_validator_refuses_with_rasas_words(response: Any) -> None:
    said = []
    for kind in (RemoteAction, FastRemoteAction):
        with pytest.raises(jsonschema.ValidationError) as refused:
            kind("action_x", None)._validate_action_result(response)
        said.append(refused.value.message)
    assert said[0] == said[1]


class _Add(GraphComponent):
    @classmethod
    def create(cls, config: dict[str, Any], model_storage: Any, resource: Any, execution_context: Any) -> "_Add":
        return cls()

    def add(self, left: int, right: int) -> int:
        if right < 0:
            raise RuntimeError("too small")
        return left + right


def _schema() -> GraphSchema:
    def node(needs: dict[str, str], target: bool = False) -> SchemaNode:
        return SchemaNode(needs=needs, uses=_Add, constructor_name="create", fn="add", config={}, eager=True, is_target=target)

    nodes = {
        "last": node({"left": "first", "right": "second"}, target=True),
        "second": node({"left": "first", "right": "given"}),
        "unused": node({"left": "first", "right": "first"}),
        "first": node({"left": "given", "right": "given"}),
    }
    return GraphSchema(nodes)


@pytest.mark.parametrize("kind", [DaskGraphRunner, DirectGraphRunner])
def test_a_graph_gives_the_same_with_and_without_a_scheduler(kind: type[DaskGraphRunner], tmp_path: Path) -> None:
    runner = kind(_schema(), LocalModelStorage(tmp_path), ExecutionContext(_schema()))
    assert runner.run({"given": 2}) == {"last": 10}
    assert runner.run({"given": 3}, ["second", "first"]) == {"second": 9, "first": 6}
    with pytest.raises(GraphComponentException):
        runner.run({"given": -1})


def test_an_input_with_the_name_of_a_node_is_refused(tmp_path: Path) -> None:
    runner = DirectGraphRunner(_schema(), LocalModelStorage(tmp_path), ExecutionContext(_schema()))
    with pytest.raises(GraphRunError, match="'first' has the name of a node"):
        runner.run({"given": 1, "first": 2})


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("use", ["2 * slow_module.VALUE, double(7)", "double(7), slow_module.VALUE + 7"])
def test_a_deferred_module_loads_on_its_first_use(use: str, tmp_path: Path) -> None:
    (tmp_path / "slow_module.py").write_text("print('loaded')\nVALUE = 7\ndef double(x): return 2 * x\n")
    code = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from bot.fast_path.deferred_imports import defer
defer({{"slow_module": ("double",)}})
import inspect, slow_module
from slow_module import double
inspect.getmodule(defer); hasattr(slow_module, "__wrapped__")
print("imported"); print({use})
"""
    assert _python(code).splitlines() == ["imported", "loaded", "14 14"]


def test_heavy_libraries_come_only_when_something_uses_them() -> None:
    code = """
import sys
from bot.fast_path import prepare
prepare()
import bot.server
before = [name for name in ("tensorflow", "sklearn", "matplotlib") if name in sys.modules]
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
print(before, "tensorflow" in sys.modules, DIETClassifier.__name__)
"""
    assert _python(code).splitlines()[-1] == "[] True DIETClassifier"


def test_remembered_rules_are_those_that_fit_whatever_else_is_in_a_state() -> None:
    """Only what a rule names is looked at: text never, entities and slots where a rule asks for them."""
    listen = {"action_name": "action_listen"}
    rules: list[list[dict[str, Any]]] = [
        [{"prev_action": listen, "user": {"intent": "a"}}],
        [{"prev_action": listen, "user": {"intent": "a", "entities": ["site"]}}],
        [{"prev_action": listen, "user": {"intent": "b"}, "slots": {"topic": [1.0]}}],
        [{"prev_action": listen, "user": {"intent": "b"}}, {"prev_action": {"action_name": "x"}, "user": {"intent": "b"}}],
        [{}, {"prev_action": listen, "user": {"intent": "a"}}],
    ]
    lookup = {json.dumps(rule, sort_keys=True): "x" for rule in rules}
    policy = RulePolicy.__new__(RulePolicy)
    policy.lookup = {"rules": lookup}
    plain = policy._get_possible_keys
    users = [
        {"intent": intent, **more} for intent in "abc" for more in ({}, {"text": "hi"}, {"entities": ("site",)}, {"entities": ("stage",)})
    ]
    starts: list[dict[str, Any]] = [{}, {"user": {"intent": "b"}, "prev_action": listen}, {"slots": {"topic": (1.0,)}}]
    ends = [
        {"user": user, "prev_action": before, **slots}
        for user in users
        for before in (listen, {"action_name": "x"})
        for slots in ({}, {"slots": {"topic": (1.0,)}}, {"slots": {"other": (1.0,)}})
    ]
    asked = [[start, end] for start in starts for end in ends] + [[end] for end in ends]
    expected = [plain(lookup, states) for states in asked]
    rule_lookup.remember(policy)
    assert [policy._get_possible_keys(lookup, states) for states in asked] == expected
    assert [policy._get_possible_keys(lookup, states) for states in asked] == expected
    assert len({frozenset(found) for found in expected}) > 4
