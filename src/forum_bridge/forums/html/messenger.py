"""Opens conversations with people, and finds again those that it opened. Knows one forum's form and inbox, not what
is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from forum_bridge.errors import NotPosted
from forum_bridge.forums.html.address import at_root
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Reply
from forum_bridge.forums.html.preset_private import Inbox, Message
from forum_bridge.forums.html.private import as_threads
from forum_bridge.forums.html.reply import Writer
from forum_bridge.forums.reading.own_messages import OwnMessagesReader
from forum_bridge.forums.reading.sealed import sealed_posts, sealed_receipt
from forum_bridge.model import Author, Draft, OwnPosts, Receipt
from forum_bridge.web.session import ForumSession


class Messenger:
    """Writes to people in the name of the session's account."""

    def __init__(self, preset: Preset, inbox: Inbox, message: Message, session: ForumSession) -> None:
        threads = as_threads(preset, inbox)
        refused = (*message.refused, *threads.says.refused)
        self._preset = threads.model_copy(update={"says": threads.says.model_copy(update={"refused": refused})})
        self._public = preset.thread.match
        self._inbox = inbox
        self._message = message
        self._session = session
        self._root = session.base_url
        self._pages = Pages(self._preset, session)

    async def message(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation. Raises as ``HtmlWriter.reply``; NotPosted where nobody can be written to."""
        return await self._write(self._message.page, to, {self._message.subject: subject}, draft)

    async def answer(self, to: Author, message: str, subject: str, draft: Draft) -> Receipt:
        """Answer a single message of somebody's, by the form that the engine has for it. Raises as ``message``."""
        if self._message.answer is None:
            return await self.message(to, subject, draft)
        page = self._message.answer.replace("{message}", quote(message, safe=""))
        return await self._write(page, to, {}, draft)

    async def _write(self, page: str, to: Author, fields: Mapping[str, str], draft: Draft) -> Receipt:
        if to.id is None:
            raise NotPosted(f"{to.name} is a guest, or has no account any more: there is nobody to write to.")
        told = self._message
        page = page.replace("{name}", quote(to.name, safe="")).replace("{id}", quote(to.id, safe=""))
        named = {told.recipient: to.name} if told.recipient is not None else {}
        form = Reply(
            form=told.form,
            text=told.text,
            fields=told.fields,
            button=told.button,
            done=told.done,
            queued=told.queued,
            posted_at=told.posted_at,
            posted=told.posted,
        )
        writer = Writer(self._preset, form, self._session, self._pages, fields={**fields, **named}, never=self._public)
        return sealed_receipt(await writer.write(at_root(self._root, page), draft))

    async def own_messages(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to a person since a moment of our clock; see ``own_messages.py``."""
        address = at_root(self._root, self._inbox.page)
        return sealed_posts(await OwnMessagesReader(self._session, self._pages, address).read(to, since))
