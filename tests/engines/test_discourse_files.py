"""Files on answers to the stand-in for Discourse, through real HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from tests.engines.discourse import DiscourseForum, seeded
from tests.engines.discourse_files import DiscourseFiles
from tests.engines.place import Time, adapter_to, serving

from forum_bridge.errors import FilesRefused, Retry
from forum_bridge.forums.engines.discourse.adapter import Discourse
from forum_bridge.forums.engines.discourse.uploads import Limits, limits, shown
from forum_bridge.model import Draft, ThreadId, ThreadRef, Upload

PDF, PNG = b"%PDF-1.7 fatura", b"\x89PNG ekran"


@pytest.fixture
def forum() -> DiscourseForum:
    return seeded(Time())


@pytest.fixture
def files(forum: DiscourseForum) -> DiscourseFiles:
    return DiscourseFiles(forum)


@pytest.fixture
async def url(forum: DiscourseForum, files: DiscourseFiles) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def discourse(forum: DiscourseForum, url: str) -> AsyncIterator[Discourse]:
    async with adapter_to(url, "discourse", user="kopru", api_key=forum.key) as adapter:
        assert isinstance(adapter, Discourse)
        await adapter.sign_in()
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/t/1", "Kargo takibi")


def upload(name: str, content: bytes = PDF) -> Upload:
    return Upload(name, "application/pdf", len(content), io.BytesIO(content))


async def test_files_stand_in_the_post_where_its_text_names_them(
    forum: DiscourseForum, files: DiscourseFiles, discourse: Discourse, url: str
) -> None:
    text = "Buyurun:\n\n📎 son\\_fatura.pdf\n\n📎 ekran.png"
    draft = Draft(text, (upload("son_fatura.pdf"), upload("ekran.png", PNG)), "destek:1:1")
    receipt = await discourse.reply(thread(url), draft)
    assert receipt.without == () and files.taken == [("son_fatura.pdf", PDF), ("ekran.png", PNG)]
    post = (await discourse.own_posts(thread(url), None)).posts[-1]
    assert post.id == receipt.post_id
    assert [(each.name, each.url.rpartition(".")[2]) for each in post.attachments] == [
        ("son_fatura.pdf", "pdf"),
        ("ekran.png", "png"),
    ]
    assert '<p>📎 <a class="attachment"' in post.html and "<p>📎 ekran.png</p>\n<p><img src=" in post.html


async def test_what_is_not_taken_is_no_reason_not_to_answer(
    forum: DiscourseForum, files: DiscourseFiles, discourse: Discourse, url: str
) -> None:
    before = len(forum.topics[1].entries)
    with pytest.raises(FilesRefused, match="Yalnızca şu uzantılar"):
        await discourse.reply(thread(url), Draft("📎 a.exe", (upload("a.exe"),)))
    forum.scopes.discard("uploads:create")
    with pytest.raises(FilesRefused):
        await discourse.reply(thread(url), Draft("📎 a.pdf", (upload("a.pdf"),)))
    assert len(forum.topics[1].entries) == before


async def test_a_file_that_got_lost_is_sent_again(
    forum: DiscourseForum, files: DiscourseFiles, discourse: Discourse, url: str
) -> None:
    before = len(forum.topics[1].entries)
    files.cut = True
    with pytest.raises(Retry):
        await discourse.reply(thread(url), Draft("📎 a.pdf", (upload("a.pdf"),)))
    assert len(forum.topics[1].entries) == before
    await discourse.reply(thread(url), Draft("📎 a.pdf", (upload("a.pdf"),)))
    assert len(forum.topics[1].entries) == before + 1


async def test_the_forum_says_what_it_takes(files: DiscourseFiles, discourse: Discourse) -> None:
    assert discourse.longest == 500
    assert discourse.takes("a.pdf", 10_000) and not discourse.takes("a.pdf", 11_000)
    assert discourse.takes("a.PNG", 11_000) and not discourse.takes("a.docx", 1)
    assert discourse.takes("a.pdf", None) and not discourse.takes("pdf", 1)
    files.settings = None
    await discourse.sign_in()
    assert discourse.longest == 32_000 and discourse.takes("a.png", 1) and not discourse.takes("a.pdf", 1)


def test_settings_that_say_nothing_are_those_of_a_fresh_forum() -> None:
    assert limits({}) == limits(None) == Limits()
    assert limits({"authorized_extensions": "*"}).take("a.docx", 1)
    assert limits({"authorized_extensions": "PDF|.zip"}).kinds == frozenset({"pdf", "zip"})
    assert not limits({"max_attachment_size_kb": 0, "authorized_extensions": "*"}).take("a.docx", 1)


def test_files_of_one_name_each_stand_once() -> None:
    one, two = upload("a.pdf"), upload("a.pdf")
    assert shown("📎 a.pdf\n\n📎 a.pdf.zip\n\n📎 a.pdf", [(one, "upload://1"), (two, "upload://2")]) == (
        "📎 [a.pdf|attachment](upload://1)\n\n📎 a.pdf.zip\n\n📎 [a.pdf|attachment](upload://2)"
    )
    assert shown("Selam", [(one, "upload://1")]) == "Selam\n\n📎 [a.pdf|attachment](upload://1)"
    odd = shown("", [(upload("[x](y)|b.png"), "upload://3")])
    assert "![\\[x\\](y)|b.png](upload://3)" in odd
