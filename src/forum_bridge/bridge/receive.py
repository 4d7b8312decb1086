"""The first step of the answer road: a webhook's body becomes one row in the ledger, before anybody is told 200."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.operator_case import OPERATOR
from forum_bridge.bridge.privacy import as_received
from forum_bridge.bridge.site import Site
from forum_bridge.deskie import AgentAnswer, Ignored, InternalNote, Origin, decode
from forum_bridge.ledger import answers, bodies, conversations, put_back
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.model import Clock, Wake, WorkKind


class Received(StrEnum):
    """What a webhook turned out to be."""

    TAKEN = "taken"
    KNOWN = "known"
    NOTE = "note"
    IGNORED = "ignored"


class Receive:
    """The ledger's entrance for answers. A note has a type of its own and ends here: it holds no text to publish."""

    def __init__(self, ledger: Ledger, desk: str, sites: Mapping[str, Site], wake: Wake, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._sites = sites
        self._wake = wake
        self._clock = clock

    async def __call__(self, content_type: str, body: bytes) -> Received:
        """Take in one webhook; returns once it is committed. Raises BadWebhook, or Retry if the ledger cannot write."""
        event = decode(content_type, body)
        log = structlog.get_logger()
        match event:
            case InternalNote():
                log.info("note_left_alone", message=event.message_id, case=event.case_id)
                return Received.NOTE
            case Ignored():
                log.info("webhook_ignored", reason=event.reason)
                return Received.IGNORED
            case AgentAnswer():
                return await self.take(event)

    async def take(self, answer: AgentAnswer) -> Received:
        """Take in one answer, however the bridge came to know of it; returns once it is committed. Raises Retry if the
        ledger cannot write."""
        forum = await self._ledger.commit(lambda db: self._take_in(db, answer))
        log = structlog.get_logger()
        if forum is None:
            log.info("answer_known", message=answer.message_id)
            return Received.KNOWN
        if forum:
            self._wake(WorkKind.PUBLISH, forum)
        log.info("answer_received", message=answer.message_id, case=answer.case_id, forum=forum)
        return Received.TAKEN

    async def _take_in(self, db: AsyncConnection, answer: AgentAnswer) -> str | None:
        """Store an answer; return its forum, "" if none can be told, None if the ledger had it already."""
        if await answers.known(db, self._desk, [answer.message_id]):
            return None
        await answers.make_room(db, self._desk, answer.message_id)
        owner, forum = await self._owner(db, answer)
        answer, private = self._told_apart(forum, answer)
        now = self._clock()
        doubtful: dict[str, object] = {}
        if (lost := await put_back.known(db)) is not None and lost.doubts_answer(answer.written_at, now):
            doubtful = lost.way(now)
        state, reason = State.WAITING, None
        if forum is None and answer.custom_user_id == OPERATOR:
            state, reason = State.IGNORED, "it stands in a case that the bridge opened for its operator"
        elif forum is None:
            state, reason = State.DEAD, "no conversation of this bridge has this case or this customer"
        elif self._policy(forum, answer.origin) == "ignore":
            state, reason = State.IGNORED, f"answers.from_{answer.origin}s is ignore"
        elif answer.origin is Origin.UNTOLD and self._policy(forum, Origin.API) == "ignore":
            state = State.HELD
            reason = "its webhook never came, and answers.from_api is ignore: nobody can tell who wrote it"
        row: dict[str, object] = {
            "desk": self._desk,
            "message_id": answer.message_id,
            "case_id": answer.case_id,
            "custom_id": answer.custom_user_id,
            "user_id": answer.user_id,
            "staff_id": answer.staff_id,
            "origin": answer.origin.value,
            "is_html": answer.is_html,
            "body_id": (await bodies.keep(db, [answer.body], now=now))[0],
            "attachments": [asdict(attachment) for attachment in answer.attachments],
            "received_at": now,
            "forum": forum,
            "conversation_id": owner.id if owner else None,
            "private": private,
            "state": state.value,
            "due_at": now,
            "reason": reason,
            **(doubtful if state is State.WAITING else {}),
        }
        await answers.take_in(db, row)
        return forum or ""

    async def _owner(self, db: AsyncConnection, answer: AgentAnswer) -> tuple[Conversation | None, str | None]:
        """Return the conversation if the case names one alone, and the forum if anything does."""
        if answer.case_id is not None:
            of_case = await conversations.of_case(db, self._desk, answer.case_id)
            if of_case:
                return of_case[0] if len(of_case) == 1 else None, of_case[0].forum
        of_user = await conversations.of_user(db, self._desk, custom_id=answer.custom_user_id, user_id=answer.user_id)
        return None, of_user[0].forum if of_user else None

    def _told_apart(self, forum: str | None, answer: AgentAnswer) -> tuple[AgentAnswer, bool]:
        """Return the answer, and whether it is marked as not for everybody."""
        site = self._sites.get(forum) if forum is not None else None
        return as_received(site.config.answers, answer) if site is not None else (answer, False)

    def _policy(self, forum: str, origin: Origin) -> str:
        site = self._sites.get(forum)
        if site is None:
            return "publish"
        policies = {Origin.RULE: site.config.answers.from_rules, Origin.API: site.config.answers.from_api}
        return policies.get(origin, "publish")
