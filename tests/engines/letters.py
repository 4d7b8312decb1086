"""Single messages in folders, as the classic engines keep them: whoever got one has it in the inbox, whoever wrote it
in a folder of what was sent. Each engine's file knows its own pages, numbers and habits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tests.engines.place import Time

PAGE = 4  # messages a page
INBOX, OUTBOX, SENT = "inbox", "outbox", "sent"


class Named(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(slots=True)
class Letter:
    """A message as it lies in one member's folder; ``sender`` is None where their account is gone. ``answers`` is the
    message that it answers."""

    id: int
    owner: Named
    folder: str
    sender: Named | None
    to: Named
    subject: str
    text: str
    time: datetime
    read: bool = False
    answers: int | None = None


@dataclass(slots=True)
class Letters:
    """The messages of a forum. ``copies``: each copy has a number of its own; ``leaves_from`` is the folder in which
    what was sent lies first. ``meanwhile`` happens once, when a folder has been shown."""

    clock: Time
    copies: bool = False
    leaves_from: str = SENT
    all: list[Letter] = field(default_factory=list)
    newest: int = 40
    meanwhile: Callable[[], object] | None = None

    def send(
        self, sender: Named, to: Named, subject: str, text: str, *, keep: bool = True, answers: int | None = None
    ) -> Letter:
        """Deliver a message, and ``keep`` what its sender has of it; returns what lies in the inbox."""
        self.newest += 1
        got = Letter(self.newest, to, INBOX, sender, to, subject, text, self.clock(), answers=answers)
        self.all.append(got)
        if keep:
            self.newest += self.copies
            kept = Letter(self.newest, sender, self.leaves_from, sender, to, subject, text, self.clock(), True, answers)
            self.all.append(kept)
        return got

    def of(self, owner: Named, folder: str) -> list[Letter]:
        """Return what lies in a folder, the newest first."""
        return sorted((each for each in self.all if each.owner is owner and each.folder == folder), key=_newest_first)

    def listed(self) -> None:
        """A folder has been shown."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def got(self, owner: Named, number: int, *folders: str) -> Letter | None:
        """Return somebody's message of a number."""
        mine = (each for each in self.all if each.owner is owner and each.id == number)
        return next((each for each in mine if not folders or each.folder in folders), None)

    def opened(self, letter: Letter) -> None:
        """Note that a message is read, which takes the sender's own out of the outbox."""
        letter.read = True
        for each in self.all:
            if each.id == letter.id and each.folder == OUTBOX and letter.folder == INBOX:
                each.folder = SENT


def page_of(letters: Sequence[Letter], number: int) -> tuple[Sequence[Letter], int]:
    """Return the messages on a page, from 1, and how many pages there are."""
    return letters[(number - 1) * PAGE : number * PAGE], max(1, -(-len(letters) // PAGE))


def _newest_first(letter: Letter) -> int:
    return -letter.id
