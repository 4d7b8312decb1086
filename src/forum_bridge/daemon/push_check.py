"""Whether a forum that sends by itself can: where it has to send, and whether its own server is reached. Writes
nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from forum_bridge.config import ForumConfig
from forum_bridge.daemon.finding import Finding
from forum_bridge.errors import BridgeError
from forum_bridge.forums.contract import Adapter, CanProbe, CanPush


def ringing(name: str, public_url: str | None, forum: ForumConfig, adapter: Adapter) -> Finding | None:
    """Return where a forum's own webhook has to lead, None where it has no secret to ring with."""
    if not isinstance(adapter, CanPush) or not forum.options.get("secret"):
        return None
    where = f"{public_url.rstrip('/') if public_url else '…'}/push/{name}"
    return Finding(name, "webhook", ok=True, found=f"the forum's webhook rings at {where} (Invision: and /SECRET)")


async def sending(name: str, public_url: str | None, adapter: Adapter) -> AsyncIterator[Finding]:
    """Yield what is to be said of its two ways."""
    if public_url is None:
        todo = "Set webhook.public_url to see the whole address; your web server has to pass /push/ on."
        yield Finding(name, "posts", ok=True, found=f"the forum sends its posts to …/push/{name}", todo=todo)
    else:
        yield Finding(
            name, "posts", ok=True, found=f"the forum sends its posts to {public_url.rstrip('/')}/push/{name}"
        )
    if isinstance(adapter, CanProbe):
        try:
            yield Finding(name, "answers", ok=True, found=await adapter.probe())
        except BridgeError as error:
            yield Finding(name, "answers", ok=False, found=str(error), todo=error.explanation)
