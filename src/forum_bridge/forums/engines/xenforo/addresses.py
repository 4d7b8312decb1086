"""XenForo's addresses, those that people see and those of its API. Pure.

What stands before an id is the forum's own choice: route filters make `/threads/title.12/` `/konu/title.12/`, titles
may be left out, and without friendly addresses all of it stands behind `index.php?`. So no word counts, but for the two
that mark a post: `post-345` anywhere, and the API's own `posts/345/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

_PLACE = re.compile(
    r"^/?(?:index\.php[?/])?(?P<route>(?:[^/?#&]+/)+?)(?:[^/?#&]*\.)?(?P<id>\d+)(?:/(?P<more>[^?#&]*))?(?:[?&].*)?$"
)
_POST = re.compile(r"(?:^|[/#])(?:js-)?post-(?P<id>\d+)(?:$|[/?#&])")
_PAGE = re.compile(r"^page-(\d+)")


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names: the number in it, the words before that, and the page of it; of a post the number is
    the post's."""

    id: str
    route: str
    page: int = 1
    post: bool = False


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the forum at ``root``, whose API lies under ``api`` there (`api`, or `index.php/api`)."""

    root: str
    api: str

    def place(self, url: str) -> Place:
        """Return what an address names. Raises WatchTrouble if it names nothing with a number."""
        parts = urlsplit(url)
        if (post := _POST.search(f"{parts.path}?{parts.query}#{parts.fragment}")) is not None:
            return Place(post["id"], "posts/", post=True)
        rest = parts.path.removeprefix(urlsplit(self.root).path)
        behind = f"{rest}?{parts.query}" if rest.endswith("index.php") else rest
        seen = _PLACE.match(behind)
        if seen is None:
            raise WatchTrouble(
                f"{url} names no number.", explanation="Give the address that the forum itself shows: …/title.12/"
            )
        page = _PAGE.match(seen["more"] or "")
        asked = parse_qs(parts.query).get("page", [""])[0]
        number = int(page[1]) if page else int(asked) if asked.isdigit() else 1
        return Place(seen["id"], seen["route"], number, seen["route"].endswith("posts/"))

    def ref(self, url: str, title: str = "") -> ThreadRef:
        """Return the thread that an address names. Raises WatchTrouble."""
        place = self.place(url)
        if place.post:
            raise WatchTrouble(f"{url} is the address of a post, which does not tell its thread.")
        shown = url if not self._is_api(url) else f"{self.root}/threads/{place.id}/"
        return ThreadRef(ThreadId(place.id), shown, title)

    def thread(self, url: str) -> str:
        """Return the API's address of the page that an address leads to; of a post, that of the post. Raises
        WatchTrouble."""
        place = self.place(url)
        return self.post(place.id) if place.post else self.page(place.id, place.page)

    def page(self, thread_id: str, page: int) -> str:
        """Return the API's address of a page of a thread, in the order of writing: some kinds of threads show their
        best answers first."""
        return self._at(f"threads/{thread_id}/", with_posts=1, order="post_date", page=page)

    def post(self, post_id: str) -> str:
        """Return the API's address of a post."""
        return self._at(f"posts/{post_id}/")

    def board(self, url: str) -> str | None:
        """Return the API's address of the threads of a board, newest last post first; for the forum's own address, of
        all. None where the address names the board by a word."""
        if self._is_api(url):
            return url
        if _plain(url) == _plain(self.root):
            return self._threads("threads/", 1)
        try:
            place = self.place(url)
        except WatchTrouble:
            return None
        return self.board_by_id(place.id, place.page)

    def board_by_id(self, node_id: str, page: int = 1) -> str:
        """Return the API's address of the threads of a board."""
        return self._threads(f"forums/{node_id}/threads", page)

    def turned(self, address: str, page: int) -> str:
        """Return the API's address of another page of the same list."""
        before, _, query = address.partition("?")
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        return f"{before}?{urlencode(asked | {'page': str(page)})}"

    def of(self, what: str, **asked: object) -> str:
        """Return the API's address of something else."""
        return self._at(what, **asked)

    def _threads(self, what: str, page: int) -> str:
        return self._at(what, order="last_post_date", direction="desc", page=page)

    def _at(self, what: str, **asked: object) -> str:
        return f"{self.root}/{self.api}/{what}" + (f"?{urlencode(asked)}" if asked else "")

    def _is_api(self, url: str) -> bool:
        return url.startswith(f"{self.root}/{self.api}/")


def permalink(view_url: str, post_id: str) -> str:
    """Return the address of a post so that it is recognised as one, whatever the forum calls posts."""
    return view_url if _POST.search(view_url) is not None else f"{view_url.partition('#')[0]}#post-{post_id}"


def tail(url: str) -> str:
    """Return what of an address comes behind the forum's host: that may be written in several ways."""
    parts = urlsplit(url)
    return (parts.path + (f"?{parts.query}" if parts.query else "")).rstrip("/")


def _plain(url: str) -> str:
    return url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rstrip("/")
