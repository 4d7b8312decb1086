"""One page of the sandbox: a template in the reader's language, with the headers that let no stranger's script run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from forum_bridge.sandbox.look.words import Words, language

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
PAGES = _HERE / "pages"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data: http: https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(slots=True)
class Sides:
    """Where the two halves of the sandbox stand, for the header of every page: base addresses, empty while unknown.
    Both halves share one of these; it is filled in once their ports are known."""

    forum: str = ""
    desk: str = ""


class Look:
    """Renders the templates in one folder, and the shared ones. ``side`` is ``forum`` or ``desk``."""

    def __init__(self, folder: Path, side: str, sides: Sides) -> None:
        self._environment = templates(folder)
        self._where = {"side": side, "sides": sides}

    def html(self, request: web.Request, template: str, values: Mapping[str, object]) -> str:
        """Return the rendered template in the language the request asks for."""
        words = words_of(request)
        page = self._environment.get_template(template)
        asked = {"t": words, "lang": words.lang, "path": request.path_qs, "write": "write" in request.query}
        return page.render(self._where | asked, **values)

    def page(
        self, request: web.Request, template: str, values: Mapping[str, object], *, status: int = 200
    ) -> web.Response:
        """Return the page as a response with an ETag; 304 when the reader has these very bytes already."""
        body = self.html(request, template, values).encode()
        response = web.Response(body=body, status=status, content_type="text/html", charset="utf-8")
        response.headers.update(_HEADERS)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Accept-Language, Cookie"
        if status != 200 or request.method not in {"GET", "HEAD"}:
            return response
        tag = hashlib.sha256(body).hexdigest()[:32]
        response.etag = tag
        if any(known.value in {tag, "*"} for known in request.if_none_match or ()):
            headers = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
            return web.Response(status=304, headers=headers)
        return response


@cache
def templates(folder: Path) -> Environment:
    """Return the templates of a folder and the shared ones, compiled once for all who show them in a process."""
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(PAGES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def words_of(request: web.Request) -> Words:
    """Return the texts in the language the request asks for."""
    return Words(language(request.headers.get("Accept-Language", "")))


def static_routes() -> Sequence[web.AbstractRouteDef]:
    """Return the route of the styles and scripts, served from the package under ``/static/``."""
    return [web.static("/static", STATIC)]
