"""Names of people in texts and addresses, replaced where they stand as a whole: as words in a text, as a part of an
address that is no way of the forum's own. Knows no markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from forum_bridge.testkit.parts import Part, parts, rewritten
from forum_bridge.testkit.people import folded, joined, shaped

_APART = re.compile(r"""(https?://[^\s<>"']+|\[\[[\w-]+:[\w-]+\]\])""")  # addresses, and NodeBB's words to translate
_PERSON = {"name=", "username=", "user=", "u="}  # keys behind which only people stand
_NUMBER = re.compile(r"\d+")


Profiles = Mapping[str, Part | None]


class Renamer:
    """Writes invented names for ``people``'s real ones. ``profiles`` are addresses with the part of each that names a
    person, ``ways`` other addresses of the forum: what is a part of them is no name there, but for the title that
    stands in ``thread``, the address of one."""

    def __init__(
        self, people: Mapping[str, str], base: str, profiles: Profiles, ways: Iterable[str], thread: str
    ) -> None:
        self._host = urlsplit(base).netloc
        self._roots = {"", *(part.text for part in parts(base)[-1:])}
        self._written = _written(people)
        self._joined = {
            joined(real): instead for real, instead in reversed(list(people.items())) if len(joined(real)) > 1
        }
        self._in_text = _pattern(self._written, r"(?<!\w)(?<!\w-)", r"(?!\w)(?!-\w)")
        long = {form: instead for form, instead in self._written.items() if re.search(r"[^\W_][\W_]+[^\W_]", form)}
        self._in_slug, self._long_in_slug = (
            _pattern(each, r"(?<![^\W_])", r"(?![^\W_])") for each in (self._written, long)
        )
        self._slots: set[str] = set()
        self._ways: set[str] = set()
        for url, named in profiles.items():
            self._slots |= {_slot(named)} if named is not None else set()
            self._ways |= {part.stem for part in parts(url) if part != named}
        for url in (thread, *ways):
            self._ways |= {part.stem for part in parts(url) if part.before not in _PERSON}
        self._ways -= {part.stem for part in parts(thread) if part.numbered}

    def words(self, text: str) -> str:
        """Return a text that holds no markup."""
        bare = text.strip()
        if len(bare) == 1:
            return text.replace(bare, self._written.get(bare, bare))
        pieces = _APART.split(text)
        pieces[::2] = [self._in_text(piece) for piece in pieces[::2]]
        pieces[1::2] = [piece if piece.startswith("[[") else self.address(piece) for piece in pieces[1::2]]
        return "".join(pieces)

    def address(self, url: str) -> str:
        """Return an address, absolute or not, as it is written on a page."""
        here = urlsplit(url.partition("?")[0]).netloc in {"", self._host} if "[" not in url[:9] else True
        return rewritten(url, lambda part: self._part(part, here))

    def person(self, handle: str) -> str | None:
        """Return the invented handle for one by which a known person goes; None if nobody does."""
        if handle in self._written:
            return self._written[handle]
        found = self._joined.get(joined(handle))
        return None if found is None else shaped(found, handle)

    def _part(self, part: Part, here: bool) -> str:
        if re.search(r"[\s/]", part.text):  # a title, or where to go on to
            return self.address(part.text) if part.text.startswith(("/", "http")) else self.words(part.text)
        for start, end in part.spans:
            if (instead := self.person(part.text[start:end])) is None:
                continue
            if self._is_named(part, start, end, here):
                return part.text[:start] + instead + part.text[end:]
        if part.stem in self._ways:
            return part.text
        return (self._in_slug if part.numbered and part.before else self._long_in_slug)(part.text)

    def _is_named(self, part: Part, start: int, end: int, here: bool) -> bool:
        if _slot(part) in self._slots or end - start == 1:
            return _slot(part) in self._slots
        if part.marked(start, end):
            return True
        return part.stem not in self._ways and (part.before not in self._roots or not here)


def _slot(part: Part) -> str:
    return _NUMBER.sub("#", part.before)


def _written(people: Mapping[str, str]) -> dict[str, str]:
    """Return every way in which pages write the names, with what stands there instead."""
    found = dict(people)
    for real, instead in people.items():
        plain = folded(real)
        turkish = real.replace("I", "ı").replace("İ", "i").lower(), real.replace("i", "İ").replace("ı", "I").upper()
        ways = [
            *turkish,
            real.lower(),
            real.upper(),
            real[:1].upper() + real[1:],
            plain,
            plain.lower(),
            *map(_slug, (real, plain)),
        ]
        for way in ways:
            if joined(way):
                found.setdefault(way, shaped(instead, way))
        found.setdefault(json.dumps(real)[1:-1], json.dumps(instead)[1:-1])
    return {" ".join(way.split()): instead for way, instead in found.items() if way.strip()}


def _slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")


def _pattern(written: Mapping[str, str], before: str, after: str) -> Callable[[str], str]:
    """Return what replaces each of these names that stands as a whole."""
    if not written:
        return str
    each = (_bounded(form, before, after) for form in sorted(written, key=len, reverse=True) if len(form) > 1)
    found = re.compile("|".join(each) or r"(?!)")
    return lambda text: found.sub(lambda seen: written[" ".join(seen[0].split())], text)


def _bounded(form: str, before: str, after: str) -> str:
    body = r"\s+".join(map(re.escape, form.split()))
    return f"{before if _is_word(form[0]) else ''}{body}{after if _is_word(form[-1]) else ''}"


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
