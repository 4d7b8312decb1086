"""What Vanilla is handed to write a comment or a message, and what its answers mean. Pure.

https://github.com/vanilla/vanilla, applications/vanilla/controllers/api/CommentsApiController.php (post),
applications/conversations/controllers/api, ConversationsApiController.php and MessagesApiController.php (post),
library/Vanilla/FloodControlTrait.php."""

from __future__ import annotations

import re
from datetime import timedelta

from forum_bridge.errors import BridgeError, Forbidden, NotPosted, Retry, Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.engines.vanilla import addresses
from forum_bridge.model import PostId, Receipt, ReceiptState, ThreadRef

TO_COMMENT = "The account needs the right to add comments in that category."
TO_CONVERSE = "The account needs the permission to start conversations."
_NUMBERS = re.compile(r"\d+")


def new_comment(thread: ThreadRef, body: str) -> dict[str, object]:
    """Return the document that creates a comment."""
    return {"discussionID": int(thread.id), "body": body, "format": "markdown"}


def receipt(told: Told, thread: ThreadRef) -> Receipt:
    """Return the receipt of a comment that was created, or that waits for a moderator (202) and has no id yet. Raises
    Unclear when the answer does not name it."""
    comment_id = text(within(told.document, "commentID"))
    if comment_id is None and told.status == 202:
        return Receipt(state=ReceiptState.QUEUED)
    if comment_id is None:
        raise Unclear("The forum took the answer and did not name the comment.")
    return Receipt(PostId(comment_id), addresses.permalink(addresses.discussion(thread.url).root, comment_id))


def new_conversation(people: list[str], subject: str) -> dict[str, object]:
    """Return the document that opens a conversation, in which nothing stands yet. The subject counts where the forum
    shows subjects and its version takes them (Conversations.Subjects.Visible)."""
    return {"participantUserIDs": [int(each) for each in people], "name": subject}


def conversation_id(told: Told) -> str:
    """Return the number of a conversation that was opened. Raises Retry when it is not named: it is found the next
    time, and nothing stands in it."""
    found = text(within(told.document, "conversationID"))
    if found is None:
        raise Retry("The forum opened a conversation and did not name it.")
    return found


def new_message(conversation_id: str, body: str) -> dict[str, object]:
    """Return the document that writes into a conversation."""
    return {"conversationID": int(conversation_id), "body": body, "format": "markdown"}


def message_receipt(told: Told, url: str) -> Receipt:
    """Return the receipt of a message in the conversation at ``url``. Raises Unclear when the answer names none."""
    message_id = text(within(told.document, "messageID"))
    if message_id is None:
        raise Unclear("The forum took the message and did not name it.")
    return Receipt(PostId(message_id), addresses.message(url, message_id))


def refusal(told: Told, right: str = TO_COMMENT) -> BridgeError:
    """Return why nothing was posted; ``right`` is which one that took. Haste is told in words of the forum's
    language alone, which name three numbers: how many, within how many seconds, and how many seconds to wait."""
    fault = text(within(told.document, "errors", 0, "message"))
    why = fault or text(within(told.document, "message")) or f"status {told.status}"
    if told.status in (401, 403):
        return Forbidden(f"The forum did not let our account write: {why}", explanation=right)
    numbers = _NUMBERS.findall(why)
    if told.status in (400, 422) and (len(numbers) == 3 or (fault is not None and "spam block" in why and numbers)):
        return Retry(f"The forum wants us to wait: {why}", after=timedelta(seconds=int(numbers[-1][:6])))
    return NotPosted(f"The forum did not take the answer: {why}")
