"""The second step of the answer road: write a forum's answers where they belong, one at a time, first come first
served. Knows answers only: a note has no way to get here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_notice, answer_uploads
from forum_bridge.bridge.answer_uploads import AnswerUploads
from forum_bridge.bridge.by_hand import by_hand, hand_over
from forum_bridge.bridge.consequence import consequence, step_of
from forum_bridge.bridge.doubtful_answer import DoubtfulAnswers
from forum_bridge.bridge.draft import Drafting
from forum_bridge.bridge.forum_look import ForumLook, Found
from forum_bridge.bridge.moved import thread_of
from forum_bridge.bridge.owner import owner_of
from forum_bridge.bridge.parts import Parts
from forum_bridge.bridge.retry import after_lost, check_seen, decide, describe, recording, writing
from forum_bridge.bridge.sealed import OpenDraft
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.walk import head
from forum_bridge.bridge.ways import Place, Ways, Write, place_of
from forum_bridge.bridge.wording import Wording
from forum_bridge.errors import FilesRefused, Held, Retry, Unclear
from forum_bridge.forums.contract import Idempotent, RemembersWrites
from forum_bridge.ledger import answers, posts, trail
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock, PostId, Receipt, ReceiptState, ThreadRef, Wake, WorkKind

PRIVATE_UNPUBLISHED = "private, never to be published: "
LOOK_AGAIN = timedelta(seconds=30)
LOST_WRITES = 5  # a forum that takes an answer and never shows it must not get it for ever
LOST_WRITES_KNOWN_AGAIN = 20  # one that knows an answer again may get it for hours, while it does not say so


class Publish:
    """Handler of ``publish(forum)``. Returns when its next answer is due, None when all are published."""

    def __init__(
        self,
        ledger: Ledger,
        sites: Mapping[str, Site],
        wording: Wording,
        drafting: Drafting,
        uploads: AnswerUploads,
        wake: Wake,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._sites = sites
        self._wording = wording
        self._drafting = drafting
        self._parts = Parts(ledger, drafting, clock)
        self._doubtful = DoubtfulAnswers(ledger, wording, self._parts, clock)
        self._uploads = uploads
        self._ways = Ways(ledger)
        self._wake = wake
        self._look = ForumLook(ledger)
        self._clock = clock
        self._random = random

    async def __call__(self, key: str) -> datetime | None:
        site = self._sites.get(key)
        while site is not None:
            async with self._ledger.reading() as db:
                rows = await answers.unpublished(db, key)
            found = head(rows, self._clock(), self._wording.stands_aside, _one_conversation)
            all_known = await self._wording.look_early(site, [row for row in rows if row is not found])
            if not isinstance(found, AnswerRow):
                return found if all_known or found is None else min(found, self._clock() + LOOK_AGAIN)
            await self._step(site, found)
        return None

    async def _step(self, site: Site, answer: AnswerRow) -> None:
        try:
            if answer.state is State.WAITING:
                await self._send(site, answer)
            else:
                await self._after_a_lost_answer(site, answer)
        except FilesRefused as error:
            await self._without_files(site, answer, error)
        except Exception as error:  # noqa: BLE001 -- whatever happened, the row says so and what comes next
            await self._failed(site, answer, error)

    async def _send(self, site: Site, answer: AnswerRow) -> None:
        answer, owner = await self._wording.full(site, answer)
        thread = await self._thread(answer, owner)
        answer = await self._parts.fitting(site, answer, owner, thread)
        async with self._uploads.packed(site, answer, thread.ref) as packed:
            draft = await self._drafting.draft(site, answer, owner, thread, packed)
            if isinstance(draft, OpenDraft) and await self._handed_over(site, answer, thread.ref, draft):
                return
            write = await self._ways.write_of(site, draft, answer, owner, thread.ref)
            await self._write(site, answer, place_of(answer, owner, thread.ref), write)

    async def _handed_over(self, site: Site, answer: AnswerRow, thread: ThreadRef, draft: OpenDraft) -> bool:
        """Return whether a person posts the answer, and was given its text."""
        if not by_hand(site, draft, thread):
            return False
        now = self._clock()
        if not await self._ledger.commit(lambda db: hand_over(db, site, answer, thread, draft, now=now)):
            return False
        self._wake(WorkKind.TELL, answer.desk)
        structlog.get_logger().info("answer_by_hand", forum=site.name, message=answer.message_id)
        return True

    async def _thread(self, answer: AnswerRow, owner: Conversation) -> ThreadRow:
        async with self._ledger.reading() as db:
            return await thread_of(db, owner, now=self._clock(), private=answer.private)

    async def _write(self, site: Site, answer: AnswerRow, place: Place, send: Write) -> None:
        newest = await self._newest(site, place)

        async def write() -> Receipt | None:
            return await send() if await self._begun(answer, newest) else None

        with writing():
            receipt = await site.account.doing(write)
            if receipt is None:
                return
            await self._check_new(site, answer, receipt)
        with recording():
            looks = not isinstance(site.adapter, Idempotent)
            if receipt.post_id is None and receipt.state is ReceiptState.POSTED and looks:
                await self._change(answer, receipt_state=receipt.state)
                receipt = await self._read_back(site, answer, place)
            await self._sent(site, answer, receipt)
        structlog.get_logger().info("answer_published", forum=site.name, message=answer.message_id, post=receipt.url)

    async def _begun(self, answer: AnswerRow, newest: PostId | None) -> bool:
        """Write down that a write begins; False if one that goes first came while it was prepared, then nothing was
        begun."""
        now, first = self._clock(), answer.first_tried_at or self._clock()
        facts = {"state": State.SENDING, "sending_at": now, "first_tried_at": first, "after_post": newest}

        async def work(db: AsyncConnection) -> bool:
            assert answer.forum is not None  # it is one of a forum's queue
            rows = await answers.unpublished(db, answer.forum)
            found = head(rows, now, self._wording.stands_aside, _one_conversation)
            if not isinstance(found, AnswerRow) or found.id != answer.id:
                return False
            await answers.change(db, answer.id, **facts)
            return True

        return await self._ledger.commit(work)

    async def _check_new(self, site: Site, answer: AnswerRow, receipt: Receipt) -> None:
        """Raise Retry where the forum has taken an answer for the one before, and named that one's post."""
        if receipt.post_id is None or not isinstance(site.adapter, RemembersWrites):
            return
        async with self._ledger.reading() as db:
            taken = await answers.with_receipts(db, site.name, [receipt.post_id])
        if any(other.id != answer.id for other in taken.get(receipt.post_id, ())):
            raise Retry(
                f"the forum took the answer for an earlier one of the same text: {receipt.url}",
                after=site.adapter.remembers,
            )

    async def _newest(self, site: Site, place: Place) -> PostId | None:
        if not isinstance(place, ThreadRef):
            return None
        async with self._ledger.reading() as db:
            return await posts.newest_in_thread(db, site.name, place.id)

    async def _read_back(self, site: Site, answer: AnswerRow, place: Place) -> Receipt:
        async with self._ledger.reading() as db:
            begun = await answers.get(db, answer.id)
        found = await self._look.find(site, begun, place)
        if found is None:
            raise Unclear("The forum took the answer, and it does not stand there yet")
        return _found(found, answer, site)

    async def _after_a_lost_answer(self, site: Site, answer: AnswerRow) -> None:
        """Look for an answer whose write may have taken effect; publish it again only if it surely has not."""
        check_seen(answer.state)
        lost = await self._doubtful.doubted_since(answer)
        if lost is not None:
            prepared = await self._doubtful.ready(site, answer, lost)
            if prepared is None:
                await self._fresh(answer)
                return
            answer = prepared
        found = None
        if not (again := isinstance(site.adapter, Idempotent)):
            owner = await self._ledger.commit(lambda db: owner_of(db, answer))
            place = place_of(answer, owner, (await self._thread(answer, owner)).ref)
            found = await site.account.doing(lambda: self._look.find(site, answer, place))
        if found is not None or not again:
            await self._looked(answer, Step.FOUND if found is not None else Step.NOT_FOUND)
        if found is not None:
            await self._sent(site, answer, _found(found, answer, site))
        elif lost is not None:
            await self._fresh(answer)
        else:
            await self._lost_again(answer, again=again)

    async def _lost_again(self, answer: AnswerRow, *, again: bool) -> None:
        """Let an answer that does not stand there go once more; raises Held where that is no use."""
        times = answer.lost_writes + 1
        if answer.receipt_state is not None or times >= (LOST_WRITES_KNOWN_AGAIN if again else LOST_WRITES):
            missed = "it never said that it took it" if again else "it does not stand there"
            raise Held(
                f"the forum was sent the answer {times} times, and {missed}",
                explanation="A moderator or a spam filter may hold it: look there, then retry it or mark it as sent.",
            )
        facts = {"lost_writes": times, "files_linked": answer.files_linked or times >= answer_uploads.LOST_WRITES}
        due = self._clock() + after_lost(times)
        await self._change(answer, state=State.WAITING, due_at=due, sending_at=None, **facts)

    async def _fresh(self, answer: AnswerRow) -> None:
        fresh = {"attempts": 0, "lost_writes": 0}
        await self._change(answer, state=State.WAITING, due_at=self._clock(), sending_at=None, **fresh)

    async def _sent(self, site: Site, answer: AnswerRow, receipt: Receipt) -> None:
        now = self._clock()
        state = State.QUEUED if receipt.state is ReceiptState.QUEUED else State.SENT
        facts: dict[str, object] = {"state": state, "sent_at": now, "due_at": None, "reason": None}
        facts |= {"receipt_post": receipt.post_id, "receipt_url": receipt.url, "receipt_state": receipt.state}

        async def work(db: AsyncConnection) -> bool:
            await answers.change(db, answer.id, **facts)
            if receipt.without:
                await answers.take_in_links(db, answer)
            return await agent_notice.of_receipt(db, site, answer, receipt, now=now)

        if await self._ledger.commit(work):
            self._wake(WorkKind.TELL, answer.desk)

    async def _without_files(self, site: Site, answer: AnswerRow, refused: FilesRefused) -> None:
        """Publish the answer with links to its files instead."""
        if not answer_uploads.may_hang(answer):
            await self._failed(site, answer, refused)
            return
        log = structlog.get_logger().bind(forum=answer.forum, message=answer.message_id)
        log.warning("answers_files_refused", reason=describe(refused))
        await self._change(answer, files_linked=True, state=State.WAITING, sending_at=None, due_at=None)

    async def _failed(self, site: Site, answer: AnswerRow, error: Exception) -> None:
        now = self._clock()
        verdict = decide(error, answer.attempts + 1, now, self._random())
        log = structlog.get_logger().bind(forum=answer.forum, message=answer.message_id, reason=verdict.reason)
        facts = consequence(verdict, answer.state, log, "answer")
        first = answer.first_tried_at or now  # what fails before its write, too, keeps others back for an hour only
        tried = {"attempts": answer.attempts + 1, "first_tried_at": first}

        async def work(db: AsyncConnection) -> bool:
            known = await answers.get(db, answer.id)  # that it is private, or began, may have been found in this step
            reason = f"{PRIVATE_UNPUBLISHED}{verdict.reason}" if known.private else verdict.reason
            await answers.change(db, answer.id, **tried, reason=reason, **facts)
            await trail.note(db, "answer", answer.id, step_of(verdict), reason, now=now)
            return await agent_notice.of_failure(db, site, known, error, verdict, now=now)

        if await self._ledger.commit(work):
            self._wake(WorkKind.TELL, answer.desk)

    async def _looked(self, answer: AnswerRow, step: Step) -> None:
        now = self._clock()
        await self._ledger.commit(lambda db: trail.note(db, "answer", answer.id, step, now=now))

    async def _change(self, answer: AnswerRow, **facts: object) -> None:
        await self._ledger.commit(lambda db: answers.change(db, answer.id, **facts))


def _one_conversation(before: AnswerRow, after: AnswerRow) -> bool:
    """Whether two answers belong to one conversation, as far as is known: many learn theirs only at their first try."""
    same = before.conversation_id is not None and before.conversation_id == after.conversation_id
    return same or (before.case_id is not None and before.case_id == after.case_id)


def _found(found: Found, answer: AnswerRow, site: Site) -> Receipt:
    state = ReceiptState.MERGED if found.merged else ReceiptState.POSTED
    state = ReceiptState.QUEUED if found.post.waits else state
    missing = answer_uploads.missing_on(found.post, answer, site)
    return Receipt(found.post.id, found.post.url, state, without=missing)
