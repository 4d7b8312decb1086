"""Answers that a person posts: where no program may or can write, agents get the text ready to paste, and a post of our
people that says it is recognised as the answer. Writes nothing on the forum."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_notice
from forum_bridge.bridge.answer_files import said
from forum_bridge.bridge.content import Digested
from forum_bridge.bridge.sealed import OpenDraft, SealedDraft
from forum_bridge.bridge.site import Site
from forum_bridge.config import TellAgents
from forum_bridge.forums.contract import CanWrite
from forum_bridge.ledger import answers
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.states import State
from forum_bridge.markup.compare import is_answer
from forum_bridge.model import ReceiptState, ThreadRef
from forum_bridge.web.aside import aside

CLOCKS_DIFFER = timedelta(hours=1)
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


async def recognise(db: AsyncConnection, site: Site, item: Digested, *, now: datetime) -> bool:
    """Whether a post of our own people is an answer that was to be posted by hand; then the ledger says so. Of several
    of the same text the oldest one is it."""
    post = item.post
    for answer in await answers.by_hand(db, site.name, post.thread.id):
        early = post.time is not None and post.time < answer.received_at - CLOCKS_DIFFER
        if not early and await aside(len(item.text), is_answer, item.text, said(answer)):
            receipt = {"receipt_post": post.id, "receipt_url": post.url, "receipt_state": ReceiptState.POSTED}
            await answers.change(db, answer.id, state=State.SENT, sent_at=now, reason=None, **receipt)
            return True
    return False
