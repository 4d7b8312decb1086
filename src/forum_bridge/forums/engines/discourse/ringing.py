"""Discourse's webhooks (Admin, API, Webhooks). Pure.

https://github.com/discourse/discourse, app/jobs/regular/emit_web_hook_event.rb."""

from __future__ import annotations

from forum_bridge.forums.api import bell
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.pushed import Hint, PushRequest


def proof(request: PushRequest, secret: bytes) -> bool:
    """Say whether the body is signed with the webhook's secret."""
    return bell.signed(request, secret, "X-Discourse-Event-Signature", "sha256")


def hints(told: object) -> tuple[Hint, ...]:
    """Return the topic that an event is about; none for a ping and for what is no post's."""
    topic_id = text(within(told, "post", "topic_id")) or text(within(told, "topic", "id"))
    return (Hint(topic_id),) if topic_id is not None else ()
