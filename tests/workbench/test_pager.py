"""From page to page: what is guessed on one page leads the right way on all the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forum_bridge.forums.html.paging import neighbours
from forum_bridge.forums.html.preset_parts import Paging
from forum_bridge.workbench.guess.outline import Outline
from forum_bridge.workbench.guess.pager import PagerGuess, guess_pager

LAST, ICON = 4, "<i class=ok></i>"
URL = "https://acme.example/konu/7"


def address(page: int) -> str:
    return URL if page == 1 else f"{URL}?s={page}"


def link(page: int, text: object, more: str = "") -> str:
    return f'<a {more} href="{address(page)}">{text}</a>'


def numbers(page: int, mark: Callable[[int], str], more: str = "") -> str:
    return " ".join(mark(n) if n == page else link(n, n, more) for n in range(1, LAST + 1))


def ways(page: int, previous: Callable[[int], str], following: Callable[[int], str]) -> str:
    return (previous(page - 1) if page > 1 else "") + (following(page + 1) if page < LAST else "")


# Numbers by which every neighbour is known, on whatever page they are guessed.
STRIPS: dict[str, Callable[[int], str]] = {
    "a box with a name": lambda p: f"<p class=sayfalar>{numbers(p, lambda n: f'<strong>{n}</strong>')}</p>",
    "numbers with names": lambda p: numbers(p, lambda n: f"<span class='no simdi'>{n}</span>", "class=no"),
    "links and mark apart": lambda p: numbers(p, lambda n: f"<em class=simdi>{n}</em>", "class=no"),
    "no name at all": lambda p: f"<table><tr><td>Sayfa: {numbers(p, lambda n: f'<b>[{n}]</b>')}</td></tr></table>",
    "among other numbers": lambda p: (
        f"<p class=nav>Sayfa <b>{p}</b> / <b>{LAST}</b></p><p class=nav2>{numbers(p, lambda n: f'<b>{n}</b>')}</p>"
    ),
}
# Links that say which way they lead.
ARROWS: dict[str, Callable[[int], str]] = {
    "rel": lambda p: ways(p, lambda n: link(n, "«", "rel=prev"), lambda n: link(n, "»", "rel=next")),
    "classes": lambda p: ways(
        p, lambda n: link(n, "Önceki", "class='yol onceki'"), lambda n: link(n, "Sonraki", "class='yol sonraki'")
    ),
    "a mark that is a link": lambda p: (
        f"<ul class=sayfa>{''.join(f'<li{_active(n == p)}>{link(n, n)}</li>' for n in range(1, LAST + 1))}</ul>"
    ),
    "page 1 of 4": lambda p: (
        "<ul>"
        + ways(p, lambda n: f"<li>{link(n, ICON)}</li>", lambda n: "")
        + f"<li class=kacinci>Page {p} of {LAST}</li>"
        + ways(p, lambda n: "", lambda n: f"<li>{link(n, ICON)}</li>")
        + "</ul>"
    ),
}


def _active(here: bool) -> str:
    return " class=active" if here else ""


def page_of(shown: str) -> str:
    return (
        "<html><body><div class=menu><a href=/>Ana sayfa</a> <a class=active href=/forum>Forum</a></div>"
        f"{shown}<div class=soz>Adet: <b>3</b> <a href=/dosya/2>2</a></div></body></html>"
    )


def guessed(shown: str, page: int) -> PagerGuess:
    outline = Outline.of(page_of(shown), address(page))
    assert outline is not None
    posts = [each for each in outline.elements if "soz" in each.classes]
    return guess_pager(outline, address(page), posts, "7")


def followed(guess: PagerGuess, shown: str, page: int) -> tuple[str | None, str | None]:
    told = {"pages": guess.pages, "next": guess.next, "previous": guess.previous}
    paging = Paging.model_validate({name: each.text for name, each in told.items() if each is not None})
    outline = Outline.of(page_of(shown), address(page))
    assert outline is not None
    found = neighbours(outline.root, address(page), paging)
    return found.previous, found.next


def true(page: int) -> tuple[str | None, str | None]:
    return (address(page - 1) if page > 1 else None, address(page + 1) if page < LAST else None)


@pytest.mark.parametrize("at", [1, 2, LAST])
@pytest.mark.parametrize("kind", STRIPS)
def test_numbers_lead_both_ways(kind: str, at: int) -> None:
    strip = STRIPS[kind]
    guess = guessed(strip(at), at)
    assert guess.pages is not None
    for page in range(1, LAST + 1):
        assert followed(guess, strip(page), page) == true(page), (guess, page)


@pytest.mark.parametrize("at", [1, 2, LAST])
@pytest.mark.parametrize("kind", ARROWS)
def test_arrows_never_lead_the_wrong_way(kind: str, at: int) -> None:
    arrows = ARROWS[kind]
    guess = guessed(arrows(at), at)
    assert guess.seen
    for page in range(1, LAST + 1):
        previous, following = followed(guess, arrows(page), page)
        assert previous in {true(page)[0], None}
        assert following in {true(page)[1], None}
        if 1 < at < LAST:  # both ways were seen
            assert (previous, following) == true(page)


def test_a_page_without_neighbours_tells_nothing() -> None:
    assert not guessed("", 1).seen
    assert not guessed("<p><a href=/konular>Sonraki</a> <a href=/konu/8>»</a></p>", 1).seen
