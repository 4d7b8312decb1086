"""The second step of the post road: write a conversation's posts to the desk, one at a time and in order, recording
before and after each write. Refuses to guess: a write whose answer was lost is looked up first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import found_again
from forum_bridge.bridge.case_text import CaseText
from forum_bridge.bridge.consequence import consequence, step_of
from forum_bridge.bridge.conversation import CaseFinder, Place, state_of
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.desk_look import FAR_BACK, DeskLook, Found
from forum_bridge.bridge.desk_writer import DeskWriter
from forum_bridge.bridge.edits import ChangesTold
from forum_bridge.bridge.files import Luggage, PostFiles
from forum_bridge.bridge.quota import Quota
from forum_bridge.bridge.retry import after_lost, check_seen, decide, recording, writing
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.walk import head
from forum_bridge.config import WhenClosed
from forum_bridge.deskie import CaseNotFound, ChannelType, DeskDeclined, Priority
from forum_bridge.errors import Held, Retry
from forum_bridge.ledger import conversations, links, posts, put_back, threads, trail
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.put_back import PutBack
from forum_bridge.ledger.states import WORK, CaseState, State
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock, Wake, WorkKind
from forum_bridge.web.aside import aside

NO_CASE = "a note needs a case, and there is none yet"


class Deliver:
    """Handler of ``deliver(conversation id)``. Returns when its next post is due, None when all are delivered."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        sites: Mapping[str, Site],
        wake: Wake,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._sites = sites
        self._wake = wake
        self._clock = clock
        self._random = random
        self._finder = CaseFinder(ledger, desk, clock)
        self._writer = DeskWriter(desk)
        self._look = DeskLook(desk)
        self._text = CaseText(ledger, desk, clock)
        self._files = PostFiles(ledger, desk)
        self._quota = Quota(desk, clock)

    async def __call__(self, key: str) -> datetime | None:
        while True:
            async with self._ledger.reading() as db:
                rows = await posts.undelivered(db, int(key))
                owner = await conversations.get(db, int(key))
            if owner.forum not in self._sites:
                return None
            found = head(rows, self._clock(), together=_in_order)
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
        check_seen(post.state)
        site = self._sites[owner.forum]
        lost = await found_again.doubted_since(self._ledger, post)
        if lost is not None:
            found = await self._look.find(owner, post, site.channel, newest=FAR_BACK, priority=Priority.MESSAGE)
        else:
            found = await self._look.find(owner, post, site.channel)
        if found is not None and lost is not None:
            try:
                await aside(len(post.html or ""), found_again.check_says_it, post, found)
            except Held:
                await self._tied(owner, post, found, lost)
                raise
            await self._told(post, Step.FOUND)
            await self._sent(owner, post, found, lost)
            return
        if found is None:
            due = self._clock() + after_lost(post.attempts)
            again = {"state": State.WAITING, "due_at": due, "sending_at": None, "case_id": None}
            await self._told(post, Step.NOT_FOUND, "", **again)
            return
        await self._told(post, Step.FOUND)
        if found.opened is None and not post.as_note and not new_when_closed(site, self._desk):
            await self._keep_open(owner, found.case_id)
        await self._sent(owner, post, found)

    async def _send(self, owner: Conversation, post: PostRow) -> None:
        site = self._sites[owner.forum]
        place = await self._place(owner, site)
        if place is not None:
            async with self._files.packed(post, site, Priority.MESSAGE) as luggage:
                if luggage.uploads and await self._place(owner, site) != place:
                    raise Retry(f"case {place.case_id} changed while the post's files were fetched")
                await self._append(owner, post, site, place, luggage)
        elif post.as_note:
            await self._without_case(owner, post)
        else:
            async with self._ledger.reading() as db:
                await self._quota.check(db)  # before its files are fetched
            await self._check_none_lost(owner, site)
            async with self._files.packed(post, site, Priority.NEW_CASE) as luggage:
                await self._open(owner, post, site, luggage)

    async def _check_none_lost(self, owner: Conversation, site: Site) -> None:
        """Raise Retry if a ledger that was lost had opened a case for this conversation: it is tied to it now."""
        async with self._ledger.reading() as db:
            lost = await put_back.known(db)
            if lost is None or not lost.recent(self._clock()):
                return
            thread = await threads.get(db, owner.forum, owner.thread_id)
            known = await conversations.known_cases(db, owner.desk, owner.custom_id)
        assert thread is not None  # a conversation is only made for a thread that was read
        case = await self._look.lost_case(owner, thread.ref.url, site.channel, lost.since, known)
        if case is None:
            return
        now = self._clock()

        async def work(db: AsyncConnection) -> None:
            await found_again.tie(db, lost, owner, case.id, self._clock, self._wake)
            await conversations.opened(db, owner, case.id, case.number, case.user_id, state_of(case), now=now)

        await self._ledger.commit(work)
        raise Retry(f"case {case.number} was opened before an older copy of the ledger was put back")

    async def _without_case(self, owner: Conversation, note: PostRow) -> None:
        """Let the message behind a note that opens its case go first; leave the note out where there is none, until one
        that a person has to decide about does."""
        async with self._ledger.reading() as db:
            opening = await posts.first_message(db, owner.id, WORK)
            stuck = await posts.first_message(db, owner.id, (State.HELD, State.DEAD))
        if opening is None:
            why = NO_CASE if stuck is None else f"{posts.CASE_TO_COME}: post-{stuck.id} waits for a person"
            await self._told(note, Step.LEFT, why, state=State.IGNORED, due_at=None, reason=why)
        elif opening.due_at is not None and opening.due_at > self._clock():
            await self._change(note, due_at=opening.due_at)
        else:
            await self._step(owner, opening)

    async def _open(self, owner: Conversation, post: PostRow, site: Site, luggage: Luggage) -> None:
        new_case = await self._text.new_case(owner, post, site, luggage)
        if not await self._begun(post, None):
            return
        with writing():
            case = await self._writer.open(site, new_case)
        with recording():
            await self._sent(owner, post, Found(case.id, None, case))
        structlog.get_logger().info("case_opened", forum=owner.forum, case=case.number, post=post.url)

    async def _append(self, owner: Conversation, post: PostRow, site: Site, place: Place, luggage: Luggage) -> None:
        html, files = await self._text.message(post, site, luggage), luggage.uploads
        if not await self._begun(post, place.case_id):
            return
        with writing():
            try:
                message = await self._writer.append(site, owner, place.case_id, html, files, as_note=post.as_note)
            except (CaseNotFound, DeskDeclined) as error:
                gone = isinstance(error, CaseNotFound)
                await self._finder.refused(owner, site.channel, place, gone=gone)
                if await self._place(owner, site) == place:
                    raise
                raise Retry(f"case {place.case_id} takes no messages any more") from None
        with recording():
            if place.state is CaseState.CLOSED and not post.as_note:
                await self._keep_open(owner, place.case_id)
            await self._sent(owner, post, Found(place.case_id, message.id))
        structlog.get_logger().info("message_added", forum=owner.forum, case=place.case_id, post=post.url)

    async def _keep_open(self, owner: Conversation, case_id: int) -> None:
        """A customer wrote into a closed case: Deskie is expected to reopen it; where it does not, we do."""
        state, now = state_of(await self._writer.reopened(case_id)), self._clock()
        await self._ledger.commit(lambda db: conversations.learned(db, owner.desk, case_id, state, now=now))

    async def _failed(self, post: PostRow, error: Exception) -> None:
        now = self._clock()
        verdict = decide(error, post.attempts + 1, now, self._random())
        log = structlog.get_logger().bind(forum=post.forum, post=post.url, reason=verdict.reason)
        facts = consequence(verdict, post.state, log, "delivery")
        tried = {"attempts": post.attempts + 1, "reason": verdict.reason}
        await self._told(post, step_of(verdict), verdict.reason, **tried, **facts)

    async def _begun(self, post: PostRow, case_id: int | None) -> bool:
        """Write down that a write begins; False if the post changed while it was prepared, then nothing was begun."""
        now = self._clock()

        async def work(db: AsyncConnection) -> bool:
            if case_id is None:
                await self._quota.check(db)
            return await posts.begin(db, post, now=now, case_id=case_id)

        return await self._ledger.commit(work)

    async def _tied(self, owner: Conversation, post: PostRow, found: Found, lost: PutBack) -> None:
        """Tie the case in which a post stands that a person has to compare: answers there do not wait for that."""
        now = self._clock()

        async def work(db: AsyncConnection) -> bool:
            await posts.change(db, post.id, case_id=found.case_id, message_id=found.message_id)
            return await self._tie(db, owner, found, lost, now)

        if await self._ledger.commit(work):
            self._wake(WorkKind.LINK, self._desk.name)

    async def _tie(
        self, db: AsyncConnection, owner: Conversation, found: Found, lost: PutBack | None, now: datetime
    ) -> bool:
        """Tie a case to its conversation, if the write had opened it; return whether a profile that came with it has to
        be linked. What only a ``lost`` ledger knew is tied to it again."""
        if lost is not None:
            await found_again.tie(db, lost, owner, found.case_id, self._clock, self._wake)
        if (case := found.opened) is None:
            return False
        await conversations.opened(db, owner, case.id, case.number, case.user_id, state_of(case), now=now)
        return case.user_id != owner.user_id and await links.want(db, owner, now=now)

    async def _sent(self, owner: Conversation, post: PostRow, found: Found, lost: PutBack | None = None) -> None:
        """Write down where a post stands, in one transaction with the case that it opened: half of that would read as a
        post that never arrived."""
        now = self._clock()
        facts = {"due_at": None, "reason": None, "case_id": found.case_id, "message_id": found.message_id}

        async def work(db: AsyncConnection) -> tuple[bool, datetime | None]:
            await posts.change(db, post.id, state=State.SENT, sent_at=now, **facts)
            if not post.as_note:
                await posts.case_came(db, owner.id, now=now)
            links_wanted = await self._tie(db, owner, found, lost, now)
            changes = ChangesTold(db, self._sites[owner.forum], now)
            await changes.arrived(post)
            return links_wanted, changes.due_at

        links_wanted, tells_at = await self._ledger.commit(work)
        if links_wanted:
            self._wake(WorkKind.LINK, self._desk.name)
        if tells_at is not None:
            self._wake(WorkKind.TELL, self._desk.name, tells_at)

    async def _told(self, post: PostRow, step: Step, detail: str = "", **facts: object) -> None:
        """Change facts of a post, and note in its trail why."""
        now = self._clock()

        async def work(db: AsyncConnection) -> None:
            await trail.note(db, "post", post.id, step, detail, now=now)
            if facts:
                await posts.change(db, post.id, **facts)

        await self._ledger.commit(work)

    async def _change(self, post: PostRow, **facts: object) -> None:
        await self._ledger.commit(lambda db: posts.change(db, post.id, **facts))

    async def _place(self, owner: Conversation, site: Site) -> Place | None:
        again = new_when_closed(site, self._desk)
        return await self._finder.place(owner, site.channel, new_when_closed=again)


def _in_order(_before: PostRow, _after: PostRow) -> bool:
    """A conversation's messages keep their order, however long one is in retry: an outage may last."""
    return True


def new_when_closed(site: Site, desk: Desk) -> bool:
    """Whether a closed case is over; a closed chat always is (custom-channels.md, item 6a)."""
    return site.config.cases.when_closed is WhenClosed.NEW or desk.mode(site.channel) is ChannelType.SYNC
