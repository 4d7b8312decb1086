"""Tries every part once, changes nothing, and says of each whether it works and what to do if not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from forum_bridge.config import Config, ForumConfig, TellAgents
from forum_bridge.daemon.compose import adapter_of, channel_of, open_desk, open_forum
from forum_bridge.daemon.desk_check import expected_webhook
from forum_bridge.daemon.finding import Finding
from forum_bridge.daemon.identity_check import shared_chats
from forum_bridge.daemon.privacy_check import private_answers, private_labels
from forum_bridge.daemon.push_check import ringing, sending
from forum_bridge.daemon.times_check import clocks, zone
from forum_bridge.deskie import Channel, check_channel, find_channel
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.forums.contract import Adapter, CanReply, CanSignIn
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import files, forums, soundness
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, Reading, SignInState, Watch
from forum_bridge.web.pacer import Pacer

REFUSED = {
    SignInState.REFUSED: "Check login.user and login.password: sign in with them in a browser.",
    SignInState.CAPTCHA: "Sign in once by hand with this account, or ask the owner to exempt it from captchas.",
    SignInState.BLOCKED: "Ask the forum's owner to let the bridge's User-Agent through.",
}
LATER = "Try again in a while; the running bridge does so by itself."

Trying = Callable[[str, str], None]
"""Told the part and the step just before each is tried."""


async def checkup(config: Config, registry: Registry, clock: Clock, trying: Trying) -> AsyncIterator[Finding]:
    """Yield findings as they come: the ledger, Deskie, then each forum. Reads only; signs in where an account is
    set."""
    trying("ledger", "open")
    yield await _ledger(config.ledger.path, clock)
    async for finding in _desk(config, clock, trying):
        yield finding
    pacer = Pacer(clock, asyncio.sleep)
    for name, forum in config.forums.items():
        async with open_forum(forum, pacer, clock) as session:
            adapter = adapter_of(forum, registry, session)
            if not forum.watch:
                trying(name, "answers")
                async for finding in sending(name, config.webhook.public_url, adapter):
                    yield finding
                continue
            if (rings := ringing(name, config.webhook.public_url, forum, adapter)) is not None:
                yield rings
            async for finding in _forum(name, forum, adapter, lambda: clock() + (session.ahead or timedelta()), trying):
                yield finding
            if (difference := clocks(name, session.ahead)) is not None:
                yield difference


def steps(config: Config) -> int:
    """Return how many things ``checkup`` tries at most: fewer where an account does not work."""
    return 2 + sum(1 + len(forum.watch) for forum in config.forums.values())


async def _ledger(path: Path, clock: Clock) -> Finding:
    try:
        if not await asyncio.to_thread(path.exists):
            await asyncio.to_thread(files.check_place, files.located(path))
            return Finding("ledger", "open", ok=True, found=f"{path} will be made when the bridge first runs")
        async with Ledger.open(path, clock, read_only=True) as ledger:
            await ledger.probe()
        await asyncio.to_thread(soundness.check, files.located(path))
    except BridgeError as error:
        return _failed("ledger", "open", error)
    except sqlite3.Error as error:  # as opening it would have told, had it been so then
        return _failed("ledger", "open", soundness.broken(path, str(error)))
    return Finding("ledger", "open", ok=True, found=f"{path} is sound")


async def _desk(config: Config, clock: Clock, trying: Trying) -> AsyncIterator[Finding]:
    trying("deskie", "API")
    async with open_desk(config, clock) as desk:
        try:
            channels = await desk.client.custom_channels()
        except BridgeError as error:
            yield _failed("deskie", "API", error)
            return
        yield Finding("deskie", "API", ok=True, found=f"{config.deskie.api_url} takes the key of {config.deskie.email}")
        try:
            async for finding in private_labels(config, desk):
                yield finding
        except BridgeError as error:
            yield _failed("deskie", "labels", error)
    for key in sorted({channel_of(config, forum) for forum in config.forums.values()}):
        for finding in _channel(config, key, channels):
            yield finding
    fixed = await _identities(config.ledger.path, clock)
    for name, forum in config.forums.items():
        key = channel_of(config, forum)
        channel, identity = find_channel(channels, key), fixed.get(name, forum.identity)
        kind = channel.type if channel is not None else None
        if (shared := shared_chats(name, key, kind, identity, chosen=forum.identity is not None)) is not None:
            yield shared


async def _identities(path: Path, clock: Clock) -> dict[str, str]:
    """Return the identities that are fixed, by forum; none where the ledger cannot be read, which is said elsewhere."""
    try:
        if not await asyncio.to_thread(path.exists):
            return {}
        async with Ledger.open(path, clock, read_only=True) as ledger, ledger.reading() as db:
            return {name: row.identity for name, row in (await forums.everyone(db)).items() if row.used}
    except BridgeError:
        return {}


def _channel(config: Config, key: str, channels: list[Channel]) -> list[Finding]:
    what, expected = f"channel {key}", expected_webhook(config, key)
    faults = check_channel(channels, key, expected)
    channel = find_channel(channels, key)
    if faults or channel is None:
        return [Finding("deskie", what, ok=False, found=each.message, todo=each.explanation) for each in faults]
    found = f"“{channel.title}” is active, {channel.type}"
    if expected is not None:
        return [Finding("deskie", what, ok=True, found=f"{found}, and its webhook URL leads to this bridge")]
    todo = "Set webhook.public_url to have the channel's webhook URL compared with it."
    return [Finding("deskie", what, ok=True, found=f"{found}; its webhook URL was not compared", todo=todo)]


async def _forum(
    name: str, forum: ForumConfig, adapter: Adapter, clock: Clock, trying: Trying
) -> AsyncIterator[Finding]:
    trying(name, "sign in")
    signed_in = await _sign_in(name, forum, adapter)
    yield signed_in
    if not signed_in.ok:
        return
    for watch in forum.watch:
        what = f"{watch.kind.value} {watch.target}".strip()
        trying(name, what)
        for finding in await _read(name, what, adapter, Watch(watch.kind, watch.target, clock()), clock):
            yield finding
    if (forum.login is not None or forum.own_authors) and not isinstance(adapter, CanReply):
        todo = "Agents get each answer in a note, ready to paste; posts of own_authors that say it are recognised."
        if forum.answers.tell_agents is TellAgents.NEVER:
            todo = "Agents' answers will be dead letters: set answers.tell_agents, so that they get them to paste."
        yield Finding(name, "answer", ok=True, found=f"the adapter {adapter.name} only reads", todo=todo)
    answers = forum.login is not None or not isinstance(adapter, CanSignIn)  # else it is said above that it never does
    if answers and (private := private_answers(name, forum, adapter)) is not None:
        yield private


async def _sign_in(name: str, forum: ForumConfig, adapter: Adapter) -> Finding:
    if forum.login is None:
        todo = "Set login.user and login.password of the bridge's account to have answers posted."
        return Finding(name, "sign in", ok=True, found="no account: reads as a guest, never answers", todo=todo)
    if not isinstance(adapter, CanSignIn):
        return Finding(name, "sign in", ok=True, found=f"the adapter {adapter.name} needs none")
    return await _tried(name, "sign in", lambda: _try_account(name, forum.login.user if forum.login else "", adapter))


async def _try_account(name: str, user: str, adapter: CanSignIn) -> Finding:
    outcome = await adapter.sign_in()
    if outcome.state is SignInState.OK:
        return Finding(name, "sign in", ok=True, found=f"signed in as {user}")
    told = f": {outcome.detail}" if outcome.detail else ""
    todo = f"{REFUSED[outcome.state]} What is watched there is only tried once this works."
    return Finding(name, "sign in", ok=False, found=f"{user}: {outcome.state.value}{told}", todo=todo)


async def _read(name: str, what: str, adapter: Adapter, watch: Watch, clock: Clock) -> list[Finding]:
    readings: list[Reading] = []

    async def work() -> Finding:
        readings.append(await adapter.read(watch, None))
        return Finding(name, what, ok=True, found=_told(readings[0]))

    found = await _tried(name, what, work)
    times = [post.time for reading in readings for post in reading.posts if post.time is not None]
    return [found, *filter(None, [zone(name, times, clock())])]


async def _tried(part: str, what: str, work: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await work()
    except BridgeError as error:
        return _failed(part, what, error)
    except Exception as error:  # noqa: BLE001 -- an adapter may be anybody's code, and the other parts are still to be tried
        todo = "This is a fault in the adapter, not in the configuration: tell its author."
        return Finding(part, what, ok=False, found=f"the adapter failed with {type(error).__name__}", todo=todo)


def _told(reading: Reading) -> str:
    many = len(reading.posts)
    if not many:
        return "read; no new post at this moment"
    titles = ", ".join(f"“{seen.ref.title}”" for seen in reading.threads[:3] if seen.ref.title)
    more = f" and {len(reading.threads) - 3} more threads" if len(reading.threads) > 3 else ""
    return f"{many} {'post' if many == 1 else 'posts'} read" + (f" in {titles}{more}" if titles else "")


def _failed(part: str, what: str, error: BridgeError) -> Finding:
    todo = LATER if error.explanation == Retry.explanation else error.explanation
    return Finding(part, what, ok=False, found=str(error), todo=todo)
