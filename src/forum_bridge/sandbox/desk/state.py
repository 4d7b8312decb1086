"""The simulated desk as one object: what it holds, what an agent can do, how to wait for it. All in memory, changed
between two awaits; the HTTP side lives elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.account import Account
from forum_bridge.sandbox.desk.agenda import Agenda
from forum_bridge.sandbox.desk.announcer import Announcer
from forum_bridge.sandbox.desk.casework import CaseFields, Casework
from forum_bridge.sandbox.desk.changes import Changes
from forum_bridge.sandbox.desk.chats import Chats
from forum_bridge.sandbox.desk.correspondence import Correspondence, Writing
from forum_bridge.sandbox.desk.delivery import Delivery
from forum_bridge.sandbox.desk.faults import Faults
from forum_bridge.sandbox.desk.history import History
from forum_bridge.sandbox.desk.people import People
from forum_bridge.sandbox.desk.plan import Plan
from forum_bridge.sandbox.desk.rates import Rates
from forum_bridge.sandbox.desk.records import Case, File, Message, Status, Upload, User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.rules import Rules
from forum_bridge.sandbox.desk.seed import acme
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables
from forum_bridge.sandbox.desk.webhook import Sleep, Webhooks


def utc_now() -> datetime:
    """Return the time now, aware, in UTC."""
    return datetime.now(UTC)


class Desk:
    """A Deskie account. Close it when done: it may have deliveries under way."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
        switches: Switches | None = None,
        pass_by: Callable[[float], None] | None = None,
    ) -> None:
        """``pass_by`` moves ``clock`` on by some seconds, for ``agenda.advance``; without it time goes by itself."""
        self.clock = clock
        self.switches = switches or Switches()
        self._changes = Changes()
        changed = self._changes.touch
        self.tables = Tables(account or acme())
        self.agents, self.channels = self.tables.agents, self.tables.channels
        self.groups, self.labels = self.tables.groups, self.tables.labels
        self.languages, self.custom_fields = self.tables.languages, self.tables.custom_fields
        self.timezone = self.tables.timezone
        self.faults = Faults(changed)
        self.rates = Rates(self.switches, clock)
        self.agenda = Agenda(clock, pass_by)
        self.webhooks = Webhooks(self.switches, clock, sleep, changed)
        self._announcer = Announcer(self.tables, self.webhooks, self.switches)
        self.rules = Rules(self.tables, self.switches, self.webhooks, lambda: self.base_url)
        history = History(clock, changed, [self._announcer, self.rules])
        self.people = People(self.tables, clock, changed)
        self.chats = Chats(self.tables, self.switches, clock, self.agenda, history)
        self.casework = Casework(self.tables, self.switches, clock, history, self.chats)
        self.correspondence = Correspondence(
            self.tables, self.casework, self.chats, history, self._announcer, self.agenda, self.switches, clock
        )
        self.plan = Plan(self.tables, self.casework, self.people, self.switches, clock, self.agenda)

    @property
    def base_url(self) -> str:
        """Where the desk is served, without a slash at the end; empty before a server runs."""
        return self._announcer.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._announcer.base_url = url

    @property
    def version(self) -> int:
        """A number that grows with every change of anything, deliveries included."""
        return self._changes.version

    async def wait_past(self, version: int, timeout: float) -> int:  # noqa: ASYNC109 - a page waits as long as it says
        """Return the version once it is past ``version``; after ``timeout`` seconds as it then is."""
        return await self._changes.wait_past(version, timeout)

    async def wait_for(self, predicate: Callable[[], bool], timeout: float = 5.0) -> None:  # noqa: ASYNC109 - as above
        """Return once ``predicate`` holds; ``TimeoutError`` after ``timeout`` seconds."""
        await self._changes.wait_for(predicate, timeout)

    def cases(self) -> list[Case]:
        """Return the cases, newest first, trash and spam among them; merged-away ones are left out."""
        cases = (case for case in self.tables.cases.values() if not case.parent_case_id)
        return sorted(cases, key=lambda case: case.case_id, reverse=True)

    def case(self, ref: int | str) -> Case:
        """Return the case of this id or number, merged-away or not; ``Refusal("case_not_found")``."""
        return self.tables.case(ref)

    def messages(self, case: Case) -> list[Message]:
        """Return the messages of a case, oldest first, notes among them."""
        return self.tables.messages_of(case)

    def users(self) -> list[User]:
        """Return the users, oldest first."""
        return list(self.tables.users.values())

    def user(self, user_id: int) -> User:
        """Return the user of this id; ``Refusal("user_not_found")``."""
        return self.tables.user(user_id)

    def file(self, file_id: int) -> File:
        """Return a stored file; ``Refusal("file_not_found")``."""
        if file_id not in self.tables.files:
            raise Refusal("file_not_found")
        return self.tables.files[file_id]

    @property
    def deliveries(self) -> list[Delivery]:
        """The events sent to webhooks, oldest first."""
        return self.webhooks.deliveries

    def deliveries_of(self, message_id: int) -> list[Delivery]:
        """Return the deliveries of one message."""
        return self.webhooks.of(message_id)

    async def agent_reply(
        self, case_id: int, html: str, staff_id: int, *, via_rule: bool = False, files: Sequence[Upload] = ()
    ) -> Message:
        """Answer a case as an agent (or as a rule); the webhook is told in the background. For refusals, and for a
        reply sent later, see ``Correspondence.by_agent``."""
        return self.correspondence.by_agent(case_id, staff_id, Writing(html=html, files=files), via_rule=via_rule)

    async def add_note(self, case_id: int, html: str, staff_id: int) -> Message:
        """Write an internal note."""
        return self.correspondence.note(case_id, staff_id, Writing(html=html))

    def set_status(self, case_id: int, status: Status | str, *, done_by: str = "") -> Case:
        """Set a case's status; ``done_by`` is for its history, e.g. ``staff_905``. ``Refusal("wrong_status")``."""
        case = self.case(case_id)
        self.casework.update(case, CaseFields(status=status), done_by)
        return case

    def trash(self, case_id: int) -> Case:
        """Move a case to the trash."""
        return self._flag(case_id, deleted=True)

    def spam(self, case_id: int) -> Case:
        """Move a case to spam."""
        return self._flag(case_id, spam=True)

    def restore(self, case_id: int) -> Case:
        """Take a case out of trash and spam."""
        return self._flag(case_id)

    def purge(self, case_id: int) -> None:
        """Delete a case for good."""
        self.casework.purge(self.case(case_id))

    def merge(self, child_id: int, parent_id: int) -> Case:
        """Merge one case into another and return that; ``Refusal("cannot_merge")`` if either is merged already."""
        parent = self.case(parent_id)
        self.casework.merge(self.case(child_id), parent)
        return parent

    def set_channel(self, key: str, *, webhook_url: str | None = None, active: bool | None = None) -> None:
        """Change a channel as an admin would; ``Refusal("channel_not_found")``."""
        if key not in self.channels:
            raise Refusal("channel_not_found")
        channel = self.channels[key]
        channel.webhook_url = channel.webhook_url if webhook_url is None else webhook_url
        channel.active = channel.active if active is None else active
        self._changes.touch()

    def set_agent(self, staff_id: int, *, active: bool) -> None:
        """Disable an agent or let them in again; ``Refusal("staff_not_found")``."""
        self.tables.agent(staff_id).active = active
        self._changes.touch()

    async def webhooks_idle(self) -> None:
        """Return once no delivery is under way or held back."""
        await self.webhooks.idle()

    async def close(self) -> None:
        """End deliveries and let hanging requests go."""
        self.faults.clear()
        await self.webhooks.close()

    def _flag(self, case_id: int, *, deleted: bool = False, spam: bool = False) -> Case:
        case = self.case(case_id)
        self.casework.flag(case, deleted=deleted, spam=spam)
        return case
