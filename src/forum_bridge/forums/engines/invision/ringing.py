"""Invision's webhooks (System, REST & OAuth, Webhooks). They are not signed: an address that nobody can guess has to
do. Pure."""

from __future__ import annotations

from forum_bridge.forums.api import bell
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.pushed import Hint, PushRequest


def proof(request: PushRequest, secret: bytes) -> bool:
    """Say whether the secret stands in the address."""
    return bell.same(request.token, secret.decode())


def hints(told: object) -> tuple[Hint, ...]:
    """Return the topic of a post, or the topic itself; somewhere, for all else."""
    topic_id = text(within(told, "item_id"))
    if topic_id is None and within(told, "firstPost") is not None:
        topic_id = text(within(told, "id"))
    return (Hint(topic_id),)
