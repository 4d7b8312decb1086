"""One adapter as the registry knows it: where it comes from, what it can do, how to check options and how to build
it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ValidationError

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.contract import Adapter, AdapterOptions
from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import POLLED, Markup, WatchKind
from forum_bridge.web.session import ForumSession

Options = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OptionFault:
    """What is wrong with a key under ``options``: its path, the problem and how to mend it."""

    path: tuple[str | int, ...]
    problem: str
    mend: str


class Maker(Protocol):
    """How one kind of adapter comes to be: from a preset, or from a Python class."""

    def options(self, given: Options) -> AdapterOptions:
        """Return the whole options. Raises pydantic.ValidationError, its places counted from the options' root."""
        ...

    def build(self, options: AdapterOptions, session: ForumSession) -> Adapter:
        """Return an adapter with these options."""
        ...

    def fields(self) -> type[BaseModel]:
        """Return the model of the options."""
        ...

    def leaves_open(self, name: str) -> bool:
        """Return whether there is an option of this name which the adapter itself does not set."""
        ...


class Parse(Protocol):
    """Reads what was saved from an address. ``served`` is when the forum sent it, to which "yesterday" refers; without
    it such times stay unknown."""

    def __call__(self, saved: str, url: str, served: datetime | None = None) -> ThreadPage: ...


@dataclass(frozen=True, slots=True)
class AdapterEntry:
    """An adapter that can be used, or one that cannot: then ``fault`` says why. ``source`` is ``built-in``, a file's
    path or an entry point's name; ``overrides`` the source of the one that it takes the place of."""

    name: str
    source: str
    maker: Maker | None = None
    markup: Markup | None = None
    capabilities: frozenset[str] = frozenset()  # of: read, sign_in, reply, own_posts, quote, upload, message
    fault: str | None = None
    overrides: str | None = None
    watches: frozenset[WatchKind] = POLLED  # none: the forum sends its posts by itself
    mark: object = None  # differs whenever the adapter does: a preset's keys, a file's content
    container: str | None = None  # a preset's selector of a post on a page
    in_rows: bool = False  # whether a post goes on beside its container, so that this alone is none
    opens_with: frozenset[str] = frozenset({"password"})  # what of ``login`` opens the account: password, api_key
    parse: Parse | None = None  # reads a saved page or document, without network
    detect: Fingerprint | None = None  # what its engine is recognised by

    def check(self, options: Options) -> list[OptionFault]:
        """Return every fault of the options; none means that ``build`` will accept them."""
        if self.maker is None:
            return [OptionFault((), f"The adapter {self.name} cannot be used: {self.fault}", f"Mend {self.source}.")]
        try:
            self.maker.options(options)
        except ValidationError as error:
            fields = self.maker.fields()
            return [
                OptionFault(
                    _written_place(each["loc"], options),
                    each["msg"].removeprefix("Value error, "),
                    str(each.get("ctx", {}).get("mend") or _mend(each["type"], each["loc"], fields)),
                )
                for each in error.errors(include_url=False, include_input=False)
            ]
        return []

    def build(self, options: Options, session: ForumSession, *, timezone: str | None = None) -> Adapter:
        """Return the adapter for one forum. Raises as ``whole`` does."""
        whole = self.whole(options, timezone=timezone)
        assert self.maker is not None  # else ``whole`` had raised
        return self.maker.build(whole, session)

    def whole(self, options: Options, *, timezone: str | None = None) -> AdapterOptions:
        """Return the options for one forum with all that the adapter itself says. ``timezone`` (the forum's) fills the
        option of that name where the adapter has one and neither it nor ``options`` sets it. Raises
        ConfigurationRefused, naming the faults."""
        if self.maker is not None and timezone is not None and self.maker.leaves_open("timezone"):
            options = {"timezone": timezone, **options}
        faults = self.check(options)
        if faults or self.maker is None:
            told = "; ".join(f"{'.'.join(map(str, fault.path)) or self.name}: {fault.problem}" for fault in faults)
            raise ConfigurationRefused(f"The options of the adapter {self.name} cannot be used: {told}")
        return self.maker.options(options)


def _written_place(place: tuple[str | int, ...], options: Options) -> tuple[str | int, ...]:
    """Return the place as the person wrote it: one text may stand where a list of texts is meant."""
    node: object = options
    for depth, key in enumerate(place):
        if isinstance(key, int) and not isinstance(node, list | tuple):
            return place[:depth]
        if isinstance(node, Mapping):
            node = node.get(key)
        elif isinstance(node, list | tuple) and isinstance(key, int):
            node = node[key]
    return place


def _mend(kind: str, place: tuple[str | int, ...], fields: type[BaseModel]) -> str:
    """Return what to do about a fault of pydantic's ``kind``."""
    if kind == "extra_forbidden":
        known = ", ".join(_keys_at(place[:-1], fields))
        return f"Take it out, or write one of: {known}." if known else "Take it out."
    if kind == "missing":
        return "Add it; the preset that this one is made after shows how."
    return "Correct it as the problem says, or take it out: then what the adapter itself says holds."


def _keys_at(place: tuple[str | int, ...], fields: type[BaseModel]) -> list[str]:
    """Return the keys that a model has at a place within."""
    model: type[BaseModel] | None = fields
    for key in place:
        annotation = model.model_fields[str(key)].annotation if model and str(key) in model.model_fields else None
        options = [annotation, *getattr(annotation, "__args__", ())]
        model = next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)
    return sorted(model.model_fields) if model else []
