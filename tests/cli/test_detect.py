from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web
from ruamel.yaml import YAML
from tests.cli.conftest import Place
from tests.engines.flarum import FlarumForum
from tests.engines.place import Time, serving

from forum_bridge.config import load

GUARD = "<title>Just a moment...</title><form id='challenge-form'>"
LOGIN = "<html><body><form><input name=user><input type=password name=pass></form></body></html>"


Pages = dict[str, tuple[int, str]]  # status and HTML by path


def answering(pages: Pages, asked: list[str]) -> web.Application:
    """Serve these pages by path; all else is 404."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        status, text = pages.get(request.path, (404, ""))
        return web.Response(status=status, text=text, content_type="text/html")

    app = web.Application()
    app.router.add_route("GET", "/{tail:.*}", answer)
    return app


async def test_a_thread_becomes_a_configuration_that_loads(place: Place) -> None:
    ran = await place.run("detect", f"{place.url}/thread/2?page=2", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert (ran.json["engine"], ran.json["adapter"], ran.json["kind"]) == ("forum-bridge sandbox", "sandbox", "thread")
    assert ran.json["posts"] == 2
    told = ran.json["forums"]
    assert told.count("CHANGE-ME") == 2
    whole = {**place.tree, **YAML(typ="safe").load(told.replace("CHANGE-ME", "kopru"))}
    path = place.folder / "begun.yaml"
    path.write_text(json.dumps(whole))
    loaded = load(path, {})
    assert loaded.faults == []
    assert loaded.config is not None
    forum = loaded.config.forums["forum"]
    assert (forum.url, forum.watch[0].target) == (f"{place.url}/", f"{place.url}/thread/2-kargo-gelmedi")


async def test_what_it_looks_like(place: Place) -> None:
    ran = await place.call("detect", f"{place.url}/board/1")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == "forum-bridge sandbox"
    start = lines.index("forums:")
    assert lines[start : start + 8] == [
        "forums:",
        "  forum:",
        "    adapter: sandbox",
        f"    url: {place.url}/",
        "    login:",
        "      user: CHANGE-ME",
        "      password: CHANGE-ME",
        "    watch:",
    ]
    assert lines[start + 8] == f"      - board: {place.url}/board/1"
    assert "What the forum's admin must grant:" in lines
    start_page = await place.call("detect", f"{place.url}/login")
    assert "neither a thread's nor a board's" in " ".join(start_page.out.split())


async def test_a_saved_page_needs_neither_configuration_nor_network(place: Place) -> None:
    page = Path(__file__).parents[1] / "pages" / "flaskbb" / "topic.html"
    words = ("detect", "--file", str(page), "--url", "https://forum.acme.com.tr/topic/2-kargo")
    nowhere = str(place.folder / "none.yaml")
    ran = await place.run(*words, FORUM_BRIDGE_CONFIG=nowhere, http_proxy="http://127.0.0.1:9")
    assert (ran.status, ran.err) == (0, "")
    assert "FlaskBB" in ran.out
    assert "  acme:\n    adapter: flaskbb\n" in ran.out


async def test_a_saved_page_may_tell_its_own_address(place: Place) -> None:
    page = place.folder / "page.html"
    noted = "<!-- saved from url=(0042)https://forum.acme.example/topic/9-kargo -->"
    page.write_text(f"<!DOCTYPE html>\n{noted}\n<html><body class=flaskbb-layout></body></html>")
    ran = await place.call("detect", "--file", str(page), "--json")
    assert (ran.status, ran.json["url"], ran.json["kind"]) == (0, "https://forum.acme.example/topic/9-kargo", "thread")
    page.write_text("<html><body class=flaskbb-layout></body></html>")
    nameless = await place.call("detect", "--file", str(page))
    assert (nameless.status, nameless.out) == (1, "")
    assert "--url URL" in nameless.err


async def test_a_theme_that_the_adapter_cannot_read_leads_to_the_next_step(place: Place) -> None:
    page = place.folder / "page.html"
    page.write_text("<html><body class=flaskbb-layout><div class=own-post>x</div></body></html>")
    ran = await place.call("detect", "--file", str(page), "--url", "https://forum.acme.example/topic/9")
    assert ran.status == 0
    assert "✗ the adapter flaskbb reads nothing here" in ran.out
    assert "forum-bridge adapter new acme https://forum.acme.example/topic/9" in " ".join(ran.out.split())


async def test_an_unknown_engine_says_so_and_what_to_do(place: Place) -> None:
    asked: list[str] = []
    page = (
        "<html><head><meta name=generator content='Zamanbul 3.8.7'>"
        "<link rel=alternate type=application/rss+xml href=/external.php?type=RSS2></head><body>Konular</body></html>"
    )
    async with serving(answering({"/konu": (200, page)}, asked)) as url:
        ran = await place.call("detect", f"{url}/konu", columns=110)
        told = await place.call("detect", f"{url}/konu", "--json")
    assert ran.status == told.status == 1
    assert "No engine that the bridge knows." in ran.out
    assert "Zamanbul 3.8.7" in ran.out
    assert f"{url}/external.php?type=RSS2" in ran.out
    assert f"forum-bridge adapter new forum {url}/konu" in " ".join(ran.out.split())
    assert (told.json["engine"], told.json["forums"], told.json["feeds"]) == (
        None,
        None,
        [f"{url}/external.php?type=RSS2"],
    )
    assert asked == ["/robots.txt", "/konu"] * 2


async def test_the_api_is_asked_where_the_page_points_to_it(place: Place) -> None:
    flarum = FlarumForum(Time())
    shell = "<html><body><div id=app class=App><a id=home-link href=/></a></div></body></html>"

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=shell, content_type="text/html")

    flarum.app.router.add_get("/d/1-kargo", page)
    async with serving(flarum.app) as url:
        ran = await place.call("detect", f"{url}/d/1-kargo", "--json")
    assert (ran.status, ran.json["engine"], ran.json["kind"]) == (0, "Flarum", "thread")
    assert ran.json["api"] == f"{url}/api answers."


async def test_what_the_api_says_else(place: Place) -> None:
    pages = {"/d/1": (200, "<html><body><div id=app class=App><a id=home-link href=/></a></div></body></html>")}
    outcomes = {404: "is not there", 403: "wants a key", 200: "not as Flarum does", 500: "could not be asked"}
    for status, told in outcomes.items():
        async with serving(answering({**pages, "/api": (status, "{}")}, [])) as url:
            ran = await place.call("detect", f"{url}/d/1", "--json")
        assert (ran.status, ran.json["engine"]) == (1, None)
        assert told in ran.json["api"]


async def test_walls_say_what_to_do(place: Place) -> None:
    asked: list[str] = []
    pages = {
        "/guarded": (403, GUARD),
        "/members": (403, "no"),
        "/login": (200, LOGIN),
        "/robots.txt": (200, "User-agent: *\nDisallow: /closed"),
        "/closed": (200, "<html></html>"),
    }
    told = {"/guarded": "shows a challenge", "/members": "members only", "/closed": "robots.txt", "/gone": "404"}
    async with serving(answering(pages, asked)) as url:
        for path, word in told.items():
            ran = await place.call("detect", f"{url}{path}")
            assert (ran.status, ran.out, word in " ".join(ran.err.split())) == (1, "", True), (path, ran)
            assert path == "/gone" or "--file PAGE --url URL" in " ".join(ran.err.split())
        wall = await place.call("detect", f"{url}/login")
        assert wall.status == 1
        assert "a form to sign in" in wall.out
    assert "/closed" not in asked
    saved = place.folder / "guard.html"
    saved.write_text("<html><script>window._cf_chl_opt = {}</script></html>")
    ran = await place.call("detect", "--file", str(saved), "--url", "https://acme.example/")
    assert (ran.status, "browser check" in ran.err) == (1, True)


async def test_what_a_person_may_get_wrong(place: Place) -> None:
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        (): (2, "give the address of a page"),
        ("acme.example/topic/1",): (2, "not a whole address"),
        ("--file", "none.html", "--url", "https://acme.example/"): (1, "No such file"),
        ("http://127.0.0.1:9/",): (1, "Connect"),
    }
    for words, (status, word) in cases.items():
        ran = await place.call("detect", *words, columns=110)
        assert (ran.status, ran.out, word in ran.err) == (status, "", True), (words, ran)
