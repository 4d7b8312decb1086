"""Which element of a page was found by which keys, in the order in which their colours count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forum_bridge.workbench.trying.examine import Examined, Spot
from forum_bridge.workbench.trying.findings import as_usual, written

ORDER = (  # the last one that found an element gives it its colour; the stylesheet has the same order
    "container", "row", "reply", "login", "body", "quotes", "drop", "attachments", "moved", "edited", "author_url",
    "author_id", "id", "link", "time", "author", "title", "pages", "previous", "next",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Legend:
    """One colour: ``key`` of a part, what the preset has for it (empty where it is no key of the preset), in how many
    of ``total`` posts it finds something (for what stands around them: how many elements), and the first element."""

    key: str
    value: str
    count: int
    total: int | None = None
    first: int | None = None

    @property
    def full(self) -> bool:
        """Whether nothing seems to be missing."""
        return self.total is None or as_usual(self.key, self.count, self.total)


def marks(found: Examined) -> dict[int, list[str]]:
    """Return the keys that found an element, by its number."""
    by_key: dict[str, set[int]] = {key: set() for key in ORDER}
    by_key["container" if found.part == "posts" else "row"] = {
        number for item in found.items if not item.skipped for number in (item.element, *item.beside)
    }
    for item in found.items:
        for key, spots in {**item.spots, "quotes": item.quotes}.items():
            by_key[key].update(_numbers(spots))
    for key, spots in found.around.items():
        by_key[key].update(_numbers(spots))
    told: dict[int, list[str]] = {}
    for key, numbers in by_key.items():
        for number in sorted(numbers):
            told.setdefault(number, []).append(key)
    return told


def legend(found: Examined) -> list[Legend]:
    """Return each colour on the page, those of the posts first, in the order of a preset's keys."""
    items = [item for item in found.items if not item.skipped]
    whole, first = ("container", found.preset.posts.container), next((each.element for each in items), None)
    if found.part == "board" and found.preset.board is not None:
        whole = ("row", found.preset.board.row)
    told = [Legend(whole[0], whole[1], len(items), first=first)]
    for key in found.items[0].spots if found.items else ():
        if value := written(found, key):
            spots = [item.spots[key] for item in items]
            told.append(Legend(key, value, sum(map(bool, spots)), len(items), _first(spots)))
        if key == "body":
            quotes = [item.quotes for item in items if item.quotes]
            told += [Legend("quotes", "", len(quotes), first=_first(quotes))] if quotes else []
    told += [
        Legend(key, _around(found, key), len(spots), first=_first([spots]))
        for key, spots in found.around.items()
        if spots
    ]
    return told


def _around(found: Examined, key: str) -> str:
    """Return what the preset has for something around the posts."""
    forms: Mapping[str, object] = {"reply": found.preset.reply, "login": found.preset.login}
    value = getattr(forms[key], "form", "") if key in forms else getattr(found.preset.thread, key)
    return value if isinstance(value, str) else ", ".join(map(str, value or ()))


def _numbers(spots: Iterable[Spot]) -> list[int]:
    return [spot.element for spot in spots]


def _first(spots: Iterable[Iterable[Spot]]) -> int | None:
    return next((spot.element for each in spots for spot in each), None)
