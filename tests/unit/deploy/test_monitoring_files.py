"""The dashboard and the alerts ask for nothing that there is not."""

import json
import re
from pathlib import Path

import pytest
import yaml

from bot.monitoring.metrics import REGISTRY, PoolCollector
from database import engines, make_engine

_ROOT = Path(__file__).parents[3]
_FOLDER = _ROOT / "deploy/monitoring"
_ALERTS = [rule for group in yaml.safe_load((_FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
_PANELS = json.loads((_FOLDER / "dashboard.json").read_text())["panels"]
_EXPRESSIONS = [rule["expr"] for rule in _ALERTS] + [target["expr"] for panel in _PANELS for target in panel["targets"]]
#: What Prometheus itself adds.
_OF_PROMETHEUS = {"up"}


def _series() -> dict[str, set[str]]:
    """Every series by name, with its labels."""
    pools = PoolCollector(lambda: {"one": make_engine("postgresql://nobody@127.0.0.1/nowhere", "TEST")})
    families = [*REGISTRY.collect(), *pools.collect()]
    found: dict[str, set[str]] = {}
    for family in families:
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        labels = {label for sample in family.samples for label in sample.labels}
        for end in ends:
            found[family.name + end] = labels
    return found


def test_every_metric_that_is_asked_for_exists() -> None:
    asked = {name for expression in _EXPRESSIONS for name in re.findall(r"\b(?:lms|process)_\w+", expression)}
    assert len(asked) > 10
    assert asked - set(_series()) == set()


def test_every_metric_is_asked_for_and_documented() -> None:
    text = "\n".join(_EXPRESSIONS)
    docs = (_ROOT / "docs/operating.md").read_text()
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("lms_")}
    assert {name for name in ours if name not in text} == set()
    assert {name for name in ours if f"`{name}" not in docs} == set()


def test_expressions_are_whole() -> None:
    words = {"sum", "min", "max", "count", "by", "rate", "increase", "histogram_quantile", "absent", "le"}
    for expression in _EXPRESSIONS:
        assert expression.count("(") == expression.count(")")
        called = set(re.findall(r"(\w+)\s*\(", expression)) - {"by"}
        assert called <= words, expression


@pytest.mark.parametrize("rule", _ALERTS, ids=[rule["alert"] for rule in _ALERTS])
def test_every_alert_says_how_urgent_it_is_and_what_it_means(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["for"]


def test_engines_are_known_by_their_setting() -> None:
    made = make_engine("sqlite:///:memory:", "SOMETHING_URL", in_memory=True)
    assert engines()["SOMETHING_URL"] is made
