"""The documentation names what there is: every key of the test format, every setting, every command, every component."""

import re
from pathlib import Path
from typing import Any

import pytest

from knowledge.cli import main as knowledge_commands
from pytest_rasa.format import MODELS
from pytest_rasa.noise import KINDS
from tests.bench.expectation import Told
from web.desk.__main__ import main as desk_commands

DOCS = {path.stem: path.read_text(encoding="utf-8") for path in Path("docs").glob("*.md")}
README = Path("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [*MODELS.values(), Told], ids=lambda model: model.__name__)
def test_every_key_of_the_conversation_format_is_told_and_shown(model: type[Any]) -> None:
    shown = "\n".join(re.findall(r"```yaml\n(.*?)```", DOCS["testing"], re.S))
    assert {key for key in model.__fields__ if f"`{key}`" not in DOCS["testing"]} == set()
    assert {key for key in model.__fields__ if not re.search(rf"\b{key}:", shown)} == set()


def test_every_option_and_setting_of_the_bench_and_every_kind_of_noise() -> None:
    source = Path("pytest_rasa/plugin.py").read_text(encoding="utf-8")
    options, settings = re.findall(r'"(--[a-z-]+)"', source), re.findall(r'addini\("(\w+)"', source)
    assert len(options) > 10
    assert [name for name in options if f"`{name}`" not in DOCS["testing"]] == []
    assert [name for name in settings if f"`{name}`" not in DOCS["testing"]] == []
    assert [name for name in settings if f"`{name}`" not in Path("pytest_rasa/README.md").read_text(encoding="utf-8")] == []
    assert [f"| `{name}` | {does} |" for name, does in KINDS.items() if f"| `{name}` | {does}" not in DOCS["testing"]] == []


def test_every_setting() -> None:
    sources = [*Path("bot").rglob("*.py"), *Path("knowledge").rglob("*.py"), *Path("web").rglob("*.py")]
    owners = "ASSISTANT|KNOWLEDGE|MYCHART|SCHEDULE|WEBSITE|CONVERSATIONS|DESK|HANDOFFS|ASKED|EVENTS|ANALYTICS"
    names = {name for path in sources for name in re.findall(rf'"((?:{owners})_[A-Z_]+)"', path.read_text())}
    assert {name for name in names - {"ASSISTANT_DEBUG"} if f"`{name}`" not in DOCS["operating"]} == set()


def test_every_option_of_the_widget() -> None:
    (listed,) = re.findall(r"OPTIONS = \[(.*?)\]", Path("web/widget/src/config.ts").read_text())
    options = re.findall(r'"(\w+)"', listed)
    assert len(options) == 7
    assert [name for name in options if f"`data-{name}`" not in DOCS["website"]] == []
    assert [name for name in options if f"`{name}`" not in Path("web/widget/README.md").read_text()] == []


def test_every_component_and_command() -> None:
    components = re.findall(r"name: bot\.components\.\w+\.(\w+)", Path("config.yml").read_text())
    assert [name for name in components if f"`{name}`" not in DOCS["understanding"]] == []
    assert [name for name in knowledge_commands.commands if f"knowledge {name}" not in DOCS["content"]] == []
    assert [name for name in desk_commands.commands if f"python -m web.desk {name}" not in DOCS["desk"]] == []


def test_every_make_target_of_the_readme() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", Path("Makefile").read_text(), re.M))
    assert set(re.findall(r"^make ([a-z-]+)", README, re.M)) <= targets
    assert {"run", "chat", "test"} <= targets


def test_every_variable_of_nginx_and_every_option_of_a_release() -> None:
    names = set(re.findall(r"\$\{(\w+)\}", Path("deploy/nginx/nginx.conf.template").read_text())) - {"CAPITALS"}
    assert len(names) == 11
    assert [name for name in names if f"`{name}`" not in DOCS["deploying"]] == []
    start = Path("deploy/nginx/start").read_text()
    assert [name for name in names if f"${{{name}:" not in start.replace('"', "")] == []
    assert [
        path for path in re.findall(r"`(deploy/[\w./-]+)", DOCS["deploying"]) if not Path(path).exists() and path != "deploy/.env"
    ] == []


def test_every_test_that_security_rests_on_is_there() -> None:
    named = re.findall(r"`((?:tests/[\w/]+/)?test_\w+\.py)`", DOCS["security"])
    assert len(named) > 15
    assert [name for name in named if not (Path(name).exists() or Path("tests/integration", name).exists())] == []
