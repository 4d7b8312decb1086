from __future__ import annotations

import asyncio
import json
import re
import signal

import aiohttp
import pytest
from tests.cli.conftest import HOOK_SECRET, SECRETS, Place, ended, told

RUNNING = "event=running"


async def test_it_says_that_it_runs_is_ready_and_ends_at_sigterm_with_0(place: Place) -> None:
    async with place.process("run") as bridge, aiohttp.ClientSession() as http:
        log = await told(bridge, RUNNING)
        log += await told(bridge, "event=desk_ready")
        async with http.get(f"{place.bridge}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})
        async with http.get(f"{place.bridge}/readyz") as answer:
            assert answer.status == 200
            assert (await answer.json())["checks"]["deskie"] == "ok"
        bridge.send_signal(signal.SIGTERM)
        ran = await ended(bridge)
    assert ran.status == 0
    assert ran.out == ""
    for line in (log + ran.err).splitlines():
        pair = r"[\w.]+=(?:\"(?:[^\"\\]|\\.)*\"|[^\s\"]*)"
        assert re.fullmatch(rf"time=\S+Z level=\w+ event={pair[7:]}(?: {pair})*", line), line


async def test_it_is_not_ready_while_deskie_fails_and_says_why_without_a_secret(place: Place) -> None:
    place.desk.faults.next("GET /api/custom_channels", "503", 99)
    async with place.process("run") as bridge, aiohttp.ClientSession() as http:
        await told(bridge, "event=desk_trouble")
        async with http.get(f"{place.bridge}/readyz") as answer:
            assert answer.status == 503
            body = await answer.text()
    assert "503" in json.loads(body)["checks"]["deskie"]
    assert not any(secret in body for secret in SECRETS)


async def test_three_faults_are_told_at_once_each_with_line_key_and_mend(place: Place) -> None:
    path = place.config
    text = path.read_text().replace('"channel": "cch42"', '"channel": "42"').replace('"sandbox",', '"sandbx",')
    text = text.replace('"pace"', '"pase"')
    path.write_text(text)
    (place.folder / "faulty.yaml").write_text(text)
    ran = await place.run("run", "-c", "faulty.yaml")
    assert ran.status == 2
    assert "Traceback" not in ran.err
    lines = ran.err.splitlines()
    for key, mend in (
        ("deskie.channel", "cch42"),
        ("forums.acme.adapter", "Did you mean sandbox?"),
        ("forums.acme.pase", "pace"),
    ):
        line = next(line for line in lines if f" {key}: " in line)
        number = next(
            number for number, each in enumerate(text.splitlines(), 1) if f'"{key.rpartition(".")[2]}":' in each
        )
        assert line.startswith(f"faulty.yaml:{number}: ")
        assert mend in line.partition(" — mend: ")[2]
    assert "3 faults in faulty.yaml" in ran.err
    assert not (place.folder / "ledger.sqlite").exists()


async def test_the_port_is_taken(place: Place) -> None:
    async def hello(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hello, "127.0.0.1", place.port):
        ran = await place.run("run")
    assert ran.status == 1
    assert f"127.0.0.1:{place.port}" in ran.err
    assert "webhook.bind" in ran.err
    assert "Traceback" not in ran.err


async def test_the_ledger_is_held_by_another_process(place: Place) -> None:
    async with place.process("run") as bridge:
        await told(bridge, RUNNING)
        ran = await place.run("run")
        assert ran.status == 1
        assert f"is in use by process {bridge.pid}" in " ".join(ran.err.split())
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(("url", "word"), [("nowhere/l.sqlite", "mkdir"), (".", "is a folder")])
async def test_a_ledger_that_cannot_be(place: Place, url: str, word: str) -> None:
    place.tree["ledger"]["url"] = url
    ran = await place.run("run")
    assert ran.status == 1
    assert word in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


async def test_a_request_that_is_no_http_does_not_bring_the_secret_into_the_log(place: Place) -> None:
    async with place.process("run", "-v") as bridge:
        log = await told(bridge, RUNNING)
        for line in (
            f"POST /deskie/cch42/{HOOK_SECRET} HTTP/9.9\r\n\r\n",
            f"POST /deskie/cch42/{HOOK_SECRET} HTTP/1.1\r\nHost : x\r\n\r\n",
            f"PÖST /deskie/cch42/{HOOK_SECRET}\r\n\r\n",
            f"POST /deskie/cch42/{HOOK_SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            f"POST /deskie/cch42/{HOOK_SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n%%%%",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
            writer.write(line.encode())
            await writer.drain()
            writer.write_eof()
            answer = await reader.read()
            assert HOOK_SECRET.encode() not in answer
            writer.close()
            await writer.wait_closed()
        bridge.send_signal(signal.SIGTERM)
        log += (await ended(bridge)).err
    assert "webhook_unreadable" in log or "level=" in log
    assert HOOK_SECRET not in log
