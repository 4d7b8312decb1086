"""The files of an answer on their way to the forum: those that it takes are fetched from the desk and hung on the post,
all others are links in its text. The text names each file in any case, so that a file which is lost on the way is seen
to be missing, and a post is recognised whichever way its files went."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from bs4 import BeautifulSoup

from forum_bridge.bridge.answer_files import AnswerFiles, name_of
from forum_bridge.bridge.retry import describe
from forum_bridge.bridge.site import Site
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.forums.contract import CanUpload
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.model import Attachment, Post, ThreadRef, Upload
from forum_bridge.web.fetch import Bounds
from forum_bridge.web.incoming import NoFile

LARGEST_TOGETHER = 25_000_000  # bytes
SECONDS = 60.0  # to fetch one file
SECONDS_TOGETHER = 180.0
TRIES = 5  # to fetch what may be there at the next try
LOST_WRITES = 2  # with files; then without, since they may be why


@dataclass(frozen=True, slots=True)
class Packed:
    """The files that hang on the post, and the places they have among the answer's attachments."""

    uploads: tuple[Upload, ...] = ()
    places: frozenset[int] = frozenset()


class AnswerUploads:
    """Fetches the files of one desk's answers. Writes nothing."""

    def __init__(self, files: AnswerFiles) -> None:
        self._files = files

    @asynccontextmanager
    async def packed(self, site: Site, answer: AnswerRow, thread: ThreadRef) -> AsyncIterator[Packed]:
        """Hold the files that hang on an answer's post while it is written; none where the adapter does not upload.

        Raises Retry where a file may be there at the next try."""
        adapter = site.adapter
        with ExitStack() as stack:
            if isinstance(adapter, CanUpload) and may_hang(answer) and not thread.private:
                yield await self._pack(adapter, answer, stack)
            else:
                yield Packed()

    async def _pack(self, adapter: CanUpload, answer: AnswerRow, stack: ExitStack) -> Packed:
        uploads: dict[int, Upload] = {}
        until = asyncio.get_running_loop().time() + SECONDS_TOGETHER
        for place, file in enumerate(answer.attachments):
            name = name_of(file)
            if len(uploads) == adapter.most_files:
                break
            if not self._files.serves(file) or not adapter.takes(name, file.size):
                continue
            left = LARGEST_TOGETHER - sum(upload.size for upload in uploads.values())
            try:
                if asyncio.get_running_loop().time() > until:
                    raise NoFile("all files together took too long")
                upload = await self._fetched(file, name, left, stack)
            except (Retry, OSError) as error:
                if answer.attempts + 1 < TRIES:
                    raise
                _linked(answer, error)
            except BridgeError as error:
                _linked(answer, error)
            else:
                if adapter.takes(name, upload.size):
                    uploads[place] = upload
        return Packed(tuple(uploads.values()), frozenset(uploads))

    async def _fetched(self, file: Attachment, name: str, left: int, stack: ExitStack) -> Upload:
        async with self._files.open(file, Bounds(left, SECONDS)) as incoming:
            content = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 -- the stack closes it
            size = await incoming.store(content)
        return Upload(name, incoming.mime, size, content)


def may_hang(answer: AnswerRow) -> bool:
    """Return whether an answer's files may be uploaded: a private answer's stay behind links that only its reader has,
    and what a forum has refused is not offered again."""
    return bool(answer.attachments) and not (answer.files_linked or answer.private)


def missing_on(post: Post, answer: AnswerRow, site: Site) -> tuple[str, ...]:
    """Return the names of an answer's files that a post which was looked up neither links nor shows hanging on it; all
    of them where it cannot be told which."""
    if not (isinstance(site.adapter, CanUpload) and may_hang(answer)):
        return ()
    links = " ".join(link.get_text(" ") for link in BeautifulSoup(post.html, "lxml").find_all("a"))
    names = [name for file in answer.attachments if (name := name_of(file)) not in links]
    if len(post.attachments) >= len(names):
        return ()
    there = {attachment.name for attachment in post.attachments}
    return tuple(name for name in names if name not in there) or tuple(names)


def _linked(answer: AnswerRow, error: Exception) -> None:
    structlog.get_logger().info("answers_file_linked", message=answer.message_id, reason=describe(error))
