"""Who is invented for whom: one invented person for each real one, in every way in which the real one is called. Knows
names only, no pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, count

from forum_bridge.model import Author
from forum_bridge.testkit.parts import Part, parts

PEOPLE = (
    "Ayşe Yılmaz", "Mehmet Demir", "Zeynep Kaya", "Mustafa Çelik", "Elif Şahin", "Ahmet Öztürk", "Emine Arslan",
    "İbrahim Doğan", "Hatice Kılıç", "Hüseyin Aydın", "Fatma Işık", "Osman Güneş", "Merve Koç", "Yusuf Kurt",
)  # fmt: skip


def invented(authors: Iterable[Author]) -> dict[str, str]:
    """Return all that authors are called (names, ids that are names, and what the addresses of their profiles say
    besides) with what is to be written instead. What has only digits is an id, and stays."""
    people = _told_apart(sorted(set(authors), key=lambda author: (author.name, author.id or "", author.url or "")))
    real = {word for called in people for name in called for word in _words(name)}
    fresh = (each for each in _fresh() if not real & _words(each))
    taken: dict[str, str] = {}
    for called in people:
        person = next(fresh)
        for name in called:
            taken[name] = _free(shaped(person, name), taken.values())
    return taken


def shaped(person: str, like: str) -> str:
    """Return a person's name written as another is: two words for two; for one word one that may stand in addresses as
    that does."""
    if re.search(r"\s", like.strip()):
        return person
    sign = next((sign for sign in "-_." if sign in like), None)
    first, *more = person.split()
    one = sign.join([first, *more]) if sign else first + "".join(each for each in more if each.isdigit())
    one = folded(one) if like.isascii() else one
    return one if any(letter.isupper() for letter in like) else one.replace("İ", "i").replace("I", "ı").lower()


def folded(name: str) -> str:
    """Return a name without accents, as engines write it into addresses; the Turkish dotless i has none to lose."""
    return unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode()


def joined(name: str) -> str:
    """Return what is the same for all ways of writing a name into an address: its letters and digits, small."""
    return re.sub(r"[\W_]+", "", folded(name).lower()) or re.sub(r"[\W_]+", "", name.lower())


def _told_apart(authors: Sequence[Author]) -> list[list[str]]:
    """Return what each person is called. The same id, or the same name, is the same person."""
    people: list[tuple[set[str], list[str]]] = []  # what tells them, and what they are called
    for author in authors:
        called = [name for name in (author.name, author.id, _handle(author, authors)) if name and _is_name(name)]
        marks = {*called, f"#{author.id}"} if author.id else {*called}
        same = [person for person in people if person[0] & marks]
        names = dict.fromkeys(chain(*(names for _, names in same), called))
        people = [person for person in people if person not in same]
        people.append((marks.union(*(told for told, _ in same)), list(names)))
    return [names for _, names in people]


def _is_name(name: str) -> bool:
    return bool(name.strip()) and not name.isdigit()


def named_in(author: Author, authors: Sequence[Author]) -> Part | None:
    """Return the part of the author's profile's address that names the author; None where none does."""
    found = list(enumerate(parts(author.url or "")))[::-1]
    own = _own(author)
    for _, part in found:
        whole = part.text in {author.name, author.id} and _is_name(part.text)  # be it all signs
        if whole or any(joined(part.text[start:end]) in own for start, end in part.spans):
            return part
    others = {other.url for other in authors if other.id != author.id and other.url != author.url} - {None}
    shared = {part.text for url in others for part in parts(url or "")}
    for place, part in found:
        ends_path = 0 < place == len(found) - 1 and not part.before.endswith("=") and "." not in part.text
        if part.text not in shared and _is_name(part.stem) and (part.numbered or others or ends_path):
            return part
    return None


def _handle(author: Author, authors: Sequence[Author]) -> str | None:
    """Return the name that stands in the address of the author's profile alone."""
    part, own = named_in(author, authors), _own(author)
    if part is None or any(joined(part.text[start:end]) in own for start, end in part.spans):
        return None
    return part.stem


def _own(author: Author) -> set[str]:
    return {joined(name) for name in (author.name, author.id) if name and _is_name(name)} - {""}


def _fresh() -> Iterator[str]:
    yield from PEOPLE
    for number in count(len(PEOPLE) + 1):
        yield f"Kişi {number}"


def _words(name: str) -> set[str]:
    words = {word for word in re.split(r"[\W_]+", folded(name).lower()) if word}
    return {joined(name), *(word for word in words if not word.isdigit() and word != "kisi")}


def _free(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name}{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)
