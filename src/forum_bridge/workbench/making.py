"""Makes a preset's file of what was guessed: whole, or as what a theme has otherwise than its engine's preset. Writes
nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from forum_bridge.command import command
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.preset_files import PresetMaker, merged
from forum_bridge.forums.registry import Registry
from forum_bridge.workbench.fitting import Fitted, Reading, read_with
from forum_bridge.workbench.guess.draft import Draft
from forum_bridge.workbench.recognise import Match
from forum_bridge.workbench.theme import differing
from forum_bridge.workbench.writing import written


@dataclass(frozen=True, slots=True)
class Made:
    """A preset's file, what it reads of the thread, and what it was made of. ``extends`` names the adapter
    of the engine."""

    text: str
    reading: Reading
    draft: Draft
    fitted: Fitted
    extends: str | None = None


def refuse_taken(name: str, folder: Path, registry: Registry) -> None:
    """Raise ConfigurationRefused where there is an adapter of this name, or a file that may become one."""
    there = [path for path in (folder / f"{name}.yaml", folder / f"{name}.py") if path.exists()]
    if there:
        where = str(there[0])
    elif name in registry.names():
        where = f"An adapter {name} ({registry.get(name).source})"
    else:
        return
    raise ConfigurationRefused(f"{where} is there already; nothing was written.", explanation="Choose another name.")


def made(name: str, fitted: Fitted, match: Match | None, now: datetime) -> Made:
    """Return the file. ``match`` is the engine that was recognised, if one was."""
    thread = fitted.pages.thread
    head = [
        f"{name}: guessed by `forum-bridge adapter new` on {now:%Y-%m-%d} from {thread.url}",
        "Behind each key stands why it was taken; lines with #? say what to look at. See in the browser what the file",
        "reads while you edit it (of a page that only members see: save it, and add --file PAGE):",
        f"  {command('adapter', 'try', name, '--browser', '--url', thread.url)}",
    ]
    engine = match.entry.maker if match is not None else None
    if match is None or not isinstance(engine, PresetMaker):
        return Made(written(fitted.guessed.draft, head), fitted.reading, fitted.guessed.draft, fitted)
    base = Preset.model_validate(engine.raw)
    draft = differing(fitted.guessed, base, thread)
    reading = read_with(merged(engine.raw, draft.plain()), thread)
    head.insert(1, f"The engine is {match.shown}; only what this forum's theme has otherwise stands here.")
    return Made(written(draft, head, match.entry.name), reading, draft, fitted, match.entry.name)
