"""Files that one hangs on a post: what the forum takes, what it says of all else, how it hands them out."""

from __future__ import annotations

import io

import aiohttp
import pytest

from forum_bridge.sandbox.forum import Forum

from .conftest import Page, Visitor, attr

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
HTML = b"<script>alert(1)</script>"
File = tuple[str, str, bytes]


async def send(visitor: Visitor, path: str, *files: File, lang: str = "tr", **fields: str) -> Page:
    form = aiohttp.FormData({"csrf": await visitor.csrf(), "text": "Ekte.", **fields}, quote_fields=False)
    for name, mime, content in files:
        form.add_field("files", io.BytesIO(content), filename=name, content_type=mime)
    async with visitor.session.post(visitor.url + path, data=form, headers={"Accept-Language": lang}) as answer:
        return Page(answer.status, str(answer.url.relative()), answer.headers, await answer.text())


def count(forum: Forum) -> int:
    return len(forum.posts())


async def test_a_picture_is_shown_and_a_paper_offered_to_be_saved(forum: Forum, browser: Visitor) -> None:
    await browser.get("/board/1")
    page = await send(
        browser, "/thread/1/reply", ("kırık ekran.png", "image/png", PNG), ("iade.pdf", "application/pdf", b"%PDF-1.7")
    )
    last = forum.posts()[-1]
    assert page.texts(f"#post-{last.id} .post-files a") == ["kırık ekran.png", "iade.pdf"]
    picture = await browser.session.get(browser.url + attr(page.soup, f"#post-{last.id} .post-files img", "src"))
    async with picture:
        assert (await picture.read(), picture.content_type) == (PNG, "image/png")
        assert picture.headers["Content-Disposition"] == "inline; filename*=UTF-8''k%C4%B1r%C4%B1k%20ekran.png"
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    paper = await browser.session.get(browser.url + last.files[1].path)
    async with paper:
        assert paper.headers["Content-Disposition"].startswith("attachment;")


async def test_a_thread_can_be_opened_with_files(forum: Forum, browser: Visitor) -> None:
    await browser.get("/board/1")
    await send(browser, "/board/1/new", ("kayıt.log", "text/plain", b"hata"), title="Açılmıyor")
    last = forum.posts()[-1]
    assert [(file.name, file.data) for file in last.files] == [("kayıt.log", b"hata")]


@pytest.mark.parametrize(
    ("file", "code", "turkish", "english"),
    [
        (("virüs.exe", "image/png", PNG), "file_kind", "“virüs.exe” dosyasını almıyor", "does not take “virüs.exe”"),
        (("sahte.png", "image/png", HTML), "file_kind", "“sahte.png” dosyasını almıyor", "does not take “sahte.png”"),
        (("adsız", "image/png", PNG), "file_kind", "“adsız” dosyasını almıyor", "does not take “adsız”"),
        (("a.pdf", "application/pdf", bytes(1_500_001)), "file_too_large", "en çok 1.5 MB", "at most 1.5 MB"),
        (("boş.txt", "text/plain", b""), "file_empty", "“boş.txt” dosyası boş", "“boş.txt” is empty"),
    ],
)
async def test_what_it_does_not_take_it_names_and_posts_nothing(
    forum: Forum, browser: Visitor, file: File, code: str, turkish: str, english: str
) -> None:
    forum.switches.file_bytes = 1_500_000
    await browser.get("/board/1")
    before = count(forum)
    for lang, words in (("tr", turkish), ("en", english)):
        page = await send(browser, "/thread/1/reply", ("iyi.png", "image/png", PNG), file, lang=lang)
        assert (page.status, page.code) == (200, code)
        assert words in page.texts(".message")[0]
        assert page.texts("textarea") == ["Ekte."]
    assert count(forum) == before


async def test_too_many_files_and_too_much_at_once(forum: Forum, browser: Visitor) -> None:
    await browser.get("/board/1")
    before = count(forum)
    page = await send(browser, "/thread/1/reply", *[("a.png", "image/png", PNG)] * 6)
    assert (page.code, page.texts(".message")) == ("files_many", ["Lütfen en çok 5 dosya ekleyin."])
    much = await send(browser, "/board/1/new", ("a.zip", "application/zip", bytes(33 * 1024 * 1024)), title="Çok")
    assert (much.status, much.code) == (413, "too_much")
    assert count(forum) == before


async def test_what_calls_itself_a_picture_by_type_alone_is_never_shown(forum: Forum, browser: Visitor) -> None:
    await browser.get("/board/1")
    await send(browser, "/thread/1/reply", ("not.txt", "text/html", HTML))
    (file,) = forum.posts()[-1].files
    assert (file.mime, file.picture) == ("text/plain", False)
