"""Vanilla's addresses: those that people see (`/discussion/12/title/p2`, `/discussion/comment/34#Comment_34`,
`/categories/name`) and what they are in the API. Pure.

The text that opens a discussion is no comment, and counts apart from them: as a post its id begins with `d`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, unquote, urlencode

from forum_bridge.errors import WatchTrouble
from forum_bridge.model import ThreadId, ThreadRef

LIMIT = 50  # comments a page; the API gives 100 at most
OPENING = "d"
_COMMENT = re.compile(r"^(?P<root>https?://.+?)/discussion/comment/(?P<id>\d+)(?:[/?#].*)?$")
_DISCUSSION = re.compile(r"^(?P<root>https?://.+?)/discussion/(?P<id>\d+)(?:/[^?#]*)?(?:[?#].*)?$")
_COMMENTS = re.compile(r"^(?P<root>https?://.+?)/api/v2/comments\?(?P<query>[^#]*)$")
_LIST = re.compile(r"^(?P<root>https?://.+?)/api/v2/discussions\?(?P<query>[^#]*)$")
_CATEGORY = re.compile(r"^(?P<root>https?://.+?)/categories/(?P<code>[^/?#]+)(?:/p\d+)?/?(?:[?#].*)?$")


@dataclass(frozen=True, slots=True)
class Discussion:
    """A discussion as an address names it, with a page of its comments; or a comment whose discussion only the API
    tells (``id`` is empty then)."""

    root: str
    id: str
    page: int = 1
    comment: str | None = None

    @property
    def url(self) -> str:
        """Its address for people."""
        return f"{self.root}/discussion/{self.id}"

    @property
    def document(self) -> str:
        """The API's address of the discussion itself, with the text that opens it."""
        return f"{self.root}/api/v2/discussions/{self.id}?{urlencode({'expand': 'insertUser'})}"

    @property
    def comments(self) -> str:
        """The API's address of a page of its comments, oldest first."""
        asked = {"discussionID": self.id, "page": self.page, "limit": LIMIT, "sort": "dateInserted"}
        return f"{self.root}/api/v2/comments?{urlencode({**asked, 'expand': 'insertUser'})}"

    def at(self, page: int) -> Discussion:
        """Return another page."""
        return replace(self, page=page)


def discussion(url: str) -> Discussion:
    """Return the discussion that an address names. Raises WatchTrouble if it names none."""
    if (api := _COMMENTS.match(url)) is not None:
        asked = parse_qs(api["query"])
        page = asked.get("page", ["1"])[0]
        if wanted := asked.get("discussionID"):
            return Discussion(api["root"], wanted[0], int(page) if page.isdigit() else 1)
    if (seen := _COMMENT.match(url)) is not None:
        return Discussion(seen["root"], "", comment=seen["id"])
    if (seen := _DISCUSSION.match(url)) is not None:
        return Discussion(seen["root"], seen["id"])
    raise WatchTrouble(
        f"{url} is not the address of a discussion.", explanation="Give it as the forum shows it: …/discussion/12/title"
    )


def ref(url: str, title: str = "") -> ThreadRef:
    """Return the thread that an address names. Raises WatchTrouble, also for a comment's."""
    found = discussion(url)
    if not found.id:
        raise WatchTrouble(f"{url} is the address of a comment, not of a discussion.")
    return ThreadRef(ThreadId(found.id), found.url, title)


def permalink(root: str, comment_id: str) -> str:
    """Return the address of a comment."""
    return f"{root}/discussion/comment/{comment_id}#Comment_{comment_id}"


def message(conversation_url: str, message_id: str) -> str:
    """Return the address of a message in a conversation, as the forum's own notifications name it."""
    return f"{conversation_url}#Message_{message_id}"


def comment_document(root: str, comment_id: str) -> str:
    """Return the API's address of a comment."""
    return f"{root}/api/v2/comments/{comment_id}"


def categories(root: str, page: int) -> str:
    """Return the API's address of a page of all categories."""
    return f"{root}/api/v2/categories?{urlencode({'outputFormat': 'flat', 'limit': 100, 'page': page})}"


def category(url: str) -> tuple[str, str] | None:
    """Return the root and the code of a category that an address names, None for any other address."""
    seen = _CATEGORY.match(url)
    return (seen["root"], unquote(seen["code"])) if seen is not None else None


def board_page(url: str, root: str, category_id: str | None = None) -> str:
    """Return the API's address of the discussions with the newest comments: of a category, or, for the forum's own
    address, of all. Raises WatchTrouble for any other."""
    if _LIST.match(url) is not None:
        return url
    asked: dict[str, object] = {"sort": "-dateLastComment", "pinOrder": "mixed", "limit": 50, "page": 1}
    if category_id is not None:
        return f"{root}/api/v2/discussions?{urlencode({'categoryID': category_id, **asked})}"
    plain = url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rstrip("/")
    if plain in {root, f"{root}/discussions", f"{root}/categories"}:
        return f"{root}/api/v2/discussions?{urlencode(asked)}"
    raise WatchTrouble(
        f"{quote(url, safe=':/?#%')} is not the address of a category.",
        explanation="Give …/categories/name for one category, or the forum's own address for all.",
    )


def following(address: str) -> str:
    """Return the address of the page of a list after the one at ``address``."""
    before, _, query = address.partition("?")
    asked = {key: values[0] for key, values in parse_qs(query).items()}
    return f"{before}?{urlencode({**asked, 'page': int(asked.get('page', '1')) + 1})}"
