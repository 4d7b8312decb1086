"""A filled form as bytes on the wire, as browsers write them (https://url.spec.whatwg.org/#concept-urlencoded-serializer,
https://html.spec.whatwg.org/#multipart-form-data). Knows no network."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote_plus, urlsplit, urlunsplit

from forum_bridge.model import Upload
from forum_bridge.web.charset import encode
from forum_bridge.web.forms import Form
from forum_bridge.web.upload import Streamed

_BREAK = re.compile(r"\r\n?|\n")


def query_address(form: Form) -> str:
    """Return the address that a GET form asks: its fields take the place of the action's query."""
    return urlunsplit(urlsplit(form.action)._replace(query=_urlencoded(form), fragment=""))


def body(form: Form) -> tuple[bytes | Streamed, str]:
    """Return the body of a POST form and its Content-Type; one with files is read from them while it is sent."""
    if form.multipart:
        return _multipart(form)
    return _urlencoded(form).encode("ascii"), "application/x-www-form-urlencoded"


def _urlencoded(form: Form) -> str:
    return "&".join(
        f"{quote_plus(_encoded(name, form), safe='*')}={quote_plus(_encoded(value, form), safe='*')}"
        for name, value in form.fields
    )


def _multipart(form: Form) -> tuple[bytes | Streamed, str]:
    boundary = f"----forum-bridge-{secrets.token_hex(16)}"
    line, end = b"--%s\r\n" % boundary.encode(), b"--%s--\r\n" % boundary.encode()
    fields = b"".join(
        b"%s%s\r\n\r\n%s\r\n" % (line, _disposition(name, form), _encoded(value, form)) for name, value in form.fields
    )
    content_type = f"multipart/form-data; boundary={boundary}"
    if not form.files:
        return fields + end, content_type
    parts: list[bytes | Upload] = [fields]
    for name, file in form.files:
        said = b'%s; filename="%s"' % (_disposition(name, form), _quoted(_encoded(file.name, form)))
        parts += [b"%s%s\r\nContent-Type: %s\r\n\r\n" % (line, said, _quoted(_encoded(file.mime, form))), file, b"\r\n"]
    return Streamed((*parts, end)), content_type


def _disposition(name: str, form: Form) -> bytes:
    """Names, of files too, are bare bytes in the form's charset: no server that browsers talk to reads RFC 2231."""
    return b'Content-Disposition: form-data; name="%s"' % _quoted(_encoded(name, form))


def _encoded(text: str, form: Form) -> bytes:
    return encode(_BREAK.sub("\r\n", text), form.charset)


def _quoted(name: bytes) -> bytes:
    return name.replace(b"\r", b"%0D").replace(b"\n", b"%0A").replace(b'"', b"%22")
