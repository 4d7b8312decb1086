"""Discourse's addresses: those that people see (`/t/slug/12/3`, `/p/345`, `/c/slug/5`, `/tag/x`, `/latest`) and what
they are in the API. Pure.

A post has an id of its own and a number within its topic, and moderators change the number and the topic, never the id;
so the address of a post carries both, its id behind `#`, where only we read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

# `/n/` is the view of nested replies; a number in the place of the slug is the topic's id (config/routes.rb)
_TOPIC = re.compile(
    r"^(?P<root>https?://.+?)/[tn]/(?:(?!\d+(?:[./?#]|$))[^/?#]+/)?(?P<id>\d+)(?:/(?P<number>\d+))?(?:\.json)?/?"
    r"(?:\?(?P<query>[^#]*))?(?:#p(?P<post>\d+))?(?:#.*)?$"
)
_POST = re.compile(r"^(?P<root>https?://.+?)/(?:p|posts)/(?P<id>\d+)(?:\.json)?(?:/[^?#]*)?(?:[?#].*)?$")
_PAGE = re.compile(r"(?:^|&)page=(\d+)")
_LIST = re.compile(
    r"^(?P<root>https?://.+?)/(?P<what>(?:c|tags?)/[^?#]+?|latest)(?:/l/[a-z]+)?(?:\.json)?/?(?:\?(?P<query>[^#]*))?(?:#.*)?$"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as an address names it, perhaps with the page or the number of one of its posts; `post` is that post's
    id, where the address is one of ours."""

    root: str
    id: str
    number: int | None = None
    page: int | None = None
    post: str | None = None

    @property
    def url(self) -> str:
        return f"{self.root}/t/{self.id}"


def topic(url: str) -> Topic:
    """Return the topic that an address names. Raises WatchTrouble if it names none."""
    seen = _TOPIC.match(url)
    if seen is None:
        raise WatchTrouble(
            f"{url} is not the address of a topic.", explanation="Give it as the forum shows it: …/t/title/12"
        )
    page = _PAGE.search(seen["query"] or "")
    number = int(seen["number"]) if seen["number"] else None
    return Topic(seen["root"], seen["id"], number, int(page[1]) if page else None, seen["post"])


def ref(url: str, title: str = "", *, private: bool = False) -> ThreadRef:
    """Return the thread that an address names. Raises WatchTrouble."""
    found = topic(url)
    return ThreadRef(ThreadId(found.id), found.url, title, private)


def permalink(thread_url: str, number: int, post_id: str) -> str:
    """Return the address of a post."""
    return f"{thread_url}/{number}#p{post_id}"


def topic_page(url: str) -> str:
    """Return the API's address of the page that an address leads to. Raises WatchTrouble."""
    if (post := post_document(url)) is not None:
        return post
    found = topic(url)
    if found.number is not None:
        return f"{found.url}/{found.number}.json"
    return page_of(found, found.page or 1)


def page_of(found: Topic, page: int) -> str:
    """Return the API's address of a page of a topic."""
    return f"{found.url}.json" + (f"?page={page}" if page > 1 else "")


def post_document(url: str) -> str | None:
    """Return the API's address of the post that an address names by its id, None if it names none so."""
    if (seen := _POST.match(url)) is not None:
        return f"{seen['root']}/posts/{seen['id']}.json"
    named = _TOPIC.match(url)
    return f"{named['root']}/posts/{named['post']}.json" if named is not None and named["post"] else None


def board_page(url: str, root: str) -> str:
    """Return the API's address of the topics with the newest posts: of a category, of a tag, or, for the forum's own
    address, of all. Raises WatchTrouble for any other."""
    whole = root.rstrip("/")
    if url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rstrip("/") == whole:
        return _list(whole, "latest")
    seen = _LIST.match(url)
    if seen is None:
        raise WatchTrouble(
            f"{url} is not the address of a category.",
            explanation="Give …/c/name/5 for a category, …/tag/name for a tag, or the forum's own address for all.",
        )
    page = _PAGE.search(seen["query"] or "")
    return _list(seen["root"], seen["what"], int(page[1]) if page else 0)


def messages(root: str, username: str, *, sent: bool = False) -> str:
    """Return the API's address of the personal messages in which somebody wrote to a member, or (`sent`) in which the
    member wrote."""
    return f"{root.rstrip('/')}/topics/private-messages{'-sent' if sent else ''}/{quote(username, safe='')}.json"


def member(root: str, username: str) -> str:
    """Return the API's address of a member."""
    return f"{root.rstrip('/')}/u/{quote(username, safe='')}.json"


def following(address: str) -> str:
    """Return the address of the page of a list after the one at `address`; lists count from 0."""
    page = _PAGE.search(address)
    before, _, _ = address.partition("?")
    return f"{before}?{urlencode({'order': 'activity', 'page': (int(page[1]) if page else 0) + 1})}"


def _list(root: str, what: str, page: int = 0) -> str:
    """Ordered by the last post: in the order that people see, pinned topics come first."""
    path = what if what == "latest" else f"{what}/l/latest"
    return f"{root}/{path}.json?{urlencode({'order': 'activity'} | ({'page': page} if page else {}))}"
