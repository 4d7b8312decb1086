"""The first step of the answer road: a webhook's body becomes one row in the ledger, before anybody is told 200."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_notice
from forum_bridge.bridge.operator_case import OPERATOR
from forum_bridge.bridge.owner import NO_CONVERSATION
from forum_bridge.bridge.privacy import as_received
from forum_bridge.bridge.retry import Hold, describe
from forum_bridge.bridge.site import Site
from forum_bridge.deskie import AgentAnswer, Ignored, InternalNote, Origin, decode
from forum_bridge.errors import Held
from forum_bridge.ledger import answers, bodies, conversations, put_back, trail
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock, Wake, WorkKind


class Received(StrEnum):
    """What a webhook turned out to be."""

    TAKEN = "taken"
    KNOWN = "known"
    NOTE = "note"
    IGNORED = "ignored"


class NobodyTold(Held):
    """its webhook never came, and answers.from_api is ignore: nobody can tell who wrote it"""


class FromAnotherCase(Held):
    """it stands in this case only since agents merged another one into it: it may be for somebody else"""

    explanation = "Retry the item only if it is for the customer of the forum; else drop it."


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

    async def take(self, answer: AgentAnswer, late: bool = False) -> Received:
        """Take in one answer, however the bridge came to know of it, though it came ``late`` to its case; returns once
        it is committed. Raises Retry if the ledger cannot write."""
        taken = await self._ledger.commit(lambda db: self._take_in(db, answer, late=late))
        log = structlog.get_logger()
        if taken is None:
            log.info("answer_known", message=answer.message_id)
            return Received.KNOWN
        forum, told = taken
        if forum:
            self._wake(WorkKind.PUBLISH, forum)
        if told:
            self._wake(WorkKind.TELL, self._desk)
        log.info("answer_received", message=answer.message_id, case=answer.case_id, forum=forum)
        return Received.TAKEN

    async def _take_in(self, db: AsyncConnection, answer: AgentAnswer, *, late: bool) -> tuple[str, bool] | None:
        """Store an answer; return its forum, "" if none can be told, and whether agents are to be told something; None
        if the ledger had it already."""
        if await answers.known(db, self._desk, [answer.message_id]):
            return None
        await answers.make_room(db, self._desk, answer.message_id)
        owner, forum = await self._owner(db, answer)
        answer, private = self._told_apart(forum, answer)
        now = self._clock()
        doubtful: dict[str, object] = {}
        if (lost := await put_back.known(db)) is not None and lost.doubts_answer(answer.written_at, now):
            doubtful = lost.way(now)
        doubt = self._doubt(forum, answer, late=late)
        state, reason = State.WAITING, None
        if forum is None and answer.custom_user_id == OPERATOR:
            state, reason = State.IGNORED, "it stands in a case that the bridge opened for its operator"
        elif forum is None:
            state, reason = State.DEAD, NO_CONVERSATION
        elif self._policy(forum, answer.origin) == "ignore":
            state, reason = State.IGNORED, f"answers.from_{answer.origin}s is ignore"
        elif doubt is not None:
            state, reason = State.HELD, describe(doubt)
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
        return forum or "", state is State.HELD and doubt is not None and await self._held(db, answer.message_id, doubt)

    def _doubt(self, forum: str | None, answer: AgentAnswer, *, late: bool) -> Held | None:
        """Return why an answer must not be published by itself, if anything says so as it comes in."""
        if late:
            return FromAnotherCase()
        if forum is not None and answer.origin is Origin.UNTOLD and self._policy(forum, Origin.API) == "ignore":
            return NobodyTold()
        return None

    async def _held(self, db: AsyncConnection, message_id: int, doubt: Held) -> bool:
        """Note why an answer is held, and tell the agents of its case; False if there is nothing to tell."""
        row, now = await answers.by_message(db, self._desk, message_id), self._clock()
        assert row is not None  # it was stored just now
        await trail.note(db, "answer", row.id, Step.HELD, describe(doubt), now=now)
        site = self._sites.get(row.forum) if row.forum is not None else None
        return site is not None and await agent_notice.of_failure(db, site, row, doubt, Hold(describe(doubt)), now=now)

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
