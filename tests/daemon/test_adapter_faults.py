from __future__ import annotations

import json
from pathlib import Path

import pytest

from forum_bridge.config import load
from forum_bridge.daemon import adapter_faults
from forum_bridge.forums.registry import Registry

URL = "https://forum.example"


def faults_of(folder: Path, forums: dict[str, object], **more: object) -> list[str]:
    tree = {
        "deskie": {"account": "acme", "email": "ayse@acme.example", "api_key": "key", "channel": "cch42"},
        "webhook": {"secret": "hook-secret-of-invented-letters-0001"},
        "forums": forums,
        **more,
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(tree, indent=1), encoding="utf-8")
    loaded = load(path, {})
    return [str(fault).removeprefix(str(path)) for fault in adapter_faults(loaded, Registry.load(loaded.adapters_dir))]


def forum(**keys: object) -> dict[str, object]:
    return {"adapter": "sandbox", "url": URL, "watch": [{"thread": f"{URL}/thread/1"}], **keys}


def test_a_forum_that_fits_its_adapter_has_none(tmp_path: Path) -> None:
    assert faults_of(tmp_path, {"acme": forum(options={"pages_a_poll": 3})}) == []


@pytest.mark.parametrize("more", [{}, {"nonsense": 1}])
def test_each_is_told_with_line_key_and_mend_also_where_the_file_has_other_faults(
    tmp_path: Path, more: dict[str, object]
) -> None:
    told = faults_of(
        tmp_path,
        {
            "one": forum(adapter="sandbx"),
            "two": forum(options={"posts": {"boddy": ".x"}, "pages_a_poll": 0}),
            "three": forum(watch=[{"thread": f"{URL}/thread/1"}, {"mentions": True}]),
        },
        **more,
    )
    places = [fault.split(": ")[0:2] for fault in told]
    assert [key for _, key in places] == [
        "forums.one.adapter",
        "forums.two.options.posts.boddy",
        "forums.two.options.pages_a_poll",
        "forums.three.watch[1]",
    ]
    lines = (tmp_path / "config.yaml").read_text().splitlines()
    for (line, _), word in zip(places, ("sandbx", "boddy", "pages_a_poll", "{"), strict=True):
        assert word in lines[int(line.strip(":")) - 1]
    assert all(fault.partition(" — mend: ")[2] for fault in told)
    assert "sandbox" in told[0].partition("mend")[2]
    assert "body" in told[1].partition("mend")[2]


def test_a_broken_adapter_of_ones_own_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "mine.yaml").write_text("markup: bbcode\nposts: [\n")
    (fault,) = faults_of(tmp_path, {"acme": forum(adapter="mine")})
    assert "mine.yaml" in fault


@pytest.mark.parametrize("watch", [{}, {"watch": []}])
def test_a_forum_in_which_nothing_is_watched_is_told(tmp_path: Path, watch: dict[str, object]) -> None:
    (fault,) = faults_of(tmp_path, {"acme": {"adapter": "sandbox", "url": URL, **watch}})
    assert "forums.acme" in fault and "nothing is watched — mend: add the line watch:" in fault
