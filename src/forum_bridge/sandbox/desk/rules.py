"""Automation rules whose action is a webhook (fact sheet 7.5): the admin writes the body with ``[variables]``, so every
value is a string and no event is named unless typed in. Knows no HTTP beyond the bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, urlencode

from forum_bridge.sandbox.desk.event import FORM
from forum_bridge.sandbox.desk.records import Case, Change, Status
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables
from forum_bridge.sandbox.desk.variables import variables
from forum_bridge.sandbox.desk.webhook import Webhooks

VARIABLE = re.compile(r"\[(\w+)]")
USUAL = ("case_id", "case_number", "case_status", "last_message_id", "staff_id", "user_id")


class Happening(StrEnum):
    """What a rule can wait for. ``UPDATED`` is any act on a case, a message too."""

    CREATED = "case.created"
    UPDATED = "case.updated"
    OPENED = "case.opened"
    WAITING = "case.waiting"
    CLOSED = "case.closed"


BY_STATUS = {Status.OPEN: Happening.OPENED, Status.WAITING: Happening.WAITING, Status.CLOSED: Happening.CLOSED}


@dataclass(frozen=True, slots=True)
class Rule:
    """Send ``body`` to ``url`` when something happens. The address and the headers are secrets."""

    on: Happening
    url: str = field(repr=False)
    body: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Rules:
    """The rules of a desk. ``base_url`` tells where the desk stands."""

    def __init__(self, tables: Tables, switches: Switches, webhooks: Webhooks, base_url: Callable[[], str]) -> None:
        self._tables = tables
        self._switches = switches
        self._webhooks = webhooks
        self._base_url = base_url
        self._rules: list[Rule] = []

    def add(
        self,
        url: str,
        on: Sequence[str] = (Happening.CLOSED,),
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a webhook to ``url`` at each of these happenings. Without a ``body`` it is that of the fact sheet's
        example L, with the happening as ``event_type``. ``Refusal("wrong_event")`` for an unknown happening."""
        if not on or not set(on) <= set(Happening):
            raise Refusal("wrong_event")
        for name in on:
            usual = {"event_type": name, **{variable: f"[{variable}]" for variable in USUAL}}
            self._rules.append(Rule(Happening(name), url, body or usual, headers or {}))

    def clear(self) -> None:
        """Forget all rules."""
        self._rules.clear()

    def opened(self, case: Case) -> None:
        """A case is complete with its first message."""
        self._fire(case, {Happening.CREATED})

    def heard(self, case: Case, changes: Sequence[Change]) -> None:
        """An act on a case is complete."""
        moved = {BY_STATUS[Status(change.value)] for change in changes if change.event == "status"}
        self._fire(case, {Happening.UPDATED, *moved})

    def _fire(self, case: Case, happened: set[Happening]) -> None:
        rules = [rule for rule in self._rules if rule.on in happened]
        if not rules:
            return
        values = variables(self._tables, case, self._switches, self._base_url())
        for rule in rules:
            body, content_type = self._encoded({name: _filled(text, values) for name, text in rule.body.items()})
            self._webhooks.send(rule.url, 0, case.case_id, body, content_type, rule.headers)

    def _encoded(self, values: Mapping[str, str]) -> tuple[bytes, str]:
        if self._switches.rule_json:
            return json.dumps(values, ensure_ascii=False).encode(), "application/json"
        if self._switches.rule_encoded_twice:
            values = {name: quote(value, safe="") for name, value in values.items()}
        return urlencode(values).encode(), FORM


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its variables replaced; unknown ones stay as they were typed."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
