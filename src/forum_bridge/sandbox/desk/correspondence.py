"""What is written into a case: customers' messages, agents' replies, notes. Decides who may write and what goes to the
channel's webhook; knows no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.casework import Casework
from forum_bridge.sandbox.desk.event import MESSAGE_NEW, encoded, event
from forum_bridge.sandbox.desk.records import Agent, Case, Message, Status, Upload
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables
from forum_bridge.sandbox.desk.webhook import Webhooks


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody wrote: text or HTML (HTML wins), files, and the time if it is back-dated."""

    content: str = ""
    html: str = ""
    files: Sequence[Upload] = ()
    created_at: datetime | None = None


class Correspondence:
    """Writes messages into cases."""

    def __init__(
        self, tables: Tables, casework: Casework, webhooks: Webhooks, switches: Switches, clock: Clock
    ) -> None:
        self.base_url = ""
        self._tables = tables
        self._casework = casework
        self._webhooks = webhooks
        self._switches = switches
        self._clock = clock

    def open_with(self, case: Case, writing: Writing) -> Message:
        """Store the first message of a new case; its status stays as it was opened."""
        message = self._store(case, writing, user_id=case.user_id)
        case.files = list(message.files)
        return message

    def by_customer(self, ref: int | str, user_id: int, writing: Writing) -> Message:
        """Append a customer's message; a closed or waiting case opens, by switch. Codes: ``case_not_found``,
        ``user_not_found`` (also for a customer whose case it is not, by switch), ``empty_content``."""
        case = self._casework.writable(ref)
        user = self._tables.user(user_id)
        if user_id not in self._customers(case) and not self._switches.foreign_user_accepted:
            raise Refusal("user_not_found")
        message = self._store(case, writing, user_id=user.user_id)
        closed, waiting = case.status is Status.CLOSED, case.status is Status.WAITING
        reopens = (closed and self._switches.reopen_on_append) or (waiting and self._switches.reopen_waiting_on_append)
        self._casework.reply_came(case, message.sent_at, Status.OPEN if reopens else None, f"user_{user_id}")
        return message

    def by_agent(
        self, ref: int | str, staff_id: int, writing: Writing, *, via_rule: bool = False, from_api: bool = False
    ) -> Message:
        """Append an agent's (or a rule's) reply and put it on its way to the webhook. Codes: ``case_not_found``,
        ``staff_not_found``, ``staff_not_active``, ``staff_has_not_access``, ``empty_content``."""
        case = self._casework.writable(ref)
        author = 0 if via_rule and self._switches.webhook_rule_staff_zero else staff_id
        if not via_rule:
            check_access(self._tables.agent(staff_id), case)
        message = self._store(case, writing, staff_id=author, via_rule=via_rule, from_api=from_api)
        status = Status.WAITING if self._switches.waiting_after_agent_reply else None
        done_by = "rule_1" if via_rule else f"staff_{staff_id}"
        self._casework.reply_came(case, message.sent_at, status, done_by)
        self._announce(case, message)
        return message

    def note(self, ref: int | str, staff_id: int, writing: Writing, *, from_api: bool = False) -> Message:
        """Append an internal note; the webhook hears of it only by switch."""
        case = self._casework.writable(ref)
        check_access(self._tables.agent(staff_id), case)
        message = self._store(case, writing, staff_id=staff_id, from_api=from_api, note=True)
        self._casework.touched(case)
        if self._switches.webhook_notes:
            self._announce(case, message)
        return message

    def message(self, case: Case, message_id: int) -> Message:
        """Return one message of a case; ``Refusal("message_not_found")``."""
        message = self._tables.messages.get(message_id)
        if message is None or message.case_id != case.case_id:
            raise Refusal("message_not_found")
        return message

    def edit(self, case: Case, message: Message, writing: Writing) -> None:
        """Replace the text of a message; the webhook hears nothing of it [inferred]."""
        message.content, message.content_html = "" if writing.html else writing.content, writing.html
        self._casework.touched(case)

    def delete(self, case: Case, message: Message) -> None:
        """Take a message away; the webhook hears nothing of it [inferred]."""
        del self._tables.messages[message.message_id]
        self._casework.touched(case)

    def _customers(self, case: Case) -> set[int]:
        """Whose case it is: its user, the profiles linked with them, and the users of cases merged into it."""
        users = {case.user_id}
        users |= {child.user_id for child in self._tables.cases.values() if child.parent_case_id == case.case_id}
        return users.union(*(self._tables.users[user].linked for user in users if user in self._tables.users))

    def _store(
        self,
        case: Case,
        writing: Writing,
        *,
        user_id: int = 0,
        staff_id: int = 0,
        via_rule: bool = False,
        from_api: bool = False,
        note: bool = False,
    ) -> Message:
        if not (writing.content or writing.html or writing.files):
            raise Refusal("empty_content")
        at = writing.created_at or self._clock()
        message = Message(self._tables.ids.message.draw(), case.case_id, at, at, user_id, staff_id)
        message.content, message.content_html = "" if writing.html else writing.content, writing.html
        message.via_rule, message.from_api, message.note = via_rule, from_api, note
        message.files = [self._tables.keep(upload) for upload in writing.files]
        self._tables.messages[message.message_id] = message
        return message

    def _announce(self, case: Case, message: Message) -> None:
        channel = self._tables.channels.get(case.channel)
        if channel is None:  # an e-mail case: no webhook
            return
        values = event(message, case, self._tables.users.get(case.user_id), self._switches, self.base_url)
        stray = self._switches.webhook_stray_type
        for kind in (stray, MESSAGE_NEW) if stray else (MESSAGE_NEW,):
            body, content_type = encoded(kind, values, as_json=self._switches.webhook_json)
            self._webhooks.send(channel.webhook_url, message.message_id, case.case_id, body, content_type)


def can_see(agent: Agent, case: Case) -> bool:
    """Return whether the agent's rights cover the case's channel and group."""
    sees_channel = agent.channels is None or case.channel in agent.channels
    return sees_channel and (agent.groups is None or not case.group_id or case.group_id in agent.groups)


def check_access(agent: Agent, case: Case) -> None:
    """Refuse an agent who is disabled or may not see the case's channel or group."""
    if not agent.active:
        raise Refusal("staff_not_active")
    if not can_see(agent, case):
        raise Refusal("staff_has_not_access")
