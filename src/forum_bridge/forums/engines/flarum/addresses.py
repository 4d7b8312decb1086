"""Flarum's addresses, those that people see and those of its API. Fetches nothing.

Routes: https://github.com/flarum/framework, core/src/Forum/routes.php (`/d/{id}[-slug][/number]`, `/t/{tag}`) and
Api/routes.php. A post's address names its number in the discussion, its id is another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

LIMIT = 50  # posts or discussions a page; the API gives no more
_DISCUSSION = re.compile(r"^(?P<root>https?://.+?)/d/(?P<id>\d+)(?:-[^/?#]*)?(?:/(?P<number>\d+))?/?(?:[?#].*)?$")
_TAG = re.compile(r"^(?P<root>https?://.+?)/t/(?P<tag>[^/?#]+)/?(?:[?#].*)?$")
_API = re.compile(r"^(?P<root>https?://.+?)/api/(?P<kind>posts|discussions)\?(?P<query>[^#]*)(?P<last>#last)?$")
LAST = "#last"  # behind the API's address of a discussion's first page: its last page, which only another request tells


@dataclass(frozen=True, slots=True)
class Discussion:
    """A discussion as an address names it, perhaps with the number of one of its posts."""

    root: str
    id: str
    number: int | None = None

    @property
    def url(self) -> str:
        return f"{self.root}/d/{self.id}"


def discussion(url: str) -> Discussion:
    """Return the discussion that an address names. Raises WatchTrouble if it names none."""
    if (seen := _DISCUSSION.match(url)) is not None:
        return Discussion(seen["root"], seen["id"], int(seen["number"]) if seen["number"] else None)
    api = _API.match(url)
    wanted = parse_qs(api["query"]).get("filter[discussion]") if api is not None and api["kind"] == "posts" else None
    if api is None or not wanted:
        raise WatchTrouble(
            f"{url} is not the address of a discussion.", explanation="Give it as the forum shows it: …/d/12-title"
        )
    return Discussion(api["root"], wanted[0])


def ref(url: str, title: str = "") -> ThreadRef:
    """Return the thread that an address names. Raises WatchTrouble."""
    found = discussion(url)
    return ThreadRef(ThreadId(found.id), found.url, title)


def posts_page(url: str) -> str:
    """Return the API's address of the page that an address leads to. Raises WatchTrouble."""
    if _API.match(url) is not None:
        return url
    found = discussion(url)
    if found.number is not None and found.number > 1:  # the API counts from 2 here, and takes no other filter beside it
        return _posts(found, **{"page[near]": str(found.number)})
    return _posts(found, **{"filter[type]": "comment", "page[offset]": "0"})


def at(url: str, offset: int) -> str:
    """Return the API's address of the page of the same discussion that begins with the post at ``offset``."""
    return _posts(discussion(url), **{"filter[type]": "comment", "page[offset]": str(max(0, offset))})


def board_page(url: str, root: str) -> str:
    """Return the API's address of the newest discussions: of a tag, or, for the forum's own address, of all. Raises
    WatchTrouble for any other."""
    if _API.match(url) is not None:
        return url
    asked = {"sort": "-lastPostedAt", "include": "user", "page[limit]": str(LIMIT)}
    if (tagged := _TAG.match(url)) is not None:
        return f"{tagged['root']}/api/discussions?{urlencode({'filter[tag]': tagged['tag'], **asked})}"
    if _plain(url) in {_plain(root), f"{_plain(root)}/all"}:
        return f"{_plain(root)}/api/discussions?{urlencode(asked)}"
    raise WatchTrouble(
        f"{url} is not the address of a tag.",
        explanation="Give …/t/tag for one tag, or the forum's own address for all.",
    )


def tag_document(url: str) -> str | None:
    """Return the API's address of the tag whose newest discussions are at an address of the API; None for those of the
    whole forum."""
    listed = _API.match(url)
    named = parse_qs(listed["query"]).get("filter[tag]") if listed is not None else None
    return f"{listed['root']}/api/tags/{quote(named[0], safe='')}" if listed is not None and named else None


def forum_document(root: str) -> str:
    """Return the API's address of the forum itself, with who we are to it."""
    return f"{root}/api?include=actor"


def neighbour(link: str, address: str) -> str:
    """Return the address of a page that the one at ``address`` links, as it has to be asked: where that one was, since
    Flarum begins its links with what its own configuration calls it (behind a proxy perhaps unencrypted), and without
    `page[near]`, which they keep and which would lead back to the same page."""
    asked = parse_qs(urlsplit(link).query)
    kept = [(key, value) for key, values in asked.items() for value in values if key != "page[near]"]
    return urlunsplit(urlsplit(address)._replace(query=urlencode(kept), fragment=""))


def discussion_document(url: str) -> str:
    """Return the API's address of the discussion itself."""
    found = discussion(url)
    return f"{found.root}/api/discussions/{quote(found.id)}"


def _posts(found: Discussion, **asked: str) -> str:
    query = {
        "filter[discussion]": found.id,
        "include": "user,discussion,editedUser",
        **asked,
        "page[limit]": str(LIMIT),
    }
    return f"{found.root}/api/posts?{urlencode(query)}"


def _plain(url: str) -> str:
    return url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rstrip("/")
