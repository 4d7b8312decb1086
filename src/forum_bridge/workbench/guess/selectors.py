"""Selectors for an element, the plainest first: by class, by what an attribute begins with, by its place in something
that has a name. Whether one finds what it should is for those who ask to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from forum_bridge.workbench.guess.outline import Element

# Classes that say how something looks, not what it is; they serve where nothing else does.
_LOOKS = re.compile(
    r"""(?:col|row|span|grid|m|p|[mp][tblrxyse]|d|g|w|h|fs|fw|lh|order|offset|gap|flex|float|text|font|bg|border|rounded
        |align|justify|position|top|bottom|start|end|overflow|shadow|visible|hidden|pull|push|clear|btn|img|list|no|is|has
        |x|xs|sm|md|lg|xl|xxl|small|large|left|right|center|middle|odd|even|alt|first|last|active|clearfix|clearb|inner
        |wrapper|wrap|container|box|inline|block|muted|bold|nowrap|link|links|fresh|dropdown|icon|fa|fas|far|fab|ltr|rtl
        |semi|tabular|nums|opacity|sr|caption|floatleft|floatright)(?:-[\w-]+)?""",
    re.VERBOSE,
)
# Classes that tell a state: what is new today is old tomorrow.
_STATE = re.compile(
    r"(?:.*[-_])?(?:new|old|unread|read|hot|locked?|closed|open|sticky|pinned|normal|announce|solved|moved)(?:[-_].*)?"
)
_WORD = re.compile(r"-?[A-Za-z_][\w-]*")
_HASHED = re.compile(
    r"(?:css|sc|jsx|_)-?[A-Za-z]*\d[\w-]*|[A-Za-z]+_{1,2}(?:(?=[A-Za-z]*\d)[A-Za-z0-9]{5,}|(?=[a-z]*[A-Z])[A-Za-z]{5})|.*[0-9a-f]{8,}.*"
)
_NUMBERED = re.compile(r"^([A-Za-z][A-Za-z_-]*?[_-]?)\d+(?:[_-].*)?$")
_TELLING = ("itemprop", "component", "data-role", "data-type", "data-test", "data-template", "rel", "headers", "role")
_OWN_TAGS = frozenset(("time", "article"))
_PLAIN, _MARK, _LINK, _TAG, _LOOK = 1, 2, 3, 5, 6
BARE = _TAG  # what a selector costs that names a tag alone
_IN_NAMED = 2  # what a bare tag adds to the name of what it stands in


@dataclass(frozen=True, slots=True, order=True)
class Selector:
    """A selector and what it costs: the less, the likelier that a new theme keeps what it names."""

    cost: int
    css: str


def simple(element: Element) -> list[Selector]:
    """Return selectors that name the element by itself, the cheapest first."""
    found = []
    for token in element.classes:
        if _WORD.fullmatch(token) is None or _HASHED.fullmatch(token):
            continue
        cost = (
            _LOOK
            if _LOOKS.fullmatch(token) or _STATE.fullmatch(token)
            else _PLAIN + 2 * any(letter.isdigit() for letter in token)
        )
        found += [Selector(cost, f".{token}"), Selector(cost + 1, f"{element.tag}.{token}")]
    if element.classes and (stem := re.match(r"[A-Za-z]{5,}", element.classes[0])) and not _LOOKS.fullmatch(stem[0]):
        found.append(Selector(_LINK, f'[class^="{stem[0]}"]'))  # username and username-coloured
    own_id = element.attributes.get("id", "")
    if _WORD.fullmatch(own_id) and not any(letter.isdigit() for letter in own_id):
        found.append(Selector(_PLAIN, f"#{own_id}"))
    for name in _TELLING:
        value = element.attributes.get(name, "")
        if _WORD.fullmatch(value.replace("/", "")):
            found.append(Selector(_MARK, f'[{name}="{value}"]'))
    if (prefix := id_prefix(element)) is not None:
        found.append(Selector(_MARK, f'{element.tag}[id^="{prefix}"]'))
    if element.tag == "a":
        found += [Selector(_LINK, f'a[href*="{part}"]') for part in telling_parts(element.attributes.get("href", ""))]
        if element.attributes.get("name"):
            found.append(Selector(_MARK, "a[name]"))
    found += [Selector(_MARK, f"{element.tag}[{name}]") for name in element.attributes if name.startswith("data-")]
    found.append(Selector(_MARK if element.tag in _OWN_TAGS else _TAG, element.tag))
    return sorted(found)


def selectors(element: Element, within: Element, *, most: int = 40) -> list[Selector]:
    """Return selectors that may find the element in ``within``, the cheapest first: by itself, in something that has a
    name, or counted among its siblings."""
    own = simple(element)
    found = set(own)
    named = [each for each in own if each.cost < _LOOK][:4] or own[:1]
    for steps, around in enumerate(element.upwards(until=within)):
        for place in simple(around)[:2]:
            if place.cost >= _TAG and steps > 0:
                continue
            between = " > " if steps == 0 else " "
            found.update(
                Selector(place.cost + (min(each.cost, _IN_NAMED) if each.cost == _TAG else each.cost + 1), css)
                for each in named
                if (css := f"{place.css}{between}{each.css}")
            )
        if steps >= 4:
            break
    if (before := _before(element)) is not None:
        found.update(Selector(each.cost + 3, f"{each.css} + {element.tag}") for each in simple(before)[:2])
    for child in element.children[:3]:
        named_child = next((each for each in simple(child) if each.cost <= _MARK), None)
        if named_child is not None:
            found.add(Selector(named_child.cost + 3, f"{element.tag}:has(> {named_child.css})"))
    found.update(_counted(element, within))
    return sorted(found)[:most]


def id_prefix(element: Element) -> str | None:
    """Return what the element's id begins with, where a number follows: ``post_`` of ``post_12``."""
    match = _NUMBERED.match(element.attributes.get("id", ""))
    return match[1] if match is not None else None


def telling_parts(href: str) -> list[str]:
    """Return the parts of a link that say what it leads to and hold no number: a script's name, a key of its query, a
    folder of its path."""
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return []
    parts = urlsplit(href.replace('"', ""))
    found = re.findall(r"(?:[?&;]|^)([A-Za-z_]+=[A-Za-z_]{3,})(?![^&;])", parts.query)
    found += [f"{key}=" for key in re.findall(r"(?:[?&;]|^)([A-Za-z_]+)=[^&;]", parts.query)]
    folders = parts.path.split("/")
    found += [name for name in folders[-1:] if re.fullmatch(r"[A-Za-z_-]{3,}\.[a-z]{2,5}", name)]
    found += [f"/{name}/" for name in folders[1:-1] if re.fullmatch(r"[A-Za-z_-]{1,24}", name)]
    found += [f"{match[1]}-" for name in folders[-1:] if (match := re.match(r"([a-z]{3,})-", name))]
    return list(dict.fromkeys(found))


def _before(element: Element) -> Element | None:
    """Return the sibling right before an element."""
    alike = element.parent.children if element.parent is not None else []
    place = next((place for place, each in enumerate(alike) if each is element), 0)
    return alike[place - 1] if place else None


def _counted(element: Element, within: Element) -> Iterator[Selector]:
    """Yield selectors that count: the second cell's font. They hold as long as nothing is put before."""
    chain: list[str] = []
    node: Element | None = element
    for _ in range(4):
        if node is None or node is within or node.parent is None:
            break
        alike = [child for child in node.parent.children if child.tag == node.tag]
        place = alike.index(node) + 1
        chain.insert(0, node.tag if len(alike) == 1 else f"{node.tag}:nth-of-type({place})")
        yield Selector(8 + 3 * len(chain), " > ".join(chain))
        node = node.parent
