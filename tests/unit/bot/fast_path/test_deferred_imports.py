"""Imports that are put off leave nothing missing."""

import importlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.fast_path.deferred_imports import DeferringFinder, Late

_START = "import sys; from bot.fast_path import prepare; prepare(); import rasa.core.run, bot.server\n"
_LATER = """
from prompt_toolkit.styles import Style
from pymongo import MongoClient
from pymongo.collection import Collection
from slack_sdk.web.async_client import AsyncWebClient
import boto3, prompt_toolkit.validation, pymongo.errors, questionary, rasa.core.channels.console, spacy.cli
assert rasa.core.channels.console.Style([("answer", "#b373d6")]).style_rules
assert callable(boto3.client) and callable(spacy.cli.download)
assert isinstance(MongoClient, type) and isinstance(Collection, type)
class Client(AsyncWebClient):
    pass
assert Client().timeout
from questionary import Question
assert callable(questionary.select) and isinstance(questionary.confirm("?"), Question)
import dask, ftfy, numpy, scipy.sparse, structlog, wordfreq
from rasa.shared.nlu.training_data.features import Features
assert Features(scipy.sparse.csr_matrix([[1.0]]), "sentence", "text", "here").is_sparse()
assert dask.get({"a": 1}, ["a"]) == (1,) and ftfy.fix_text("âœ” no") and wordfreq.tokenize("two words", "en") == ["two", "words"]
structlog.dev.ConsoleRenderer()(None, "info", {"event": "written", "exc_info": ValueError("told")})
"""


def _run(code: str) -> str:
    """In an interpreter of its own: what was imported here already cannot be put off."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_start_loads_no_client_of_what_is_not_configured() -> None:
    asked = (
        "('tensorflow', 'matplotlib.pyplot', 'pymongo.mongo_client', 'botocore', 'prompt_toolkit.application', 'spacy.cli.download', "
        "'dask.base', 'scipy.sparse._base', 'pygments', 'wcwidth')"
    )
    assert _run(f"{_START}print([name for name in {asked} if name in sys.modules])").strip() == "[]"


def test_clients_that_were_put_off_are_whole_when_they_are_used() -> None:
    _run(_START + _LATER)


@pytest.fixture
def put_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports a package of these files, with the names put off that are told."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def load(late: dict[str, tuple[str, ...]], **files: str) -> ModuleType:
        folder = tmp_path / "parcel"
        folder.mkdir(exist_ok=True)
        for name, code in files.items():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")
        monkeypatch.setattr(sys, "meta_path", [DeferringFinder(late), *sys.meta_path])
        return importlib.import_module("parcel")

    yield load
    for name in [name for name in sys.modules if name.split(".")[0] == "parcel"]:
        del sys.modules[name]


def test_a_stand_in_is_called_inherited_from_and_asked_for_instances(put_off: Any) -> None:
    put_off({"parcel": ("Thing", "make")}, __init__="class Thing:\n    kind = 'real'\ndef make(): return Thing()\n")
    space: dict[str, Any] = {}
    exec("from parcel import Thing, make", space)
    thing, make = space["Thing"], space["make"]
    assert [type(thing), type(make)] == [Late, Late]
    assert "Thing" not in vars(sys.modules["parcel"])
    assert isinstance(make(), thing)
    assert not isinstance(3, thing)
    assert thing.kind == "real"
    exec("class Child(Thing): pass", space)
    assert issubclass(space["Child"], thing)
    assert space["Child"].__mro__[1] is vars(sys.modules["parcel"])["Thing"]


def test_an_import_that_fails_fails_again_and_then_may_succeed(put_off: Any, tmp_path: Path) -> None:
    parcel = put_off({"parcel": ()}, __init__="first = 1\nimport no_such_module_anywhere\n")
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
            _ = parcel.second
    (tmp_path / "no_such_module_anywhere.py").write_text("", encoding="utf-8")
    importlib.invalidate_caches()
    assert parcel.first == 1
    with pytest.raises(AttributeError):
        _ = parcel.second


def test_a_second_thread_waits_for_the_whole_module(put_off: Any) -> None:
    parcel = put_off({"parcel": ()}, __init__="import time\nbegun = True\ntime.sleep(0.3)\nlast = 'there'\n")
    first = threading.Thread(target=lambda: parcel.begun)
    first.start()
    while "begun" not in vars(parcel):
        assert first.is_alive()
    assert parcel.last == "there"
    first.join()


def test_two_threads_that_come_from_both_ends_do_not_wait_for_each_other_for_ever(put_off: Any) -> None:
    parcel = put_off({"parcel": ()}, __init__="import time\ntime.sleep(0.2)\nfrom parcel.inner import X\n", inner="import parcel\nX = 1\n")
    threads = [threading.Thread(target=lambda: parcel.X), threading.Thread(target=lambda: importlib.import_module("parcel.inner"))]
    for thread in threads:
        thread.daemon = True
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert parcel.X == 1


def test_a_stand_in_may_be_a_module_of_the_package(put_off: Any) -> None:
    put_off({"parcel": ("inner",)}, __init__="", inner="X = 1\n")
    space: dict[str, Any] = {}
    exec("from parcel import inner", space)
    assert type(space["inner"]) is Late
    assert space["inner"].X == 1


def test_a_package_comes_before_what_is_in_it(put_off: Any) -> None:
    put_off(
        {"parcel": (), "parcel.inner": ("Inner",)},
        __init__="from parcel.base import Base\nfrom parcel.inner import Inner\n",
        base="class Base: pass\n",
        inner="from parcel import Base\nclass Inner(Base): pass\n",
    )
    space: dict[str, Any] = {}
    exec("from parcel.inner import Inner", space)
    assert type(space["Inner"]) is Late
    assert type(space["Inner"]()).__name__ == "Inner"
    assert not isinstance(vars(sys.modules["parcel"])["Inner"], Late)
