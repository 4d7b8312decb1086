"""Where the reading of one thread stands, as the small JSON object that lies in a cursor. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forum_bridge.forums.reading.looks import Shape
from forum_bridge.model import Json
from forum_bridge.web.page import Validators

KNOWN = 20  # ids of the posts read last; one of them on a page shows that nothing before it was missed
FIRSTS = 8  # pages whose first posts are known; on one of them a post may stand that was approved late


@dataclass(frozen=True, slots=True)
class ThreadState:
    """The page read last and the newest posts known. ``seek``: ``page`` is the next one to look at on the way back to
    the moment the watch began. ``digest`` tells whether the page's posts are still those; ``validators`` whether its
    bytes are. ``firsts`` are the first posts of the pages read last, ``page`` the last of them: other ones there show
    that the pages have shifted; ``newest`` is its last post with its address, which leads to it wherever moderators
    have put it, and ``oldest`` the first that was read of ``thread``, the id of the thread itself. ``where`` are the
    addresses of the posts in ``known``, ``missing`` posts that stand where they stood no longer, with their addresses,
    not asked after yet. ``shape`` is how the page looked."""

    page: str
    known: tuple[str, ...] = ()
    seek: bool = False
    digest: str | None = None
    firsts: tuple[str, ...] = ()
    newest: tuple[str, str] | None = None
    oldest: tuple[str, str] | None = None
    thread: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[tuple[str, str], ...] = ()
    shape: Shape | None = None
    validators: Validators = field(default_factory=Validators)

    def to_json(self) -> Json:
        """Return the object for the cursor; what is empty is left out."""
        state: dict[str, object] = {"page": self.page, "known": list(self.known)}
        marks = self.validators.to_json()
        optional: dict[str, object] = {
            "seek": self.seek,
            "digest": self.digest,
            "firsts": list(self.firsts),
            "newest": list(self.newest) if self.newest else None,
            "oldest": list(self.oldest) if self.oldest else None,
            "thread": self.thread,
            "where": {each: self.where[each] for each in self.known if each in self.where},
            "missing": [list(each) for each in self.missing],
            "shape": self.shape.to_json() if self.shape else None,
            "validators": marks,
        }
        return state | {name: value for name, value in optional.items() if value}

    @classmethod
    def from_json(cls, obj: object) -> ThreadState | None:
        """Return what ``to_json`` wrote, or None for anything else: then the thread is read as if first met."""
        if not isinstance(obj, Mapping) or not isinstance(page := obj.get("page"), str):
            return None
        known, digest, firsts, thread, where = (
            obj.get(key) for key in ("known", "digest", "firsts", "thread", "where")
        )
        missing = obj.get("missing")
        missing = missing if isinstance(missing, list | tuple) else ()
        return cls(
            page,
            tuple(str(post_id) for post_id in known) if isinstance(known, list | tuple) else (),
            obj.get("seek") is True,
            digest if isinstance(digest, str) else None,
            tuple(map(str, firsts)) if isinstance(firsts, list | tuple) else (),
            _pair(obj.get("newest")),
            _pair(obj.get("oldest")),
            thread if isinstance(thread, str) else None,
            {str(post_id): str(url) for post_id, url in where.items()} if isinstance(where, Mapping) else {},
            tuple(pair for each in missing if (pair := _pair(each)) is not None),
            Shape.from_json(obj.get("shape")),
            Validators.from_json(obj.get("validators")),
        )


def _pair(obj: object) -> tuple[str, str] | None:
    return (str(obj[0]), str(obj[1])) if isinstance(obj, list | tuple) and len(obj) == 2 else None
