"""Adapters written in Python: a file in the adapters folder, or an entry point of an installed package."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ValidationError

from forum_bridge.forums import engines
from forum_bridge.forums.contract import Adapter, AdapterOptions
from forum_bridge.forums.entry import AdapterEntry, Options
from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.forums.preset_files import CAPABILITIES
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import POLLED, Markup
from forum_bridge.web.session import ForumSession


class AdapterFault(Exception):
    """A Python adapter cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class ClassMaker:
    """Makes adapters of one class."""

    adapter: type[Adapter]

    def options(self, given: Options) -> AdapterOptions:
        return self.adapter.Options.model_validate(dict(given))

    def build(self, options: AdapterOptions, session: ForumSession) -> Adapter:
        return self.adapter(options, session)

    def fields(self) -> type[BaseModel]:
        return self.adapter.Options

    def leaves_open(self, name: str) -> bool:
        return name in self.adapter.Options.model_fields


def from_file(path: Path) -> type[Adapter]:
    """Return the one adapter class that a file defines. Raises AdapterFault: it fails to load, or defines none or
    several."""
    module_name = f"forum_bridge_local_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise AdapterFault(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # pydantic looks a class's module up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a person's own file may fail in any way, and must not take the others down
        del sys.modules[module_name]
        raise AdapterFault(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return _only_adapter(module, path)


def content_mark(path: Path) -> str:
    """Return what changes whenever the file does."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def from_engine(name: str) -> type[Adapter]:
    """Return the one adapter class of ``engines/<name>/adapter.py``, or of ``engines/<name>.py``."""
    package = f"{engines.__name__}.{name}"
    spec = importlib.util.find_spec(package)
    folder = spec is not None and spec.submodule_search_locations is not None
    module = importlib.import_module(f"{package}.adapter" if folder else package)
    return _only_adapter(module, Path(str(module.__file__)))


def from_entry_point(point: EntryPoint) -> type[Adapter]:
    """Return the class that an entry point names. Raises AdapterFault when it cannot be loaded or is no adapter."""
    try:
        loaded = point.load()
    except Exception as error:  # an installed package may fail in any way, and must not take the others down
        raise AdapterFault(f"{point.value} cannot be loaded: {type(error).__name__}: {error}") from error
    return _checked(loaded, point.value)


def class_entry(name: str, source: str, adapter: type[Adapter]) -> AdapterEntry:
    """Return the entry of a Python adapter."""
    markup = getattr(adapter, "markup", None)
    watches = frozenset(getattr(adapter, "watches", POLLED))
    able = frozenset({name for name, does in CAPABILITIES.items() if hasattr(adapter, does)})
    able |= {"read"} if watches else set()
    return AdapterEntry(
        name,
        source,
        ClassMaker(adapter),
        Markup(markup) if markup else None,
        able,
        watches=watches,
        parse=partial(_parse, adapter) if hasattr(adapter, "parse") else None,
        opens_with=frozenset(getattr(adapter, "opens_with", ("password",))),
        detect=_fingerprint(name, adapter),
    )


def _parse(adapter: type[Adapter], saved: str, url: str, served: datetime | None = None) -> ThreadPage:
    del served  # documents of an API tell moments
    page: ThreadPage = adapter.parse(saved, url)  # type: ignore[attr-defined] # an adapter may read saved pages or not
    return page


def _fingerprint(name: str, adapter: type[Adapter]) -> Fingerprint | None:
    raw = getattr(adapter, "detect", None)
    try:
        return Fingerprint.model_validate(raw) if raw is not None else None
    except ValidationError as error:
        told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False))
        raise AdapterFault(f"detect of {name}: {'; '.join(told)}") from None


def _only_adapter(module: ModuleType, path: Path) -> type[Adapter]:
    own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    adapters = [each for each in own if hasattr(each, "read") and hasattr(each, "Options")]
    if len(adapters) != 1:
        raise AdapterFault(f"{path} has to define one class with `Options` and `read`; it defines {len(adapters)}")
    return _checked(adapters[0], str(path))


def _checked(found: object, where: str) -> type[Adapter]:
    options = getattr(found, "Options", None)
    if not isinstance(found, type) or not hasattr(found, "read") or not isinstance(options, type):
        raise AdapterFault(f"{where} is no adapter: a class with `name`, `markup`, `Options` and `read`")
    if not issubclass(options, AdapterOptions):
        raise AdapterFault(f"{where}: Options has to be a subclass of AdapterOptions")
    return found
