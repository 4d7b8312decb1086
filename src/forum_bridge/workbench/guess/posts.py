"""Guesses the part ``posts`` of a preset: tries every group of elements that may be the posts, and takes the one in
which the most is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.containers import gather
from forum_bridge.forums.html.dates import Order
from forum_bridge.forums.html.tree import tree_of
from forum_bridge.workbench.guess.authors import guess_author
from forum_bridge.workbench.guess.bodies import guess_body
from forum_bridge.workbench.guess.groups import Group, container_of, groups
from forum_bridge.workbench.guess.guessed import Guess, Scene
from forum_bridge.workbench.guess.ids import guess_id
from forum_bridge.workbench.guess.moments import moments
from forum_bridge.workbench.guess.outline import Outline
from forum_bridge.workbench.guess.profiles import guess_author_id
from forum_bridge.workbench.guess.times import guess_time

_RANK = 15.0  # what it counts that a group holds much of the page in many posts
_REFINED = 6.0  # less, where the posts had to be told apart from other things by what is in them
Fresh = Callable[[], LexborNode | None]  # the page's tree, unchanged
_MISSING = {"id": -12.0, "author": -8.0, "time": -5.0}


@dataclass(frozen=True, slots=True)
class PostsGuess:
    """What posts are on a page, and where in each its fields stand; None where a field was not found."""

    scene: Scene
    body: Guess
    id: Guess | None
    author: Guess | None
    time: Guess | None
    author_id: Guess | None
    author_url: Guess | None
    date_order: Order
    score: float


@lru_cache(maxsize=4)  # the same page is asked for again when others have been seen
def guess_posts(html: str, url: str, now: datetime) -> PostsGuess | None:
    """Return what the posts on a page are; None where nothing on it looks like several posts. ``now`` (naive) is when
    the page from ``url`` was served."""
    outline = Outline.of(html, url)
    if outline is None:
        return None
    page, fresh = Scene(outline, (), moments(outline, now)), partial(tree_of, html, url)
    timed = _best(fresh, page, groups(outline, page.moments), now)
    if timed is not None:
        return timed
    timeless = _best(fresh, page, groups(outline, ()), now)  # dates in a language that nobody here reads
    return timeless if timeless is not None and timeless.id is not None and timeless.author is not None else None


def _best(fresh: Fresh, page: Scene, likely: list[Group], now: datetime) -> PostsGuess | None:
    tried = (_tried(fresh, page, group, now, group.rank / likely[0].rank) for group in likely)
    return max((guess for guess in tried if guess is not None), key=lambda guess: guess.score, default=None)


def _tried(fresh: Fresh, page: Scene, group: Group, now: datetime, rank: float) -> PostsGuess | None:
    container = container_of(group.posts, page.outline)
    if container is None:
        return None
    if group.beside is None:
        scene = replace(page, posts=group.posts, container=container)
    else:
        root = fresh()
        assert root is not None  # an outline of it was made
        scene = _put_together(root, container, group.beside, now)
    score = _RANK * rank - (1.0 if group.beside else 0.0)
    named = guess_author(scene, None)
    body = guess_body(scene, named.text if named is not None else None)
    if body is not None and None in body.found:  # places of posts that were deleted: a post is what has a text
        scene, score = _with_text(scene, body.text), score - _REFINED
        body = guess_body(scene, named.text if named is not None else None)
    if body is None or len(scene.posts) < 2 or None in body.found:
        return None
    author, told = guess_author(scene, body.text), guess_time(scene, body.text, now)
    found_id = guess_id(scene)
    ids = found_id.found if found_id is not None else (None,) * len(scene.posts)
    author_id, author_url = guess_author_id(scene, author, body.text, ids) if author is not None else (None, None)
    if sum(each is not None for each in (found_id, author, told)) < 2:
        return None
    time: Guess | None = told[0] if told is not None else None
    order: Order = told[1] if told is not None else "dmy"
    fields = {"id": found_id, "author": author, "time": time}
    score += body.score + (6.0 if author_id is not None else 0.0)
    score += sum(each.score if each is not None else _MISSING[name] for name, each in fields.items())
    return PostsGuess(scene, body, found_id, author, time, author_id, author_url, order, score)


def _with_text(scene: Scene, body: str) -> Scene:
    """Return the page with only those taken for posts that have a text."""
    posts = [post for post in scene.posts if post.node.css_first(body) is not None]
    return replace(scene, posts=posts, container=f"{scene.container}:has({body})")


def _put_together(root: LexborNode, container: str, beside: str, now: datetime) -> Scene:
    """Return the page as the adapter would see it where posts lie in several rows: each put together."""
    heads = root.css(container)
    gather(root, heads, beside)
    outline = Outline(root)
    posts = [element for head in heads if (element := outline.element(head)) is not None]
    return Scene(outline, posts, moments(outline, now), container, beside)
