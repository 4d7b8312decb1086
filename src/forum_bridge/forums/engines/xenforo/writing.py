"""What XenForo's API is handed to write a post, and what its answers mean. Pure.

Errors: https://docs.xenforo.com/api, "Error handling"; their codes are the names of the forum's own phrases."""

from __future__ import annotations

import re
from datetime import timedelta

from forum_bridge.errors import BridgeError, FilesRefused, Forbidden, NotPosted, Retry, Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import node, number, text, within, words
from forum_bridge.forums.engines.xenforo import documents
from forum_bridge.forums.engines.xenforo.addresses import Addresses, permalink
from forum_bridge.forums.engines.xenforo.conversations import conversation
from forum_bridge.forums.html.files import left_out
from forum_bridge.model import Draft, PostId, Receipt, ReceiptState, ThreadRef, Upload

_WAIT = re.compile(r"must_wait")
_KEY = re.compile(r"^(?:api_key_|no_api_key|user_id_not_|missing_scope)")


def receipt(told: Told, thread: ThreadRef, draft: Draft) -> Receipt:
    """Return the receipt of a post that was created. Raises Unclear when the answer does not name it."""
    created = within(told.document, "post")
    post_id = _named(within(created, "post_id"))
    url = permalink(text(within(created, "view_url")) or thread.url, post_id)
    state = ReceiptState.POSTED if within(created, "message_state") in (None, "visible") else ReceiptState.QUEUED
    hung = tuple(documents.attachments(node(created, "post")).values())
    return Receipt(post_id, url, state, left_out(draft.files, hung))


def message_receipt(told: Told) -> Receipt:
    """Return the receipt of a message in a conversation. Raises Unclear when the answer does not name it."""
    created = within(told.document, "message")
    return Receipt(_named(within(created, "message_id")), text(within(created, "view_url")))


def conversation_receipt(told: Told, addresses: Addresses) -> Receipt:
    """Return the receipt of the message that a conversation began with. Raises Unclear when the answer does not name
    it."""
    created = within(told.document, "conversation")
    message_id = _named(within(created, "first_message_id"))
    return Receipt(message_id, conversation(node(created, "conversation"), addresses).url)


def refusal(told: Told) -> BridgeError:
    """Return why nothing was posted: Forbidden where the key or the account may be the reason."""
    code = text(within(told.document, "errors", 0, "code")) or f"status {told.status}"
    why = words(told.document) or code
    if _WAIT.search(code):
        seconds = number(within(told.document, "errors", 0, "params", "count"))
        return Retry(f"The forum asks to wait: {why}", after=timedelta(seconds=seconds) if seconds else None)
    if told.status in (401, 403) or _KEY.match(code):
        return Forbidden(
            f"The forum did not let our account write: {why}",
            explanation="The API key needs the scope thread:write (for personal messages conversation:write), and the"
            " account the right to write there.",
        )
    return NotPosted(f"The forum did not take the answer: {why}")


def key(told: Told, file: Upload, known: str | None) -> str:
    """Return the key under which an uploaded file waits for its post. Raises FilesRefused, Retry: it was not taken."""
    if told.taken:
        found = text(within(told.document, "key")) or known
        if found is not None and text(within(told.document, "attachment", "attachment_id")) is not None:
            return found
    error = refusal(told)
    if isinstance(error, Retry):
        raise error
    raise FilesRefused(f"The forum does not take {file.name}: {words(told.document) or f'status {told.status}'}")


def _named(told: object) -> PostId:
    found = text(told)
    if found is None:
        raise Unclear("The forum took the answer and did not name the post.")
    return PostId(found)
