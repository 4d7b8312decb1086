"""Tries every part once, changes nothing, and says of each whether it works and what to do if not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from forum_bridge.config import Config, ForumConfig
from forum_bridge.daemon.compose import adapter_of, open_desk, open_forum
from forum_bridge.daemon.desk_check import channel_faults, expected_webhook
from forum_bridge.errors import BridgeError
from forum_bridge.forums.contract import Adapter, CanReply, CanSignIn
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, SignInState, Watch
from forum_bridge.web.pacer import Pacer

REFUSED = {
    SignInState.REFUSED: "Check login.user and login.password: the forum does not take them.",
    SignInState.CAPTCHA: "Sign in once by hand with this account, or ask the owner to exempt it from captchas.",
    SignInState.BLOCKED: "Ask the forum's owner to let the bridge's User-Agent through.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: where, what, whether it works, what was found, and what to do if it does not."""

    part: str
    what: str
    ok: bool
    found: str
    todo: str = ""


async def checkup(config: Config, registry: Registry, clock: Clock) -> AsyncIterator[Finding]:
    """Yield findings as they come: the ledger, Deskie, then each forum. Reads only; signs in where an account is
    set."""
    yield await _ledger(Path(config.ledger.path), clock)
    async for finding in _desk(config, clock):
        yield finding
    pacer = Pacer(clock, asyncio.sleep)
    for name, forum in config.forums.items():
        async with open_forum(forum, pacer, clock) as session:
            async for finding in _forum(name, forum, adapter_of(forum, registry, session), clock):
                yield finding


async def _ledger(path: Path, clock: Clock) -> Finding:
    if not await asyncio.to_thread(path.exists):
        ok = await asyncio.to_thread(path.parent.is_dir)
        todo = "" if ok else f"Make the folder {path.parent} and give it to the user who runs the bridge."
        return Finding("ledger", "open", ok, f"{path} will be made at the first run", todo)
    try:
        async with Ledger.open(path, clock, read_only=True) as ledger:
            await ledger.probe()
    except BridgeError as error:
        return _failed("ledger", "open", error)
    return Finding("ledger", "open", ok=True, found=str(path))


async def _desk(config: Config, clock: Clock) -> AsyncIterator[Finding]:
    async with open_desk(config, clock) as desk:
        try:
            channels = await desk.client.custom_channels()
        except BridgeError as error:
            yield _failed("deskie", "API", error)
            return
    yield Finding("deskie", "API", ok=True, found=config.deskie.api_url)
    faults = channel_faults(config, channels)
    for fault in faults:
        yield Finding("deskie", "channel", ok=False, found=fault.message, todo=fault.explanation)
    if not faults:
        compared = "its webhook URL is right" if expected_webhook(config, "") else "its webhook URL was not compared"
        todo = "" if config.webhook.public_url else "Set webhook.public_url to have it compared."
        yield Finding("deskie", "channel", ok=True, found=f"exists, is active; {compared}", todo=todo)


async def _forum(name: str, forum: ForumConfig, adapter: Adapter, clock: Clock) -> AsyncIterator[Finding]:
    if forum.login is None:
        yield Finding(name, "sign in", ok=True, found="no account configured: reads as a guest, cannot answer")
    elif not isinstance(adapter, CanSignIn):
        yield Finding(name, "sign in", ok=True, found=f"the adapter {adapter.name} needs no sign-in")
    else:
        finding = await _sign_in(name, forum.login.user, adapter)
        yield finding
        if not finding.ok:
            return
    for watch in forum.watch:
        yield await _read(name, adapter, Watch(watch.kind, watch.target, clock()))
    if not isinstance(adapter, CanReply):
        yield Finding(name, "answer", ok=False, found=f"{adapter.name} only reads", todo="Answers are posted by hand.")


async def _sign_in(name: str, user: str, adapter: CanSignIn) -> Finding:
    try:
        outcome = await adapter.sign_in()
    except BridgeError as error:
        return _failed(name, "sign in", error)
    if outcome.state is SignInState.OK:
        return Finding(name, "sign in", ok=True, found=f"signed in as {user}")
    told = f": {outcome.detail}" if outcome.detail else ""
    return Finding(name, "sign in", ok=False, found=f"{user}: {outcome.state.value}{told}", todo=REFUSED[outcome.state])


async def _read(name: str, adapter: Adapter, watch: Watch) -> Finding:
    what = f"{watch.kind.value} {watch.target}".strip()
    try:
        reading = await adapter.read(watch, None)
    except BridgeError as error:
        return _failed(name, what, error)
    titles = ", ".join(f"“{seen.ref.title}”" for seen in reading.threads[:3])
    return Finding(name, what, ok=True, found=f"{len(reading.posts)} posts read" + (f" in {titles}" if titles else ""))


def _failed(part: str, what: str, error: BridgeError) -> Finding:
    return Finding(part, what, ok=False, found=str(error), todo=error.explanation)
