"""What goes wrong with pages on their way: cut in the middle, empty, a form to sign in instead, another theme, a
charset that is not the page's. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from forum_bridge.testkit.recording import Recorded
from forum_bridge.web.charset import decode

_NAMED = re.compile(r"""\b(class|id|data-[\w-]+)=(["'])([^"']*)\2""")
_KEY = re.compile(r'"([A-Za-z_][\w-]*)"(\s*:)')
_SIGN_IN = (
    "<!DOCTYPE html><html><head><title>Giriş</title></head><body><form method=post action=/login>"
    "<input name=username><input type=password name=password><button>Giriş yap</button></form></body></html>"
)


def half(page: Recorded) -> Recorded:
    """Return the page as it is when the connection ends half way, and nobody says so."""
    return replace(page, body=page.body[: len(page.body) // 2])


def empty(page: Recorded) -> Recorded:
    """Return a page without a byte."""
    return replace(page, body=b"")


def sign_in_instead(page: Recorded) -> Recorded:
    """Return a form to sign in, with the status of a page."""
    return replace(page, body=_SIGN_IN.encode(), mime="text/html; charset=utf-8")


def other_theme(page: Recorded) -> Recorded:
    """Return the page with everything renamed by which an adapter finds its way."""
    text, charset = decode(page.body, page.mime)
    renamed = (
        _KEY.sub(r'"x\1"\2', text)
        if "json" in page.mime
        else _NAMED.sub(lambda seen: f"{seen[1]}={seen[2]}{_renamed(seen[3])}{seen[2]}", text)
    )
    return replace(page, body=renamed.encode(charset, "xmlcharrefreplace"))


def wrong_charset(page: Recorded) -> Recorded:
    """Return the page as a server sends it that calls every page Turkish, whatever it is."""
    return replace(page, mime=f"{page.mime.partition(';')[0]}; charset=iso-8859-9")


def _renamed(names: str) -> str:
    return " ".join(f"x{name}" for name in names.split())
