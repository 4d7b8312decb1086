"""The files of the stand-in for Discourse: its settings say what it takes, each upload gets a short address, and what
is taken is nowhere to be seen before a post names it."""

from __future__ import annotations

from hashlib import sha1

from aiohttp import web
from aiohttp.web_request import FileField
from tests.engines.discourse import DiscourseForum, refused


class DiscourseFiles:
    """Takes files for a forum. ``settings`` None forbids to read them; ``cut`` drops the connection after the next."""

    def __init__(self, forum: DiscourseForum) -> None:
        self.forum = forum
        self.settings: dict[str, object] | None = {
            "authorized_extensions": "jpg|jpeg|png|pdf",
            "max_attachment_size_kb": 10,
            "max_image_size_kb": 4096,
            "max_post_length": 500,
        }
        self.taken: list[tuple[str, bytes]] = []
        self.cut = False
        forum.app.router.add_get("/site/settings.json", self._settings)
        forum.app.router.add_post("/uploads.json", self._upload)

    async def _settings(self, request: web.Request) -> web.Response:
        if self.settings is None:
            return refused(403, "İstenen kaynağı görüntüleme izniniz yok.", "invalid_access")
        return web.json_response(self.settings)

    async def _upload(self, request: web.Request) -> web.Response:
        actor = self.forum.actor(request)
        if actor is None or "uploads:create" not in self.forum.scopes:
            return refused(403, "İstenen kaynağı görüntüleme izniniz yok.", "invalid_access")
        asked = await request.post()
        file = asked["file"]
        assert asked["upload_type"] == "composer" and isinstance(file, FileField)
        content, kind = file.file.read(), file.filename.rpartition(".")[2]
        listed = str((self.settings or {}).get("authorized_extensions", "jpg|png"))
        if kind not in listed.split("|"):
            return web.json_response({"errors": [f"Yalnızca şu uzantılar yüklenebilir: {listed}"]}, status=422)
        self.taken.append((file.filename, content))
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        short = f"{sha1(content, usedforsecurity=False).hexdigest()[:27]}.{kind}"
        return web.json_response({"id": len(self.taken), "short_url": f"upload://{short}"})
