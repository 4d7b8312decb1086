"""Under which name an agent's answer stands in public: the configured alias, else the name on Deskie, else none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import DeskDeclined, Priority
from forum_bridge.model import Clock

KEPT = timedelta(hours=1)


class Agents:
    """Caches the desk's agents for an hour; an unknown id asks again at once."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._names: dict[int, str] = {}
        self._asked: datetime | None = None

    async def public_name(self, staff_id: int, aliases: Mapping[str, str]) -> str:
        """Return the public name of an agent, "" for a rule (id 0) or an agent of whom the desk tells nothing.

        ``aliases`` is by the agent's id or full name. Raises Retry when Deskie cannot be asked now.
        """
        if staff_id == 0:
            return ""
        if (alias := aliases.get(str(staff_id))) is not None:
            return alias
        stale = self._asked is None or self._clock() - self._asked > KEPT
        if stale or staff_id not in self._names:
            try:
                self._names = {each.id: each.name for each in await self._desk.client.staff(priority=Priority.ANSWER)}
            except DeskDeclined as error:
                structlog.get_logger().warning("agents_declined", reason=str(error))
            self._asked = self._clock()
        name = self._names.get(staff_id, "")
        return aliases.get(name, name)
