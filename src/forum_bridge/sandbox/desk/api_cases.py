"""The API's cases: create, get, change, trash and its kin, delete, history. Listing them is elsewhere."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from forum_bridge.sandbox.desk.account import Agent
from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.body import read_fields
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.correspondence import check_access
from forum_bridge.sandbox.desk.envelope import answer
from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.layers import AGENT
from forum_bridge.sandbox.desk.people import Contact
from forum_bridge.sandbox.desk.query import query
from forum_bridge.sandbox.desk.reading import case_fields, contact_of, fitted, writing_of
from forum_bridge.sandbox.desk.records import Case
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk

BULK_LIMIT = 10
FLAGS = {"trash": (True, False), "spam": (False, True), "restore": (False, False)}


class CaseRoutes:
    """Handlers of ``cases.json`` (POST) and ``cases/<id>…``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def create(self, request: web.Request) -> web.Response:
        """Open a case with its first message; the user is made on the fly. 201. Nothing is stored if it is refused."""
        fields = await read_fields(request, "case", self._desk.timezone)
        contact = self._contact(fields, request[AGENT])
        switches = self._desk.switches
        if switches.subject_required and not fields.text("subject"):  # four blanks are accepted [code]
            raise Refusal("empty_subject")
        if switches.content_required and not (fields.text("content") or fields.text("content_html")):
            raise Refusal("empty_content")
        values = self._values(fields)
        self._desk.casework.check(values)
        writing = await writing_of(fields, self._desk)
        self._desk.plan.spend_new_case()
        user = self._desk.people.find_or_create(contact)
        case = self._desk.casework.open(user, values, writing.created_at)
        self._desk.correspondence.open_with(case, writing)
        return answer({"case": self._shapes.case(case, with_files=True)}, 201)

    async def get(self, request: web.Request) -> web.Response:
        """Show a case."""
        return answer({"case": self._shapes.case(readable(self._desk, request))})

    async def update(self, request: web.Request) -> web.Response:
        """Change what the body names."""
        fields = await read_fields(request, "case", self._desk.timezone)
        case = self._changeable(request.match_info["ref"], request[AGENT])
        self._desk.casework.update(case, self._values(fields), f"staff_{request[AGENT].staff_id}")
        return answer({"case": self._shapes.case(case)})

    async def flag(self, request: web.Request) -> web.Response:
        """Trash, restore or spam one case, or up to ten with their ids joined by commas."""
        deleted, spam = FLAGS[request.match_info["act"]]
        refs = request.match_info["ref"].split(",")
        cases = self._changeable_ones(refs, request[AGENT])
        for case in cases:
            self._desk.casework.flag(case, deleted=deleted, spam=spam)
        return self._done(refs, [case.case_id for case in cases]) or answer({"case": self._shapes.case(cases[0])})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete for good, which takes an agent with full access. The answer to a single one is empty."""
        if not request[AGENT].full_access:
            raise Refusal("staff_has_not_access")
        refs = request.match_info["ref"].split(",")
        cases = self._changeable_ones(refs, request[AGENT])
        for case in cases:
            self._desk.casework.purge(case)
        return self._done(refs, [case.case_id for case in cases]) or web.Response()

    async def changelog(self, request: web.Request) -> web.Response:
        """Show a case's history. Lines of its chats are left out unless asked for, by switch."""
        asked = query(request, self._desk.timezone)
        hidden = set()
        if self._desk.switches.changelog_hides_chat:
            hidden = {event for event in ("chat_activation", "chat_completion") if not asked.flag(f"show_{event}")}
        lines = self._shapes.changelog(readable(self._desk, request))
        return answer({"changelog": [line for line in lines if line["event"] not in hidden]})

    def _values(self, fields: Fields) -> CaseFields:
        values = case_fields(fields)
        switches = self._desk.switches
        if values.subject is None:
            return values
        return replace(values, subject=fitted("subject", values.subject, switches.subject_limit, switches))

    def _contact(self, fields: Fields, agent: Agent) -> Contact:
        channel = fields.text("channel")
        if not channel:  # e-mail and calls have no custom channel
            channel = "email" if fields.text("user_email") else "call"
        elif channel not in self._desk.channels:
            raise Refusal("channel_not_found")
        elif not self._desk.channels[channel].active:
            raise Refusal("channel_not_active")
        if agent.channels is not None and channel not in agent.channels:
            raise Refusal("staff_has_not_access")
        contact = contact_of(fields, channel)
        if not self._desk.switches.company_fields:
            contact = replace(contact, company_name="", company_position="", note="")
        if not (contact.custom_id if channel in self._desk.channels else contact.email or contact.phone):
            raise Refusal("empty_contact")
        return contact

    def _changeable(self, ref: str, agent: Agent) -> Case:
        case = self._desk.casework.living(ref)
        check_access(agent, case)
        return case

    def _changeable_ones(self, refs: list[str], agent: Agent) -> list[Case]:
        """The cases that can be changed; a single one that cannot is refused, of several it is left out."""
        if len(refs) > BULK_LIMIT:
            raise Refusal("too_many_cases")
        if len(refs) == 1:
            return [self._changeable(refs[0], agent)]
        cases: dict[int, Case] = {}
        for ref in refs:
            try:
                case = self._changeable(ref, agent)
            except Refusal:
                continue
            cases[case.case_id] = case
        return list(cases.values())

    def _done(self, refs: list[str], case_ids: list[int]) -> web.Response | None:
        return answer({"case_success_id": case_ids}) if len(refs) > 1 else None


def readable(desk: Desk, request: web.Request) -> Case:
    """Return the case in the path if the asking agent may see it."""
    case = desk.case(request.match_info["ref"])
    thrown = (case.deleted or case.spam) and not desk.switches.trashed_readable
    if thrown or (case.parent_case_id and not desk.switches.absorbed_readable):
        raise Refusal("case_not_found")
    check_access(request[AGENT], case)
    return case
