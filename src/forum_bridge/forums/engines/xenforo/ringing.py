"""XenForo's webhooks (2.3: Setup, Webhooks). They show the secret itself, so they have to come by https. Pure.

https://docs.xenforo.com, webhooks."""

from __future__ import annotations

from forum_bridge.forums.api import bell
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.pushed import Hint, PushRequest

_CONVERSATIONS = frozenset({"conversation_message", "conversation"})


def proof(request: PushRequest, secret: bytes) -> bool:
    """Say whether the webhook's secret stands in its header."""
    return bell.same(request.headers.get("XF-Webhook-Secret", ""), secret.decode())


def hints(told: object) -> tuple[Hint, ...]:
    """Return the thread that an event is about; none for what is no post's, thread's or conversation's."""
    kind = text(within(told, "content_type"))
    if kind == "thread":
        return (Hint(text(within(told, "content_id"))),)
    if kind == "post":
        return (Hint(text(within(told, "data", "thread_id"))),)
    return (Hint(),) if kind in _CONVERSATIONS else ()
