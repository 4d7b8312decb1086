"""What Flarum is handed to write a post, and what its answers mean. Pure.

https://github.com/flarum/framework, Api/Controller/CreatePostController.php, Foundation/ErrorServiceProvider.php."""

from __future__ import annotations

from forum_bridge.errors import BridgeError, NotPosted, SignInNeeded, Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import number, text, within
from forum_bridge.model import PostId, Receipt, ReceiptState, ThreadRef

_SIGNED_OUT = frozenset({"not_authenticated", "csrf_token_mismatch", "invalid_access_token"})
_REASONS = {
    "permission_denied": "the discussion is locked, or our account may not answer there",
    "not_found": "the discussion does not exist any more",
}


def new_post(thread: ThreadRef, content: str) -> object:
    """Return the document that creates a post."""
    discussion = {"data": {"type": "discussions", "id": thread.id}}
    return {"data": {"type": "posts", "attributes": {"content": content}, "relationships": {"discussion": discussion}}}


def receipt(told: Told, thread: ThreadRef, without: tuple[str, ...] = ()) -> Receipt:
    """Return the receipt of a post that was created, ``without`` these files. Raises Unclear when the answer does not
    name it."""
    post_id, place = (
        text(within(told.document, "data", "id")),
        number(within(told.document, "data", "attributes", "number")),
    )
    if post_id is None:
        raise Unclear("The forum took the answer and did not name the post.")
    waits = within(told.document, "data", "attributes", "isApproved") is False
    url = f"{thread.url}/{place}" if place is not None else thread.url
    return Receipt(PostId(post_id), url, ReceiptState.QUEUED if waits else ReceiptState.POSTED, without)


def refusal(told: Told) -> BridgeError:
    """Return why nothing was posted. An access token that has run out counts as none, and then a form's token is
    missed."""
    code = text(within(told.document, "errors", 0, "code")) or f"status {told.status}"
    if told.status == 401 or code in _SIGNED_OUT:
        return SignInNeeded(f"The forum does not know us any more: {code}.")
    detail = text(within(told.document, "errors", 0, "detail")) or _REASONS.get(code)
    return NotPosted(f"The forum did not take the answer: {detail or code}.")
