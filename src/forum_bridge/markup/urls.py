"""Addresses in posts and answers: made absolute, unwrapped, or refused. Knows no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urljoin, urlsplit, urlunsplit

_UNSAFE = re.compile(r"[\s\"'<>\\^`{|}\x00-\x20\x7f-\x9f]")
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?(?::\d{1,5})?", re.ASCII)
_WORDS_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)*[^\W_](?:[\w-]*[^\W_])?(?::\d{1,5})?")
_IPV6 = re.compile(r"\[[0-9a-fA-F:]*::?[0-9a-fA-F:.]*\](?::\d{1,5})?")
_BARE_DOMAIN = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#:]|$)", re.IGNORECASE)
_SESSION = re.compile(r"(?<=[?&;])(?:sid|s|PHPSESSID)=[0-9a-zA-Z,-]{20,}(?:[&;]|(?=#)|$)")
_LONGEST = 8192  # characters; no server takes a longer address, and cleaning one of megabytes takes minutes
_WRAPPERS = {"proxy.php": ("link", "image"), "externallinkredirect": ("url",)}


def absolute(href: str, base_url: str | None) -> str | None:
    """Return the address as http, https, mailto or tel, safe inside any markup's link; None for anything else, also
    for one of more than 8192 characters.

    ``base_url`` is the page's address; without one (an answer) a bare domain counts as https. Session ids are taken
    off, so that a link does not change from one reading to the next.
    """
    if len(href) > _LONGEST:
        return None
    text = _HIDDEN.sub("", href).strip()
    try:
        if base_url is not None:
            text = urljoin(base_url, text)
        elif text.startswith("//") or _BARE_DOMAIN.match(text):
            text = "https://" + text.removeprefix("//")
        parts = urlsplit(text)
        port_fits = (parts.port or 0) <= 65535 if parts.scheme in ("http", "https") else True
    except ValueError:
        return None
    if parts.scheme in ("mailto", "tel"):
        return _UNSAFE.sub(_percent, text) if parts.path else None
    if parts.scheme not in ("http", "https") or not port_fits or not _host_fits(parts.netloc):
        return None
    return _UNSAFE.sub(_percent, without_session(text))


def without_session(url: str) -> str:
    """Return the address without the session id that engines put into links for those who bring no cookie."""
    parts = urlsplit(url)
    query = _SESSION.sub("", "?" + parts.query)[1:].rstrip("&;")
    return urlunsplit(parts._replace(query=query)) if query != parts.query else url


def link_target(attrs: Mapping[str, str], base_url: str | None) -> str | None:
    """Return where a link really leads: forums' outbound wrappers (``data-href``, ``proxy.php?link=``) are opened."""
    if attrs.get("data-href", "").startswith(("http://", "https://")):
        return absolute(attrs["data-href"], base_url)
    return _unwrapped(absolute(attrs.get("href", ""), base_url), base_url)


def image_source(attrs: Mapping[str, str], base_url: str | None) -> str | None:
    """Return the address of the picture itself: lazy loaders' attributes go before a placeholder ``src``."""
    names = ("data-url", "data-src", "data-lazy-src", "data-original", "data-lazy")
    lazy = [attrs[name] for name in names if attrs.get(name)]
    listed = _largest(attrs.get("srcset", "") or attrs.get("data-srcset", ""))
    source = attrs.get("src", "")
    order = [*lazy, listed, source] if _placeholder(source) else [*lazy, source, listed]
    for candidate in order:
        address = absolute(candidate, base_url) if candidate and not candidate.startswith("data:") else None
        if address is not None and address.startswith("http"):
            return _unwrapped(address, base_url)
    return None


def _host_fits(netloc: str) -> bool:
    if netloc.startswith("["):
        return _IPV6.fullmatch(netloc) is not None
    return (_HOST if netloc.isascii() else _WORDS_HOST).fullmatch(netloc) is not None


def _unwrapped(address: str | None, base_url: str | None) -> str | None:
    if address is None:
        return None
    parts = urlsplit(address)
    keys = _WRAPPERS.get(parts.path.rpartition("/")[2].lower(), ())
    if keys and (base_url is None or parts.netloc == urlsplit(base_url).netloc):
        values = parse_qs(parts.query)
        for key in keys:
            if key in values:
                return absolute(values[key][0], base_url)
    return address


def _placeholder(source: str) -> bool:
    name = source.rpartition("/")[2].lower()
    return source[:5] in ("", "data:") or name.startswith(("blank", "spacer", "clear", "pixel", "lazy", "1x1"))


def _largest(srcset: str) -> str:
    best, size = "", -1.0
    for candidate in re.split(r",\s+", srcset.strip()):
        address, _, descriptor = candidate.strip().partition(" ")
        number = re.match(r"[\d.]+", descriptor.strip())
        try:
            width = float(number[0]) if number else 0.0
        except ValueError:
            width = 0.0
        if address and width > size:
            best, size = address.rstrip(","), width
    return best


def _percent(match: re.Match[str]) -> str:
    return quote(match[0], safe="")
