"""``backup`` and ``restore`` beside a running bridge and without one."""

from __future__ import annotations

import stat

from tests.cli.conftest import Place, told

from forum_bridge.sandbox.forum.records import Person


async def test_a_copy_of_a_running_bridge_is_put_back_and_nothing_is_written_twice(place: Place) -> None:
    deniz = place.forum.person("Deniz")
    assert isinstance(deniz, Person)
    copy = place.folder / "copy.sqlite"
    async with place.process("run") as bridge:
        await told(bridge, "running")
        place.forum.open_thread(deniz, "İade", "Geri vermek istiyorum.")
        await told(bridge, "case_opened")
        ran = await place.run("backup", str(copy), "--json")
        assert (ran.status, ran.err) == (0, "")
        assert ran.json == {"target": str(copy), "bytes": copy.stat().st_size}
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        place.forum.open_thread(deniz, "Kargo", "Nerede?")
        await told(bridge, "case_opened")
        refused = await place.run("restore", str(copy))
        assert refused.status == 1
        assert "in use by process" in refused.err
        bridge.terminate()
        await bridge.wait()
    ran = await place.run("restore", str(copy), "--json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.json["kept"].startswith(str(place.folder / "ledger.sqlite.replaced-"))
    async with place.process("run") as bridge:
        await told(bridge, "ledger_was_put_back")
        await told(bridge, "running")
        place.forum.open_thread(deniz, "Fatura", "Faturam yok.")
        await told(bridge, "case_opened")
        bridge.terminate()
        await bridge.wait()
    subjects = sorted(case.subject for case in place.desk.cases())
    assert len(subjects) == 3, subjects


async def test_a_copy_replaces_nothing_unless_it_is_forced(place: Place) -> None:
    ran = await place.call("backup", "copy")
    assert ran.status == 1
    assert "There is no ledger" in ran.err
    async with place.process("run") as bridge:
        await told(bridge, "running")
        bridge.terminate()
        await bridge.wait()
    target = place.folder / "copy"
    target.write_text("mine")
    ran = await place.call("backup", str(target))
    assert ran.status == 1
    assert "is there already" in " ".join(ran.err.split())
    assert target.read_text() == "mine"
    ran = await place.call("backup", str(target), "--force")
    assert ran.status == 0, ran.err
    ran = await place.call("backup", str(place.folder / "ledger.sqlite"), "--force")
    assert "is the ledger itself" in " ".join(ran.err.split())
    folder = place.folder / "copies"
    folder.mkdir()
    ran = await place.call("backup", str(folder))
    assert ran.status == 0, ran.err
    (made,) = folder.iterdir()
    assert made.name.startswith("ledger-")
    assert made.read_bytes()[:15] == b"SQLite format 3"


async def test_a_damaged_ledger_is_told_by_check_and_status(place: Place) -> None:
    async with place.process("run") as bridge:
        await told(bridge, "running")
        bridge.terminate()
        await bridge.wait()
    ran = await place.call("check")
    assert "is sound" in ran.out
    with (place.folder / "ledger.sqlite").open("r+b") as file:
        file.seek(40960)
        file.write(b"\xff" * 8192)
    for command in ("check", "status", "run"):
        ran = await place.run(command)
        assert ran.status == 1, command
        said = " ".join((ran.out + ran.err).split())
        assert "is damaged" in said, (command, said)
        assert "forum-bridge restore" in said
