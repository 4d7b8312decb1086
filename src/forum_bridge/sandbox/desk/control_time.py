"""Control acts of what the desk does by itself or by an admin's order: chats, the plan's clean-up, rules' webhooks, and
the clock if it can be moved. They change the desk only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.records import Case
from forum_bridge.sandbox.desk.rules import Happening
from forum_bridge.sandbox.desk.state import Desk


def time_acts(desk: Desk) -> Mapping[str, Callable[[Fields], Awaitable[object]]]:
    """Return these acts by name; ``advance`` is among them only where the desk's clock can be moved."""
    control = _TimeControl(desk)
    acts = {
        "complete_chat": control.complete_chat,
        "postpone_chat": control.postpone_chat,
        "plan_purge": control.plan_purge,
        "rule_webhook": control.rule_webhook,
    }
    return {**acts, "advance": control.advance} if desk.agenda.movable else acts


def chat_of(desk: Desk, case: Case) -> dict[str, object]:
    """Return how a case's chat stands; ``chat_ends_at`` is ISO 8601 in account time, empty if it never ends."""
    ends_at = case.chat_ends_at
    return {
        "active_chat": case.chat,
        "chat_warned": case.chat_warned,
        "chat_ends_at": ends_at.astimezone(desk.timezone).isoformat() if ends_at else "",
    }


class _TimeControl:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def complete_chat(self, asked: Fields) -> object:
        """``case_id``, ``done_by`` (nobody): move its live chat to the ordinary list; its status stays."""
        case = self._desk.case(asked.text("case_id"))
        self._desk.chats.complete(case, asked.text("done_by"))
        return chat_of(self._desk, case)

    async def postpone_chat(self, asked: Fields) -> object:
        """``case_id``: five minutes more."""
        case = self._desk.case(asked.text("case_id"))
        self._desk.chats.postpone(case)
        return chat_of(self._desk, case)

    async def plan_purge(self, _: Fields) -> object:
        """Do now what the nightly job does: delete the plan's surplus."""
        purged = self._desk.plan.purge()
        return {"cases": purged.cases, "users": purged.users}

    async def rule_webhook(self, asked: Fields) -> object:
        """``url``, ``events`` (``case.closed``), ``body`` (a map with ``[variables]``), ``headers``. An empty ``url``
        removes all of them."""
        if not asked.text("url"):
            self._desk.rules.clear()
            return {}
        events = asked.texts("events") or [Happening.CLOSED]
        body = {name: str(text) for name, text in asked.mapping("body").items()}
        headers = {name: str(text) for name, text in asked.mapping("headers").items()}
        self._desk.rules.add(asked.text("url"), events, body, headers)
        return {}

    async def advance(self, asked: Fields) -> object:
        """``seconds``: move the clock on; what becomes due happens on the way, webhooks are only put on theirs."""
        self._desk.agenda.advance(asked.number("seconds") or 0)
        return {"now": self._desk.clock().astimezone(self._desk.timezone).isoformat()}
