"""Addresses on a forum's pages, made plain: without session id, and those of threads without page and fragment, found
by a preset's regex. Fetches nothing."""

from __future__ import annotations

import re
from urllib.parse import quote, urldefrag, urljoin

from forum_bridge.errors import WatchTrouble
from forum_bridge.forums.html.preset import Preset
from forum_bridge.markup.urls import without_session
from forum_bridge.model import ThreadId, ThreadRef


def thread_ref(url: str, preset: Preset, title: str = "", told_id: str | None = None) -> ThreadRef:
    """Return the thread at ``url``; ``told_id`` is its id where the page told it. Raises WatchTrouble when the address
    is not a thread's as the preset knows it."""
    match = re.search(preset.thread.match, url)
    if match is None:
        raise WatchTrouble(
            f"{url} is not the address of a thread as this adapter knows it.",
            explanation=f"Give the address that the forum itself shows; it has to match {preset.thread.match}",
        )
    root = url[: match.start()]
    address = preset.thread.address
    thread_id = told_id or match["id"]
    plain = url[: match.end()] if address is None else urljoin(root, filled(address, thread_id))
    return ThreadRef(ThreadId(thread_id), plain, title)


def link_to(url: str, link: str) -> str:
    """Return where a link on the page ``url`` leads, the same for every visit; one that nobody can follow stays as it
    is written."""
    try:
        return without_session(urljoin(url, link))
    except ValueError:
        return link


def names_post(url: str, preset: Preset) -> bool:
    """Whether an address names a post, and only its page tells the thread."""
    by_post = preset.thread.by_post
    return bool(preset.thread.id) and (by_post is None or re.search(by_post, url) is not None)


def at_root(root: str, path: str) -> str:
    """Return the address of a page that a preset names under the forum's root."""
    return f"{root.rstrip('/')}/{path.lstrip('/')}"


def entrance(url: str, preset: Preset) -> str:
    """Return the address to begin reading at: the plain one where an address may name a post instead of its thread,
    since such engines show a thread in many ways; else ``url`` as it was given."""
    if not preset.thread.id or re.search(preset.thread.match, url) is None:
        return url
    if preset.thread.by_post is not None and names_post(url, preset):
        return urldefrag(without_session(url)).url
    return thread_ref(url, preset).url


def bell(url: str, preset: Preset) -> str | None:
    """Return the address that tells whether the thread at ``url`` has changed; None where there is none."""
    if preset.thread.bell is None or names_post(url, preset):
        return None
    return under_root(preset.thread.bell, thread_ref(url, preset), preset)


def post_address(post_id: str, thread: ThreadRef, preset: Preset) -> str:
    """Return the address of a post that its page does not tell."""
    template = preset.posts.address
    return f"{thread.url}#{post_id}" if template is None else urljoin(_root(thread, preset), filled(template, post_id))


def under_root(template: str, thread: ThreadRef, preset: Preset) -> str:
    """Return the address that a preset's ``template`` names for a thread, under the forum's root; ``{thread}`` in it
    stands for the thread's own."""
    return urljoin(_root(thread, preset), filled(template, thread.id).replace("{thread}", thread.url))


def filled(template: str, told_id: str) -> str:
    """Return an address template with an id put in."""
    return template.replace("{id}", quote(told_id, safe=""))


def _root(thread: ThreadRef, preset: Preset) -> str:
    match = re.search(preset.thread.match, thread.url)
    return thread.url[: match.start()] if match else thread.url
