"""Files on answers: with the form, in numbered fields, or one by one before it; and what the forum makes of them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr, ValidationError
from tests.forums.little import START

from forum_bridge.errors import FilesRefused, NotPosted, Retry, Unclear
from forum_bridge.forums.contract import CanReply, CanUpload
from forum_bridge.forums.html.adapter import HtmlUploader
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Draft, ThreadId, ThreadRef, Upload
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, SessionSettings, open_session

ADD = {"field": "fileupload", "add": "add_file", "taken": "input[name^=attachment_data]", "count": 3}
REFUSAL = "Dosya çok büyük"


@dataclass
class Written:
    text: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class UploadForum:
    """One thread. ``fields`` are its form's fields for files; those that come by ``add_file`` are kept in the form and
    posted with it. ``says`` is answered to the next post instead, ``says_of_files`` to each file that comes; ``drops``
    loses them."""

    fields: tuple[str, ...] = ("attachment[]",)
    says: web.Response | None = None
    says_of_files: str | None = None
    drops: bool = False
    shows_again: int = 0
    posts: list[Written] = field(default_factory=list)
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    multipart: bool = True

    def page(self, body: str, status: int = 200) -> web.Response:
        html = f'<!doctype html><html><body><div class="account" data-user-id="1"></div>{body}</body></html>'
        return web.Response(text=html, content_type="text/html", status=status)

    def form(self, held: Mapping[str, object], text: str = "") -> str:
        hidden = "".join(f'<input type="hidden" name="attachment_data[]" value="{escape(each)}">' for each in held)
        files = "".join(f'<input type="file" name="{name}">' for name in self.fields)
        kind = ' enctype="multipart/form-data"' if self.multipart else ""
        return (
            f'<form class="reply-form" method="post" action="/thread/1/reply"{kind}>{hidden}{files}'
            f'<textarea name="text">\n{escape(text)}</textarea>'
            '<button name="add_file" value="1">Ekle</button><button name="post" value="1">Gönder</button></form>'
        )

    async def thread(self, _: web.Request) -> web.Response:
        articles = "".join(
            f'<article class="post" data-post-id="{number}"><div class="post-head"><a class="author" data-user-id="1">'
            f'kopru</a></div><div class="post-body"><p>{escape(post.text)}</p></div><ul class="post-files">'
            + "".join(f'<li><a href="/file/{number}/{escape(name)}">{escape(name)}</a></li>' for name in post.files)
            + "</ul></article>"
            for number, post in enumerate([Written("Soru?"), *self.posts], 1)
        )
        return self.page(f"<h1 class='thread-title'>Konu</h1>{articles}{self.form({})}")

    async def reply(self, request: web.Request) -> web.Response:
        posted = await request.post()
        text, came = str(posted["text"]), self._files(posted.items())
        held = dict(self.kept[str(value)] for value in posted.getall("attachment_data[]", ()))
        self.asked.append("add" if "add_file" in posted else "post")
        if came and self.says_of_files is not None:
            return self.page(f'<p class="message">{self.says_of_files}</p>{self.form(held, text)}')
        if "add_file" in posted:
            held |= came
            self.kept |= {name: (name, data) for name, data in held.items()}
            return self.page(self.form(held, text))
        if self.shows_again:
            self.shows_again -= 1
            self.kept |= {name: (name, data) for name, data in (held | came).items()}
            return self.page(f'<p class="message">Others have posted</p>{self.form(held | came, text)}')
        if self.says is not None:
            return self.says
        self.posts.append(Written(text, {} if self.drops else held | came))
        raise web.HTTPFound(f"/post/{len(self.posts) + 1}")

    async def post(self, _: web.Request) -> web.Response:
        raise web.HTTPFound("/thread/1")

    def _files(self, posted: object) -> dict[str, bytes]:
        assert not isinstance(posted, str)
        return {
            value.filename: value.file.read()
            for name, value in posted  # type: ignore[attr-defined]
            if isinstance(value, web.FileField) and name in self.fields
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_get("/thread/1", self.thread)
        app.router.add_get("/post/{id}", self.post)
        app.router.add_post("/thread/1/reply", self.reply)
        async with TestServer(app, host="127.0.0.1") as server:
            yield str(server.make_url("")).rstrip("/")


class Road:
    """The forum, an adapter for it, and one thread."""

    def __init__(self, forum: UploadForum, url: str, stack: AsyncExitStack) -> None:
        self.forum = forum
        self.thread = ThreadRef(ThreadId("1"), f"{url}/thread/1")
        self._url = url
        self._stack = stack

    async def adapter(self, **files: object) -> HtmlUploader:
        settings = SessionSettings(self._url, "forum-bridge-tests/1", timedelta(), i_have_permission=True)
        session = await self._stack.enter_async_context(
            open_session(settings, Credentials("kopru", SecretStr("x")), Pacer(lambda: START), lambda: START)
        )
        session.signed_in = True
        unset: dict[str, object] = {"add": None, "taken": [], "kinds": [], "largest": None}
        given = {
            "reply": {"button": "post", "files": {**unset, "field": "attachment[]", **files}},
            "says": {"file_refused": REFUSAL, "again": "Others have posted"},
        }
        adapter = Registry.load().get("sandbox").build(given, session)
        assert isinstance(adapter, HtmlUploader)
        return adapter


@pytest.fixture
async def road() -> AsyncIterator[Road]:
    forum = UploadForum()
    async with forum.running() as url, AsyncExitStack() as stack:
        yield Road(forum, url, stack)


def draft(*names: str) -> Draft:
    """Return a draft with files that hold their own names."""
    contents = {name: name.encode() for name in names}
    files = [Upload(name, "text/plain", len(data), io.BytesIO(data)) for name, data in contents.items()]
    return Draft("Çözüm ekte.", tuple(files))


def content(*names: str) -> dict[str, bytes]:
    return {name: name.encode() for name in names}


async def test_several_files_in_one_field(road: Road) -> None:
    adapter = await road.adapter()
    receipt = await adapter.reply(road.thread, draft("Şema ğ.txt", "iki.txt"))
    assert road.forum.posts == [Written("Çözüm ekte.", content("Şema ğ.txt", "iki.txt"))]
    assert (receipt.post_id, receipt.without) == ("2", ())


async def test_an_answer_without_files_is_sent_as_ever(road: Road) -> None:
    road.forum.fields = ()
    assert (await (await road.adapter()).reply(road.thread, draft())).post_id == "2"


async def test_numbered_fields_as_the_page_numbers_them(road: Road) -> None:
    road.forum.fields = ("attachment3", "attachment7", "attachments", "avatar1")
    adapter = await road.adapter(field="attachment{n}")
    await adapter.reply(road.thread, draft("bir.txt", "iki.txt"))
    assert road.forum.posts[0].files == content("bir.txt", "iki.txt")
    with pytest.raises(FilesRefused, match="no place for files"):
        await adapter.reply(road.thread, draft("bir.txt", "iki.txt", "üç.txt"))
    assert len(road.forum.posts) == 1


async def test_one_upload_a_request_then_the_post(road: Road) -> None:
    road.forum.fields = ("fileupload",)
    adapter = await road.adapter(**ADD)
    await adapter.reply(road.thread, draft("bir.txt", "iki.txt"))
    assert road.forum.asked == ["add", "add", "post"]
    assert road.forum.posts == [Written("Çözüm ekte.", content("bir.txt", "iki.txt"))]


@pytest.mark.parametrize(("files", "asked"), [(ADD, ["add", "post", "post"]), ({}, ["post", "post"])])
async def test_a_form_shown_again_holds_its_files(road: Road, files: dict[str, object], asked: list[str]) -> None:
    road.forum.fields = ("fileupload",)
    road.forum.shows_again = 1
    adapter = await road.adapter(**{"field": "fileupload", "taken": ADD["taken"], **files})
    await adapter.reply(road.thread, draft("bir.txt"))
    assert road.forum.asked == asked
    assert road.forum.posts == [Written("Çözüm ekte.", content("bir.txt"))]


@pytest.mark.parametrize("files", [ADD, {"field": "fileupload"}])
async def test_a_forum_that_refuses_a_file_has_posted_nothing(road: Road, files: dict[str, object]) -> None:
    road.forum.fields = ("fileupload",)
    road.forum.says_of_files = REFUSAL
    adapter = await road.adapter(**files)
    with pytest.raises(FilesRefused, match=REFUSAL):
        await adapter.reply(road.thread, draft("bir.txt"))
    assert road.forum.posts == []
    await adapter.reply(road.thread, draft())
    assert len(road.forum.posts) == 1


@pytest.mark.parametrize("says", ["", "Something nobody foresaw"])
async def test_a_file_that_is_not_kept_is_refused_whatever_the_forum_says(road: Road, says: str) -> None:
    road.forum.fields = ("fileupload",)
    road.forum.says_of_files = says
    with pytest.raises(FilesRefused, match=f"did not keep bir.txt: {says}"):
        await (await road.adapter(**ADD)).reply(road.thread, draft("bir.txt"))
    assert road.forum.asked == ["add"]


async def test_a_form_shown_again_for_no_known_reason_is_laid_to_the_files(road: Road) -> None:
    adapter = await road.adapter()
    road.forum.says_of_files = "Olmadı"
    with pytest.raises(FilesRefused, match="Olmadı"):
        await adapter.reply(road.thread, draft("bir.txt"))
    road.forum.says_of_files, road.forum.says = None, road.forum.page(road.forum.form({}))
    with pytest.raises(NotPosted) as empty:  # it may have been posted: nothing is tried again
        await adapter.reply(road.thread, draft("bir.txt"))
    assert not isinstance(empty.value, FilesRefused)


@pytest.mark.parametrize("files", [ADD, {"field": "fileupload"}])
async def test_a_server_that_refuses_so_much(road: Road, files: dict[str, object]) -> None:
    road.forum.fields = ("fileupload",)
    adapter = await road.adapter(**files)
    big = Draft("Ekte.", (Upload("a.bin", "application/octet-stream", 3_000_000, io.BytesIO(bytes(3_000_000))),))
    with pytest.raises(FilesRefused):
        await adapter.reply(road.thread, big)  # aiohttp's own limit lies at 1 MB, and it answers 413
    assert road.forum.posts == []


async def test_a_lost_answer_to_an_upload_posted_nothing(road: Road) -> None:
    road.forum.fields = ("fileupload",)
    adapter = await road.adapter(**ADD)
    road.forum.says_of_files = "x" * 5_000_000  # too much to be read
    with pytest.raises(Retry):
        await adapter.reply(road.thread, draft("bir.txt"))
    assert road.forum.posts == []


@pytest.mark.parametrize(("fields", "multipart"), [((), True), (("attachment[]",), False)])
async def test_a_form_without_a_place_for_files(road: Road, fields: tuple[str, ...], multipart: bool) -> None:
    road.forum.fields, road.forum.multipart = fields, multipart
    with pytest.raises(FilesRefused, match="no place for files"):
        await (await road.adapter()).reply(road.thread, draft("bir.txt"))
    assert road.forum.asked == []


async def test_files_that_are_dropped_without_a_word_are_missed(road: Road) -> None:
    road.forum.drops = True
    receipt = await (await road.adapter()).reply(road.thread, draft("bir.txt", "iki.txt"))
    assert receipt.without == ("bir.txt", "iki.txt")
    assert len(road.forum.posts) == 1


async def test_a_thread_that_speaks_of_a_file_may_hold_the_post(road: Road) -> None:
    shown = await road.forum.thread(None)  # type: ignore[arg-type]
    html = (shown.text or "").replace("<h1", f'<p class="message">{REFUSAL}</p><h1', 1)
    road.forum.says = web.Response(text=html, content_type="text/html")
    with pytest.raises(Unclear, match=REFUSAL):
        await (await road.adapter()).reply(road.thread, draft("bir.txt"))


async def test_without_files_a_refusal_is_no_files_matter(road: Road) -> None:
    road.forum.says = road.forum.page("<p>Olmaz</p>", 403)
    with pytest.raises(NotPosted) as refused:
        await (await road.adapter()).reply(road.thread, draft())
    assert not isinstance(refused.value, FilesRefused)


async def test_what_it_takes(road: Road) -> None:
    adapter = await road.adapter(kinds=["PNG", ".pdf"], largest=1000, count=2)
    assert isinstance(adapter, CanUpload)
    assert isinstance(adapter, CanReply)
    assert adapter.most_files == 2
    taken = [("a.png", 1000), ("A.PNG", None), ("İade.pdf", 1)]
    refused = [("a.png", 1001), ("a.exe", 1), ("png", 1), ("a.png.exe", None)]
    assert [adapter.takes(*each) for each in taken + refused] == [True] * 3 + [False] * 4
    anything = await road.adapter()
    assert all(anything.takes(*each) for each in taken + refused)


def test_only_a_preset_that_describes_it_can_upload() -> None:
    registry = Registry.load()
    assert "upload" in registry.get("sandbox").capabilities
    assert "upload" not in registry.get("flaskbb").capabilities


@pytest.mark.parametrize(
    ("files", "posts", "why"),
    [
        ({"field": "f", "add": "ekle"}, {}, "add needs taken"),
        ({"field": "f"}, {"attachments": None}, "reply.files needs posts.attachments"),
        ({"field": "f", "kinds": ["p n g"]}, {}, "no ending of a file"),
    ],
)
def test_a_preset_whose_files_cannot_be_seen_is_refused(
    files: dict[str, object], posts: dict[str, object], why: str
) -> None:
    whole = {
        "markup": "bbcode",
        "signed_in": ".me",
        "thread": {"match": r"t/(?P<id>\d+)"},
        "posts": {"container": ".p", "id": "@id", "author": ".a", "body": ".b", "attachments": ".f", **posts},
        "login": {"page": "login", "form": "form", "user": "u", "password": "p"},
        "reply": {"form": "form", "text": "t", "files": files},
    }
    with pytest.raises(ValidationError, match=why):
        Preset.model_validate(whole)
