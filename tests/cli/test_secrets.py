"""No command tells a secret, whatever goes wrong."""

from __future__ import annotations

import signal

import pytest
from tests.cli.conftest import CHANNEL, SECRETS, Place, ended, told

from forum_bridge.sandbox.forum.faults import What

LONG_SECRET = "another-secret-of-invented-letters-0002"


@pytest.mark.parametrize("wrong", [False, True])
async def test_no_command_tells_a_secret(place: Place, wrong: bool) -> None:
    secrets = [*SECRETS, LONG_SECRET]
    if wrong:
        place.tree["deskie"]["api_key"] = "wrong-key-of-invented-letters"
        place.acme["login"]["password"] = "wrong-password-of-acme"
        secrets += ["wrong-key-of-invented-letters", "wrong-password-of-acme"]
        place.desk.set_channel(CHANNEL, webhook_url=f"https://x.example/deskie/{CHANNEL}/{LONG_SECRET}")
        place.forum.faults.next("POST /login", What.CUT_AFTER)
        place.desk.faults.next("GET /api/", "html")
    place.acme.update(start_from="all", cases={"from": "everyone", "labels": ["nosuch"]})
    texts = []
    async with place.process("run", "-v") as bridge:
        texts.append(await told(bridge, "event=desk_trouble" if wrong else "event=case_opened"))
        ran = await place.call("status")
        texts += [ran.out, ran.err]
        if not wrong:
            case = place.desk.cases()[0]
            await place.desk.agent_reply(case.case_id, "<p>Bakıyoruz.</p>", 905)
            texts.append(await told(bridge, "event=answer_published"))
        bridge.send_signal(signal.SIGTERM)
        ran = await ended(bridge)
        texts += [ran.out, ran.err]
    thread = f"{place.url}/thread/2"
    for words in (("check",), ("check", "--json"), ("preview", thread), ("preview", thread, "--json"), ("status",),
                  ("config", "show")):  # fmt: skip
        ran = await place.call(*words)
        texts += [ran.out, ran.err]
    told_all = "\n".join(texts)
    assert "event=desk_called" in told_all  # debug events are among them
    for secret in secrets:
        assert secret not in told_all
    assert "Authorization" not in told_all
    assert "Traceback" not in told_all
