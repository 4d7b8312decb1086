"""The live chats of sync channels: going on, warned of, completed by themselves, taken up again [doc: KB 3568, 144,
125637]. A completed chat is not a closed case; knows no message."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.agenda import Agenda
from forum_bridge.sandbox.desk.choices import ClosedChatWrite, OlderChatWrite
from forum_bridge.sandbox.desk.history import History
from forum_bridge.sandbox.desk.records import Case, Status
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables

POSTPONED = timedelta(minutes=5)  # [doc]


class Chats:
    """Acts on the chats of a desk. Cases of other channels pass through untouched."""

    def __init__(self, tables: Tables, switches: Switches, clock: Clock, agenda: Agenda, history: History) -> None:
        self._tables = tables
        self._switches = switches
        self._clock = clock
        self._agenda = agenda
        self._history = history
        self._planned: dict[int, datetime] = {}  # when a case's chat will be looked at next

    def is_sync(self, case: Case) -> bool:
        """Return whether the case belongs to a sync channel."""
        channel = self._tables.channels.get(case.channel)
        return channel is not None and channel.type == "sync"

    def last(self, user_id: int, channel: str) -> Case | None:
        """Return the newest case of a user on a channel; merged-away, trashed and spam ones do not count."""
        cases = [case for case in self._tables.cases_of(user_id) if case.channel == channel]
        living = [case for case in cases if not (case.parent_case_id or case.deleted or case.spam)]
        return max(living, key=lambda case: (case.created_at, case.case_id), default=None)

    def receiving(self, case: Case) -> Case:
        """Return the case that takes a customer's message to ``case``. Only the last chat goes on [doc]; what else a
        message meets the switches say: ``Refusal("chat_is_not_last")``, ``Refusal("chat_is_closed")``."""
        if not self.is_sync(case):
            return case
        last = self.last(case.user_id, case.channel) or case
        if last is not case and self._switches.older_chat_write is not OlderChatWrite.ACCEPTED:
            if self._switches.older_chat_write is OlderChatWrite.REFUSED:
                raise Refusal("chat_is_not_last")
            case = last
        if case.status is Status.CLOSED and self._switches.closed_chat_write is ClosedChatWrite.REFUSED:
            raise Refusal("chat_is_closed")
        return case

    def reopens(self, case: Case) -> bool:
        """Return whether a customer's message opens this closed case."""
        if self.is_sync(case):
            return self._switches.closed_chat_write is ClosedChatWrite.REOPENS
        return self._switches.reopen_on_append

    def begin(self, case: Case) -> None:
        """A case was opened: on a sync channel its chat is live."""
        if self.is_sync(case):
            case.chat = True
            self._watch(case)

    def go_on(self, case: Case, done_by: str) -> None:
        """Either side wrote: the time starts anew, and a completed chat is live again."""
        if not self.is_sync(case):
            return
        if not case.chat:
            case.chat = True
            self._history.record(case, "chat_activation", done_by)
        self._watch(case)

    def postpone(self, case: Case) -> None:
        """Give a live chat five minutes more; ``Refusal("chat_not_active")``."""
        if not case.chat:
            raise Refusal("chat_not_active")
        if case.chat_ends_at is not None:
            self._watch(case, case.chat_ends_at + POSTPONED - self._clock())
        self._history.touched(case)

    def complete(self, case: Case, done_by: str = "") -> None:
        """End a live chat; its status stays. ``Refusal("chat_not_active")``."""
        if not case.chat:
            raise Refusal("chat_not_active")
        self.end(case)
        self._history.record(case, "chat_completion", done_by)
        self._history.touched(case)

    def end(self, case: Case) -> None:
        """Take the case off the live chats without a line of history, as when it is merged away."""
        case.chat, case.chat_warned, case.chat_ends_at = False, False, None

    def _watch(self, case: Case, stays: timedelta | None = None) -> None:
        if stays is None:
            stays = timedelta(minutes=self._switches.chat_minutes)
        case.chat_warned = False
        case.chat_ends_at = self._clock() + stays if stays else None
        if case.chat_ends_at is not None:
            self._look_later(case, stays)

    def _look_later(self, case: Case, left: timedelta) -> None:
        """Plan a look at the time of the warning, or at the end where the warning has come; an earlier one will do."""
        before = left - timedelta(minutes=self._switches.chat_warning_minutes)
        due = self._clock() + (before if before > timedelta() else left)
        if case.case_id not in self._planned or due < self._planned[case.case_id]:
            self._planned[case.case_id] = due
            self._agenda.at(due, partial(self._look, case.case_id, due))

    def _look(self, case_id: int, due: datetime) -> None:
        """End the chat, warn of its end, or look again later, since somebody wrote meanwhile."""
        if self._planned.get(case_id) != due:
            return
        del self._planned[case_id]
        case = self._tables.cases.get(case_id)
        if case is None or case.chat_ends_at is None:
            return
        left = case.chat_ends_at - self._clock()
        if left <= timedelta():
            self.complete(case)
            return
        if left <= timedelta(minutes=self._switches.chat_warning_minutes) and not case.chat_warned:
            case.chat_warned = True
            self._history.touched(case)
        self._look_later(case, left)
