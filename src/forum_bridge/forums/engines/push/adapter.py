"""Takes posts that a forum's owner sends, and sends agents' answers back, both signed as Standard Webhooks. Reads no
page and has no account."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from yarl import URL

from forum_bridge.errors import NotPosted, WatchTrouble
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.engines.push import delivery, documents
from forum_bridge.forums.engines.push.options import PushOptions
from forum_bridge.forums.pushed import NotSigned, Pushed, PushRequest
from forum_bridge.model import Cursor, Draft, Markup, Reading, Receipt, ThreadRef, Watch, WatchKind
from forum_bridge.web.address import shown
from forum_bridge.web.post_out import Outgoing
from forum_bridge.web.session import ForumSession
from forum_bridge.web.standard_webhooks import ID, told_at


class Push:
    """One owner's forum."""

    name = "push"
    markup = Markup.HTML
    watches: ClassVar[frozenset[WatchKind]] = frozenset()
    opens_with: ClassVar[frozenset[str]] = frozenset()
    idempotent = True
    Options: ClassVar[type[AdapterOptions]] = PushOptions

    def __init__(self, options: PushOptions, session: ForumSession) -> None:
        self._keys = options.keys
        self._now = session.now
        self._to = options.answers_to
        self._out = Outgoing(session.user_agent, private=options.private_network)

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """There is nothing to read. Raises WatchTrouble."""
        del watch, cursor
        raise WatchTrouble("The adapter push reads nothing: its forum sends its posts by itself.", explanation="")

    def decode_push(self, request: PushRequest) -> Pushed:
        """Return the posts that a request brings. Raises NotSigned, Malformed."""
        self.check_asked(request)
        reading = documents.reading(request.content, request.now)
        ahead = timedelta(seconds=told_at(request.headers) - request.now.timestamp())
        return Pushed(request.headers[ID], reading, ahead)

    def check_asked(self, request: PushRequest) -> None:
        """Raise NotSigned unless the owner has signed the request just now."""
        if why := self._keys.why_not(request.headers, request.content, request.now):
            raise NotSigned(why)

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Send an answer; the same at each try, so that the owner knows it again. Raises Retry, Unclear, NotPosted, and
        WatchTrouble where the owner's side has to be mended first."""
        if self._to is None:
            raise NotPosted(
                "options.answers_to of this forum is not set, so nobody takes its answers",
                explanation="Set it, or post the answer by hand.",
            )
        now = self._now()
        body = delivery.document(thread, draft, now)
        answer = await self._out.post(self._to, body, self._keys.signed(draft.key, body, now))
        return delivery.receipt(answer, thread)

    async def probe(self) -> str:
        """Ask the owner's server for the headers of ``answers_to``: that writes nothing. Raises Retry, WatchTrouble."""
        if self._to is None:
            return "answers_to is not set: agents' answers will be dead letters, to be posted by hand"
        answer = await self._out.head(self._to)
        safe = "" if URL(self._to).scheme == "https" else ", unencrypted"
        return (
            f"{shown(self._to)} is reached{safe} (HEAD is answered with {answer.status}); whether it takes the"
            " signature only an answer shows"
        )
