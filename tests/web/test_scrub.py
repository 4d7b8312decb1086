"""What opens doors does not lie in quarantine; what an adapter is mended by does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.web.scrub import scrubbed

SECRETS = {
    "form": '<form><input type="hidden" name="form_token" value="0c9a1b77fe21"></form>',
    "field": '<input type="HIDDEN" name="creation_time" value="0c9a1b77fe21">',
    "password": '<input type="password" name="pw" value="0c9a1b77fe21">',
    "meta": '<meta name="csrf-token" content="0c9a1b77fe21">',
    "sid": '<a href="./viewtopic.php?t=5&amp;sid=0c9a1b77fe21#p7">x</a>',
    "logout": '<a href="ucp.php?mode=logout&k=0c9a1b77fe21">x</a>',
    "smf": '<a href="index.php?action=logout;e3b0c442=0c9a1b77fe2198fc1c14">x</a>',
    "data": '<div data-csrf="0c9a1b77fe21"></div>',
    "script": '<script>var t = {csrf: "1700000000,0c9a1b77fe2198fc1c14"};</script>',
    "action": '<form action="/login?session=0c9a1b77fe21"></form>',
}


@pytest.mark.parametrize("html", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_gone(html: str) -> None:
    assert "0c9a1b77fe21" not in scrubbed(f"<html><head></head><body>{html}</body></html>")


def test_what_an_adapter_reads_stays() -> None:
    html = (
        '<html><head></head><body><article class="post" id="p7" data-post-id="7"><a href="viewtopic.php?p=7#p7">'
        '<time datetime="2026-11-22T12:00:00+03:00"></time></a><div class="body">Şikâyet: 3 gün oldu 😀</div></article>'
        '<a href="/thread/1?page=2">2</a></body></html>'
    )
    assert scrubbed(html) == html


@given(st.text())
def test_nothing_is_too_odd(text: str) -> None:
    assert isinstance(scrubbed(text), str)
    assert isinstance(scrubbed(f"<input type=hidden value='{text}'><a href='?sid={text}'>"), str)
