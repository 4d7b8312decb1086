"""``forget``: shown first, carried out by the running bridge, which goes on."""

from __future__ import annotations

from tests.cli.conftest import Place, told

from forum_bridge.sandbox.forum.records import Person


async def test_it_is_shown_first_and_the_running_bridge_erases_and_goes_on(place: Place) -> None:
    deniz = place.forum.person("Deniz")
    assert isinstance(deniz, Person)
    other = place.forum.register("Zürafaperver", "a-password-of-invented-letters")
    async with place.process("run") as bridge:
        await told(bridge, "running")
        place.forum.open_thread(other, "Zürafamı arıyorum", "Ormanda kaybettim.")
        await told(bridge, "case_opened")
        shown = await place.run("forget", "Zürafaperver", "--desk")
        assert shown.status == 0, shown.err
        said = " ".join(shown.out.split())
        assert "1 posts" in said
        assert "1 cases and 1 profiles" in said
        assert "Nothing was erased" in said
        (case,) = place.desk.cases()
        ran = await place.run("forget", "Zürafaperver", "--desk", "--yes")
        assert (ran.status, ran.err) == (0, "")
        assert "Erased: 1 posts" in " ".join(ran.out.split())
        assert case not in place.desk.cases()
        again = await place.run("forget", "Zürafaperver")
        assert again.status == 1
        assert "knows no author" in again.err
        place.forum.open_thread(deniz, "Kargo", "Nerede?")
        await told(bridge, "case_opened")
        raw = b"".join(file.read_bytes() for file in place.folder.glob("ledger.sqlite*") if file.is_file())
        assert "Zürafa".encode() not in raw
        assert b"Ormanda" not in raw
        bridge.terminate()
        await bridge.wait()
