"""Reads and answers Invision Community by its REST API, with a key of the community's own (`login.api_key`), in the
name of a member (`login.user`: their name, or their number)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

from forum_bridge.errors import Forbidden, Gone, NotPosted, WatchTrouble
from forum_bridge.forums.api import bell
from forum_bridge.forums.api.adapter import ApiAdapter
from forum_bridge.forums.api.document import nodes, parsed, text, within
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.engines.invision import addresses, documents, ringing, writing
from forum_bridge.forums.engines.invision.source import Source
from forum_bridge.forums.pushed import Pushed, PushRequest
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, normalised
from forum_bridge.web.session import Credentials


class Invision(ApiAdapter):
    """Invision Community 4.2 and newer, 5 too."""

    name = "invision"
    markup = Markup.HTML
    Options: ClassVar[type[AdapterOptions]] = bell.BellOptions
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "Invision Community",
        "surely": ["article[id^='elComment_']", "script =~ ipsSettings\\s*=", "[data-controller^='core.front.']"],
        "hints": ["link[href*='/applications/core/interface/']", "a[href*='invisioncommunity.com']"],
        "cookies": "^ips4_",
        "thread": r"/topic/(?P<id>\d+)-",
        "board": r"/forum/\d+-[^/?#]*",
        "grant": "A key for the REST API (System, REST & OAuth, API Keys) with forums/topics: GETindex, GETitem and"
        " GETitem_posts, forums/posts: GETitem and POSTindex, core/members: GETindex and GETitem.",
    }
    _member = ""

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved document of a topic's posts (`/api/forums/topics/12/posts`). Raises Unreadable."""
        return documents.thread_page(parsed(saved, url), addresses.topic(url).posts)

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this community."""
        return Source(self._root, self._client, **options.limits)

    async def open(self, credentials: Credentials) -> Author:
        """Open the account. Raises Forbidden when the key opens nothing, or there is no such member; Retry."""
        if credentials.api_key is None:
            raise Forbidden("login.api_key is not set", explanation="Make a key under REST & OAuth, and set it.")
        key = base64.b64encode(f"{credentials.api_key.get_secret_value()}:".encode()).decode()
        self._client.headers["Authorization"] = f"Basic {key}"
        member = await self._named(credentials.user)
        member_id, name = text(within(member, "id")), text(within(member, "name"))
        if member_id is None or name is None:
            raise Forbidden(
                f"There is no member called {credentials.user}.",
                explanation="Set login.user to the member's name, or to the number in their profile's address.",
            )
        self._member = member_id
        return Author(name, member_id)

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a post, unless the topic is locked: a key would be let in all the same. Raises Retry, Forbidden,
        NotPosted, Unclear."""
        try:
            topic = await self._client.read(addresses.topic(thread.url).document)
        except Gone as gone:
            raise NotPosted("The topic does not exist any more.") from gone
        if within(topic, "locked") is True or within(topic, "archived") is True:
            raise NotPosted("The topic is locked.")
        told = await self._client.submit(
            f"{self._root}/api/forums/posts", writing.new_post(thread, draft, self._member)
        )
        if not told.taken:
            raise writing.refusal(told)
        return writing.receipt(told, thread)

    def decode_push(self, request: PushRequest) -> Pushed:
        """Return where a webhook says that something is new. Raises NotSigned, Malformed."""
        return bell.heard(request, self._options, ringing.proof, ringing.hints)

    def quote(self, quote: Quote) -> str:
        """Return the quote as the editor makes it."""
        try:
            return writing.quote(quote, quote.text)
        except WatchTrouble:
            return common.quote(self.markup, quote)

    def mention(self, quote: Quote) -> str:
        """Return the author's name as the editor makes it."""
        try:
            return writing.mention(quote)
        except WatchTrouble:
            return common.mention(self.markup, quote)

    async def _named(self, user: str) -> object:
        if user.isascii() and user.isdigit():
            try:
                return await self._client.read(f"{self._root}/api/core/members/{user}", signing_in=True)
            except Gone:
                return None
        found = await self._client.read(f"{self._root}/api/core/members?{urlencode({'name': user})}", signing_in=True)
        members = nodes(within(found, "results"), "list of members")
        wanted = normalised(user).casefold()
        return next((each for each in members if normalised(text(each.get("name")) or "").casefold() == wanted), None)
