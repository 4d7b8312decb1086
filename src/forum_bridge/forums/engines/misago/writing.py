"""What Misago's answers to a write mean. Pure.

https://github.com/rafalp/Misago, misago/threads/api/threadposts.py and postingendpoint."""

from __future__ import annotations

from collections.abc import Mapping

from forum_bridge.errors import Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.engines.misago import documents
from forum_bridge.model import PostId, Receipt, ReceiptState

CSRF = "CSRF Failed"  # how rest_framework/authentication.py begins, in every language


def receipt(told: Told, without: tuple[str, ...] = ()) -> Receipt:
    """Return the receipt of a post that was created. Raises Unclear when the answer does not name it."""
    post_id = text(within(told.document, "id"))
    if post_id is None:
        raise Unclear("The forum took the answer and did not name the post.")
    waits = within(told.document, "is_unapproved") is True
    url = documents.post_address(told.document, told.page.url)
    return Receipt(PostId(post_id), url, ReceiptState.QUEUED if waits else ReceiptState.POSTED, without)


def words(told: Told) -> str:
    """Return what the forum says is wrong, in its own language: ``detail``, or the first fault of a field."""
    if detail := text(within(told.document, "detail")):
        return detail
    faults = told.document.values() if isinstance(told.document, Mapping) else ()
    found = (text(within(fault, 0)) or text(fault) for fault in faults)
    return next((each for each in found if each), f"status {told.status}")
