"""Addresses: made absolute and safe to send, compared by host, shown without what may be secret. Asks no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from forum_bridge.errors import WatchTrouble

_KEPT = "%/?#[]@:!$&'()*+,;=~|"
_SECRET = re.compile(
    r"([?&;](?:s|[\w\[\]-]*(?:sid|sessid|session|token|key|passwd|password|secret))=)[^&;#\s]*", re.IGNORECASE
)
_USERINFO = re.compile(r"//[^/?#@]*@")
_PORTS = {"http": 80, "https": 443}


def absolute(base: str, reference: str) -> str:
    """Return ``reference`` as a link on the page ``base`` would be sent: absolute, ASCII, what browsers escape escaped.

    Raises WatchTrouble if that is no http or https address."""
    try:
        parts = urlsplit(urljoin(base, reference.strip()))
        netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        rest = (quote(part, safe=_KEPT, errors="surrogateescape") for part in parts[2:])
        if parts.scheme in _PORTS and parts.hostname and _port(urlunsplit(parts)):
            return urlunsplit((parts.scheme, netloc, *rest))
    except ValueError as error:  # UnicodeError among them
        raise WatchTrouble(f"This is no address a forum can have: {shown(reference)}") from error
    raise WatchTrouble(f"This is no address a forum can have: {shown(reference)}")


def host(url: str) -> str:
    """Return the host's name in lower case, empty if there is none."""
    return urlsplit(url).hostname or ""


def origin(url: str) -> str:
    """Return ``scheme://host[:port]`` as the Origin header wants it (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def nearest(url: str, forums: Mapping[str, str]) -> str | None:
    """Return the name of the forum (address by name) on which ``url`` lies: of several on one host the one whose
    address it begins with."""
    at_home = [name for name, forum in forums.items() if belongs(url, forum)]
    nearness = {
        name: (url.startswith(forums[name]), origin(url) == origin(forums[name]), len(forums[name])) for name in at_home
    }
    return max(at_home, key=lambda name: nearness[name], default=None)


def belongs(url: str, base: str) -> bool:
    """Say whether ``url`` lies on the host of ``base``, its www twin, or a subdomain of it."""
    home, other = _twin(base), _twin(url)
    return urlsplit(url).scheme in _PORTS and bool(home) and (other == home or other.endswith(f".{home}"))


def may_carry_on(url: str, target: str) -> bool:
    """Say whether a write to ``url`` may be followed to ``target``: the same server, or the same host by https."""
    return host(url) == host(target) and _no_less_safe(url, target)


def entrusted(url: str, base: str) -> bool:
    """Say whether ``url`` may see what is ours alone (keys, passwords, what we write): ``base``'s own server or its www
    twin, at the same port and no less encrypted, or the same by https."""
    return bool(host(base)) and _twin(url) == _twin(base) and _no_less_safe(base, url)


def safest(url: str, base: str) -> str:
    """Return ``url`` by https if ``base`` is so and its own host is named without: a forum behind a proxy that takes
    off the encryption may write its addresses as if it had none."""
    parts = urlsplit(url)
    if (parts.scheme, urlsplit(base).scheme) != ("http", "https") or _twin(url) != _twin(base):
        return url
    if (_port(url), _port(base)) != (_PORTS["http"], _PORTS["https"]):
        return url
    return urlunsplit(parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")))


def _twin(url: str) -> str:
    return host(url).removeprefix("www.")


def _no_less_safe(url: str, target: str) -> bool:
    same = (urlsplit(url).scheme, _port(url)) == (urlsplit(target).scheme, _port(target))
    return same or (urlsplit(url).scheme, urlsplit(target).scheme) == ("http", "https")


def shown(url: str) -> str:
    """Return the address fit for a log or an error: session ids, tokens, keys and any login in it blotted out."""
    return _SECRET.sub(r"\1…", _USERINFO.sub("//…@", url))


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or _PORTS[parts.scheme]
