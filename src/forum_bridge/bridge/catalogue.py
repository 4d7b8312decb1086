"""The desk's labels, groups and languages by name: what people write in the configuration becomes the ids Deskie
wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import DeskDeclined
from forum_bridge.model import Clock, normalised

KEPT = timedelta(hours=1)


class Kind(StrEnum):
    """What may be named in the configuration."""

    LABEL = "label"
    GROUP = "group"
    LANGUAGE = "language"


class Catalogue:
    """Caches each list for an hour. A name that the desk does not have, or a list that it does not give, is logged and
    left out: the case matters more."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._lists: dict[Kind, tuple[datetime, Mapping[str, int]]] = {}

    async def id_of(self, kind: Kind, wanted: str) -> int | None:
        """Return the id of an entry by its id, name or (languages) code; None if there is none. Raises what calls
        raise."""
        wanted = normalised(wanted)
        if not wanted or wanted.isdigit():
            return int(wanted) if wanted else None
        found = (await self._list(kind)).get(wanted.casefold())
        if found is None:
            structlog.get_logger().warning("unknown_on_desk", kind=kind.value, name=wanted)
        return found

    async def _list(self, kind: Kind) -> Mapping[str, int]:
        asked, known = self._lists.get(kind, (None, {}))
        if asked is None or self._clock() - asked > KEPT:
            calls: Mapping[Kind, Callable[[], Awaitable[Mapping[str, int]]]] = {
                Kind.LABEL: self._labels,
                Kind.GROUP: self._groups,
                Kind.LANGUAGE: self._languages,
            }
            try:
                known = await calls[kind]()
            except DeskDeclined as error:
                structlog.get_logger().warning("list_declined", kind=kind.value, reason=str(error))
            self._lists[kind] = (self._clock(), known)
        return known

    async def _labels(self) -> Mapping[str, int]:
        return {normalised(each.title).casefold(): each.id for each in await self._desk.client.labels()}

    async def _groups(self) -> Mapping[str, int]:
        return {normalised(each.title).casefold(): each.id for each in await self._desk.client.groups()}

    async def _languages(self) -> Mapping[str, int]:
        languages = await self._desk.client.languages()
        titles = {normalised(each.title).casefold(): each.id for each in languages}
        return titles | {each.code.casefold(): each.id for each in languages}
