"""Every secret that a configuration can hold is set, much goes wrong on both roads, and then everything that the bridge
said or wrote is searched: logs, commands, pages, errors, alerts, cases, posts, the ledger and what lies beside it."""

from __future__ import annotations

import base64
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from tests.alerts.receivers import Post, Web, mail_server, web_server
from tests.cli.conftest import CHANNEL, SECRETS, Place, Tree, ended, told

from forum_bridge.config import Config
from forum_bridge.forums.api.bell import BellOptions
from forum_bridge.forums.engines.push.options import PushOptions
from forum_bridge.sandbox.forum.faults import What

PARTS = {
    "push": "whsec_" + base64.b64encode(b"push-secret-of-invented-bytes-01").decode(),
    "bell": "bell-secret-of-invented-letters-0001",
    "forum key": "forum-key-of-invented-letters-0001",
    "refused password": "refused-password-of-invented-letters",
    "mail password": "mail-password-of-invented-letters",
    "alert signing": "whsec_" + base64.b64encode(b"sign-secret-of-invented-bytes-01").decode(),
    "alert address": "gizli-anahtar-42",
}
KNOWN = {
    "AlertConfig.password", "AlertConfig.secret", "AlertConfig.url", "DeskieConfig.api_key", "LoginConfig.api_key",
    "LoginConfig.password", "WebhookConfig.secret", "PushOptions.secret", "BellOptions.secret",
}  # fmt: skip


def _secrets(schema: Tree, title: str) -> Iterator[str]:
    """Name the keys that hold secrets."""
    for name, key in schema.get("properties", {}).items():
        if "'writeOnly': True" in str(key):
            yield f"{title}.{name}"
    for name, each in schema.get("$defs", {}).items():
        yield from _secrets(each, name)


def test_it_speaks_of_every_secret_that_there_is() -> None:
    models = (Config, PushOptions, BellOptions)
    assert {name for each in models for name in _secrets(each.model_json_schema(), each.__name__)} == KNOWN


def _filled(place: Place, mail: Post, web: Web) -> None:
    there = {"watch": [{"board": f"{place.url}/board/1"}], "url": place.url}
    place.acme.update(start_from="all", cases={"from": "everyone"})
    place.tree["forums"] |= {
        "app": {"adapter": "push", "url": f"{place.url}/app", "options": {"secret": PARTS["push"],
                                                                         "answers_to": f"{place.url}/nowhere",
                "private_network": True}},
        "community": {"adapter": "discourse", "url": f"{place.url}/c", "watch": [{"board": f"{place.url}/c/x/1"}],
                      "login": {"user": "acme", "api_key": PARTS["forum key"]},
                      "options": {"secret": PARTS["bell"]}},
        "refused": {"adapter": "sandbox", "login": {"user": "acme_destek", "password": PARTS["refused password"]},
                    **there},
    }  # fmt: skip
    place.tree["alerts"] = [
        {"to": "command", "run": [sys.executable, "-c", "raise SystemExit(3)"]},
        {"to": "email", "server": "127.0.0.1", "port": mail.port, "security": "none", "user": "kopru",
         "password": PARTS["mail password"], "sender": "kopru@firm.example", "recipients": ["ayse@firm.example"]},
        {"to": "webhook", "url": web.url, "secret": PARTS["alert signing"]},
        {"to": "deskie"},
    ]  # fmt: skip


@asynccontextmanager
async def _alerted(place: Place) -> AsyncIterator[tuple[Post, Web]]:
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(mail_server(auth=True))
        web = await stack.enter_async_context(web_server())
        web.status = 500
        _filled(place, mail, web)
        yield mail, web


async def _pages(place: Place) -> list[str]:
    """Knock at every door in the wrong way, and return what is said."""
    said = []
    hook = f"/deskie/{CHANNEL}"
    async with aiohttp.ClientSession(place.bridge) as http:
        for method, path in (
            ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/"), ("GET", hook), ("POST", f"{hook}/wrong"),
            ("POST", f"{hook}/{SECRETS[2]}"), ("GET", f"{hook}/{SECRETS[2]}"), ("POST", "/push/app"),
            ("POST", "/push/community"), ("POST", "/push/acme"), ("GET", "/files/1/2/3"),
        ):  # fmt: skip
            async with http.request(method, path, data=b"\x00not what it should be") as answer:
                said += [str(answer.headers), await answer.text()]
    return said


async def test_nothing_that_it_says_or_writes_holds_a_secret(place: Place) -> None:
    texts: list[str] = []
    async with _alerted(place) as (mail, web):
        async with place.process("run", "-v") as bridge:
            texts.append(await told(bridge, "event=case_opened"))
            place.forum.faults.next(r"GET /thread/", What.HALF, 3)
            place.forum.faults.next(r"POST /thread/", What.CUT_AFTER)
            case = next(each for each in place.desk.cases() if each.subject != "forum-bridge: a test")
            await place.desk.agent_reply(case.case_id, "<p>Bakıyoruz.</p>", 905)
            texts.append(await told(bridge, "event=answer_unclear"))
            texts += await _pages(place)
            status = await place.call("status")
            texts += [status.out, status.err]
            bridge.send_signal(signal.SIGTERM)
            ran = await ended(bridge)
            texts += [ran.out, ran.err]
        for words in (("check",), ("check", "--json"), ("status", "--json"), ("config", "show"), ("alert", "--test"),
                      ("audit", "--since", "1h"), ("trace", str(case.case_id)), ("poll", "--once", "--dry-run"),
                      ("backup", str(place.folder / "copy.sqlite")), ("preview", f"{place.url}/thread/2", "--json"),
                      ("adapters", "--json")):  # fmt: skip
            ran = await place.call(*words)
            texts += [ran.out, ran.err]
        texts += [content.decode() for _, content in web.got] + mail.texts()
    texts += [each.text for each in place.forum.posts()]
    texts += [each.content_html for case in place.desk.cases() for each in place.desk.messages(case)]
    files = [each for each in place.folder.rglob("*") if each.is_file() and each.name != "config.yaml"]
    written = [each.read_bytes() for each in files]
    assert any(each.name.startswith("ledger.sqlite") for each in files)
    assert any(each.name == "copy.sqlite" for each in files)
    everything = "\n".join(texts)
    assert "outcome=refused" in everything
    assert web.got
    for secret in (*SECRETS, *PARTS.values()):
        bare = secret.removeprefix("whsec_")
        assert bare not in everything, secret
        assert not any(bare.encode() in content for content in written), secret
    assert "Traceback" not in everything
