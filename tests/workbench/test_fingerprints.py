"""Every engine is recognised by its own pages and by no other's."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.workbench.recorded import cookie_names, recorded

from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.forums.registry import Registry
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.recognise import recognised

GOLDEN = sorted((Path(__file__).parent.parent / "pages").glob("*/*.html"))
RECORDED = {  # pages, and the engine that each has to show
    "FlaskBB": ["flaskbb/forum", "flaskbb/index", "flaskbb/login", "flaskbb/topic_p1", "flaskbb/topic_p9_beyond"],
    "Fossil": ["fossil/forum", "fossil/login", "fossil/post", "fossil/thread"],
    "Misago": ["misago/index", "misago/categories", "misago/thread_p1"],
    "MyBB": ["mybb/index", "mybb/forum", "mybb/thread-p1", "mybb/login", "mybb/err-thread-missing", "mybb/printthread"],
    "SMF": ["smf/index-first-visit", "smf/forum", "smf/thread-p1", "smf/login", "smf/err-thread-missing"],
    "Flarum": ["flarum/index", "flarum/tag", "flarum/thread-p1"],
    "django-machina": ["machina/index", "machina/forum", "machina/topic_p1"],
    "NodeBB": ["nodebb/topic_p1", "nodebb/topic_p3_last"],
    "phpBB": ["phpbb/index", "phpbb/index-first-visit", "phpbb/forum", "phpbb/thread-p1", "phpbb/err-locked"],
}
FOREIGN = """<html><head><meta name=generator content="Zamanbul 2"></head><body class=forum><ol class=posts>
<li class=post id=p7><a class=username href="/member.php/7">Ada</a><div class=content>Merhaba</div></li></ol>
<nav class=pagination><a rel=next href="/konu/3?page=2">2</a></nav><a href="/login">Login</a></body></html>"""


REGISTRY = Registry.load()


def engines(seen: Seen) -> set[str]:
    return {match.engine for match in recognised(seen, REGISTRY) if match.sure}


def test_every_engine_that_ships_can_be_recognised() -> None:
    spelled = {"html", "feed", "push"}  # any engine, or none
    for entry in REGISTRY:
        assert entry.detect is not None or entry.name in spelled, entry.name


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden_pages_show_their_engine_and_no_other(path: Path) -> None:
    entry = REGISTRY.get(path.parent.name)
    assert entry.detect is not None
    shown = engines(Seen("https://forum.example/", path.read_text(encoding="utf-8")))
    assert shown <= {entry.detect.engine}


@pytest.mark.parametrize(("engine", "page"), [(engine, page) for engine, pages in RECORDED.items() for page in pages])
def test_recorded_pages_show_their_engine_and_no_other(engine: str, page: str) -> None:
    assert engines(Seen("http://127.0.0.1/", recorded(page), cookie_names(page))) == {engine}


def test_a_page_of_an_engine_that_nobody_knows_shows_none() -> None:
    assert engines(Seen("http://127.0.0.1/konu/3", FOREIGN)) == set()


def test_versions_are_told_where_pages_tell_them() -> None:
    fossil = recognised(Seen("http://127.0.0.1/forum", recorded("fossil/thread")), REGISTRY)[0]
    assert (fossil.shown, fossil.entry.name) == ("Fossil 2.21", "fossil")
    smf = recognised(Seen("http://127.0.0.1/index.php?topic=2.0", recorded("smf/thread-p1")), REGISTRY)[0]
    assert (smf.shown, smf.entry.name) == ("SMF 2.1.4", "smf")


def test_of_one_engines_adapters_the_one_that_opens_with_a_key_comes_first() -> None:
    html = (Path(__file__).parent.parent / "pages" / "xenforo-html" / "thread.html").read_text(encoding="utf-8")
    found = [match.entry.name for match in recognised(Seen("https://forum.example/", html), REGISTRY) if match.sure]
    assert found == ["xenforo", "xenforo-html"]


def page(*elements: str) -> Seen:
    return Seen("https://forum.example/", f"<html><body>{''.join(elements)}</body></html>", frozenset())


def test_one_hint_proves_nothing_and_two_do(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(
        "extends: sandbox\ndetect: {engine: Acme, hints: [.acme-a, .acme-b], cookies: '^acme_'}\n"
    )
    registry = Registry.load(tmp_path)
    one, two = page("<i class=acme-a>"), page("<i class=acme-a>", "<i class=acme-b>")
    cookie = Seen(one.url, one.html, frozenset({"acme_sid", "acme_uid"}))
    only_cookies = Seen(one.url, "<p>", cookie.cookies)
    found = [recognised(seen, registry) for seen in (one, two, cookie, only_cookies, page())]
    assert [[match.sure for match in matches] for matches in found] == [[False], [True], [True], [False], []]
    assert found[2][0].marks == (".acme-a", "cookie acme_sid")


def test_a_preset_made_after_another_is_not_taken_for_its_engine(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: fossil\n")
    (tmp_path / "flaskbb.yaml").write_text("extends: flaskbb\nengine: Ours\n")  # takes its namesake's place
    registry = Registry.load(tmp_path)
    assert registry.get("mine").fault is None
    assert registry.get("mine").detect is None
    assert registry.get("flaskbb").detect is not None


@pytest.mark.parametrize(
    ("detect", "told"),
    [
        ("{engine: Acme, hints: .a}", "needs surely, or two of hints and cookies"),
        ("{engine: Acme, surely: 'a[['}", "is not a CSS selector"),
        ("{engine: Acme, surely: .a, cookies: '('}", "is not a regular expression"),
        ("{engine: Acme, surely: .a, thread: 'topic/[0-9]+'}", "needs a group named id"),
        ("{surely: .a}", "engine"),
    ],
)
def test_a_fingerprint_that_could_never_work_is_a_fault(tmp_path: Path, detect: str, told: str) -> None:
    (tmp_path / "acme.yaml").write_text(f"extends: sandbox\ndetect: {detect}\n")
    assert told in (Registry.load(tmp_path).get("acme").fault or "")


def test_a_python_adapter_says_what_it_is_recognised_by(tmp_path: Path) -> None:
    source = (Path(__file__).parents[2] / "src/forum_bridge/forums/template.py").read_text(encoding="utf-8")
    named = 'name = "template"\n    detect = {"engine": "Baslik", "surely": "h1.baslik"}'
    (tmp_path / "baslik.py").write_text(source.replace('name = "template"', named))
    (tmp_path / "faulty.py").write_text(
        source.replace('name = "template"', 'name = "faulty"\n    detect = {"engine": 1}')
    )
    registry = Registry.load(tmp_path)
    detect = registry.get("baslik").detect
    assert isinstance(detect, Fingerprint)
    assert engines(page("<h1 class=baslik>")) == set()
    assert [match.engine for match in recognised(page("<h1 class=baslik>"), registry)] == ["Baslik"]
    assert "detect of faulty" in (registry.get("faulty").fault or "")
