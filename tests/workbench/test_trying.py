"""What a preset finds on a page and what is missing in it, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.place import START, registry
from tests.workbench.odd_forum import OddForum
from tests.workbench.test_measure import RECORDINGS, seen
from tests.workbench.test_theme import themed

from forum_bridge.config import ForumConfig
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.preset_files import PresetMaker, merged, preset_entry
from forum_bridge.forums.registry import Registry
from forum_bridge.testkit.recording import load
from forum_bridge.workbench.fitting import fit
from forum_bridge.workbench.guess.preset import Pages
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.making import made
from forum_bridge.workbench.trying.attempt import Attempt, attempted, preset_of, rehearsed, used_by, zone_of
from forum_bridge.workbench.trying.examine import examined, numbered
from forum_bridge.workbench.trying.findings import Kind
from forum_bridge.workbench.trying.suggest import close
from forum_bridge.workbench.trying.visit import seen_at
from forum_bridge.workbench.trying.wording import advice, status, texts, told, words
from forum_bridge.workbench.writing import save_new

URL = "https://forum.acme.com.tr/forum/oku.asp?konu=17"


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with the preset that was guessed for the odd forum."""
    forum, folder = OddForum(), tmp_path_factory.mktemp("adapters")
    board = Seen("https://forum.acme.com.tr/forum/bolum.asp?bolum=3", forum.board_page(), served=START)
    save_new(made("kahve", fit(Pages(page(), board=board)), None, START).text, folder, "kahve")
    return Registry.load(folder)


@pytest.fixture
def kahve(adapters: Registry) -> AdapterEntry:
    return adapters.get("kahve")


def page(*, ahead: timedelta = timedelta()) -> Seen:
    return Seen(URL, OddForum().thread_page(17), served=START - ahead)


def tried(kahve: AdapterEntry, shown: Seen | None = None, /, **changed: object) -> Attempt:
    """Try the preset with some keys written otherwise."""
    assert isinstance(kahve.maker, PresetMaker)
    return attempted(shown or page(), preset_entry("kahve", "here", merged(kahve.maker.raw, changed)), None)


def test_each_key_and_the_element_that_it_finds(kahve: AdapterEntry) -> None:
    attempt = tried(kahve)
    assert (attempt.findings, attempt.trouble) == ((), "")
    found = attempt.examined
    assert found is not None
    root = numbered(found.seen)
    assert root is not None
    first, second, guest, edited = found.items[:4]
    said = {key: [spot.text for spot in spots] for key, spots in first.spots.items()}
    assert said == {
        "id": ["4707"],
        "author": ["Ayşe Öz"],
        "author_id": ["12"],
        "author_url": ["uye.asp?no=12"],
        "time": ["19 Kas 2026 Perşembe, 05:00"],
        "edited": [],
        "body": [first.spots["body"][0].text],
        "drop": ["İzmir'den sevgiler"],
        "link": ["oku.asp?konu=17&yazi=4707#y4707"],
        "attachments": [],
    }
    for spot, css in (
        (first.spots["time"][0], "td.tarih"),
        (guest.spots["author"][0], "b"),
        (second.spots["body"][0], ".soz"),
    ):
        node = root.css_first(f'{css}[fb-n="{spot.element}"]')
        assert node is not None
        assert spot.text in node.text(separator="") or css == ".soz"
    assert guest.spots["author_id"] == ()
    assert [spot.text for spot in edited.spots["drop"]] == ["Son düzenleme: Bugün, 21:00", "İzmir'den sevgiler"]
    rows = [root.css_first(f'[fb-n="{number}"] > .soz') for number in first.beside]
    assert len(rows) == 1
    assert rows[0] is not None
    assert [spot.text for spot in found.around["pages"]] == ["[1]", "2"]
    assert [item.post and item.post.id for item in found.items] == ["4707", "4714", "4721", "4728", "4735", "4742"]


def test_what_stands_around_the_posts_and_the_quotes_in_them(kahve: AdapterEntry) -> None:
    html = page().html.replace("</center>", "<form class=cevap><textarea name=m></textarea></form></center><!-- x -->")
    login = {"page": "giris.asp", "form": ".giris", "user": "u", "password": "p"}
    member = {"signed_in": ".uye", "login": login, "reply": {"form": ".cevap", "text": "m"}}
    found = tried(kahve, Seen(URL, html, served=START), **member).examined
    assert found is not None
    root = numbered(found.seen)
    assert root is not None
    tags = {}
    for key in ("next", "reply", "login", "title"):
        nodes = [root.css_first(f'[fb-n="{spot.element}"]') for spot in found.around[key]]
        tags[key] = [(node.tag, node.attributes.get("href") or node.text()) for node in nodes if node is not None]
    assert tags == {
        "next": [("a", "oku.asp?konu=17&syf=2")],
        "reply": [("form", "")],
        "login": [],
        "title": [("b", "Kargom nerede kaldı?")],
    }
    assert [[spot.text for spot in item.quotes] for item in found.items] == [
        [], [], [], ["Takip numaranı yazar mısın?"], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.parent.name)
def test_presets_that_ship_find_on_recorded_pages_what_they_read(folder: Path) -> None:
    attempt = attempted(seen(load(folder).pages[0]), registry().get(folder.parent.name), None)
    assert attempt.examined is not None
    assert attempt.thread is not None
    assert [item.post for item in attempt.examined.items if item.post] == list(attempt.thread.posts)
    assert [each for each in attempt.findings if each.needed] == []


TIME = ".tarih =~ ^Yazıldı: (.+?) #"  # what would be guessed
CASES: dict[str, tuple[Mapping[str, Mapping[str, object]], Kind, str, int, bool, tuple[str, ...], str]] = {
    "a class misspelled": ({"posts": {"body": ".sozz"}}, Kind.NOTHING, "posts.body", 6, True, (".soz",), ".soz"),
    "another sign between": (
        {"posts": {"time": ".ta_rih"}}, Kind.NOTHING, "posts.time", 6, False, (".tarih",), TIME,
    ),
    "a container that is no more": (
        {"posts": {"container": "tr:has(> .kime)"}}, Kind.NO_ITEMS, "posts.container", 0, True, (".kim",),
        "tr:has(> .kim)",
    ),
    "a regex that does not fit": (
        {"posts": {"time": ".tarih =~ Posted: (.+)"}}, Kind.CUT, "posts.time", 6, False, (), TIME,
    ),
    "a regex that fits only outside of posts": (
        {"posts": {"time": "b =~ ^(Kargocular .+)"}}, Kind.CUT, "posts.time", 6, False, (), TIME,
    ),
    "what is no time": (
        {"posts": {"time": ".kim"}}, Kind.TIMES, "posts.time", 6, False, (), TIME,
    ),
    "one id for all": (
        {"posts": {"id": ".kim @class"}}, Kind.SAME, "posts.id", 6, True, (), r"a[name] @name =~ ^y(\d+)",
    ),
    "only some have it": (
        {"posts": {"link": ".kim a @href"}}, Kind.SOME, "posts.link", 1, False, (), 'a[href*="konu="] @href',
    ),
    "no title": ({"thread": {"title": ".yoll b"}}, Kind.TITLE, "thread.title", 0, False, (".yol",), ".yol b"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_told_with_what_could_be_meant(kahve: AdapterEntry, case: str) -> None:
    changed, kind, key, count, needed, names, instead = CASES[case]
    attempt = tried(kahve, page(), **changed)
    finding = next(each for each in attempt.findings if each.key == key)
    assert (finding.kind, finding.count, finding.needed) == (kind, count, needed)
    assert (finding.close, finding.instead) == (names, instead)
    reads = kind is Kind.SAME or not needed
    assert (attempt.page is not None) is reads
    for lang in ("en", "tr"):
        assert key in told(finding, words(lang))
        assert all("{" not in each for each in advice(finding, words(lang)))


def test_what_is_not_set_and_what_lies_in_the_future(kahve: AdapterEntry) -> None:
    assert isinstance(kahve.maker, PresetMaker)
    posts = {key: value for key, value in dict(kahve.maker.raw["posts"]).items() if key != "author_id"}  # type: ignore[call-overload]
    entry = preset_entry("kahve", "here", {**kahve.maker.raw, "posts": posts})
    unset = attempted(page(), entry, None).findings
    assert [(each.kind, each.key, each.needed) for each in unset] == [(Kind.UNSET, "posts.author_id", False)]
    early = tried(kahve, page(ahead=timedelta(days=4)))
    assert (Kind.FUTURE, 2) in [(each.kind, each.count) for each in early.findings]


def test_needed_things_come_first_and_skipped_ones_are_none(kahve: AdapterEntry) -> None:
    attempt = tried(kahve, posts={"time": ".x", "body": ".y", "link": ".z @href"})
    assert [each.needed for each in attempt.findings] == [True, False, False]
    skipped = tried(kahve, posts={"skip": ".altyazi", "link": ".altyazi + a @href"})
    assert skipped.examined is not None
    assert [item.skipped for item in skipped.examined.items] == [True, True, False, True, False, True]
    assert {each.key: each.total for each in skipped.findings} == {"posts.link": 2}


def test_a_mark_of_no_post_that_stands_in_all_of_them(kahve: AdapterEntry) -> None:
    attempt = tried(kahve, posts={"skip": ".soz"})
    assert attempt.page is None
    assert [(each.kind, each.key, each.value, each.total) for each in attempt.findings] == [
        (Kind.ALL_SKIPPED, "posts.skip", ".soz", 6)
    ]


def test_a_configured_forum_s_options_and_zone(kahve: AdapterEntry, adapters: Registry) -> None:
    base = {"adapter": "kahve", "url": "https://forum.acme.com.tr/", "watch": [{"thread": URL}]}
    moved = ForumConfig.model_validate({**base, "options": {"posts": {"time": ".yok"}}, "timezone": "Europe/London"})
    attempt = attempted(page(), kahve, moved)
    assert [(each.key, each.value) for each in attempt.findings] == [("posts.time", ".yok")]
    assert str(zone_of(attempt, moved)) == "Europe/London"
    assert str(zone_of(tried(kahve, page(), timezone="UTC"), None)) == "UTC"
    with pytest.raises(ConfigurationRefused, match=r"options of the adapter kahve .*posts\.tim"):
        preset_of(kahve, ForumConfig.model_validate({**base, "options": {"posts": {"tim": ".x"}}}))
    other = used_by(adapters.get("mybb"), moved)
    assert (other.adapter, other.options) == ("mybb", {})


async def test_who_cannot_sign_in_is_not_sent_there_as_a_guest(kahve: AdapterEntry) -> None:
    assert isinstance(kahve.maker, PresetMaker)
    guest = preset_entry("kahve", "here", {key: value for key, value in kahve.maker.raw.items() if key != "login"})
    login = {"user": "acme", "password": "gizli"}
    forum = ForumConfig.model_validate({"adapter": "kahve", "url": URL, "watch": [{"thread": URL}], "login": login})
    with pytest.raises(ConfigurationRefused, match="kahve cannot sign in"):
        await seen_at(URL, guest, forum, lambda: START)


def test_a_board_s_page_is_tried_as_one(kahve: AdapterEntry) -> None:
    board = Seen("https://forum.acme.com.tr/forum/bolum.asp?bolum=3", OddForum().board_page(), served=START)
    attempt = tried(kahve, board)
    assert attempt.examined is not None
    assert (attempt.examined.part, attempt.findings, len(attempt.examined.items)) == ("board", (), 2)
    assert status(attempt, words()) == "reads 2 threads of the board"
    broken = tried(kahve, board, board={"moved": ".cevap", "time": ".y"})
    assert broken.page is None
    assert [(each.key, each.needed) for each in broken.findings] == [("board.moved", True), ("board.time", False)]


def test_an_adapter_that_is_no_preset_shows_its_posts() -> None:
    document = (Path(__file__).parents[1] / "pages" / "flarum" / "thread.recording" / "page-1.json").read_text("utf-8")
    attempt = attempted(Seen("https://forum.example/d/1", document), registry().get("flarum"), None)
    assert attempt.examined is None
    assert attempt.thread is not None
    assert status(attempt, words("tr")).endswith("gönderi okuyor")
    refused = attempted(Seen("https://forum.example/d/1", "<p>x"), registry().get("flarum"), None)
    assert refused.page is None
    assert refused.trouble


async def test_what_would_become_of_it(adapters: Registry, kahve: AdapterEntry) -> None:
    attempt = tried(kahve)
    assert attempt.thread is not None
    samples = [words(lang)("answer.sample") for lang in ("en", "tr")]
    found, answers = await rehearsed(attempt.thread, kahve, adapters, None, lambda: START, samples)
    assert [each.case.user_full_name for each in found.cases] == ["Ayşe Öz", "deniz_k", "Misafir Kişi", "Çağrı"]
    first = found.cases[0]
    assert (first.case.subject, first.posts, first.case.channel) == ("Kargom nerede kaldı?", ("4707", "4728"), "")
    assert "it [b]arrives tomorrow[/b]." in answers[0]
    assert "[b]yarın elinizde[/b] olacak." in answers[1]
    assert answers[0].startswith('[quote="Ayşe Öz"]')
    assert answers[0].endswith("— Elif Kaya")


def test_every_text_stands_in_both_languages_with_the_same_gaps() -> None:
    for key, versions in texts().items():
        gaps = [{name for _, name, _, _ in Formatter().parse(versions[lang]) if name} for lang in ("en", "tr")]
        assert gaps[0] == gaps[1], key
    assert {f"finding.{kind}" for kind in Kind} <= texts().keys()


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (".post_body > .text", [".post-body"]),
        ("#Content", ["#content"]),
        ("div[data-post]", ["[data-postid]"]),
        (".post-body", []),
        (".zzz", []),
        ("", []),
    ],
)
def test_names_that_are_written_nearly_so(selector: str, found: list[str]) -> None:
    assert close(selector, [".post-body", "#content", "[data-postid", ".author"]) == found


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=10), max_size=5))
def test_any_selector_can_be_asked_about(selector: str, names: list[str]) -> None:
    assert set(close(selector, [f".{name}" for name in names])) <= {f".{name}" for name in names}


def test_a_theme_s_page_keeps_its_numbers() -> None:
    shown = themed()
    preset = preset_of(registry().get("mybb"), None)
    assert preset is not None
    found = examined(shown, preset)
    root = numbered(shown)
    assert root is not None
    assert [item.element for item in found.items] == [
        int(node.attributes["fb-n"] or 0) for node in root.css(preset.posts.container)
    ]
