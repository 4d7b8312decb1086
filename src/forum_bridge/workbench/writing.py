"""A preset in the making as YAML: commented with why each key was taken, what to look at, and what is left to fill in.
Never puts a file in another's place."""

from __future__ import annotations

import textwrap
from pathlib import Path

from ruamel.yaml.comments import CommentedSeq

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.workbench.beginning import dumped
from forum_bridge.workbench.guess.draft import Draft, Plain, Section

WIDTH = 110
_SAYS = (
    "What the forum says when it refuses (a wrong password, a locked thread, a pause between posts) cannot be seen"
    " beforehand: add it under says:, as the other presets do, once it says it."
)
_ALIGNED = 72  # a comment behind a line begins here at the latest, unless the line is longer


def written(draft: Draft, head: list[str], extends: str | None = None) -> str:
    """Return the preset as YAML. ``head`` are the sentences at its top."""
    lines = [line for sentence in head for line in _comment(sentence)]
    if extends is not None:
        lines += ["", f"extends: {extends}"]
    for section in draft.sections:
        if section.keys:
            lines += _section(section)
    for section in draft.later:
        lines += ["", *_comment(section.note, mark="?")]
        lines += [f"# {line}" for line in dumped({section.name: section.keys}).splitlines()]
    lines += ["", *_comment(_SAYS)] if any(section.name in {"login", "reply"} for section in draft.sections) else []
    for doubt in draft.doubts:
        lines += ["", *_comment(doubt, mark="?")]
    return "\n".join(lines) + "\n"


def save_new(text: str, folder: Path, name: str) -> Path:
    """Write a preset into the adapters folder, which is made if there is none. Raises ConfigurationRefused where the
    name is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    taken = next((each for each in (path, folder / f"{name}.py") if each.exists()), None)
    if taken is not None:
        raise _taken(taken)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _taken(path) from None
    return path


def _taken(path: Path) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"{path} is there already, and nothing was written.",
        explanation="Choose another name, or move that file away if it is not needed any more.",
    )


def _section(section: Section) -> list[str]:
    indent = "  " if section.name else ""
    lines = ["", *([f"{section.name}:"] if section.name else [])]
    for key, value in section.keys.items():
        doubt = section.doubts.get(key, "")
        lines += [f"{indent}{line}" for line in (_comment(doubt, mark="?") if doubt else [])]
        lines += _key(key, value, section.whys.get(key, ""), indent)
    for key, what in section.missing.items():
        lines += [f"{indent}{line}" for line in _comment(f"{key} was not found: {what}", mark="?")]
        lines.append(f"{indent}# {key}: ")
    return lines


def _key(key: str, value: Plain, why: str, indent: str) -> list[str]:
    """Return a key's lines, with why it was taken behind it, or above where there is no room."""
    written_lines = dumped({key: _flowing(value)}).splitlines()
    lines = [f"{indent}{line}" for line in written_lines]
    if not why:
        return lines
    if len(lines) == 1 and len(lines[0]) + len(why) + 4 <= WIDTH:
        return [f"{lines[0]:<{min(_ALIGNED, max(len(lines[0]), 44))}}  # {why}"]
    return [*(f"{indent}{line}" for line in _comment(why)), *lines]


def _flowing(value: Plain) -> object:
    if not isinstance(value, list):
        return value
    flowing = CommentedSeq(value)
    flowing.fa.set_flow_style()
    return flowing


def _comment(text: str, mark: str = "") -> list[str]:
    if text.startswith("  "):
        return [f"# {text}"]  # a command, to be copied whole
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=f"#{mark} ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
