"""What can happen to a case: opened, changed, closed, trashed, merged, purged, each with its line of history. Knows
messages only as things that move along; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.records import Case, Change, Status, User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import AbsorbedWrite, Switches
from forum_bridge.sandbox.desk.tables import Tables, case_number

PRIORITIES = frozenset({"low", "normal", "high", "critical"})


@dataclass(frozen=True, slots=True)
class CaseFields:
    """What a request says about a case; None means it said nothing."""

    subject: str | None = None
    status: str | None = None
    priority: str | None = None
    staff_id: int | None = None
    group_id: int | None = None
    language_id: int | None = None
    custom_fields: Mapping[str, object] = field(default_factory=dict)
    labels: Sequence[int] | None = None
    add_labels: Sequence[int] = ()
    delete_labels: Sequence[int] = ()


class Casework:
    """Acts on the cases of a desk."""

    def __init__(self, tables: Tables, switches: Switches, clock: Clock, changed: Callable[[], None]) -> None:
        self._tables = tables
        self._switches = switches
        self._clock = clock
        self._changed = changed

    def open(self, user: User, values: CaseFields, created_at: datetime | None = None) -> Case:
        """Open a case for a user in the channel of their profile. A blocked user's case lands in spam [code]."""
        self.check(values)
        now = created_at or self._clock()
        channel = self._tables.channels.get(user.channel)
        case_id = self._tables.ids.case.draw()
        case = Case(case_id, case_number(case_id), user.user_id, user.channel, "", now, now, now)
        case.status = self._switches.status_on_create
        case.language_id = user.language_id or next(iter(self._tables.languages), 0)
        case.chat = channel is not None and channel.type == "sync"
        case.spam = not user.active
        self._tables.cases[case_id] = case
        self._assign(case, values, done_by="")
        case.changes.clear()  # what a case is opened with is not history
        return case

    def living(self, ref: int | str) -> Case:
        """Return the case that a write to ``ref`` changes: itself, or by switch the one it was merged into."""
        case = self._tables.case(ref)
        while case.parent_case_id:
            if self._switches.absorbed_write is AbsorbedWrite.NOT_FOUND:
                raise Refusal("case_not_found")
            case = self._tables.case(case.parent_case_id)
        return case

    def writable(self, ref: int | str) -> Case:
        """Return the case that takes a message sent to ``ref``; trash and spam do or not, by switch.
        ``Refusal("case_not_found")`` where none does."""
        case = self.living(ref)
        trashed = case.deleted and not self._switches.trashed_accepts_reply
        if trashed or (case.spam and not self._switches.spam_accepts_reply):
            raise Refusal("case_not_found")
        return case

    def reply_came(self, case: Case, at: datetime, status: Status | None, done_by: str) -> None:
        """Note that a customer or an agent wrote: the case's times, its new status if any, and a chat that goes on."""
        if status is not None:
            self._move(case, status, done_by)
        channel = self._tables.channels.get(case.channel)
        case.chat = channel is not None and channel.type == "sync"
        case.last_response_at = max(at, case.last_response_at)
        self.touched(case)

    def update(self, case: Case, values: CaseFields, done_by: str) -> None:
        """Change what the request names; all or nothing. Codes: ``wrong_status``, ``wrong_priority``,
        ``staff_not_found``, ``group_not_found``, ``label_not_found``."""
        self.check(values)
        self._assign(case, values, done_by)

    def flag(self, case: Case, *, deleted: bool, spam: bool) -> None:
        """Move a case to the trash, to spam, or (neither) back among the others."""
        case.deleted, case.spam = deleted, spam
        self.touched(case)

    def purge(self, case: Case) -> None:
        """Delete a case for good, its messages with it, and the cases that were merged into it."""
        for child in [child for child in self._tables.cases.values() if child.parent_case_id == case.case_id]:
            self.purge(child)
        for message in self._tables.messages_of(case):
            del self._tables.messages[message.message_id]
        del self._tables.cases[case.case_id]
        self._changed()

    def merge(self, child: Case, parent: Case) -> None:
        """Merge ``child`` into ``parent``: its messages move there, it stays as an empty, hidden case."""
        if child is parent or child.parent_case_id or parent.parent_case_id:
            raise Refusal("cannot_merge")
        for message in self._tables.messages_of(child):
            message.case_id = parent.case_id
        child.parent_case_id = parent.case_id
        child.chat = False
        self.touched(child)
        self.touched(parent)

    def complete_chat(self, case: Case) -> None:
        """End the live chat of a case; its status stays (a completed chat is not a closed case) [doc: KB 3568]."""
        self._record(case, "chat_completion", "", "", "")
        case.chat = False
        self.touched(case)

    def check(self, values: CaseFields) -> None:
        """Refuse values that no case can have; for the codes see ``update``."""
        if values.status is not None and values.status not in set(Status):
            raise Refusal("wrong_status")
        if values.priority is not None and values.priority not in PRIORITIES:
            raise Refusal("wrong_priority")
        if values.staff_id:
            self._tables.agent(values.staff_id)
        if values.group_id and values.group_id not in self._tables.groups:
            raise Refusal("group_not_found")
        if not set(values.labels or ()).union(values.add_labels) <= set(self._tables.labels):
            raise Refusal("label_not_found")

    def touched(self, case: Case) -> None:
        """Note that something about a case changed."""
        case.updated_at = max(self._clock(), case.updated_at)
        self._changed()

    def _assign(self, case: Case, values: CaseFields, done_by: str) -> None:
        for name in ("subject", "priority", "staff_id", "group_id", "language_id"):
            new, old = getattr(values, name), getattr(case, name)
            if new is not None and new != old:
                self._record(case, name.removesuffix("_id"), done_by, str(old), str(new))
                setattr(case, name, new)
        if values.status is not None:
            self._move(case, Status(values.status), done_by)
        for key, value in values.custom_fields.items():
            old = str(case.custom_fields.get(key, ""))
            self._record(case, f"custom_field_{key.removeprefix('cf_')}", done_by, old, str(value))
            case.custom_fields[key] = value
        self._label(case, values, done_by)
        self.touched(case)

    def _label(self, case: Case, values: CaseFields, done_by: str) -> None:
        start = case.labels if values.labels is None else values.labels
        labels = [label for label in dict.fromkeys([*start, *values.add_labels]) if label not in values.delete_labels]
        if labels != case.labels:
            self._record(case, "labels", done_by, _joined(case.labels), _joined(labels))
            case.labels = labels

    def _move(self, case: Case, status: Status, done_by: str) -> None:
        if status is case.status:
            return
        self._record(case, "status", done_by, case.status, status)
        case.status = status
        case.closed_at = self._clock() if status is Status.CLOSED else None

    def _record(self, case: Case, event: str, done_by: str, old: str, new: str) -> None:
        case.changes.append(Change(self._clock(), event, done_by, old, new))


def _joined(labels: Sequence[int]) -> str:
    return ",".join(str(label) for label in labels)
