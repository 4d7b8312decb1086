"""Files of posts: from the forum, also from behind its login, to the desk; what cannot go is linked, visibly."""

from collections.abc import Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.bridge.world import World

from forum_bridge.sandbox.desk.records import Message
from forum_bridge.sandbox.forum.faults import What

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
CREATE = r"POST /api/cases\.json"
APPEND = r"POST /api/cases/\d+/messages\.json"


async def write(world: World, text: str, *files: tuple[str, str, bytes]) -> int:
    """Open a thread with files and let the bridge see it."""
    made = world.forum.open_thread(world.deniz, "Kırık", text)
    for file in files:
        world.forum.attach(made.id, *file)
    await world.later(seconds=2)
    return made.id


def only(world: World) -> Message:
    (case,) = world.deskie.cases()
    (message,) = world.deskie.messages(case)
    return message


async def test_attachments_and_pictures_reach_the_desk(world: World) -> None:
    picture = world.forum.attach(1, "ekran.png", "image/png", PNG)
    await write(world, f"Böyle geldi: ![ekran]({picture.path})", ("Şikâyet dilekçesi.pdf", "application/pdf", PDF))
    message = only(world)
    assert {file.name: file.data for file in message.files} == {"ekran.png": PNG, "Şikâyet dilekçesi.pdf": PDF}
    assert [file.mime for file in message.files] == ["image/png", "application/pdf"]
    assert f'<a href="{world.url}{picture.path}" rel="nofollow noopener">🖼 ekran.png</a>' in message.content_html
    assert ">Şikâyet dilekçesi.pdf</a>" in message.content_html
    assert "<img" not in message.content_html
    assert "linked" not in message.content_html


async def test_files_of_a_later_post_and_of_a_note_too(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    made = world.forum.reply(thread.id, world.deniz, "İşte fiş.")
    world.forum.attach(made.id, "fiş.pdf", "application/pdf", PDF)
    await world.later(seconds=2)
    (case,) = world.deskie.cases()
    assert [file.data for file in world.deskie.messages(case)[1].files] == [PDF]

    def notes(forum: dict[str, object]) -> None:
        forum["cases"] = {"from": "starter", "others": "note"}

    world.configure(notes)
    await world.restart()
    elif_ = world.forum.person("Elif Şahin")
    assert elif_ is not None
    hers = world.forum.reply(thread.id, elif_, "Bende de var.")
    world.forum.attach(hers.id, "benimki.pdf", "application/pdf", PDF)
    await world.later(seconds=2)
    note = world.deskie.messages(case)[2]
    assert (note.note, [file.name for file in note.files]) == (True, ["benimki.pdf"])


async def test_files_behind_the_login_come_with_our_session(world: World) -> None:
    world.forum.switches.files_for_members = True
    await write(world, "Ekte.", ("fatura.pdf", "application/pdf", PDF))
    assert [file.data for file in only(world).files] == [PDF]


async def test_a_session_that_ends_before_the_file_is_fetched_is_renewed(world: World) -> None:
    world.forum.switches.files_for_members = True
    made = world.forum.open_thread(world.deniz, "Kırık", "Ekte.")
    world.forum.attach(made.id, "fatura.pdf", "application/pdf", PDF)
    world.clock.advance(seconds=2)
    await world.polled()
    await world.forget_sessions()
    await world.settle()
    assert [file.data for file in only(world).files] == [PDF]
    assert made.id in [each.id for each in world.forum.posts()]


async def test_what_is_too_large_is_linked_and_says_so(world: World) -> None:
    large, small = bytes(25_000_001), bytes(24_000_000)
    await write(
        world,
        "Hepsi ekte.",
        ("film.mkv", "video/x-matroska", large),
        ("1.zip", "application/zip", small),
        ("2.zip", "application/zip", small),
        ("3.zip", "application/zip", bytes(5_000_000)),
        ("4.zip", "application/zip", bytes(1_000_000)),
    )
    message = only(world)
    assert [file.name for file in message.files] == ["1.zip", "2.zip", "4.zip"]
    assert ">film.mkv</a> (too large: linked)" in message.content_html
    assert ">3.zip</a> (too large together: linked)" in message.content_html


async def test_twenty_files_go_and_the_others_are_linked(world: World) -> None:
    files = [(f"{number}.txt", "text/plain", b"sayfa") for number in range(22)]
    await write(world, "Hepsi ekte.", *files)
    message = only(world)
    assert len(message.files) == 20
    assert message.content_html.count("(more than 20 files: linked)") == 2


async def test_what_is_not_there_is_linked_at_once(world: World) -> None:
    question = await write(world, "Bakın: ![ekran](/file/99/ekran.png) ve ![profil](/user/3)")
    message = only(world)
    assert message.files == []
    assert "🖼 ekran.png</a> (not there any more: linked)" in message.content_html
    assert "(a web page instead of a file: linked)" in message.content_html
    assert world.times_delivered(question) == 1


async def test_a_picture_on_a_private_address_is_linked_and_never_asked_for(world: World) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=PNG, content_type="image/png")

    app = web.Application()
    app.router.add_get("/{rest:.*}", answer)
    async with TestServer(app, host="127.0.0.1") as server:
        await write(world, f"![a](http://127.0.0.1:{server.port}/a.png) ![b](http://localhost:{server.port}/b.png)")
    assert asked == []
    assert only(world).content_html.count("(not on the public internet: linked)") == 2


@pytest.mark.parametrize("what", [500, 429, What.CUT_BEFORE, What.TRUNCATED])
async def test_a_forum_in_trouble_is_asked_again_and_the_file_goes(world: World, what: What | int) -> None:
    fault = world.forum.faults.next(r"GET /file/", what, times=2)
    await write(world, "Ekte.", ("fatura.pdf", "application/pdf", PDF))
    assert world.deskie.cases() == []
    for _ in range(4):
        await world.later(seconds=20)
    assert fault.hits == 2
    assert [file.data for file in only(world).files] == [PDF]


async def test_a_file_that_never_comes_does_not_hold_its_post_back(world: World, figures: Callable[..., None]) -> None:
    fault = world.forum.faults.next(r"GET /file/1/", 500, times=None)
    good = ("iyi.pdf", "application/pdf", PDF)
    question = await write(world, "Ekte.", ("kötü.pdf", "application/pdf", PDF), good)
    begun = world.clock()
    while not world.deskie.cases():
        await world.later(seconds=5)
        if fault.hits == 2:
            await world.restart()  # the count stands in the ledger
    assert fault.hits == 4
    message = only(world)
    assert [file.name for file in message.files] == ["iyi.pdf"]
    assert ">kötü.pdf</a> (could not be fetched: linked)" in message.content_html
    assert world.times_delivered(question) == 1
    figures("a file that never comes", tries=fault.hits, seconds=(world.clock() - begun).total_seconds())


@pytest.mark.parametrize("what", ["500", "504", "cut_before", "cut_after", "malformed", "html", "429"])
@pytest.mark.parametrize("call", [CREATE, APPEND])
async def test_a_lost_upload_is_looked_up_and_never_doubled(world: World, what: str, call: str) -> None:
    if call == APPEND:
        await world.write("Kargo", "Nerede?")
    world.deskie.faults.next(call, what)
    thread = world.forum.threads()[0]
    made = (
        world.forum.reply(thread.id, world.deniz, "Ekte.")
        if call == APPEND
        else world.forum.open_thread(world.deniz, "Kırık", "Ekte.")
    )
    world.forum.attach(made.id, "fatura.pdf", "application/pdf", PDF)
    for _ in range(6):
        await world.later(seconds=61)
    (case,) = world.deskie.cases()
    assert world.times_delivered(made.id) == 1
    assert [file.data for file in world.deskie.messages(case)[-1].files] == [PDF]


async def test_uploads_that_are_always_lost_end_in_links(world: World) -> None:
    fault = world.deskie.faults.next(CREATE, "cut_before", times=4)
    question = await write(world, "Ekte.", ("fatura.pdf", "application/pdf", PDF))
    for _ in range(12):
        await world.later(seconds=61)
    assert fault.hits == 4
    assert ">fatura.pdf</a> (the desk did not take it: linked)" in only(world).content_html
    assert only(world).files == []
    assert world.times_delivered(question) == 1


async def test_a_desk_that_declines_files_gets_the_message_without_them(world: World) -> None:
    world.deskie.switches.message_file_limit = 5000  # a plan that allows less than Deskie's pages say
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    made = world.forum.reply(thread.id, world.deniz, "Ekte.")
    world.forum.attach(made.id, "fatura.pdf", "application/pdf", PDF)
    for _ in range(3):
        await world.later(seconds=31)
    (case,) = world.deskie.cases()
    message = world.deskie.messages(case)[1]
    assert message.files == []
    assert ">fatura.pdf</a> (the desk did not take it: linked)" in message.content_html


async def test_nothing_is_fetched_while_the_desk_would_not_take_it(world: World) -> None:
    world.deskie.switches.rate_limit_per_minute = 3  # a case needs two of our two
    await world.write("Kargo", "Nerede?")
    fault = world.forum.faults.next(r"GET /file/", What.CUT_BEFORE, times=None)
    await write(world, "Ekte.", ("fatura.pdf", "application/pdf", PDF))
    assert fault.hits == 0
