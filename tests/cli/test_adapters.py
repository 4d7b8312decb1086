"""``forum-bridge adapters``."""

from __future__ import annotations

from tests.cli.conftest import Place

KEYS = ["name", "source", "read", "reply", "own_posts", "push", "upload", "markup"]


async def test_every_adapter_and_what_it_can_do(place: Place) -> None:
    ran = await place.call("adapters", "--json")
    assert ran.status == 0
    assert all(list(entry) == KEYS for entry in ran.json)
    listed = {entry["name"]: entry for entry in ran.json}
    assert listed["fossil"] == {
        "name": "fossil",
        "source": "built-in",
        "read": True,
        "reply": True,
        "own_posts": True,
        "push": False,
        "upload": False,
        "markup": "markdown",
    }
    assert listed["sandbox"]["upload"] and not listed["feed"]["reply"]
    assert "watches board, thread; reply, own posts" in (await place.call("adapters")).out


async def test_ones_own_stand_among_them_and_a_broken_one_says_what_is_wrong(place: Place) -> None:
    folder = place.folder / "adapters"
    folder.mkdir()
    (folder / "meydan.yaml").write_text("extends: flaskbb\n")
    (folder / "bozuk.yaml").write_text("markup: html\npostss: {}\n")
    ran = await place.call("adapters")
    assert ran.status == 1
    told = " ".join(ran.out.split())
    assert f"from {folder / 'meydan.yaml'}" in told
    assert "✗ bozuk cannot be used" in told and "postss" in told
    faults = {entry["name"]: entry.get("fault") for entry in (await place.call("adapters", "--json")).json}
    assert "postss" in faults["bozuk"] and faults["meydan"] is None
