"""The files that a request brings: parts of a multipart body, and addresses that Deskie would download. By default the
addresses are only recorded, so that a trial never leaves the machine."""

from __future__ import annotations

from collections.abc import Sequence
from mimetypes import guess_type
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import aiohttp

from forum_bridge.sandbox.desk.body import FILE_LIMIT
from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.desk.refusal import Refusal

UNKNOWN = "application/octet-stream"


async def uploads(fields: Fields, *, download: bool) -> list[Upload]:
    """Return the files under ``attachments`` and ``attachment_urls``. With ``download`` an address that cannot be
    fetched is refused with ``wrong_attachment_url``."""
    named = [_recorded(url) for url in fields.texts("attachment_urls")]
    return fields.uploads("attachments") + (await _downloaded(named) if download and named else named)


def _recorded(url: str) -> Upload:
    name = PurePosixPath(urlsplit(url).path).name or "file"
    return Upload(name, guess_type(name)[0] or UNKNOWN, url=url)


async def _downloaded(named: Sequence[Upload]) -> list[Upload]:
    files = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        for file in named:
            try:
                async with session.get(file.url, raise_for_status=True) as answer:
                    data = await answer.content.read(FILE_LIMIT + 1)
                    mime = answer.content_type
            except (aiohttp.ClientError, TimeoutError):
                raise Refusal("wrong_attachment_url") from None
            if len(data) > FILE_LIMIT:
                raise Refusal("file_too_big")
            files.append(Upload(file.name, mime, data))
    return files
