"""The door at which a forum's readers ask for the files of answers. Streams them from the desk and keeps none; whatever
a file says it is, a browser runs nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import structlog
from aiohttp import web

from forum_bridge.bridge.answer_files import AnswerFiles, name_of
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.ledger import answers
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.model import Attachment
from forum_bridge.web.incoming import Incoming

AT_ONCE = 16  # files under way; a picture in a busy thread must not keep the webhook from being heard
_NEVER_SHOWN = frozenset((State.IGNORED, State.DEAD))


def add_routes(app: web.Application, ledger: Ledger, files: AnswerFiles) -> None:
    """Add ``GET /files/<token>/<name>``: 404 for a link that is not ours or names nothing that was published, 304 for
    what the reader has already, 503 while too many are under way, 502 when the desk does not give the file."""
    room = asyncio.Semaphore(AT_ONCE)

    async def get(request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        file = await _published(ledger, files, token)
        if file is None or request.match_info["name"] != name_of(file):
            raise web.HTTPNotFound
        mark = f'"{token[-32:]}"'  # a message's file never changes
        if mark in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers={"ETag": mark})
        if room.locked():
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        async with room:
            return await _pass_on(request, files, file, mark)

    app.router.add_get("/files/{token}/{name}", get)


async def _published(ledger: Ledger, files: AnswerFiles, token: str) -> Attachment | None:
    named = files.named(token)
    if named is None:
        return None
    message_id, index = named
    async with ledger.reading() as db:
        answer = await answers.by_message(db, files.desk, message_id)
    if answer is None or answer.state in _NEVER_SHOWN or index >= len(answer.attachments):
        return None
    file = answer.attachments[index]
    return file if files.serves(file) else None


async def _pass_on(request: web.Request, files: AnswerFiles, file: Attachment, mark: str) -> web.StreamResponse:
    response = None
    try:
        async with files.open(file) as incoming:
            response = _response(incoming, name_of(file), mark)
            await response.prepare(request)
            if request.method != "HEAD":
                await _write(response, incoming.chunks())
            await response.write_eof()
            return response
    except BridgeError as error:
        structlog.get_logger().warning("file_not_passed_on", reason=str(error))
        if response is None or not response.prepared:
            status = web.HTTPBadGateway if isinstance(error, Retry) else web.HTTPNotFound
            raise status from None
        if request.transport is not None:
            request.transport.abort()  # a part must not look like the whole
        return response


async def _write(response: web.StreamResponse, chunks: AsyncIterator[bytes]) -> None:
    async for chunk in chunks:
        await response.write(chunk)


def _response(incoming: Incoming, name: str, mark: str) -> web.StreamResponse:
    place = "inline" if incoming.picture else "attachment"
    response = web.StreamResponse(
        headers={
            "Content-Type": incoming.picture or "application/octet-stream",
            "Content-Disposition": f"{place}; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",  # pictures stand in the forum's pages
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
            "Cache-Control": "public, max-age=604800, immutable",
            "ETag": mark,
        }
    )
    response.content_length = incoming.size
    return response
