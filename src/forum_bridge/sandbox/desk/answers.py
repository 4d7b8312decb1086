"""Records as Deskie's JSON: names, order and shapes of the API (fact sheet, sections 1–6 and 11). Decides nothing."""

from __future__ import annotations

from datetime import datetime

from forum_bridge.sandbox.desk.account import Agent, Channel, Group
from forum_bridge.sandbox.desk.envelope import Values
from forum_bridge.sandbox.desk.event import file_url
from forum_bridge.sandbox.desk.fields import date
from forum_bridge.sandbox.desk.records import Case, File, Message, Rating, User
from forum_bridge.sandbox.desk.state import Desk


class Shapes:
    """Writes the records of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def case(self, case: Case, *, with_files: bool = False) -> Values:
        """A case; its first message's files only in the answer to its creation."""
        channel, switches = self._desk.channels.get(case.channel), self._desk.switches
        speed: int | str = int((case.closed_at - case.created_at).total_seconds() // 60) if case.closed_at else "-"
        cc, bcc = ("recipient_cc", "recipient_bcc") if switches.older_copy_names else ("cc_emails", "bcc_emails")
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
            cc: "",
            bcc: "",
            "deleted": case.deleted,
            "spam": case.spam,
            "created_at": self._date(case.created_at),
            "updated_at": self._date(case.updated_at),
            "closed_at": self._date(case.closed_at),
            "last_response_at": self._date(case.last_response_at),
            "parent_case_id": case.parent_case_id if switches.parent_case_id_shown else 0,
            "closing_speed": str(speed) if switches.closing_speed_as_text else speed,
            "language_id": case.language_id,
            "custom_fields": self._custom_fields(case.custom_fields),
            "labels": case.labels,
            "locked_labels": [],
        }
        if with_files and case.files:
            values["attachments"] = [self._file(file) for file in case.files]
        return {**values, **_rating(case.rating)}

    def message(self, message: Message) -> Values:
        """A message or a note."""
        viewed = {"is_viewed": False} if self._desk.switches.messages_show_viewed else {}
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
            **viewed,
            **_rating(message.rating),
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
        switches = self._desk.switches
        linked = user.linked | {user.user_id} if switches.linked_users_include_self else user.linked
        custom = user.custom_id and not switches.user_type_is_channel
        return {
            "user_id": user.user_id,
            "user_full_name": user.full_name,
            "company_name": user.company_name,
            "company_position": user.company_position,
            "thumbnail": "",
            "confirmed": user.confirmed,
            "active": user.active,
            "deleted": user.deleted,
            "created_at": self._date(user.created_at),
            "updated_at": self._date(user.updated_at),
            "type": "custom_channel" if custom else user.channel,
            **contact,
            "user_note": user.note,
            "language_id": user.language_id,
            "custom_fields": self._custom_fields(user.custom_fields),
            "linked_users": sorted(linked),
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

    def group(self, group: Group) -> Values:
        """A group."""
        return {
            "group_id": group.group_id,
            "group_title": group.title,
            "group_from_name": group.from_name or group.title,
            "group_signature": group.signature,
            "active": group.active,
        }

    def changelog(self, case: Case) -> list[Values]:
        """A case's history, oldest first; a line of ``rules`` has no new value [code]."""
        lines: list[Values] = []
        for change in case.changes:
            line = {
                "created_at": self._date(change.created_at),
                "event": change.event,
                "done_by": change.done_by,
                "old_value": change.old_value,
            }
            lines.append(line if change.event == "rules" else line | {"value": change.value})
        return lines

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


def _rating(rating: Rating | None) -> Values:
    if rating is None:
        return {}
    return {"rating": rating.rating, "rating_comment": rating.comment, "rated_staff_id": rating.staff_id}
