"""``forum-bridge adapter new``: from an address to a preset's file that reads the thread."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.cli.conftest import Place
from tests.engines.place import serving
from tests.workbench.odd_forum import CHARSET, USER, OddForum

from forum_bridge.forums.registry import Registry

PAGES = Path(__file__).parents[1] / "pages"
ADDRESS = "https://forum.acme.com.tr/forum/oku.asp?konu=17"


@pytest.fixture
def saved(tmp_path: Path) -> dict[str, str]:
    """Pages of the odd forum as a person saves them."""
    forum = OddForum()
    html = {"thread": forum.thread_page(17), "login": forum.login_page(), "board": forum.board_page()}
    html |= {"member": forum.thread_page(17, 1, USER), "reply": forum.reply_page(17)}
    for name, text in html.items():
        path = tmp_path / f"{name}.html"
        path.write_bytes(text.encode(CHARSET))
        os.utime(path, (forum.now.timestamp(),) * 2)
    return {name: str(tmp_path / f"{name}.html") for name in html}


async def test_a_live_forum_becomes_a_preset(place: Place) -> None:
    forum = OddForum()
    async with serving(forum.app) as url:
        thread = f"{url}/forum/oku.asp?konu=17"
        ran = await place.call("adapter", "new", "kahve", thread, columns=110)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "Kargom nerede kaldı?"
    assert lines[1].split() == ["id", "author", "time", "text"]
    assert lines[2].startswith("4707  Ayşe Öz (12)")
    assert "2026-11-19 05:00" in lines[2]
    assert lines[4].startswith("4721  Misafir Kişi (guest)")
    told = " ".join(ran.out.split())
    path = place.folder / "adapters" / "kahve.yaml"
    for words in (
        f"✓ {path} reads 6 posts here.",
        "✓ Another thread reads as well: 3 posts.",
        "✓ The board's page shows 2 threads.",
        "? reply: Only members see it.",
        f"forum-bridge adapter try kahve --browser --url '{thread}'",
        "forum-bridge check",
    ):
        assert words in told
    assert len(forum.asked) == len(set(forum.asked)) == 6
    assert Registry.load(path.parent).get("kahve").fault is None


async def test_saved_pages_need_no_network(place: Place, saved: dict[str, str]) -> None:
    folder = place.folder / "elsewhere"
    files = [word for name in saved for word in ("--file", saved[name])]
    words = ("adapter", "new", "kahve", ADDRESS, *files, "--adapters-dir", str(folder))
    ran = await place.run(*words, http_proxy="http://127.0.0.1:9", FORUM_BRIDGE_CONFIG=str(place.folder / "none.yaml"))
    assert (ran.status, ran.err) == (0, "")
    tree = YAML(typ="safe").load((folder / "kahve.yaml").read_text(encoding="utf-8"))
    assert {"thread", "posts", "board", "login", "reply"} <= tree.keys()
    assert Registry.load(folder).get("kahve").capabilities >= {"read", "sign_in", "reply"}


async def test_a_file_that_is_there_is_never_touched(place: Place, saved: dict[str, str]) -> None:
    words = ("adapter", "new", "kahve", ADDRESS, "--file", saved["thread"])
    assert (await place.call(*words)).status == 0
    path = place.folder / "adapters" / "kahve.yaml"
    path.write_text("# mine\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    mine = path.read_bytes()
    again = await place.call(*words)
    assert (again.status, again.out) == (2, "")
    assert "is there already" in again.err
    assert path.read_bytes() == mine
    taken = await place.call("adapter", "new", "mybb", ADDRESS, "--file", saved["thread"])
    assert (taken.status, "mybb" in taken.err) == (2, True)
    assert [each.name for each in path.parent.iterdir()] == ["kahve.yaml"]


async def test_of_a_known_engine_only_the_theme_is_written(place: Place) -> None:
    page = place.folder / "theme.html"
    html = (PAGES / "mybb" / "thread.recording" / "page-1.html").read_text(encoding="utf-8")
    page.write_text(html.replace("post_body", "ileti_metni"), encoding="utf-8")
    url = "https://forum.acme.example/showthread.php?tid=1"
    ran = await place.call("adapter", "new", "tema", url, "--file", str(page), columns=100)
    assert (ran.status, ran.err) == (0, "")
    assert "It takes over the preset mybb" in " ".join(ran.out.split())
    tree = YAML(typ="safe").load((place.folder / "adapters" / "tema.yaml").read_text(encoding="utf-8"))
    assert tree["extends"] == "mybb"
    assert tree["posts"]["body"] == ".ileti_metni"
    whole = await place.call("adapter", "new", "hepsi", url, "--file", str(page), "--from-scratch")
    assert whole.status == 0
    assert "extends" not in (place.folder / "adapters" / "hepsi.yaml").read_text(encoding="utf-8")


async def test_where_nothing_has_to_be_fitted_nothing_is_written(place: Place) -> None:
    ran = await place.call("adapter", "new", "kum", f"{place.url}/thread/2", columns=100)
    assert (ran.status, ran.err) == (0, "")
    assert "nothing was written: the adapter sandbox reads this forum" in ran.out
    assert "    adapter: sandbox" in ran.out
    assert not (place.folder / "adapters").exists()
    fitted = await place.call("adapter", "new", "kum", f"{place.url}/thread/2", "--from-scratch", columns=100)
    assert fitted.status == 0
    assert "extends" not in (place.folder / "adapters" / "kum.yaml").read_text(encoding="utf-8")


async def test_what_reads_nothing_yet_is_written_for_a_person_and_says_so(place: Place) -> None:
    page = place.folder / "nameless.html"
    posts = "".join(
        f"<div class=ileti id=i{n}><i>20.11.2026 1{n}:05</i><p class=soz>Siparişim {n} gündür gelmedi, ne yapayım?</p>"
        "</div>"
        for n in range(1, 4)
    )
    page.write_text(f"<html><title>Kargo</title><body>{posts}</body></html>", encoding="utf-8")
    ran = await place.call("adapter", "new", "isimsiz", "https://acme.example/konu/7", "--file", str(page), columns=100)
    assert (ran.status, ran.err) == (1, "")
    assert "reads nothing yet" in ran.out
    assert "posts.author: It was not found: the author's name." in ran.out
    text = (place.folder / "adapters" / "isimsiz.yaml").read_text(encoding="utf-8")
    assert "  # author: \n" in text
    assert "container: .ileti" in text


async def test_what_a_person_may_get_wrong(place: Place, saved: dict[str, str]) -> None:
    board = saved["board"].replace("board", "login")
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("Büyük", ADDRESS): (2, "write 1 to 32 of a-z"),
        ("../kahve", ADDRESS): (2, "write 1 to 32 of a-z"),
        ("kahve", "forum.acme.com.tr/konu/7"): (2, "not a whole address"),
        ("kahve", ADDRESS, "--file", "yok.html"): (1, "No such file"),
        ("kahve", ADDRESS, "--file", board): (1, "does not look like a thread with several posts"),
        ("kahve", "http://127.0.0.1:9/konu/7"): (1, "Connect"),
    }
    for words, (status, word) in cases.items():
        ran = await place.call("adapter", "new", *words, columns=110)
        assert (ran.status, ran.out, word in ran.err) == (status, "", True), (words, ran)
    assert not (place.folder / "adapters").exists()
