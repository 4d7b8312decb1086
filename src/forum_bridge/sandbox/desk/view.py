"""What the agent's screen shows of a case and of a message, ready for the templates. Changes nothing on the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from forum_bridge.sandbox.desk.records import Case, File, Message
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk
from forum_bridge.sandbox.look.clean import clean, paragraphs


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list. ``state`` names a text ``status.<state>``, ``hint`` begins its newest message."""

    case: Case
    customer: str
    state: str
    time: datetime
    hint: str
    unread: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer got to the channel's webhook: ``state`` names a text ``delivery.<state>``, ``status`` is HTTP's."""

    state: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file on a message: its name, and where it can be had."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """A message in the conversation. ``kind`` is ``customer``, ``agent``, ``rule`` or ``note``."""

    id: int
    kind: str
    author: str
    key: int
    html: Markup
    time: datetime
    files: tuple[Attached, ...] = ()
    delivery: Delivery | None = None


def customer_of(desk: Desk, user_id: int) -> str:
    """Return the customer's name; a purged one is named by number."""
    try:
        return desk.user(user_id).full_name or f"#{user_id}"
    except Refusal:
        return f"#{user_id}"


def state_of(case: Case) -> str:
    """Return where a case stands: ``trash`` and ``spam`` win over its status."""
    if case.deleted:
        return "trash"
    return "spam" if case.spam else str(case.status)


def row_of(desk: Desk, case: Case, read: int) -> Row:
    """Return a case as a row; a customer's message newer than message ``read`` makes it unread."""
    messages = desk.messages(case)
    newest = messages[-1] if messages else None
    hint = str(_html(newest).striptags())[:140] if newest else ""
    unread = any(message.user_id and message.message_id > read for message in messages)
    time = newest.sent_at if newest else case.created_at
    return Row(case, customer_of(desk, case.user_id), state_of(case), time, hint, unread)


def line_of(desk: Desk, message: Message) -> Line:
    """Return a message as a line of the conversation, strangers' HTML made harmless."""
    agent = desk.agents.get(message.staff_id)
    if message.user_id:
        kind, author = "customer", customer_of(desk, message.user_id)
    else:
        kind = "note" if message.note else "rule" if message.via_rule else "agent"
        author = agent.full_name if agent else ""
    return Line(
        message.message_id,
        kind,
        author,
        message.user_id or message.staff_id,
        _html(message),
        message.sent_at,
        tuple(_attached(file) for file in message.files),
        _delivery(desk, message) if kind in {"agent", "rule"} else None,
    )


def _html(message: Message) -> Markup:
    return clean(message.content_html) if message.content_html else paragraphs(message.content)


def _attached(file: File) -> Attached:
    elsewhere = not file.data and file.url.startswith(("http://", "https://"))
    return Attached(file.name, file.url if elsewhere else f"/files/{file.file_id}")


def _delivery(desk: Desk, message: Message) -> Delivery:
    deliveries = desk.deliveries_of(message.message_id)
    if not deliveries or not deliveries[-1].url:
        return Delivery("none")
    last = deliveries[-1]
    if not last.attempts:
        return Delivery("pending")
    if last.accepted:
        return Delivery("sent", last.status)
    return Delivery("failed" if last.done else "retrying", last.status)
