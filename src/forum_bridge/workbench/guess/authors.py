"""Guesses where a post names its author: a short text in each, which goes together with a link to a profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.profiles import PROFILE, leads, told_apart
from forum_bridge.workbench.guess.selectors import selectors

LONGEST = 40  # characters of a name
_NAMED = re.compile(r"(?i)auth?or|user|name|poster|nick|member|yazar|uye|üye|kullanici|profil|creator|itemprop")
_ELSE = re.compile(
    r"(?i)title|rank|date|time|quote|button|count|group|subject|locat|stat|badge|role|sig|tool|action|edit|reply"
)
_ROLES = frozenset(
    ("member", "guest", "user", "admin", "administrator", "moderator", "newbie", "registered", "staff", "team")
)
_ROLES_TR = frozenset(("üye", "misafir", "ziyaretçi", "konuk", "yönetici", "moderatör", "kullanıcı", "acemi"))
_STATES = frozenset(("offline", "online", "çevrimdışı", "çevrimiçi"))
_IN_ATTRIBUTE = re.compile(r"data-(?:author|user-?name|poster|nick|yazar|uye)(?:-?name)?")
_LABEL = re.compile(r"[:|/\\]|^\W*$|^#|^re\b|^ynt\b|^cvp\b", re.IGNORECASE)


def guess_author(scene: Scene, body: str | None) -> Guess | None:
    """Return where a post names its author; None where nothing in each post can be a name."""
    bodies = scene.first_of(body) if body else ()
    best = Best()
    for post in scene.samples:
        for element in (post, *scene.outline.within(post)):
            if any(each and each.holds(element) for each in bodies):
                continue
            names = [name for name in element.attributes if _IN_ATTRIBUTE.fullmatch(name)]
            if element is not post and _may_be_name(scene.outline.text(element)):
                names.append("")
            places = [("", 0)] if element is post else [(s.css, s.cost) for s in selectors(element, post, most=14)]
            for name in names:
                for css, cost in places:
                    text = f"{css}{f' @{name}' if name else ''}".strip()
                    if best.new(text):
                        best.offer(_tried(scene, text, css, cost, attribute=bool(name)))
    return best.guess


def _may_be_name(text: str) -> bool:
    return 1 <= len(text) <= LONGEST and any(letter.isalnum() for letter in text) and not _LABEL.search(text)


def _tells_time(name: str, scene: Scene) -> bool:
    return any(each in name for each in scene.dated if len(each) > 3)


def _tried(scene: Scene, text: str, css: str, cost: int, *, attribute: bool) -> Iterator[Guess]:
    found = scene.tried(Value.parse(text))
    names = [each for each in found if each]
    if len(names) < len(found) or not all(len(each) <= LONGEST for each in names):
        return
    labelled = sum(not _may_be_name(each) or each.isdigit() or _tells_time(each, scene) for each in names)
    if labelled > 0.2 * len(names):
        return
    elements = scene.first_of(css) if css else tuple(scene.posts)
    several, repeated = len(set(names)) > 1, len(set(names)) < len(names)
    score = (
        4.0
        + (2.0 if several else -4.0 if len(names) > 2 else 0.0)
        + (2.0 if repeated else 0.0)
        - 0.3 * cost
        - 3.0 * labelled
    )
    said = " ".join(_around(elements))
    score += 3.0 if _NAMED.search(f"{text} {said}") else 0.0
    score -= 3.0 if _ELSE.search(f"{css} {' '.join(elements[0].classes if elements[0] is not None else ())}") else 0.0
    score -= 6.0 if all(each.lower() in _ROLES | _ROLES_TR | _STATES for each in names) else 0.0
    score += 6.0 if attribute else 5.0 * _linked(scene, names, elements) + 1.0 - _place(scene, elements)
    score -= 5.0 if all(len(each) == 1 for each in names) else 0.0  # what stands in place of a portrait
    score += (
        0.5 if all(each is None or not each.children for each in elements) else 0.0
    )  # the name, not a box around it
    doubt = "" if several else "All posts seem to be by one person: try a thread in which several people write."
    told = ", ".join(dict.fromkeys(names))[:60]
    yield Guess(text, found, score, f"{len(set(names))} names in {len(names)} posts: {told}", doubt)


def _around(elements: Sequence[Element | None]) -> list[str]:
    """Return the classes of the first few elements and of what they stand in."""
    said: list[str] = []
    for element in [each for each in elements if each is not None][:3]:
        for each in (element, *islice(element.upwards(), 3)):
            said += [*each.classes, each.attributes.get("itemprop", "")]
    return said


def _link_of(element: Element | None) -> Element | None:
    """Return the link that an element is, lies in, or has."""
    if element is None:
        return None
    near = [element, *islice(element.upwards(), 2), *element.children]
    near += [inner for child in element.children for inner in child.children]
    return next((each for each in near if each.tag == "a" and leads(each.attributes.get("href", ""))), None)


def _linked(scene: Scene, names: Sequence[str], elements: Sequence[Element | None]) -> float:
    """Return how well names and links go together, from 0 to 1: the same link for the same name, that of a profile, and
    the link says the name and nothing else."""
    links = [_link_of(element) for element in elements]
    hrefs = [link.attributes["href"] if link is not None else None for link in links]
    known = [(name, link) for name, link in zip(names, links, strict=True) if link is not None]
    if not known or told_apart(names, hrefs, least=1) is None:
        return 0.0
    profiles = sum(bool(PROFILE.search(link.attributes["href"])) for _, link in known) / len(known)
    same = sum(scene.outline.text(link) == name for name, link in known) / len(known)
    if len(set(hrefs) - {None}) < 2 and not profiles == same == 1:
        return 0.0  # one member among guests is known by the link alone
    return (0.4 + 0.6 * len(known) / len(names)) * (0.3 + 0.3 * profiles + 0.4 * same)


def _place(scene: Scene, elements: Sequence[Element | None]) -> float:
    """Return how far into their posts the elements stand, from 0 to 1."""
    far = [
        (element.first - post.first) / max(post.last - post.first, 1)
        for post, element in zip(scene.posts, elements, strict=True)
        if element is not None
    ]
    return sum(far) / len(far) if far else 1.0
