"""An operator's word that signing in shall be tried again on a forum, although it was refused."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.account import standing_of
from forum_bridge.bridge.sign_in import again
from forum_bridge.command import command
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import forums
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.operator import Act

PREFIX = "sign-in-"


async def sign_in_again(ledger: Ledger, act: Act, name: str) -> str:
    """Allow one more try for ``sign-in-FORUM``, and say so. Raises BridgeError for another decision, and for a forum
    that the ledger does not know."""
    forum = name.removeprefix(PREFIX)
    if act is not Act.RETRY:
        raise BridgeError(f"{name} can only be tried again.", explanation=f"`{command('retry', name)}`")

    async def work(db: AsyncConnection) -> bool:
        row = (await forums.everyone(db)).get(forum)
        if row is None:
            return False
        made = again(standing_of(row))
        await forums.change(db, forum, sign_in_next=made.next_at, sign_in_digest=made.digest)
        return True

    if not await ledger.commit(work):
        raise BridgeError(
            f"There is no forum {forum} in the ledger.", explanation="`forum-bridge status` shows the names."
        )
    structlog.get_logger().info("operator_decided", item=name, act=act.value)
    return f"Signing in on {forum} is tried once more at the next reading; `forum-bridge poll --once` reads now."
