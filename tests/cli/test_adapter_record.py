"""Recording a running forum, by hand and by the command."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.cli.conftest import Place

from forum_bridge.sandbox.forum.seed import BRIDGE_PASSWORD


async def test_a_thread_is_recorded_and_tested_without_the_forum(place: Place) -> None:
    deniz, elif_ = place.forum.person("Deniz"), place.forum.person("Elif Şahin")
    assert deniz is not None and elif_ is not None
    first = place.forum.open_thread(deniz, "Kargo", "Siparişim nerede? deniz@posta.com.tr 0532 123 45 67")
    for number in range(2, 14):
        reply = place.forum.reply(first.thread_id, elif_ if number % 2 else deniz, f"Gönderi {number}")
        reply.time -= timedelta(minutes=20 - number)
    url = f"{place.url}/thread/{first.thread_id}"

    ran = await place.call("adapter", "record", "sandbox", url)
    assert (ran.status, ran.err) == (0, "")
    folder = next((place.folder / "adapters" / "pages" / "sandbox").iterdir())
    assert str(folder) in ran.out.replace("\n", "")
    kept = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    for real in ("Deniz", "Elif Şahin", "deniz@posta", "532 123", place.url, BRIDGE_PASSWORD):
        assert real not in kept, real
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert [post["text"].split("\n")[0] for post in expected][:2] == [
        "Siparişim nerede? ayse@posta.example +90 500 000 00 00",
        "Gönderi 2",
    ]
    assert len({post["author"] for post in expected}) == 2

    ran = await place.call("adapter", "test", "sandbox")
    assert ran.status == 0
    assert "every promise is kept" in ran.out
    (folder / "expected.json").write_text(json.dumps(expected[:-1]), encoding="utf-8")
    ran = await place.call("adapter", "test", "sandbox", "--json")
    assert ran.status == 1
    assert {"broken", "kept"} == {each["result"] for each in ran.json}


async def test_what_cannot_be_recorded_or_tested_says_what_to_do(place: Place) -> None:
    ran = await place.call("adapter", "test", "sandbox")
    assert (ran.status, ran.out) == (2, "")
    assert "forum-bridge adapter record sandbox URL" in ran.err
    ran = await place.call("adapter", "record", "sandbox", f"{place.url}/thread/404")
    assert ran.status == 1
    assert "404" in ran.err
    ran = await place.call("adapter", "record", "sandbix", f"{place.url}/thread/1")
    assert ran.status == 2
    assert "Did you mean sandbox?" in ran.err
