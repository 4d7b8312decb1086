"""Invented people and secrets in the place of real ones, the same in all pages of a recording: names of authors, e-mail
and IP addresses, telephone numbers, session ids, tokens. What else people wrote stays, for it is what is read."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from forum_bridge.model import Author
from forum_bridge.testkit.marked import Walk
from forum_bridge.testkit.people import invented, named_in
from forum_bridge.testkit.renaming import Renamer

_MAIL = re.compile(r"(?P<local>[\w.+-]+)(?P<at>@|%40)(?!posta\.example)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{1,4}::?){2,7}[0-9a-f]{1,4}(?![\w:.])", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.])(?:\+90|0)[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}(?!\w)")
_WORDS = r"[\w\[\]-]*(?:sid|sessid|session|token|csrf|nonce|key|hash|securitytoken|formtoken|xsrf)[\w\[\]-]*"
_QUERY = re.compile(rf"([?&;](?:s|{_WORDS})=)([\w.,~%-]{{8,}})", re.IGNORECASE)
_VALUE = r"(?:value|content)"
_FIELD = re.compile(
    rf"""(<(?:input|meta)\b[^>]*?\bname=["']?{_WORDS}["']?[^>]*?\b{_VALUE}=["'])([^"']{{8,}})""", re.IGNORECASE
)
_FIELD_AFTER = re.compile(
    rf"""(<(?:input|meta)\b[^>]*?\b{_VALUE}=["'])([^"']{{8,}})(?=["'][^>]*?\bname=["']?{_WORDS})""", re.IGNORECASE
)
_VARIABLE = re.compile(rf"""(["']?\b{_WORDS}["']?\s*[:=]\s*["'])([^"'<>\s]{{8,}})""", re.IGNORECASE)
_HEX = re.compile(r"(?<![\w])[0-9a-f]{32,128}(?![\w])")


class Inventor:
    """Replaces what it was told of, and what looks like a secret. ``kept`` are ids that must stay as they are, ``base``
    is the forum's address, ``thread`` that of the recorded one; ``ways`` are other addresses on it that name nobody."""

    def __init__(
        self, authors: Iterable[Author], base: str, thread: str, ways: Iterable[str] = (), kept: Iterable[str] = ()
    ) -> None:
        authors = list(authors)
        self._kept = tuple(each for each in kept if len(each) >= 6)
        self._salt = base
        self._mails: dict[str, str] = {}
        self._people = invented(authors)
        profiles = {each.url: named_in(each, authors) for each in authors if each.url}
        self._rename = Renamer(self._people, base, profiles, ways, thread)
        self._walk = Walk(self.words, lambda text: self._people.get(text, text), self.address)

    @property
    def people(self) -> Mapping[str, str]:
        """All that real people are called, and what is written instead."""
        return self._people

    def __call__(self, text: str) -> str:
        """Return a page, or a document of an API, with nothing real left of all that."""
        return self._walk.page(self._without_secrets(text))

    def words(self, text: str) -> str:
        """Return a text without markup likewise."""
        return self._rename.words(self._private(text))

    def address(self, url: str) -> str:
        """Return an address likewise, as it is written on a page."""
        return self._rename.address(self._private(self._without_secrets(url)))

    def _private(self, text: str) -> str:
        for pattern, instead in ((_MAIL, self._mail), (_PHONE, self._phone), (_IPV4, self._ip), (_IPV6, self._ip)):
            text = pattern.sub(instead, text)
        return text

    def _without_secrets(self, text: str) -> str:
        for pattern in (_QUERY, _FIELD, _FIELD_AFTER, _VARIABLE):
            text = pattern.sub(lambda seen: seen[1] + self.secret(seen[2]), text)
        return _HEX.sub(lambda seen: self.secret(seen[0]), text)

    def secret(self, real: str) -> str:
        """Return letters and digits of the same shape that lead nowhere, the same for the same secret."""
        if real.startswith(self._kept) or real in self._people:
            return real
        digest = hashlib.sha256((self._salt + real).encode()).digest() * (len(real) // 32 + 1)
        hexadecimal = set(real) <= set(string.hexdigits)
        return "".join(_like(sign, number, hexadecimal) for sign, number in zip(real, digest, strict=False))

    def _mail(self, seen: re.Match[str]) -> str:
        if (name := self._people.get(seen[0].replace("%40", "@"))) is not None:
            return name
        real = seen[0].lower().replace("%40", "@")
        if (known := self._mails.get(real)) is None:
            person = self._rename.person(seen["local"]) or f"kisi{len(self._mails) + 1}"
            known = self._mails[real] = f"{person}@posta.example"
        return known.replace("@", seen["at"])

    def _ip(self, seen: re.Match[str]) -> str:
        try:
            address = ip_address(seen[0])
        except ValueError:
            return seen[0]  # a version is no address, and neither is a time of day
        if address.is_loopback:
            return seen[0]  # nobody's
        last = hashlib.sha256((self._salt + seen[0]).encode()).digest()[0]
        return f"192.0.2.{last}" if address.version == 4 else f"2001:db8::{last:x}"  # RFC 5737, RFC 3849

    def _phone(self, seen: re.Match[str]) -> str:
        return self._people.get(seen[0], "+90 500 000 00 00")  # somebody may be called so


def _like(sign: str, number: int, hexadecimal: bool) -> str:
    if hexadecimal and sign in string.hexdigits:
        digit = f"{number % 16:x}"
        return digit.upper() if sign.isupper() else digit
    if sign.isdigit():
        return str(number % 10)
    if sign.isascii() and sign.isalpha():
        letter = string.ascii_lowercase[number % 26]
        return letter.upper() if sign.isupper() else letter
    return sign
