"""What a ledger that was put back finds on the desk: posts and cases that only the lost one knew, tied again to their
conversations with the answers in them. Knows no network."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.desk_look import Found
from forum_bridge.errors import Held
from forum_bridge.ledger import put_back, reconciling
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.put_back import PutBack
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import fingerprint
from forum_bridge.markup.cut import cut
from forum_bridge.markup.message import BODY_LIMIT
from forum_bridge.model import Clock, Wake, WorkKind

SAYS_SOMETHING_ELSE = "before an older copy of the ledger was put back, and says something else now"
_PIECES = re.compile(r"\n|\[img(?:: [^\]]*)?\]")  # a picture may have become a link in the middle of a line


async def doubted_since(ledger: Ledger, post: PostRow) -> PutBack | None:
    """Return when the ledger was put back if only the lost one could know of a write of this post."""
    async with ledger.reading() as db:
        return await put_back.doubted(db, post.sending_at)


def check_says_it(post: PostRow, found: Found) -> None:
    """Raise Held if a post says something that its message on the desk does not: the lost ledger may have written what
    it said before."""
    if found.message is None or post.html is None:
        return
    there = fingerprint(_told(found.message.html or found.message.text, post.url))
    body, _ = cut(clean_post(post.html, post.url).html, BODY_LIMIT)
    if all(fingerprint(piece) in there for piece in _PIECES.split(_told(body, post.url))):
        return
    raise Held(
        f"the post was written to case {found.case_id} {SAYS_SOMETHING_ELSE}",
        explanation="Compare it with that message: drop the item if nothing is missing there, else tell the agents and"
        " mark it as sent.",
    )


async def tie(db: AsyncConnection, lost: PutBack, owner: Conversation, case_id: int, clock: Clock, wake: Wake) -> None:
    """Have the answers in a case that was found looked through, and let those go on that came too early to be known.
    Call it before the case is tied to its conversation."""
    desk = owner.desk
    known = await reconciling.opened_by_us(db, desk, case_id) or await reconciling.joined_by_us(db, desk, case_id)
    if not known:
        await put_back.want_compared(db, desk, case_id)
        wake(WorkKind.RECONCILE, desk)
    if await put_back.adopt(db, lost, desk, case_id, owner.forum, now=clock()):
        wake(WorkKind.PUBLISH, owner.forum)


def _told(html: str, url: str) -> str:
    return clean_post(html, url).text
