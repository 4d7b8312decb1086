"""The writes to the desk, one call each: open a case, add a message or a note, open a closed case again."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from forum_bridge.bridge.conversation import state_of
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.site import Site
from forum_bridge.deskie import Case, CaseStatus, DeskDeclined, Message, NewCase, Priority
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.states import CaseState
from forum_bridge.model import Upload


class DeskWriter:
    """Knows no ledger. Raises what the client's calls raise; Retry where the channel turns out to be switched off."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, site: Site, new_case: NewCase) -> Case:
        """Open a case."""
        try:
            return await self._desk.client.create_case(new_case)
        except DeskDeclined:
            await self._ask_for_the_channel(site)
            raise

    async def append(
        self, site: Site, owner: Conversation, case_id: int, html: str, files: Sequence[Upload], *, as_note: bool
    ) -> Message:
        """Add a customer's message, or a note, with its files to a case."""
        try:
            if as_note:
                return await self._desk.client.add_note(case_id, html, files=files)
            assert owner.user_id is not None  # known since the case was opened
            return await self._desk.client.add_message(case_id, owner.user_id, html, files=files)
        except DeskDeclined:
            await self._ask_for_the_channel(site)
            raise

    async def reopened(self, case_id: int) -> Case | None:
        """Open a case if it is closed, and return it as it then stands."""
        case = await self._desk.client.case(case_id, priority=Priority.MESSAGE)
        if state_of(case) is not CaseState.CLOSED:
            return case
        try:
            return await self._desk.client.set_status(case_id, CaseStatus.OPEN)
        except DeskDeclined as error:  # the message stands there: that the case stays closed must not undo it
            structlog.get_logger().error("case_stays_closed", case=case_id, reason=str(error))
            return case

    async def _ask_for_the_channel(self, site: Site) -> None:
        """A write was declined: if the channel was switched off meanwhile, a post must wait, not die."""
        self._desk.learn(await self._desk.client.custom_channels(priority=Priority.ANSWER))
        self._desk.mode(site.channel)
