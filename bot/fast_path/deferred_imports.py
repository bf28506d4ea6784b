"""Imports put off until something is taken from the module: what no configured part uses is never loaded.

Rasa imports TensorFlow for one helper module, `rasa.utils.train_utils`, that only neural components use, matplotlib for
its reports, scikit-learn to cut training data in two, and the clients of every store and channel that it knows. A deferred
module stands in `sys.modules` from the start and loads itself when the first of its names is asked for. Nothing is
missing: a pipeline with DIET gets its TensorFlow, only later.

Who imports a name (`from module import Name`) asks for it at once. Names that Rasa's modules import so and use later, if
ever, are handed out as stand-ins (`Late`).

(The standard library's `importlib.util.LazyLoader` loads as soon as `inspect` looks for `__file__`, which packages do.)
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Collection, Mapping, Sequence
from types import ModuleType
from typing import Any

#: Modules whose import is put off, for what they bring: TensorFlow, matplotlib, scikit-learn, clients of stores and channels.
#: With each, the functions and classes that other modules import from it by name. A class that is inherited from as soon
#: as it is imported would only be loaded in a roundabout way.
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
    # What Rasa's runner of graphs, its types of features, and the makers of log lines and of word lists could need and do not.
    "dask": (),
    "ftfy": (),
    "ftfy.fixes": ("uncurl_quotes",),
    "h5py": (),
    "mako": ("exceptions",),
    "mako.pygen": ("PythonPrinter",),
    "mako.template": ("Template",),
    "rich": (),
    "rich.console": ("Console",),
    "rich.traceback": ("Traceback",),
    "scipy.sparse": ("coo_matrix", "spmatrix"),
    # spaCy's commands: they download and train.
    "spacy.cli": (),
    "spacy.cli.info": ("info",),
}


class _DeferredModule(ModuleType):
    """A module that has its name and file, and loads when anything else is asked of it."""

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)  # what `inspect` and `copy` look for must not load it
        loader = _loader_of(self)
        if loader is not None and name in loader.late and not loader.loading and not _is_in_use(_package_of(self.__name__)):
            return Late(self, name)
        _load(self)
        if type(self) is not _DeferredModule:
            return getattr(self, name)
        own = vars(self).get("__getattr__")  # its own code is running, and asks for what is not there yet
        if own is None:
            raise AttributeError(f"{self.__name__} is being loaded and has no {name} yet")
        return own(name)


class Late:
    """Stands for a function or class of a module that is not loaded yet.

    Called, asked for an attribute, inherited from or given to `isinstance`, it loads the module and is the real one.
    (`except`, `type(x) is` and `type(name, bases, …)` know the real one only.)
    """

    def __init__(self, module: ModuleType, name: str) -> None:
        self.__module, self.__name = module, name

    def __really(self) -> Any:
        _load(self.__module)
        try:
            return getattr(self.__module, self.__name)
        except AttributeError:
            return importlib.import_module(f"{self.__module.__name__}.{self.__name}")

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What the real one makes of it."""
        return self.__really()(*arguments, **keywords)

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)
        return getattr(self.__really(), name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.__really(),)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self.__really())

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, self.__really())

    def __repr__(self) -> str:
        return f"<{self.__module.__name__}.{self.__name}, not used yet>"


class _DeferringLoader(importlib.abc.Loader):
    """Puts a module's loading off.

    Attributes:
        really: what will load it.
        late: names that are handed out as stand-ins.
        loading: the module's code is running. Meanwhile what it has so far is all there is, as in any import.
        lock: one thread loads, others wait, though not for ever (see `_load`). It is the module's own.
    """

    def __init__(self, really: importlib.abc.Loader, late: Collection[str]) -> None:
        self.really = really
        self.late = late
        self.loading = False
        self.lock = threading.RLock()

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in {"__all__", "__version__"}


def _loader_of(module: ModuleType) -> _DeferringLoader | None:
    loader = module.__spec__.loader if module.__spec__ else None
    return loader if isinstance(loader, _DeferringLoader) else None


def _package_of(name: str) -> str:
    return name.rpartition(".")[0]


def _is_in_use(package: str) -> bool:
    """Whether a package of deferred modules is being loaded, or is. Among themselves its modules mean the real names."""
    module = sys.modules.get(package)
    loader = _loader_of(module) if module is not None else None
    return loader is not None and (type(module) is not _DeferredModule or loader.loading)


_PATIENCE = 20.0  # seconds


def _load(module: ModuleType, patience: float = _PATIENCE) -> None:
    """Run the module's code, once; where that fails it can be tried again, and fails as loudly.

    A package comes before what is in it, as in any import: its modules may ask each other for names in a circle that only
    this order resolves. Two threads may wait for each other, one here and one at the lock of an ordinary import, which does
    not know of ours: so nobody waits longer than `patience`, and goes on then with what the module has so far.
    """
    package = sys.modules.get(_package_of(module.__name__))
    if package is not None and type(package) is _DeferredModule:
        _load(package, patience)
    loader = _loader_of(module)
    if loader is None or not loader.lock.acquire(timeout=patience):
        return
    try:
        if loader.loading or type(module) is not _DeferredModule:
            return
        loader.loading = True
        try:
            loader.really.exec_module(module)
            module.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            loader.loading = False
    finally:
        loader.lock.release()


class DeferringFinder(importlib.abc.MetaPathFinder):
    """Finds the modules named and puts their loading off; leaves all others to the finders after it.

    Args:
        names: full names of modules, each with what is handed out as a stand-in.
    """

    def __init__(self, names: Mapping[str, Collection[str]]) -> None:
        self._names = dict(names)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        """A spec whose loader does nothing until the module is used; None for every other module."""
        package = _package_of(name)
        if name not in self._names:
            parent = sys.modules.get(package)
            if parent is not None and type(parent) is _DeferredModule:
                _load(parent, patience=0)  # another thread that loads it may be waiting for this very module
            return None
        if _is_in_use(package):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _DeferringLoader(spec.loader, self._names[name])
        return spec


def defer(names: Mapping[str, Collection[str]] = DEFERRED) -> None:
    """Put off the import of those modules named that are not loaded yet; call it before Rasa is imported."""
    if not any(isinstance(finder, DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, DeferringFinder(names))
        _standard_distutils()


def _standard_distutils() -> None:
    """Sanic takes one small function from `distutils`; setuptools would put itself in that module's place, and be loaded for it."""
    hack = sys.modules.get("_distutils_hack")
    if hack is not None and sys.version_info < (3, 12):
        hack.remove_shim()
