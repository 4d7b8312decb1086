"""What every handler of the forum's pages finds in its app."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.forum.sessions import Sessions
from forum_bridge.sandbox.forum.state import Forum
from forum_bridge.sandbox.look.page import Look

FORUM = web.AppKey("forum", Forum)
SESSIONS = web.AppKey("sessions", Sessions)
LOOK = web.AppKey("look", Look)
PATIENCE = web.AppKey("patience", float)  # seconds a page that waits for news is kept waiting


def to(location: str, status: int = 302) -> web.Response:
    """Return a redirect."""
    return web.Response(status=status, headers={"Location": location})
