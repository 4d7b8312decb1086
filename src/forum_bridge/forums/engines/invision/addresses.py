"""Invision's addresses: those that people see (`/topic/12-title/`, `?do=findComment&comment=3`, `/forum/5-title/`) and
what they are in the REST API. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

LIMIT = 50  # posts or topics a page
_TOPIC = re.compile(
    r"^(?P<root>https?://.+?)/(?:index\.php\?/)?topic/(?P<id>\d+)[^/?&#]*/?(?:page/\d+/?)?(?:[?&](?P<query>[^#]*))?"
    r"(?:#(?:comment-|findComment-)(?P<post>\d+))?(?:#.*)?$"
)
_FORUM = re.compile(
    r"^(?P<root>https?://.+?)/(?:index\.php\?/)?forum/(?P<id>\d+)[^/?&#]*/?(?:page/\d+/?)?(?:[?&#].*)?$"
)
_POSTS = re.compile(r"^(?P<root>https?://.+?)/api/forums/topics/(?P<id>\d+)/posts(?:\?(?P<query>[^#]*))?$")
_TOPICS = re.compile(r"^(?P<root>https?://.+?)/api/forums/topics\?(?P<query>[^#]*)$")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as an address names it, perhaps with a page of the API's or one of its posts."""

    root: str
    id: str
    page: int = 1
    post: str | None = None

    @property
    def url(self) -> str:
        """Its address for people: Invision corrects the title in it."""
        return f"{self.root}/topic/{self.id}-t/"

    @property
    def document(self) -> str:
        """The API's address of the topic itself."""
        return f"{self.root}/api/forums/topics/{self.id}"

    @property
    def posts(self) -> str:
        """The API's address of a page of its posts, oldest first."""
        return f"{self.document}/posts?{urlencode({'page': self.page, 'perPage': LIMIT, 'sortDir': 'asc'})}"

    def at(self, page: int) -> Topic:
        """Return another page."""
        return replace(self, page=page, post=None)


def topic(url: str) -> Topic:
    """Return the topic that an address names. Raises WatchTrouble if it names none."""
    if (api := _POSTS.match(url)) is not None:
        page = parse_qs(api["query"] or "").get("page", ["1"])[0]
        return Topic(api["root"], api["id"], int(page) if page.isdigit() else 1)
    seen = _TOPIC.match(url)
    if seen is None:
        raise WatchTrouble(
            f"{url} is not the address of a topic.", explanation="Give it as the forum shows it: …/topic/12-title/"
        )
    asked = parse_qs(seen["query"] or "")
    named = asked.get("comment", [seen["post"] or ""])[0]
    return Topic(seen["root"], seen["id"], post=named if named.isdigit() else None)


def ref(url: str, title: str = "") -> ThreadRef:
    """Return the thread that an address names. Raises WatchTrouble."""
    found = topic(url)
    return ThreadRef(ThreadId(found.id), found.url, title)


def permalink(found: Topic, post_id: str) -> str:
    """Return the address of a post."""
    return f"{found.url}?do=findComment&comment={post_id}"


def post_document(root: str, post_id: str) -> str:
    """Return the API's address of a post."""
    return f"{root}/api/forums/posts/{post_id}"


def board_page(url: str, root: str) -> str:
    """Return the API's address of the topics with the newest posts: of a forum, or, for the community's own address, of
    all. Raises WatchTrouble for any other."""
    if _TOPICS.match(url) is not None:
        return url
    asked = {"sortBy": "updated", "sortDir": "desc", "perPage": str(LIMIT), "page": "1"}
    if (seen := _FORUM.match(url)) is not None:
        return f"{seen['root']}/api/forums/topics?{urlencode({'forums': seen['id'], **asked})}"
    if url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rstrip("/") == root.rstrip("/"):
        return f"{root.rstrip('/')}/api/forums/topics?{urlencode(asked)}"
    raise WatchTrouble(
        f"{url} is not the address of a forum.",
        explanation="Give …/forum/5-title/ for one forum, or the community's own address for all.",
    )


def following(address: str, page: int) -> str:
    """Return the address of another page of a list of topics."""
    before, _, query = address.partition("?")
    asked = {key: values[0] for key, values in parse_qs(query).items()}
    return f"{before}?{urlencode({**asked, 'page': page})}"
