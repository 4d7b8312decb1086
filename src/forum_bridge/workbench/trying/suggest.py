"""What could be meant by a selector that finds nothing: names on the page that are written nearly so, and what would be
guessed for this page. Looks at the page only when asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property

from forum_bridge.workbench.guess.outline import Outline
from forum_bridge.workbench.guess.preset import Guessed, Pages, guess_preset
from forum_bridge.workbench.trying.examine import Examined
from forum_bridge.workbench.trying.findings import Finding

MOST = 3
_NAME = re.compile(r"[.#][A-Za-z_][\w-]*|\[[a-z][\w-]*(?=[\]~|^$*=])")


class Suggestions:
    """Of one page. Calling it adds to a finding what could be meant instead."""

    def __init__(self, found: Examined) -> None:
        self._found = found

    def __call__(self, finding: Finding) -> Finding:
        section, _, key = finding.key.partition(".")
        guess = self._guessed.draft.section(section).keys.get(key) if self._guessed is not None else None
        instead = guess if isinstance(guess, str) and guess != finding.value else ""
        return replace(finding, close=tuple(close(finding.value, self._names)), instead=instead)

    @cached_property
    def _guessed(self) -> Guessed | None:
        seen = self._found.seen
        return guess_preset(Pages(seen)) if self._found.part == "posts" else None

    @cached_property
    def _names(self) -> frozenset[str]:
        outline = Outline.of(self._found.seen.html, self._found.seen.url)
        found: set[str] = set()
        for element in outline.elements if outline is not None else ():
            found.update(f".{name}" for name in element.classes)
            found.update(f"[{name}" for name in element.attributes)
            if (own := element.attributes.get("id")) and not re.search(r"\d", own):
                found.add(f"#{own}")
        return frozenset(found)


def close(selector: str, names: Iterable[str]) -> list[str]:
    """Return names (``.class``, ``#id``, ``[attribute``) that are written nearly as those in the selector which are not
    among them; attributes as ``[attribute]``."""
    known = set(names)
    found: list[str] = []
    for name in dict.fromkeys(_NAME.findall(selector)):
        if name in known:
            continue
        alike = sorted(each for each in known if each[0] == name[0])
        folded = {re.sub(r"[-_]", "", each).lower(): each for each in alike}
        near = get_close_matches(re.sub(r"[-_]", "", name).lower(), folded, n=MOST, cutoff=0.6)
        found += [folded[each] for each in near]
    return [f"{each}]" if each.startswith("[") else each for each in dict.fromkeys(found)][:MOST]
