"""A small world for the roads: the sandbox's forum, the simulated Deskie and a bridge between them over real HTTP and
real SQLite, with a clock that only tests move and work that only tests start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import Row, select, text

from forum_bridge.bridge import file_door, push_door, webhook
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.guard import Guard
from forum_bridge.bridge.history import History
from forum_bridge.bridge.knock import Proxies
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_push import TakePush
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk, open_sites, rules_for
from forum_bridge.daemon.register import refuse_changed_keys, register
from forum_bridge.daemon.roads import Handlers, roads
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import agent_notes, answers, forums, links, posts, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tables import answer, post
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import WorkKind
from forum_bridge.sandbox.desk import Desk as Deskie
from forum_bridge.sandbox.desk import DeskServer
from forum_bridge.sandbox.desk.records import Message
from forum_bridge.sandbox.forum import Forum, ForumServer
from forum_bridge.sandbox.forum.records import Person
from forum_bridge.sandbox.forum.seed import seeded
from forum_bridge.sandbox.sandbox import CHANNEL, configuration
from forum_bridge.testkit import empty_ledger
from forum_bridge.web.pacer import Pacer

SECRET = "a-secret-of-invented-letters-0001"
START = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
ELIF = 905  # an agent of the simulated Deskie


class MovableClock:
    """Stands still until it is moved; so a test says when anything is due."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class World:
    """The world; ``bridge_up`` starts a bridge on the same ledger as the one before it."""

    def __init__(self, forum: ForumServer, deskie: Deskie, deskie_url: str, ledger: Path, clock: MovableClock) -> None:
        self.forum: Forum = forum.forum
        self.deskie = deskie
        self.clock = clock
        self.url = forum.url
        self.ledger_path = ledger
        self.config = configuration(forum.url, deskie_url, "http://127.0.0.1:0", SECRET, ledger)
        self.ledger: Ledger
        self.desk: Desk
        self.sites: Mapping[str, Site]
        self._due: dict[tuple[WorkKind, str], datetime] = {}
        self._handlers: Handlers
        self._bridge = AsyncExitStack()

    def configure(self, change: Callable[[dict[str, object]], None]) -> None:
        """Change the forum's part of the configuration; call ``restart`` for it to count."""
        raw = self.config.model_dump(mode="json", by_alias=True, exclude_unset=True)
        raw["deskie"]["api_key"] = self.config.deskie.api_key.get_secret_value()
        raw["webhook"]["secret"] = SECRET
        login = self.config.forums["sandbox"].login
        assert login is not None and login.password is not None
        raw["forums"]["sandbox"]["login"]["password"] = login.password.get_secret_value()
        change(raw["forums"]["sandbox"])
        self.config = Config.model_validate(raw)

    async def believe_webhooks(self) -> None:
        """Let the bridge publish what a webhook tells though the desk does not show it."""
        self.configure(lambda forum: forum.setdefault("answers", {}).update(verify=False))  # type: ignore[attr-defined]
        await self.restart()

    async def bridge_up(self) -> None:
        """Open ledger, sessions and the webhook's door, and wake what the ledger says is due."""
        stack = self._bridge = AsyncExitStack()
        self._due = {}
        ledger = self.ledger = await stack.enter_async_context(Ledger.open(self.ledger_path, self.clock))
        desk = self.desk = await stack.enter_async_context(open_desk(self.config, self.clock))

        async def no_pause(_: float) -> None:
            return

        opened = open_sites(self.config, Registry.load(None), ledger, Pacer(self.clock, no_pause), self.clock)
        sites = self.sites = await stack.enter_async_context(opened)
        receive = Receive(ledger, desk.name, sites, self.wake, self.clock)
        self._handlers = roads(ledger, desk, sites, receive, self.wake, self.clock, lambda: 0.0)
        app = web.Application()
        proxies = Proxies(self.config.webhook.trusted_proxies)
        guard = Guard(self.clock, proxies, self.config.webhook.allow)
        webhook.add_routes(app, receive, frozenset({CHANNEL}), SECRET, guard)
        file_door.add_routes(app, ledger, desk.files)
        pushes = TakePush(ledger, sites, rules_for, self.wake, self.clock)
        push_door.add_routes(app, pushes, History(ledger), self.clock, proxies)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.bridge_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.door = f"{self.bridge_url}/deskie/{CHANNEL}/{SECRET}"
        self.deskie.channels[CHANNEL].webhook_url = self.door
        desk.learn(await desk.client.custom_channels())
        async with ledger.reading() as db:
            refuse_changed_keys(sites.values(), await forums.everyone(db))
        for site in sites.values():
            for watch_id in await register(site, ledger, desk, self.clock):
                self.wake(WorkKind.POLL, str(watch_id))
        self.wake(WorkKind.RECONCILE, desk.name)
        await self.sweep()

    async def bridge_down(self) -> None:
        """End the bridge; what is not in the ledger is forgotten."""
        await self._bridge.aclose()

    async def restart(self) -> None:
        await self.bridge_down()
        await self.bridge_up()

    async def sweep(self) -> None:
        async with self.ledger.reading() as db:
            for conversation_id, at in await posts.due_conversations(db):
                self.wake(WorkKind.DELIVER, str(conversation_id), at)
            for forum, at in await answers.due_forums(db):
                self.wake(WorkKind.PUBLISH, forum, at)
            if (notes := await agent_notes.due(db, self.desk.name)) is not None:
                self.wake(WorkKind.TELL, self.desk.name, notes)
            if (link := await links.first(db, self.desk.name)) is not None:
                self.wake(WorkKind.LINK, self.desk.name, link.due_at)

    async def settle(self) -> None:
        """Do all work that is due now, webhooks included, until none is left."""
        for _ in range(200):
            await self.deskie.webhooks_idle()
            due = sorted(name for name, at in self._due.items() if at <= self.clock())
            if not due:
                return
            kind, key = due[0]
            del self._due[kind, key]
            again = await self._handlers[kind](key)
            if again is not None:
                self.wake(kind, key, again)
        raise AssertionError(f"work without end: {self._due}")

    async def polled(self) -> None:
        """Read every watch once, and do nothing else."""
        for kind, key in list(self._due):
            if kind is WorkKind.POLL:
                await self._handlers[kind](key)

    async def poll(self, watch_id: int) -> None:
        """Read one watch, and do nothing else."""
        await self._handlers[WorkKind.POLL](str(watch_id))

    async def settle_at_once(self) -> None:
        """Read every watch, then do all deliveries that are due side by side."""
        await self.polled()
        due = [key for kind, key in self._due if kind is WorkKind.DELIVER]
        await asyncio.gather(*(self._handlers[WorkKind.DELIVER](key) for key in due))

    async def watches(self) -> list[WatchRow]:
        async with self.ledger.reading() as db:
            return await watches.of_forum(db, "sandbox")

    async def later(self, **span: float) -> None:
        """Let time pass, then do what is due."""
        self.clock.advance(**span)
        await self.settle()

    async def write(self, title: str, text: str, *, author: Person | str | None = None) -> int:
        """Open a thread as a customer (Deniz) and let the bridge see it; return the post's id."""
        made = self.forum.open_thread(author or self.deniz, title, text)
        await self.later(seconds=2)
        return made.id

    async def reply(self, thread_id: int, text: str, *, author: Person | str | None = None) -> int:
        """Write into a thread as a customer (Deniz) and let the bridge see it; return the post's id."""
        made = self.forum.reply(thread_id, author or self.deniz, text)
        await self.later(seconds=2)
        return made.id

    async def answer(self, case_id: int, html: str) -> Message:
        """Answer as an agent and let the bridge publish it."""
        message = await self.deskie.agent_reply(case_id, html, ELIF)
        await self.settle()
        return message

    def unwritable(self, table: str, *states: str) -> AbstractAsyncContextManager[None]:
        """Meanwhile the database refuses to let a row of this table enter one of these states."""
        wanted = ", ".join(f"'{state}'" for state in states)
        return self.refusing(f"UPDATE OF state ON {table} WHEN NEW.state IN ({wanted})")

    @asynccontextmanager
    async def refusing(self, change: str) -> AsyncIterator[None]:
        """Meanwhile the database refuses a change, named as SQLite's triggers do."""
        refuse = f"CREATE TRIGGER refusing BEFORE {change} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        await self.ledger.commit(lambda db: db.execute(text(refuse)))
        try:
            yield
        finally:
            await self.ledger.commit(lambda db: db.execute(text("DROP TRIGGER refusing")))

    async def forget_sessions(self) -> None:
        """Make the forum forget who is signed in."""
        async with aiohttp.ClientSession() as http, http.post(f"{self.url}/_control/expire", json={}) as answer:
            assert answer.status == 200

    @property
    def deniz(self) -> Person:
        found = self.forum.person("Deniz")
        assert found is not None
        return found

    def messages(self) -> Mapping[int, list[str]]:
        """Return every case's messages by customers, oldest first, as HTML."""
        return {
            case.case_id: [each.content_html for each in self.deskie.messages(case) if each.user_id and not each.note]
            for case in self.deskie.cases()
        }

    def times_delivered(self, post_id: int) -> int:
        """Return in how many messages on the desk a post stands, by the permalink in their footers."""
        footer = f'<p>[forum] <a href="{self.url}/post/{post_id}"'
        return sum(footer in html for htmls in self.messages().values() for html in htmls)

    def ours(self) -> list[str]:
        """Return the texts of the bridge's own posts, oldest first."""
        every = [post for post in self.forum.posts() if post.author_name == "acme_destek"]
        return [post.text for post in sorted(every, key=lambda post: post.id)]

    async def post_states(self) -> dict[str, str]:
        return {row.post_id: row.state for row in await self._rows(post)}

    async def revisions(self, post_id: int) -> int:
        """Return how many revisions of a post the ledger holds."""
        return sum(row.post_id == str(post_id) for row in await self._rows(post))

    async def answer_states(self) -> list[str]:
        return [row.state for row in await self._rows(answer)]

    async def reasons(self) -> list[str]:
        return [row.reason or "" for table in (post, answer) for row in await self._rows(table)]

    async def _rows(self, table: object) -> list[Row[tuple[object, ...]]]:
        async with self.ledger.reading() as db:
            return list(await db.execute(select(table).order_by(table.c.id)))  # type: ignore[call-overload, attr-defined]

    def wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        when = at or self.clock()
        self._due[kind, key] = min(when, self._due.get((kind, key), when))


@asynccontextmanager
async def open_world(ledger: Path, prepare: Callable[[World], None] = lambda _: None) -> AsyncIterator[World]:
    """A world whose bridge is up and has read the forum once; ``prepare`` may change it before that."""
    clock = MovableClock()
    deskie = Deskie(clock=clock)
    async with (
        ForumServer(seeded(clock)) as forum,
        DeskServer(deskie) as desk_server,
    ):
        clock.advance(seconds=5)
        if not ledger.exists():
            empty_ledger.lay(ledger)
        world = World(forum, deskie, desk_server.url, ledger, clock)
        prepare(world)
        await world.bridge_up()
        try:
            await world.settle()
            yield world
        finally:
            await world.bridge_down()
