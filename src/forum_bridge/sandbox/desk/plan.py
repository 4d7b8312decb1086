"""What the account's plan allows: new cases a month, and how much is kept. A nightly job purges the surplus, so cases
and users can vanish [doc: KB 2635]. Knows no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.agenda import Agenda
from forum_bridge.sandbox.desk.casework import Casework
from forum_bridge.sandbox.desk.people import People
from forum_bridge.sandbox.desk.records import User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables


@dataclass(frozen=True, slots=True)
class Purged:
    """The ids that one clean-up took away, in the order they went."""

    cases: list[int]
    users: list[int]


class Plan:
    """Keeps a desk within its plan. The limits are switches; without them nothing happens."""

    def __init__(
        self, tables: Tables, casework: Casework, people: People, switches: Switches, clock: Clock, agenda: Agenda
    ) -> None:
        self._tables = tables
        self._casework = casework
        self._people = people
        self._switches = switches
        self._clock = clock
        self._agenda = agenda
        self._month = (0, 0)
        self._opened = 0
        self._tonight()

    def spend_new_case(self) -> None:
        """Count one new case of this calendar month (of the account's time zone). Beyond the quota a ``Refusal`` whose
        code and status are switches."""
        today = self._clock().astimezone(self._tables.timezone)
        if (today.year, today.month) != self._month:
            self._month, self._opened = (today.year, today.month), 0
        quota = self._switches.plan_cases_a_month
        if quota and self._opened >= quota:
            raise Refusal(self._switches.quota_code, int(self._switches.quota_status))
        self._opened += 1

    def purge(self) -> Purged:
        """Delete the surplus for good: cases from the trash first, then by oldest last update [doc], merged-away ones
        with the case that took them in; users disabled ones first, then likewise, by switch those without cases
        before them all."""
        cases = [case for case in self._tables.cases.values() if not case.parent_case_id]
        cases.sort(key=lambda case: (not case.deleted, case.updated_at, case.case_id))
        surplus = len(cases) - self._switches.plan_stored_cases if self._switches.plan_stored_cases else 0
        gone = [case.case_id for case in cases[: max(0, surplus)]]
        for case_id in gone:
            self._casework.purge(self._tables.cases[case_id])
        users = sorted(self._tables.users.values(), key=self._order_of)
        surplus = len(users) - self._switches.plan_stored_users if self._switches.plan_stored_users else 0
        left = [user.user_id for user in users[: max(0, surplus)]]
        for user_id in left:
            self._people.purge(user_id)
        return Purged(gone, left)

    def _order_of(self, user: User) -> tuple[bool, bool, datetime, int]:
        spared = self._switches.users_without_cases_go_first and bool(self._tables.cases_of(user.user_id))
        return spared, not user.deleted, user.updated_at, user.user_id

    def _nightly(self) -> None:
        self.purge()
        self._tonight()

    def _tonight(self) -> None:
        now = self._clock().astimezone(self._tables.timezone)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self._agenda.at(midnight, self._nightly)
