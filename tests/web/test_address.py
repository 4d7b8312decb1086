"""Addresses made absolute, compared, and shown without secrets."""

from __future__ import annotations

import pytest

from forum_bridge.errors import WatchTrouble
from forum_bridge.web.address import absolute, belongs, entrusted, may_carry_on, nearest, safest, shown

BASE = "https://forum.example/foro/konu-1"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("konu-2?p=3#son", "https://forum.example/foro/konu-2?p=3#son"),
        ("/başlık yeni", "https://forum.example/ba%C5%9Fl%C4%B1k%20yeni"),
        ("?q=%FE%2Bx&r=a;b", "https://forum.example/foro/konu-1?q=%FE%2Bx&r=a;b"),
        ("//www.forum.example/\n x", "https://www.forum.example/%20x"),
        ("http://şirket.example:8080/a", "http://xn--irket-idb.example:8080/a"),
        ("/ham\udcfe", "https://forum.example/ham%FE"),
    ],
)
def test_a_link_becomes_what_a_browser_would_send(reference: str, url: str) -> None:
    assert absolute(BASE, reference) == url


@pytest.mark.parametrize(
    "reference", ["javascript:void(0)", "mailto:a@b.example", "http://", "http://[x/", "http://h:99999/"]
)
def test_what_is_no_address_is_refused(reference: str) -> None:
    with pytest.raises(WatchTrouble):
        absolute(BASE, reference)


@pytest.mark.parametrize(
    ("url", "home", "expected"),
    [
        ("https://forum.example/x", "https://forum.example/", True),
        ("http://FORUM.example/x", "https://www.forum.example/", True),
        ("https://m.forum.example/", "https://www.forum.example/", True),
        ("https://example/", "https://forum.example/", False),
        ("https://evilforum.example/", "https://forum.example/", False),
        ("https://forum.example.evil/", "https://forum.example/", False),
        ("https://forum.example@evil.example/", "https://forum.example/", False),
    ],
)
def test_home_is_the_host_its_twin_and_its_subdomains(url: str, home: str, expected: bool) -> None:
    assert belongs(url, home) is expected


@pytest.mark.parametrize(
    ("url", "target", "expected"),
    [
        ("http://f.example/a", "http://f.example:80/b", True),
        ("http://f.example/a", "https://f.example/b", True),
        ("https://f.example/a", "http://f.example/b", False),
        ("https://f.example/a", "https://www.f.example/b", False),
        ("http://f.example/a", "http://f.example:8080/b", False),
    ],
)
def test_a_write_goes_on_only_on_the_same_server_or_up_to_https(url: str, target: str, expected: bool) -> None:
    assert may_carry_on(url, target) is expected


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("https://f.example/api", "https://f.example/forum/", True),
        ("https://F.example:443/api", "https://f.example", True),
        ("https://www.f.example/api", "https://f.example", True),
        ("https://f.example/api", "https://www.f.example", True),
        ("https://f.example/api", "http://f.example", True),
        ("http://f.example/api", "https://f.example", False),
        ("http://www.f.example/api", "https://f.example", False),
        ("https://f.example:8443/api", "https://f.example", False),
        ("http://f.example:8080/api", "http://f.example", False),
        ("https://api.f.example/api", "https://f.example", False),
        ("https://f.example.evil/", "https://f.example", False),
        ("https://f.example@evil.example/", "https://f.example", False),
        ("http:///x", "", False),
    ],
)
def test_what_is_ours_goes_to_the_forums_own_server_and_never_less_encrypted(
    url: str, base: str, expected: bool
) -> None:
    assert entrusted(url, base) is expected


@pytest.mark.parametrize(
    ("url", "base", "asked"),
    [
        ("http://f.example/a?b=1#c", "https://f.example", "https://f.example/a?b=1#c"),
        ("http://www.f.example:80/a", "https://f.example", "https://www.f.example/a"),
        ("http://f.example/a", "http://f.example", "http://f.example/a"),
        ("http://f.example:8080/a", "https://f.example", "http://f.example:8080/a"),
        ("http://f.example/a", "https://f.example:8443", "http://f.example/a"),
        ("http://cdn.f.example/a", "https://f.example", "http://cdn.f.example/a"),
        ("http://other.example/a", "https://f.example", "http://other.example/a"),
    ],
)
def test_a_forum_with_encryption_is_asked_by_it_whatever_its_pages_say(url: str, base: str, asked: str) -> None:
    assert safest(url, base) == asked


def test_what_may_be_secret_is_not_shown() -> None:
    url = "https://ali:gizli@f.example/a.php?PHPSESSID=abc1;topic=2&sid=d2&s=e3&my_post_key=f4&csrf_token=g5&page=2#h"

    assert shown(url) == "https://…@f.example/a.php?PHPSESSID=…;topic=2&sid=…&s=…&my_post_key=…&csrf_token=…&page=2#h"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://f.example/satis/konu-1", "sales"),
        ("https://f.example/konu-1", "whole"),
        ("https://www.f.example/satis/konu-1", "www"),
        ("https://eski.f.example/konu-1", "sales"),
        ("https://other.example/konu-1", None),
    ],
)
def test_of_several_forums_on_one_host_the_nearest_is_meant(url: str, name: str | None) -> None:
    forums = {"whole": "https://f.example/", "sales": "https://f.example/satis/", "www": "https://www.f.example/"}
    assert nearest(url, forums) == name
