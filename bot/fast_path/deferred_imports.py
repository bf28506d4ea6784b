"""Imports put off until something is taken from the module: what no configured part uses is never loaded.

Rasa imports TensorFlow for one helper module, `rasa.utils.train_utils`, that only neural components use, matplotlib for
its reports, and scikit-learn to cut training data in two. A deferred module stands in `sys.modules` from the start and
loads itself when the first of its names is asked for. Nothing is missing: a pipeline with DIET gets its TensorFlow, only later.

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

#: Rasa's own modules whose import is put off, for what they bring: TensorFlow, matplotlib, scikit-learn. With each, the
#: functions that other modules take from it by name at import: those are handed out unloaded and load it when called.
DEFERRED: Mapping[str, tuple[str, ...]] = {
    "rasa.utils.train_utils": (),
    "rasa.utils.plotting": (),
    "rasa.utils.tensorflow.model_data": ("ragged_array_to_ndarray",),
    "rasa.utils.tensorflow.model_data_utils": (),
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
        if type(module) is _DeferredModule:
            loader = module.__spec__.loader if module.__spec__ else None
            module.__class__ = ModuleType  # type: ignore[assignment]
            if isinstance(loader, _DeferringLoader):
                loader.really.exec_module(module)


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
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _DeferringLoader(spec.loader, self._names[name])
        return spec


def defer(names: Mapping[str, Collection[str]] = DEFERRED) -> None:
    """Put off the import of those modules named that are not loaded yet; call it before Rasa is imported."""
    if not any(isinstance(finder, DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, DeferringFinder(names))
