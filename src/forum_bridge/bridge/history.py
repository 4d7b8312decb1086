"""Answers what a forum's owner asks of a customer or a thread, a page at a time and out of the ledger. Knows no
network."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from forum_bridge.errors import BridgeError
from forum_bridge.ledger import history
from forum_bridge.ledger.history import ANSWER, POST, Asked, Message, Place
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.markup.answer import to_markup
from forum_bridge.model import PRIVATE, Markup

MOST = 100
USUAL = 50
KEYS = frozenset({"author", "thread", "private", "before", "limit"})


class BadQuestion(BridgeError):
    """It cannot be told what is asked; the message is for whoever asks."""


class History:
    """Reads only."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def asked(self, forum: str, query: Mapping[str, str]) -> dict[str, object]:
        """Return a page of messages, the newest first, and what to ask ``before`` for the next one. Raises
        BadQuestion."""
        asked = _asked(forum, query)
        async with self._ledger.reading() as db:
            found = await history.messages(db, asked)
        more = len(found) == asked.limit
        shown = found[: asked.limit - 1]
        return {"messages": [_message(each) for each in shown], "next": _cursor(shown[-1].place) if more else None}


def _asked(forum: str, query: Mapping[str, str]) -> Asked:
    """Return what is asked for, and one message more, to know whether there is one."""
    if unknown := sorted(set(query) - KEYS):
        raise BadQuestion(f"{unknown[0][:40]!r} is not known here; known are {', '.join(sorted(KEYS))}")
    author, thread = query.get("author") or None, query.get("thread") or None
    if author is None and thread is None:
        raise BadQuestion("say whose history is asked for: author, thread, or both")
    if thread is not None and _yes(query.get("private")):
        thread = f"{PRIVATE}{thread}"
    return Asked(forum, author, thread, _place(query.get("before")), _limit(query.get("limit")) + 1)


def _message(message: Message) -> dict[str, object]:
    answer, text = message.author_key is None, message.text
    if answer and text is not None:
        text = to_markup(text, message.is_html, Markup.HTML)
    hidden = PRIVATE if message.private else ""
    guest = message.author_key is not None and message.author_key.startswith("guest:")
    return {
        "kind": "answer" if answer else "post",
        "id": message.key.removeprefix(hidden),
        "time": message.place[0].isoformat(),
        "thread": {
            "id": message.thread_id.removeprefix(hidden),
            "url": message.thread_url,
            "title": message.thread_title,
            "private": message.private,
        },
        "author": None if answer else {"id": None if guest else message.author_key, "name": message.author_name},
        "url": message.url,
        "html": text,
    }


def _limit(told: str | None) -> int:
    if told is None:
        return USUAL
    if not told.isascii() or not told.isdigit() or not 1 <= int(told[:9]) <= MOST:
        raise BadQuestion(f"limit has to be 1 to {MOST}")
    return int(told)


def _yes(told: str | None) -> bool:
    if told not in {None, "true", "false"}:
        raise BadQuestion("private has to be true or false")
    return told == "true"


def _cursor(place: Place) -> str:
    moment, kind, number = place
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {kind} {number}".encode()).decode().rstrip("=")


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        told = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        moment, kind, number = told.split(" ")
        place = (datetime.fromisoformat(moment).astimezone(UTC), int(kind), int(number))
    except (binascii.Error, ValueError, OverflowError):
        raise BadQuestion("before has to be what the page before named as next") from None
    if place[1] not in {POST, ANSWER} or not 0 <= place[2] < 2**63:
        raise BadQuestion("before has to be what the page before named as next")
    return place
