"""The indexes behind the desk say what a look through everything would say."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from forum_bridge.sandbox.desk import Case, Desk, User
from forum_bridge.sandbox.desk.buckets import Buckets
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.people import Contact

NAMES = st.sampled_from(["a", "A", "b", "ı"])
WHICH = st.integers(0, 9)


class Life(RuleBasedStateMachine):
    """Cases, messages and users come, move and go."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(clock=lambda: datetime(2025, 1, 14, tzinfo=UTC))

    def case(self, which: int) -> Case:
        cases = self.desk.cases()
        return cases[which % len(cases)]

    def user(self, which: int) -> User:
        users = self.desk.users()
        return users[which % len(users)]

    @rule(name=NAMES, email=st.sampled_from(["", "x@x.example", "y@x.example"]))
    def open(self, name: str, email: str) -> None:
        user = self.desk.people.find_or_create(Contact("cch42", name, email=email, phone=email and "+90"))
        case = self.desk.casework.open(user, CaseFields(subject="s"))
        self.desk.correspondence.open_with(case, Writing("c"))

    @precondition(lambda self: len(self.desk.cases()) > 1)
    @rule(first=WHICH, second=WHICH)
    def merge(self, first: int, second: int) -> None:
        if self.case(first) is not self.case(second):
            self.desk.merge(self.case(first).case_id, self.case(second).case_id)

    @precondition(lambda self: self.desk.cases())
    @rule(which=WHICH)
    def purge(self, which: int) -> None:
        self.desk.purge(self.case(which).case_id)

    @precondition(lambda self: self.desk.cases())
    @rule(which=WHICH)
    def lose_a_message(self, which: int) -> None:
        case = self.case(which)
        for message in self.desk.messages(case)[:1]:
            self.desk.correspondence.delete(case, message)

    @precondition(lambda self: self.desk.users())
    @rule(which=WHICH)
    def lose_a_user(self, which: int) -> None:
        self.desk.people.purge(self.user(which).user_id)

    @precondition(lambda self: self.desk.users())
    @rule(which=WHICH, email=st.sampled_from(["x@x.example", "z@x.example"]))
    def write_to(self, which: int, email: str) -> None:
        self.desk.people.update(self.user(which), Contact("cch42", email=email))

    @invariant()
    def same_as_looking_through_everything(self) -> None:
        tables = self.desk.tables
        for case in tables.cases.values():
            own = [message for message in tables.messages.values() if message.case_id == case.case_id]
            assert tables.messages_of(case) == own
            children = [each for each in tables.cases.values() if each.parent_case_id == case.case_id]
            assert sorted(each.case_id for each in tables.absorbed_by(case)) == [each.case_id for each in children]
            assert tables.case(case.case_number) is case
        for user_id in {case.user_id for case in tables.cases.values()} | set(tables.users):
            assert tables.cases_of(user_id) == [case for case in tables.cases.values() if case.user_id == user_id]
        for name in ("a", "A", "b", "ı"):
            same = [user for user in tables.users.values() if user.custom_id.casefold() == name.casefold()]
            assert tables.users_with("cch42", name) == same
        for email in ("x@x.example", "y@x.example", "z@x.example"):
            assert tables.users_with("email", email) == [user for user in tables.users.values() if user.email == email]
        assert tables.users_with("phone", "+90") == [user for user in tables.users.values() if user.phone == "+90"]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_an_empty_bucket_is_forgotten() -> None:
    buckets: Buckets[str] = Buckets()
    buckets.add("a", 2)
    buckets.add("a", 1)
    buckets.add("a", 2)
    assert buckets.of("a") == [2, 1]
    for item in (2, 1, 1):
        buckets.drop("a", item)
    assert (buckets.of("a"), vars(buckets)) == ([], {"_ids": {}})
