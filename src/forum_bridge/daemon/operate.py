"""An operator's decision about one item, carried out in the ledger: the same whether a running bridge is asked for it
or none runs."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_notice
from forum_bridge.daemon.sign_in_again import PREFIX, sign_in_again
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import answers, operator, trail
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.operator import Act, Found
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock
from forum_bridge.web.address import shown

BY_HAND = {Act.MARK_SENT: "marked as sent by hand", Act.DROP: "given up by hand", Act.RETRY: ""}
DONE = {Act.MARK_SENT: "counts as sent", Act.DROP: "is given up"}


async def operate(
    ledger: Ledger, act: Act, name: str, clock: Clock, *, anyway: bool = False, url: str | None = None
) -> str:
    """Carry a decision out and return in one sentence what became of it; ``url`` says where an answer stands that
    counts as sent. Raises BridgeError if there is no such item, or nothing to decide about it."""
    if name.startswith(PREFIX):
        return await sign_in_again(ledger, act, name)
    item = operator.named(name)
    if item is None:
        raise BridgeError(
            f"{name} is not the name of an item.",
            explanation="Names look like post-142 or answer-61200502; `forum-bridge status` shows them.",
        )
    if url is not None and item.road != "answer":
        raise BridgeError(
            f"{item} is no answer: where it stands on the desk is not written down.",
            explanation="Leave the address out.",
        )
    now = clock()

    async def work(db: AsyncConnection) -> tuple[list[Found], list[dict[str, object]]]:
        rows = await operator.find(db, item)
        made: list[dict[str, object]] = []
        for row in rows:
            facts = operator.decided(act, row, BY_HAND[act], anyway=anyway, now=now)
            if facts is not None:
                await operator.decide(db, item, row, facts)
                await trail.note(db, item.road, row.id, Step.DECIDED, act.value, now=now)
                if url is not None:
                    await operator.stands_at(db, row, url)
                if item.road == "answer" and act is not Act.RETRY:
                    await agent_notice.of_decision(db, await answers.get(db, row.id), now=now)
                made.append(facts)
        return rows, made

    rows, made = await ledger.commit(work)
    if not rows:
        raise BridgeError(f"There is no {item} in the ledger.", explanation="`forum-bridge status` shows the names.")
    if not made:
        states = ", ".join(sorted({row.state.value for row in rows}))
        if any(row.state is State.QUEUED for row in rows):
            raise BridgeError(
                f"{item} waits for a moderator of the forum, and nobody but them can see whether it is still there.",
                explanation="Ask there. If it is gone: `retry --anyway` writes it once more, `drop` gives it up.",
            )
        raise BridgeError(
            f"{item} is {states}: there is nothing to decide.",
            explanation="Only what is held or dead waits for a person.",
        )
    structlog.get_logger().info(
        "operator_decided", item=str(item), act=act.value, anyway=anyway, url=url and shown(url)
    )
    if act is not Act.RETRY:
        return f"{item} {DONE[act]}."
    if any(facts["state"] is State.UNCLEAR for facts in made):
        return f"{item} is looked for on the other side, and written again if it is not there."
    return f"{item} is tried again."
