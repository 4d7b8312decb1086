from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from tests.cli.conftest import Place, free_port

from forum_bridge.sandbox.forum.faults import What

PAGES = Path(__file__).parent.parent / "pages"


async def page(url: str) -> str:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return await answer.text()


async def test_posts_and_the_cases_they_would_become(place: Place) -> None:
    place.acme["cases"] = {"from": "everyone", "subject": "[forum] {{ thread.title }}", "priority": "high"}
    ran = await place.run("preview", f"{place.url}/thread/2")
    assert (ran.status, ran.err) == (0, "")
    assert "│ Siparişim hâlâ gelmedi." in ran.out
    assert "→ opens case 1" in ran.out
    assert ran.out.count("→ opens case") == 2
    case = ran.out[ran.out.index("Case 1 as it would be opened") :]
    for told in ("[forum] Kargo gelmedi 😞", "acme:3", "cch42", "Deniz", "high", f"[forum] {place.url}/post/4"):
        assert told in case
    assert "Case 2: [forum] Kargo gelmedi 😞 — Ayşe (acme:guest:Ayşe)" in ran.out
    assert not place.desk.cases()
    assert [each.name for each in place.folder.iterdir()] == ["config.yaml"]


async def test_the_forum_s_own_rules_decide(place: Place) -> None:
    place.acme["cases"] = {"from": "starter", "others": "note"}
    noted = await place.call("preview", f"{place.url}/thread/2")
    assert "is a note in case 1" in noted.out
    assert "Case 2" not in noted.out
    place.acme["cases"] = {"from": {"mentions": ["siparişim"]}}
    mentioned = await place.call("preview", f"{place.url}/thread/2")
    assert mentioned.out.count("cases.from does not include its author") == 9
    place.acme["ignore_authors"] = ["Deniz"]
    assert "No post on this page would open a case." in (await place.call("preview", f"{place.url}/thread/2")).out


async def test_our_own_posts_are_recognised(place: Place) -> None:
    ours = place.forum.person("acme_destek")
    assert ours is not None
    place.forum.reply(2, ours, "Bakıyoruz.")
    place.acme["own_authors"] = ["Ayşe"]
    ran = await place.call("preview", f"{place.url}/thread/2?page=2")
    assert ran.out.count("left out: written by us") == 2


async def test_on_a_later_page_the_thread_s_starter_is_known(place: Place) -> None:
    place.acme["cases"] = {"from": "starter"}
    ran = await place.call("preview", f"{place.url}/thread/2?page=2")
    assert "→ opens case 1" in ran.out
    assert "Siparişim hâlâ gelmedi." in ran.out  # the opening post stands above the first message


async def test_json_of_a_live_page(place: Place) -> None:
    ran = await place.run("preview", f"{place.url}/thread/2", "--json")
    assert set(ran.json) == {"thread", "posts", "next"}
    assert ran.json["thread"]["title"] == "Kargo gelmedi 😞"
    assert set(ran.json["thread"]) == {"id", "url", "title"}
    assert all(
        set(post) == {"id", "author", "author_id", "time", "url", "html", "text", "edited", "attachments"}
        for post in ran.json["posts"]
    )
    following = await place.call("preview", ran.json["next"], "--json")
    ids = [post["id"] for post in (*ran.json["posts"], *following.json["posts"])]
    assert ids == [str(post.id) for post in place.forum.thread(2).visible]
    assert following.json["next"] is None


async def test_a_saved_page_needs_no_configuration_and_no_network(place: Place) -> None:
    address = f"{place.url}/thread/2"
    saved = place.folder / "page.html"
    saved.write_text(await page(address), encoding="utf-8")
    live = await place.call("preview", address, "--json")
    place.config.unlink()
    words = ("preview", "--adapter", "sandbox", "--file", str(saved), "--url", address, "--json")
    nowhere = str(place.folder / "none.yaml")
    ran = await place.run(*words, FORUM_BRIDGE_CONFIG=nowhere, http_proxy="http://127.0.0.1:9")
    assert (ran.status, ran.err) == (0, "")
    assert ran.json["posts"] == live.json["posts"]
    assert ran.json["next"] == f"{place.url}/thread/2-kargo-gelmedi?page=2"
    shown = await place.run(*words[:-1], FORUM_BRIDGE_CONFIG=nowhere)
    assert "│ Siparişim hâlâ gelmedi." in shown.out
    assert "case" not in shown.out


async def test_adapters_beside_the_configuration_read_saved_pages_too(place: Place) -> None:
    saved = place.folder / "page.html"
    saved.write_text(await page(f"{place.url}/thread/2"), encoding="utf-8")
    (place.folder / "mine").mkdir()
    (place.folder / "mine" / "mine.yaml").write_text("extends: sandbox\n")
    place.tree["adapters_dir"] = "mine"
    place.tree["deskie"]["nonsense"] = 1  # other faults do not matter here
    ran = await place.call("preview", "--adapter", "mine", "--file", str(saved), "--url", f"{place.url}/thread/2")
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("content", "told"), [("<p>hello", "ends in the middle"), ("<html></html>", "shows no post"), ("", "the middle")]
)
async def test_a_saved_page_that_is_none(place: Place, content: str, told: str) -> None:
    saved = place.folder / "page.html"
    saved.write_text(content)
    words = ("--adapter", "sandbox", "--file", str(saved), "--url", f"{place.url}/thread/2")
    ran = await place.call("preview", *words)
    assert ran.status == 1
    assert told in " ".join(ran.err.split())
    assert "whole page of a thread" in " ".join(ran.err.split())
    assert ran.out == ""


async def test_what_a_person_may_get_wrong(place: Place) -> None:
    thread = f"{place.url}/thread/2"
    missing = str(Path("no", "page.html"))
    cases = {
        ("--file", missing, "--adapter", "sandbx", "--url", thread): (2, "Did you mean sandbox?"),
        ("--file", missing, "--adapter", "sandbox", "--url", thread): (1, "No such file"),
        ("--file", ".", "--adapter", "sandbox", "--url", thread): (1, "cannot be read"),
        ("--file", missing, "--adapter", "sandbox"): (2, "--file PAGE --adapter NAME --url URL"),
        (): (2, "give a thread's address"),
        ("http://elsewhere.example/thread/2",): (2, f"Configured are: {place.url}"),
        ("thread/2",): (2, "not a whole address"),
        (thread, "--adapter", "flaskb"): (2, "Did you mean flaskbb?"),
        (f"{place.url}/board/1",): (1, "Is this a thread's address?"),
        (f"{place.url}/thread/99",): (1, "There is nothing at this address"),
    }
    for words, (status, word) in cases.items():
        ran = await place.call("preview", *words, columns=110)
        assert (ran.status, word in " ".join(ran.err.split()), ran.out) == (status, True, ""), (words, ran)


async def test_a_page_that_cannot_be_read(place: Place) -> None:
    place.forum.faults.next("GET /thread/2", What.HALF, None)
    ran = await place.call("preview", f"{place.url}/thread/2")
    assert ran.status == 1
    assert "ends in the middle" in ran.err
    assert "--file" in ran.err
    place.acme["login"]["password"] = "not-the-password"
    ran = await place.call("preview", f"{place.url}/thread/1")
    assert ran.status == 1
    assert "login.password" in ran.err


async def test_without_deskie_the_posts_are_shown_and_what_was_assumed_is_said(place: Place) -> None:
    place.tree["deskie"]["base_url"] = f"http://127.0.0.1:{free_port()}/api/"
    place.acme["cases"] = {"from": "everyone", "labels": ["forum"]}
    ran = await place.call("preview", f"{place.url}/thread/2")
    assert ran.status == 0
    assert "acme:3" in ran.out
    assert "labels, group and language are left out" in " ".join(ran.out.split())


async def test_in_a_sync_channel_each_thread_is_a_customer_apart(place: Place) -> None:
    place.tree["deskie"]["channel"] = "cch43"
    place.acme["cases"] = {"labels": ["forum", "nosuch"], "from": "everyone"}
    ran = await place.call("preview", f"{place.url}/thread/2")
    assert "acme:2:3" in ran.out
    assert "labels          55" in ran.out
    assert "nosuch" in ran.err  # the desk has no such label, and a warning says so


async def test_a_thread_that_nothing_watches_is_shown_with_the_line_to_add(place: Place) -> None:
    place.acme["watch"] = [{"thread": f"{place.url}/thread/2"}]
    assert "Nothing watches" not in (await place.call("preview", f"{place.url}/thread/2?page=2")).out
    ran = await place.call("preview", f"{place.url}/thread/1", columns=110)
    assert "Nothing watches this thread yet: add `- thread: " in ran.out


async def test_the_watch_that_covers_a_thread_decides_where_the_configuration_does_not(place: Place) -> None:
    assert "Case 2" not in (await place.call("preview", f"{place.url}/thread/2")).out  # a board: its starter
    place.acme["watch"].append({"thread": f"{place.url}/thread/2"})
    assert "Case 2" in (await place.call("preview", f"{place.url}/thread/2")).out  # a thread: everyone


async def test_a_number_that_only_begins_alike_is_another_thread(place: Place) -> None:
    for number in range(3, 21):
        opened = place.forum.open_thread(f"Konuk {number}", f"Konu {number}", "Merhaba")
    place.acme["watch"] = [{"thread": f"{place.url}/thread/2"}]
    ran = await place.call("preview", f"{place.url}/thread/{opened.thread_id}")
    assert opened.thread_id == 20
    assert "Nothing watches" in ran.out


async def test_what_strangers_write_does_not_steer_the_terminal(place: Place) -> None:
    deniz = place.forum.person("Deniz")
    assert deniz is not None
    place.forum.reply(1, deniz, "kırmızı \x1b[31m\x9b31m [bold]x[/bold]")
    ran = await place.call("preview", f"{place.url}/thread/1")
    assert "\x1b" not in ran.out
    assert "\x9b" not in ran.out
    assert "[bold]x[/bold]" in ran.out


async def test_on_a_terminal_it_says_what_it_is_at(place: Place) -> None:
    ran = await place.on_terminal("preview", f"{place.url}/thread/2")
    assert ran.status == 0
    assert f"reading acme: {place.url}/thread/2 …" in ran.out


async def test_times_in_words_on_a_saved_page_count_from_when_it_was_saved(place: Place, tmp_path: Path) -> None:
    saved = tmp_path / "konu.html"
    saved.write_bytes((PAGES / "smf" / "thread-tr.html").read_bytes())
    told = ("--adapter", "smf", "--file", str(saved), "--url", "https://forum.example/smf/index.php?topic=20.0")
    moment = datetime(2026, 11, 5, 21, 0, 20, tzinfo=UTC)
    os.utime(saved, (moment.timestamp(), moment.timestamp()))
    ran = await place.call("preview", *told)
    assert (ran.status, "time unknown" in ran.out) == (0, False)
    assert "2026-11-05 20:59" in ran.out and "2026-11-05 21:00" in ran.out
    assert f"Times in words count from {moment.astimezone():%Y-%m-%d %H:%M}" in ran.out and "last" in ran.out
    ran = await place.call("preview", *told, "--date", "2026-10-09T21:00:20+0000")
    assert "2026-10-09 20:59" in ran.out and "2026-10-09 21:00" in ran.out and "as --date" in ran.out
    assert (await place.call("preview", *told, "--date", "yarın")).status == 2
