"""Presets as files: read, merged with the one they extend, and made adapters of. It knows YAML, not what a key
means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from forum_bridge.forums.contract import Adapter, AdapterOptions
from forum_bridge.forums.entry import AdapterEntry, Options
from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.forums.html.adapter import adapter_class
from forum_bridge.forums.html.parse import parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import WatchKind
from forum_bridge.web.session import ForumSession

CAPABILITIES = {  # each by a method that a class has or has not
    "sign_in": "sign_in",
    "reply": "reply",
    "own_posts": "own_posts",
    "quote": "quote",
    "push": "decode_push",
    "upload": "takes",
    "message": "message",
}


class PresetFault(Exception):
    """A preset's file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class PresetMaker:
    """Makes ``html`` adapters of one preset; a forum's options are laid over the preset key by key."""

    name: str
    raw: Options

    def options(self, given: Options) -> AdapterOptions:
        return Preset.model_validate(merged(self.raw, given))

    def build(self, options: AdapterOptions, session: ForumSession) -> Adapter:
        preset = Preset.model_validate(options)
        return adapter_class(preset)(preset, session, self.name)

    def fields(self) -> type[BaseModel]:
        return Preset

    def leaves_open(self, name: str) -> bool:
        return name in Preset.model_fields and name not in self.raw


def read_yaml(path: Path) -> dict[str, object]:
    """Return a preset's file as it stands. Raises PresetFault: unreadable, no YAML, a key twice, not a mapping."""
    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PresetFault(f"{path} cannot be read: {error}") from error
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise PresetFault(f"{path}{line}: {error.problem}") from error
    except YAMLError as error:
        raise PresetFault(f"{path}: {error}") from error
    if not isinstance(raw, Mapping):
        raise PresetFault(f"{path} is no preset: it has to start with keys such as `markup:`")
    return {str(key): value for key, value in raw.items()}


def extended(
    name: str, folder: Mapping[str, Options], below: Mapping[str, Options], above: tuple[str, ...] = ()
) -> dict[str, object]:
    """Return the preset ``name`` of a folder laid over the one that it ``extends``, and so on; ``below`` holds whole
    presets of the folders before, where one may extend its own namesake. Raises PresetFault: no such preset, or a
    circle."""
    own = dict(folder[name])
    base = own.pop("extends", None)
    if base is None:
        return own
    if base in folder and base != name and base not in above:
        return merged(_unmarked(extended(str(base), folder, below, (*above, name))), own)
    if base in below:
        return merged(below[base] if base == name else _unmarked(below[str(base)]), own)
    raise PresetFault(f"extends: there is no preset {base!r} to extend")


def _unmarked(preset: Options) -> Options:
    """Return a preset as others extend it: the engine is recognised by its own, not by all that are made after it."""
    return {key: value for key, value in preset.items() if key != "detect"}


def spelled_out(source: str) -> AdapterEntry:
    """Return the entry ``html``: a forum whose whole preset stands under its options, without a file of its own."""
    watches = frozenset({WatchKind.THREAD, WatchKind.BOARD, WatchKind.INBOX})
    return AdapterEntry("html", source, PresetMaker("html", {}), capabilities=frozenset({"read"}), watches=watches)


def preset_entry(name: str, source: str, raw: Options) -> AdapterEntry:
    """Return the entry of a preset whose keys are whole. Raises PresetFault, naming every key that is wrong."""
    try:
        preset = Preset.model_validate(raw)
    except ValidationError as error:
        places = error.errors(include_url=False, include_input=False)
        told = [
            f"{'.'.join(map(str, each['loc'])) or 'the preset'}: {each['msg'].removeprefix('Value error, ')}"
            for each in places
        ]
        raise PresetFault("; ".join(told)) from None
    able = frozenset({"read"} | {name for name, does in CAPABILITIES.items() if hasattr(adapter_class(preset), does)})
    return AdapterEntry(
        name,
        source,
        PresetMaker(name, raw),
        preset.markup,
        able,
        watches=_watches(preset),
        parse=partial(_parse, preset),
        container=preset.posts.container,
        in_rows=preset.posts.beside is not None,
        mark=raw,
        detect=_fingerprint(preset),
    )


def _fingerprint(preset: Preset) -> Fingerprint | None:
    """Return what the engine is recognised by; how a thread's address looks, the preset itself says."""
    if preset.detect is None or preset.detect.thread is not None:
        return preset.detect
    return preset.detect.model_copy(update={"thread": preset.thread.match})


def _watches(preset: Preset) -> frozenset[WatchKind]:
    parts = {WatchKind.THREAD: preset.thread, WatchKind.BOARD: preset.board, WatchKind.INBOX: preset.inbox}
    return frozenset(kind for kind, part in parts.items() if part is not None)


def merged(base: Options, over: Options) -> dict[str, object]:
    """Return ``base`` with the keys of ``over`` laid over it, mapping by mapping; lists and texts are replaced
    whole."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result


def _parse(preset: Preset, saved: str, url: str, served: datetime | None = None) -> ThreadPage:
    return parse_thread(saved, url, preset, served)
