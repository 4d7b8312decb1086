"""``forum-bridge alert --test``: what was taken, what was not, and why, without a secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.alerts.receivers import mail_server, web_server
from tests.cli.conftest import SECRETS, Place


async def test_every_way_is_tried_and_the_one_that_fails_is_named(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "told.txt"
    save = "import sys; open(sys.argv[1], 'w', encoding='utf-8').write(sys.stdin.buffer.read().decode())"
    async with mail_server() as post, web_server() as there:
        there.status = 403
        place.tree["alerts"] = [
            {"to": "command", "run": [sys.executable, "-c", save, str(out)], "language": "tr"},
            {"to": "email", "server": "127.0.0.1", "port": post.port, "security": "none",
             "sender": "kopru@firm.example", "recipients": ["ayse@firm.example"]},
            {"to": "webhook", "url": there.url},
            {"to": "deskie"},
        ]  # fmt: skip
        ran = await place.call("alert", "--test")
    assert ran.status == 1
    assert "command: taken" in ran.out
    assert "email: taken" in ran.out
    assert "webhook: The webhook answered with 403." in ran.out
    assert "deskie: taken, case " in ran.out
    assert "deneme" in out.read_text(encoding="utf-8")
    assert post.mails[0]["Subject"] == "forum-bridge: a test"
    assert place.desk.cases()[-1].subject == "forum-bridge: a test"
    shown = ran.out + ran.err
    assert not any(secret in shown for secret in (*SECRETS, "gizli-anahtar-42"))


async def test_where_nobody_is_to_hear_anything_that_is_said(place: Place) -> None:
    ran = await place.call("alert", "--test")
    assert ran.status == 1
    assert "No alerts are configured" in ran.out


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"to": "email", "server": "m.example"}, "sender"),
        ({"to": "webhook"}, "url"),
        ({"to": "command", "run": ["x"], "server": "m.example"}, "belongs to: email"),
        ({"to": "webhook", "url": "https://x.example/y", "secret": "plain-secret-text"}, "Standard Webhooks"),
        ({"to": "pigeon"}, "to"),
        ({"to": "email", "server": "m.example", "sender": "a@b.example", "recipients": ["c@d.example"], "user": "x"},
         "password"),
        ({"to": "email", "server": "m.example", "sender": "a@b.example\nBcc: x@y.example", "recipients": ["c@d.ex"]},
         "e-mail address"),
        ({"to": "email", "server": "m.example", "sender": "a@b.example", "recipients": ["c@d.example"],
          "user": "x", "password": "plain-secret-text", "security": "none"}, "unprotected"),
    ],
)  # fmt: skip
async def test_a_fault_is_named_with_its_place(place: Place, way: dict[str, object], said: str) -> None:
    place.tree["alerts"] = [way]
    ran = await place.call("alert", "--test")
    assert ran.status == 2
    assert "alerts" in ran.err
    assert said in ran.err
    assert "plain-secret-text" not in ran.err
