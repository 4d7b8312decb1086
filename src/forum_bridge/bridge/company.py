"""In whose company an answer stands: which messages of a case are the bridge's own, since when the case concerns us,
and whether people write there who are none of our customers. Reads the ledger, asks nobody, decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.deskie import Message
from forum_bridge.ledger import conversations, put_back, reconciling
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.markup.footer import footer_address, footer_permalink, permalinks_of

CLOCKS_DIFFER = timedelta(minutes=10)  # Deskie's may be behind ours by so much


@dataclass(frozen=True, slots=True)
class Company:
    """``ours`` are messages that the bridge wrote, ``urls`` the posts that they are, ``customers`` the conversations to
    which the case or one of them belongs; ``quoted`` are posts whose last line stands in what others wrote, ``unread``
    are messages with the last line of a post that only a ledger knew that was lost. What agents wrote before
    ``since`` was for somebody else; None: nothing of ours stands there. ``strangers``: people write there who are none
    of our customers."""

    ours: frozenset[int]
    urls: tuple[str, ...]
    customers: tuple[Conversation, ...]
    quoted: tuple[str, ...]
    unread: tuple[Message, ...]
    since: datetime | None
    strangers: bool


async def company(
    db: AsyncConnection, desk: str, case_id: int, messages: Sequence[Message], profiles: frozenset[int] = frozenset()
) -> Company:
    """Return in whose company answers stand among these messages of a case; ``profiles`` are Deskie users that are
    known to be our customers, whatever the ledger knows of the case.

    A message is ours by its number, or by the last line of a post whose customer it is by: anybody may quote one."""
    people = [each for each in messages if each.user_id and not each.staff_id and not each.note]
    marks = {each.id: mark[0] for each in people if (mark := footer_permalink(each.html or each.text)) is not None}
    asked = sorted({url for address in marks.values() for url in permalinks_of(address)})
    known = [(footer_address(url), url, user) for url, user in await reconciling.profiles_at(db, desk, asked)]
    written = await reconciling.written_by_us(db, desk, [each.id for each in messages])
    ours, urls, quoted = set(written), set[str](), set[str]()
    for each in people:
        for address, url, user in known:
            if address == marks.get(each.id):
                mine = each.id in written or user in {None, each.user_id}
                (urls if mine else quoted).add(url)
                ours |= {each.id} if mine else set()
    lost, read = await put_back.known(db), {address for address, _, _ in known}
    unread = [
        each
        for each in people
        if marks.get(each.id, "") not in {"", *read} and lost is not None and lost.wrote(moment(each))
    ]
    owners = await conversations.of_case(db, desk, case_id, sorted(urls))
    known_as = profiles | {each.user_id for each in owners}
    return Company(
        ours=frozenset(ours),
        urls=tuple(sorted(urls)),
        customers=tuple(owners),
        quoted=tuple(sorted(quoted - urls)),
        unread=tuple(unread),
        since=_since(
            messages, ours.union(each.id for each in unread), await reconciling.first_delivery(db, desk, case_id)
        ),
        strangers=any(each.id not in ours and each.user_id not in known_as for each in people),
    )


def moment(message: Message) -> datetime | None:
    """Return when a message was sent, or is to be."""
    return message.sent_at or message.created_at


def _since(messages: Sequence[Message], ours: set[int], delivered: datetime | None) -> datetime | None:
    """The first message of ours tells it exactly, unless it is not shown any more: then the ledger does, roughly."""
    shown = min((when for each in messages if each.id in ours and (when := moment(each)) is not None), default=None)
    if delivered is None or (shown is not None and shown <= delivered + CLOCKS_DIFFER):
        return shown
    return delivered - CLOCKS_DIFFER
