"""Guesses what inside a post's text is not its author's: signatures, notices, buttons."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from forum_bridge.workbench.guess.guessed import Guess, Scene
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.selectors import BARE, simple

_SIGNATURE = re.compile(r"(?i)\b(?:post)?sig(?:nature)?(?:container|_?\d+|s)?\b|signature|imza")
_NOTICE = re.compile(
    r"(?i)\W*(?:(?:last|this (?:post|message) was|son|bu (?:ileti|mesaj|yazı|gönderi)\w*) )*(?:last )?"
    r"(?:edited|modified|düzenle|değiştir|güncelle)"
)
_EXTRA = re.compile(
    r"(?i)(?:^|[-_ ])(?:expand(?:link|er)?|quick|tools|buttons|controls|likes?|reactions?|rating|share|alert|notice"
    r"|edited|lastedit|modified|attachments?)(?:$|[-_ ])"
)
_WRITTEN = frozenset(
    ("blockquote", "pre", "code", "img", "ul", "ol")
)  # what people write is never dropped for its class
_RULE = re.compile(r"^[_\-=~*]{5,}")


def guess_drop(scene: Scene, body: str, author: Sequence[str | None]) -> tuple[list[Guess], str]:
    """Return what inside the texts is not their authors': signatures, notices, buttons; and a doubt where a signature
    stands in the text itself, behind a line."""
    bodies = [each for each in scene.first_of(body) if each is not None]
    found: dict[str, Guess] = {}
    for element in bodies:
        for each in scene.outline.within(element):
            why = _not_the_authors(scene, each)
            if why and not any(
                outer.holds(each) and outer is not each and _not_the_authors(scene, outer)
                for outer in each.upwards(until=element)
            ):
                css = _name(each)
                if css is not None:
                    found.setdefault(css, Guess(css, why=why))
    for css, why in _repeated(scene, bodies, author):
        found.setdefault(css, Guess(css, why=why))
    ruled = sum(
        any(_RULE.match(text.strip()) for text in scene.outline.texts[slice(*each.texts)])
        for each in bodies
        if not found
    )
    doubt = (
        f"In {ruled} posts a signature seems to stand in the text itself, behind a line: no selector can take it out."
        if ruled
        else ""
    )
    return list(found.values()), doubt


def _not_the_authors(scene: Scene, element: Element) -> str:
    said = f"{element.attributes.get('class', '')} {element.attributes.get('id', '')}"
    if _SIGNATURE.search(said):
        return "the signature"
    text = scene.outline.text(element)
    if element.tag in {"button", "form", "input"}:
        return "a button"
    if any(each.tag in _WRITTEN for each in (element, *scene.outline.within(element))):
        return ""
    if text and len(text) < 120 and _EXTRA.search(" ".join(element.classes)):
        return f"not the author's: {text[:40]!r}"
    if len(text) < 120 and _NOTICE.match(text) and element.classes:
        return f"a notice: {text[:40]!r}"
    return ""


def _repeated(scene: Scene, bodies: Sequence[Element], author: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    """Yield what says the same in several posts of one author, and in no other's: a signature without a name."""
    by_css: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for element, name in zip(bodies, author, strict=False):
        for each in element.children:
            css = _name(each)
            text = scene.outline.text(each)
            if css is not None and name and 3 < len(text) < 300:
                by_css[css][name][text] += 1
    for css, texts in by_css.items():
        several = {name: each for name, each in texts.items() if sum(each.values()) > 1}
        if several and all(len(each) == 1 for each in several.values()):
            words = [next(iter(each)) for each in texts.values()]
            if len(set(words)) == len(words):
                yield css, f"the same in all posts of one author: {words[0][:40]!r}"


def _name(element: Element) -> str | None:
    return next((each.css for each in simple(element) if each.cost < BARE), None)
