"""Misago's addresses, those that people see and those of its API. Fetches nothing.

Routes: https://github.com/rafalp/Misago, misago/threads/urls (`/t/slug/id[/page]`, `/t/slug/id/post/id`,
`/c/slug/id`, `/api/threads`; of private threads `/p/…` and `/api/private-threads`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

_THREAD = re.compile(
    r"^(?P<root>https?://.+?)/(?P<kind>[tp])/[^/?#]+/(?P<id>\d+)"
    r"(?:/(?:(?P<page>\d+)|(?P<leads>post/\d+|last|new|best-answer|unapproved)))?/?(?:[?#].*)?$"
)
_CATEGORY = re.compile(r"^(?P<root>https?://.+?)/c/[^/?#]+/(?P<id>\d+)/?(?:[?#].*)?$")
_POSTS = re.compile(r"^(?P<root>https?://.+?)/api/(?P<kind>private-)?threads/(?P<id>\d+)/posts/\?(?P<query>[^#]*)$")
_THREADS = re.compile(r"^(?P<root>https?://.+?)/api/(?:private-)?threads/\?(?P<query>[^#]*)$")


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as an address names it, with the page of it. ``leads``: to which page, the forum has to be asked."""

    root: str
    id: str
    page: int = 1
    leads: bool = False
    private: bool = False

    @property
    def url(self) -> str:
        """Its address for people; whatever stands for the title there, Misago leads to the right one."""
        return f"{self.root}/{'p' if self.private else 't'}/thread/{self.id}/"

    def post(self, post_id: str) -> str:
        """Return a post's address for people."""
        return f"{self.url}post/{post_id}/"

    @property
    def document(self) -> str:
        """The API's address of the thread itself."""
        return f"{self.root}/api/{'private-' if self.private else ''}threads/{self.id}/"

    @property
    def posts(self) -> str:
        """The API's address of the thread's posts."""
        return f"{self.document}posts/"

    def at(self, page: int) -> str:
        """Return the API's address of a page of its posts."""
        return f"{self.posts}?{urlencode({'page': page})}"


def thread(url: str, *, private: bool = False) -> Thread:
    """Return the thread that an address names. Raises WatchTrouble if it names none, or one of the other kind: what is
    private is read by a way of its own."""
    found = _named(url)
    if found is None or found.private is not private:
        raise WatchTrouble(
            f"{url} is not the address of a {'private ' if private else ''}thread.",
            explanation="Give it as the forum shows it: …/t/title/12/",
        )
    return found


def _named(url: str) -> Thread | None:
    if (seen := _THREAD.match(url)) is not None:
        page = int(seen["page"] or 1)
        return Thread(seen["root"], seen["id"], page, seen["leads"] is not None, seen["kind"] == "p")
    api = _POSTS.match(url)
    if api is None:
        return None
    asked = parse_qs(api["query"]).get("page", ["1"])[0]
    return Thread(api["root"], api["id"], int(asked) if asked.isdigit() else 1, private=api["kind"] is not None)


def ref(url: str, title: str = "", *, private: bool = False) -> ThreadRef:
    """Return the thread that an address names. Raises WatchTrouble."""
    found = thread(url, private=private)
    return ThreadRef(ThreadId(found.id), found.url, title)


def posts_page(url: str, *, private: bool = False) -> str:
    """Return the API's address of the page that an address names; one that leads to a page which only the forum knows
    comes back as it is. Raises WatchTrouble."""
    found = thread(url, private=private)
    return url if found.leads else found.at(found.page)


def board_page(url: str, root: str) -> str:
    """Return the API's address of the threads that moved last: of a category, or, for the forum's own address, of all.
    Raises WatchTrouble for any other."""
    if _THREADS.match(url) is not None:
        return url
    if (category := _CATEGORY.match(url)) is not None:
        return f"{category['root']}/api/threads/?{urlencode({'category': category['id']})}"
    plain = root.rstrip("/")
    if url.partition("#")[0].partition("?")[0].rstrip("/") in {plain, f"{plain}/threads"}:
        return f"{plain}/api/threads/?list=all"
    raise WatchTrouble(
        f"{url} is not the address of a category.",
        explanation="Give …/c/name/3/ for one category, or the forum's own address for all.",
    )


def further(url: str, start: int) -> str:
    """Return the API's address of the same list of threads from ``start`` on, which the page before tells."""
    found = _THREADS.match(url)
    query = {key: values[0] for key, values in parse_qs(found["query"] if found else "").items()}
    return f"{url.partition('?')[0]}?{urlencode({**query, 'start': start})}"
