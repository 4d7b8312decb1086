"""One guessed value of a preset, how good it is and why it was taken; and the posts of a page that it was tried on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.moments import Moment
from forum_bridge.workbench.guess.outline import Element, Outline


@dataclass(frozen=True, slots=True)
class Guess:
    """A value as a preset writes it, what it finds in each post, and ``why`` in words for a comment. ``doubt`` says
    what a person should look at; empty means that it is sure."""

    text: str
    found: tuple[str | None, ...] = ()
    score: float = 0.0
    why: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Scene:
    """A page on which some elements are taken for its posts. ``beside`` is set where each was put together from several
    siblings."""

    outline: Outline
    posts: Sequence[Element]
    moments: Sequence[Moment]
    container: str = ""
    beside: str | None = None

    def tried(self, value: Value) -> tuple[str | None, ...]:
        """Return what a value finds in each post."""
        return tuple(value.found_in(post.node) for post in self.posts)

    def first_of(self, text: str) -> tuple[Element | None, ...]:
        """Return the first element in each post that a value's selector names, the post itself where it has none; None
        where it names nothing."""
        css = Value.parse(text).css
        nodes = (post.node.css_first(css) if css else post.node for post in self.posts)
        return tuple(self.outline.element(node) if node is not None else None for node in nodes)

    @cached_property
    def samples(self) -> list[Element]:
        """A few posts to take candidates from: the first may be special, so others, too."""
        posts = list(self.posts)
        return posts[:4] + posts[len(posts) // 2 : len(posts) // 2 + 1] + posts[-1:] if len(posts) > 5 else posts

    @cached_property
    def exact(self) -> list[Moment]:
        """The moments that tell the hour, in texts that say little else."""
        return [each for each in self.moments if each.exact and (each.attribute is None or each.element.children == [])]

    @cached_property
    def dated(self) -> frozenset[str]:
        """The texts that are a moment and nothing else: no name, no number of replies."""
        return frozenset(self.outline.text(each.element) for each in self.moments if each.attribute or each.whole)

    def post_of(self, element: Element) -> Element | None:
        """Return the post that an element lies in."""
        return next((post for post in self.posts if post.holds(element)), None)


@dataclass(slots=True)
class Best:
    """Keeps the best of what it is offered; of equals the first."""

    guess: Guess | None = None
    seen: set[str] = field(default_factory=set)

    def offer(self, guesses: Iterable[Guess]) -> bool:
        """Look at more guesses; return whether one of them is the best now."""
        before = self.guess
        for guess in guesses:
            if self.guess is None or guess.score > self.guess.score:
                self.guess = guess
        return self.guess is not before

    def new(self, text: str) -> bool:
        """Return whether this text was not tried before, and note it."""
        if text in self.seen:
            return False
        self.seen.add(text)
        return True
