"""The footer of a case message: which post, in which revision. Written so that it is found again whatever the
desk makes of the HTML, and for people a link to the post."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, unquote

_MARK = re.compile(
    r"(?:\[|&(?:amp;)*(?:#91|#x5b|lsqb|lbrack);)\s*forum(?:\s|&(?:amp;)*(?:nbsp|#160|#xa0);)*"
    r"(?:(?:#|&(?:amp;)*(?:#35|#x23|num);)r([0-9]{1,6}))?\s*(?:\]|&(?:amp;)*(?:#93|#x5d|rsqb|rbrack);)",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|colon|sol|quest|equals|num|period|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"(?P<before>(?:</?[a-z][a-z0-9]*(?:\s[^<>]*)?>|[\s(<\[])*)(?P<shown>https?://(?:\[[0-9a-f:.]+\])?[^\s<>\"()\[\]]+)?",
    re.IGNORECASE,
)
_HREF = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*[\"']?(https?://[^\s<>\"']+)", re.IGNORECASE)


def footer(permalink: str, revision: int = 1) -> str:
    """Return the footer's paragraph: ``[forum] https://…``, for a later revision ``[forum #r2] https://…``.

    The address is its own label, so that it survives where HTML is made plain text; the revision stands outside of it,
    so that the link keeps the post's own fragment and still leads there.
    """
    address = html.escape(footer_address(permalink))
    mark = "[forum]" if revision == 1 else f"[forum #r{revision}]"
    return f'<p>{mark} <a href="{address}" rel="nofollow noopener">{address}</a></p>'


def footer_address(permalink: str) -> str:
    """Return the permalink as it stands in footers; compare with this.

    Percent-encoded is whatever a desk could take for something else: all but ASCII, quotes, brackets, and a semicolon
    that would make an entity.
    """
    scheme, _, rest = permalink.strip().partition("://")
    host, slash, path = rest.partition("/")
    path = re.sub(r"(&#?\w+);", r"\1%3B", path, flags=re.ASCII)
    return f"{scheme}://{quote(host, safe='[]:@-._~%')}{slash}{quote(path, safe='!#$%&*+,/:;=?@-._~')}"


def permalinks_of(address: str) -> set[str]:
    """Return the permalinks that may stand in a footer as this address; keep those for which ``footer_address`` says
    so."""
    beyond_ascii = re.sub(r"(?:%[89A-Fa-f][0-9A-Fa-f])+", lambda match: unquote(match[0]), address)
    return {address, beyond_ascii, unquote(address)}


def footer_permalink(message: str) -> tuple[str, int] | None:
    """Return the address and the revision of the last footer in a message, or None if there is none.

    ``message`` is the HTML or plain text of a message as the desk gives it back, wrapped anew or entity-encoded. What
    comes before the last footer never counts, so a customer who writes one changes nothing: ours stands below.
    """
    marks = list(_MARK.finditer(message))
    if not marks:
        return None
    tail = _decoded(message[marks[-1].end() :][:20_000])
    found = _ADDRESS.match(tail)
    if found is None:
        return None
    href = _HREF.search(found["before"])
    address = found["shown"] or ""
    if (not address or address.endswith(("…", "..."))) and href is not None:
        address = href[1]  # a desk that shortens what it shows
    return (address, int(marks[-1][1] or 1)) if address else None


def _decoded(text: str) -> str:
    """Decode entities, encoded once or several times; only whole ones: ``?a=1&copy=2`` is an address, not a ©."""
    for _ in range(4):
        decoded = _ENTITY.sub(lambda match: html.unescape(match[0]).replace("\xa0", " "), text)
        if decoded == text:
            break
        text = decoded
    return text
