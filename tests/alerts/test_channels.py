"""Each way to tell a person, against what really takes it."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from pydantic import ValidationError
from tests.alerts.receivers import mail_server, web_server

from forum_bridge.alerts.channel import NotTold
from forum_bridge.alerts.command import Command
from forum_bridge.alerts.condition import Say
from forum_bridge.alerts.email import Email
from forum_bridge.alerts.webhook import Webhook
from forum_bridge.alerts.words import MOST, Message, message, trial_message
from forum_bridge.config import About, AlertConfig, Language
from forum_bridge.ledger.alerts import AlertRow

NOW = datetime.now(UTC)
SECRET = "whsec_" + "QmlyLXV6dW4tdmUtZ2l6bGktYW5haHRhcg=="


def config(**keys: Any) -> AlertConfig:
    return AlertConfig.model_validate(keys)


def some(language: Language = Language.TR) -> Message:
    row = AlertRow("c", About.SIGN_IN.value, "yardım (refused)", NOW)
    return message(language, "msg_1", [(Say.TROUBLE, row)])


async def test_a_mail_arrives_whole_in_turkish() -> None:
    async with mail_server() as post:
        mail = config(to="email", server="127.0.0.1", port=post.port, security="none",
                      sender="kopru@firm.example", recipients=["ayse@firm.example", "can@firm.example"])  # fmt: skip
        await Email(mail, lambda: NOW).tell(some())
    (got,) = post.mails
    assert got["Subject"] == "forum-bridge: ilginizi bekleyen bir şey var"
    assert got["To"] == "ayse@firm.example, can@firm.example"
    assert got["Message-ID"] == "<msg_1@firm.example>"
    assert "Köprü oturum açamıyor: yardım (refused)" in got.get_content()
    assert "status" in got.get_content()


async def test_a_mail_server_that_wants_a_password_gets_it_and_a_wrong_one_is_no_secret_in_the_error() -> None:
    async with mail_server(auth=True) as post:
        keys = {"to": "email", "server": "127.0.0.1", "port": post.port, "security": "none", "user": "kopru",
                "sender": "kopru@firm.example", "recipients": ["ayse@firm.example"]}  # fmt: skip
        await Email(config(**keys, password="posta-parolasi"), lambda: NOW).tell(some())
        assert len(post.mails) == 1
        with pytest.raises(NotTold, match="535") as error:
            await Email(config(**keys, password="yanlış-parola"), lambda: NOW).tell(some())
    assert "parola" not in str(error.value)


async def test_a_server_without_starttls_gets_no_mail_where_it_is_wanted() -> None:
    async with mail_server() as post:
        mail = config(to="email", server="127.0.0.1", port=post.port, sender="a@firm.example",
                      recipients=["b@firm.example"])  # fmt: skip
        with pytest.raises(NotTold):
            await Email(mail, lambda: NOW).tell(some())
        assert post.mails == []
        post.refuses = "554 gizli-kelime"
        with pytest.raises(NotTold) as error:
            await Email(mail.model_copy(update={"security": "none"}), lambda: NOW).tell(some())
    assert "gizli-kelime" not in str(error.value)


ACCOUNT = {"to": "email", "sender": "a@firm.example", "recipients": ["b@firm.example"],
           "user": "kopru", "password": "posta-parolasi"}  # fmt: skip


@pytest.mark.parametrize(
    "server", ["mail.firm.example", "10.0.0.5", "127.0.0.2", "localhost.firm.example", "127.0.0.1.firm.example"]
)
def test_no_password_is_configured_for_another_machine_without_tls(server: str) -> None:
    with pytest.raises(ValidationError, match="would send the password unprotected") as refused:
        config(**ACCOUNT, server=server, security="none")
    assert "posta-parolasi" not in str(refused.value)
    for security in ("starttls", "tls"):
        assert config(**ACCOUNT, server=server, security=security).password is not None
    assert config(**ACCOUNT, server=server).security == "starttls"  # what counts where nothing is said


@pytest.mark.parametrize("server", ["localhost", "127.0.0.1", "::1"])
def test_to_a_server_on_this_machine_it_may_go_as_it_is(server: str) -> None:
    assert config(**ACCOUNT, server=server, security="none").password is not None


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_without_tls_gets_no_password_where_it_is_wanted(security: str) -> None:
    async with mail_server(auth=True) as post:
        mail = config(**ACCOUNT, server="127.0.0.1", port=post.port, security=security, timeout="2s")
        with pytest.raises(NotTold):
            await Email(mail, lambda: NOW).tell(some())
    assert (post.logins, post.mails) == ([], [])


async def test_a_webhook_is_signed_and_has_the_same_id_at_each_try() -> None:
    async with web_server() as there:
        now = datetime.now(UTC)  # whoever checks the signature looks at the real clock
        hook = Webhook(config(to="webhook", url=there.url, secret=SECRET), lambda: now)
        there.status = 503
        with pytest.raises(NotTold, match="503") as error:
            await hook.tell(some())
        assert "gizli-anahtar" not in str(error.value)
        there.status = 204
        await hook.tell(some())
    (headers, content), (again, _) = there.got
    told = standardwebhooks.Webhook(SECRET).verify(content, {key.lower(): each for key, each in headers.items()})
    assert told["type"] == "forum-bridge.alert"
    assert told["data"]["items"][0]["about"] == "sign_in"
    assert {key.lower(): each for key, each in headers.items()}["webhook-id"] == "msg_1"
    assert {key.lower(): each for key, each in again.items()}["webhook-id"] == "msg_1"


async def test_a_webhook_without_a_secret_is_not_signed_and_follows_nobody() -> None:
    async with web_server() as there:
        there.status = 302
        hook = Webhook(config(to="webhook", url=there.url), lambda: NOW)
        with pytest.raises(NotTold, match="302"):
            await hook.tell(some())
    assert len(there.got) == 1
    assert not any(key.lower() == "webhook-signature" for key in there.got[0][0])
    with pytest.raises(NotTold, match="not reached") as error:
        await hook.tell(some())
    assert "gizli-anahtar" not in str(error.value)


SAVE = """
import json, os, sys
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump({"argv": sys.argv[2:], "text": sys.stdin.buffer.read().decode(), "env": dict(os.environ)}, file)
"""


async def test_a_command_gets_the_text_on_its_standard_input_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKIE_KEY", "gizli-anahtar-42")
    script, out = tmp_path / "tell.py", tmp_path / "out.json"
    script.write_text(SAVE)
    argv = [sys.executable, str(script), str(out), "$(touch /tmp/x); `id`", "ş"]
    await Command(config(to="command", run=argv)).tell(some())
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["argv"] == ["$(touch /tmp/x); `id`", "ş"]
    assert told["text"] == f"{some().title}\n\n{some().text}\n"
    assert "gizli-anahtar-42" not in json.dumps(told["env"])


async def test_a_command_that_fails_hangs_or_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotTold, match="status 3"):
        await Command(config(to="command", run=[sys.executable, "-c", "raise SystemExit(3)"])).tell(some())
    with pytest.raises(NotTold, match="cannot be run"):
        await Command(config(to="command", run=[str(tmp_path / "nowhere")])).tell(some())
    child = "import subprocess, sys; subprocess.run(['sleep', '60'])"
    hangs = config(to="command", run=[sys.executable, "-c", child], timeout="500ms")
    async with asyncio.timeout(30):
        with pytest.raises(NotTold, match="took longer"):
            await Command(hangs).tell(some())


@pytest.mark.parametrize("language", Language)
def test_everything_can_be_said_and_a_long_list_is_cut(language: Language) -> None:
    for about in About:
        row = AlertRow("c", about.value, "x", NOW)
        for say in Say:
            text = message(language, "m", [(say, row)]).text
            assert "x" in text
            assert ("→" in text) == (say is not Say.OVER)
    many = [(Say.TROUBLE, AlertRow("c", "dead", f"post-{number}", NOW)) for number in range(MOST + 7)]
    assert "7" in message(language, "m", many).text.splitlines()[-1]
    assert trial_message(language, "m").items == ()
