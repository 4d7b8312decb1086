"""What a post says, in a form that tells an edit from a follow-up and both from a page that only looks different."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import accumulate, product

from forum_bridge.markup.clean import CleanPost, clean_post
from forum_bridge.markup.compare import fingerprint, parts
from forum_bridge.model import Post, Reading

_RULES = 20  # of a post that are looked at, and as many pictures and files: what was put together by hand has fewer


@dataclass(frozen=True, slots=True)
class Content:
    """What a post says: the fingerprint of its visible text, and how many pictures and files it shows (their addresses
    may change from page to page). ``beginnings``: the fingerprints up to each rule in it."""

    text: str
    pictures: int
    files: int
    beginnings: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """What tells two contents apart."""
        return hashlib.sha256(f"{self.text}|{self.pictures}|{self.files}".encode()).hexdigest()[:32]

    def grew_from(self, old: Content) -> bool:
        """Whether something was added at the end and nothing was taken away; what stands behind a new rule is a
        follow-up, whatever was corrected before it meanwhile."""
        added = self.text.startswith(old.text) or len(self.beginnings) > len(old.beginnings)
        return added and self.pictures >= old.pictures and self.files >= old.files

    def grew_onto(self, old_hash: str) -> bool:
        """Whether it is that content, a rule, and more: so MyBB puts a second post in a row into the first."""
        pictures, files = min(self.pictures, _RULES), min(self.files, _RULES)
        counts = product(self.beginnings, range(pictures + 1), range(files + 1))
        return any(Content(*each).hash == old_hash for each in counts)


@dataclass(frozen=True, slots=True)
class Digested:
    """A post with its content and its plain text, made off the ledger's transaction."""

    post: Post
    content: Content
    text: str


def digest(reading: Reading) -> list[Digested]:
    """Return the posts of a reading with their contents. Pure and possibly slow: fit to run off the loop."""
    return list(map(_digested, reading.posts))


def content_of(html: str, url: str, files: int) -> Content:
    """Return what a post's body says; ``files`` is the number of its attachments."""
    return _content(clean_post(html, url), files)


def _digested(post: Post) -> Digested:
    clean = clean_post(post.html, post.url)
    return Digested(post, _content(clean, len(post.attachments)), clean.text)


def _content(clean: CleanPost, files: int) -> Content:
    beginnings = tuple(accumulate(map(fingerprint, parts(clean.text)[:-1][:_RULES])))
    return Content(fingerprint(clean.text), len(clean.images), files, beginnings)
