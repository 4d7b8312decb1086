"""A try that follows its files: what is shown after each save, and what while the file cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.place import START
from tests.workbench.odd_forum import OddForum
from tests.workbench.stage import Workplace, workplace

from forum_bridge.sandbox.look.words import LANGUAGES
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.trying.findings import Kind
from forum_bridge.workbench.window.painting import Painting
from forum_bridge.workbench.window.stage import View


@pytest.fixture
async def place(tmp_path: Path) -> Workplace:
    made = workplace(tmp_path)
    await made.stage.look()
    return made


def view(place: Workplace) -> View:
    assert place.stage.view is not None
    return place.stage.view


async def test_what_is_read_is_shown_with_case_and_answer_in_each_language(place: Workplace) -> None:
    shown = view(place)
    assert (place.stage.version, place.stage.shown, place.stage.faults) == (1, 1, ())
    assert shown.attempt.thread is not None
    assert shown.rehearsal is not None
    assert [case.case.user_full_name for case in shown.rehearsal.cases][:2] == ["Ayşe Öz", "deniz_k"]
    assert shown.answers is not None
    assert ["yarın elinizde" in shown.answers[lang] for lang in LANGUAGES] == [False, True]
    assert place.file.read_text("utf-8").splitlines()[shown.lines["posts.body"] - 1].strip().startswith("body: .soz")


async def test_it_is_tried_again_when_the_file_is_saved_and_only_then(place: Workplace) -> None:
    await place.stage.look()
    assert place.stage.version == 1
    place.mend("body: .soz", "body: .sozz")
    await place.stage.look()
    assert (place.stage.version, place.stage.shown) == (2, 2)
    assert [(each.kind, each.key) for each in view(place).attempt.findings] == [(Kind.NOTHING, "posts.body")]
    (place.file.parent.parent / "config.yaml").write_text("forums: {}\n", encoding="utf-8")
    await place.stage.look()
    assert place.stage.version == 3


FAULTS = {
    "no YAML": ("body: .soz ", "body .soz ", "this line is neither", "write a colon", "body .soz"),
    "a key that is unknown": ("author: .kim b", "autor: .kim b", "posts.autor", "write one of", "autor: .kim b"),
    "no selector": ("body: .soz ", "body: '.soz[' ", "posts.body: '.soz[' is not a CSS selector", "", "body: '.soz['"),
    "a key twice": ("  body: .soz", "  id: .x\n  body: .soz", "id", "", "id: .x"),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_a_file_with_a_fault_keeps_the_last_good_view_and_says_where(place: Workplace, case: str) -> None:
    old, new, problem, mend, line = FAULTS[case]
    before = view(place)
    place.mend(old, new)
    await place.stage.look()
    assert (place.stage.version, place.stage.shown, view(place)) == (2, 1, before)
    slip = next(each for each in place.stage.faults if problem in each.problem)
    assert mend in slip.mend
    (meant,) = (each for each in slip.lines if each.meant)
    assert meant.number == slip.line
    assert meant.text.strip().startswith(line)
    place.mend(new, old)
    await place.stage.look()
    assert (place.stage.shown, place.stage.faults) == (2, ())


async def test_a_preset_that_extends_another(place: Workplace) -> None:
    place.write("extends: yok\n")
    await place.stage.look()
    told = [(slip.problem, slip.line) for slip in place.stage.faults]
    assert told == [("extends: there is no preset 'yok' to extend", 1)]
    place.write("extends: mybb\nposts: {bodi: .x}\n")
    await place.stage.look()
    (slip,) = place.stage.faults
    assert (slip.problem, slip.line) == ("posts.bodi: Extra inputs are not permitted", 2)
    place.write("extends: mybb\n")
    await place.stage.look()
    assert (place.stage.faults, view(place).attempt.thread) == ((), None)


async def test_a_file_that_is_gone_or_was_never_good(tmp_path: Path) -> None:
    place = workplace(tmp_path)
    place.write("markup: [\n")
    await place.stage.look()
    assert place.stage.view is None
    for lang in LANGUAGES:
        assert "kahve.yaml" in Painting(place.stage).window(lang)
        assert "Kargom nerede kald" in Painting(place.stage).page(lang)
    place.file.unlink()
    await place.stage.look()
    assert "There is no adapter 'kahve'" in place.stage.faults[0].problem


async def test_options_of_the_configuration_that_cannot_be_used_are_a_fault(place: Workplace) -> None:
    config = place.file.parent.parent / "config.yaml"
    key, secret = "k" * 16, "s" * 32
    config.write_text(
        f"deskie: {{base_url: 'https://desk.example/api/', email: a@b.example, api_key: {key}, channel: cch1}}\n"
        f"webhook: {{secret: {secret}}}\n"
        "forums:\n  acme:\n    adapter: kahve\n    url: https://forum.acme.com.tr/\n"
        "    watch: [{board: 'https://forum.acme.com.tr/forum/bolum.asp?bolum=3'}]\n    options: {posts: {bodi: .x}}\n",
        encoding="utf-8",
    )
    config.chmod(0o600)
    await place.stage.look()
    assert [slip.problem for slip in place.stage.faults if "posts.bodi" in slip.problem] != []
    assert place.stage.shown == 1


async def test_an_adapter_in_python_that_breaks_takes_nothing_down(place: Workplace) -> None:
    place.file.with_suffix(".py").write_text("raise RuntimeError('boo')\n", encoding="utf-8")
    await place.stage.look()
    assert place.stage.faults != ()
    assert view(place).attempt.thread is not None
    place.file.with_suffix(".py").unlink()
    await place.stage.look()
    assert place.stage.faults == ()


async def test_a_board_and_an_adapter_that_is_no_preset(tmp_path: Path) -> None:
    board = Seen("https://forum.acme.com.tr/forum/bolum.asp?bolum=3", OddForum().board_page(), served=START)
    place = workplace(tmp_path, board)
    place.mend("thread:", "board: {row: .satir, link: 'a @href', moved: 'td:nth-of-type(3)'}\nthread:")
    await place.stage.look()
    painted = Painting(place.stage).news("tr")
    assert "bölümün 2 konusunu okuyor" in painted["parts"]["status"]
    assert "Fatura &amp; iğne" in painted["parts"]["panel"]
    document = (Path(__file__).parents[1] / "pages" / "flarum" / "thread.recording" / "page-1.json").read_text("utf-8")
    flarum = workplace(tmp_path / "flarum", Seen("https://forum.example/d/1", document), name="flarum")
    await flarum.stage.look()
    panel = Painting(flarum.stage).news("en")["parts"]["panel"]
    assert (flarum.stage.faults, 'data-test="post"' in panel, 'data-test="case"' in panel) == ((), True, True)


async def test_times_are_those_of_the_forum_and_what_is_left_out_says_why(place: Workplace) -> None:
    panel = Painting(place.stage).news("tr")["parts"]["panel"]
    assert "19 Kas 2026 05:00" in panel
    assert "Saatler: Europe/Istanbul" in panel
    assert "1. talebi açar" in panel
    place.mend("markup: bbcode", "timezone: UTC\nmarkup: bbcode")
    await place.stage.look()
    english = Painting(place.stage).news("en")["parts"]["panel"]
    assert "19 Nov 2026 05:00" in english
    assert "Times in UTC" in english
    place.mend("author: .kim b", "author: .kim i")
    await place.stage.look()
    unread = Painting(place.stage).news("tr")["parts"]["panel"]
    assert unread.count("okunmuyor: Yazar eksik") == 6
