"""Vanilla's webhooks (the hosted product: Settings, Webhooks). Pure.

https://success.vanillaforums.com, webhooks: `X-Vanilla-Signature` is the HMAC-SHA1 of the body."""

from __future__ import annotations

from forum_bridge.forums.api import bell
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.pushed import Hint, PushRequest


def proof(request: PushRequest, secret: bytes) -> bool:
    """Say whether the body is signed with the webhook's secret."""
    return bell.signed(request, secret, "X-Vanilla-Signature", "sha1")


def hints(told: object) -> tuple[Hint, ...]:
    """Return the discussion that an event is about; none for what is neither a comment's nor a discussion's."""
    named = (text(within(told, "payload", kind, "discussionID")) for kind in ("comment", "discussion"))
    found = next((each for each in named if each is not None), None)
    return (Hint(found),) if found is not None else ()
