"""Every adapter that replies keeps the promises of writing on its engine's stand-in, and the kit sees it when one does
not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import pytest
from tests.engines.invision import InvisionForum
from tests.testkit.writable import STANDS, StandInPlace, place

from forum_bridge.errors import NotPosted, Unclear
from forum_bridge.forums.contract import Adapter, CanReply, CanSignIn
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.preset_files import PresetMaker, preset_entry
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Draft, OwnPosts, PostId, Receipt, SignIn, ThreadRef
from forum_bridge.testkit import Outcome, Result, conform_writing

TOKEN = InvisionForum.key
REAL_ONLY = {"flaskbb", "fossil", "machina", "spirit"}  # their engines themselves run in tests/real
SANDBOX = {"sandbox", "html"}
WITHOUT_A_LOOK = {"push", "feed"}


async def outcomes(name: str, entry: AdapterEntry | None = None) -> list[Outcome]:
    return [outcome async for outcome in conform_writing(partial(place, name, entry))]


def broken(found: list[Outcome]) -> dict[str, str]:
    return {each.promise: each.told for each in found if each.result is Result.BROKEN}


@pytest.mark.parametrize("name", STANDS)
async def test_an_adapter_keeps_its_promises_of_writing(name: str) -> None:
    found = await outcomes(name)
    assert broken(found) == {}
    assert len([each for each in found if each.result is Result.KEPT]) >= 7


def test_every_adapter_that_replies_is_tried() -> None:
    replies = {entry.name for entry in Registry.load() if "reply" in entry.capabilities}
    assert replies - REAL_ONLY - SANDBOX - WITHOUT_A_LOOK == set(STANDS)


@pytest.mark.parametrize(("part", "value"), [("form", "form.nowhere"), ("text", "nowhere")])
@pytest.mark.parametrize("name", ["mybb", "smf", "phpbb", "vbulletin4", "xenforo-html"])
async def test_a_broken_form_is_seen(name: str, part: str, value: str) -> None:
    entry = Registry.load().get(name)
    assert isinstance(entry.maker, PresetMaker)
    raw = json.loads(json.dumps(entry.maker.raw))
    raw["reply"][part] = value
    told = broken(await outcomes(name, preset_entry(name, "a broken preset", raw)))
    assert {
        "finds the reply just written",
        "changes no sign of a text",
        "finds a reply whose response was lost",
    } <= set(told)


@pytest.mark.parametrize("name", ["mybb", "phpbb", "xenforo-html"])
async def test_words_that_the_forum_no_longer_says_are_seen(name: str) -> None:
    """Without them a refusal is not told apart."""
    entry = Registry.load().get(name)
    assert isinstance(entry.maker, PresetMaker)
    raw = json.loads(json.dumps(entry.maker.raw)) | {"says": {}}
    raw["thread"].pop("locked", None)
    for part in ("inbox", "message"):  # these need the forum's words
        raw.pop(part, None)
    told = broken(await outcomes(name, preset_entry(name, "a mute preset", raw)))
    assert "tells a locked thread, and writes nothing" in told or "tells a flood limit, and writes nothing" in told


class Sloppy:
    """An adapter that does to a good one what ``spoil`` says."""

    def __init__(self, good: Adapter, spoil: str) -> None:
        self.good, self.spoil = good, spoil
        self.name, self.markup, self.Options = good.name, good.markup, good.Options

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        good = self.good
        assert isinstance(good, CanReply)
        if self.spoil == "folds":
            draft = replace(draft, text=draft.text.encode("ascii", "ignore").decode())
        try:
            receipt = await good.reply(thread, draft)
        except Unclear:
            if self.spoil == "tries again":
                return await good.reply(thread, draft)
            raise
        except NotPosted as error:
            if self.spoil == "shrugs":
                return Receipt()
            raise NotPosted(f"{error} {TOKEN if self.spoil == 'gossips' else ''}") from error
        return replace(receipt, post_id=PostId("1")) if self.spoil == "invents" else receipt

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        assert isinstance(self.good, CanReply)
        own = await self.good.own_posts(thread, after)
        return OwnPosts((), complete=True) if self.spoil == "blind" else own

    async def sign_in(self) -> SignIn:
        assert isinstance(self.good, CanSignIn)
        return await self.good.sign_in()


@dataclass
class SloppyPlace(StandInPlace):
    spoil: str = ""

    @asynccontextmanager
    async def adapter(self) -> AsyncIterator[Adapter]:
        async with super().adapter() as good:
            yield cast("Adapter", Sloppy(good, self.spoil))


@pytest.mark.parametrize(
    ("spoil", "promise", "told"),
    [
        ("folds", "changes no sign of a text", "what arrived holds no"),
        ("tries again", "finds a reply whose response was lost", "2 posts were written"),
        ("shrugs", "tells a locked thread, and writes nothing", "0 posts were written"),
        ("gossips", "tells a locked thread, and writes nothing", "tells a secret"),
        ("invents", "finds the reply just written", "the receipt names 1"),
        ("invents", "tells the same words twice apart", "both receipts name one post"),
        ("blind", "finds a reply whose response was lost", "the look found 0"),
    ],
)
async def test_what_a_sloppy_adapter_does_is_told(spoil: str, promise: str, told: str) -> None:
    @asynccontextmanager
    async def sloppy() -> AsyncIterator[SloppyPlace]:
        async with place("invision") as good:
            yield SloppyPlace(good.name, good.stand, good.forum, good.url, good.clock, None, good.fields, spoil)

    assert told in broken([each async for each in conform_writing(sloppy)]).get(promise, "kept")


async def test_who_does_not_reply_is_skipped_by_name() -> None:
    found = await outcomes("phpbb", Registry.load().get("vbulletin5"))
    assert {each.result for each in found} == {Result.SKIPPED}
