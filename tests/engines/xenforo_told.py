"""What XenForo's API tells: posts as HTML, page numbers, refusals by codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Protocol

from aiohttp import web

HIDDEN = "(İçerik gizli)"


class Hung(Protocol):
    """A file that hangs on a post."""

    @property
    def name(self) -> str: ...
    @property
    def mime(self) -> str: ...


def api_html(message: str, files: Mapping[int, Hung], url: str) -> str:
    """Return what XF\\BbCode\\Renderer\\ApiHtml makes of a message, as far as our messages go."""
    html = escape(message, quote=False).replace("\n", "<br />\n")
    html = re.sub(r"\[SPOILER(?:=[^\]]*)?\].*?\[/SPOILER\]", f"<div>{HIDDEN}</div>", html, flags=re.DOTALL)
    html = re.sub(r"\[ISPOILER\].*?\[/ISPOILER\]", f"<span>{HIDDEN}</span>", html, flags=re.DOTALL)
    html = re.sub(r"\[B\](.*?)\[/B\]", r"<b>\1</b>", html)
    quote = r'\[QUOTE="([^",]*)[^"]*"\](.*?)\[/QUOTE\]'
    html = re.sub(quote, r'<blockquote class="xfBb-quote" data-name="\1">\2</blockquote>', html, flags=re.DOTALL)

    def attached(seen: re.Match[str]) -> str:
        file, full = files[int(seen[2])], f"{url}/eklenti/{seen[2]}/"
        if seen[1]:
            return f'<img src="{full}" alt="{file.name}" />'
        if file.mime.startswith("image/"):
            return f'<a href="{full}"><img src="{url}/data/attachments/0/{seen[2]}-kucuk.jpg" alt="{file.name}" /></a>'
        return f'<a href="{full}">Eki görüntüle: {file.name}</a>'

    return re.sub(r'\[ATTACH( type="full")?\](\d+)\[/ATTACH\]', attached, html)


def pagination(page: int, last: int, per_page: int, shown: int, total: int) -> dict[str, int]:
    return {"current_page": page, "last_page": last, "per_page": per_page, "shown": shown, "total": total}


def error(status: int, code: str, message: str, params: dict[str, object] | None = None) -> web.Response:
    return web.json_response({"errors": [{"code": code, "message": message, "params": params or []}]}, status=status)


def refusal(status: int, code: str, message: str) -> web.HTTPException:
    kinds = {400: web.HTTPBadRequest, 401: web.HTTPUnauthorized, 403: web.HTTPForbidden}
    told = error(status, code, message)
    return kinds[status](text=told.text, content_type="application/json")
