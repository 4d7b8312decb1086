"""Every stand-in as a place where the kit may write: who opens it, what stands in its thread, how it refuses. Knows no
promise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.engines import discourse, flarum, invision, misago, nodebb, phpbb, vanilla, vbulletin, xenforo
from tests.engines.classic import PASSWORD, seeded
from tests.engines.mybb import MyBBForum
from tests.engines.place import Time, adapter_to, serving
from tests.engines.smf import SMFForum
from tests.engines.xenforo_pages import XenForoPages

from forum_bridge.forums.contract import Adapter
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.model import Author, PostId, Quote, ThreadId, ThreadRef
from forum_bridge.testkit.place import Refusal

Forum = Any  # each stand-in is a class of its own
Act = Callable[[Forum], object]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PHRASE = "Köprü-Parola-1"


@dataclass
class Stand:
    """One engine's stand-in. ``posts`` are those of its thread (also asked for what waits elsewhere), ``refusals`` what
    makes it refuse; a name means the attribute that is set."""

    make: Callable[[Time], Forum]
    path: str
    login: Callable[[Forum], Mapping[str, str]]
    posts: Callable[[Forum], list[Any]]
    refusals: Mapping[Refusal, Act]
    waiting: Callable[[Forum], list[Any]] = lambda _: []
    thread_id: str = "1"
    unfit: str = " "
    flood: float = 700.0  # seconds after which no limit holds


def named(entry: object) -> str:
    return str(getattr(entry, "pid", None) or getattr(entry, "id", None))


@dataclass
class StandInPlace:
    """A running one; see forum_bridge.testkit.place.Place."""

    name: str
    stand: Stand
    forum: Forum
    url: str
    clock: Time
    entry: AdapterEntry | None = None
    fields: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, newest = (self.stand.posts(self.forum)[place] for place in (0, -1))
        self.thread = ThreadRef(ThreadId(self.stand.thread_id), f"{self.url}{self.stand.path}", "Kargo takibi")
        self.newest = PostId(named(newest))
        self.quote = Quote(PostId(named(first)), Author("Ayşe Öz", "2"), self.thread.url, "Siparişim nerede?")
        self.unfit = self.stand.unfit
        login = self.stand.login(self.forum)
        self.secrets = [login[key] for key in ("password", "api_key") if key in login]

    @asynccontextmanager
    async def adapter(self) -> AsyncIterator[Adapter]:
        login = self.stand.login(self.forum)
        async with adapter_to(self.url, self.entry or self.name, **login, clock=self.clock) as adapter:  # type: ignore[arg-type] # mypy takes all of a mapping for each argument
            yield adapter

    def standing(self) -> int:
        return len(self.stand.posts(self.forum)) + len(self.stand.waiting(self.forum))

    def arrived(self) -> list[str]:
        return self.fields

    def wait(self) -> None:
        self.clock.pass_by(seconds=self.stand.flood)

    def lose_next(self) -> None:
        self.forum.cut = True

    def refuse(self, why: Refusal) -> bool:
        if (how := self.stand.refusals.get(why)) is not None:
            how(self.forum)
        return how is not None


@asynccontextmanager
async def place(name: str, entry: AdapterEntry | None = None) -> AsyncIterator[StandInPlace]:
    """Run an engine's stand-in. ``entry`` is another adapter that is tried on it."""
    clock, stand, fields = Time(), STANDS[name], list[str]()
    forum = stand.make(clock)
    forum.app.middlewares.append(_heard(fields))
    async with serving(forum.app) as url:
        forum.url = url
        yield StandInPlace(name, stand, forum, url, clock, entry, fields)


def _heard(fields: list[str]) -> Any:
    @web.middleware
    async def hear(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST":
            fields.extend(_texts(await (request.json() if "json" in request.content_type else request.post())))
        return await handler(request)

    return hear


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _set(name: str, value: object = True, of: Act = lambda forum: forum) -> Act:
    """Return what sets an attribute of the forum, or of something in it."""
    return lambda forum: setattr(of(forum), name, value)


def _classic(make: Callable[[Time], Forum]) -> Callable[[Time], Forum]:
    def made(clock: Time) -> Forum:
        seeded(forum := make(clock))
        return forum

    return made


def _pages(clock: Time) -> Forum:
    XenForoPages(board := xenforo.seeded(clock))
    return board


LOCKED, FLOOD, OUT, UNFIT, QUEUED = (
    Refusal.LOCKED, Refusal.FLOOD, Refusal.SIGNED_OUT, Refusal.UNFIT, Refusal.MODERATED,
)  # fmt: skip
ITSELF: Act = lambda forum: None  # noqa: E731 -- it refuses that always
MODERATED = _set("moderated")
ENTRIES = {
    "threads": lambda forum: forum.threads[1].entries,
    "topics": lambda forum: forum.topics[1].entries,
}

STANDS: dict[str, Stand] = {
    "mybb": Stand(
        _classic(MyBBForum),
        "/showthread.php?tid=1",
        lambda _: {"user": "kopru", "password": PASSWORD},
        ENTRIES["threads"],
        {
            LOCKED: _set("closed", of=lambda forum: forum.threads[1]),
            OUT: lambda forum: forum.sessions.clear(),
            UNFIT: ITSELF,
            QUEUED: MODERATED,
        },
    ),
    "smf": Stand(
        _classic(SMFForum),
        "/index.php?topic=1.0",
        lambda _: {"user": "kopru", "password": PASSWORD},
        ENTRIES["threads"],
        {LOCKED: _set("closed", of=lambda forum: forum.threads[1]), FLOOD: ITSELF, UNFIT: ITSELF, QUEUED: MODERATED},
    ),
    "phpbb": Stand(
        phpbb.seeded,
        "/viewtopic.php?t=31",
        lambda _: {"user": "Destek Köprüsü", "password": PHRASE},
        lambda forum: forum.topics[31].posts,
        {
            LOCKED: _set("locked", of=lambda forum: forum.topics[31]),
            OUT: lambda forum: forum.sessions.clear(),
            UNFIT: ITSELF,
            FLOOD: ITSELF,
            QUEUED: _set("moderated", of=lambda forum: forum.kopru),
        },
        lambda forum: forum.queue,
        "31",
    ),
    "vbulletin4": Stand(
        vbulletin.seeded,
        "/showthread.php?t=70",
        lambda forum: {"user": forum.name, "password": forum.password},
        lambda forum: forum.threads[70].posts,
        {
            LOCKED: _set("closed", of=lambda forum: forum.threads[70]),
            OUT: lambda forum: forum.sessions.clear(),
            UNFIT: ITSELF,
            FLOOD: ITSELF,
            QUEUED: MODERATED,
        },
        lambda forum: forum.queue,
        "70",
        "a",
    ),
    "flarum": Stand(
        flarum.seeded,
        "/d/1",
        lambda _: {"user": "kopru", "password": PHRASE},
        lambda forum: forum.discussions[1].entries,
        {
            LOCKED: _set("locked", of=lambda forum: forum.discussions[1]),
            OUT: lambda forum: forum.tokens.clear(),
            UNFIT: ITSELF,
            FLOOD: ITSELF,
            QUEUED: MODERATED,
        },
        unfit="u" * 65_536,
    ),
    "nodebb": Stand(
        nodebb.seeded,
        "/topic/1",
        lambda forum: {"user": "kopru", "api_key": forum.token},
        ENTRIES["topics"],
        {
            LOCKED: _set("locked", of=lambda forum: forum.topics[1]),
            OUT: lambda forum: forum.tokens.clear(),
            UNFIT: ITSELF,
            FLOOD: ITSELF,
            QUEUED: MODERATED,
        },
        waiting=lambda forum: forum.queue,
        unfit="Ok",
    ),
    "invision": Stand(
        invision.seeded,
        "/topic/1-t/",
        lambda forum: {"user": "köprü", "api_key": forum.key},
        ENTRIES["topics"],
        {LOCKED: _set("locked", of=lambda forum: forum.topics[1]), OUT: _set("key", "başka"), QUEUED: MODERATED},
    ),
    "vanilla": Stand(
        vanilla.seeded,
        "/discussion/1",
        lambda forum: {"user": "Kopru", "api_key": forum.key},
        lambda forum: forum.talks[1].comments,
        {
            LOCKED: _set("closed", of=lambda forum: forum.talks[1]),
            OUT: _set("token", "başka", of=lambda forum: forum.users[0]),
            UNFIT: ITSELF,
            QUEUED: MODERATED,
        },
        lambda forum: forum.kept_back,
    ),
    "misago": Stand(
        misago.seeded,
        "/t/konu/1/",
        lambda _: {"user": "kopru", "password": PHRASE},
        ENTRIES["threads"],
        {
            LOCKED: _set("closed", of=lambda forum: forum.threads[1]),
            OUT: lambda forum: forum.sign_out_everybody(),
            UNFIT: ITSELF,
            FLOOD: ITSELF,
            QUEUED: MODERATED,
        },
        unfit="Ok",
    ),
    "xenforo": Stand(
        xenforo.seeded,
        "/konu/kargo-takibi.1/",
        lambda board: {"user": "Destek Köprüsü", "api_key": board.user_key},
        ENTRIES["threads"],
        {
            LOCKED: _set("open", False, of=lambda forum: forum.threads[1]),
            FLOOD: _set("flood", 25),
            UNFIT: ITSELF,
            QUEUED: MODERATED,
            Refusal.BANNED: lambda forum: forum.scopes.discard("thread:write"),
        },
    ),
    "xenforo-html": Stand(
        _pages,
        "/konu/kargo-takibi.1/",
        lambda board: {"user": "Destek Köprüsü", "password": board.kopru.password},
        ENTRIES["threads"],
        {
            LOCKED: _set("open", False, of=lambda forum: forum.threads[1]),
            FLOOD: _set("flood", 25),
            UNFIT: ITSELF,
            QUEUED: MODERATED,
        },
    ),
    "discourse": Stand(
        discourse.seeded,
        "/t/1",
        lambda forum: {"user": "kopru", "api_key": forum.key},
        ENTRIES["topics"],
        {
            LOCKED: _set("closed", of=lambda forum: forum.topics[1]),
            FLOOD: _set("pace", 60),
            UNFIT: ITSELF,
            QUEUED: MODERATED,
            Refusal.BANNED: lambda forum: forum.scopes.discard("topics:write"),
        },
        waiting=lambda forum: forum.queue,
        unfit="Ok",
    ),
}
