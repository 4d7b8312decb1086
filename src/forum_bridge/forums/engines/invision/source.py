"""Invision's pages: posts and their topic are two documents, and where a post stands has to be looked for."""

from __future__ import annotations

from forum_bridge.errors import Gone
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.dialect import PlainDialect
from forum_bridge.forums.api.document import made, number, text, within
from forum_bridge.forums.api.numbered import page_with
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.invision import addresses, documents
from forum_bridge.forums.engines.invision.addresses import Topic
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.web.page import Validators


class Dialect(PlainDialect):
    """Invision's, on the community at ``root``."""

    addresses, documents = addresses, documents

    def thread_address(self, url: str) -> str:
        found = addresses.topic(url)
        return url if found.post is not None else found.posts

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address, self._root)

    def named(self, url: str) -> str | None:
        found = addresses.topic(url)
        return None if found.post is not None else found.id


class Source(ApiSource):
    """Asks for the topic beside each page of its posts."""

    def __init__(self, root: str, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        super().__init__(Dialect(root), client, pages_a_poll=pages_a_poll, threads_a_poll=threads_a_poll)

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a topic. Raises as ``Source.thread``."""
        found = addresses.topic(url)
        if found.post is not None:
            found = await self._where(found, found.post)
        return await self._whole(await self.document(found.posts), found)

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a topic again, None if its posts are unchanged, and the marks for the next time."""
        found = addresses.topic(url)
        document, marks = await self._client.read_again(found.posts, validators)
        return (await self._whole(document, found) if document is not None else None), marks

    async def _whole(self, told: object, found: Topic) -> ThreadPage:
        topic = await self.document(found.document)
        return await made(documents.thread_page, told, found.posts, topic, self.account_id)

    async def _where(self, found: Topic, post_id: str) -> Topic:
        """Return the page on which a post stands, in whichever topic moderators have put it."""
        post = await self.document(addresses.post_document(found.root, post_id))
        topic_id, wanted = text(within(post, "item_id")), number(post_id)
        if topic_id is None or wanted is None:
            raise Gone(f"{found.url}: nobody knows in which topic the post {post_id} stands.")
        there = Topic(found.root, topic_id)
        last = documents.pages(await self.document(there.posts))

        async def ids_on(page: int) -> list[int]:
            return list(await made(documents.ids, await self.document(there.at(page).posts)))

        return there.at(await page_with(wanted, last, ids_on))
