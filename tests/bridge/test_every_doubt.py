"""Each thing that nobody knows about Deskie, taken the other way, a few at a time: a customer's story must go through
all the same, in channels of both types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest
from tests.bridge.world import ELIF, World, open_world

from forum_bridge.deskie import ChannelType
from forum_bridge.sandbox.desk import Switches
from forum_bridge.sandbox.desk.faults import What
from forum_bridge.sandbox.sandbox import CHANNEL

GROUPS = 24
NOTE = "Müşteriye söyleme"
AMOUNTS: dict[str, list[object]] = {
    "default_sort": ["created_at_asc", "updated_at_desc"],
    "rate_limit_per_minute": [20, 750],
    "subject_limit": [255],
    "chat_minutes": [0.0, 1.0],
    "messages_listed_after_seconds": [5.0],
    "webhook_copies": [3],
    "webhook_stray_type": ["message_read"],
    "plan_stored_cases": [2],
}
LEADS_OUT_OR_TAKES_TIME = {
    "download_attachment_urls",
    "webhook_delay_seconds",
    "webhook_timeout_seconds",
    "webhook_retry_seconds",
}


def other_ways() -> Iterator[tuple[str, object]]:
    """Yield each switch with each value that it does not have by itself."""
    usual = Switches()
    for each in fields(usual):
        value = getattr(usual, each.name)
        if each.name in LEADS_OUT_OR_TAKES_TIME:
            continue
        if isinstance(value, bool):
            yield each.name, not value
        elif isinstance(value, StrEnum):
            yield from ((each.name, other) for other in type(value) if other is not value)
        yield from ((each.name, other) for other in AMOUNTS.get(each.name, []))


def mixtures() -> list[dict[str, object]]:
    """Return all other ways in so many groups, none with two values of one switch."""
    ways = list(other_ways())
    return [dict(ways[start::GROUPS]) for start in range(GROUPS)]


@pytest.fixture(params=list(ChannelType), ids=str)
async def world(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world whose channel is of one type or the other from the very beginning."""
    async with open_world(tmp_path / "first.sqlite") as made:
        await made.bridge_down()
        made.deskie.channels[CHANNEL].type = request.param.value
        ledger = made.config.ledger.model_copy(update={"url": str(tmp_path / "ledger.sqlite")})
        made.config = made.config.model_copy(update={"ledger": ledger})
        made.ledger_path = tmp_path / "ledger.sqlite"
        await made.bridge_up()
        await made.settle()
        yield made


def test_no_other_way_is_left_out() -> None:
    assert sum(map(len, mixtures())) == len(list(other_ways())) > 80


@pytest.mark.parametrize("switches", mixtures(), ids="+".join)
async def test_the_story_goes_through(world: World, switches: dict[str, object]) -> None:
    deskie = world.deskie
    deskie.switches.apply(switches)

    posts = [await world.write(f"Kargo gelmedi{', gelmiyor' * 30}!", "Üç haftadır bekliyorum.")]
    kargo = world.forum.threads()[0].id
    (first,) = deskie.cases()
    await world.answer(first.case_id, "<p>Şimdi <b>bakıyoruz</b>.</p>")
    await deskie.add_note(first.case_id, f"<p>{NOTE}</p>", ELIF)
    posts.append(await world.reply(kargo, "Teşekkürler 🙂"))
    await world.later(minutes=2)

    posts.append(await world.write("Fatura", "Faturam yanlış."))
    await world.later(minutes=2)
    second = max(case.case_id for case in deskie.cases())
    await deskie.agent_reply(second, "<p>Düzelttik.</p>", ELIF, via_rule=True)

    deskie.set_status(first.case_id, "closed")
    await world.later(minutes=2)
    posts.append(await world.reply(kargo, "Yine gelmedi."))
    await world.later(minutes=2)
    newest = max(case.case_id for case in deskie.cases() if case.case_id != second)
    await world.answer(newest, "<p>Yeniden yolladık.</p>")

    await world.restart()
    deskie.faults.next(r"POST /api/cases\.json", What.CUT_AFTER)
    posts.append(await world.write("İade", "Geri vermek istiyorum."))
    for _ in range(6):
        await world.later(minutes=2)

    assert {post: world.times_delivered(post) for post in posts} == dict.fromkeys(posts, 1)
    told = world.ours()
    assert len(told) == 3, told
    for text in ("Şimdi **bakıyoruz**.", "Düzelttik.", "Yeniden yolladık."):
        assert sum(text in post for post in told) == 1, told
    assert NOTE not in "".join(told)
    assert sorted(set(await world.answer_states()) - {"ignored"}) == ["sent"]
    assert set((await world.post_states()).values()) <= {"sent", "own", "old"}
