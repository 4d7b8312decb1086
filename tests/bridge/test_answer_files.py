"""Files of answers: through the bridge to the forum's readers, under links that nobody can guess."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from tests.bridge.world import ELIF, SECRET, World

from forum_bridge.bridge import file_door
from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.ledger import answers, forgetting
from forum_bridge.ledger.retention import prune
from forum_bridge.ledger.states import State
from forum_bridge.sandbox.desk.records import Message, Upload
from forum_bridge.web.fetch import open_fetcher

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400


@dataclass
class Got:
    status: int
    headers: Any
    body: bytes


class Reader:
    """Somebody who reads the forum and asks for what its posts link to."""

    def __init__(self, http: aiohttp.ClientSession, world: World) -> None:
        self._http = http
        self._world = world

    async def get(self, link: str, method: str = "GET", **headers: str) -> Got:
        door = "/".join(self._world.door.split("/")[:3])
        async with self._http.request(method, f"{door}{urlsplit(link).path}", headers=headers) as answer:
            return Got(answer.status, answer.headers, await answer.read())


def without_uploads(forum: dict[str, Any]) -> None:
    forum["options"] = {"reply": {"files": None}}


@pytest.fixture
async def world(world: World) -> World:
    """Its forum takes no uploads."""
    world.configure(without_uploads)
    await world.restart()
    return world


@pytest.fixture
async def reader(world: World) -> AsyncIterator[Reader]:
    async with aiohttp.ClientSession() as http:
        yield Reader(http, world)


async def answered(world: World, *files: Upload, html: str = "<p>Ekte.</p>") -> Message:
    await world.write("Fatura", "Faturam yok.")
    case = world.deskie.cases()[0]
    message = await world.deskie.agent_reply(case.case_id, html, ELIF, files=files)
    await world.settle()
    return message


def links(text: str) -> list[str]:
    return [part.split(")")[0] for part in text.split("](")[1:] if "/files/" in part]


def public(world: World, url: str | None) -> None:
    world.config = world.config.model_copy(
        update={"webhook": world.config.webhook.model_copy(update={"public_url": url})}
    )


async def test_a_picture_is_shown_and_a_file_linked(world: World, reader: Reader) -> None:
    await answered(world, Upload("kırık ekran.png", "image/png", PNG), Upload("iade.pdf", "application/pdf", PDF))
    (ours,) = world.ours()
    picture, same, pdf = links(ours)
    assert "![kırık ekran.png](" in ours
    assert "📎 [kırık ekran.png](" in ours
    assert "📎 [iade.pdf](" in ours
    assert picture == same
    assert unquote(picture).endswith("/kırık ekran.png")
    got = await reader.get(picture)
    assert (got.status, got.body, got.headers["Content-Type"]) == (200, PNG, "image/png")
    assert got.headers["Content-Disposition"].startswith("inline;")
    got = await reader.get(pdf)
    assert (got.status, got.body, got.headers["Content-Type"]) == (200, PDF, "application/octet-stream")
    assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''iade.pdf"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert SECRET not in ours
    assert "/files/1" not in ours.replace(picture, "").replace(pdf, "")  # the desk's own address stays inside


async def test_what_only_calls_itself_a_picture_is_saved_never_run(world: World, reader: Reader) -> None:
    bad = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    await answered(world, Upload("a.png", "image/svg+xml", bad), Upload("b.html", "text/html", b"<script>1</script>"))
    for link in links(world.ours()[0]):
        got = await reader.get(link)
        assert got.headers["Content-Type"] == "application/octet-stream"
        assert got.headers["Content-Disposition"].startswith("attachment;")


async def test_links_hold_over_a_restart_and_fall_with_the_secret(world: World, reader: Reader) -> None:
    await answered(world, Upload("iade.pdf", "application/pdf", PDF))
    (link,) = links(world.ours()[0])
    await world.restart()
    assert (await reader.get(link)).body == PDF
    secret = type(world.config.webhook.secret)("another-secret-of-letters-02")
    world.config = world.config.model_copy(
        update={"webhook": world.config.webhook.model_copy(update={"secret": secret})}
    )
    await world.restart()
    assert (await reader.get(link)).status == 404


async def test_no_link_can_be_guessed_or_bent(world: World, reader: Reader) -> None:
    files = [Upload("iade.pdf", "application/pdf", PDF), Upload("gizli.pdf", "application/pdf", PDF)]
    message = await answered(world, *files)
    link, other = links(world.ours()[0])
    token = link.split("/")[-2]
    proof = token.rsplit("-", 1)[-1] if token.count("-") == 2 else token.split("-", 2)[2]
    assert len(proof) >= 20
    number = message.message_id
    for bent in (
        f"/files/{number}-1-{proof}/gizli.pdf",
        f"/files/{number + 1}-0-{proof}/iade.pdf",
        f"/files/0{token}/iade.pdf",
        f"/files/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/iade.pdf",
        f"/files/{token}/fatura.exe",
        f"/files/{token}/..%2Fiade.pdf",
        f"/files/{other.split('/')[-2]}/iade.pdf",
        f"/files/{number}-0-/iade.pdf",
        "/files/x/iade.pdf",
    ):
        assert (await reader.get(bent)).status == 404, bent
    assert (await reader.get(link)).status == 200


async def test_a_file_is_served_only_if_its_answer_was_meant_for_the_forum(world: World, reader: Reader) -> None:
    await answered(world, Upload("iade.pdf", "application/pdf", PDF))
    (link,) = links(world.ours()[0])
    for state, status in ((State.DEAD, 404), (State.IGNORED, 404), (State.SENT, 200)):
        await world.ledger.commit(partial(answers.change, row_id=1, state=state))
        assert (await reader.get(link)).status == status


async def test_what_a_reader_has_is_not_fetched_again(world: World, reader: Reader) -> None:
    await answered(world, Upload("iade.pdf", "application/pdf", PDF))
    (link,) = links(world.ours()[0])
    mark = (await reader.get(link)).headers["ETag"]
    world.deskie.tables.files.clear()
    got = await reader.get(link, **{"If-None-Match": mark})
    assert (got.status, got.body) == (304, b"")
    assert (await reader.get(link)).status == 404  # the desk has it no more


async def test_its_size_can_be_asked_for(world: World, reader: Reader) -> None:
    await answered(world, Upload("iade.pdf", "application/pdf", PDF))
    got = await reader.get(links(world.ours()[0])[0], "HEAD")
    assert (got.status, got.headers["Content-Length"], got.body) == (200, str(len(PDF)), b"")


async def test_without_a_public_address_files_are_linked_where_they_are(world: World, reader: Reader) -> None:
    public(world, None)
    await world.restart()
    await answered(world, Upload("ekran.png", "image/png", PNG))
    (ours,) = world.ours()
    assert f"📎 [ekran.png]({world.deskie.base_url}/files/" in ours
    assert "![" not in ours


async def test_a_file_elsewhere_is_linked_and_never_passed_on(world: World, reader: Reader) -> None:
    await answered(world, Upload("a.png", "image/png", url="http://10.0.0.1/a.png"))
    (ours,) = world.ours()
    assert "📎 [a.png](http://10.0.0.1/a.png)" in ours
    assert "![" not in ours
    token = world.desk.files.token(1, 0)
    assert (await reader.get(f"/files/{token}/a.png")).status == 404


@pytest.mark.parametrize("html", ["", "<p>Ekte.</p>"])
async def test_an_answer_with_many_files_whose_write_was_lost_is_found_again(world: World, html: str) -> None:
    await world.write("Fatura", "Faturam yok.")
    (case,) = world.deskie.cases()
    files = [Upload(f"{number} numaralı çok uzun adlı bir ek belgesi.png", "image/png", PNG) for number in range(6)]
    world.forum.faults.next(r"POST /thread/", "cut_after")
    await world.deskie.agent_reply(case.case_id, html, ELIF, files=files)
    for _ in range(4):
        await world.later(seconds=40)
    assert await world.answer_states() == ["sent"]
    assert len(world.ours()) == 1


async def test_files_that_the_webhook_did_not_name_are_read_from_the_case(world: World) -> None:
    await world.write("Fatura", "Faturam yok.")
    (case,) = world.deskie.cases()
    door, world.deskie.channels["cch42"].webhook_url = world.deskie.channels["cch42"].webhook_url, ""
    message = await world.deskie.agent_reply(
        case.case_id, "<p>Ekte.</p>", ELIF, files=[Upload("iade.pdf", "application/pdf", PDF)]
    )
    customer = world.deskie.user(case.user_id).custom_id
    told = {"message_id": message.message_id, "case_id": case.case_id, "staff_id": ELIF, "custom_user_id": customer}
    form = {"type": "message_new", **{f"object[{name}]": str(value) for name, value in told.items()}}
    async with aiohttp.ClientSession() as http, http.post(door, data={**form, "object[content]": "Ekte."}) as answer:
        assert answer.status == 200
    await world.settle()
    assert "📎 [iade.pdf](" in world.ours()[0]


async def test_a_file_over_the_limit_is_not_passed_on(world: World, reader: Reader) -> None:
    await answered(world, Upload("film.mkv", "video/x-matroska", bytes(25_000_001)))
    assert (await reader.get(links(world.ours()[0])[0])).status == 404


async def test_readers_beyond_the_room_are_asked_to_come_back(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answered(world, Upload("iade.pdf", "application/pdf", PDF))
    monkeypatch.setattr(file_door, "AT_ONCE", 0)
    await world.restart()
    got = await reader.get(links(world.ours()[0])[0])
    assert (got.status, got.headers["Retry-After"]) == (503, "5")


async def test_half_a_file_never_looks_like_the_whole(world: World) -> None:
    async def half(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await incoming.readuntil(b"\r\n\r\n")
        outgoing.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n")
        outgoing.write(b"1000\r\n" + bytes(4096) + b"\r\n")
        await outgoing.drain()
        outgoing.close()

    app = web.Application()
    async with await asyncio.start_server(half, "127.0.0.1", 0) as desk:
        url = f"http://127.0.0.1:{desk.sockets[0].getsockname()[1]}/"
        message = await answered(world, Upload("a.zip", "application/zip", url=f"{url}a.zip"))
        async with open_fetcher(url, "forum-bridge/test") as fetcher:
            files = AnswerFiles("default", url, None, SECRET, fetcher)
            file_door.add_routes(app, world.ledger, files)
            async with TestClient(TestServer(app)) as client:
                answer = await client.get(f"/files/{files.token(message.message_id, 0)}/a.zip")
                assert answer.status == 200
                with pytest.raises(aiohttp.ClientPayloadError):
                    await answer.read()


async def test_a_link_outlives_the_words_of_its_answer_but_not_the_customer(world: World, reader: Reader) -> None:
    await answered(world, Upload("kargo.png", "image/png", PNG))
    (link, *_) = links(world.ours()[0])
    world.clock.advance(days=400)
    assert await prune(world.ledger, world.clock()) > 0
    assert (await reader.get(link)).body == PNG
    async with world.ledger.reading() as db:
        (person,) = await forgetting.people(db, "Deniz")
        (row,) = await answers.of_conversations(db, [1])
    assert row.body is None
    await world.ledger.commit(lambda db: forgetting.forget(db, person, now=world.clock()))
    assert (await reader.get(link)).status == 404


async def test_files_of_what_was_never_published_are_not_kept(world: World) -> None:
    await answered(world, Upload("kargo.png", "image/png", PNG))
    await world.ledger.commit(lambda db: answers.change(db, 1, state=State.IGNORED))
    world.clock.advance(days=400)
    await prune(world.ledger, world.clock())
    async with world.ledger.reading() as db:
        (row,) = await answers.of_conversations(db, [1])
    assert (row.body, row.attachments) == (None, ())
