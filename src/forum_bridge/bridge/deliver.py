"""The second step of the post road: write a conversation's posts to the desk, one at a time and in order, recording
before and after each write. Refuses to guess: a write whose answer was lost is looked up first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from forum_bridge.bridge.case_text import CaseText
from forum_bridge.bridge.conversation import CaseFinder, Place, state_of
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.desk_look import DeskLook
from forum_bridge.bridge.quota import Quota
from forum_bridge.bridge.retry import WRITE_TIMEOUT, Again, Dead, Hold, Look, decide, recording
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.walk import head
from forum_bridge.deskie import Case, CaseNotFound, CaseStatus, DeskDeclined, Priority
from forum_bridge.errors import Retry
from forum_bridge.ledger import conversations, posts
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import CaseState, State
from forum_bridge.model import Clock

CASE_GONE = timedelta(seconds=1)


class Deliver:
    """Handler of ``deliver(conversation id)``. Returns when its next post is due, None when all are delivered."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        sites: Mapping[str, Site],
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._sites = sites
        self._clock = clock
        self._random = random
        self._finder = CaseFinder(ledger, desk, clock)
        self._look = DeskLook(ledger, desk)
        self._text = CaseText(ledger, desk, clock)
        self._quota = Quota(ledger, desk, clock)

    async def __call__(self, key: str) -> datetime | None:
        while True:
            async with self._ledger.reading() as db:
                rows = await posts.undelivered(db, int(key))
                owner = await conversations.get(db, int(key))
            if owner.forum not in self._sites:
                return None
            found = head(rows, self._clock())
            if not isinstance(found, PostRow):
                return found
            await self._step(owner, found)

    async def _step(self, owner: Conversation, post: PostRow) -> None:
        try:
            if post.state is not State.WAITING:
                await self._after_a_lost_answer(owner, post)
            else:
                await self._send(owner, post)
        except Exception as error:  # noqa: BLE001 -- whatever happened, the row says so and what comes next
            await self._failed(post, error)

    async def _after_a_lost_answer(self, owner: Conversation, post: PostRow) -> None:
        """Look for a post whose write may have taken effect; send it again only if it surely has not."""
        ready = (post.sending_at or self._clock()) + WRITE_TIMEOUT
        if self._clock() < ready:
            await self._change(post, due_at=ready)
            return
        found = await self._look.find(owner, post, self._sites[owner.forum].channel)
        if found is None:
            await self._change(post, state=State.WAITING, due_at=self._clock(), sending_at=None, case_id=None)
            return
        if found.case is not None:
            await self._opened(owner, found.case)
        await self._sent(post, found.case_id, found.message_id)

    async def _send(self, owner: Conversation, post: PostRow) -> None:
        site = self._sites[owner.forum]
        new_when_closed = site.config.cases.when_closed == "new"
        place = await self._finder.place(owner, site.channel, new_when_closed=new_when_closed)
        if place is not None:
            await self._append(owner, post, site, place)
        elif post.as_note:
            await self._change(post, state=State.IGNORED, reason="a note needs a case, and there is none yet")
        else:
            await self._open(owner, post, site)

    async def _open(self, owner: Conversation, post: PostRow, site: Site) -> None:
        await self._quota.check()
        new_case = await self._text.new_case(owner, post, site)
        await self._sending(post, None)
        try:
            case = await self._desk.client.create_case(new_case)
        except DeskDeclined:
            await self._ask_for_the_channel(site)
            raise
        with recording():
            await self._opened(owner, case)
            await self._sent(post, case.id, None)
        structlog.get_logger().info("case_opened", forum=owner.forum, case=case.number, post=post.url)

    async def _ask_for_the_channel(self, site: Site) -> None:
        """Raise Retry if the channel was switched off meanwhile: then a post must wait, not die."""
        self._desk.learn(await self._desk.client.custom_channels(priority=Priority.ANSWER))
        self._desk.mode(site.channel)

    async def _append(self, owner: Conversation, post: PostRow, site: Site, place: Place) -> None:
        html = self._text.message(post, site)
        await self._sending(post, place.case_id)
        try:
            if post.as_note:
                message = await self._desk.client.add_note(place.case_id, html)
            else:
                assert owner.user_id is not None  # known since the case was opened
                message = await self._desk.client.add_message(place.case_id, owner.user_id, html)
        except CaseNotFound:
            await self._learned(owner, place.case_id, CaseState.GONE)
            raise Retry(f"case {place.case_id} is gone from Deskie", after=CASE_GONE) from None
        with recording():
            await self._sent(post, place.case_id, message.id)
        structlog.get_logger().info("message_added", forum=owner.forum, case=place.case_id, post=post.url)
        if place.state is CaseState.CLOSED and not post.as_note:
            await self._reopen(owner, place.case_id)

    async def _reopen(self, owner: Conversation, case_id: int) -> None:
        """A customer wrote into a closed case: Deskie is expected to reopen it; where it does not, we do."""
        case = await self._desk.client.case(case_id, priority=Priority.MESSAGE)
        if state_of(case) is CaseState.CLOSED:
            case = await self._desk.client.set_status(case_id, CaseStatus.OPEN)
        await self._learned(owner, case_id, state_of(case))

    async def _failed(self, post: PostRow, error: Exception) -> None:
        now = self._clock()
        verdict = decide(error, post.attempts + 1, now, self._random())
        facts: dict[str, object]
        log = structlog.get_logger().bind(forum=post.forum, post=post.url, reason=verdict.reason)
        match verdict:
            case Again(at):
                log.warning("delivery_waits", again_at=at.isoformat())
                facts = {"state": post.state, "due_at": at}  # as it was before this step: nothing was written
            case Look(at):
                log.warning("delivery_unclear", look_at=at.isoformat())
                facts = {"state": State.UNCLEAR, "due_at": at}
            case Hold():
                log.error("delivery_held")
                facts = {"state": State.HELD}
            case Dead():
                log.error("delivery_dead")
                facts = {"state": State.DEAD}
        await self._change(post, attempts=post.attempts + 1, reason=verdict.reason, **facts)

    async def _sending(self, post: PostRow, case_id: int | None) -> None:
        now = self._clock()
        first = post.first_tried_at or now
        await self._change(post, state=State.SENDING, sending_at=now, first_tried_at=first, case_id=case_id)

    async def _sent(self, post: PostRow, case_id: int, message_id: int | None) -> None:
        now = self._clock()
        await self._change(
            post, state=State.SENT, sent_at=now, due_at=None, reason=None, case_id=case_id, message_id=message_id
        )

    async def _opened(self, owner: Conversation, case: Case) -> None:
        now = self._clock()
        state = state_of(case)
        await self._ledger.commit(
            lambda db: conversations.opened(db, owner, case.id, case.number, case.user_id, state, now=now)
        )

    async def _learned(self, owner: Conversation, case_id: int, state: CaseState) -> None:
        now = self._clock()
        await self._ledger.commit(lambda db: conversations.learned(db, owner.desk, case_id, state, now=now))

    async def _change(self, post: PostRow, **facts: object) -> None:
        await self._ledger.commit(lambda db: posts.change(db, post.id, **facts))
