"""Whether threads of one customer share a chat: they do where an author is one customer in a synchronous channel. That
works, but no answer in such a chat can be told to be for one thread, so it is held. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.scope import AUTHOR
from forum_bridge.bridge.site import Site
from forum_bridge.daemon.finding import Finding
from forum_bridge.deskie import ChannelType
from forum_bridge.errors import Retry
from forum_bridge.ledger import forums
from forum_bridge.ledger.ledger import Ledger


def shared_chats(
    forum: str, channel: str, kind: ChannelType | None, identity: str | None, *, chosen: bool
) -> Finding | None:
    """Return a finding if the threads of a customer share a chat. ``identity`` is the forum's (None: not decided yet);
    where the configuration has not ``chosen`` it, the channel's type was changed since it was."""
    if kind is not ChannelType.SYNC or identity != AUTHOR:
        return None
    anew = "configure the forum under a new name with start_from: now"
    back = f"Set {channel} to asynchronous again under Deskie → Channels → Custom channels, or {anew}."
    out = f"Leave forums.{forum}.identity out; where conversations exist already, {anew}."
    return Finding(
        forum,
        "identity",
        ok=chosen,
        found=f"the channel {channel} is synchronous and an author is one customer: all threads of an author share one"
        " chat, and answers in a chat that holds two threads are held",
        todo=out if chosen else back,
    )


class IdentityCheck:
    """Tells the log of each forum whose customers' threads share a chat, of each only once."""

    def __init__(self, sites: Mapping[str, Site], ledger: Ledger, desk: Desk) -> None:
        self._sites = sites
        self._ledger = ledger
        self._desk = desk
        self._told: set[str] = set()

    async def run(self) -> None:
        """Look at all forums that the ledger knows, as far as Deskie has told of their channels."""
        async with self._ledger.reading() as db:
            known = await forums.everyone(db)
        for name, site in self._sites.items():
            if name in known and name not in self._told and (found := self._of(site, known[name].identity)) is not None:
                self._told.add(name)
                structlog.get_logger().warning(
                    "threads_share_a_chat", forum=name, reason=f"{found.found}. {found.todo}"
                )

    def _of(self, site: Site, identity: str) -> Finding | None:
        try:
            kind = self._desk.mode(site.channel)
        except Retry:
            return None
        return shared_chats(site.name, site.channel, kind, identity, chosen=site.config.identity is not None)
