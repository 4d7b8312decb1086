"""Sends once more what counts as sent, because a person says that it is gone: purged on the desk, removed on the forum.
Looks on the other side first, and refuses while it stands there or that cannot be known. Of a case it has the answers
compared once more: those that never came come in."""

from __future__ import annotations

import re
from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.desk_look import DeskLook
from forum_bridge.bridge.forum_look import ForumLook
from forum_bridge.bridge.moved import thread_of
from forum_bridge.bridge.owner import owner_of
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.ways import place_of
from forum_bridge.command import command
from forum_bridge.errors import BridgeError
from forum_bridge.forums.contract import CanMessage, CanReply, Idempotent
from forum_bridge.ledger import answers, conversations, operator, posts, put_back, reconciling, trail
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock, ThreadRef

_CASE = re.compile(r"case-([0-9]{1,18})", re.ASCII)


class Replay:
    """Reads both sides, writes the ledger only: the roads do the rest."""

    def __init__(self, ledger: Ledger, desk: Desk, sites: Mapping[str, Site], clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._sites = sites
        self._clock = clock
        self._desk_look = DeskLook(desk)
        self._forum_look = ForumLook(ledger)

    async def __call__(self, name: str) -> str:
        """Let an item go its way again; return in one sentence what becomes of it. Raises BridgeError if it is none, if
        it does not count as sent, if it still stands on the other side, or if that cannot be known."""
        if (case := _CASE.fullmatch(name.strip())) is not None:
            return await self._unheard(int(case[1]))
        item = operator.named(name)
        if item is None or item.road == "note":
            raise BridgeError(
                f"{name} is not the name of a post or an answer.",
                explanation="Names look like post-142, answer-61200502, case-8804417; `forum-bridge trace` shows them.",
            )
        async with self._ledger.reading() as db:
            rows = await operator.find(db, item)
        sent = [row.id for row in rows if row.state is State.SENT]
        if not rows:
            raise BridgeError(f"There is no {item} in the ledger.", explanation="`forum-bridge trace` shows the names.")
        if any(row.state is State.QUEUED for row in rows):
            raise BridgeError(
                f"{item} was put before a moderator of the forum, who may still be looking at it.",
                explanation="Ask there; what a moderator deleted can be answered again on Deskie.",
            )
        if not sent:
            raise BridgeError(
                f"{item} is {rows[0].state.value}: it does not count as sent.",
                explanation=f"`{command('trace', str(item))}` says what can be done about it.",
            )
        stood = {row_id: await (self._post(row_id) if item.road == "post" else self._answer(row_id)) for row_id in sent}
        await self._ledger.commit(lambda db: self._set_free(db, item, stood))
        structlog.get_logger().info("operator_decided", item=str(item), act="replay")
        return f"{item} does not stand on the other side; it is sent again."

    async def _unheard(self, case_id: int) -> str:
        """Have ``reconcile`` compare a case, which publishes nothing itself and knows what concerns the bridge."""
        desk = self._desk.name

        async def work(db: AsyncConnection) -> bool:
            ours = await reconciling.opened_by_us(db, desk, case_id)
            if not (ours or await reconciling.joined_by_us(db, desk, case_id)):
                return False
            await put_back.want_compared(db, desk, case_id)
            return True

        if not await self._ledger.commit(work):
            raise BridgeError(
                f"The bridge has nothing in case {case_id}.",
                explanation="Give the case's id, not its number; `forum-bridge trace` shows both.",
            )
        structlog.get_logger().info("operator_decided", case=case_id, act="replay")
        return f"Case {case_id} is compared; what agents answered there and never came is taken in."

    async def _set_free(self, db: AsyncConnection, item: Item, stood: Mapping[int, str]) -> None:
        now = self._clock()
        for row_id, where in stood.items():
            if not await operator.send_again(db, item.road, row_id, now=now):
                raise BridgeError(f"{item} changed meanwhile.", explanation="Give the command again.")
            await trail.note(db, item.road, row_id, Step.DECIDED, f"replay; it had stood in {where}", now=now)

    async def _post(self, row_id: int) -> str:
        """Return where the post had stood."""
        async with self._ledger.reading() as db:
            post = await posts.get(db, row_id)
            later = await posts.latest(db, post.forum, [post.post_id])
            assert post.conversation_id is not None  # it was sent
            owner = await conversations.get(db, post.conversation_id)
        site = self._site(post.forum)
        if post.html is None:
            raise BridgeError(
                f"post-{row_id} cannot be sent again: its text is not kept any more.", explanation="Send it by hand."
            )
        found = await self._desk_look.find(owner, post, site.channel, revisions=_told_as(post, later[post.post_id]))
        if found is not None:
            raise _stands(f"post-{row_id}", f"in case {found.case_id}, message {found.message_id}")
        return f"case {post.case_id or 'not known'}, message {post.message_id or 'not known'}"

    async def _answer(self, row_id: int) -> str:
        """Return where the answer had stood."""
        async with self._ledger.reading() as db:
            answer = await answers.get(db, row_id)
        site = self._site(answer.forum or "")
        owner = await self._ledger.commit(lambda db: owner_of(db, answer))
        async with self._ledger.reading() as db:
            thread = await thread_of(db, owner, now=self._clock(), private=answer.private)
        place = place_of(answer, owner, thread.ref)
        _check_can_look(site, answer, place)
        found = await site.account.doing(lambda: self._forum_look.stands(site, answer, place))
        if found is not None:
            raise _stands(f"answer-{answer.message_id}", found.url)
        return answer.receipt_url or "a post that is not known"

    def _site(self, forum: str) -> Site:
        try:
            return self._sites[forum]
        except KeyError:
            raise BridgeError(
                f"The forum {forum} is not configured.", explanation=f"Put forums.{forum} back into the configuration."
            ) from None


def _told_as(post: PostRow, latest: PostRow) -> tuple[int, ...]:
    """The revisions whose footer its message may bear: an edit may have changed the message on the desk."""
    edited = latest.revision > post.revision and latest.state is State.IGNORED
    return tuple(range(post.revision, latest.revision + 1)) if edited else (post.revision,)


def _check_can_look(site: Site, answer: AnswerRow, place: object) -> None:
    looks = isinstance(site.adapter, CanReply if isinstance(place, ThreadRef) else CanMessage)
    if isinstance(site.adapter, Idempotent) or not looks:
        raise BridgeError(
            f"Nobody can look whether answer-{answer.message_id} still stands on {site.name}.",
            explanation="Answer once more on Deskie instead.",
        )


def _stands(name: str, where: str) -> BridgeError:
    return BridgeError(
        f"{name} still stands on the other side: {where}.", explanation="Nothing was changed. Remove it there first."
    )
