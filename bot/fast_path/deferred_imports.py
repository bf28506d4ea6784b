"""Imports put off until something is taken from the module: what no configured part uses is never loaded.

Rasa imports TensorFlow for one helper module, `rasa.utils.train_utils`, that only neural components use, and matplotlib
for its reports. A deferred module stands in `sys.modules` from the start and loads itself when the first of its names is
asked for. Nothing is missing: a pipeline with DIET gets its TensorFlow, only later.

(The standard library's `importlib.util.LazyLoader` loads as soon as `inspect` looks for `__file__`, which packages do.)
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

#: Rasa's own modules whose import is put off, each with what it would bring: TensorFlow, matplotlib.
DEFERRED: tuple[str, ...] = ("rasa.utils.train_utils", "rasa.utils.plotting")

_lock = threading.RLock()


class _DeferredModule(ModuleType):
    """A module that has its name and file, and loads when anything else is asked of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # what `inspect` and `copy` look for must not load it
        with _lock:
            if type(self) is _DeferredModule:
                loader = self.__spec__.loader if self.__spec__ else None
                self.__class__ = ModuleType  # type: ignore[assignment]
                if isinstance(loader, _DeferringLoader):
                    loader.really.exec_module(self)
        return getattr(self, name)


class _DeferringLoader(importlib.abc.Loader):
    def __init__(self, really: importlib.abc.Loader) -> None:
        self.really = really

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""


class DeferringFinder(importlib.abc.MetaPathFinder):
    """Finds the modules named and puts their loading off; leaves all others to the finders after it.

    Args:
        names: full names of modules.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        """A spec whose loader does nothing until the module is used; None for every other module."""
        if name not in self._names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _DeferringLoader(spec.loader)
        return spec


def defer(names: Iterable[str] = DEFERRED) -> None:
    """Put off the import of those modules named that are not loaded yet; call it before Rasa is imported."""
    if not any(isinstance(finder, DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, DeferringFinder(names))
