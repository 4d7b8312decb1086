"""The agent's screen: cases on the left, the conversation on the right, an editor below. Knows the
desk only by its acts."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from forum_bridge.sandbox.desk.records import Case, Status
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk
from forum_bridge.sandbox.desk.view import Line, Row, customer_of, line_of, row_of, state_of
from forum_bridge.sandbox.look.clean import clean, paragraphs
from forum_bridge.sandbox.look.page import Look, Sides, static_routes, words_of

_Handler = Callable[[web.Request], Awaitable[web.Response]]
_WORDED = {"case_not_found", "empty", "form_expired", "staff_not_active"}


@dataclass(slots=True)
class _Screen:
    """One desk on one screen. ``read`` holds, by case, the newest message that stood on the screen."""

    desk: Desk
    look: Look
    patience: float
    csrf: str = field(default_factory=secrets.token_urlsafe, repr=False)
    read: dict[int, int] = field(default_factory=dict)

    def rows(self) -> Sequence[Row]:
        """Return the cases, newest message first."""
        rows = [row_of(self.desk, case, self.read.get(case.case_id, 0)) for case in self.desk.cases()]
        return sorted(rows, key=lambda row: (row.time, row.case.case_id), reverse=True)

    def lines(self, case: Case) -> Sequence[Line]:
        """Return the conversation, oldest message first; from now on it counts as read."""
        messages = self.desk.messages(case)
        if messages:
            self.read[case.case_id] = messages[-1].message_id
        return [line_of(self.desk, message) for message in messages]

    def values(self, case: Case | None) -> dict[str, object]:
        """Return what every template of the screen shows."""
        lines = [] if case is None else self.lines(case)
        return {
            "case": case,
            "lines": lines,
            "rows": self.rows(),
            "customer": "" if case is None else customer_of(self.desk, case.user_id),
            "state": "" if case is None else state_of(case),
            "csrf": self.csrf,
        }

    def page(self, request: web.Request, case: Case | None, code: str = "", **values: object) -> web.Response:
        """Return the whole page; ``code`` says why the last act was refused."""
        frame = {
            "version": self.desk.version,
            "agents": [agent for agent in self.desk.agents.values() if agent.active],
            "code": code,
            "reason": self.reason(request, code),
            "draft": "",
            "agent": 0,
        }
        return self.look.page(request, "desk.html", frame | values | self.values(case))

    def reason(self, request: web.Request, code: str) -> str:
        """Return why the desk refuses, in the reader's language."""
        words = words_of(request)
        return words(f"desk.refused.{code}") if code in _WORDED else words("desk.refused.other", code=code)

    def showing(self, handler: _Handler) -> _Handler:
        """Return the handler with the desk's refusals shown as a page."""

        async def shown(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                reason = self.reason(request, refusal.code)
                return self.look.page(request, "refused.html", {"reason": reason}, status=refusal.status)

        return shown

    def case(self, request: web.Request) -> Case:
        """Return the case that the address names."""
        return self.desk.case(_number(request.match_info["case"]))

    async def home(self, request: web.Request) -> web.Response:
        """The list of cases, none chosen."""
        return self.page(request, None)

    async def conversation(self, request: web.Request) -> web.Response:
        """One case; a merged one leads to where its messages went."""
        case = self.case(request)
        if case.parent_case_id:
            return _to(f"/case/{case.parent_case_id}")
        return self.page(request, case)

    async def news(self, request: web.Request) -> web.Response:
        """The changed parts of the page once the desk is past version ``after``; 204 if nothing happened in time."""
        seen = _number(request.query.get("after", ""))
        if seen > self.desk.version:  # a page from before a restart
            seen = 0
        if await self.desk.wait_past(seen, self.patience) <= seen:
            return web.Response(status=204)
        change = self.desk.version
        case = self.case(request) if "case" in request.match_info else None
        values = self.values(case)
        html = {part: self.look.html(request, f"{part}.html", values) for part in ("cases", "head", "messages")}
        unread = sum(row.unread for row in self.rows())
        return web.json_response({"change": change, "unread": unread, **html})

    async def answer(self, request: web.Request) -> web.Response:
        """Send what the agent wrote, to the customer or as an internal note."""
        case = self.case(request)
        fields = await self._form(request)
        html = clean(fields.get("html", ""), link_rel=None) or paragraphs(fields.get("text", ""))
        staff_id = _number(fields.get("agent", ""))
        if not html.striptags().strip() and "<img" not in html:
            return self.page(request, case, "empty", agent=staff_id)
        act = self.desk.add_note if fields.get("act") == "note" else self.desk.agent_reply
        try:
            message = await act(case.case_id, str(html), staff_id)
        except Refusal as refusal:
            return self.page(request, case, refusal.code, draft=html, agent=staff_id)
        return _to(f"/case/{case.case_id}#message-{message.message_id}")

    async def status(self, request: web.Request) -> web.Response:
        """Close or reopen a case."""
        case = self.case(request)
        fields = await self._form(request)
        closing = fields.get("status") == "closed"
        self.desk.set_status(case.case_id, Status.CLOSED if closing else Status.OPEN)
        return _to(f"/case/{case.case_id}")

    async def _form(self, request: web.Request) -> dict[str, str]:
        posted = await request.post()
        fields = {name: value for name, value in posted.items() if isinstance(value, str)}
        if not hmac.compare_digest(fields.get("csrf", "").encode(), self.csrf.encode()):
            raise Refusal("form_expired", 403)
        return fields


def _to(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def add_screen(app: web.Application, desk: Desk, sides: Sides | None = None, *, patience: float = 25.0) -> None:
    """Add the screen to the desk's app: ``/``, ``/news``, ``/case/…`` and ``/static/``. ``sides`` tells the header
    where the forum stands; ``patience`` is how many seconds a page may wait for news."""
    screen = _Screen(desk, Look(Path(__file__).parent / "pages", "desk", sides or Sides()), patience)
    app.add_routes(
        [
            web.get("/", screen.showing(screen.home)),
            web.get("/news", screen.showing(screen.news)),
            web.get("/case/{case}", screen.showing(screen.conversation)),
            web.get("/case/{case}/news", screen.showing(screen.news)),
            web.post("/case/{case}/answer", screen.showing(screen.answer)),
            web.post("/case/{case}/status", screen.showing(screen.status)),
            *static_routes(),
        ]
    )
