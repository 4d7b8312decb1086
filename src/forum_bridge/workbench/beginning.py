"""The configuration to begin with for a forum that was recognised: valid YAML, with CHANGE-ME where only a person
knows. Pure."""

from __future__ import annotations

import io

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import WatchKind
from forum_bridge.workbench.site import name_for

PLACEHOLDER = "CHANGE-ME"
_MEMBER = (
    "A member's account of its own for the bridge, under a name that tells people who answers there.",
    "The right to read and to reply where the bridge works, without a captcha or a second factor when it signs in.",
    "That its posts wait for no moderator, and that no pause between posts holds it up.",
)
_FREE = (
    "That robots.txt and the firewall let the bridge through (or, with the owner's consent, i_have_permission: true)."
)


def configuration(entry: AdapterEntry, target: str, root: str, kind: WatchKind | None) -> str:
    """Return the ``forums:`` group for a forum on which ``target``, a thread or a board, is watched, as YAML."""
    forum = CommentedMap({"adapter": entry.name, "url": root})
    if "sign_in" in entry.capabilities:
        forum["login"] = _login(entry)
    watched = kind if kind in (WatchKind.THREAD, WatchKind.BOARD) and kind in entry.watches else None
    fallback = WatchKind.BOARD if WatchKind.BOARD in entry.watches else WatchKind.THREAD
    forum["watch"] = [{str((watched or fallback).value): target if watched else PLACEHOLDER}]
    return dumped({"forums": {name_for(target): forum}})


def grants(entry: AdapterEntry) -> tuple[str, ...]:
    """Return what the forum's admin must grant, a sentence each."""
    own = entry.detect.grant if entry.detect is not None else ()
    if "sign_in" not in entry.capabilities:
        return (*own, _FREE)
    return (*_MEMBER, *own, *(() if "api_key" in entry.opens_with else (_FREE,)))


def dumped(tree: object) -> str:
    """Return a tree as YAML in the style of the example configuration."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096  # an address is never broken
    text = io.StringIO()
    yaml.dump(tree, text)
    return text.getvalue()


def _login(entry: AdapterEntry) -> CommentedMap:
    secret = "api_key" if "api_key" in entry.opens_with else "password"
    login = CommentedMap({"user": PLACEHOLDER, secret: PLACEHOLDER})
    if {"api_key", "password"} <= entry.opens_with:
        login.yaml_add_eol_comment("or password: that of the member", secret)
    return login
