"""``check`` says what becomes of answers that are marked private."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Place, Tree

NO_MESSAGES = {"message": None}


async def findings(place: Place, **answers: object) -> dict[str, Tree]:
    place.acme["answers"] = answers
    return {each["what"]: each for each in (await place.call("check", "--json")).json}


async def test_nothing_is_said_where_nothing_marks_them(place: Place) -> None:
    assert "private" not in await findings(place)


@pytest.mark.parametrize(("language", "told"), [("tr", "told by a note"), ("never", "status` alone")])
async def test_an_adapter_that_cannot_send_them(place: Place, language: str, told: str) -> None:
    place.acme["options"] = NO_MESSAGES
    found = (await findings(place, private_marker="[private]", tell_agents=language))["private"]
    assert found["ok"] is True
    assert "cannot send personal messages" in found["found"]
    assert told in found["found"]
    assert "by hand" in found["todo"]


async def test_so_does_one_that_only_reads_and_without_an_account_there_is_nothing_to_say(place: Place) -> None:
    place.acme["options"] = {"reply": None, "message": None, "inbox": None}
    found = await findings(place, private_marker="[private]")
    assert "only reads" in found["answer"]["found"]
    assert "cannot send personal messages" in found["private"]["found"]
    del place.acme["login"], place.acme["options"]
    assert "private" not in await findings(place, private_marker="[private]")


async def test_replies_that_nobody_reads(place: Place) -> None:
    found = (await findings(place, private_marker="[private]"))["private"]
    assert found["ok"] is True
    assert "Add `- inbox: true` to forums.acme.watch" in found["todo"]
    place.acme["watch"].append({"inbox": True})
    assert (await findings(place, private_marker="[private]"))["private"]["todo"] == ""


async def test_where_all_is_private_there_is_nothing_to_say(place: Place) -> None:
    place.acme.update(watch=[{"inbox": True}], options=NO_MESSAGES)
    assert "private" not in await findings(place, private_marker="[private]")


@pytest.mark.parametrize(("label", "ok"), [("FORUM", True), ("55", True), ("gizli", False), ("4711", False)])
async def test_a_label_that_deskie_does_not_have(place: Place, label: str, ok: bool) -> None:
    found = (await findings(place, private_label=label))[f"label {label}"]
    assert found["ok"] is ok
    assert "answers of acme" in found["found"]
    assert ("answers.private_label" in found["todo"]) is not ok


async def test_labels_that_cannot_be_read(place: Place) -> None:
    place.desk.faults.next(r"GET /api/labels\.json", "503", 9)
    found = await findings(place, private_label="gizli")
    assert found["labels"]["ok"] is False
    assert found["channel cch42"]["ok"] is True
