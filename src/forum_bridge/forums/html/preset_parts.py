"""The parts of a preset that speak of public pages: threads, boards, signing in, replying, the forum's own words. Data,
no behaviour.

A value is written ``css @attribute =~ regex`` (see ``value.py``); where several may stand, the first that finds
something counts. A phrase is plain text with ``*``, ``{seconds}`` and ``{minutes}``."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from forum_bridge.forums.html.preset_types import Css, Kinds, Phrases, Regex, Selectors, ThreadRegex, Values
from forum_bridge.forums.html.value import Value

_NONE: tuple[Value, ...] = ()
FIELDS = "what other fields hold, by their names, if the form has them; {random} stands for 32 digits that no other has"


class Part(BaseModel):
    """A part of a preset; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Paging(Part):
    """How to get from page to page. ``pages`` alone is enough where page links carry their number as text."""

    pages: Css | None = Field(None, description="all numbered page links and the mark of the current page")
    next: Values = Field(_NONE, description="address of the next page, where `pages` does not tell it")
    previous: Values = Field(_NONE, description="address of the previous page, likewise")
    last: Values = Field(_NONE, description="address of the last page, likewise")


class Thread(Paging):
    """A thread's page."""

    match: ThreadRegex = Field(
        description="regex that finds a thread's id (group `id`) in its address; what precedes it is the forum's root"
    )
    address: str | None = Field(
        None,
        description="the thread's plain address under the root, as in viewtopic.php?t={id}; else what `match` matched",
    )
    id: Values = Field(
        _NONE, description="the thread's id as its page tells it, where addresses name a post of the thread instead"
    )
    by_post: Regex | None = Field(
        None,
        description="finds those addresses, where others name their thread as usual; `match` has to match them too",
    )
    bell: str | None = Field(
        None,
        description="address under the root, with {id}, of something small that changes with the newest posts, such as "
        "the thread's feed: it is asked first, and the page only when it has changed",
    )
    page_at: str | None = Field(
        None,
        description="what stands behind the thread's plain address on its page {n}, from the second on, as in -{n}: "
        "where pages can be reached by number, whatever links a page shows",
    )
    total: Values = Field(_NONE, description="how many pages there are; else what links to them tell")
    title: Values = Field(_NONE, description="the thread's title")
    locked: Values = Field(_NONE, description="stands only on a closed thread")

    @model_validator(mode="after")
    def _told(self) -> Self:
        if self.by_post is not None and not self.id:
            raise ValueError("by_post needs id: the thread's id as the page of a post tells it")
        if self.page_at is not None and "{n}" not in self.page_at:
            raise ValueError("page_at needs {n}: the page's number")
        return self


class Posts(Part):
    """The posts on a thread's page."""

    container: Css = Field(description="one node a post")
    beside: Css | None = Field(
        None,
        description="what of a post stands behind its container rather than in it, up to the next container: the other "
        "rows, where an old board lays a post into several",
    )
    skip: Values = Field(_NONE, description="stands only in a container that is no post: deleted, pending, an advert")
    versions: Values = Field(
        _NONE,
        description="what the versions of one post share, where each edit stands on the page as a post of its own: the "
        "first version tells id, author and time, the last one the text",
    )
    id: Values = Field(description="the post's id, the same on every page and for ever")
    author: Values = Field(description="the author's name")
    author_id: Values = Field(_NONE, description="the author's stable id; nothing found means a guest")
    author_url: Values = Field(_NONE, description="address of the author's profile")
    time: Values = Field(_NONE, description="when it was written: an attribute with a machine's time if there is one")
    edited: Values = Field(_NONE, description="when it was last edited")
    body: Css = Field(description="the node that holds the text")
    drop: Selectors = Field(
        (), description="what inside the body is not the author's text: signature, buttons, notices"
    )
    link: Values = Field(_NONE, description="address of this post; else the thread's address with #id")
    address: str | None = Field(
        None,
        description="address of a post under the forum's root, as in showthread.php?p={id}, where no link tells it",
    )
    attachments: Css | None = Field(None, description="links to attached files, or the pictures themselves")
    attachment_name: Values = Field(
        _NONE, description="the name of one of them, where neither its text nor a picture's alternative text is it"
    )


class Board(Paging):
    """A board's page."""

    row: Css = Field(description="one node a thread")
    link: Values = Field(description="address of the thread")
    title: Values = Field(_NONE, description="the thread's title; else the text of the link")
    moved: Values = Field(
        description="what changes when a thread gets a post: last post's link, count of replies; all count"
    )
    time: Values = Field(
        _NONE, description="time of the last post, if exact: spares reading threads older than the watch"
    )
    settles_after: int | None = Field(
        None,
        gt=0,
        description="minutes after its last post in which a thread may grow without its row showing it, where the "
        "engine puts a follow-up into the post before; needs time; such threads are read again every few minutes",
    )
    empty: Values = Field(_NONE, description="stands only where there is no thread at all")

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if self.settles_after is not None and not self.time:
            raise ValueError("settles_after needs time: when a thread got its last post")
        return self


class Login(Part):
    """Signing in."""

    page: str = Field(
        description="address of the page with the form, under the root; empty where every page for guests has it"
    )
    home: str = Field("", description="address of a page that shows whether one is signed in, under the root")
    form: Css = Field(description="the form")
    user: str = Field(description="name of the field for the user's name")
    password: str = Field(description="name of the field for the password")
    fields: dict[str, str] = Field({}, description=FIELDS)
    button: str | None = Field(None, description="name of the button, where the engine asks for it")
    captcha: Values = Field(_NONE, description="stands only when a person has to solve a riddle")


class ReplyFiles(Part):
    """Hanging files on an answer."""

    field: str = Field(
        description="name of the field for a file; several go in fields of one name, or of numbered ones: attachment{n}"
    )
    add: str | None = Field(
        None, description="name of the button that uploads without posting, where the engine wants each file so"
    )
    taken: Selectors = Field((), description="stands once for each file that the forum holds, on the page after `add`")
    largest: int | None = Field(None, gt=0, description="bytes that a file may have")
    kinds: Kinds = Field((), description="endings of files that the forum takes: [png, pdf]; else all")
    count: int = Field(5, ge=1, le=100, description="files that one post may have")

    @model_validator(mode="after")
    def _seen(self) -> Self:
        if self.add is not None and not self.taken:
            raise ValueError("add needs taken: how the page shows that the forum holds a file")
        return self


class Reply(Part):
    """Posting an answer."""

    page: str | None = Field(
        None,
        description="address of the page with the form, with {id}, or with {thread} for the thread's address; else the "
        "thread's own page",
    )
    form: Css = Field(description="the form")
    text: str = Field(description="name of the field for the text")
    fields: dict[str, str] = Field({}, description=FIELDS)
    preview: str | None = Field(
        None, description="name of the button to press first, where only the preview's form has `button`"
    )
    button: str | None = Field(None, description="name of the button, where the engine asks for it")
    queued: Values = Field(_NONE, description="stands on the page that follows when the post waits for a moderator")
    posted_at: Regex | None = Field(None, description="finds the new post's id in an address we are led to afterwards")
    posted: Values = Field(_NONE, description="finds the new post's id on the page that follows")
    done: Values = Field(
        _NONE, description="stands on the page that follows when the post was taken, where nothing there tells its id"
    )
    merges: bool = Field(
        default=False,
        description="the engine puts an answer into our previous post where that is the thread's last: the end of "
        "the thread is read before, to see it",
    )
    longest: int | None = Field(
        None, gt=0, description="characters that a post may have; a longer answer becomes several"
    )
    files: ReplyFiles | None = Field(None, description="hanging files on the answer, where the engine can")


class Says(Part):
    """What the forum says in words, and what that means. Pages with posts are searched only at ``where``. Where an
    engine names its messages by an element of their own, ``css: selector`` stands in place of the words."""

    where: Selectors = Field(
        (), description="where the forum puts its messages; else the page without posts and fields"
    )
    gone: Phrases = Field((), description="the thread does not exist")
    forbidden: Phrases = Field((), description="this account (or a guest) may not")
    sign_in: Phrases = Field((), description="one has to sign in first")
    wrong_password: Phrases = Field((), description="signing in was refused")
    captcha: Phrases = Field((), description="a riddle has to be solved")
    busy: Phrases = Field((), description="not now: overloaded, maintenance")
    flood: Phrases = Field((), description="too soon after the last post; {seconds} or {minutes} tell how long to wait")
    locked: Phrases = Field((), description="the thread is closed")
    refused: Phrases = Field((), description="not posted for good: banned, too long, forbidden words")
    file_refused: Phrases = Field((), description="a file is not taken: too large, of a wrong kind, one too many")
    queued: Phrases = Field((), description="posted, waits for a moderator")
    token: Phrases = Field((), description="the form was too old, or its token: nothing was posted")
    again: Phrases = Field((), description="others posted meanwhile: nothing was posted, send the form shown once more")
    already: Phrases = Field(
        (), description="it has this very post already: whether ours is that one, the bridge looks in the thread"
    )
