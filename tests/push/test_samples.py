"""The samples of docs/samples do what the page says: each sends a post to a running bridge, and takes the answer."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.daemon.place import AGENT, Place, open_place, until, within
from tests.push.place import OTHER, SECRET

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
PHP = shutil.which("php")
php = pytest.mark.skipif(PHP is None, reason="no PHP: install the package php-cli")
PYTHON = ([sys.executable, SAMPLES / "push.py", "send"], [sys.executable, SAMPLES / "push.py", "serve", "{port}"])
IN_PHP = ([PHP, SAMPLES / "push.php", "send"], [PHP, "-S", "127.0.0.1:{port}", SAMPLES / "push.php"])
BOTH = [pytest.param(*PYTHON, id="python"), pytest.param(*IN_PHP, id="php", marks=php)]


def with_app(place: Place, port: int) -> None:
    """Let the bridge have the app of the samples beside its forum."""
    options = {"secret": SECRET, "answers_to": f"http://127.0.0.1:{port}/answers", "private_network": True}
    place.changed()["forums"] = {"app": {"adapter": "push", "url": "https://app.example/", "options": options}}


@asynccontextmanager
async def process(command: Sequence[object], **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a sample; it ends with the context."""
    words = [str(each) for each in command]
    pipe = asyncio.subprocess.PIPE
    made = await asyncio.create_subprocess_exec(*words, env={**os.environ, **env}, stdout=pipe, stderr=pipe)
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
        await made.communicate()


async def sent(command: Sequence[object], post_id: str, bridge: str, secret: str = SECRET) -> tuple[int | None, str]:
    """Send a post by a sample."""
    async with process([*command, post_id, "Siparişim nerede? 📦"], SECRET=secret, BRIDGE=bridge) as sender:
        out, _ = await asyncio.wait_for(sender.communicate(), 30)
        return sender.returncode, out.decode()


async def listening(port: int) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return


@pytest.mark.parametrize(("send", "serve"), BOTH)
async def test_a_round_trip(tmp_path: Path, send: Sequence[object], serve: Sequence[object]) -> None:
    answers, port = tmp_path / "answers", Place.free_port()
    command = [str(each).format(port=port) for each in serve]
    async with open_place(tmp_path) as place, process(command, SECRET=SECRET, ANSWERS=str(answers)):
        with_app(place, port)
        async with place.daemon() as daemon:
            bridge = f"http://127.0.0.1:{daemon.door.port}/push/app"
            assert await sent(send, "4711", bridge) == (0, '{"result": "taken", "new": 1, "deleted": 0}\n')
            assert (await sent(send, "4712", bridge, secret=OTHER))[0] != 0
            await place.desk.wait_for(lambda: bool(place.desk.cases()), 30)
            (case,) = place.desk.cases()
            assert "Siparişim nerede? 📦" in place.desk.messages(case)[0].content_html
            await within(listening(port))
            message = await place.desk.agent_reply(case.case_id, "<p>Yolda.</p>", AGENT)
            await until(lambda: bool(list(answers.glob("*.json"))))
    (shown,) = answers.glob("*.json")
    told = json.loads(shown.read_text(encoding="utf-8"))["data"]
    assert told["id"] == f"default:{message.message_id}:1" and "Yolda." in told["text"]
    assert told["thread"]["id"] == "7" and told["in_reply_to"]["id"] == "4711"


@php
def test_the_php_sample_is_php() -> None:
    assert PHP is not None
    subprocess.run([PHP, "-l", str(SAMPLES / "push.php")], check=True, capture_output=True)
