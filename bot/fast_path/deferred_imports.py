"""Imports put off until something is taken from the module: what no configured part uses is never loaded.

Rasa imports TensorFlow for one helper module, `rasa.utils.train_utils`, that only neural components use, matplotlib for
its reports, scikit-learn to cut training data in two, and the clients of every store and channel that it knows. A deferred
module stands in `sys.modules` from the start and loads itself when the first of its names is asked for. Nothing is missing: a
pipeline with DIET gets its TensorFlow, only later.

(The standard library's `importlib.util.LazyLoader` loads as soon as `inspect` looks for `__file__`, which packages do.)
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from types import ModuleType
from typing import Any

#: Modules whose import is put off, for what they bring: TensorFlow, matplotlib, scikit-learn, clients of stores and channels. With each,
#: the functions and classes that other modules take from it by name at import: what is handed out unloaded loads it when called. (A
#: class that others inherit from, or ask `isinstance` of, cannot be among them.)
DEFERRED: Mapping[str, tuple[str, ...]] = {
    "rasa.utils.train_utils": (),
    "rasa.utils.plotting": (),
    "rasa.utils.tensorflow.model_data": ("ragged_array_to_ndarray",),
    "rasa.utils.tensorflow.model_data_utils": (),
    # Clients of stores and channels that Rasa imports for whoever may use them, and what asks questions in a terminal.
    "boto3": (),
    "boto3.dynamodb": (),
    "boto3.dynamodb.conditions": ("Key",),
    "fbmessenger": ("MessengerClient",),
    "prompt_toolkit": (),
    "prompt_toolkit.styles": ("Style",),
    "pymongo": (),
    "pymongo.collection": ("Collection",),
    "questionary": ("Question",),
    "slack_sdk": (),
    "slack_sdk.web": (),
    "slack_sdk.web.async_client": ("AsyncWebClient",),
    "socketio": ("AsyncServer",),
    "webexteamssdk": ("WebexTeamsAPI", "Webhook"),
    # spaCy's commands: they download and train.
    "spacy.cli": (),
    "spacy.cli.info": ("info",),
}

_lock = threading.RLock()


class _DeferredModule(ModuleType):
    """A module that has its name and file, and loads when anything else is asked of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # what `inspect` and `copy` look for must not load it
        loader = self.__spec__.loader if self.__spec__ else None
        if isinstance(loader, _DeferringLoader) and name in loader.functions:
            return _late(self, name)
        _load(self)
        return getattr(self, name)


def _load(module: ModuleType) -> None:
    with _lock:
        if type(module) is not _DeferredModule:
            return
        _load_package_of(module.__name__)
        loader = module.__spec__.loader if module.__spec__ else None
        module.__class__ = ModuleType  # type: ignore[assignment]
        if isinstance(loader, _DeferringLoader):
            _hand_out_no_more(f"{module.__name__}.")
            loader.really.exec_module(module)


def _load_package_of(name: str) -> None:
    """A package comes before what is in it: its modules may ask each other for names in a circle that only this order resolves."""
    package = sys.modules.get(name.rpartition(".")[0])
    if type(package) is _DeferredModule:
        _load(package)


def _hand_out_no_more(package: str) -> None:
    """Within a package that is loaded, names mean what they say: a function in place of a class is for others only."""
    for name, module in sys.modules.items():
        loader = module.__spec__.loader if type(module) is _DeferredModule and module.__spec__ else None
        if name.startswith(package) and isinstance(loader, _DeferringLoader):
            loader.functions = ()


def _late(module: ModuleType, name: str) -> Callable[..., Any]:
    """A function that stands for one of the module's until it is called."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        _load(module)
        return getattr(module, name)(*arguments, **keywords)

    return call


class _DeferringLoader(importlib.abc.Loader):
    def __init__(self, really: importlib.abc.Loader, functions: Collection[str]) -> None:
        self.really = really
        self.functions = functions

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""


class DeferringFinder(importlib.abc.MetaPathFinder):
    """Finds the modules named and puts their loading off; leaves all others to the finders after it.

    Args:
        names: full names of modules, each with the functions that are handed out unloaded.
    """

    def __init__(self, names: Mapping[str, Collection[str]]) -> None:
        self._names = dict(names)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        """A spec whose loader does nothing until the module is used; None for every other module."""
        if name not in self._names:
            _load_package_of(name)
            return None
        package = name.rpartition(".")[0]
        if package in self._names and type(sys.modules.get(package)) is not _DeferredModule:
            return None  # it is in use
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _DeferringLoader(spec.loader, self._names[name])
        return spec


def defer(names: Mapping[str, Collection[str]] = DEFERRED) -> None:
    """Put off the import of those modules named that are not loaded yet; call it before Rasa is imported."""
    if not any(isinstance(finder, DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, DeferringFinder(names))
