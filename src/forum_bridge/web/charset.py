"""Bytes to text and back as browsers do it. Knows nothing of what the text says.

The labels are those of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels): what calls
itself iso-8859-9 is windows-1254, what calls itself latin1 or ascii is windows-1252."""

from __future__ import annotations

import re

import webencodings

FALLBACK = "windows-1254"  # old boards that say nothing are Turkish
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_HEADER = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--(?:-?>|.*?-->|.*\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]([^>]*)", re.IGNORECASE)
_XML = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)""")
_ATTRIBUTE = re.compile(rb"""([^\s=/"'>]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")


def known(label: str) -> str | None:
    """Return the standard's name of a charset for one of its labels, None if it is not a charset to read a page in."""
    encoding = webencodings.lookup(label) if label.isascii() else None
    name: str | None = encoding.name if encoding else None
    return None if name == "replacement" else name


def decode(body: bytes, content_type: str | None) -> tuple[str, str]:
    """Return the text and the name of its charset, found as browsers do: byte order mark, ``Content-Type``, ``<meta>``
    or XML declaration within the first 1024 bytes, UTF-8 if it is that to the last byte, else windows-1254.

    Never raises; what cannot be read becomes U+FFFD."""
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return _text(body[len(mark) :], charset), charset
    declared = _of_header(content_type or "") or _of_page(body[:1024])
    if declared:
        return _text(body, declared), declared
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _text(body, FALLBACK), FALLBACK


def encode(text: str, charset: str) -> bytes:
    """Return ``text`` as a browser puts it into a form of that charset: what has no place in it becomes a decimal
    character reference (``&#128512;``), UTF-16 becomes UTF-8 (https://url.spec.whatwg.org/#concept-url-encode)."""
    target = known(charset) or "utf-8"
    if target.startswith("utf-16"):
        target = "utf-8"
    encoded: bytes = webencodings.lookup(target).codec_info.encode(text, "xmlcharrefreplace")[0]
    return encoded


def _text(body: bytes, charset: str) -> str:
    text: str = webencodings.lookup(charset).codec_info.decode(body, "replace")[0]
    return text


def _of_header(content_type: str) -> str | None:
    found = _HEADER.search(content_type)
    return known(found[1]) if found else None


def _of_page(head: bytes) -> str | None:
    """Prescan as in https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding."""
    if xml := _XML.match(head):
        return _readable(xml[1])
    for meta in _META.finditer(_COMMENT.sub(b"", head)):
        attributes = {name.lower(): b"".join(value) for name, *value in _ATTRIBUTE.findall(meta[1])}
        label = attributes.get(b"charset")
        if label is None and attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
            found = _HEADER.search(attributes.get(b"content", b"").decode("latin-1"))
            label = found[1].encode("latin-1") if found else None
        if label is not None and (name := _readable(label)):
            return name
    return None


def _readable(label: bytes) -> str | None:
    name = known(label.decode("latin-1"))
    # Whoever could read this declaration as ASCII does not have UTF-16 before him; the standard says so too.
    return (
        {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}.get(name, name) if name else None
    )
