"""A filled form as bytes on the wire, as browsers write them (https://url.spec.whatwg.org/#concept-urlencoded-serializer,
https://html.spec.whatwg.org/#multipart-form-data). Knows no network."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote_plus, urlsplit, urlunsplit

from forum_bridge.web.charset import encode
from forum_bridge.web.forms import Form

_BREAK = re.compile(r"\r\n?|\n")


def query_address(form: Form) -> str:
    """Return the address that a GET form asks: its fields take the place of the action's query."""
    return urlunsplit(urlsplit(form.action)._replace(query=_urlencoded(form), fragment=""))


def body(form: Form) -> tuple[bytes, str]:
    """Return the body of a POST form and its Content-Type."""
    if form.multipart:
        return _multipart(form)
    return _urlencoded(form).encode("ascii"), "application/x-www-form-urlencoded"


def _urlencoded(form: Form) -> str:
    return "&".join(
        f"{quote_plus(_encoded(name, form), safe='*')}={quote_plus(_encoded(value, form), safe='*')}"
        for name, value in form.fields
    )


def _multipart(form: Form) -> tuple[bytes, str]:
    boundary = f"----forum-bridge-{secrets.token_hex(16)}"
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (boundary.encode(), _quoted(_encoded(name, form)), _encoded(value, form))
        for name, value in form.fields
    ]
    return b"".join((*parts, b"--%s--\r\n" % boundary.encode())), f"multipart/form-data; boundary={boundary}"


def _encoded(text: str, form: Form) -> bytes:
    return encode(_BREAK.sub("\r\n", text), form.charset)


def _quoted(name: bytes) -> bytes:
    return name.replace(b"\r", b"%0D").replace(b"\n", b"%0A").replace(b'"', b"%22")
