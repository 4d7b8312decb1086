"""The files of a post on their way to the desk: its attachments and the pictures in its text, fetched here (Deskie has
no account on the forum) and sent along. What cannot be is linked, with the reason, and holds no post back for long.

``attachment_urls``, with which Deskie would fetch them itself, is used nowhere: it cannot see what stands behind a
login, may decline a whole message for one address that it cannot fetch, and says nothing of what it left out."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.retry import describe
from forum_bridge.bridge.site import Site
from forum_bridge.deskie import DeskDeclined, Priority
from forum_bridge.errors import BridgeError, Retry, RobotsForbid, SignInNeeded, Unclear
from forum_bridge.ledger import posts
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.pictures import sources
from forum_bridge.model import Attachment, Upload
from forum_bridge.web.aside import aside
from forum_bridge.web.fetch import Bounds
from forum_bridge.web.file_name import clean_name, name_in
from forum_bridge.web.incoming import NoFile

LARGEST = 25_000_000  # bytes; Deskie says 25 MB and does not say which
LARGEST_TOGETHER = 50_000_000
MOST = 20
SECONDS = 60.0  # for one file
SECONDS_TOGETHER = 300.0
TRIES = 3  # with all files; then what still cannot be fetched is linked
GIVEN_UP = TRIES + 1  # then none is sent along: the upload itself fails


@dataclass(slots=True)
class Luggage:
    """What goes with a message. ``pictures`` names those of the text by address, ``attachments`` are the post's other
    files; ``why_linked`` says by address why one is not among ``uploads``."""

    uploads: list[Upload] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    why_linked: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The bytes of all uploads."""
        return sum(upload.size for upload in self.uploads)


class PostFiles:
    """Fetches files, and keeps count of what failed on the post's row."""

    def __init__(self, ledger: Ledger, desk: Desk) -> None:
        self._ledger = ledger
        self._desk = desk

    @asynccontextmanager
    async def packed(self, post: PostRow, site: Site, priority: Priority) -> AsyncIterator[Luggage]:
        """Hold a post's files while it is written to the desk.

        Raises Retry where a file may be there at the next try, or the desk declined a message with files: it then goes
        without them."""
        with ExitStack() as stack:
            luggage = await self._pack(post, site, priority, stack)
            try:
                yield luggage
            except DeskDeclined as error:
                if not luggage.uploads:
                    raise
                await self._failed(post, GIVEN_UP)
                raise Retry(f"The message goes without its files: {error}") from error
            except Unclear:
                if luggage.uploads:
                    await self._failed(post, post.file_tries + 1)
                raise

    async def _pack(self, post: PostRow, site: Site, priority: Priority, stack: ExitStack) -> Luggage:
        pictures = await aside(len(post.html or ""), _pictures, post)
        wanted = {file.url: file for file in [*map(Attachment, pictures), *post.attachments]}  # named ones win
        luggage = Luggage()
        if wanted:
            self._desk.client.ready(priority)  # not to fetch it all for nothing
        fetching = _Fetching(post, site, stack, luggage)
        for file in wanted.values():
            try:
                name = await fetching.fetch(file)
            except (Retry, OSError) as error:
                if post.file_tries < TRIES:
                    await self._failed(post, post.file_tries + 1)
                    raise
                name = _linked(luggage, file, "could not be fetched", error)
            except BridgeError as error:
                name = _linked(luggage, file, _why(error), error)
            if file.url in pictures:
                luggage.pictures[file.url] = name
            else:
                luggage.attachments.append(Attachment(file.url, name, file.mime, file.size))
        return luggage

    async def _failed(self, post: PostRow, tries: int) -> None:
        await self._ledger.commit(lambda db: posts.change(db, post.id, file_tries=tries))


def _pictures(post: PostRow) -> list[str]:
    return sources(clean_post(post.html or "", post.url).html)


class _Fetching:
    """Fetches the files of one message into ``luggage``; signs in anew at most once."""

    def __init__(self, post: PostRow, site: Site, stack: ExitStack, luggage: Luggage) -> None:
        self._post = post
        self._site = site
        self._stack = stack
        self._luggage = luggage
        self._signed_in = False
        self._until = asyncio.get_running_loop().time() + SECONDS_TOGETHER

    async def fetch(self, file: Attachment) -> str:
        """Add a file to the uploads and return its name. Raises Retry, or another error where it shall be linked."""
        luggage = self._luggage
        if self._post.file_tries >= GIVEN_UP:
            raise NoFile("the desk did not take it")
        if len(luggage.uploads) == MOST:
            raise NoFile(f"more than {MOST} files")
        if asyncio.get_running_loop().time() > self._until:
            raise NoFile("all files together took too long")
        if (file.size or 0) > LARGEST:
            raise NoFile("too large")
        try:
            upload = await self._fetched(file)
        except SignInNeeded:
            if self._signed_in:
                raise
            self._signed_in = True
            upload = await self._site.account.doing(lambda: self._fetched(file))
        luggage.uploads.append(upload)
        return upload.name

    async def _fetched(self, file: Attachment) -> Upload:
        left = LARGEST_TOGETHER - self._luggage.size
        try:
            return await self._stored(file, Bounds(min(LARGEST, left), SECONDS))
        except NoFile as error:
            if str(error) == "too large" and left < LARGEST:
                raise NoFile("too large together") from error
            raise

    async def _stored(self, file: Attachment, bounds: Bounds) -> Upload:
        async with self._site.fetcher.open(file.url, bounds, referer=self._post.url) as incoming:
            content = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 -- the stack closes it
            size = await incoming.store(content)
        name = incoming.told_name or file.name or name_in(incoming.url) or name_in(file.url)
        return Upload(clean_name(name, incoming.mime), incoming.mime, size, content)


def _why(error: BridgeError) -> str:
    if isinstance(error, NoFile):
        return str(error)
    return "closed by robots.txt" if isinstance(error, RobotsForbid) else "not open to the bridge"


def _linked(luggage: Luggage, file: Attachment, why: str, error: Exception) -> str:
    structlog.get_logger().info("file_linked", why=why, reason=describe(error))
    luggage.why_linked[file.url] = why
    return clean_name(file.name or name_in(file.url), file.mime or "")
