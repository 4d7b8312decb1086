"""``forum-bridge adapter try``: what is read, what is missing, and what would become of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from tests.cli.conftest import Place, ended, told
from tests.engines.place import serving
from tests.workbench.odd_forum import CHARSET, PASSWORD, USER, OddForum

from forum_bridge.cli.adapter_try_browser import has_screen
from forum_bridge.sandbox.forum.seed import BRIDGE_USER

ADDRESS = "https://forum.acme.com.tr/forum/oku.asp?konu=17"


@pytest.fixture
async def kahve(place: Place) -> str:
    """The name of a preset in the adapters folder, which was guessed for the odd forum; its thread saved beside it."""
    forum = OddForum()
    for name, html in {
        "thread": forum.thread_page(17),
        "board": forum.board_page(),
        "login": forum.login_page(),
    }.items():
        path = place.folder / f"{name}.html"
        path.write_bytes(html.encode(CHARSET))
        os.utime(path, (forum.now.timestamp(),) * 2)
    files = [word for name in ("thread", "board", "login") for word in ("--file", str(place.folder / f"{name}.html"))]
    assert (await place.call("adapter", "new", "kahve", ADDRESS, *files)).status == 0
    return "kahve"


def mended(place: Place, old: str, new: str) -> None:
    path = place.folder / "adapters" / "kahve.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def saved(place: Place) -> tuple[str, ...]:
    return ("--file", str(place.folder / "thread.html"), "--url", ADDRESS)


async def test_a_configuration_with_faults_is_not_left_out_in_silence(place: Place, kahve: str) -> None:
    assert (await place.call("adapter", "try", kahve, *saved(place))).err == ""
    place.acme["every"] = "often"
    ran = await place.call("adapter", "try", kahve, *saved(place), columns=200)
    assert ran.status == 0
    assert "config.yaml has a fault, so nothing of it is used here." in " ".join(ran.err.split())
    assert "forum-bridge check" in ran.err


async def test_posts_keys_case_and_answer(place: Place, kahve: str) -> None:
    ran = await place.call("adapter", "try", kahve, *saved(place), columns=100)
    assert (ran.status, ran.err) == (0, "")
    lines = [line.rstrip() for line in ran.out.splitlines()]
    assert lines[0] == "Kargom nerede kaldı?"
    assert lines[2].startswith("4707  Ayşe Öz (12)          2026-11-19 05:00  Merhaba")
    assert r"posts.author_id   5/6  a[href*=" in ran.out
    assert "posts.body        6/6  .soz" in lines
    assert "✓ reads 6 posts" in lines
    assert lines[lines.index("Case 1 as it would be opened") + 1].split(maxsplit=1) == ["subject", lines[0]]
    assert "Case 2: Kargom nerede kaldı? — deniz_k (acme:31), 2 posts of this page" in lines
    answer = lines[lines.index("An answer, as it would be posted:") + 1 :]
    assert answer[0] == '    │ [quote="Ayşe Öz"]Alıntı:'
    assert answer[-1] == "    │ — Elif Kaya"


async def test_what_finds_nothing_is_told_with_what_could_be_meant(place: Place, kahve: str) -> None:
    mended(place, "body: .soz", "body: .sozz")
    mended(place, "Yazıldı:", "Yazildi:")
    ran = await place.call("adapter", "try", kahve, *saved(place), columns=100)
    assert (ran.status, ran.err) == (1, "")
    said = " ".join(ran.out.split())
    assert (
        "✗ posts.body finds nothing (0 of 6): .sozz → Written on the page: .soz → Would be guessed: .soz"
        " ? posts.time: the selector finds a text, but its regex finds nothing in it: Yazıldı: 19 Kas 2026" in said
    )
    assert "✗ reads nothing here" in said
    assert "Case 1" not in said
    tree = await place.call("adapter", "try", kahve, *saved(place), "--json")
    assert (tree.status, tree.json["reads"], tree.json["posts"]) == (1, False, [])
    assert tree.json["keys"]["posts.body"] == {"value": ".sozz", "found": 0, "of": 6}
    assert [(each["key"], each["needed"], each["instead"]) for each in tree.json["findings"]] == [
        ("posts.body", True, ".soz"),
        ("posts.time", False, ".tarih =~ ^Yazıldı: (.+?) #"),
    ]


async def test_a_live_page_is_asked_for_once_as_a_guest_or_signed_in(place: Place, kahve: str) -> None:
    forum = OddForum()
    async with serving(forum.app) as url:
        thread = f"{url}/forum/oku.asp?konu=17"
        guest = await place.call("adapter", "try", kahve, thread, "--json")
        assert (guest.status, [post["id"] for post in guest.json["posts"]][:2]) == (0, ["4707", "4714"])
        assert forum.asked == ["/robots.txt", "/forum/oku.asp?konu=17"]
        unknown = await place.call("adapter", "try", kahve, "https://baska.example/konu/1", "--signed-in")
        assert (unknown.status, "not on a configured forum with an account" in unknown.err) == (2, True)
        place.tree["forums"]["kahve"] = {
            "adapter": "kahve",
            "url": f"{url}/forum/",
            "login": {"user": USER, "password": PASSWORD},
            "watch": [{"thread": thread}],
            "pace": "0s",
        }
        member = await place.call("adapter", "try", kahve, thread, "--signed-in", columns=100)
        assert (member.status, member.err) == (0, "")
        assert "/forum/giris.asp" in forum.asked
        assert "(kahve:31)" in member.out  # by the rules of the configured forum
        place.tree["forums"]["kahve"]["login"]["password"] = "yanlış"
        refused = await place.call("adapter", "try", kahve, thread, "--signed-in")
        assert (refused.status, refused.out) == (1, "")
        assert "Signing in did not succeed" in refused.err


async def test_a_board_and_an_engine_that_ships(place: Place, kahve: str) -> None:
    board = ("--file", str(place.folder / "board.html"), "--url", "https://forum.acme.com.tr/forum/bolum.asp?bolum=3")
    ran = await place.call("adapter", "try", kahve, *board)
    assert (ran.status, "✓ reads 2 threads of the board" in ran.out) == (0, True)
    rows = (await place.call("adapter", "try", kahve, *board, "--json")).json["rows"]
    assert [(row["title"], row["time"]) for row in rows][:1] == [("Fatura & iğne", "2026-11-22T09:46:00+00:00")]
    sandbox = await place.call("adapter", "try", "sandbox", f"{place.url}/thread/2", columns=100)
    assert (sandbox.status, sandbox.err) == (0, "")
    assert "Case 1 as it would be opened" in sandbox.out
    assert "channel" in sandbox.out  # that of the configuration
    assert BRIDGE_USER not in sandbox.out
    tree = (await place.call("adapter", "try", "sandbox", f"{place.url}/thread/2", "--json")).json
    assert tree["cases"][0]["subject"] == sandbox.out.splitlines()[0].rstrip()
    assert "**arrives tomorrow**" in tree["answer"]


async def test_another_adapter_s_options_are_not_its_own(place: Place, kahve: str) -> None:
    place.acme["options"] = {"pages_a_poll": 3, "thread": {"locked": ".closed"}}
    place.acme["url"] = "https://forum.acme.com.tr/"
    place.acme["watch"] = [{"thread": ADDRESS}]
    ran = await place.call("adapter", "try", kahve, *saved(place), "--json")
    assert (ran.status, ran.err, ran.json["cases"][0]["user_custom_id"]) == (0, "", "acme:12")
    place.acme["adapter"], place.acme["options"] = kahve, {"posts": {"autor": ".x"}}
    wrong = await place.call("adapter", "try", kahve, *saved(place))
    assert (wrong.status, wrong.out, "posts.autor" in wrong.err) == (2, "", True)


async def test_what_a_person_may_get_wrong(place: Place, kahve: str) -> None:
    deep = place.folder / "deep.html"
    deep.write_text("<html><body>" + "<div>" * 100_000 + "x</html>", encoding="utf-8")
    (place.folder / "adapters" / "kaput.yaml").write_text("markup: bbcode\n", encoding="utf-8")
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("yok", ADDRESS): (2, "yok"),
        ("kaput", ADDRESS): (2, "cannot be used"),
        (kahve,): (2, "give the address of a page"),
        (kahve, "forum.acme.com.tr"): (2, "not a whole address"),
        (kahve, "--file", str(Path("yok.html")), "--url", ADDRESS): (1, "No such file"),
        (kahve, "http://127.0.0.1:9/x"): (1, "Connect"),
        (kahve, *saved(place), "--signed-in"): (2, "read as it was saved"),
        (kahve, *saved(place), "--browser", "--json"): (2, "give one of them"),
        (kahve, "https://baska.example/konu/1", "--browser", "--signed-in"): (2, "configured forum with an account"),
        ("kaput", "https://baska.example/konu/1", "--browser", "--signed-in"): (2, "cannot be used"),
        ("yok", *saved(place), "--browser"): (2, "yok"),
        (kahve, "--file", str(deep), "--url", ADDRESS): (1, "512 deep"),
        (kahve, "--file", str(deep), "--url", ADDRESS, "--browser"): (1, "512 deep"),
        ("flarum", "https://baska.example/d/1", "--browser"): (2, "there is no page to show"),
    }
    for words, (status, word) in cases.items():
        ran = await place.call("adapter", "try", *words, columns=110)
        assert (ran.status, ran.out, word in " ".join(ran.err.split())) == (status, "", True), (words, ran)


async def test_in_the_browser_until_a_person_ends_it(place: Place, kahve: str) -> None:
    mended(place, "body: .soz ", "body .soz ")  # a fault is no hindrance: it is shown
    remote = {"SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}
    async with place.process("adapter", "try", kahve, *saved(place), "--browser", **remote) as child:
        said = await told(child, "Ctrl-C")
        url = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
        port = urlsplit(url).port
        assert f"ssh -N -L {port}:127.0.0.1:{port}" in said
        assert "adapters/kahve.yaml and save it" in " ".join(said.split())
        async with aiohttp.ClientSession(headers={"Accept-Language": "tr"}) as session:
            async with session.get(url) as answer:
                window = await answer.text()
            async with session.get(f"{url}page") as answer:
                assert "Kargom nerede kaldı?" in await answer.text()
        assert "kahve.yaml, satır" in window
        child.send_signal(signal.SIGINT)
        ran = await ended(child)
    assert (ran.status, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize(
    ("environ", "platform", "screen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
    ],
)
def test_a_browser_is_opened_only_where_there_is_a_screen(environ: dict[str, str], platform: str, screen: bool) -> None:
    assert has_screen(environ, platform) is screen
