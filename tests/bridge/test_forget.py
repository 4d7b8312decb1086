"""A person is forgotten: not one of their words is left in any of the ledger's files, and nothing of theirs comes back
by being read again."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.bridge.test_drift import BROKEN, drifted, pages
from tests.bridge.test_retention import texts
from tests.bridge.world import World

from forum_bridge.daemon.oblivion import erase, erase_on_desk
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import forgetting, trail
from forum_bridge.ledger.forgetting import Traces
from forum_bridge.ledger.tables import agent_note, answer, post, watch
from forum_bridge.ledger.theirs import Person
from forum_bridge.ledger.trail import Step

WORDS = ("Zürafamı", "kaybettim", "Zürafaperver", "Dürbünle", "bulunacak")


def raw(world: World) -> str:
    """Return every byte of the ledger's files."""
    place = world.ledger_path
    beside = [file for file in place.parent.glob(f"{place.name}*") if file.is_file()]
    return b"".join(file.read_bytes() for file in sorted(beside)).decode("utf-8", "replace")


def everything(world: World) -> str:
    """Return every byte that lies beside the ledger: its own files, and pages in quarantine."""
    files = [file for file in world.ledger_path.parent.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in files).decode("utf-8", "replace")


async def found(world: World, who: str) -> list[Person]:
    async with world.ledger.reading() as db:
        return await forgetting.people(db, who)


async def held(world: World, person: Person) -> Traces:
    async with world.ledger.reading() as db:
        return await forgetting.traces(db, person)


async def forgotten(world: World, who: str) -> None:
    (person,) = await found(world, who)
    await erase(world.ledger, person.forum, person.author_key, world.clock)


async def a_correspondence(world: World) -> int:
    """The person begins a thread, is answered, and quoted by another customer; return the post that quotes."""
    person = world.forum.register("Zürafaperver", "a-password-of-invented-letters")
    await world.write("Zürafamı arıyorum", "Zürafamı ormanda kaybettim.", author=person)
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Dürbünle arıyoruz, bulunacak.</p>")
    thread = world.forum.threads()[0]
    quotes = "[quote=Zürafaperver]Zürafamı ormanda kaybettim.[/quote]\nBenimki de yok."
    return await world.reply(thread.id, quotes, author=world.deniz)


async def test_not_a_word_is_left_in_the_files(world: World) -> None:
    await a_correspondence(world)
    assert all(word in raw(world) for word in WORDS)
    (person,) = await found(world, "Zürafaperver")
    there = await held(world, person)
    assert (there.posts, there.answers, there.threads, there.conversations) == (1, 1, 1, 1)
    await forgotten(world, "Zürafaperver")
    left = [word for word in WORDS if word in raw(world)]
    assert not left
    assert await found(world, "Zürafaperver") == []


async def test_pages_in_quarantine_and_what_was_said_of_them_go_too(world: World) -> None:
    quoting = await a_correspondence(world)
    thread = world.forum.threads()[0]
    await world.write("Başka konu", "Kargom nerede?")
    for case in world.deskie.cases():
        await world.answer(case.case_id, f"<p>Yanıt {case.case_id}</p>")
    change = {"watch": [{"thread": f"{world.url}/thread/{thread.id}"}], "options": BROKEN}
    world.configure(lambda forum: forum.update(change))
    await world.restart()
    await world.reply(thread.id, "Kimse yok mu?", author=world.deniz)
    for _ in range(3):
        await world.later(minutes=1)
    said = "The forum did not take it: “Zürafaperver bu konuyu kilitledi”"

    async def fail(db: AsyncConnection) -> None:
        for road, table in (("post", post), ("answer", answer), ("note", agent_note)):
            for item in await db.scalars(select(table.c.id)):
                await trail.note(db, road, item, Step.FAILED, said, now=world.clock())
        await db.execute(update(watch).values(trouble=said))

    await world.ledger.commit(fail)
    assert all(word in everything(world) for word in WORDS)
    assert len(pages(world)) == 1
    (page,) = [row.page for row in await drifted(world)]
    assert page is not None
    await forgotten(world, "Zürafaperver")
    assert not [word for word in WORDS if word in everything(world)]
    assert pages(world) == []
    assert [row.page for row in await drifted(world)] == [None]  # no command names a page that is gone
    async with world.ledger.reading() as db:
        others = list(await db.scalars(select(post.c.id).where(post.c.forgotten_at.is_(None))))
        theirs = list(await db.scalars(select(post.c.id).where(post.c.forgotten_at.is_not(None))))
        kept = await trail.of(db, "post", others)
        assert await trail.of(db, "post", theirs) == {}
    assert {mark.step for marks in kept.values() for mark in marks} == {Step.FAILED}
    assert len(kept) == len(others) >= 3
    assert world.times_delivered(quoting) == 1


async def test_what_they_wrote_does_not_come_back_by_being_read_again(world: World) -> None:
    quoting = await a_correspondence(world)
    await forgotten(world, "Zürafaperver")
    thread = world.forum.threads()[0]
    before = len(world.deskie.cases())
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread.id}"}]))
    await world.restart()
    for _ in range(3):
        await world.later(minutes=40)
    assert len(world.deskie.cases()) == before
    assert len(world.ours()) == 1
    assert "Zürafaperver" not in texts(world)
    assert "Zürafamı" not in texts(world)
    assert world.times_delivered(quoting) == 1
    other = await world.reply(thread.id, "Bulundu mu?", author=world.deniz)
    assert world.times_delivered(other) == 1


async def test_their_post_that_the_ledger_never_saw_is_not_taken_in_later(world: World) -> None:
    await a_correspondence(world)
    person = world.forum.person("Zürafaperver")
    assert person is not None
    await world.bridge_down()
    unseen = world.forum.reply(world.forum.threads()[0].id, person, "Bunu kimse okumadı, Zürafaperver yazdı.")
    world.clock.advance(minutes=1)
    await world.bridge_up()
    await forgotten(world, "Zürafaperver")
    await world.later(minutes=10)
    assert world.times_delivered(unseen.id) == 0
    assert str(unseen.id) not in await world.post_states()


async def test_what_they_write_afterwards_is_taken_in_as_anybodys(world: World) -> None:
    await a_correspondence(world)
    person = world.forum.person("Zürafaperver")
    assert person is not None
    await forgotten(world, "Zürafaperver")
    await world.later(hours=1)
    anew = await world.reply(world.forum.threads()[0].id, "Yeni bir sorum var.", author=person)
    assert world.times_delivered(anew) == 1


async def test_what_is_just_being_written_is_waited_for(world: World) -> None:
    await a_correspondence(world)
    (person,) = await found(world, "Zürafaperver")
    with closing(sqlite3.connect(world.ledger_path)) as file, file:
        file.execute("UPDATE answer SET state = 'unclear'")
    with pytest.raises(BridgeError, match="just being written"):
        await erase(world.ledger, person.forum, person.author_key, world.clock)
    assert "Dürbünle" in texts(world)


async def test_what_waits_is_not_sent_any_more(world: World) -> None:
    person = world.forum.register("Zürafaperver", "a-password-of-invented-letters")
    post = world.forum.open_thread(person, "Zürafamı arıyorum", "Kaybettim.")
    world.clock.advance(seconds=5)
    await world.polled()
    await forgotten(world, "Zürafaperver")
    await world.later(minutes=5)
    assert world.times_delivered(post.id) == 0
    assert not world.deskie.cases()


async def test_a_name_of_two_people_is_not_chosen_between(world: World) -> None:
    await world.write("Bir", "Misafir olarak yazdım.", author="Mert")
    member = world.forum.register("Mert", "a-password-of-invented-letters")
    await world.write("İki", "Üye olarak yazdım.", author=member)
    assert len(await found(world, "Mert")) == 2
    assert len(await found(world, "mert")) == 2


async def test_cases_and_profiles_go_from_the_desk(world: World) -> None:
    await a_correspondence(world)
    (person,) = await found(world, "Zürafaperver")
    there = await held(world, person)
    assert len(there.cases) == 1
    assert len(there.users) == 1

    async def sleep(seconds: float) -> None:
        world.clock.advance(seconds=seconds)

    for _ in range(2):  # what is gone already is no matter
        await erase_on_desk(world.desk.client, there.cases, there.users, sleep)
    assert not [case for case in world.deskie.cases() if case.case_id in there.cases]
    assert not [user for user in world.deskie.users() if user.user_id in there.users]


async def test_an_older_version_does_not_open_a_ledger_with_tombstones(world: World) -> None:
    await a_correspondence(world)
    await forgotten(world, "Zürafaperver")
    with closing(sqlite3.connect(world.ledger_path)) as file:
        said = dict(file.execute("SELECT key, value FROM meta").fetchall())
    assert said["readable_from"] == "4"
