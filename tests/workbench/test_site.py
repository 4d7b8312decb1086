from __future__ import annotations

import pytest

from forum_bridge.forums.registry import Registry
from forum_bridge.model import WatchKind
from forum_bridge.workbench.site import kind_of, name_for, root_of


@pytest.mark.parametrize(
    ("adapter", "url", "kind", "root"),
    [
        ("flaskbb", "https://acme.example/topic/2-kargo?page=3#pid9", WatchKind.THREAD, "https://acme.example/"),
        ("flaskbb", "https://acme.example/community/forum/7-genel", WatchKind.BOARD, "https://acme.example/community/"),
        ("flaskbb", "https://acme.example/community/", None, "https://acme.example/"),
        ("fossil", "https://acme.example/r/cli/forumpost/8ca2147150", WatchKind.THREAD, "https://acme.example/r/cli/"),
        ("fossil", "https://acme.example/forum", WatchKind.BOARD, "https://acme.example/"),
        ("flarum", "https://acme.example:8443/d/12-kargo/3", WatchKind.THREAD, "https://acme.example:8443/"),
        ("flarum", "https://acme.example/t/genel-sohbet", WatchKind.BOARD, "https://acme.example/"),
    ],
)
def test_what_an_address_is(adapter: str, url: str, kind: WatchKind | None, root: str) -> None:
    detect = Registry.load().get(adapter).detect
    assert detect is not None
    assert (kind_of(url, detect), root_of(url, detect)) == (kind, root)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://forum.acme.com.tr/konu/1", "acme"),
        ("https://www.acme.com/forum/", "acme"),
        ("https://destek.acme.gen.tr/", "acme"),
        ("https://community.acme.io/", "acme"),
        ("http://127.0.0.1:8101/", "forum"),
        ("http://[::1]:8101/", "forum"),
        ("http://localhost/", "localhost"),
        ("https://forum.co/", "forum"),
        ("https://ÇAĞRI.example/", "cagri"),
        ("https://" + "a" * 60 + ".example/", "a" * 32),
    ],
)
def test_a_name_fit_for_the_configuration(url: str, name: str) -> None:
    assert name_for(url) == name
