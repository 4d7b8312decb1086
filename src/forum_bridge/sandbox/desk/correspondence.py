"""What is written into a case: customers' messages, agents' replies, notes. Decides who may write and what goes to the
channel's webhook; knows no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.account import Agent
from forum_bridge.sandbox.desk.agenda import Agenda
from forum_bridge.sandbox.desk.announcer import MESSAGE_DELETE, MESSAGE_EDIT, Announcer
from forum_bridge.sandbox.desk.casework import Casework
from forum_bridge.sandbox.desk.chats import Chats
from forum_bridge.sandbox.desk.history import History
from forum_bridge.sandbox.desk.records import Case, Message, Status, Upload
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables

RULE = "Otomatik yanıt (ID - 1)"


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody wrote: text or HTML (HTML wins), files, the time if it is back-dated, and for an agent's reply the
    time when it shall be sent."""

    content: str = ""
    html: str = ""
    files: Sequence[Upload] = ()
    created_at: datetime | None = None
    send_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written at all."""
        return not (self.content or self.html or self.files)


class Correspondence:
    """Writes messages into cases."""

    def __init__(
        self,
        tables: Tables,
        casework: Casework,
        chats: Chats,
        history: History,
        announcer: Announcer,
        agenda: Agenda,
        switches: Switches,
        clock: Clock,
    ) -> None:
        self._tables = tables
        self._casework = casework
        self._chats = chats
        self._history = history
        self._announcer = announcer
        self._agenda = agenda
        self._switches = switches
        self._clock = clock

    def open_with(self, case: Case, writing: Writing) -> Message | None:
        """Store the first message of a new case, if there is one; its status stays as it was opened."""
        message = None
        if not writing.is_empty:
            message = self._store(case, writing, user_id=case.user_id)
            case.files = list(message.files)
        self._history.opened(case)
        return message

    def by_customer(self, ref: int | str, user_id: int, writing: Writing) -> Message:
        """Append a customer's message; a closed or waiting case opens, by switch, and a blocked customer's lands in
        spam. Codes: ``case_not_found``, ``user_not_found`` (also for a customer whose case it is not, or who is
        disabled, by switch), ``empty_content``, and for a chat those of ``Chats.receiving``."""
        case = self._casework.writable(ref)
        user = self._tables.user(user_id)
        foreign = user_id not in self._customers(case) and not self._switches.foreign_user_accepted
        if foreign or (user.deleted and not self._switches.disabled_user_accepted):
            raise Refusal("user_not_found")
        case = self._chats.receiving(case)
        message = self._store(case, writing, user_id=user.user_id)
        closed, waiting = case.status is Status.CLOSED, case.status is Status.WAITING
        reopens = (closed and self._chats.reopens(case)) or (waiting and self._switches.reopen_waiting_on_append)
        case.spam = case.spam or not user.active
        self._casework.reply_came(case, message.sent_at, Status.OPEN if reopens else None, f"user_{user_id}")
        if self._switches.webhook_customers:
            self._announcer.announce(case, message)
        return message

    def by_agent(
        self, ref: int | str, staff_id: int, writing: Writing, *, via_rule: bool = False, from_api: bool = False
    ) -> Message:
        """Append an agent's (or a rule's) reply and put it on its way to the webhook, a deferred one when it is due.
        Codes: ``case_not_found``, ``staff_not_found``, ``staff_not_active``, ``staff_has_not_access``,
        ``empty_content``."""
        case = self._casework.writable(ref)
        author = 0 if via_rule and self._switches.webhook_rule_staff_zero else staff_id
        if not via_rule:
            check_access(self._tables.agent(staff_id), case)
        message = self._store(case, writing, staff_id=author, via_rule=via_rule, from_api=from_api)
        done_by = "rule_1" if via_rule else f"staff_{staff_id}"
        if writing.send_at is not None and writing.send_at > self._clock():
            message.sent_at = writing.send_at
            self._agenda.at(message.sent_at, partial(self._send_deferred, message.message_id, done_by))
            self._casework.touched(case)
        else:
            self._send(case, message, done_by)
        return message

    def note(self, ref: int | str, staff_id: int, writing: Writing, *, from_api: bool = False) -> Message:
        """Append an internal note; the webhook hears of it only by switch."""
        case = self._casework.writable(ref)
        check_access(self._tables.agent(staff_id), case)
        message = self._store(case, writing, staff_id=staff_id, from_api=from_api, note=True)
        self._casework.touched(case)
        if self._switches.webhook_notes:
            self._announcer.announce(case, message)
        return message

    def message(self, case: Case, message_id: int) -> Message:
        """Return one message of a case; ``Refusal("message_not_found")``."""
        message = self._tables.messages.get(message_id)
        if message is None or message.case_id != case.case_id:
            raise Refusal("message_not_found")
        return message

    def edit(self, case: Case, message: Message, writing: Writing) -> None:
        """Replace the text of a message; the webhook hears of it only by switch."""
        message.content, message.content_html = "" if writing.html else writing.content, writing.html
        self._casework.touched(case)
        self._announcer.announce(case, message, MESSAGE_EDIT)

    def delete(self, case: Case, message: Message) -> None:
        """Take a message away, before it is sent if it is deferred; the webhook hears of it only by switch."""
        self._tables.drop_message(message)
        self._casework.touched(case)
        self._announcer.announce(case, message, MESSAGE_DELETE)

    def _send_deferred(self, message_id: int, done_by: str) -> None:
        """Send a reply whose time has come, unless it or its case has vanished; a merged one goes from where it is."""
        message = self._tables.messages.get(message_id)
        if message is not None:
            self._send(self._tables.cases[message.case_id], message, done_by)

    def _send(self, case: Case, message: Message, done_by: str) -> None:
        if message.via_rule:
            self._history.record(case, "rules", done_by, RULE)
        status = Status.WAITING if self._switches.waiting_after_agent_reply else None
        self._casework.reply_came(case, message.sent_at, status, done_by)
        self._announcer.announce(case, message)

    def _customers(self, case: Case) -> set[int]:
        """Whose case it is: its user, the profiles linked with them, and the users of cases merged into it."""
        users = {case.user_id}
        users |= {child.user_id for child in self._tables.absorbed_by(case)}
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
        if writing.is_empty:
            raise Refusal("empty_content")
        at = writing.created_at or self._clock()
        message = Message(self._tables.ids.message.draw(), case.case_id, at, at, user_id, staff_id)
        message.content, message.content_html = "" if writing.html else writing.content, writing.html
        message.via_rule, message.from_api, message.note = via_rule, from_api, note
        message.files = [self._tables.keep(upload) for upload in writing.files]
        self._tables.add_message(message)
        return message


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
