"""Both roads over engines that keep single messages in folders: a private answer reaches its reader once whatever is
lost, and what people write to the bridge's account becomes cases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from tests.bridge.confidence import MARKED
from tests.bridge.world import World, open_world
from tests.engines.classic import PASSWORD
from tests.engines.letters import INBOX, Letter, Letters, Named
from tests.engines.mybb import MyBBForum
from tests.engines.phpbb import PhpbbForum
from tests.engines.place import Time, serving
from tests.engines.smf import SMFForum
from tests.engines.vbulletin import VbulletinForum

SECRET = "Şifreniz 1234."


class Following(Time):
    """The clock of a world, once there is one."""

    of: Callable[[], datetime] | None = None

    def __call__(self) -> datetime:
        return self.of() if self.of is not None else self.now


@dataclass
class Place:
    """A stand-in with its people, its board and all that everybody may read there."""

    engine: str
    clock: Following
    forum: MyBBForum | SMFForum | PhpbbForum | VbulletinForum
    board: str

    @property
    def letters(self) -> Letters:
        return self.forum.letters

    @property
    def ours(self) -> Named:
        return self.forum.members[0] if isinstance(self.forum, VbulletinForum) else self.forum.kopru

    @property
    def password(self) -> str:
        return self.forum.password if isinstance(self.forum, VbulletinForum) else PASSWORD

    @property
    def ayse(self) -> Named:
        return self.forum.ayse if isinstance(self.forum, PhpbbForum) else self.forum.members[1]

    def ask(self, title: str, text: str) -> None:
        if isinstance(self.forum, PhpbbForum):
            self.forum.begin(title, self.forum.ayse, text)
        elif isinstance(self.forum, VbulletinForum):
            self.forum.begin(title, self.ayse.name, text)
        else:
            self.forum.begin(title, self.forum.members[1], text)

    @property
    def public(self) -> str:
        if isinstance(self.forum, PhpbbForum):
            return "\n".join(post.text for topic in self.forum.topics.values() for post in topic.posts)
        if isinstance(self.forum, VbulletinForum):
            return "\n".join(post.html for thread in self.forum.threads.values() for post in thread.posts)
        return "\n".join(entry.text for thread in self.forum.threads.values() for entry in thread.entries)

    @property
    def got(self) -> list[Letter]:
        """What the customer has got from us."""
        return [each for each in self.letters.all if each.owner is self.ayse and each.folder == INBOX]


@pytest.fixture(params=["mybb", "smf", "phpbb", "vbulletin4"])
def place(request: pytest.FixtureRequest) -> Place:
    clock = Following()
    if request.param == "mybb":
        return Place("mybb", clock, MyBBForum(clock), "forumdisplay.php?fid=2")
    if request.param == "smf":
        return Place("smf", clock, SMFForum(clock), "index.php?board=1.0")
    if request.param == "vbulletin4":
        return Place("vbulletin4", clock, VbulletinForum(clock, style=3), "forumdisplay.php?f=2")
    forum = PhpbbForum(clock)
    forum.takes_young_forms = True
    return Place("phpbb", clock, forum, "viewforum.php?f=2")


@pytest.fixture
async def world(place: Place, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bridge looks after the stand-in's board and its account's messages there."""
    async with serving(place.forum.app) as url:

        def prepare(world: World) -> None:
            place.clock.of = world.clock
            place.ask("Eski konu", "Eski söz")
            world.clock.advance(minutes=10)

            def at_the_stand_in(raw: dict[str, object]) -> None:
                login = {"user": place.ours.name, "password": place.password}
                raw |= {"url": url, "adapter": place.engine, "login": login, "answers": MARKED}
                raw |= {"watch": [{"board": f"{url}/{place.board}"}, {"inbox": True}]}
                raw.pop("options", None)

            world.configure(at_the_stand_in)

        async with open_world(tmp_path / "ledger.sqlite", prepare) as made:
            yield made


async def settled(world: World) -> None:
    for _ in range(4):
        await world.later(minutes=2)


async def test_private_answers_and_messages_travel_once_whatever_is_lost(world: World, place: Place) -> None:
    world.clock.advance(minutes=1)
    place.ask("Kargo", "Siparişim nerede?")
    await world.later(minutes=2)
    (asked,) = world.deskie.cases()
    place.forum.cut = True
    await world.answer(asked.case_id, f"<p>[private] {SECRET}</p>")
    assert await world.answer_states() == ["unclear"]
    await settled(world)
    assert await world.answer_states() == ["sent"]
    (told,) = place.got
    assert SECRET in told.text
    assert told.subject == "Re: Kargo"
    assert "1234" not in place.public

    place.letters.opened(told)
    asks = place.letters.send(place.ayse, place.ours, "Re: Kargo", "Olmuyor")
    await world.later(minutes=2)
    ids = {case.case_id for case in world.deskie.cases()} - {asked.case_id}
    (private,) = ids
    assert "Olmuyor" in world.messages()[private][-1]
    place.forum.cut = True
    await world.answer(private, "<p>Şimdi deneyin.</p>")
    await settled(world)
    assert await world.answer_states() == ["sent", "sent"]
    answer = place.got[-1]
    assert ("Şimdi deneyin." in answer.text, answer.answers, len(place.got)) == (True, asks.id, 2)

    place.letters.send(place.ayse, place.ours, "Bambaşka bir konu", "Oldu, teşekkürler")
    await world.later(minutes=2)
    assert "Oldu, teşekkürler" in world.messages()[private][-1]
    assert len(world.deskie.cases()) == 2
    assert "deneyin" not in place.public


async def test_the_same_answer_twice_is_two_messages(world: World, place: Place) -> None:
    """MyBB itself refuses the second within five hours, and then a person decides."""
    place.letters.send(place.ayse, place.ours, "Kargo", "Nerede?")
    await world.later(minutes=2)
    (case,) = world.deskie.cases()
    for _ in range(2):
        await world.answer(case.case_id, "<p>Teşekkürler!</p>")
    await settled(world)
    states = await world.answer_states()
    if place.engine == "mybb":
        assert (states[0], len(place.got)) == ("sent", 1)
        assert states[1] != "sent"
    else:
        assert (states, len(place.got)) == (["sent", "sent"], 2)
