"""What is asked of a forum: built from an address or a form, and built anew when a redirect leads on. Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from forum_bridge.web import form_body
from forum_bridge.web.address import absolute, origin
from forum_bridge.web.forms import Form
from forum_bridge.web.page import Validators
from forum_bridge.web.upload import Streamed

MAX_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BODY_STAYS = frozenset((307, 308))


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the address is absolute and escaped."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | Streamed | None = None


def reading(url: str, validators: Validators | None, headers: Mapping[str, str] | None) -> Request:
    """Return a GET that asks for the page only if it is not the one the validators came from."""
    conditions = {
        "If-None-Match": validators.etag if validators else None,
        "If-Modified-Since": validators.modified if validators else None,
    }
    return Request("GET", url, {**(headers or {}), **{name: mark for name, mark in conditions.items() if mark}})


def submitting(form: Form, referer: str, headers: Mapping[str, str] | None = None) -> Request:
    """Return the request a browser makes of a form on the page ``referer``."""
    said = {**(headers or {}), "Referer": referer.partition("#")[0]}
    if form.method == "GET":
        return Request("GET", form_body.query_address(form), said)
    content, content_type = form_body.body(form)
    said |= {"Origin": origin(referer), "Content-Type": content_type}
    if isinstance(content, Streamed):
        said["Content-Length"] = str(content.size)
    return Request("POST", form.action, said, content)


def calling(method: str, url: str, payload: object, headers: Mapping[str, str] | None) -> Request:
    """Return the request that hands an API a JSON document (RFC 8259, so UTF-8); None sends no body."""
    said = {**(headers or {})}
    if payload is None:
        return Request(method, url, said)
    said["Content-Type"] = "application/json"
    return Request(method, url, said, json.dumps(payload, ensure_ascii=False).encode())


def led_to(url: str, status: int, headers: Mapping[str, str]) -> str | None:
    """Return where a redirect leads, absolute, None if it is none. Raises WatchTrouble if that is no address."""
    target = headers.get("Location")
    return absolute(url, target) if status in _REDIRECTS and target else None


def carried_on(request: Request, status: int, target: str) -> Request:
    """Return the request as a browser follows it to ``target``: with its body after 307 and 308, else as a GET."""
    if status in _BODY_STAYS:
        return Request(request.method, target, request.headers, request.body)
    return Request("GET", target, {"Referer": request.headers["Referer"]})
