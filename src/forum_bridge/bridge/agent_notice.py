"""Decides what agents are told about an answer, and puts the note into the outbox in the transaction that changes the
answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_words
from forum_bridge.bridge.agent_words import Unsent
from forum_bridge.bridge.owner import Ambiguous, SeveralCustomers
from forum_bridge.bridge.retry import Dead, Hold, Verdict
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.ways import CannotMessage, NobodyToWriteTo
from forum_bridge.config import TellAgents
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import agent_notes, conversations, threads
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.states import State
from forum_bridge.model import Receipt, ReceiptState, ThreadRef


async def of_failure(
    db: AsyncConnection, site: Site, answer: AnswerRow, error: Exception, verdict: Verdict, *, now: datetime
) -> bool:
    """Tell the case's agents that an ``answer``, as it stood before, will not be posted by itself; False if there is
    nothing to tell."""
    if not isinstance(verdict, Dead | Hold):
        return False
    language = site.config.answers.tell_agents
    if language is TellAgents.NEVER:
        return False
    if answer.private:
        html = _private(language, answer, error, verdict)
    elif isinstance(error, Ambiguous):
        known = await threads.several(db, site.name, [each.thread_id for each in error.found])
        html = agent_words.ambiguous(language, [row.ref for row in known.values()])
    else:
        html = agent_words.not_posted(language, verdict.reason, answer.part, answer.parts)
    return await _want(db, answer, html, now=now)


def _private(language: TellAgents, answer: AnswerRow, error: Exception, verdict: Dead | Hold) -> str:
    """No advice that errors carry may stand here: it speaks of answers that everybody may read."""
    why: Unsent | str
    match error:
        case CannotMessage():
            why = Unsent.CANNOT_MESSAGE
        case NobodyToWriteTo():
            why = Unsent.GUEST
        case SeveralCustomers():
            why = Unsent.SEVERAL
        case BridgeError():
            why = str(error)
        case _:
            why = verdict.reason
    unknown = isinstance(verdict, Hold) and answer.state in (State.SENDING, State.UNCLEAR)
    return agent_words.private(language, why, unknown=unknown, part=answer.part, parts=answer.parts)


async def of_receipt(db: AsyncConnection, site: Site, answer: AnswerRow, receipt: Receipt, *, now: datetime) -> bool:
    """Tell the case's agents that an answer waits for a moderator; False if it stands in the thread."""
    language = site.config.answers.tell_agents
    if receipt.state is not ReceiptState.QUEUED or language is TellAgents.NEVER:
        return False
    return await _want(db, answer, agent_words.queued(language, receipt.url or site.config.url), now=now)


async def to_paste(
    db: AsyncConnection, site: Site, answer: AnswerRow, thread: ThreadRef, text: str, *, now: datetime
) -> bool:
    """Give the case's agents the text of an answer that a person has to post; False if there is no case to do so in."""
    accounts = [*site.config.own_authors, *([site.config.login.user] if site.config.login else [])]
    html = agent_words.to_paste(site.config.answers.tell_agents, thread, text, accounts, answer.part, answer.parts)
    return await _want(db, answer, html, now=now)


async def _want(db: AsyncConnection, answer: AnswerRow, html: str, *, now: datetime) -> bool:
    """Nobody is told anything in a case that is none of the bridge's."""
    if answer.case_id is None or not await conversations.of_case(db, answer.desk, answer.case_id):
        return False
    key = f"answer {answer.message_id}.{answer.part}, {now:%Y-%m-%d %H:%M:%S}"
    await agent_notes.want(db, answer.desk, key, answer.case_id, agent_words.signed(html, key), now=now)
    return True
