"""What a page without posts means, and what a forum's words mean: pure. It turns phrases into the errors that say what
to do, and leaves the decision what to do next to those who fetched the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.errors import BridgeError, FilesRefused, Forbidden, Gone, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.html.containers import containers
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.value import Mark, shown_text, squeezed

# The narrower first: a page that says "please wait" may also speak of permissions.
Meaning = Literal[
    "token", "again", "already", "flood", "captcha", "wrong_password", "queued",
    "file_refused", "locked", "refused", "sign_in", "forbidden", "gone", "busy",
]  # fmt: skip
_ORDER: tuple[Meaning, ...] = get_args(Meaning)
_WORDS = 200  # characters of what a forum says that people get to see
_NOT_WORDS = "script, style, textarea, select, noscript, template"


@dataclass(frozen=True, slots=True)
class Said:
    """What the forum said: the meaning, its words for people, and how long it asks to wait."""

    meaning: Meaning
    words: str
    wait: timedelta | None = None


def messages(html: str, preset: Preset) -> list[str]:
    """Return the messages on a page: the texts at ``says.where``, else the page's text without posts and fields."""
    root = LexborHTMLParser(html).root
    if root is None:
        return []
    if preset.says.where:
        return _texts(root, ", ".join(preset.says.where))
    for post in containers(root, preset.posts):
        post.decompose()
    for node in root.css(_NOT_WORDS):
        node.decompose()
    return _texts(root, "body")


def said(html: str, preset: Preset) -> Said | None:
    """Return what the page says in words that the preset knows, or None."""
    root, texts = LexborHTMLParser(html).root, messages(html, preset)
    for meaning in _ORDER:
        for phrase in getattr(preset.says, meaning):
            if isinstance(phrase, Mark):
                words = phrase.said_on(root) if root is not None else None
            else:
                words = next((found for text in texts if (found := phrase.said_in(text))), None)
            if words is not None:
                return Said(meaning, words[:_WORDS], phrase.wait(words))
    return None


def shows_login(html: str, preset: Preset) -> bool:
    """Return whether the page is one to sign in on: the preset's form stands there, with a field for a password. Where
    it stands on the home page it stands on every page, and says nothing."""
    if preset.login is None or not preset.login.page:
        return False
    form = LexborHTMLParser(html).css_first(preset.login.form)
    return form is not None and form.css_first("input[type=password]") is not None


def as_reading_error(word: Said, url: str, *, account: bool) -> BridgeError | None:
    """Return the error that the words amount to for one who reads; None when they say nothing about reading."""
    match word.meaning:
        case "sign_in":
            return SignInNeeded(f"{url}: {word.words}") if account else Forbidden(f"{url}: {word.words}")
        case "forbidden":
            return Forbidden(f"{url}: {word.words}")
        case "gone":
            return Gone(f"{url}: {word.words}")
        case "busy" | "flood":
            return Retry(f"{url}: {word.words}", after=word.wait)
        case _:
            return None


def as_posting_error(word: Said) -> BridgeError | None:
    """Return the error that the words amount to for one who posts; None for ``queued``, ``again`` and ``token``."""
    match word.meaning:
        case "flood" | "busy":
            return Retry(f"The forum asks to wait: {word.words}", after=word.wait)
        case "sign_in":
            return SignInNeeded(f"The forum asks to sign in: {word.words}")
        case "already":
            return Unclear(f"The forum says that it has this post: {word.words}")
        case "file_refused":
            return FilesRefused(f"The forum did not take a file: {word.words}")
        case "locked" | "refused" | "forbidden" | "gone" | "captcha" | "wrong_password":
            return NotPosted(f"The forum did not take the answer: {word.words}")
        case _:
            return None


def _texts(root: LexborNode, selector: str) -> list[str]:
    return [text for node in root.css(selector) if (text := squeezed(shown_text(node)))]
