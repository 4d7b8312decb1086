"""NodeBB's addresses, those that people see and those of their JSON twins. Fetches nothing.

Routes: https://github.com/NodeBB/NodeBB, src/routes/index.js (`/topic/id[/slug[/index]]`, `/post/id`, `/category/id`);
each page has a twin under `/api`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlencode

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

_TOPIC = re.compile(
    r"^(?P<root>https?://.+?)(?:/api)?/topic/(?P<id>[\w-]+)(?:/[^/?#]+(?:/(?P<index>\d+))?)?/?(?:\?(?P<query>[^#]*))?(?:#.*)?$"
)
_POST = re.compile(r"^(?P<root>https?://.+?)/post/(?P<id>[^/?#]+)/?(?:[?#].*)?$")
_CATEGORY = re.compile(r"^(?P<root>https?://.+?)/category/(?P<id>\d+)(?:/[^?#]*)?(?:[?#].*)?$")
_RECENT = re.compile(r"^(?P<root>https?://.+?)/api/recent\?(?P<query>[^#]*)$")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as an address names it, with a page of it or with the place of a post (from 1) that leads to one."""

    root: str
    id: str
    page: int | None = None
    index: int | None = None

    @property
    def url(self) -> str:
        """Its address for people, which NodeBB completes with the title."""
        return f"{self.root}/topic/{self.id}"

    @property
    def writing(self) -> str:
        """The write API's address of the topic."""
        return f"{self.root}/api/v3/topics/{quote(self.id)}"

    def at(self, page: int) -> str:
        """Return the twin's address of a page, in the order in which the posts were written."""
        return f"{self.root}/api/topic/{self.id}?{urlencode({'page': page, 'sort': 'oldest_to_newest'})}"


def topic(url: str) -> Topic:
    """Return the topic that an address names. Raises WatchTrouble if it names none."""
    seen = _TOPIC.match(url)
    if seen is None:
        raise WatchTrouble(
            f"{url} is not the address of a topic.", explanation="Give it as the forum shows it: …/topic/12/title"
        )
    page = parse_qs(seen["query"] or "").get("page", [""])[0]
    return Topic(
        seen["root"], seen["id"], int(page) if page.isdigit() else None, int(seen["index"]) if seen["index"] else None
    )


def post(url: str) -> str | None:
    """Return the twin's address of a post, which tells in which topic it stands; None for another address."""
    found = _POST.match(url)
    return f"{found['root']}/api/post/{found['id']}" if found else None


def post_url(root: str, post_id: str) -> str:
    """Return a post's address for people. A post that came from elsewhere has an address as its id."""
    return f"{root}/post/{quote(post_id, safe='')}"


def ref(url: str, title: str = "") -> ThreadRef:
    """Return the thread that an address names. Raises WatchTrouble."""
    found = topic(url)
    return ThreadRef(ThreadId(found.id), found.url, title)


def topic_page(url: str) -> str:
    """Return the twin's address of the page that an address names; one that leads to a post comes back as it is.
    Raises WatchTrouble."""
    if post(url) is not None:
        return url
    found = topic(url)
    return url if found.index is not None and found.index > 1 and found.page is None else found.at(found.page or 1)


def board_page(url: str, root: str) -> str:
    """Return the twin's address of the topics that moved last: of a category, or, for the forum's own address, of all.
    Not the category's own page: its order is the administrator's choice. Raises WatchTrouble for any other."""
    if _RECENT.match(url) is not None:
        return url
    if (category := _CATEGORY.match(url)) is not None:
        return f"{category['root']}/api/recent?{urlencode({'cid': category['id'], 'page': 1})}"
    plain = root.rstrip("/")
    if url.partition("#")[0].partition("?")[0].rstrip("/") in {plain, f"{plain}/recent", f"{plain}/categories"}:
        return f"{plain}/api/recent?{urlencode({'page': 1})}"
    raise WatchTrouble(
        f"{url} is not the address of a category.",
        explanation="Give …/category/3/name for one category, or the forum's own address for all.",
    )


def further(url: str, page: int) -> str:
    """Return the twin's address of another page of the same list of topics."""
    found = _RECENT.match(url)
    query = {key: values[0] for key, values in parse_qs(found["query"] if found else "").items()}
    return f"{url.partition('?')[0]}?{urlencode({**query, 'page': page})}"


def led_to(root: str, path: str) -> str:
    """Return the address that the twin's answer for a post names: a path under the forum's root."""
    return root + unquote(path)
