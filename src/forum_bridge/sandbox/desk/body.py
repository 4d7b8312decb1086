"""Reads a request's body, JSON, multipart or form with PHP's bracket names, to a tree. Knows no meaning of a field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import tzinfo
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from forum_bridge.sandbox.desk.choices import Wrapped
from forum_bridge.sandbox.desk.fields import Fields, expanded
from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.desk.refusal import Refusal

FILE_LIMIT = 25 * 2**20  # [doc: 25 MB a file, 50 MB in all]
TOTAL_LIMIT = 50 * 2**20


async def read_fields(request: web.Request, wrapper: str, zone: tzinfo, file_limit: int = FILE_LIMIT) -> Fields:
    """Return what stands under ``wrapper``. Codes: ``wrong_request`` (unreadable, or no such wrapper),
    ``file_too_big`` (of more than ``file_limit`` bytes, or 50 MB in all)."""
    values = (await _read_tree(request, file_limit)).get(wrapper)
    if not isinstance(values, Mapping):
        raise Refusal("wrong_request")
    return Fields(values, zone)


async def read_either(request: web.Request, wrapper: str, zone: tzinfo, wrapped: Wrapped) -> Fields:
    """Return what stands under ``wrapper`` or bare, as ``wrapped`` allows; ``Refusal("wrong_request")``."""
    tree = await _read_tree(request, FILE_LIMIT)
    values = tree.get(wrapper)
    if isinstance(values, Mapping) and wrapped is not Wrapped.BARE:
        return Fields(values, zone)
    if wrapped is Wrapped.WRAPPED:
        raise Refusal("wrong_request")
    return Fields(tree, zone)


async def read_json(request: web.Request) -> Mapping[str, object]:
    """Return the JSON object in a body that says it is JSON; else ``Refusal("wrong_request")``."""
    if request.content_type != "application/json":
        raise Refusal("wrong_request")
    return await _read_tree(request, FILE_LIMIT)


async def _read_tree(request: web.Request, file_limit: int) -> Mapping[str, object]:
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request, file_limit)
    try:
        text = (await request.read()).decode()
        if request.content_type == "application/x-www-form-urlencoded":
            return expanded(parse_qsl(text, keep_blank_values=True))
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("wrong_request") from None
    return tree if isinstance(tree, Mapping) else {}


async def _read_multipart(request: web.Request, file_limit: int) -> Mapping[str, object]:
    pairs: list[tuple[str, object]] = []
    left = TOTAL_LIMIT
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                continue
            data = await _read_part(part, left if part.filename is None else min(left, file_limit))
            left -= len(data)
            if part.filename is None:
                pairs.append((part.name, data.decode()))
            else:
                mime = part.headers.get("Content-Type", "application/octet-stream")
                pairs.append((part.name, Upload(part.filename, mime, data)))
    except ValueError:  # also the decoding of a text
        raise Refusal("wrong_request") from None
    return expanded(pairs)


async def _read_part(part: BodyPartReader, limit: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > limit:
            raise Refusal("file_too_big")
    return part.decode(bytes(data))
