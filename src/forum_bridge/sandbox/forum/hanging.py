"""Which files one may hang on a post: the forum's limits, what its forms say of them, and what it takes of a form."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field

from aiohttp import web

from forum_bridge.sandbox.forum.keys import FORUM
from forum_bridge.sandbox.forum.records import Post, Refused, Switches
from forum_bridge.sandbox.forum.state import Forum
from forum_bridge.web.file_kind import picture_type
from forum_bridge.web.file_name import clean_name

LARGEST_REQUEST = 32 * 1024 * 1024  # bytes; what is larger the server itself sends away
_FIELD = "files"
_PICTURES = frozenset(("png", "jpg", "jpeg", "gif", "webp"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that somebody wants to hang on a post, and that the forum takes."""

    name: str
    mime: str
    data: bytes = field(repr=False)


async def chosen(request: web.Request) -> list[Chosen]:
    """Return the files of a form. Raises Refused, with the file's name: too many, too large, empty or of a kind that
    the forum does not take, whatever it is called."""
    switches = request.app[FORUM].switches
    sent = [each for each in (await request.post()).getall(_FIELD, ()) if isinstance(each, web.FileField)]
    if len(sent) > switches.files_a_post:
        raise Refused("files_many", n=switches.files_a_post)
    return [_taken(each, switches) for each in sent]


def _taken(sent: web.FileField, switches: Switches) -> Chosen:
    name, data = clean_name(sent.filename), sent.file.read()
    ending = name.rpartition(".")[2].lower()
    picture = picture_type(data[:512])
    if ending not in switches.file_kinds.split() or (ending in _PICTURES and picture is None):
        raise Refused("file_kind", file=name, kinds=_kinds(switches))
    if len(data) > switches.file_bytes:
        raise Refused("file_too_large", file=name, size=_size(switches))
    if not data:
        raise Refused("file_empty", file=name)
    return Chosen(name, picture or mimetypes.guess_type(name)[0] or "application/octet-stream", data)


def hang(forum: Forum, post: Post, files: list[Chosen]) -> None:
    """Hang files on a post; a forum that drops them says nothing of it."""
    for each in files if not forum.switches.drops_files else []:
        forum.hang(post, each.name, each.mime, each.data)


def offer(switches: Switches) -> dict[str, object]:
    """Return what a form says of the files it takes."""
    accept = ",".join(f".{kind}" for kind in switches.file_kinds.split())
    return {"accept": accept, "n": switches.files_a_post, "size": _size(switches), "kinds": _kinds(switches)}


def _kinds(switches: Switches) -> str:
    return ", ".join(switches.file_kinds.split())


def _size(switches: Switches) -> str:
    size = switches.file_bytes
    return f"{size / 1_000_000:g} MB" if size >= 1_000_000 else f"{size / 1000:g} kB"
