"""Puts together the parts of a preset that need an account: signing in and replying. What only members see is left for
a person to fill in, with what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from forum_bridge.workbench.guess.draft import Draft, Plain, Section
from forum_bridge.workbench.guess.extras import guess_link
from forum_bridge.workbench.guess.forms import (
    CAPTCHA,
    LOGOUT,
    LoginGuess,
    ReplyGuess,
    guess_login,
    guess_reply,
    login_link,
    logout,
    reply_link,
)
from forum_bridge.workbench.guess.numbers import cuts
from forum_bridge.workbench.guess.posts import PostsGuess
from forum_bridge.workbench.look import Seen

T = TypeVar("T")

_MEMBERS = (
    "Only members see it. Sign in with the bridge's account in your browser, save the thread's page and the one behind"
    ' "reply", and begin anew with --file for each of them, under another name; or mend what stands here and take the #'
    " away."
)
_NO_LOGIN = (
    "The form to sign in was not seen. Save the page with it and begin anew with --file for each page, under another"
    " name; or mend what stands here and take the # away."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that was seen, opened."""

    seen: Seen
    root: LexborNode


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the forum: its start page, the thread's id and its posts."""

    base: str
    thread_id: str
    posts: PostsGuess


def draft_account(draft: Draft, pages: Sequence[Shown], known: Known) -> None:
    """Add ``signed_in``, ``login`` and ``reply``, or what is known of them for a person to complete. The last page is
    the thread's as guests see it."""
    signs_in = _draft_login(draft, pages, known)
    found = _reply_form(pages)
    section = Section("reply", _reply_keys(pages, known, found))
    if found is None or not signs_in:
        section.note = _MEMBERS if found is None else "An answer is posted by an account: login has to be known first."
        draft.later.append(section)
        return
    section.whys["form"] = "the form to write a post by"
    if "posted_at" in section.keys:
        section.whys["posted_at"] = "the number of a post in its own address"
    draft.sections.append(section)


def _draft_login(draft: Draft, pages: Sequence[Shown], known: Known) -> bool:
    link = _first(pages, lambda page: login_link(page.root, page.seen.url))
    found = _first(pages, lambda page: guess_login(page.root, page.seen.url))
    if found is None:
        page = _relative(link[1], known.base) if link is not None else "login"
        keys: dict[str, Plain] = {"page": page, "form": "form:has(input[type=password])"}
        keys |= {"user": "username", "password": "password"}
        draft.later.append(Section("login", keys, note=_NO_LOGIN))
        return False
    out = _first(pages, lambda page: logout(page.root))
    top = draft.section("")
    if out is not None:
        top.take("signed_in", out[1])
    else:
        doubt = "No page made for a member was seen: does that link stand there once you have signed in?"
        top.put("signed_in", LOGOUT, "the link to sign out", doubt)
    _login_keys(draft.section("login"), found, link, pages, known)
    return True


def _login_keys(
    section: Section,
    found: tuple[Shown, LoginGuess],
    link: tuple[Shown, str] | None,
    pages: Sequence[Shown],
    known: Known,
) -> None:
    shown, guess = found
    # A small form on every page is not the one that a page of its own may have; that page is asked then.
    own = shown is not pages[-1] and shown.seen.placed
    section.put("page", _relative(guess.page if own or link is None else link[1], known.base), "the page to sign in on")
    section.put("form", guess.form)
    section.put("user", guess.user)
    section.put("password", guess.password)
    if guess.button is not None:
        section.put("button", guess.button)
    section.put("captcha", list(CAPTCHA), "stands there only when a riddle has to be solved")


def _reply_keys(pages: Sequence[Shown], known: Known, found: tuple[Shown, ReplyGuess] | None) -> dict[str, Plain]:
    ids = [each for each in (known.posts.id.found if known.posts.id is not None else ()) if each]
    link = _first(pages, lambda page: reply_link(page.root, page.seen.url, known.thread_id, ids))
    keys: dict[str, Plain] = {}
    shown_in_thread = found is not None and _is_of_thread(found[0], pages)
    if link is not None and not shown_in_thread:
        keys["page"] = _relative(link[1], known.base)
    elif found is not None and not shown_in_thread and found[0].seen.placed:
        keys["page"] = _relative(found[0].seen.url, known.base).replace(known.thread_id, "{id}")
    if found is None:
        keys |= {"form": "form:has(textarea[name=message])", "text": "message"}
    else:
        guess = found[1]
        keys |= {"form": guess.form, "text": guess.text}
        keys |= {name: value for name, value in (("preview", guess.preview), ("button", guess.button)) if value}
    posted = _posted_at(known.posts)
    return keys | ({"posted_at": posted} if posted else {})


def _reply_form(pages: Sequence[Shown]) -> tuple[Shown, ReplyGuess] | None:
    """Return the form to reply by: one on a page of its own rather than a small one below the thread."""
    found = [(page, guess) for page in pages if (guess := guess_reply(page.root)) is not None]
    return min(found, key=lambda each: (_is_of_thread(each[0], pages), each[1].button is None), default=None)


def _is_of_thread(page: Shown, pages: Sequence[Shown]) -> bool:
    """Return whether a page is the thread's own, as guests or members see it."""
    return page.seen.url.partition("#")[0] == pages[-1].seen.url.partition("#")[0]


def _posted_at(posts: PostsGuess) -> str | None:
    """Return the regex that finds a post's id in an address: that of its own link."""
    link = guess_link(posts.scene, posts.id.found) if posts.id is not None else None
    if link is None or posts.id is None or link.found[0] is None:
        return None
    regexes = [cut.regex for cut in cuts(link.found[0]) if cut.number == posts.id.found[0] and cut.regex]
    return regexes[-1] if regexes else None


def _first(pages: Sequence[Shown], look: Callable[[Shown], T | None]) -> tuple[Shown, T] | None:
    """Return what the first page shows on which something is found, and that page."""
    return next(((page, found) for page in pages if (found := look(page)) is not None), None)


def _relative(address: str, base: str) -> str:
    """Return an address as a preset writes it: under the forum's root."""
    whole = urljoin(base, address)
    return whole.removeprefix(base) if whole.startswith(base) else whole
