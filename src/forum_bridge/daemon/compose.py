"""Builds forums and desk from the configuration. What only adapters know joins the same list of faults."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import aiohttp

from forum_bridge import __version__
from forum_bridge.bridge.account import Account
from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.policy import Concerns, Rules, everyone, mentioning, starter
from forum_bridge.bridge.sign_in import digest_of
from forum_bridge.bridge.site import Site
from forum_bridge.config import CasesFrom, Config, Fault, ForumConfig, Loaded, Others, Who
from forum_bridge.deskie import Budget, DeskieClient
from forum_bridge.forums.contract import Adapter
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.registry import Registry, UnknownAdapter
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, WatchKind, normalised
from forum_bridge.web.fetch import open_fetcher
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, ForumSession, SessionSettings, open_session, user_agent

DESK = "default"
IDLE_SECONDS = 4.0  # a write on a connection that the server just closed would have to be looked up


def adapter_faults(loaded: Loaded, registry: Registry) -> list[Fault]:
    """Return what is wrong with adapters' names, options and watches, each with its place in the file."""
    faults: list[Fault] = []
    for chosen in loaded.chosen:
        here = ("forums", chosen.forum)
        try:
            entry = registry.get(chosen.adapter)
        except UnknownAdapter as error:
            faults.append(loaded.source.fault((*here, "adapter"), str(error), error.explanation))
            continue
        faults += [
            loaded.source.fault((*here, "options", *fault.path), fault.problem, fault.mend)
            for fault in entry.check(chosen.options)
        ]
        faults += [
            loaded.source.fault((*here, "watch", index), f"{entry.name} cannot watch {_named(kind)}", _able(entry))
            for index, kind in chosen.watches
            if kind not in entry.watches
        ]
        if chosen.idle and entry.watches:
            mend = "add the line watch: and what to poll below it, an entry a line"
            faults.append(loaded.source.fault((*here, "watch"), "nothing is watched", mend))
        if chosen.login and entry.opens_with.isdisjoint(chosen.login):
            wanted = " or ".join(f"login.{key}" for key in sorted(entry.opens_with))
            mend = f"It wants {wanted}." if wanted else "Take it out."
            faults.append(loaded.source.fault((*here, "login"), f"{entry.name} cannot sign in", mend))
    return faults


def _named(kind: WatchKind) -> str:
    names = {WatchKind.MENTIONS: "mentions", WatchKind.INBOX: "the inbox"}
    return names.get(kind, f"a {kind.value}")


def _able(entry: AdapterEntry) -> str:
    watches = ", ".join(sorted(entry.watches))
    return f"watch one of: {watches}" if watches else "take watch out: this forum sends its posts by itself"


def settings_of(forum: ForumConfig) -> SessionSettings:
    """Return how a forum is to be asked."""
    return SessionSettings(
        base_url=forum.url,
        user_agent=user_agent(__version__),
        pace=forum.pace,
        i_have_permission=forum.i_have_permission,
    )


@asynccontextmanager
async def open_forum(forum: ForumConfig, pacer: Pacer, clock: Clock) -> AsyncIterator[ForumSession]:
    """Open one forum's web session, with its account where one is configured."""
    login = forum.login
    credentials = Credentials(login.user, login.password, login.api_key) if login else None
    async with open_session(settings_of(forum), credentials, pacer, clock) as session:
        yield session


def adapter_of(forum: ForumConfig, registry: Registry, session: ForumSession) -> Adapter:
    """Return the forum's adapter, whose options were checked before."""
    return registry.get(forum.adapter).build(forum.options, session, timezone=forum.timezone)


@asynccontextmanager
async def open_sites(
    config: Config, registry: Registry, ledger: Ledger, pacer: Pacer, clock: Clock
) -> AsyncIterator[Mapping[str, Site]]:
    """Open every configured forum; their sessions close together."""
    async with AsyncExitStack() as stack:
        sites: dict[str, Site] = {}
        for name, forum in config.forums.items():
            session = await stack.enter_async_context(open_forum(forum, pacer, clock))
            adapter = adapter_of(forum, registry, session)
            sites[name] = Site(
                name=name,
                desk=DESK,
                channel=channel_of(config, forum),
                config=forum,
                adapter=adapter,
                account=Account(name, adapter, ledger, clock, _digest(config, forum)),
                ahead=partial(_ahead, session),
                fetcher=await stack.enter_async_context(open_fetcher(forum.url, user_agent(__version__), session)),
            )
        yield sites


def _digest(config: Config, forum: ForumConfig) -> str:
    login, key = forum.login, config.webhook.secret.get_secret_value()
    if login is None:
        return ""
    secrets = [each.get_secret_value() if each else None for each in (login.password, login.api_key)]
    return digest_of(key, forum.url, login.user, *secrets)


def _ahead(session: ForumSession) -> timedelta | None:
    return session.ahead


@asynccontextmanager
async def open_desk(config: Config, clock: Clock) -> AsyncIterator[Desk]:
    """Open the connection to Deskie."""
    deskie, door = config.deskie, config.webhook
    connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
    async with (
        aiohttp.ClientSession(connector=connector) as http,
        open_fetcher(deskie.api_url, user_agent(__version__)) as fetcher,
    ):
        files = AnswerFiles(DESK, deskie.api_url, door.public_url, door.secret.get_secret_value(), fetcher)
        client = DeskieClient(
            http,
            deskie.api_url,
            deskie.email,
            deskie.api_key.get_secret_value(),
            Budget(clock, share=deskie.budget_share),
            clock,
            timeout=deskie.timeout,
        )
        yield Desk(DESK, client, files, new_cases_per_day=deskie.new_cases_per_day)


def channel_of(config: Config, forum: ForumConfig) -> str:
    """Return the custom channel that carries a forum."""
    return forum.channel or config.deskie.channel


def rules_for(site: Site, kind: WatchKind) -> Rules:
    """Return a forum's policy for what a watch of this kind finds."""
    config = site.config
    login = [config.login.user] if config.login else []
    return Rules(
        own_account=frozenset(map(normalised, login)),
        own_authors=frozenset(map(normalised, config.own_authors)),
        ignore_authors=frozenset(map(normalised, config.ignore_authors)),
        concerns=_concerns(config.cases.whose(kind), login),
        others_as_notes=config.cases.others is Others.NOTE,
    )


def _concerns(source: CasesFrom, login: list[str]) -> Concerns:
    match source.who:
        case Who.EVERYONE:
            return everyone
        case Who.STARTER:
            return starter
        case Who.MENTIONS:
            return mentioning(source.words or tuple(login))
