"""What Deskie's webhook brought: an agent's answer, an internal note, or something that is none of our business. Pure,
from bytes; knows no request, publishes nothing.

The body follows what receivers in the field read: `type` and `object[…]` as a PHP form, flags as 0/1; Deskie documents
the fields' meaning ("custom communication channels", items 5 and 6) but shows the body only as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forum_bridge.deskie.answer_body import body_of
from forum_bridge.deskie.fields import read_fields
from forum_bridge.deskie.reading import attachments
from forum_bridge.deskie.trouble import BadWebhook
from forum_bridge.deskie.values import Misshapen, clearly_no, flag, mapping, parse, text, whole
from forum_bridge.model import Attachment, Json

MESSAGE = "message_new"


class Origin(StrEnum):
    """Who brought an answer about: an agent's hand, an automation rule, or a program over the API. Where no webhook
    told, it may be the hand or the program."""

    AGENT = "agent"
    RULE = "rule"
    API = "api"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    """An answer meant for the customer. At least one of ``case_id`` and ``custom_user_id`` is there; ``staff_id`` is 0
    when nobody in person wrote it. ``body`` may be empty: files only, or a text the webhook did not carry. No webhook
    tells when it was written."""

    message_id: int
    case_id: int | None
    staff_id: int
    user_id: int | None
    custom_user_id: str | None
    body: str
    is_html: bool
    attachments: tuple[Attachment, ...]
    origin: Origin
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InternalNote:
    """A note among agents. It has no body at all, so nothing can publish one by mistake."""

    message_id: int
    case_id: int | None


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that the bridge has no use for; to be answered 200."""

    reason: str


def decode(content_type: str, body: bytes) -> AgentAnswer | InternalNote | Ignored:
    """Decode a webhook's body; ``content_type`` is the header as it came, possibly wrong or empty.

    Raises BadWebhook for what is unreadable, has no message id, or names neither a case nor a customer. Anything but a
    clear no in `note` (false, 0, "" or absent) makes it a note. An absent `type` is taken for a new message.
    """
    try:
        return _decoded(read_fields(content_type, body))
    except Misshapen as fault:
        raise BadWebhook(f"The webhook's body cannot be read: {fault}.") from fault


def _decoded(root: Json) -> AgentAnswer | InternalNote | Ignored:
    kind = text(root.get("type")).strip()
    if kind not in {"", MESSAGE}:
        return Ignored(f"the type {kind[:60]!r} is not a new message")
    message = _object(root)
    message_id, case_id = whole(message.get("message_id")), whole(message.get("case_id")) or None
    if not message_id:
        raise Misshapen("there is no message_id")
    if not (clearly_no(message.get("note")) and clearly_no(root.get("note"))):
        return InternalNote(message_id, case_id)
    custom_user_id = text(message.get("custom_user_id")) or text(message.get("user_custom_id")) or None
    if case_id is None and custom_user_id is None:
        raise Misshapen("there is neither a case_id nor a custom_user_id")
    shown, is_html = body_of(text(message.get("content_html")), text(message.get("content")))
    return AgentAnswer(
        message_id=message_id,
        case_id=case_id,
        staff_id=whole(message.get("staff_id")) or 0,
        user_id=whole(message.get("user_id")) or None,
        custom_user_id=custom_user_id,
        body=shown,
        is_html=is_html,
        attachments=attachments(message.get("attachments")),
        origin=_origin(message),
    )


def _object(root: Json) -> Json:
    if "object" not in root:
        return root
    inner = root["object"]
    return mapping(parse(inner) if isinstance(inner, str) and inner.strip() else inner)


def _origin(message: Mapping[str, object]) -> Origin:
    if flag(message.get("b_from_api")):
        return Origin.API
    return Origin.RULE if flag(message.get("sent_via_rule")) else Origin.AGENT
