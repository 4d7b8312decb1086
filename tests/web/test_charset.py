"""Bytes to text and back as browsers do it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.web.charset import decode, encode, known

TURKISH = "Şükrü Ağaoğlu İzmir'de: çok ıslak bir gün"


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (TURKISH.encode("cp1254"), "text/html; charset=iso-8859-9", "windows-1254"),
        (TURKISH.encode("cp1254"), 'text/html; Charset="latin5"', "windows-1254"),
        (TURKISH.encode("cp1254"), "text/html", "windows-1254"),
        (TURKISH.encode("cp1254"), "text/html; charset=no-such-thing", "windows-1254"),
        (TURKISH.encode(), "text/html", "utf-8"),
        (TURKISH.encode(), None, "utf-8"),
        (b"\xef\xbb\xbf" + TURKISH.encode(), "text/html; charset=windows-1254", "utf-8"),
        (TURKISH.encode("utf-16"), "text/html", "utf-16le"),
        (b'<meta charset="windows-1254">' + TURKISH.encode("cp1254"), "text/html", "windows-1254"),
        (b"<META CHARSET=utf-8>" + TURKISH.encode(), "text/html", "utf-8"),
        (b'<?xml version="1.0" encoding="ISO-8859-9"?>' + TURKISH.encode("cp1254"), "text/xml", "windows-1254"),
        (
            b'<meta content="text/html; charset=ISO-8859-9" http-equiv=Content-Type>' + TURKISH.encode("cp1254"),
            "text/html",
            "windows-1254",
        ),
        # the header wins over the page, as in browsers
        (b'<meta charset="windows-1254">' + TURKISH.encode(), "text/html; charset=utf-8", "utf-8"),
        # a comment declares nothing, nor does a description, nor UTF-16 read as ASCII
        (b'<!-- <meta charset="koi8-r"> -->' + TURKISH.encode(), "text/html", "utf-8"),
        (b'<meta name="description" content="charset=koi8-r">' + TURKISH.encode(), "text/html", "utf-8"),
        (b'<meta charset="utf-16">' + TURKISH.encode(), "text/html", "utf-8"),
        # beyond the first 1024 bytes nobody looks
        (b" " * 1024 + b'<meta charset="koi8-r">' + TURKISH.encode(), "text/html", "utf-8"),
    ],
)
def test_the_text_is_found_as_browsers_find_it(body: bytes, content_type: str | None, charset: str) -> None:
    text, found = decode(body, content_type)

    assert found == charset
    assert text.endswith(TURKISH)


@pytest.mark.parametrize(
    ("label", "name"), [(" Latin1 ", "windows-1252"), ("ASCII", "windows-1252"), ("hz-gb-2312", None)]
)
def test_labels_are_those_of_the_standard(label: str, name: str | None) -> None:
    assert known(label) == name


@given(
    st.binary(),
    st.one_of(st.none(), st.text(), st.sampled_from(["text/html; charset=utf-16", "charset=x-user-defined"])),
)
def test_decoding_never_raises(body: bytes, content_type: str | None) -> None:
    text, charset = decode(body, content_type)

    assert isinstance(text, str)
    assert known(charset) == charset


def test_a_board_that_has_no_emoji_gets_a_decimal_reference() -> None:
    assert encode("İyi 😀", "windows-1254") == b"\xddyi &#128512;"
    assert encode("İ😀", "utf-16le") == "İ😀".encode()


@given(st.text(), st.sampled_from(["utf-8", "windows-1254", "windows-1252", "shift_jis", "iso-2022-jp", "gb18030"]))
def test_encoding_never_raises(text: str, charset: str) -> None:
    assert isinstance(encode(text, charset), bytes)
