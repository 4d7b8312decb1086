"""Answers that a person posts: where no program may or can write, agents get the text ready to paste; ``our_posts``
recognises it. Writes nothing on the forum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_notice
from forum_bridge.bridge.sealed import OpenDraft, SealedDraft
from forum_bridge.bridge.site import Site
from forum_bridge.config import TellAgents
from forum_bridge.forums.contract import CanWrite
from forum_bridge.ledger import answers
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.states import State
from forum_bridge.model import ThreadRef

WAITS = "its text stands in the case as a note: a person posts it, and the bridge recognises it"


def by_hand(site: Site, draft: OpenDraft | SealedDraft, thread: ThreadRef) -> bool:
    """Whether a person has to post this: the adapter only reads, or the configuration wants it so. Where agents are
    told nothing they would not know of it."""
    told = site.config.answers
    wanted = told.assisted or not isinstance(site.adapter, CanWrite)
    return wanted and isinstance(draft, OpenDraft) and not thread.private and told.tell_agents is not TellAgents.NEVER


async def hand_over(
    db: AsyncConnection, site: Site, answer: AnswerRow, thread: ThreadRef, draft: OpenDraft, *, now: datetime
) -> bool:
    """Give an answer's text to the agents of its case; False if there is no case to write it into, and then nothing is
    changed."""
    if not await agent_notice.to_paste(db, site, answer, thread, draft.text_for_people(), now=now):
        return False
    await answers.change(db, answer.id, state=State.BY_HAND, due_at=None, reason=WAITS)
    return True
