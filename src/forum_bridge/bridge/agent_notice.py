"""Decides what agents are told about an answer, by notes and a label on its case, and puts it into the outbox in the
transaction that changes the answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_words
from forum_bridge.bridge.agent_words import Unsent
from forum_bridge.bridge.owner import Ambiguous, SeveralCustomers
from forum_bridge.bridge.retry import Dead, Hold, Verdict
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.ways import CannotMessage, NobodyToWriteTo
from forum_bridge.command import command
from forum_bridge.config import TellAgents
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import agent_notes, answers, conversations, threads
from forum_bridge.ledger.agent_notes import AgentNote
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.states import State
from forum_bridge.model import Post, Receipt, ReceiptState, ThreadRef


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
    unknown = isinstance(verdict, Hold) and answer.state in (State.SENDING, State.UNCLEAR)
    if answer.private:
        html = _private(language, answer, error, verdict, unknown=unknown)
    elif isinstance(error, Ambiguous):
        known = await threads.several(db, site.name, [each.thread_id for each in error.found])
        html = agent_words.ambiguous(language, [row.ref for row in known.values()])
    else:
        html = agent_words.not_posted(language, verdict.reason, unknown=unknown, part=answer.part, parts=answer.parts)
    return await _want(db, answer, html, label=site.config.answers.unsent_label, now=now)


def _private(language: TellAgents, answer: AnswerRow, error: Exception, verdict: Dead | Hold, *, unknown: bool) -> str:
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
    return agent_words.private(language, why, unknown=unknown, part=answer.part, parts=answer.parts)


async def of_receipt(db: AsyncConnection, site: Site, answer: AnswerRow, receipt: Receipt, *, now: datetime) -> bool:
    """Tell the case's agents that an answer waits for a moderator, or stands on the forum after all; that it stands
    there where nobody was told otherwise, only if they want to know. False if there is nothing to tell."""
    config = site.config.answers
    if config.tell_agents is TellAgents.NEVER:
        return False
    url = receipt.url or site.config.url
    if receipt.state is ReceiptState.QUEUED:
        html = agent_words.queued(config.tell_agents, url)
        return await _want(db, answer, html, label=config.unsent_label, now=now)
    told = await agent_notes.last(db, answer.desk, _about(answer))
    if told is None and not (config.tell_permalink and answer.part == 1):
        return False
    html = agent_words.stands(config.tell_agents, url, private=answer.private)
    label = await _label_to_take_off(db, answer, told)
    return await _want(db, answer, html, label=label, takes_off=True, now=now)


async def of_other_words(db: AsyncConnection, site: Site, answer: AnswerRow, post: Post, *, now: datetime) -> bool:
    """Tell the case's agents of a post of our account that may be an answer which a moderator has changed; False if
    there is nothing to tell."""
    config = site.config.answers
    if config.tell_agents is TellAgents.NEVER:
        return False
    name = Item("answer", answer.message_id, answer.part if answer.parts > 1 else None)
    html = agent_words.other_words(config.tell_agents, post.url, command("mark-sent", str(name), "URL"))
    return await _want(db, answer, html, label=config.unsent_label, now=now)


async def of_decision(db: AsyncConnection, answer: AnswerRow, *, now: datetime) -> bool:
    """Take the label of an unsent answer off its case: a person says that it is posted, or given up. False if there is
    none."""
    label = await _label_to_take_off(db, answer, await agent_notes.last(db, answer.desk, _about(answer)))
    return label is not None and await _want(db, answer, "", label=label, takes_off=True, now=now)


async def to_paste(
    db: AsyncConnection, site: Site, answer: AnswerRow, thread: ThreadRef, text: str, *, now: datetime
) -> bool:
    """Give the case's agents the text of an answer that a person has to post; False if there is no case to do so in."""
    accounts = [*site.config.own_authors, *([site.config.login.user] if site.config.login else [])]
    html = agent_words.to_paste(site.config.answers.tell_agents, thread, text, accounts, answer.part, answer.parts)
    return await _want(db, answer, html, now=now)


async def _label_to_take_off(db: AsyncConnection, answer: AnswerRow, told: AgentNote | None) -> str | None:
    """Return the label that an answer, which is settled by now, brought its case, unless another one there still
    deserves it."""
    if told is None or told.label is None or told.takes_off:
        return None
    if await answers.any_unsent(db, answer.desk, told.case_id):
        return None
    return told.label


async def _want(
    db: AsyncConnection,
    answer: AnswerRow,
    html: str,
    *,
    label: str | None = None,
    takes_off: bool = False,
    now: datetime,
) -> bool:
    """Nobody is told anything in a case that is none of the bridge's."""
    if answer.case_id is None or not await conversations.of_case(db, answer.desk, answer.case_id):
        return False
    key = f"{_about(answer)}{'settled ' if takes_off else ''}{now:%Y-%m-%d %H:%M:%S}"
    text = agent_words.signed(html, key) if html else ""
    await agent_notes.want(db, answer.desk, key, answer.case_id, text, label=label, takes_off=takes_off, now=now)
    return True


def _about(answer: AnswerRow) -> str:
    """Return how the keys of all notes about an answer begin."""
    return f"answer {answer.message_id}.{answer.part}, "
