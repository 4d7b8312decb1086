"""What NodeBB is handed to write a post, and what its answers mean. Pure.

https://github.com/NodeBB/NodeBB, src/controllers/write/topics.js, src/api/topics.js, src/user/posts.js (delays),
src/posts/queue.js. Why something was refused it tells in words only: in English, where it is asked to."""

from __future__ import annotations

import re
from datetime import timedelta

from forum_bridge.errors import BridgeError, NotPosted, Retry, Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.engines.nodebb import addresses
from forum_bridge.model import Draft, PostId, Receipt, ReceiptState

ENGLISH = "?lang=en-GB"
_WAIT = re.compile(r"(?:only post once every|required to wait) (?P<count>\d+) (?P<unit>second|minute)")
_BUSY = re.compile(r"already.posting|too.many.(?:posts|messages)|user-too-new", re.IGNORECASE)
_NO_SUCH_POST = re.compile(r"Invalid Post ID|invalid-pid", re.IGNORECASE)


def new_post(draft: Draft, account: str | None) -> dict[str, object]:
    """Return the document that creates a post: as an answer to the post that it answers, whose author is told.
    ``account`` is whom a master token writes for."""
    payload: dict[str, object] = {"content": draft.text}
    if draft.to is not None:
        payload["toPid"] = draft.to.post_id
    return payload | ({"_uid": account} if account is not None else {})


def receipt(told: Told, root: str) -> Receipt:
    """Return the receipt of a post that was taken. What waits for a moderator has no id yet, and the same status.
    Raises Unclear when the answer names no post."""
    if within(told.document, "response", "queued") is True:
        return Receipt(state=ReceiptState.QUEUED)
    post_id = text(within(told.document, "response", "pid"))
    if post_id is None:
        raise Unclear("The forum took the answer and did not name the post.")
    return Receipt(PostId(post_id), addresses.post_url(root, post_id))


def new_message(draft: Draft, account: str | None) -> dict[str, object]:
    """Return the document that writes into a chat."""
    payload: dict[str, object] = {"message": draft.text}
    return payload | ({"_uid": account} if account is not None else {})


def new_room(to: str, account: str | None) -> dict[str, object]:
    """Return the document that opens a chat with a member, in which nothing stands yet."""
    return {"uids": [int(to)]} | ({"_uid": account} if account is not None else {})


def room(told: Told) -> str:
    """Return the number of a chat that was opened. Raises Retry when it is not named: nobody sees an empty chat."""
    found = text(within(told.document, "response", "roomId"))
    if found is None:
        raise Retry("The forum opened a chat and did not name it.")
    return found


def message_receipt(told: Told, root: str) -> Receipt:
    """Return the receipt of a message. Raises Unclear when the answer names none."""
    message_id = text(within(told.document, "response", "messageId")) or text(within(told.document, "response", "mid"))
    if message_id is None:
        raise Unclear("The forum took the message and did not name it.")
    return Receipt(PostId(message_id), f"{root}/message/{message_id}")


def words(told: Told) -> str:
    """Return what the forum says is wrong."""
    said = text(within(told.document, "status", "message")) or text(within(told.document, "error"))
    return said or f"status {told.status}"


def answers_no_post(told: Told) -> bool:
    """Whether nothing was taken because the post that is answered is gone."""
    return _NO_SUCH_POST.search(words(told)) is not None


def refusal(told: Told) -> BridgeError:
    """Return why nothing was posted."""
    said = words(told)
    if (wait := _WAIT.search(said)) is not None:
        unit = timedelta(minutes=1) if wait["unit"] == "minute" else timedelta(seconds=1)
        return Retry(f"The forum wants us to wait: {said}", after=int(wait["count"]) * unit)
    if _BUSY.search(said) is not None:
        return Retry(f"The forum wants us to wait: {said}")
    return NotPosted(f"The forum did not take the answer: {said}")
