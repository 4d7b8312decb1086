"""The API's list of cases: which filters there are and how they sort (fact sheet 2.2). Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from aiohttp import web

from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.correspondence import can_see
from forum_bridge.sandbox.desk.envelope import numbered
from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.layers import AGENT
from forum_bridge.sandbox.desk.query import matcher, paging, query
from forum_bridge.sandbox.desk.records import Case
from forum_bridge.sandbox.desk.state import Desk

Test = Callable[[Case], bool]
PRIORITIES = ("low", "normal", "high", "critical")
STATUSES = ("open", "waiting", "closed")
SORTS: dict[str, Callable[[Case], float]] = {
    "created_at": lambda case: case.created_at.timestamp(),
    "updated_at": lambda case: case.updated_at.timestamp(),
    "response": lambda case: case.last_response_at.timestamp(),
    "priority": lambda case: PRIORITIES.index(case.priority),
    "status": lambda case: STATUSES.index(case.status),
}


class CaseList:
    """The handler of ``cases.json`` (GET)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def list_cases(self, request: web.Request) -> web.Response:
        """List the cases that the asking agent may see and that pass every filter."""
        asked = query(request, self._desk.timezone)
        page = paging(asked, self._desk.switches)
        tests = [*self._tests(asked), *self._users(asked)]
        cases = [case for case in self._candidates(asked) if can_see(request[AGENT], case)]
        found = self._sorted([case for case in cases if all(test(case) for test in tests)], asked.text("sort"))
        items = [self._shapes.case(case) for case in found[page.part]]
        return numbered("case", items, len(found), self._desk.switches)

    def _candidates(self, asked: Fields) -> Iterable[Case]:
        """All cases, or those of the users asked for, and by switch of the profiles linked with them."""
        tables = self._desk.tables
        user_ids = asked.numbers("user_id")
        if user_ids is None:
            return tables.cases.values()
        wanted = set(user_ids)
        if self._desk.switches.list_includes_linked:
            wanted = wanted.union(*(tables.users[user_id].linked for user_id in user_ids if user_id in tables.users))
        return [case for user_id in wanted for case in tables.cases_of(user_id)]

    def _tests(self, asked: Fields) -> Iterator[Test]:
        if not asked.flag("show_merged_cases"):
            yield lambda case: not case.parent_case_id
        if not asked.flag("show_active_chats"):
            yield lambda case: not case.chat
        if not self._desk.switches.list_trashed:
            yield lambda case: not (case.deleted or case.spam)
        for name in ("staff_id", "group_id"):
            if (numbers := asked.numbers(name)) is not None:
                yield _among(name, numbers)
        for name in ("channel", "priority", "status"):
            if texts := asked.texts(name):
                yield _among(name, texts)
        if labels := asked.numbers("labels"):
            yield lambda case: set(labels) <= set(case.labels)
        for key, value in asked.mapping("custom_fields").items():
            yield _custom_field(key, str(value))
        if subject := asked.text("subject"):
            matches = matcher(subject, ignore_case=self._desk.switches.search_ignores_case)
            yield lambda case: matches(case.subject)
        yield from self._times(asked)

    def _times(self, asked: Fields) -> Iterator[Test]:
        for attribute, name in (("created_at", "time"), ("updated_at", "updated_time")):
            if start := asked.time(f"from_{name}"):
                yield _since(attribute, start)
            if end := asked.time(f"to_{name}"):
                yield _until(attribute, end)

    def _users(self, asked: Fields) -> Iterator[Test]:
        """Filters by what is known of the customer; ``user_custom_id`` was seen in one client only [code, weak]."""
        switches = self._desk.switches
        for name in ("custom_id", "email", "phone") if switches.cases_by_custom_id else ("email", "phone"):
            if wanted := asked.text(f"user_{name}"):
                anchors = name != "custom_id" or switches.custom_id_anchors
                matches = matcher(wanted, anchors=anchors, ignore_case=switches.search_ignores_case)
                yield _among("user_id", {user.user_id for user in self._desk.users() if matches(getattr(user, name))})

    def _sorted(self, cases: list[Case], sort: str) -> list[Case]:
        name, _, direction = sort.rpartition("_")
        if name not in SORTS:
            name, _, direction = self._desk.switches.default_sort.rpartition("_")
        return sorted(cases, key=lambda case: (SORTS[name](case), case.case_id), reverse=direction == "desc")


def _among(name: str, values: Collection[object]) -> Test:
    return lambda case: getattr(case, name) in values


def _since(name: str, start: datetime) -> Test:
    return lambda case: bool(getattr(case, name) >= start)


def _until(name: str, end: datetime) -> Test:
    return lambda case: bool(getattr(case, name) <= end)


def _custom_field(key: str, value: str) -> Test:
    return lambda case: str(case.custom_fields.get(key, "")) == value
