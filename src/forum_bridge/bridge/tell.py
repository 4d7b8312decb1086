"""Writes the bridge's own notes to agents into their cases, or edits a message instead where that is wanted, and sets
the labels that go with them. Whatever becomes of one, messages and answers go first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import structlog
from bs4 import BeautifulSoup
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.catalogue import Catalogue, Kind
from forum_bridge.bridge.consequence import consequence, step_of
from forum_bridge.bridge.conversation import living
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.retry import after_lost, check_seen, decide, describe, recording, writing
from forum_bridge.deskie import CaseNotFound, DeskDeclined, DeskRefused, Message, Priority
from forum_bridge.errors import NotPosted, Retry
from forum_bridge.ledger import agent_notes, trail
from forum_bridge.ledger.agent_notes import AgentNote
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.markup.compare import fingerprint
from forum_bridge.markup.footer import footer_address, footer_permalink
from forum_bridge.model import Clock

NEWEST = 100
_KEY = re.compile(r"answer [\d.]+, [\d-]+ [\d:]+")


class Tell:
    """Handler of ``tell(desk)``. Returns when its next note is due, None when all are written."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock, random: Callable[[], float]) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock
        self._random = random
        self._catalogue = Catalogue(desk, clock)

    async def __call__(self, _: str) -> datetime | None:
        while True:
            async with self._ledger.reading() as db:
                notes = await agent_notes.unwritten(db, self._desk.name)
            now = self._clock()
            note = next((each for each in notes if each.due_at is None or each.due_at <= now), None)
            if note is None:
                return min((each.due_at for each in notes if each.due_at is not None), default=None)
            await self._step(note)

    async def _step(self, note: AgentNote) -> None:
        try:
            if note.state is State.WAITING:
                await self._write(note)
            else:
                await self._look(note)
        except Exception as error:  # noqa: BLE001 -- whatever happened, the row says so and what comes next
            await self._failed(note, error)

    async def _write(self, note: AgentNote) -> None:
        self._desk.client.ready(Priority.BACKGROUND)
        if note.label is not None:
            await self._label(note, note.label)
        if not note.html:
            await self._written(note, None)
            return
        now = self._clock()
        await self._change(note, state=State.SENDING, sending_at=now, first_tried_at=note.first_tried_at or now)
        with writing():
            try:
                message = await self._amended(note)
                if message is None:
                    message = await self._desk.client.add_note(note.case_id, note.html, priority=Priority.BACKGROUND)
            except CaseNotFound:
                await self._follow(note)
                return
        with recording():
            await self._written(note, message.id)

    async def _label(self, note: AgentNote, label: str) -> None:
        """Put the note's label on its case, or take it off; the note matters more than one that cannot be set."""
        number = await self._catalogue.id_of(Kind.LABEL, label)
        if number is None:
            return
        try:
            await self._desk.client.set_label(note.case_id, number, on=not note.takes_off)
        except CaseNotFound:
            await self._follow(note)
        except DeskDeclined as declined:
            structlog.get_logger().warning("label_declined", case=note.case_id, label=label, reason=str(declined))

    async def _amended(self, note: AgentNote) -> Message | None:
        """Edit the message of which the note speaks; None if that is not wanted, the message is not there, or the desk
        refuses: then the note is written."""
        if note.amended is None or note.amends_url is None:
            return None
        client, address = self._desk.client, footer_address(note.amends_url)
        there = await client.messages(note.case_id, limit=NEWEST, priority=Priority.BACKGROUND)
        marks = [(footer_permalink(each.html or each.text), each) for each in there if note.key not in each.html]
        ours = [(mark[1], each) for mark, each in marks if mark is not None and mark[0] == address]
        if not ours:
            return None
        _, newest = max(ours, key=lambda one: (one[0], one[1].id))
        try:
            return await client.edit_message(note.case_id, newest.id, note.amended, note=newest.note)
        except (DeskDeclined, DeskRefused) as error:
            structlog.get_logger().warning("message_not_edited", case=note.case_id, reason=describe(error))
            return None

    async def _follow(self, note: AgentNote) -> None:
        """The case takes no notes any more: go on in the one that absorbed it."""
        case = await self._desk.client.case(note.case_id, priority=Priority.BACKGROUND)
        parent = case.parent_case_id if case is not None else None
        if parent is None:
            raise NotPosted(f"case {note.case_id} does not exist any more", explanation="There is nobody to tell.")
        await self._change(note, case_id=parent)
        raise Retry(f"case {note.case_id} was merged into {parent}")

    async def _look(self, note: AgentNote) -> None:
        """The answer to the write was lost: is the note there, or in the case that its own was merged into?"""
        check_seen(note.state)
        there = await self._in_case(note, note.case_id)
        if there is None:
            holder = await living(self._desk, note.case_id, Priority.BACKGROUND)
            if holder is not None and holder.id != note.case_id:
                there = await self._in_case(note, holder.id)
        if there is not None:
            await self._written(note, there.id)
        else:
            due = self._clock() + after_lost(note.attempts)
            await self._change(note, state=State.WAITING, sending_at=None, due_at=due)

    async def _in_case(self, note: AgentNote, case_id: int) -> Message | None:
        try:
            found = await self._desk.client.messages(case_id, limit=NEWEST, priority=Priority.BACKGROUND)
        except CaseNotFound:
            return None
        return next((each for each in found if _became(note, each)), None)

    async def _written(self, note: AgentNote, message_id: int | None) -> None:
        facts = {"sent_at": self._clock(), "due_at": None, "reason": None, "message_id": message_id}
        await self._change(note, state=State.SENT, **facts)

    async def _failed(self, note: AgentNote, error: Exception) -> None:
        verdict = decide(error, note.attempts + 1, self._clock(), self._random())
        log = structlog.get_logger().bind(case=note.case_id, note=note.key, reason=verdict.reason)
        facts = consequence(verdict, note.state, log, "note")
        tried = {"attempts": note.attempts + 1, "reason": verdict.reason}
        now = self._clock()

        async def work(db: AsyncConnection) -> None:
            await agent_notes.change(db, note.id, **tried, **facts)
            await trail.note(db, "note", note.id, step_of(verdict), verdict.reason, now=now)

        await self._ledger.commit(work)

    async def _change(self, note: AgentNote, **facts: object) -> None:
        await self._ledger.commit(lambda db: agent_notes.change(db, note.id, **facts))


def _became(note: AgentNote, message: Message) -> bool:
    """Whether a message of the case is what a note was to become: the note, or the edited message."""
    said = message.html or message.text
    if message.note and _is(note, said):
        return True
    return note.amended is not None and footer_permalink(said) == footer_permalink(note.amended)


def _is(note: AgentNote, text: str) -> bool:
    """Whether a text is the note: by its key, or, where a ledger that was lost may have written it, by what it speaks
    of and says, since that one's key told another time."""
    if note.key in text:
        return True
    topic = note.key.partition(",")[0]
    return note.first_tried_at is None and f"{topic}," in text and _words(note.html) == _words(text)


def _words(html: str) -> str:
    return fingerprint(_KEY.sub("", BeautifulSoup(html, "lxml").get_text(" ")))
