"""Records as Deskie's JSON: names, order and shapes of the API (fact sheet, sections 1–6 and 11). Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from aiohttp import web

from forum_bridge.sandbox.desk.event import file_url
from forum_bridge.sandbox.desk.fields import date
from forum_bridge.sandbox.desk.records import Agent, Case, Channel, File, Message, User
from forum_bridge.sandbox.desk.state import Desk
from forum_bridge.sandbox.desk.switches import EmptyList

Values = Mapping[str, object]


def answer(values: object, status: int = 200) -> web.Response:
    """Return a JSON response, pretty-printed with 4 spaces as Deskie does."""
    text = json.dumps(values, indent=4, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json")


def refused(code: str, status: int) -> web.Response:
    """Return Deskie's error body."""
    return answer({"error": code}, status)


def numbered(wrapper: str, items: Sequence[Values], total: int, empty: EmptyList) -> web.Response:
    """Return a list as Deskie writes it: an object with numeric keys and ``total_count`` last; ``empty`` picks the
    shape of a list without items."""
    if items:
        return answer({str(n): {wrapper: item} for n, item in enumerate(items)} | {"total_count": total})
    shapes: dict[EmptyList, object] = {
        EmptyList.TOTAL: {"total_count": total},
        EmptyList.KEYED: {wrapper: []},
        EmptyList.OBJECT: {},
        EmptyList.ARRAY: [],
    }
    return answer(shapes[empty])


class Shapes:
    """Writes the records of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def case(self, case: Case, *, with_files: bool = False) -> Values:
        """A case; its first message's files only in the answer to its creation."""
        channel = self._desk.channels.get(case.channel)
        speed = int((case.closed_at - case.created_at).total_seconds() // 60) if case.closed_at else "-"
        values: dict[str, object] = {
            "case_id": case.case_id,
            "case_number": case.case_number,
            "subject": case.subject,
            "user_id": case.user_id,
            "staff_id": case.staff_id,
            "group_id": case.group_id,
            "status": case.status,
            "priority": case.priority,
            "channel": case.channel,
            "recipient": channel.title if channel else "",
            "cc_emails": "",
            "bcc_emails": "",
            "deleted": case.deleted,
            "spam": case.spam,
            "created_at": self._date(case.created_at),
            "updated_at": self._date(case.updated_at),
            "closed_at": self._date(case.closed_at),
            "last_response_at": self._date(case.last_response_at),
            "parent_case_id": case.parent_case_id,
            "closing_speed": speed,
            "language_id": case.language_id,
            "custom_fields": self._custom_fields(case.custom_fields),
            "labels": case.labels,
            "locked_labels": [],
        }
        if with_files and case.files:
            values["attachments"] = [self._file(file) for file in case.files]
        return values

    def message(self, message: Message) -> Values:
        """A message or a note."""
        return {
            "message_id": message.message_id,
            "user_id": message.user_id,
            "staff_id": message.staff_id,
            "content": message.content,
            "content_html": message.content_html,
            "attachments": [self._file(file) for file in message.files],
            "note": message.note,
            "sent_via_rule": message.via_rule,
            "created_at": self._date(message.created_at),
            "sent_at": self._date(message.sent_at),
        }

    def user(self, user: User) -> Values:
        """A user, with the contact fields that they have."""
        contact: dict[str, object] = {}
        if user.custom_id:
            contact |= {"user_custom_id": user.custom_id, "user_custom_channel": user.channel}
        if user.email:
            contact["user_email"] = user.email
        if user.phone:
            contact["user_phone"] = user.phone
        return {
            "user_id": user.user_id,
            "user_full_name": user.full_name,
            "company_name": user.company_name,
            "company_position": user.company_position,
            "thumbnail": "",
            "confirmed": False,
            "active": user.active,
            "deleted": user.deleted,
            "created_at": self._date(user.created_at),
            "updated_at": self._date(user.updated_at),
            "type": user.channel,
            **contact,
            "user_note": user.note,
            "language_id": user.language_id,
            "custom_fields": self._custom_fields(user.custom_fields),
            "linked_users": sorted(user.linked),
        }

    def staff(self, agent: Agent) -> Values:
        """An agent; their key is not in it."""
        return {
            "staff_id": agent.staff_id,
            "staff_email": agent.email,
            "staff_full_name": agent.full_name,
            "staff_signature": "",
            "staff_signature_chat": "",
            "thumbnail": agent.thumbnail,
            "active": agent.active,
            "status": "online" if agent.active else "offline",
        }

    def channel(self, channel: Channel) -> Values:
        """A custom channel."""
        return {
            "channel_id": channel.channel_id,
            "channel_api_key": channel.key,
            "title": channel.title,
            "channel_type": channel.type,
            "icon": channel.icon,
            "webhook_url": channel.webhook_url,
            "active": channel.active,
        }

    def changelog(self, case: Case) -> list[Values]:
        """A case's history, oldest first."""
        return [
            {
                "created_at": self._date(change.created_at),
                "event": change.event,
                "done_by": change.done_by,
                "old_value": change.old_value,
                "value": change.value,
            }
            for change in case.changes
        ]

    def _file(self, file: File) -> Values:
        return {
            "file_id": file.file_id,
            "file_name": file.name,
            "file_size": file.size,
            "mime_type": file.mime,
            "url": file_url(file, self._desk.base_url),
        }

    def _custom_fields(self, values: dict[str, object]) -> object:
        return values if values or not self._desk.switches.empty_custom_fields_as_list else []

    def _date(self, moment: datetime | None) -> str:
        return date(moment, self._desk.timezone)
