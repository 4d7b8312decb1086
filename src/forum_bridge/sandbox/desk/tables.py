"""Where the simulated desk keeps its records: one dict a kind, and growing ids. Memory only; knows no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo

from forum_bridge.sandbox.desk.records import (
    Agent,
    Case,
    Channel,
    CustomField,
    File,
    Group,
    Label,
    Language,
    Message,
    Upload,
    User,
)
from forum_bridge.sandbox.desk.refusal import Refusal

ISTANBUL = timezone(timedelta(hours=3))


@dataclass(frozen=True, slots=True)
class Account:
    """What an admin set up before the first case: who works here, which channels there are, and the time zone."""

    agents: Sequence[Agent] = ()
    channels: Sequence[Channel] = ()
    groups: Sequence[Group] = ()
    labels: Sequence[Label] = ()
    languages: Sequence[Language] = ()
    custom_fields: Sequence[CustomField] = ()
    timezone: tzinfo = ISTANBUL


@dataclass(slots=True)
class Ids:
    """Growing ids with gaps, since other accounts draw from the same numbers. Some are past 2**31, as on Deskie."""

    last: int
    step: int

    def draw(self) -> int:
        """Return the next id."""
        self.last += self.step
        return self.last


@dataclass(slots=True)
class Counters:
    """The next ids of each kind."""

    case: Ids = field(default_factory=lambda: Ids(8_804_406, 11))
    message: Ids = field(default_factory=lambda: Ids(3_061_200_438, 17))
    user: Ids = field(default_factory=lambda: Ids(5_120_084, 3))
    file: Ids = field(default_factory=lambda: Ids(2_147_491_423, 5))


class Tables:
    """All records of one desk. Whoever changes them announces it."""

    def __init__(self, account: Account) -> None:
        self.agents: dict[int, Agent] = {agent.staff_id: agent for agent in account.agents}
        self.channels: dict[str, Channel] = {channel.key: channel for channel in account.channels}
        self.groups: dict[int, Group] = {group.group_id: group for group in account.groups}
        self.labels: dict[int, Label] = {label.label_id: label for label in account.labels}
        self.languages: dict[int, Language] = {language.language_id: language for language in account.languages}
        self.custom_fields: dict[int, CustomField] = {item.field_id: item for item in account.custom_fields}
        self.timezone = account.timezone
        self.users: dict[int, User] = {}
        self.cases: dict[int, Case] = {}
        self.messages: dict[int, Message] = {}
        self.files: dict[int, File] = {}
        self.ids = Counters()

    def case(self, ref: int | str) -> Case:
        """Return the case of this id or ``case_number``, merged-away ones too; ``Refusal("case_not_found")``."""
        if isinstance(ref, int) or (ref.isdecimal() and len(ref) < 20):  # an int64
            found = self.cases.get(int(ref))
        else:
            found = next((case for case in self.cases.values() if case.case_number == ref), None)
        if found is None:
            raise Refusal("case_not_found")
        return found

    def user(self, user_id: int) -> User:
        """Return the user of this id; ``Refusal("user_not_found")``."""
        if user_id not in self.users:
            raise Refusal("user_not_found")
        return self.users[user_id]

    def agent(self, staff_id: int) -> Agent:
        """Return the agent of this id; ``Refusal("staff_not_found")``."""
        if staff_id not in self.agents:
            raise Refusal("staff_not_found")
        return self.agents[staff_id]

    def messages_of(self, case: Case) -> list[Message]:
        """Return the messages of a case, oldest first, notes among them."""
        found = [message for message in self.messages.values() if message.case_id == case.case_id]
        return sorted(found, key=lambda message: (message.created_at, message.message_id))

    def keep(self, upload: Upload) -> File:
        """Store a file under a new id."""
        file_id = self.ids.file.draw()
        self.files[file_id] = File(file_id, upload.name, upload.mime, len(upload.data), upload.data, upload.url)
        return self.files[file_id]


def case_number(case_id: int) -> str:
    """Return a case's public number ``ddd-dddddd``: one to one with the id, but not readable from it."""
    digits = f"{case_id * 7_919_317 % 10**9:09d}"
    return f"{digits[:3]}-{digits[3:]}"
