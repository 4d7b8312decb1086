"""Files of answers on the forum itself: hung on the post where the forum takes them, linked where it does not, and
visible in any case; no answer is written twice for their sake."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import aiohttp
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from tests.bridge.world import ELIF, World

from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.forum.records import Post

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400
PICTURE = Upload("kırık ekran 📷.png", "image/png", PNG)
PAPER = Upload("İade formu.pdf", "application/pdf", PDF)
REPLY = r"POST /thread/\d+/reply"
FILE = r"GET /files/"


async def asked(world: World, *files: Upload, html: str = "<p>Formu doldurun, ğüşiöç.</p>") -> None:
    """A customer has asked, an agent answers with files; the bridge has yet to do its part."""
    await world.write("Fatura", "Faturam yok.")
    case = world.deskie.cases()[0]
    await world.deskie.agent_reply(case.case_id, html, ELIF, files=files)


async def answered(world: World, *files: Upload, html: str = "<p>Formu doldurun, ğüşiöç.</p>") -> Post:
    await asked(world, *files, html=html)
    await world.settle()
    (ours,) = posts(world)
    return ours


def posts(world: World) -> list[Post]:
    return [post for post in world.forum.posts() if post.author_name == "acme_destek"]


def hanging(post: Post) -> dict[str, bytes]:
    return {file.name: file.data for file in post.files}


def linked(post: Post) -> list[str]:
    """Return the names that the post links to files on the desk or the bridge."""
    return [part.split("📎 [")[1] for part in post.text.split("](") if "📎 [" in part]


async def linked_ever(world: World) -> list[bool]:
    async with world.ledger.reading() as db:
        return [bool(row[0]) for row in await db.execute(text("SELECT files_linked FROM answer ORDER BY id"))]


async def test_a_picture_and_a_paper_stand_under_the_post(world: World) -> None:
    ours = await answered(world, PICTURE, PAPER)
    assert hanging(ours) == {PICTURE.name: PNG, PAPER.name: PDF}
    assert "📎 kırık ekran 📷.png" in ours.text
    assert "📎 İade formu.pdf" in ours.text
    assert "/files/" not in ours.text  # nothing of the desk is shown, and no link lies about

    async with aiohttp.ClientSession() as reader:
        async with reader.get(f"{world.url}/post/{ours.id}") as answer:
            page = BeautifulSoup(await answer.text(), "lxml")
        image = page.select_one(f"#post-{ours.id} .post-files img")
        assert image is not None
        async with reader.get(f"{world.url}{image['src']}") as answer:
            assert (await answer.read(), answer.content_type) == (PNG, "image/png")
        paper = page.select(f"#post-{ours.id} .post-files a")[1]
        assert paper.get_text(strip=True) == PAPER.name
        async with reader.get(f"{world.url}{paper['href']}") as answer:
            assert await answer.read() == PDF
    await world.later(minutes=2)
    assert (await world.answer_states(), await linked_ever(world)) == (["sent"], [False])
    assert len(world.ours()) == 1  # the bridge's own post, files and all, is no customer's


async def test_what_the_forum_does_not_take_is_linked_beside_what_it_does(world: World) -> None:
    film = Upload("film.mkv", "video/x-matroska", b"\x1aE\xdf\xa3" * 100)
    large = Upload("büyük.zip", "application/zip", b"PK\x03\x04" + bytes(5_000_000))
    ours = await answered(world, film, PAPER, large)
    assert list(hanging(ours)) == [PAPER.name]
    assert linked(ours) == ["film.mkv", "büyük.zip"]


async def test_a_file_larger_than_the_desk_said_is_not_even_sent(world: World) -> None:
    await asked(world, PAPER, Upload("büyük.zip", "application/zip", b"PK\x03\x04" + bytes(5_000_000)))
    for file in world.deskie.tables.files.values():
        file.size = 1000
    await world.settle()
    (ours,) = posts(world)
    assert (list(hanging(ours)), linked(ours)) == ([PAPER.name], ["büyük.zip"])
    assert await linked_ever(world) == [False]  # the forum had nothing to refuse


async def test_beyond_the_forums_count_files_are_linked(world: World) -> None:
    ours = await answered(world, *(Upload(f"{number}.pdf", "application/pdf", PDF) for number in range(7)))
    assert list(hanging(ours)) == [f"{number}.pdf" for number in range(5)]
    assert linked(ours) == ["5.pdf", "6.pdf"]


@pytest.mark.parametrize("limit", ["file_bytes", "file_kinds", "files_a_post"])
async def test_a_forum_that_refuses_gets_links(world: World, limit: str) -> None:
    refusing: Mapping[str, object] = {"file_bytes": 1000, "file_kinds": "gif", "files_a_post": 0}
    setattr(world.forum.switches, limit, refusing[limit])
    ours = await answered(world, PICTURE, PAPER)
    assert hanging(ours) == {}
    assert linked(ours) == [PICTURE.name, PAPER.name]
    assert (await world.answer_states(), await linked_ever(world)) == (["sent"], [True])


async def test_a_server_that_takes_no_such_body_gets_links(world: World) -> None:
    await asked(world, PAPER)
    fault = world.forum.faults.next(REPLY, 413)
    await world.settle()
    (ours,) = posts(world)
    assert (fault.hits, hanging(ours), linked(ours)) == (1, {}, [PAPER.name])


async def test_that_links_are_wanted_is_known_before_the_second_try(world: World) -> None:
    world.forum.switches.file_bytes = 10
    await asked(world, PAPER)
    async with world.refusing("UPDATE OF files_linked ON answer WHEN NEW.files_linked"):
        world.clock.advance(seconds=2)
        with suppress(SQLAlchemyError):
            await world.settle()
        assert posts(world) == []
    await world.restart()
    for _ in range(12):
        await world.later(seconds=31)
    (ours,) = posts(world)
    assert linked(ours) == [PAPER.name]


@pytest.mark.parametrize("html", ["<p>Ekte, ğüşiöç.</p>", ""])
async def test_a_lost_write_with_files_is_found_again(world: World, html: str) -> None:
    await asked(world, PICTURE, PAPER, html=html)
    world.forum.faults.next(REPLY, "cut_after")
    await world.settle()
    assert await world.answer_states() == ["unclear"]
    for _ in range(4):
        await world.later(seconds=31)
    (ours,) = posts(world)
    assert list(hanging(ours)) == [PICTURE.name, PAPER.name]
    assert (await world.answer_states(), await linked_ever(world)) == (["sent"], [False])


async def test_what_is_lost_with_its_files_again_and_again_goes_without_them(world: World) -> None:
    await asked(world, PAPER)
    fault = world.forum.faults.next(REPLY, "cut_before", times=2)
    for _ in range(8):
        await world.later(seconds=61)
    (ours,) = posts(world)
    assert (fault.hits, hanging(ours), linked(ours)) == (2, {}, [PAPER.name])


async def test_a_crash_after_the_write_of_a_post_with_files_doubles_nothing(world: World) -> None:
    await asked(world, PAPER)
    async with world.unwritable("answer", "sent", "unclear"):
        world.clock.advance(seconds=2)
        with suppress(SQLAlchemyError):
            await world.settle()
    await world.restart()
    await world.later(minutes=5)  # however long ago it began, it may have gone out just before the end
    assert await world.answer_states() == ["unclear"]
    await world.later(seconds=31)
    assert await world.answer_states() == ["sent"]
    assert len(posts(world)) == 1


async def test_a_crash_between_fetching_and_writing_loses_nothing(world: World) -> None:
    await asked(world, PAPER)
    async with world.unwritable("answer", "sending", "unclear"):
        world.clock.advance(seconds=2)
        with suppress(SQLAlchemyError):
            await world.settle()
        assert posts(world) == []
    await world.restart()
    for _ in range(4):
        await world.later(seconds=31)
    (ours,) = posts(world)
    assert hanging(ours) == {PAPER.name: PDF}


async def test_a_file_that_the_desk_has_no_more_leaves_its_line(world: World) -> None:
    await asked(world, PAPER, PICTURE)
    paper = next(each for each in world.deskie.tables.files.values() if each.name == PAPER.name)
    del world.deskie.tables.files[paper.file_id]
    await world.settle()
    (ours,) = posts(world)
    assert linked(ours) == [PAPER.name]
    assert list(hanging(ours)) == [PICTURE.name]


async def test_a_desk_that_stumbles_is_asked_again(world: World) -> None:
    await asked(world, PAPER)
    fault = world.deskie.faults.next(FILE, "500", times=3)
    for _ in range(5):
        await world.later(seconds=20)
    (ours,) = posts(world)
    assert (fault.hits, hanging(ours)) == (3, {PAPER.name: PDF})


async def test_a_file_that_cannot_be_fetched_for_long_is_linked(world: World) -> None:
    await asked(world, PAPER)
    fault = world.deskie.faults.next(FILE, "503", times=100)
    for _ in range(6):
        await world.later(seconds=40)
    (ours,) = posts(world)
    assert (fault.hits, hanging(ours), linked(ours)) == (5, {}, [PAPER.name])
    assert await world.answer_states() == ["sent"]


@pytest.mark.parametrize("lost", [False, True])
async def test_files_that_a_forum_drops_without_a_word_follow_as_links(world: World, lost: bool) -> None:
    world.forum.switches.drops_files = True
    await asked(world, PICTURE, PAPER)
    if lost:
        world.forum.faults.next(REPLY, "cut_after")
    for _ in range(4):
        await world.later(seconds=31)
    first, second = posts(world)
    assert linked(first) == []
    assert "ğüşiöç" in first.text
    assert linked(second) == [PICTURE.name, PAPER.name]
    assert "ğüşiöç" not in second.text
    assert await world.answer_states() == ["sent", "sent"]


async def test_links_that_follow_are_not_written_twice(world: World) -> None:
    world.forum.switches.drops_files = True
    await asked(world, PAPER)
    world.forum.faults.next(REPLY, "cut_after", times=2)
    for _ in range(8):
        await world.later(seconds=61)
    assert len(posts(world)) == 2
    assert await world.answer_states() == ["sent", "sent"]


async def test_a_private_answers_files_never_hang_on_a_post(world: World) -> None:
    await asked(world, PAPER)
    await world.deskie.webhooks_idle()
    await world.ledger.commit(lambda db: db.execute(text("UPDATE answer SET private = 1")))
    fault = world.deskie.faults.next(FILE, "500", times=100)
    await world.settle()
    assert all(not post.files for post in posts(world))
    assert fault.hits == 0  # they are not even asked for


async def test_where_a_file_lies_elsewhere_it_is_linked_unasked(world: World) -> None:
    ours = await answered(world, Upload("a.png", "image/png", url="http://10.0.0.1/a.png"))
    assert (hanging(ours), linked(ours)) == ({}, ["a.png"])
