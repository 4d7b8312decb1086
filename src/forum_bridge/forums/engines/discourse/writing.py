"""What Discourse is handed to write a post, and what its answers mean. Pure.

https://github.com/discourse/discourse, app/controllers/posts_controller.rb."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from forum_bridge.errors import BridgeError, FilesRefused, Forbidden, NotPosted, Unclear
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import number, text, within, words
from forum_bridge.forums.engines.discourse import addresses, cooked
from forum_bridge.forums.html.files import left_out
from forum_bridge.model import Author, Draft, PostId, Receipt, ReceiptState, ThreadRef, Upload

REMEMBERS = timedelta(seconds=120)
"""For so long the same write is answered with what it led to the first time, a post or a refusal."""


def new_post(thread: ThreadRef, draft: Draft, raw: str, *, unchecked: bool) -> dict[str, object]:
    """Return the document that creates the post of a draft with the text ``raw``; `unchecked` asks not to apply the
    rules for lengths and repetitions."""
    return {"topic_id": int(thread.id)} | _text(draft, raw, unchecked=unchecked)


def new_message(to: Author, subject: str, draft: Draft, *, unchecked: bool) -> dict[str, object]:
    """Return the document that opens a personal message to a member, whose name has been looked up."""
    asked: dict[str, object] = {"archetype": "private_message", "target_recipients": to.name, "title": subject}
    return asked | _text(draft, draft.text, unchecked=unchecked)


def mark(draft: Draft) -> str:
    """Return what tells a draft from another one of the same text. Discourse keeps it of new topics alone, and of every
    write it counts among what makes two of them the same (`signature_for`); it may have 50 letters."""
    return f"forum-bridge-{hashlib.sha256(draft.key.encode()).hexdigest()[:32]}"


def _text(draft: Draft, raw: str, *, unchecked: bool) -> dict[str, object]:
    key = {"external_id": mark(draft)} if draft.key else {}
    return {"raw": raw} | key | ({"skip_validations": True} if unchecked else {})


def receipt(told: Told, root: str, draft: Draft) -> Receipt:
    """Return the receipt of a post that was created on the forum at ``root``, or that waits for a moderator and has no
    id yet. Raises Unclear when the answer does not name it."""
    if within(told.document, "action") == "enqueued":
        return Receipt(state=ReceiptState.QUEUED)
    post_id, place = text(within(told.document, "id")), number(within(told.document, "post_number"))
    topic_id = text(within(told.document, "topic_id"))
    if post_id is None or place is None or topic_id is None:
        raise Unclear("The forum took the answer and did not name the post.")
    url = addresses.permalink(f"{root}/t/{topic_id}", place, post_id)
    hung = cooked.attachments(text(within(told.document, "cooked")) or "", url)
    return Receipt(PostId(post_id), url, without=left_out(draft.files, hung))


def uploaded(told: Told, file: Upload) -> str:
    """Return the address at which a file may stand in a post. Raises FilesRefused: it is not taken."""
    address = text(within(told.document, "short_url"))
    if told.taken and address is not None:
        return address
    raise FilesRefused(f"The forum does not take {file.name}: {words(told.document) or f'status {told.status}'}")


def refusal(told: Told) -> BridgeError:
    """Return why nothing was posted: Forbidden where the key or the account is the reason."""
    why = words(told.document) or f"status {told.status}"
    if told.status in (401, 403):
        return Forbidden(
            f"The forum did not let our account write: {why}",
            explanation="The API key needs the scope topics: write, and the account the right to answer there.",
        )
    return NotPosted(f"The forum did not take the answer: {why}")
