"""The calls to Deskie that the bridge needs, from plain values to records. Knows no forum, no ledger and no retry.
A method a call, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import aiohttp

from forum_bridge.deskie.budget import Budget, Priority
from forum_bridge.deskie.exchange import Exchange, Page, read_one
from forum_bridge.deskie.reading import (
    AGENT,
    CASE,
    CHANNEL,
    GROUP,
    LABEL,
    LANGUAGE,
    MESSAGE,
    USER,
)
from forum_bridge.deskie.records import (
    Agent,
    Case,
    CaseStatus,
    Channel,
    Group,
    Label,
    Language,
    Message,
    NewCase,
    User,
)
from forum_bridge.deskie.transport import Transport
from forum_bridge.deskie.trouble import CaseNotFound, DeskDeclined
from forum_bridge.deskie.verdict import Call
from forum_bridge.deskie.writing import case_fields
from forum_bridge.model import Clock, Upload


class DeskieClient:
    """One account. Every method may raise Retry (also DeskRefused and NotDeskie, which need a person), DeskDeclined
    and, if it names a case, CaseNotFound; those that write may raise Unclear."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base_url: str,
        email: str,
        api_key: str,
        budget: Budget,
        clock: Clock,
        *,
        timeout: timedelta = timedelta(seconds=20),
    ) -> None:
        self._transport = Transport(
            http, base_url, email=email, api_key=api_key, budget=budget, clock=clock, timeout=timeout
        )
        self._exchange = Exchange(self._transport)

    def ready(self, priority: Priority) -> None:
        """Raise Retry unless the request budget allows a write of this priority now; for who has to prepare much."""
        self._transport.ready(priority)

    async def create_case(self, new: NewCase, *, priority: Priority = Priority.NEW_CASE) -> Case:
        """Open a case; the customer is created on the way if the channel does not know them."""
        return await self._exchange.write("POST", "cases.json", {"case": case_fields(new)}, CASE, priority, new.files)

    async def case(self, case_id: int, *, priority: Priority = Priority.MESSAGE) -> Case | None:
        """Return a case, also one in the bin or in spam; None if it does not exist (any more)."""
        path = f"cases/{case_id}.json"
        try:
            answer = await self._transport.get(path, {}, priority)
        except CaseNotFound:
            return None
        return read_one(Call("GET", path), answer, CASE)

    async def set_status(
        self, case_id: int, status: CaseStatus | str, *, priority: Priority = Priority.MESSAGE
    ) -> Case:
        """Set a case's status and return the case as it then stands."""
        body = {"case": {"status": str(status)}}
        return await self._exchange.write("PUT", f"cases/{case_id}.json", body, CASE, priority)

    async def set_label(
        self, case_id: int, label_id: int, *, on: bool, priority: Priority = Priority.BACKGROUND
    ) -> Case:
        """Put a label on a case, or take it off; the others stay. The same again changes nothing."""
        body = {"case": {"add_labels" if on else "delete_labels": [label_id]}}
        return await self._exchange.write("PUT", f"cases/{case_id}.json", body, CASE, priority)

    async def add_message(
        self,
        case_id: int,
        user_id: int,
        html: str,
        *,
        files: Sequence[Upload] = (),
        priority: Priority = Priority.MESSAGE,
    ) -> Message:
        """Add a customer's message with files, which are sent along."""
        fields = {"user_id": user_id, "content_html": html}
        path = f"cases/{case_id}/messages.json"
        return await self._exchange.write("POST", path, {"message": fields}, MESSAGE, priority, files)

    async def add_note(
        self, case_id: int, html: str, *, files: Sequence[Upload] = (), priority: Priority = Priority.ANSWER
    ) -> Message:
        """Add an internal note, seen by agents only."""
        body = {"note": {"content_html": html}}
        return await self._exchange.write("POST", f"cases/{case_id}/note.json", body, MESSAGE, priority, files)

    async def edit_message(
        self, case_id: int, message_id: int, html: str, *, note: bool = False, priority: Priority = Priority.BACKGROUND
    ) -> Message:
        """Replace the text of a message, or of a note; what hangs on it stays. The same once more changes nothing."""
        kind, wrapper = ("note", "note") if note else ("messages", "message")
        path = f"cases/{case_id}/{kind}/{message_id}.json"
        return await self._exchange.write("PUT", path, {wrapper: {"content_html": html}}, MESSAGE, priority)

    async def messages(
        self, case_id: int, *, newest_first: bool = True, limit: int = 50, priority: Priority = Priority.ANSWER
    ) -> list[Message]:
        """Return a case's messages, notes among them."""
        query = {"order": "desc" if newest_first else "asc"}
        path = f"cases/{case_id}/messages.json"
        return await self._exchange.all(path, MESSAGE, priority, query, limit)

    async def messages_page(
        self, case_id: int, page: int = 1, *, priority: Priority = Priority.BACKGROUND
    ) -> Page[Message]:
        """Return a page of a case's messages, notes among them, newest first."""
        path = f"cases/{case_id}/messages.json"
        return await self._exchange.page(path, MESSAGE, priority, {"order": "desc"}, page)

    async def cases_of_user(
        self, user_id: int, *, absorbed: bool = False, limit: int = 20, priority: Priority = Priority.MESSAGE
    ) -> list[Case]:
        """Return the newest ``limit`` cases of a customer's profile, newest first: active chats too, those ``absorbed``
        by another case only if wanted.

        Whether Deskie lists the cases of linked profiles as well is not documented; they are left out.
        """
        query = {"user_id": str(user_id), "show_active_chats": "true", "sort": "created_at_desc"}
        if absorbed:
            query["show_merged_cases"] = "true"
        found: list[Case] = []
        async for page in self._exchange.pages("cases.json", CASE, priority, query):
            found += [case for case in page if case.user_id in {0, user_id}]
            if len(found) >= limit:
                break
        return found[:limit]

    async def changed_cases(
        self, channel: str, since: datetime, page: int = 1, *, priority: Priority = Priority.BACKGROUND
    ) -> Page[Case]:
        """Return a page of a channel's cases that changed since a moment (to the second), active chats too, oldest
        change first."""
        query = {"channel": channel, "show_active_chats": "true", "sort": "updated_at_asc"}
        query["from_updated_time"] = str(int(since.timestamp()))
        return await self._exchange.page("cases.json", CASE, priority, query, page)

    async def last_change(self, channel: str, *, priority: Priority = Priority.BACKGROUND) -> datetime | None:
        """Return when one of a channel's cases changed last, by Deskie's clock; None if there is no case."""
        query = {"channel": channel, "show_active_chats": "true", "sort": "updated_at_desc"}
        cases = await self._exchange.all("cases.json", CASE, priority, query, limit=1)
        return cases[0].updated_at if cases else None

    async def users_by_custom_id(
        self, custom_id: str, channel: str, *, priority: Priority = Priority.NEW_CASE
    ) -> list[User]:
        """Return the profiles that bear exactly this id on the channel.

        Deskie's search is by substring, so it is asked with anchors first; whether those hold for this field, and how
        case is folded, is not documented, so nothing found is asked again without them and the answer is compared here.
        A profile whose id or channel the answer does not tell stays in, as the search found it.
        """
        for wanted in (f"^{custom_id}^", custom_id):
            query = {"user_custom_id": wanted, "user_custom_channel": channel}
            users = await self._exchange.all("users.json", USER, priority, query)
            found = [user for user in users if user.custom_id in {None, custom_id} and user.channel in {"", channel}]
            if found:
                return found
        return []

    async def user(self, user_id: int, *, priority: Priority = Priority.BACKGROUND) -> User:
        """Return a customer's profile; raises DeskDeclined if it does not exist (any more)."""
        path = f"users/{user_id}.json"
        return read_one(Call("GET", path), await self._transport.get(path, {}, priority), USER)

    async def link_users(self, user_id: int, other_id: int, *, priority: Priority = Priority.BACKGROUND) -> None:
        """Link two profiles of one person; both keep their ids.

        The one client that was seen to do so sends the fields bare, all else in the API stands under a wrapper. So
        where the bare form is declined the other one is tried; raises DeskDeclined if Deskie takes neither.
        """
        path, fields = f"users/{user_id}/link.json", {"user_id": other_id}
        try:
            await self._transport.write("PUT", path, fields, priority)
        except DeskDeclined:
            await self._transport.write("PUT", path, {"user": fields}, priority)

    async def delete_case(self, case_id: int, *, priority: Priority = Priority.BACKGROUND) -> None:
        """Delete a case for good, with its messages; one that is not there is no matter. Takes an agent with full
        access: raises DeskRefused otherwise."""
        with suppress(CaseNotFound):
            await self._transport.write("DELETE", f"cases/{case_id}.json", {}, priority)

    async def delete_user(self, user_id: int, *, priority: Priority = Priority.BACKGROUND) -> None:
        """Delete a customer's profile; one that is not there is no matter. Raises DeskDeclined otherwise."""
        try:
            await self._transport.write("DELETE", f"users/{user_id}.json", {}, priority)
        except DeskDeclined as error:
            if not error.code.endswith("not_found"):
                raise

    async def custom_channels(self, *, priority: Priority = Priority.BACKGROUND) -> list[Channel]:
        """Return the account's custom channels."""
        return await self._exchange.all("custom_channels.json", CHANNEL, priority)

    async def staff(self, *, priority: Priority = Priority.ANSWER) -> list[Agent]:
        """Return the agents, disabled ones too."""
        return await self._exchange.all("staff.json", AGENT, priority)

    async def labels(self, *, priority: Priority = Priority.BACKGROUND) -> list[Label]:
        """Return the labels."""
        return await self._exchange.all("labels.json", LABEL, priority)

    async def groups(self, *, priority: Priority = Priority.BACKGROUND) -> list[Group]:
        """Return the groups, disabled ones too."""
        return await self._exchange.all("groups.json", GROUP, priority)

    async def languages(self, *, priority: Priority = Priority.BACKGROUND) -> list[Language]:
        """Return the account's languages."""
        return await self._exchange.all("languages.json", LANGUAGE, priority)
