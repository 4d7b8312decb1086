"""Addresses of threads and of posts in them, and what sessions leave in links."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from forum_bridge.forums.html import address
from forum_bridge.forums.html.preset import Preset

SID = "sid=0123456789abcdef0123456789abcdef"
THREAD = {
    "match": r"konu\.php\?(?:[^#]*&)?(?:t|p)=(?P<id>\d+)",
    "address": "konu.php?t={id}",
    "by_post": r"konu\.php\?(?:[^#]*&)?p=",
    "id": "h1 @data-id",
    "bell": "besleme/{id}",
}


def rules(**thread: object) -> Preset:
    posts = {"container": ".p", "id": "@id", "author": ".a", "body": ".b"}
    return Preset.model_validate({"markup": "bbcode", "thread": {**THREAD, **thread}, "posts": posts})


def test_a_session_leaves_nothing_in_a_link() -> None:
    here = "https://forum.example/forum/konu.php?t=2"
    assert address.link_to(here, f"./konu.php?{SID}&t=2&start=20#son") == f"{here}&start=20#son"
    assert address.link_to(here, f"./konu.php?t=2&{SID}") == here
    assert address.link_to(here, "./konu.php?t=2&s=12") == f"{here}&s=12"
    assert address.link_to(here, "http://[konu") == "http://[konu"  # as somebody wrote it


@pytest.mark.parametrize(
    ("url", "entrance", "bell"),
    [
        (f"konu.php?f=1&t=2&start=15&{SID}#p17", "konu.php?t=2", "besleme/2"),
        (f"konu.php?{SID}&p=17#p17", "konu.php?p=17", None),
    ],
)
def test_reading_begins_at_the_plain_address(url: str, entrance: str, bell: str | None) -> None:
    root = "https://forum.example/forum/"
    assert address.entrance(root + url, rules()) == root + entrance
    assert address.bell(root + url, rules()) == (bell and root + bell)


def test_an_address_that_is_no_threads_is_left_as_it_is() -> None:
    assert address.entrance("https://forum.example/baska.php?t=2", rules()) == "https://forum.example/baska.php?t=2"


def test_only_the_page_of_a_post_tells_its_thread() -> None:
    root = "https://forum.example/"
    assert address.names_post(root + "konu.php?p=17", rules())
    assert not address.names_post(root + "konu.php?t=2", rules())
    assert address.names_post(root + "konu.php?t=2", rules(by_post=None))  # any address may name a post
    assert address.thread_ref(root + "konu.php?p=17", rules(), told_id="2").url == root + "konu.php?t=2"
    with pytest.raises(ValidationError, match="by_post needs id"):
        rules(id=[])


def test_an_address_may_stand_under_the_root_or_under_the_threads_own() -> None:
    root = "https://forum.example/"
    thread = address.thread_ref(root + "konu.php?t=2", rules())
    assert address.under_root("yanit/{id}", thread, rules()) == root + "yanit/2"
    assert address.under_root("{thread}&yanit=1", thread, rules()) == root + "konu.php?t=2&yanit=1"
