"""An agent's answer as an owner gets it, and what the owner's answer to it means (docs/push.openapi.yaml). Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from forum_bridge.errors import BridgeError, Forbidden, NotPosted, Retry, Unclear, WatchTrouble
from forum_bridge.forums.api.document import text, within
from forum_bridge.markup.text import plain_text
from forum_bridge.model import PRIVATE, Draft, PostId, Quote, Receipt, ThreadRef
from forum_bridge.web.address import shown
from forum_bridge.web.exchange import Answer
from forum_bridge.web.retry_after import http_date, retry_after

_OVERLOADED = frozenset({408, 425, 429, 502, 503, 504})  # nobody has looked at the answer, or it may be sent again soon
_SIGNATURE = frozenset({401, 403, 407})


def document(thread: ThreadRef, draft: Draft, now: datetime) -> bytes:
    """Return the body that carries an answer."""
    data = {
        "id": draft.key,
        "thread": {
            "id": thread.id.removeprefix(PRIVATE) if thread.private else thread.id,
            "url": thread.url,
            "title": thread.title,
            "private": thread.private,
        },
        "in_reply_to": _answered(draft.to, private=thread.private) if draft.to else None,
        "agent": {"name": draft.agent} if draft.agent else None,
        "html": draft.text,
        "text": plain_text(draft.text),
    }
    told = {"type": "answer.created", "timestamp": now.astimezone(UTC).isoformat(timespec="seconds"), "data": data}
    return json.dumps(told, ensure_ascii=False).encode()


def receipt(answer: Answer, thread: ThreadRef) -> Receipt:
    """Return the receipt of an answer that was taken; its post's id and address where the owner tells them. Raises the
    error that any other status is."""
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    told = _json(answer)
    post_id, url = text(within(told, "id")), text(within(told, "url"))
    kept = f"{PRIVATE}{post_id}" if thread.private else post_id
    return Receipt(PostId(kept) if post_id and kept else None, url or thread.url)


def _refusal(answer: Answer) -> BridgeError:
    status, place = answer.status, shown(answer.url)
    said = text(within(_json(answer), "error")) or f"status {status}"
    if status in _OVERLOADED:
        now = http_date(answer.headers.get("Date", "")) or datetime.now(UTC)
        return Retry(f"{place} answered {status}.", after=retry_after(answer.headers, now))
    if status >= 500:
        return Unclear(f"{place} answered {status}.")
    if status in _SIGNATURE:
        return Forbidden(
            f"{place} answered {status}: {_shortened(said)}",
            explanation="Compare options.secret and the clocks of both servers; the answer waits.",
        )
    if status < 400:
        return WatchTrouble(
            f"{place} answered {status} and leads elsewhere, where an answer is not sent.",
            explanation="Set options.answers_to to the address that takes answers.",
        )
    return NotPosted(f"The forum did not take the answer: {_shortened(said)}")


def _answered(to: Quote, *, private: bool) -> dict[str, object]:
    post_id = to.post_id.removeprefix(PRIVATE) if private else to.post_id
    return {"id": post_id, "url": to.url, "author": {"id": to.author.id, "name": to.author.name}}


def _json(answer: Answer) -> object:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _shortened(said: str) -> str:
    return " ".join(said.split())[:300]
