"""Bytes of a request → a tree of fields, whatever they were packed in: form, multipart or JSON, in any charset Deskie
or a proxy may use. Knows no field's meaning. Raises Misshapen for everything it cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from forum_bridge.deskie.brackets import expand
from forum_bridge.deskie.values import Misshapen, parse

MAX_FIELDS = 1000  # PHP's own max_input_vars: more cannot come from a PHP program in one piece
MAX_PART_HEADER = 4096  # bytes

# As browsers read these labels (WHATWG Encoding): the ISO names mean the larger Windows sets. Codecs are looked up here
# only, since Python's own table also knows such as `idna` and `punycode`.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-1254": "cp1254",
    "cp1254": "cp1254",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
}


def read_fields(content_type: str, body: bytes) -> Mapping[str, object]:
    """Return the fields of a body as a tree. A body that begins with `{` is JSON whatever ``content_type`` says;
    without a type it is a form. Percent-encoding is undone once."""
    charset = _CHARSETS.get((parameter(content_type, "charset") or "").strip().lower())
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        tree = parse(_decoded(start, charset))
        if not isinstance(tree, Mapping):
            raise Misshapen("a JSON object was expected")
        return tree
    if content_type.strip().lower().startswith("multipart/"):
        parts = _parts(body, parameter(content_type, "boundary"))
        return expand((_decoded(name, charset), _decoded(value, charset)) for name, value in parts)
    return expand((_decoded(name, charset), _decoded(value, charset)) for name, value in _pairs(body))


def parameter(header: str, name: str) -> str | None:
    """Return a parameter of a header such as `multipart/form-data; boundary="x"`, or None."""
    match = re.search(rf';\s*{name}=(?:"([^"]*)"|([^;\s"]+))', header, re.IGNORECASE)
    return (match[1] if match[1] is not None else match[2]) if match else None


def _pairs(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        # Latin-1 both ways keeps every byte, so that each value is decoded whole, later and by our rule.
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS)
    except ValueError as fault:
        raise Misshapen(f"more than {MAX_FIELDS} fields") from fault
    for name, value in pairs:
        yield name.encode("latin-1"), value.encode("latin-1")


def _parts(body: bytes, boundary: str | None) -> Iterator[tuple[bytes, bytes]]:
    if not boundary:
        raise Misshapen("a multipart body without a boundary")
    mark = b"\r\n--" + boundary.encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(mark, MAX_FIELDS + 2)
    if len(pieces) > MAX_FIELDS + 2:  # what stands before the first and after the last is none
        raise Misshapen(f"more than {MAX_FIELDS} fields")
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Misshapen("a multipart body that breaks off")
    for piece in pieces[1:-1]:
        header, blank, value = piece.partition(b"\r\n\r\n")
        if not blank or len(header) > MAX_PART_HEADER:
            raise Misshapen("a multipart field without a proper header")
        name = parameter(header.decode("latin-1"), "name")
        if name is None:
            raise Misshapen("a multipart field without a name")
        yield name.encode("latin-1"), value


def _decoded(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1254", "replace")
