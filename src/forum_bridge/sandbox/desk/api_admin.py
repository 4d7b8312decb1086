"""The API's writes to labels and groups, which a case then carries or loses. Reading them is elsewhere."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.desk.account import Group, Label
from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.body import read_fields
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.envelope import answer
from forum_bridge.sandbox.desk.layers import AGENT
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk


class AdminRoutes:
    """Handlers of ``labels…`` and ``groups…`` but for the lists."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def create_label(self, request: web.Request) -> web.Response:
        """Make a label. 201."""
        title = (await read_fields(request, "label", self._desk.timezone)).text("label_title")
        if not title:
            raise Refusal("empty_label_title")
        label = Label(max(self._desk.labels, default=0) + 1, title)
        self._desk.labels[label.label_id] = label
        return answer({"label": _label(label)}, 201)

    async def update_label(self, request: web.Request) -> web.Response:
        """Rename a label."""
        label = self._label(request)
        title = (await read_fields(request, "label", self._desk.timezone)).text("label_title")
        label.title = title or label.title
        return answer({"label": _label(label)})

    async def delete_label(self, request: web.Request) -> web.Response:
        """Delete a label; the cases that carry it lose it. The answer is empty."""
        label = self._label(request)
        for case in self._desk.tables.cases.values():
            if label.label_id in case.labels:
                self._desk.casework.update(case, CaseFields(delete_labels=[label.label_id]), _by(request))
        del self._desk.labels[label.label_id]
        return web.Response()

    async def create_group(self, request: web.Request) -> web.Response:
        """Make a group. 201."""
        fields = await read_fields(request, "group", self._desk.timezone)
        if not fields.text("group_title"):
            raise Refusal("empty_group_title")
        group = Group(max(self._desk.groups, default=0) + 1, fields.text("group_title"))
        group.from_name, group.signature = fields.text("group_from_name"), fields.text("group_signature")
        self._desk.groups[group.group_id] = group
        return answer({"group": self._shapes.group(group)}, 201)

    async def update_group(self, request: web.Request) -> web.Response:
        """Change what the body names."""
        group = self._group(request)
        fields = await read_fields(request, "group", self._desk.timezone)
        group.title = fields.text("group_title") or group.title
        group.from_name = fields.text("group_from_name") or group.from_name
        group.signature = fields.text("group_signature") or group.signature
        return answer({"group": self._shapes.group(group)})

    async def disable_group(self, request: web.Request) -> web.Response:
        """Disable a group; its cases go to ``replace_group_id`` [code]."""
        group = self._group(request)
        await self._replace(request, group)
        group.active = False
        return answer({"group": self._shapes.group(group)})

    async def enable_group(self, request: web.Request) -> web.Response:
        """Enable a group again."""
        group = self._group(request)
        group.active = True
        return answer({"group": self._shapes.group(group)})

    async def delete_group(self, request: web.Request) -> web.Response:
        """Delete a group; its cases go to ``replace_group_id`` [code]. The answer is empty."""
        group = self._group(request)
        await self._replace(request, group)
        del self._desk.groups[group.group_id]
        return web.Response()

    async def _replace(self, request: web.Request, group: Group) -> None:
        fields = await read_fields(request, "group", self._desk.timezone)
        heir = fields.number("replace_group_id") or 0
        if heir == group.group_id or heir not in self._desk.groups:
            raise Refusal("group_not_found")
        for case in self._desk.tables.cases.values():
            if case.group_id == group.group_id:
                self._desk.casework.update(case, CaseFields(group_id=heir), _by(request))

    def _label(self, request: web.Request) -> Label:
        label = self._desk.labels.get(int(request.match_info["label_id"]))
        if label is None:
            raise Refusal("label_not_found")
        return label

    def _group(self, request: web.Request) -> Group:
        group = self._desk.groups.get(int(request.match_info["group_id"]))
        if group is None:
            raise Refusal("group_not_found")
        return group


def _by(request: web.Request) -> str:
    return f"staff_{request[AGENT].staff_id}"


def _label(label: Label) -> dict[str, object]:
    return {"label_id": label.label_id, "label_title": label.title}
