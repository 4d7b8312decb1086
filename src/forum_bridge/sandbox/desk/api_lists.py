"""The API's lists of what an admin set up: agents, labels, groups, languages, fields, channels. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.envelope import Values, answer, numbered
from forum_bridge.sandbox.desk.query import paging, query
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk


class ListRoutes:
    """Handlers of the small lists and of single agents and groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def staff(self, request: web.Request) -> web.Response:
        """List the agents, disabled ones too."""
        return self._page(request, "staff", [self._shapes.staff(agent) for agent in self._desk.agents.values()])

    async def one_staff(self, request: web.Request) -> web.Response:
        """Show an agent."""
        agent = self._desk.tables.agent(int(request.match_info["staff_id"]))
        return answer({"staff": self._shapes.staff(agent)})

    async def custom_channels(self, request: web.Request) -> web.Response:
        """List the custom channels."""
        channels = [self._shapes.channel(channel) for channel in self._desk.channels.values()]
        return self._page(request, "custom_channel", channels)

    async def labels(self, request: web.Request) -> web.Response:
        """List the labels."""
        labels = self._desk.labels.values()
        items = [{"label_id": label.label_id, "label_title": label.title} for label in labels]
        return self._page(request, "label", items)

    async def groups(self, request: web.Request) -> web.Response:
        """List the groups."""
        return self._page(request, "group", [self._shapes.group(group) for group in self._desk.groups.values()])

    async def one_group(self, request: web.Request) -> web.Response:
        """Show a group."""
        group = self._desk.groups.get(int(request.match_info["group_id"]))
        if group is None:
            raise Refusal("group_not_found")
        return answer({"group": self._shapes.group(group)})

    async def languages(self, request: web.Request) -> web.Response:
        """List the languages."""
        items = [
            {"language_id": item.language_id, "code": item.code, "title": item.title, "active": item.active}
            for item in self._desk.languages.values()
        ]
        return self._page(request, "language", items)

    async def custom_fields(self, request: web.Request) -> web.Response:
        """List the custom fields."""
        items = [
            {
                "field_id": item.field_id,
                "title": item.title,
                "field_type": item.type,
                "field_level": item.level,
                "active": item.active,
                "field_data": "",
            }
            for item in self._desk.custom_fields.values()
        ]
        return self._page(request, "custom_field", items)

    def _page(self, request: web.Request, wrapper: str, items: Sequence[Values]) -> web.Response:
        page = paging(query(request, self._desk.timezone), self._desk.switches)
        return numbered(wrapper, items[page.part], len(items), self._desk.switches)
