"""Files on answers by XenForo's API, through real HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from tests.engines.place import Time, adapter_to, serving
from tests.engines.xenforo import XenForoBoard, seeded

from forum_bridge.errors import FilesRefused, Retry
from forum_bridge.forums.engines.xenforo.adapter import XenForo
from forum_bridge.model import Draft, ThreadId, ThreadRef, Upload


@pytest.fixture
def board() -> XenForoBoard:
    return seeded(Time())


@pytest.fixture
async def url(board: XenForoBoard) -> AsyncIterator[str]:
    async with serving(board.app) as address:
        board.url = address
        yield address


@pytest.fixture
async def xenforo(board: XenForoBoard, url: str) -> AsyncIterator[XenForo]:
    async with adapter_to(url, "xenforo", user="Destek Köprüsü", api_key=board.user_key) as adapter:
        assert isinstance(adapter, XenForo)
        await adapter.sign_in()
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/konu/kargo-takibi.1/", "Kargo takibi")


def upload(name: str, content: bytes = b"%PDF-1.7") -> Upload:
    return Upload(name, "application/pdf", len(content), io.BytesIO(content))


async def test_files_hang_on_the_post(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    files = (upload("fatura ğ.pdf"), upload("ekran.png", b"\x89PNG"))
    receipt = await xenforo.reply(thread(url), Draft("Buyurun\n\n📎 fatura ğ.pdf\n\n📎 ekran.png", files))
    entry = board.threads[1].entries[-1]
    assert [(each.name, each.content) for each in entry.files] == [
        ("fatura ğ.pdf", b"%PDF-1.7"),
        ("ekran.png", b"\x89PNG"),
    ]
    assert (receipt.post_id, receipt.without) == (str(entry.id), ())
    post = (await xenforo.own_posts(thread(url), None)).posts[-1]
    assert [each.name for each in post.attachments] == ["fatura ğ.pdf", "ekran.png"]


async def test_a_file_that_the_forum_left_out_is_told(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    board.loses = "ekran.png"
    receipt = await xenforo.reply(thread(url), Draft("Buyurun", (upload("fatura.pdf"), upload("ekran.png"))))
    assert receipt.without == ("ekran.png",)


@pytest.mark.parametrize("names", [["a.exe"], ["a.pdf", "a.exe"]])
async def test_a_file_that_is_refused_is_the_reason(
    board: XenForoBoard, xenforo: XenForo, url: str, names: list[str]
) -> None:
    before = len(board.threads[1].entries)
    with pytest.raises(FilesRefused, match=r"a\.exe: Bu uzantıya izin verilmiyor"):
        await xenforo.reply(thread(url), Draft("Buyurun", tuple(map(upload, names))))
    assert len(board.threads[1].entries) == before


async def test_a_key_that_may_not_upload_is_no_reason_not_to_answer(
    board: XenForoBoard, xenforo: XenForo, url: str
) -> None:
    board.scopes.discard("attachment:write")
    with pytest.raises(FilesRefused, match="attachment:write"):
        await xenforo.reply(thread(url), Draft("Buyurun", (upload("a.pdf"),)))
    await xenforo.reply(thread(url), Draft("Buyurun"))
    assert board.threads[1].entries[-1].message == "Buyurun"


async def test_a_file_that_got_lost_is_sent_again(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    before = len(board.threads[1].entries)
    board.cut_uploads = True
    with pytest.raises(Retry):
        await xenforo.reply(thread(url), Draft("Buyurun", (upload("a.pdf"),)))
    assert len(board.threads[1].entries) == before
    assert (await xenforo.reply(thread(url), Draft("Buyurun", (upload("a.pdf"),)))).without == ()


async def test_only_trying_tells_what_is_taken(xenforo: XenForo) -> None:
    assert xenforo.takes("a.docx", 5_000_000) and xenforo.takes("a", None)
    assert not xenforo.takes("a.pdf", 0)
