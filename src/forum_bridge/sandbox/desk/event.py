"""The webhook event of an agent's message, as bytes on the wire (fact sheet 7.2 and 11.H). Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from forum_bridge.sandbox.desk.fields import date
from forum_bridge.sandbox.desk.plain import plain
from forum_bridge.sandbox.desk.records import Case, File, Message
from forum_bridge.sandbox.desk.switches import Switches
from forum_bridge.sandbox.desk.tables import Tables

MESSAGE_NEW = "message_new"
FORM = "application/x-www-form-urlencoded"


def event(message: Message, case: Case, tables: Tables, switches: Switches, base_url: str) -> dict[str, object]:
    """Return the ``object`` of the event; the customer's own identifier is empty where the user has vanished."""
    user = tables.users.get(case.user_id)
    linked = user.linked if user and switches.webhook_linked_user else set()
    values: dict[str, object] = {
        "message_id": message.message_id,
        "case_id": case.case_id,
        "staff_id": message.staff_id,
        "user_id": min({case.user_id, *linked}),
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
    return values | _more(message, case, tables) if switches.webhook_more_fields else values


def encoded(kind: str, values: Mapping[str, object], switches: Switches) -> tuple[bytes, str]:
    """Return body and content type: PHP's ``http_build_query`` with brackets percent-encoded, or JSON. What the
    charset lacks becomes a character reference in a form, a question mark in JSON."""
    head, body = {"type": kind}, {"object": values}
    tree: dict[str, object] = {**head, **body} if switches.webhook_type_first else {**body, **head}
    charset = str(switches.webhook_charset)
    if switches.webhook_json:
        return json.dumps(tree, ensure_ascii=False).encode(charset, "replace"), "application/json"
    return urlencode(list(_pairs(tree, "")), encoding=charset, errors="xmlcharrefreplace").encode(), FORM


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


def _more(message: Message, case: Case, tables: Tables) -> dict[str, object]:
    agent = tables.agents.get(message.staff_id)
    return {
        "case_number": case.case_number,
        "channel": case.channel,
        "status": str(case.status),
        "subject": case.subject,
        "staff_full_name": agent.full_name if agent else "",
        "staff_thumbnail": agent.thumbnail if agent else "",
        "created_at": date(message.created_at, tables.timezone),
    }


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
