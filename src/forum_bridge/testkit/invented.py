"""Invented people and secrets in the place of real ones, the same in all pages of a recording: names of authors, e-mail
and IP addresses, telephone numbers, session ids, tokens. What people wrote stays, for it is what is read."""

from __future__ import annotations

import hashlib
import json
import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from html import escape
from urllib.parse import quote

PEOPLE = (
    "Ayşe Yılmaz", "Mehmet Demir", "Zeynep Kaya", "Mustafa Çelik", "Elif Şahin", "Ahmet Öztürk", "Emine Arslan",
    "İbrahim Doğan", "Hatice Kılıç", "Hüseyin Aydın", "Fatma Işık", "Osman Güneş", "Merve Koç", "Yusuf Kurt",
)  # fmt: skip
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_PHONE = re.compile(r"(?<![\w.])(?:\+90|0)[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}(?!\w)")
_WORDS = r"[\w\[\]-]*(?:sid|sessid|session|token|csrf|nonce|key|hash|securitytoken|formtoken|xsrf)[\w\[\]-]*"
_QUERY = re.compile(rf"([?&;](?:s|{_WORDS})=)([\w.,~%-]{{8,}})", re.IGNORECASE)
_FIELD = re.compile(rf"""(<input\b[^>]*?\bname=["']?{_WORDS}["']?[^>]*?\bvalue=["'])([^"']{{8,}})""", re.IGNORECASE)
_FIELD_AFTER = re.compile(
    rf"""(<input\b[^>]*?\bvalue=["'])([^"']{{8,}})(?=["'][^>]*?\bname=["']?{_WORDS})""", re.IGNORECASE
)
_VARIABLE = re.compile(rf"""(["']?\b{_WORDS}["']?\s*[:=]\s*["'])([^"'<>\s]{{8,}})""", re.IGNORECASE)
_HEX = re.compile(r"(?<![\w])[0-9a-f]{32,128}(?![\w])")


class Inventor:
    """Replaces what it was told of, and what looks like a secret; ``kept`` are ids that must stay as they are."""

    def __init__(self, names: Iterable[str], kept: Iterable[str] = (), salt: str = "") -> None:
        self._kept = tuple(each for each in kept if len(each) >= 6)
        self._salt = salt
        self._people = _invented(names)
        self._mails: dict[str, str] = {}

    @property
    def people(self) -> Mapping[str, str]:
        """The real names, and whom each has become."""
        return self._people

    def __call__(self, text: str) -> str:
        """Return a page's text with nothing real left of all that."""
        text = _MAIL.sub(self._mail, text)
        text = _PHONE.sub("+90 500 000 00 00", text)
        text = _IPV4.sub(self._address, text)
        for pattern in (_QUERY, _FIELD, _FIELD_AFTER, _VARIABLE):
            text = pattern.sub(lambda seen: seen[1] + self.secret(seen[2]), text)
        text = _HEX.sub(lambda seen: self.secret(seen[0]), text)
        for real, invented in sorted(self._people.items(), key=lambda pair: -len(pair[0])):
            text = _renamed(text, real, invented)
        return text

    def secret(self, real: str) -> str:
        """Return letters and digits of the same shape that lead nowhere, the same for the same secret."""
        if real.startswith(self._kept) or real in self._people.values():
            return real
        digest = hashlib.sha256((self._salt + real).encode()).digest() * (len(real) // 32 + 1)
        hexadecimal = set(real) <= set(string.hexdigits)
        return "".join(_like(sign, number, hexadecimal) for sign, number in zip(real, digest, strict=False))

    def _mail(self, seen: re.Match[str]) -> str:
        return self._mails.setdefault(seen[0].lower(), f"kisi{len(self._mails) + 1}@posta.example")

    def _address(self, seen: re.Match[str]) -> str:
        if seen[0].startswith("127.") or any(int(part) > 255 for part in seen[0].split(".")):
            return seen[0]  # loopback is nobody's; a version is no address
        return f"192.0.2.{hashlib.sha256((self._salt + seen[0]).encode()).digest()[0]}"  # RFC 5737


def _invented(names: Iterable[str]) -> dict[str, str]:
    real = sorted({name for name in names if name.strip()})
    return {
        name: PEOPLE[number % len(PEOPLE)] + (f" {number // len(PEOPLE) + 1}" if number >= len(PEOPLE) else "")
        for number, name in enumerate(real)
    }


def _renamed(text: str, real: str, invented: str) -> str:
    """Replace a name in every way in which pages write it: as it is, escaped, in an address, in JSON, small."""
    ways: list[Callable[[str], str]] = [str, escape, quote, _in_json, _slug, _plain_slug, str.lower]
    for way in ways:
        written = way(real)
        if len(written) >= 2:
            text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", lambda _, way=way: way(invented), text)  # type: ignore[misc] # mypy cannot infer a lambda with a default
    return text


def _in_json(name: str) -> str:
    return json.dumps(name)[1:-1]


def _slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")


def _plain_slug(name: str) -> str:
    """Engines write addresses without accents; the Turkish dotless i has none to lose."""
    folded = unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode()
    return _slug(folded)


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
