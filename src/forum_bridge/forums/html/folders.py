"""Personal messages of engines that keep single ones in folders: what came in one, what we sent in others. Those with
one person are one conversation: a subject says little, and engines seldom tell what answers what, but a message has one
sender. Their ids get here what tells them from public ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import structlog

from forum_bridge.errors import Forbidden, NotPosted, Unreadable
from forum_bridge.forums.html.address import at_root, filled
from forum_bridge.forums.html.messenger import Messenger
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_private import Inbox, Message
from forum_bridge.forums.html.private import as_threads
from forum_bridge.forums.reading.board import BoardReader
from forum_bridge.forums.reading.own_messages import OwnMessagesReader
from forum_bridge.forums.reading.page import BoardPage, Neighbours, ThreadPage
from forum_bridge.forums.reading.passing import Passing
from forum_bridge.forums.reading.sealed import plain, plain_id, sealed_posts, sealed_reading
from forum_bridge.markup.subject import subject_of
from forum_bridge.model import (
    PRIVATE,
    Author,
    Cursor,
    Draft,
    OwnPosts,
    Post,
    PostId,
    Reading,
    Receipt,
    ThreadId,
    ThreadRef,
    ThreadSeen,
    number_of,
)  # fmt: skip
from forum_bridge.web.page import Validators
from forum_bridge.web.session import ForumSession

NOBODY = "0"  # whose account is gone, and the forum itself


class Folder(Passing):
    """The source of one folder: a board, and each message on it a thread of one post."""

    def __init__(self, preset: Preset, inbox: Inbox, page: str, session: ForumSession) -> None:
        address = inbox.thread.address
        thread = inbox.thread.model_copy(update={"address": address and address.replace("{folder}", page)})
        super().__init__(Pages(as_threads(preset, inbox.model_copy(update={"thread": thread})), session))
        self.address = at_root(session.base_url, page)

    async def thread(self, url: str) -> ThreadPage:
        """Return a message's page. Raises as ``Source.thread``."""
        return self._alone(await self._pages.thread(url), url)

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a message's page again. Raises as ``Source.thread``."""
        page, marks = await self._pages.revisit(url, validators)
        return (self._alone(page, url) if page is not None else None), marks

    async def board(self, url: str) -> BoardPage:
        """Return one page of the folder. Raises as ``Source.thread``."""
        page = await super().board(url)
        if page.full:
            structlog.get_logger().warning("inbox.full", folder=self.address)
        return page

    def _alone(self, page: ThreadPage, url: str) -> ThreadPage:
        """Return a page as that of its message: what else it shows, a list or what was written before, has a page of
        its own."""
        ref = self._pages.ref(url)
        own = tuple(replace(post, url=ref.url, opening=True) for post in page.posts if str(post.id) == str(ref.id))
        if not own:
            raise Unreadable(f"{url} does not show the message {ref.id}.")
        return replace(page, posts=own, pages=Neighbours())


class Folders:
    """Personal messages of the session's account. Whatever passes is ``private``."""

    def __init__(self, preset: Preset, inbox: Inbox, message: Message | None, session: ForumSession) -> None:
        self._messenger = Messenger(preset, inbox, message, session) if message is not None else None
        self._person = message.page if message is not None else inbox.page
        self._session = session
        self._received = Folder(preset, inbox, inbox.page, session)
        self._sent = tuple(Folder(preset, inbox, page, session) for page in inbox.sent)

    async def read(self, cursor: Cursor | None, since: datetime | None) -> Reading:
        """Return what is new in the inbox. Raises as ``HtmlReader.read``; Forbidden without an account."""
        if self._session.credentials is None:
            raise Forbidden("Personal messages belong to an account.", explanation="Set login.user and login.password.")
        reader = BoardReader(self._received, self._session.now, oldest_first=True)
        return sealed_reading(self._by_person(await reader.read(self._received.address, cursor, since)))

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Answer a person: that message of theirs which the draft is for, if it is for one. Raises as
        ``HtmlWriter.reply``."""
        person = str(plain(thread).id)
        if person == NOBODY:
            raise NotPosted("The message is from nobody who has an account: there is nobody to write to.")
        asked, subject = draft.to, subject_of(thread.title)
        if asked is None or asked.author.id != person or not asked.post_id.startswith(PRIVATE):
            return await self.message(Author(person, person), subject, draft)
        return await self._writer().answer(asked.author, plain_id(asked.post_id) or "", subject, draft)

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return what we wrote to the person of a conversation after a message (None: ever)."""
        person = Author(plain(thread).id, plain(thread).id)
        return await self._looked(person, lambda reader: reader.after(person, plain_id(after)))

    async def message(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Write to somebody. Raises as ``HtmlWriter.reply``; NotPosted where nobody can be written to."""
        return await self._writer().message(to, subject, draft)

    async def own_messages(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to a person since a moment of our clock; see ``own_messages.py``."""
        return await self._looked(to, lambda reader: reader.read(to, since))

    async def _looked(self, to: Author, look: Callable[[OwnMessagesReader], Awaitable[OwnPosts]]) -> OwnPosts:
        """Look through the folders that a message of ours goes through, the one that it leaves first, so that none
        passes us on its way."""
        posts: dict[PostId, Post] = {}
        complete = True
        for folder in self._sent:
            found = await look(OwnMessagesReader(self._session, folder, folder.address))
            posts |= {post.id: replace(post, thread=self._with(to, post)) for post in found.posts}
            complete = complete and found.complete
        return sealed_posts(OwnPosts(tuple(sorted(posts.values(), key=_number)), complete))

    def _by_person(self, reading: Reading) -> Reading:
        """Return a reading of messages as one of the conversations with those who wrote them."""
        posts = tuple(replace(post, thread=self._with(post.author, post)) for post in reading.posts)
        firsts = {post.thread.id: post for post in reversed(posts)}
        seen = tuple(ThreadSeen(post.thread, post) for post in firsts.values())
        return replace(reading, posts=posts, threads=seen, moved={})

    def _with(self, person: Author, post: Post) -> ThreadRef:
        """Return the conversation with a person, called as this message is."""
        who = person.id or NOBODY
        return ThreadRef(ThreadId(who), at_root(self._session.base_url, filled(self._person, who)), post.thread.title)

    def _writer(self) -> Messenger:
        if self._messenger is None:
            raise NotPosted("The adapter does not know how to write to people.")
        return self._messenger


def _number(post: Post) -> int:
    return number_of(post.id) or 0
