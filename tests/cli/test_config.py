from __future__ import annotations

import asyncio
import json

import jsonschema
import pytest
from ruamel.yaml import YAML
from tests.cli.conftest import SECRETS, Place

from forum_bridge.config import example_text

FILLED = {"account: ACCOUNT": "account: acme", "email: CHANGE-ME": "email: ayse@firm.example"}
FILLED |= {"channel: CHANGE-ME": "channel: cch42", "https://CHANGE-ME/": "https://forum.example/"}


async def test_the_schema_is_one_and_the_example_fits_it(place: Place) -> None:
    ran = await place.run("config", "schema", FORUM_BRIDGE_CONFIG="/nowhere")
    assert (ran.status, ran.err) == (0, "")
    validator = jsonschema.Draft202012Validator
    validator.check_schema(ran.json)
    text = example_text()
    for before, after in FILLED.items():
        text = text.replace(before, after)
    tree = YAML(typ="safe", pure=True).load(text)
    assert list(validator(ran.json).iter_errors(tree)) == []
    assert list(validator(ran.json).iter_errors(place.tree)) == []
    tree["webhook"]["bnid"] = 1
    del tree["deskie"]["email"]
    told = " ".join(error.message for error in validator(ran.json).iter_errors(tree))
    assert "bnid" in told
    assert "email" in told


async def test_what_is_in_effect_is_shown_without_secrets(place: Place) -> None:
    place.acme["login"]["password"] = "${PAROLA}"
    ran = await place.run("config", "show", PAROLA="acme-parola")
    assert ran.status == 0
    shown = YAML(typ="safe", pure=True).load(ran.out)
    assert shown["deskie"]["api_key"] == shown["webhook"]["secret"] == "********"
    assert shown["forums"]["acme"]["login"] == {"user": "acme_destek", "password": "********"}
    assert shown["forums"]["acme"]["timezone"] == "Europe/Istanbul"
    assert not any(secret in ran.out + ran.err for secret in SECRETS)


async def test_a_secret_that_every_user_can_read_is_a_warning_on_standard_error(place: Place) -> None:
    path = place.config
    open_to_all = place.folder / "open.yaml"
    open_to_all.write_text(path.read_text())
    open_to_all.chmod(0o644)
    ran = await place.call("config", "show", "--config", str(open_to_all), columns=200)
    assert ran.status == 0
    assert ran.err.count("every user of this machine can read") == 3
    assert not any(secret in ran.out + ran.err for secret in SECRETS)


@pytest.mark.parametrize(
    "text", ["", "- a\n", "deskie: [\n", "\x00", "a: &x [*x]\n", "deskie: {api_key: s3cr3t-of-acme}\n"]
)
async def test_a_file_that_is_no_configuration(place: Place, text: str) -> None:
    (place.folder / "bad.yaml").write_text(text)
    for words in (("check",), ("status",), ("config", "show"), ("preview", "https://forum.example/topic/1")):
        ran = await place.call(*words, "-c", str(place.folder / "bad.yaml"))
        assert (ran.status, ran.out) == (2, "")
        assert "— mend: " in ran.err
        assert "Traceback" not in ran.err
        assert "s3cr3t" not in ran.err


async def test_a_reader_that_leaves_early_is_no_failure_to_speak_of(place: Place) -> None:
    async with place.process("config", "schema") as child:
        assert child.stdout is not None
        await child.stdout.readexactly(1)
        child.stdout._transport.close()  # type: ignore[attr-defined]  # as `| head -1` does
        assert child.stderr is not None
        told = (await asyncio.wait_for(child.stderr.read(), 60)).decode()
        await child.wait()
    assert "Traceback" not in told


def test_the_example_is_no_json_by_accident() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(example_text())
