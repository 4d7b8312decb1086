"""Where the simulated desk keeps its records: one dict a kind, growing ids, and the indexes that keep tens of thousands
of cases fast. Memory only; knows no rule."""

from __future__ import annotations

from forum_bridge.sandbox.desk.account import Account, Agent, Channel, CustomField, Group, Label, Language
from forum_bridge.sandbox.desk.buckets import Buckets
from forum_bridge.sandbox.desk.ids import Counters
from forum_bridge.sandbox.desk.records import Case, File, Message, Upload, User
from forum_bridge.sandbox.desk.refusal import Refusal


class Tables:
    """All records of one desk. Cases, users and messages come and go by these methods, never by their dicts; whoever
    changes anything announces it."""

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
        self._numbers: dict[str, int] = {}
        self._cases_of_user: Buckets[int] = Buckets()
        self._absorbed_by: Buckets[int] = Buckets()
        self._messages_of_case: Buckets[int] = Buckets()
        self._contacts: Buckets[tuple[str, str]] = Buckets()

    def case(self, ref: int | str) -> Case:
        """Return the case of this id or ``case_number``, merged-away ones too; ``Refusal("case_not_found")``."""
        if isinstance(ref, int) or (ref.isdecimal() and len(ref) < 20):  # an int64
            found = self.cases.get(int(ref))
        else:
            found = self.cases.get(self._numbers.get(ref, 0))
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

    def cases_of(self, user_id: int) -> list[Case]:
        """Return the cases of a user, oldest first, merged-away ones too."""
        return [self.cases[case_id] for case_id in self._cases_of_user.of(user_id)]

    def absorbed_by(self, case: Case) -> list[Case]:
        """Return the cases that were merged into this one."""
        return [self.cases[case_id] for case_id in self._absorbed_by.of(case.case_id)]

    def messages_of(self, case: Case) -> list[Message]:
        """Return the messages of a case, oldest first, notes among them."""
        found = [self.messages[message_id] for message_id in self._messages_of_case.of(case.case_id)]
        return sorted(found, key=lambda message: (message.created_at, message.message_id))

    def users_with(self, kind: str, value: str) -> list[User]:
        """Return the users with this ``email`` or ``phone``, or, where ``kind`` is a custom channel's key, this
        identifier in whatever case of letters; oldest first."""
        key = (kind, value.casefold() if kind.startswith("cch") else value)
        return [self.users[user_id] for user_id in sorted(self._contacts.of(key))]

    def add_case(self, case: Case) -> None:
        """Store a new case."""
        self.cases[case.case_id] = case
        self._numbers[case.case_number] = case.case_id
        self._cases_of_user.add(case.user_id, case.case_id)

    def drop_case(self, case: Case) -> None:
        """Forget a case and its messages."""
        for message in self.messages_of(case):
            self.drop_message(message)
        del self.cases[case.case_id], self._numbers[case.case_number]
        self._cases_of_user.drop(case.user_id, case.case_id)
        self._absorbed_by.drop(case.parent_case_id, case.case_id)

    def absorb(self, child: Case, parent: Case) -> None:
        """Move a case's messages to another one and note where they went."""
        for message in self.messages_of(child):
            self._messages_of_case.drop(child.case_id, message.message_id)
            message.case_id = parent.case_id
            self._messages_of_case.add(parent.case_id, message.message_id)
        child.parent_case_id = parent.case_id
        self._absorbed_by.add(parent.case_id, child.case_id)

    def add_message(self, message: Message) -> None:
        """Store a new message."""
        self.messages[message.message_id] = message
        self._messages_of_case.add(message.case_id, message.message_id)

    def drop_message(self, message: Message) -> None:
        """Forget a message."""
        del self.messages[message.message_id]
        self._messages_of_case.drop(message.case_id, message.message_id)

    def add_user(self, user: User) -> None:
        """Store a new user; e-mail and phone are set afterwards."""
        self.users[user.user_id] = user
        if user.custom_id:
            self._contacts.add((user.channel, user.custom_id.casefold()), user.user_id)

    def drop_user(self, user: User) -> None:
        """Forget a user; their cases stay."""
        del self.users[user.user_id]
        self._contacts.drop((user.channel, user.custom_id.casefold()), user.user_id)
        self._contacts.drop(("email", user.email), user.user_id)
        self._contacts.drop(("phone", user.phone), user.user_id)

    def set_email(self, user: User, email: str) -> None:
        """Give a user an e-mail address."""
        self._contacts.drop(("email", user.email), user.user_id)
        self._contacts.add(("email", email), user.user_id)
        user.email = email

    def set_phone(self, user: User, phone: str) -> None:
        """Give a user a phone number."""
        self._contacts.drop(("phone", user.phone), user.user_id)
        self._contacts.add(("phone", phone), user.user_id)
        user.phone = phone

    def keep(self, upload: Upload) -> File:
        """Store a file under a new id."""
        file_id = self.ids.file.draw()
        self.files[file_id] = File(file_id, upload.name, upload.mime, len(upload.data), upload.data, upload.url)
        return self.files[file_id]
