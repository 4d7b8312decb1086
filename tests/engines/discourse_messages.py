"""The personal messages of the stand-in for Discourse: those in which somebody else wrote are in the inbox, those in
which we wrote among the sent ones."""

from __future__ import annotations

from aiohttp import web
from tests.engines.discourse import DiscourseForum, Member, Topic, refused


class DiscourseMessages:
    """Lists a forum's personal messages."""

    def __init__(self, forum: DiscourseForum) -> None:
        self.forum = forum
        forum.app.router.add_get("/topics/private-messages/{name}.json", self._inbox)
        forum.app.router.add_get("/topics/private-messages-sent/{name}.json", self._sent)
        forum.app.router.add_get("/u/{name}.json", self._member)

    def tell(self, author: Member, title: str, raw: str, *others: Member) -> Topic:
        """Write a personal message to the bridge's member, and perhaps to others too."""
        members = frozenset({author.id, self.forum.kopru.id, *(each.id for each in others)})
        return self.forum.begin(title, author, raw, members=members, category=None)

    async def _inbox(self, request: web.Request) -> web.Response:
        return self._listed(request, sent=False)

    async def _sent(self, request: web.Request) -> web.Response:
        return self._listed(request, sent=True)

    def _listed(self, request: web.Request, *, sent: bool) -> web.Response:
        actor = self.forum.actor(request)
        if actor is None or actor.username != request.match_info["name"]:
            return refused(404, "Aranan adres bulunamadı.", "not_found")
        ours = [each for each in self.forum.topics.values() if actor.id in each.members]
        topics = [each for each in ours if any((entry.author is actor) is sent for entry in each.entries)]
        topics.sort(key=lambda each: each.entries[-1].time, reverse=True)
        return web.json_response(self.forum.listed(topics, request))

    async def _member(self, request: web.Request) -> web.Response:
        self.forum.actor(request)
        found = next((each for each in self.forum.members if each.username == request.match_info["name"]), None)
        if found is None:
            return refused(404, "Aranan adres bulunamadı.", "not_found")
        return web.json_response({"user": {"id": found.id, "username": found.username}})
