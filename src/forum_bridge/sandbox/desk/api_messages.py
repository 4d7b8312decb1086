"""The API's messages and notes of a case."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.api_cases import readable
from forum_bridge.sandbox.desk.body import read_fields
from forum_bridge.sandbox.desk.choices import Unattributed
from forum_bridge.sandbox.desk.correspondence import check_access
from forum_bridge.sandbox.desk.envelope import answer, numbered
from forum_bridge.sandbox.desk.layers import AGENT
from forum_bridge.sandbox.desk.query import paging, query
from forum_bridge.sandbox.desk.reading import writing_of
from forum_bridge.sandbox.desk.records import Message
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk


class MessageRoutes:
    """Handlers of ``cases/<id>/messages…`` and ``cases/<id>/note…``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def list_messages(self, request: web.Request) -> web.Response:
        """List a case's messages, notes among them, oldest first unless ``order=desc``."""
        asked = query(request, self._desk.timezone)
        page = paging(asked, self._desk.switches)
        messages = [each for each in self._desk.messages(readable(self._desk, request)) if self._is_listed(each)]
        if not self._desk.switches.deferred_listed:
            messages = [message for message in messages if message.sent_at <= self._desk.clock()]
        total = len(messages)
        if self._desk.switches.bare_messages_last_100 and not (asked.has("page") or asked.has("limit")):
            messages = messages[-100:]
        if asked.text("order").lower() == "desc":
            messages.reverse()
        items = [self._shapes.message(message) for message in messages[page.part]]
        return numbered("message", items, total, self._desk.switches)

    async def create(self, request: web.Request) -> web.Response:
        """Append a message: by the customer (``user_id``) or by an agent (``staff_id``), which the webhook hears of.
        With neither, a switch says who is the author. 201."""
        switches = self._desk.switches
        fields = await read_fields(request, "message", self._desk.timezone, switches.message_file_limit)
        ref, agent = request.match_info["ref"], request[AGENT]
        writing = await writing_of(fields, self._desk)
        case = self._desk.casework.writable(ref)
        check_access(agent, case)
        user_id, staff_id = fields.number("user_id"), fields.number("staff_id")
        if not (user_id or staff_id) and switches.unattributed is not Unattributed.AGENT:
            if switches.unattributed is Unattributed.REFUSED:
                raise Refusal("empty_author")
            user_id = case.user_id
        if user_id:
            message = self._desk.correspondence.by_customer(ref, user_id, writing)
        else:
            author = staff_id or agent.staff_id
            message = self._desk.correspondence.by_agent(ref, author, writing, from_api=True)
        return answer({"message": self._shapes.message(message)}, 201)

    async def note(self, request: web.Request) -> web.Response:
        """Append an internal note by the asking agent. 201; the answer's wrapper is ``message`` [code]."""
        fields = await read_fields(request, "note", self._desk.timezone)
        writing = await writing_of(fields, self._desk)
        ref, agent = request.match_info["ref"], request[AGENT]
        message = self._desk.correspondence.note(ref, agent.staff_id, writing, from_api=True)
        return answer({"message": self._shapes.message(message)}, 201)

    def _is_listed(self, message: Message) -> bool:
        after = timedelta(seconds=self._desk.switches.messages_listed_after_seconds)
        return bool(message.user_id) or message.created_at + after <= self._desk.clock()

    async def update(self, request: web.Request) -> web.Response:
        """Replace a message's or note's text."""
        message = self._message(request)
        if not self._desk.switches.messages_editable:
            raise Refusal("staff_has_not_access")
        wrapper = "note" if message.note else "message"
        writing = await writing_of(await read_fields(request, wrapper, self._desk.timezone), self._desk)
        if not (writing.content or writing.html):
            raise Refusal("empty_content")
        self._desk.correspondence.edit(self._desk.case(message.case_id), message, writing)
        return answer({"message": self._shapes.message(message)})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a message or note; the answer is empty."""
        message = self._message(request)
        self._desk.correspondence.delete(self._desk.case(message.case_id), message)
        return web.Response()

    def _message(self, request: web.Request) -> Message:
        case = readable(self._desk, request)
        message = self._desk.correspondence.message(case, int(request.match_info["message_id"]))
        if message.note != request.match_info["kind"].startswith("note"):
            raise Refusal("message_not_found")
        return message
