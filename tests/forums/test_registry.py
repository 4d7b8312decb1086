"""Finding adapters, and what is said about broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.forums.conftest import OpenSession

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.contract import CanReply, CanSignIn
from forum_bridge.forums.registry import Registry, UnknownAdapter
from forum_bridge.model import Markup, Watch, WatchKind

READER = """\
markup: html
thread: {match: 'konu/(?P<id>[0-9]+)'}
posts: {container: .gonderi, id: '@data-no', author: .yazar, body: .metin}
"""
PYTHON = """\
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.model import Markup, Reading

class Options(AdapterOptions):
    token: str

class Meydan:
    name = "meydan"
    markup = Markup.HTML
    Options = Options
    def __init__(self, options, session):
        self.options = options
    async def read(self, watch, cursor):
        return Reading()
"""


def test_the_presets_that_ship_are_whole() -> None:
    registry = Registry.load()
    assert {"flaskbb", "sandbox"} <= set(registry.names())
    assert [entry.fault for entry in registry] == [None] * len(registry.names())
    flaskbb = registry.get("flaskbb")
    assert (flaskbb.source, flaskbb.markup) == ("built-in", Markup.MARKDOWN)
    assert flaskbb.capabilities == {"read", "sign_in", "reply", "own_posts"}


def test_an_unknown_name_brings_close_ones() -> None:
    with pytest.raises(UnknownAdapter, match="flaskbbb'") as error:
        Registry.load().get("flaskbbb")
    assert error.value.explanation == "Did you mean flaskbb?"


async def test_files_in_the_adapters_folder(tmp_path: Path, open_to: OpenSession) -> None:
    (tmp_path / "eski.yaml").write_text(READER)
    (tmp_path / "meydan.py").write_text(PYTHON)
    registry = Registry.load(tmp_path)
    eski, meydan = registry.get("eski"), registry.get("meydan")
    assert eski.capabilities == meydan.capabilities == {"read"}
    reader = eski.build({}, await open_to())
    assert not isinstance(reader, CanSignIn)
    assert not isinstance(reader, CanReply)
    assert [fault.path for fault in meydan.check({})] == [("token",)]
    adapter = meydan.build({"token": "x"}, await open_to(), timezone="Europe/Berlin")
    assert (await adapter.read(Watch(WatchKind.THREAD, "x"), None)).posts == ()


def test_a_local_preset_takes_the_place_of_a_built_in_one_and_may_extend_it(tmp_path: Path) -> None:
    (tmp_path / "flaskbb.yaml").write_text("extends: flaskbb\nposts: {body: .icerik}\n")
    entry = Registry.load(tmp_path).get("flaskbb")
    assert entry.fault is None
    assert entry.overrides == "built-in"
    assert entry.source == str(tmp_path / "flaskbb.yaml")
    assert entry.capabilities == {"read", "sign_in", "reply", "own_posts"}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "markup: [", "line"),
        ("a.yaml", "markup: html\nmarkup: bbcode\n", "markup"),
        ("a.yaml", "- markup", "no preset"),
        ("a.yaml", READER.replace(".metin", "'[['"), "posts.body: '[[' is not a CSS selector"),
        ("a.yaml", READER + "govde: .x\n", "govde"),
        ("a.yaml", READER.replace("(?P<id>[0-9]+)", "[0-9]+"), "group named id"),
        ("a.yaml", READER + "reply: {form: form, text: metin}\n", "reply needs login"),
        ("a.yaml", READER + "login: {page: giris, form: form, user: u, password: p}\n", "login needs signed_in"),
        ("a.yaml", "extends: yok\n", "no preset 'yok'"),
        ("a.yaml", "extends: a\n", "no preset 'a'"),
        ("a.py", "raise RuntimeError('patladı')", "RuntimeError: patladı"),
        ("a.py", "x = 1", "it defines 0"),
    ],
)
def test_a_broken_one_is_listed_with_its_fault_and_takes_no_other_down(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "eski.yaml").write_text(READER)
    registry = Registry.load(tmp_path)
    assert registry.get("eski").fault is None
    broken = registry.get("a")
    assert broken.fault is not None
    assert told in broken.fault
    assert [fault.path for fault in broken.check({})] == [()]


def test_presets_that_extend_each_other_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b\n")
    (tmp_path / "b.yaml").write_text("extends: a\n")
    registry = Registry.load(tmp_path)
    assert registry.get("a").fault is not None
    assert registry.get("b").fault is not None


def test_faults_of_options_carry_their_path_and_the_mend() -> None:
    flaskbb = Registry.load().get("flaskbb")
    assert flaskbb.check({"posts": {"body": ".x"}, "pages_a_poll": 3}) == []
    faults = flaskbb.check({"posts": {"boddy": ".x", "id": "[["}, "pages_a_poll": 0, "timezone": "Mars"})
    assert {fault.path for fault in faults} == {("posts", "boddy"), ("posts", "id"), ("pages_a_poll",), ("timezone",)}
    (typo,) = [fault for fault in faults if fault.path == ("posts", "boddy")]
    assert "body" in typo.mend


async def test_options_that_are_wrong_build_nothing(open_to: OpenSession) -> None:
    with pytest.raises(ConfigurationRefused, match=r"posts\.boddy"):
        Registry.load().get("flaskbb").build({"posts": {"boddy": ".x"}}, await open_to())


def test_whole_options_are_those_of_the_forum_over_those_of_the_adapter() -> None:
    flaskbb = Registry.load().get("flaskbb")
    whole = flaskbb.whole({"pages_a_poll": 3}, timezone="Europe/Berlin").model_dump()
    assert (whole["pages_a_poll"], whole["threads_a_poll"], whole["timezone"]) == (3, 20, "Europe/Berlin")
    with pytest.raises(ConfigurationRefused, match=r"markup"):
        Registry.load().get("html").whole({})


async def test_a_whole_preset_may_stand_under_the_options_of_html(open_to: OpenSession) -> None:
    html = Registry.load().get("html")
    assert {fault.path for fault in html.check({})} >= {("markup",), ("thread",), ("posts",)}
    preset = YAML(typ="safe").load(READER)
    assert html.check(preset) == []
    reader = html.build(preset, await open_to())
    assert reader.markup is Markup.HTML
    assert not isinstance(reader, CanReply)
