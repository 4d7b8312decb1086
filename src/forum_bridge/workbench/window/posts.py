"""The posts of a try, or a board's threads, as cards: what was read, what would become of it, or why nothing was."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from forum_bridge.forums.reading.page import BoardPage
from forum_bridge.ledger.states import State
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Post
from forum_bridge.sandbox.look.words import Words
from forum_bridge.workbench.trying.examine import Item
from forum_bridge.workbench.trying.findings import NEEDED
from forum_bridge.workbench.window.inert import plain
from forum_bridge.workbench.window.stage import View

LONGEST = 300  # characters of what a key found
_REASONS = {  # in the words of ``bridge.policy``
    "its author is in ignore_authors": "fate.ignored",
    "cases.from does not include its author": "fate.from",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A post. ``element`` is its number on the page, if that is known; ``found`` what each key finds there. Where no
    post is read, ``post`` is None and ``trouble`` says why. ``fate`` says what would become of it."""

    element: int | None
    found: tuple[tuple[str, str], ...]
    post: Post | None
    body: Markup
    when: str
    edited: str = ""
    trouble: str = ""
    fate: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A thread of a board."""

    title: str
    url: str
    when: str
    moved: str


def cards(view: View, t: Words) -> list[Card]:
    """Return a card for each container on the page; for each post where the adapter is no preset."""
    found, thread = view.attempt.examined, view.attempt.thread
    if found is not None:
        return [_card(view, item, t) for item in found.items] if found.part == "posts" else []
    return [_card(view, Item(0, post=post), t) for post in thread.posts] if thread is not None else []


def rows(view: View, t: Words) -> list[Row]:
    """Return a board's threads."""
    page = view.attempt.page
    if not isinstance(page, BoardPage):
        return []
    return [
        Row(row.ref.title, row.ref.url, t.when(row.time, view.zone) if row.time else t("time.unknown"), row.mark)
        for row in page.rows
    ]


def _card(view: View, item: Item, t: Words) -> Card:
    post = item.post
    told = tuple(
        (key, spot.text[:LONGEST]) for key, spots in item.spots.items() if key not in {"body", "drop"} for spot in spots
    )
    if post is None:
        return Card(item.element or None, told, None, Markup(""), "", trouble=_why_unread(item, t))
    return Card(
        item.element or None,
        told,
        post,
        plain(clean_post(post.html, post.url).html),
        t.when(post.time, view.zone) if post.time else t("time.unknown"),
        t.when(post.edited, view.zone) if post.edited else "",
        fate=_fate(view, post, t),
    )


def _why_unread(item: Item, t: Words) -> str:
    if item.skipped:
        return t("not.read.skipped")
    lacking = [t(f"label.{key}") for key in NEEDED["posts"] if not item.spots[key]]
    return t("not.read.lacks", keys=", ".join(lacking)) if lacking else t("not.read.page")


def _fate(view: View, post: Post, t: Words) -> str:
    """Return what would become of a post: which case it opens or goes to, or that it is none."""
    if view.rehearsal is None:
        return ""
    for number, case in enumerate(view.rehearsal.cases, 1):
        if post.id in case.posts:
            return t("fate.opens" if case.posts[0] == post.id else "fate.joins", number=number)
    row = view.rehearsal.fates[post.id]
    if row.state is State.OWN:
        return t("fate.own")
    why = row.reason or row.state.value
    return t(_REASONS[why]) if why in _REASONS else t("fate.out", why=why)
