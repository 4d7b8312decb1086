"""The webhook event of an agent's message, as bytes on the wire (fact sheet 7.2 and 11.H). Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from forum_bridge.sandbox.desk.plain import plain
from forum_bridge.sandbox.desk.records import Case, File, Message, User
from forum_bridge.sandbox.desk.switches import Switches

MESSAGE_NEW = "message_new"
FORM = "application/x-www-form-urlencoded"


def event(message: Message, case: Case, user: User | None, switches: Switches, base_url: str) -> dict[str, object]:
    """Return the ``object`` of the event; the customer's own identifier is empty where the user has vanished."""
    values: dict[str, object] = {
        "message_id": message.message_id,
        "case_id": case.case_id,
        "staff_id": message.staff_id,
        "user_id": case.user_id,
        str(switches.webhook_identifier): user.custom_id if user else "",
        "content": _content(message, switches),
    }
    if switches.webhook_content_html:
        values["content_html"] = message.content_html
    if message.files:
        values["attachments"] = [_attachment(file, switches, base_url) for file in message.files]
    values |= {"note": int(message.note), "sent_via_rule": int(message.via_rule)}
    if message.from_api or switches.webhook_from_api_zero:
        values["b_from_api"] = int(message.from_api)
    return values


def encoded(kind: str, values: Mapping[str, object], *, as_json: bool) -> tuple[bytes, str]:
    """Return body and content type: PHP's ``http_build_query`` with brackets percent-encoded, or JSON."""
    tree = {"type": kind, "object": values}
    if as_json:
        return json.dumps(tree, ensure_ascii=False).encode(), "application/json"
    return urlencode(list(_pairs(tree, ""))).encode(), FORM


def file_url(file: File, base_url: str) -> str:
    """Return where a file can be fetched: its source if only that was recorded, else the desk itself."""
    return file.url or f"{base_url}/files/{file.file_id}"


def _content(message: Message, switches: Switches) -> str:
    if switches.webhook_html_in_content:
        content = message.content_html or message.content
    else:
        content = message.content or plain(message.content_html)
    return escape(content) if switches.webhook_entities else content


def _attachment(file: File, switches: Switches, base_url: str) -> dict[str, object]:
    url: dict[str, object] = {"url": file_url(file, base_url)}
    if not switches.webhook_attachment_details:
        return url
    return {"file_id": file.file_id, "file_name": file.name, "file_size": file.size, "mime_type": file.mime, **url}


def _pairs(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Flatten a tree to PHP's bracket names, in order."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pairs(item, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _pairs(item, f"{name}[{index}]")
    else:
        yield name, str(value)
