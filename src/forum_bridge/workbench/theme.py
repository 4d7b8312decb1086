"""What of an engine's preset a forum's own theme needs otherwise: only the keys that find nothing on its page are taken
from what was guessed, the rest is the engine's."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.containers import containers
from forum_bridge.forums.html.paging import neighbours
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.value import first_found
from forum_bridge.workbench.guess.draft import Draft, Section
from forum_bridge.workbench.guess.preset import Guessed
from forum_bridge.workbench.look import Seen

ENOUGH = 0.8  # of the posts in which a key finds something; then the engine's own holds
_ALWAYS = ("id", "author")
_IF_ANY = ("author_id", "author_url", "time", "link")  # guests have no id; so one post that has it is enough


def differing(guessed: Guessed, engine: Preset, thread: Seen) -> Draft:
    """Return the keys in which a forum's theme differs from its engine's preset."""
    root = thread.tree()
    known = containers(root, engine.posts) if root is not None else []
    draft = Draft(
        [_thread(guessed.draft.section("thread"), engine, root, thread), _posts(guessed, engine, known)],
        doubts=[doubt for doubt in guessed.draft.doubts if "signature" in doubt],
    )
    draft.sections = [section for section in draft.sections if section.keys]
    return draft


def _thread(guessed: Section, engine: Preset, root: LexborNode | None, thread: Seen) -> Section:
    section = Section("thread")
    if root is None:
        return section
    if re.search(engine.thread.match, thread.url) is None:
        _take(section, guessed, "match", "address")
    if first_found(engine.thread.title, root) is None:
        _take(section, guessed, "title")
    pages = neighbours(root, thread.url, engine.thread)
    if not (pages.next or pages.previous):
        _take(section, guessed, "pages", "next", "previous")
    return section


def _posts(guessed: Guessed, engine: Preset, known: list[LexborNode]) -> Section:
    section, theirs, keys = Section("posts"), guessed.draft.section("posts"), engine.posts
    nodes = known or [post.node for post in guessed.posts.scene.posts]
    if not known:
        _take(section, theirs, "container", "beside")
    for name in (*_ALWAYS, *_IF_ANY):
        found = sum(first_found(getattr(keys, name), node) is not None for node in nodes)
        if found < (ENOUGH * len(nodes) if name in _ALWAYS else 1):
            _take(section, theirs, name)
    if sum(node.css_first(keys.body) is not None for node in nodes) < ENOUGH * len(nodes):
        _take(section, theirs, "body", "drop")
    return section


def _take(section: Section, guessed: Section, *names: str) -> None:
    for name in names:
        if name in guessed.keys:
            section.put(name, guessed.keys[name], guessed.whys.get(name, ""), guessed.doubts.get(name, ""))
