"""``audit`` beside a running bridge: what it prints, how it ends, and where it goes on."""

from __future__ import annotations

from tests.cli.conftest import SECRETS, Place, told

from forum_bridge.sandbox.forum.records import Person


async def test_clean_then_wrong_then_unreachable(place: Place) -> None:
    deniz = place.forum.person("Deniz")
    assert isinstance(deniz, Person)
    assert "There is no ledger" in (await place.call("audit")).err
    async with place.process("run") as bridge:
        await told(bridge, "signed_in")
        for title in ("İade", "Kargo"):
            place.forum.open_thread(deniz, title, "Yardım eder misiniz?")
            await told(bridge, "case_opened")
        clean = await place.call("audit", "--since", "1h")
        assert (clean.status, clean.err) == (0, "")
        assert "nothing is wrong" in clean.out
        place.desk.purge(next(case.case_id for case in place.desk.cases() if "İade" in case.subject))
        wrong = await place.call("audit", "--json")
        assert wrong.status == 1
        (finding,) = wrong.json["findings"]
        assert finding["mend"] == f"forum-bridge replay {finding['item']}"
        mended = await place.call(*finding["mend"].split()[1:], "--yes")
        assert (mended.status, mended.err) == (0, "")
        await told(bridge, "case_opened")
        again = await place.call("audit", "--json")
        assert (again.status, again.json["findings"]) == (0, [])
        place.forum.delete(place.forum.posts()[-1].id)
        stale = await place.call("audit", "--json")
        ((what, mend),) = [(each["what"], each["mend"]) for each in stale.json["findings"]]
        assert "no more on the forum" in what
        telling = await place.call(*mend.split()[1:])
        assert (telling.status, telling.err) == (0, "")
        assert "Agents are told" in telling.out
        assert (await place.call("audit", "--json")).json["findings"] == []
        some = await place.call("audit", "--limit", "1")
        assert "--after acme:" in " ".join(some.out.split())
        first = some.out.partition("--after ")[2].split()[0]
        rest = await place.call("audit", "--after", first, "--json")
        assert rest.json["threads"] == wrong.json["threads"] - 1
        bridge.terminate()
        await bridge.wait()
    place.forum.faults.next(r"GET /board/.*", "challenge", times=99)
    blind = await place.call("audit", "--json")
    assert blind.json["unchecked"]
    assert (await place.call("audit", "--forum", "yok")).status == 2
    assert (await place.call("audit", "--since", "yarın")).status == 2
    assert not any(secret in clean.out + wrong.out + some.out + blind.out for secret in SECRETS)
