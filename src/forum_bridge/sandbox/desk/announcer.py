"""Tells the channel's webhook what happened in a case, spelt as the switches ask for. Knows no reason why."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.sandbox.desk.event import MESSAGE_NEW, encoded, event
from forum_bridge.sandbox.desk.records import Case, Change, Message
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables
from forum_bridge.sandbox.desk.webhook import Webhooks

MESSAGE_EDIT = "message_edit"
MESSAGE_DELETE = "message_delete"
CASE_UPDATE = "case_update"


class Announcer:
    """Puts events on their way. ``base_url`` is where files can be fetched, known once a server runs."""

    def __init__(self, tables: Tables, webhooks: Webhooks, switches: Switches) -> None:
        self.base_url = ""
        self._tables = tables
        self._webhooks = webhooks
        self._switches = switches

    def announce(self, case: Case, message: Message, kind: str = MESSAGE_NEW) -> None:
        """Send an event about a message; other kinds than new ones only by switch."""
        values = event(message, case, self._tables, self._switches, self.base_url)
        if kind == MESSAGE_NEW or self._switches.webhook_edits:
            self._send(case, message.message_id, kind, values)

    def opened(self, case: Case) -> None:
        """Say nothing: only answers are sent."""

    def heard(self, case: Case, changes: Sequence[Change]) -> None:
        """Send an event about a case's new state, by switch only."""
        if self._switches.webhook_edits and changes:
            values: dict[str, object] = {"case_id": case.case_id, "user_id": case.user_id, "status": str(case.status)}
            self._send(case, 0, CASE_UPDATE, values)

    def _send(self, case: Case, message_id: int, kind: str, values: dict[str, object]) -> None:
        channel = self._tables.channels.get(case.channel)
        if channel is None:  # an e-mail case: no webhook
            return
        stray = self._switches.webhook_stray_type
        for each in (stray, kind) if stray else (kind,):
            body, content_type = encoded(each, values, self._switches)
            self._webhooks.send(channel.webhook_url, message_id, case.case_id, body, content_type)
