"""Which elements of a page may be its posts: what repeats, tells a moment each, and holds most of what is said nowhere
else. Returns several answers, the likeliest first; the fields that are found in them decide."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from statistics import median

from forum_bridge.workbench.guess.moments import Moment
from forum_bridge.workbench.guess.outline import Element, Outline
from forum_bridge.workbench.guess.selectors import id_prefix, simple

MOST = 400  # posts on a page
TRIED = 9  # groups that are looked at closely
_TIMED = 0.8  # of a group's elements tell a moment; else those that do are taken for the posts
_COVERED = 0.08  # of what only this page says, the posts say at least so much: short answers on a wordy page
_REPEATED = 0.1  # of what an element says that others say, too
_CROWDED = 4  # moments that a post may tell: posted, edited, joined, quoted; what tells more holds several posts
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Elements that may be the posts. ``beside`` selects the siblings between them that belong to the post
    before; ``covered`` is their share of what only this page says."""

    posts: tuple[Element, ...]
    covered: float
    crowded: bool = False
    beside: str | None = None

    @property
    def rank(self) -> float:
        """The higher, the likelier: much of what is said, in many elements that tell few moments each."""
        return self.covered * log2(len(self.posts) + 1) * (0.4 if self.crowded else 1.0)


def groups(outline: Outline, moments: Sequence[Moment]) -> list[Group]:
    """Return what may be the posts, the likeliest first; without ``moments`` whatever repeats."""
    exact = [moment for moment in moments if moment.exact] or list(moments)
    places = sorted(moment.element.first for moment in exact)
    total = max(_said(outline.elements[0], outline), 1.0) if outline.elements else 1.0
    found: dict[tuple[tuple[int, ...], str | None], Group] = {}
    for members in _sets(outline):
        for group in _readings(members, places, outline, total):
            if group.covered >= _COVERED:
                found.setdefault((tuple(post.first for post in group.posts), group.beside), group)
    best = sorted(found.values(), key=lambda group: (-group.rank, group.posts[0].depth, group.beside is not None))
    return best[:TRIED]


def _said(element: Element, outline: Outline) -> float:
    """Return how much an element says: what it alone says, and a little for what others say, too."""
    return outline.own(element) + _REPEATED * len(outline.text(element))


def _sets(outline: Outline) -> Iterator[list[Element]]:
    """Yield what is alike: by a class, by how an id begins, by a data attribute, by a common parent and tag, by these
    and what lies in it."""
    sets: defaultdict[Key, list[Element]] = defaultdict(list)
    for element in outline.elements:
        for token in element.classes:
            sets["class", token].append(element)
        if (prefix := id_prefix(element)) is not None:
            sets["id", element.tag, prefix].append(element)
        for name, value in element.attributes.items():
            if name.startswith("data-") and any(letter.isdigit() for letter in value):
                sets["data", element.tag, name].append(element)
        if element.parent is not None:
            sets["child", element.parent.first, element.tag].append(element)
            for mark in _marks_in(element):
                sets["marked", element.parent.first, element.tag, mark].append(element)
    for members in sets.values():
        outer = _outermost(members)
        if 2 <= len(outer) <= MOST:
            yield outer


def _marks_in(element: Element) -> set[str]:
    """Return the classes of what lies in an element that has no name itself: rows of heads and texts take turns."""
    if element.attributes.get("class") or element.attributes.get("id"):
        return set()
    inner = [deeper for child in element.children for deeper in (child, *child.children)]
    return {token for each in inner for token in each.classes}


def _outermost(members: Iterable[Element]) -> list[Element]:
    found: list[Element] = []
    for element in members:
        if not found or not found[-1].holds(element):
            found.append(element)
    return found


def _readings(members: list[Element], places: list[int], outline: Outline, total: float) -> Iterator[Group]:
    """Yield the group as it is, or only its elements that tell a moment; and, where siblings stand between them, each
    with those behind it."""
    timed = [each for each in members if _moments_in(each, places)]
    posts = members if not places or len(timed) >= _TIMED * len(members) else timed
    if len(posts) < 2:
        return
    crowded = median(_moments_in(post, places) for post in posts) > _CROWDED
    yield Group(tuple(posts), sum(_said(each, outline) for each in posts) / total, crowded)
    parent = posts[0].parent
    if parent is None or any(post.parent is not parent for post in posts):
        return
    between = [each for each in _between(parent, posts) if _says(each, outline)]
    if len(between) >= len(posts) - 1 and len({element.tag for element in between}) == 1:
        covered = sum(_said(each, outline) for each in (*posts, *between)) / total
        yield Group(tuple(posts), covered, crowded, container_of(between, outline) or between[0].tag)


def _between(parent: Element, posts: list[Element]) -> list[Element]:
    """Return the siblings that stand behind a post and before the next; behind the last as many as behind the one
    before it."""
    places = [parent.children.index(post) for post in posts]
    stretches = [
        parent.children[here + 1 : following] for here, following in zip(places, [*places[1:], None], strict=True)
    ]
    usual = len(stretches[-2]) if len(stretches) > 1 else 0
    stretches[-1] = stretches[-1][:usual]
    return [each for stretch in stretches for each in stretch]


def _says(element: Element, outline: Outline) -> bool:
    """Return whether there is anything in an element: a text or a link."""
    return bool(outline.text(element)) or any(each.tag == "a" for each in outline.within(element))


def _moments_in(element: Element, places: list[int]) -> int:
    return bisect_left(places, element.last) - bisect_left(places, element.first)


def container_of(posts: Sequence[Element], outline: Outline) -> str | None:
    """Return the plainest selector that names just these elements of the page; None where there is none."""
    wanted = [post.node.mem_id for post in posts]
    first, *others = posts
    shared = [each for each in simple(first) if all(each.css in {s.css for s in simple(other)} for other in others)]
    tag = first.tag if all(post.tag == first.tag for post in posts) else ""
    tries = [each.css for each in shared]
    around = _common_ancestors(posts)
    for place in around:
        tries += [f"{name.css}{way}{each.css}" for name in simple(place)[:2] for each in shared for way in (" > ", " ")]
    inner = _inner_marks(posts, outline)
    tries += [f"{each.css}:has({mark})" for each in shared[:3] for mark in inner]
    for place in around[:3]:
        tries += [f"{name.css} {tag}:has({mark})" for name in simple(place)[:2] for mark in inner if tag]
    return next((css for css in tries if [node.mem_id for node in outline.root.css(css)] == wanted), None)


def _common_ancestors(posts: Sequence[Element]) -> list[Element]:
    last = posts[-1]
    return [around for around in posts[0].upwards() if around.holds(last)][:4]


def _inner_marks(posts: Sequence[Element], outline: Outline) -> list[str]:
    """Return selectors of what every post has inside, the plainest first; what is near counts before what is deep."""
    counts: dict[str, set[int]] = defaultdict(set)
    cost: dict[str, int] = {}
    for place, post in enumerate(posts):
        for element in outline.within(post):
            deep = element.depth - post.depth
            way = "".join(f"> {around.tag} " for around in reversed([*element.upwards(until=post)])) + "> "
            for each in simple(element)[:3]:
                for css, price in ((f"{way}{each.css}", deep * 2), (each.css, 3)) if deep < 4 else ((each.css, 3),):
                    counts[css].add(place)
                    cost[css] = min(cost.get(css, 99), each.cost + price)
    return sorted((css for css, seen in counts.items() if len(seen) == len(posts)), key=lambda css: (cost[css], css))[
        :40
    ]
