"""Files that hang on posts, as the forum hands them out: to everybody, or to members only."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from forum_bridge.sandbox.forum.keys import FORUM, to
from forum_bridge.sandbox.forum.reading import number
from forum_bridge.sandbox.forum.sessions import VISITOR


async def file(request: web.Request) -> web.Response:
    """One file, to be saved; pictures are shown. Where only members may see files, a guest is led to sign in."""
    forum = request.app[FORUM]
    found = forum.file(number(request.match_info["file"]))
    if forum.switches.files_for_members and request[VISITOR].person is None:
        return to(f"/login?next={found.path}")
    # A stranger's file must never run as a page of this address.
    place = "inline" if found.picture else "attachment"
    headers = {
        "Content-Type": found.mime,
        "Content-Disposition": f"{place}; filename*=UTF-8''{quote(found.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.Response(body=found.data, headers=headers)
