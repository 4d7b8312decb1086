"""What a thread would become: a page of it walks the real road, on a ledger that is thrown away. The forum and the desk
are read; nothing is written on either."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.case_text import CaseText
from forum_bridge.bridge.content import digest
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.draft import layout_of
from forum_bridge.bridge.intake import Intake
from forum_bridge.bridge.scope import AUTHOR
from forum_bridge.bridge.site import Site
from forum_bridge.config import Config, WatchConfig
from forum_bridge.daemon.compose import open_desk, open_sites, rules_for
from forum_bridge.daemon.register import usual_identity
from forum_bridge.deskie import NewCase
from forum_bridge.errors import BridgeError
from forum_bridge.forums.contract import Adapter, ShowsPages
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import conversations, forums, posts, threads, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.model import Clock, Post, Reading, ThreadSeen, Watch, WatchKind
from forum_bridge.web.pacer import Pacer

AGENT = "Elif Kaya"  # who answers in a rehearsal


@dataclass(frozen=True, slots=True)
class CaseToBe:
    """A case that would be opened, and the posts (by id) that would stand in it, the first one opening it."""

    case: NewCase
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The posts of a page, what each would become (``fates``, by post id), and the cases. ``watch`` is what covers the
    thread in the configuration, None if nothing does. ``remark`` says what had to be assumed."""

    posts: tuple[Post, ...]
    next: str | None
    fates: dict[str, PostRow]
    cases: tuple[CaseToBe, ...]
    watch: WatchConfig | None
    remark: str = ""


async def rehearse(config: Config, registry: Registry, name: str, url: str, clock: Clock) -> Rehearsal:
    """Read the page of a thread at ``url`` on the forum ``name``, signed in where an account is set, and return what it
    would become if every post were new. Raises what reading raises; a desk that cannot be asked is a remark."""
    async with _stage(config, registry, name, clock) as (ledger, desk, site):
        await _note_forum(ledger, site, site.config.identity or AUTHOR)
        reading, following = await site.account.doing(lambda: _read(site.adapter, url))
        identity, remark = await _identity(desk, site)
        await _note_forum(ledger, site, identity)
        stage = (ledger, desk, _without_lists(site) if remark else site)
        return await _played(stage, url, reading, following, remark, clock)


async def rehearse_page(
    config: Config, registry: Registry, name: str, page: ThreadPage, clock: Clock, answers: Sequence[str] = ()
) -> tuple[Rehearsal, tuple[str, ...]]:
    """Return what a page that was read already would become, without asking forum or desk; and how each of ``answers``
    (HTML, as agents write) to its first case would stand on the forum, in the engine's markup."""
    async with _stage(config, registry, name, clock) as (ledger, desk, site):
        await _note_forum(ledger, site, site.config.identity or AUTHOR)
        stage, cases = (ledger, desk, _without_lists(site)), site.config.cases
        remark = "Labels, group and language are left out." if cases.labels or cases.group or cases.language else ""
        found = await _played(stage, page.url, _reading(page, page), page.next, remark, clock)
        return found, await _answered(stage, found, answers)


async def _played(
    stage: tuple[Ledger, Desk, Site], url: str, reading: Reading, following: str | None, remark: str, clock: Clock
) -> Rehearsal:
    ledger, desk, site = stage
    watch = _covering(site, reading, url)
    await _take_in(ledger, site, watch.kind if watch else WatchKind.THREAD, url, reading, clock)
    async with ledger.reading() as db:
        fates = await posts.latest(db, site.name, [post.id for post in reading.posts])
    cases = await _cases(ledger, desk, site, reading, fates, clock)
    return Rehearsal(reading.posts, following, {**fates}, cases, watch, remark)


async def _answered(stage: tuple[Ledger, Desk, Site], found: Rehearsal, answers: Sequence[str]) -> tuple[str, ...]:
    if not found.cases:
        return ()
    ledger, _, site = stage
    asked = found.fates[found.cases[0].posts[-1]]
    async with ledger.reading() as db:
        thread = await threads.get(db, site.name, asked.thread_id)
    assert thread is not None  # the post stands in one that was read
    layout = layout_of(site, thread, asked, AGENT, for_one_reader=thread.ref.private)
    return tuple(layout.text(each, is_html=True, files="", part=1, parts=1) for each in answers)


@asynccontextmanager
async def _stage(
    config: Config, registry: Registry, name: str, clock: Clock
) -> AsyncIterator[tuple[Ledger, Desk, Site]]:
    alone = config.model_copy(update={"forums": {name: config.forums[name]}})
    with tempfile.TemporaryDirectory(prefix="forum-bridge-") as folder:
        async with (
            Ledger.open(Path(folder) / "ledger.sqlite3", clock) as ledger,
            open_desk(config, clock) as desk,
            open_sites(alone, registry, ledger, Pacer(clock, asyncio.sleep), clock) as sites,
        ):
            yield ledger, desk, sites[name]


async def _note_forum(ledger: Ledger, site: Site, identity: str) -> None:
    config = site.config
    await ledger.commit(lambda db: forums.register(db, site.name, config.url, identity, config.conversation))


async def _read(adapter: Adapter, url: str) -> tuple[Reading, str | None]:
    """Return one page and the next one's address; adapters that know no pages tell the whole thread."""
    if not isinstance(adapter, ShowsPages):
        return await adapter.read(Watch(WatchKind.THREAD, url), None), None
    page = await adapter.page(url)
    first = page if page.pages.previous is None else await adapter.page(page.ref.url)
    return _reading(page, first), page.next


def _reading(page: ThreadPage, first: ThreadPage) -> Reading:
    """Return a page as a reading; ``first`` is the thread's first page, if that could be had."""
    opening = next(iter(first.posts), None) if first.pages.previous is None else None
    return Reading(page.posts, (ThreadSeen(page.ref, opening, page.locked),))


async def _identity(desk: Desk, site: Site) -> tuple[str, str]:
    """Return who is one customer, and a remark if the desk could not be asked."""
    try:
        desk.learn(await desk.client.custom_channels())
        return site.config.identity or usual_identity(desk, site.channel), ""
    except BridgeError as error:
        assumed = "labels, group and language are left out, and the channel is taken for an asynchronous one"
        return site.config.identity or AUTHOR, f"{error} So {assumed}."


def _without_lists(site: Site) -> Site:
    cases = site.config.cases.model_copy(update={"labels": (), "group": None, "language": None})
    return replace(site, config=site.config.model_copy(update={"cases": cases}))


def _covering(site: Site, reading: Reading, url: str) -> WatchConfig | None:
    """Return the watch that would meet this thread: one on the thread itself, else any on a board."""
    addresses = [url, *(seen.ref.url for seen in reading.threads)]
    on_boards = [each for each in site.config.watch if each.kind is not WatchKind.THREAD]
    on_threads = [each for each in site.config.watch if each.kind is WatchKind.THREAD]
    same = [each for each in on_threads if any(_same(each.target, address) for address in addresses)]
    return next(iter([*same, *on_boards]), None)


def _same(one: str, other: str) -> bool:
    """Whether two addresses seem to be one thread's: equal, or one goes on where the other's last number has ended."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and not long[len(short) : len(short) + 1].isalnum()


async def _take_in(ledger: Ledger, site: Site, kind: WatchKind, url: str, reading: Reading, clock: Clock) -> None:
    now, rules, digested = clock(), rules_for(site, kind), await asyncio.to_thread(digest, reading)

    async def work(db: AsyncConnection) -> None:
        watch_id = await watches.ensure(db, site.name, Watch(kind, url), interval=site.config.every.min, now=now)
        row = (await forums.everyone(db))[site.name]
        await Intake(db, site, row, await watches.get(db, watch_id), rules, now).take(reading, digested)

    await ledger.commit(work)


async def _cases(
    ledger: Ledger, desk: Desk, site: Site, reading: Reading, fates: dict[str, PostRow], clock: Clock
) -> tuple[CaseToBe, ...]:
    members: dict[int, list[PostRow]] = {}
    for post in reading.posts:
        fate = fates[post.id]
        if fate.conversation_id is not None and (members.get(fate.conversation_id) or not fate.as_note):
            members.setdefault(fate.conversation_id, []).append(fate)
    text = CaseText(ledger, desk, clock)
    cases = []
    for conversation_id, rows in members.items():
        async with ledger.reading() as db:
            owner = await conversations.get(db, conversation_id)
        cases.append(CaseToBe(await text.new_case(owner, rows[0], site), tuple(row.post_id for row in rows)))
    return tuple(cases)
