"""What can happen to a case: opened, changed, closed, rated, trashed, merged, purged, each with its line of history.
Knows messages only as things that move along; knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.chats import Chats
from forum_bridge.sandbox.desk.choices import AbsorbedWrite
from forum_bridge.sandbox.desk.history import History
from forum_bridge.sandbox.desk.ids import case_number
from forum_bridge.sandbox.desk.records import Case, Message, Rating, Status, User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables

PRIORITIES = frozenset({"low", "normal", "high", "critical"})
RATINGS = frozenset({"high", "middle", "low"})


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

    def __init__(self, tables: Tables, switches: Switches, clock: Clock, history: History, chats: Chats) -> None:
        self._tables = tables
        self._switches = switches
        self._clock = clock
        self._history = history
        self._chats = chats

    def open(self, user: User, values: CaseFields, created_at: datetime | None = None) -> Case:
        """Open a case for a user in the channel of their profile. A blocked user's case lands in spam [code]. What a
        case is opened with is not history; the rules hear of it with its first message."""
        self.check(values)
        now = created_at or self._clock()
        case_id = self._tables.ids.case.draw()
        case = Case(case_id, case_number(case_id), user.user_id, user.channel, "", now, now, now)
        case.status = self._switches.status_on_create
        case.language_id = user.language_id or next(iter(self._tables.languages), 0)
        case.spam = not user.active
        for _ in self._assign(case, values):
            pass
        self._tables.add_case(case)
        self._chats.begin(case)
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
            self._change(case, CaseFields(status=status), done_by)
        self._chats.go_on(case, done_by)
        case.last_response_at = max(at, case.last_response_at)
        self.touched(case)

    def update(self, case: Case, values: CaseFields, done_by: str) -> None:
        """Change what the request names; all or nothing. Codes: ``wrong_status``, ``wrong_priority``,
        ``staff_not_found``, ``group_not_found``, ``label_not_found``."""
        self.check(values)
        self._change(case, values, done_by)
        if case.chat and case.status is Status.CLOSED and self._switches.closing_ends_chat:
            self._chats.complete(case, done_by)
        self.touched(case)

    def rate(self, case: Case, rating: Rating, message: Message | None = None) -> None:
        """Rate a case or one of its messages. Codes: ``wrong_rating``, ``staff_not_found``."""
        if rating.rating not in RATINGS:
            raise Refusal("wrong_rating")
        if rating.staff_id:
            self._tables.agent(rating.staff_id)
        if message is None:
            case.rating = rating
        else:
            message.rating = rating
        self.touched(case)

    def flag(self, case: Case, *, deleted: bool, spam: bool) -> None:
        """Move a case to the trash, to spam, or (neither) back among the others."""
        case.deleted, case.spam = deleted, spam
        self.touched(case)

    def purge(self, case: Case) -> None:
        """Delete a case for good, its messages with it, and the cases that were merged into it."""
        for child in self._tables.absorbed_by(case):
            self.purge(child)
        self._tables.drop_case(case)
        self._history.vanished(case)

    def merge(self, child: Case, parent: Case) -> None:
        """Merge ``child`` into ``parent``: its messages move there, it stays as an empty, hidden case."""
        if child is parent or child.parent_case_id or parent.parent_case_id:
            raise Refusal("cannot_merge")
        self._tables.absorb(child, parent)
        self._chats.end(child)
        self.touched(child)
        self.touched(parent)

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
        self._history.touched(case)

    def _change(self, case: Case, values: CaseFields, done_by: str) -> None:
        for event, old, new in self._assign(case, values):
            self._history.record(case, event, done_by, old, new)

    def _assign(self, case: Case, values: CaseFields) -> Iterator[tuple[str, str, str]]:
        """Set what the request names and yield what that changed: event, old and new value."""
        for name in ("subject", "priority", "staff_id", "group_id", "language_id"):
            new, old = getattr(values, name), getattr(case, name)
            if new is not None and new != old:
                setattr(case, name, new)
                yield name.removesuffix("_id"), str(old), str(new)
        if values.status is not None and values.status != case.status:
            before, case.status = case.status, Status(values.status)
            case.closed_at = self._clock() if case.status is Status.CLOSED else None
            yield "status", before, case.status
        for key, value in values.custom_fields.items():
            old = str(case.custom_fields.get(key, ""))
            case.custom_fields[key] = value
            if old != str(value):
                yield f"custom_field_{key.removeprefix('cf_')}", old, str(value)
        start = case.labels if values.labels is None else values.labels
        labels = [label for label in dict.fromkeys([*start, *values.add_labels]) if label not in values.delete_labels]
        if labels != case.labels:
            given, case.labels = case.labels, labels
            yield "labels", _joined(given), _joined(labels)


def _joined(labels: Sequence[int]) -> str:
    return ",".join(str(label) for label in labels)
