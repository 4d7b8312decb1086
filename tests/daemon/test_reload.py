"""A reload: a good configuration is taken over without losing anything, a bad one changes nothing and says why."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.daemon.place import (
    AGENT,
    CHANNEL,
    OTHER_SECRET,
    SECRET,
    SECRETS,
    Place,
    knock,
    now,
    open_place,
    until,
    within,
)

from forum_bridge.config import Config
from forum_bridge.daemon.changes import changed_forums, changes
from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger import forums, tally, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.sandbox.forum.faults import What

Logs = list[MutableMapping[str, Any]]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path) as made:
        yield made


async def nobody_tries(name: str) -> str | None:
    raise AssertionError(f"{name} was tried")


def told(logs: Logs, event: str) -> list[MutableMapping[str, Any]]:
    return [each for each in logs if each["event"] == event]


async def sign_in(place: Place) -> str | None:
    async with Ledger.open(place.ledger, now, read_only=True) as ledger, ledger.reading() as db:
        return (await forums.everyone(db))["kargo"].sign_in


async def test_what_changed_is_taken_over_and_told_without_values(place: Place) -> None:
    async with place.daemon() as daemon:
        tree = place.changed()
        tree["webhook"]["secret"] = OTHER_SECRET
        tree["forums"]["kargo"]["every"] = "1s"
        with capture_logs() as logs:
            assert await place.reload(daemon)
        assert await knock(daemon.door.port, OTHER_SECRET) == 400
        assert await knock(daemon.door.port, SECRET) == 404
        await place.ask("Yeni düzen")
    (taken,) = told(logs, "configuration_taken_over")
    assert taken["changed"] == ["webhook.secret", "forums.kargo.every.min", "forums.kargo.every.max"]
    assert not any(secret in str(logs) for secret in SECRETS)


async def test_a_broken_file_keeps_the_old_configuration_and_tells_every_fault(place: Place) -> None:
    async with place.daemon() as daemon:
        before, port = daemon.config, daemon.door.port
        tree = place.changed()
        tree["webhook"]["secret"] = "short"
        tree["forums"]["kargo"]["adapter"] = "phpb"
        tree["forums"]["kargo"]["evry"] = "1s"
        with capture_logs() as logs:
            assert not await place.reload(daemon)
        faults = [each["what"] for each in told(logs, "configuration_fault")]
        assert daemon.config is before
        assert daemon.door.port == port
        assert (await daemon.look()).startswith("the new configuration was refused, the old one is in effect")
        await place.ask("Eski düzen sürüyor")
        assert await knock(port, SECRET) == 400
    assert len(faults) == 3
    for key in ("webhook.secret", "forums.kargo.adapter", "forums.kargo.evry"):
        assert any(key in fault for fault in faults)
    assert [each["log_level"] for each in told(logs, "configuration_refused")] == ["error"]


@pytest.mark.parametrize("text", ["", "forums: [", "\x00"], ids=["empty", "no YAML", "no text"])
async def test_a_file_that_is_no_configuration_keeps_the_old_one(place: Place, text: str) -> None:
    from forum_bridge.daemon.reload import reload

    async with place.daemon() as daemon:
        place.path.write_text(text)
        assert not await reload(daemon, place.path, {}, nobody_tries)
        place.path.unlink()
        assert not await reload(daemon, place.path, {}, nobody_tries)
        await place.ask("Dosya yok")


async def test_the_remark_goes_once_a_reload_succeeds(place: Place) -> None:
    async with place.daemon() as daemon:
        good = place.tree
        place.changed()["webhook"]["secret"] = "short"
        await place.reload(daemon)
        place.tree = good
        with capture_logs() as logs:
            assert await place.reload(daemon)
        assert await daemon.look() == "1 forum; 0 posts and 0 answers waiting; no troubles"
    assert told(logs, "configuration_taken_over")[0]["changed"] == "nothing"


async def test_another_ledger_needs_a_restart(place: Place) -> None:
    async with place.daemon() as daemon:
        place.changed()["ledger"]["url"] = "other.sqlite"
        with capture_logs() as logs:
            assert not await place.reload(daemon)
        assert "needs a restart" in told(logs, "configuration_refused")[0]["why"]
        assert not place.ledger.with_name("other.sqlite").exists()


async def test_the_ledger_stays_locked_throughout(place: Place) -> None:
    async with place.daemon() as daemon:
        place.changed()["forums"]["kargo"]["every"] = "1s"
        assert await place.reload(daemon)
        with pytest.raises(LedgerRefused, match="in use by process"):
            async with Ledger.open(place.ledger, now):
                pass


async def test_a_forum_that_is_added_is_read_and_one_that_is_removed_is_asked_no_more(place: Place) -> None:
    async with place.daemon() as daemon:
        tree = place.changed()
        tree["forums"]["ikinci"] = place.forum_at(place.second_url)
        with capture_logs() as logs:
            assert await place.reload(daemon)
        await within(daemon.settled.wait())
        await place.ask("İkinci forumda", place.second)
        assert told(logs, "configuration_taken_over")[0]["changed"] == ["forums.ikinci (new)"]

        tree = place.changed()
        del tree["forums"]["kargo"]
        with capture_logs() as logs:
            assert await place.reload(daemon)
        asked = place.forum.faults.next(".", What.EMPTY, None)
        await within(daemon.settled.wait())
        for number in range(2):
            await place.ask(f"Hâlâ burada {number}", place.second)
        assert asked.hits == 0
        assert told(logs, "configuration_taken_over")[0]["changed"] == ["forums.kargo (gone)"]


async def test_a_changed_password_is_tried_at_once(place: Place) -> None:
    right = place.tree["forums"]["kargo"]["login"]["password"]
    place.tree["forums"]["kargo"]["login"]["password"] = "unutuldu"
    async with place.daemon():
        assert await sign_in(place) == "refused"
    async with Ledger.open(place.ledger, now) as ledger, ledger.reading() as db:
        (watch,) = await watches.of_forum(db, "kargo")
        later = now() + timedelta(hours=1)
        await ledger.commit(lambda db: watches.trouble(db, watch.id, "refused", due_at=later))
    async with place.daemon(settle=False) as daemon:
        place.changed()["forums"]["kargo"]["login"]["password"] = right
        assert await place.reload(daemon)
        await within(daemon.settled.wait())
        assert await sign_in(place) == "ok"


async def test_what_is_under_way_is_finished_and_the_door_stays_open_meanwhile(place: Place) -> None:
    async with place.daemon() as daemon:
        case = await place.ask("Önce")
        write = place.desk.faults.next(r"POST /api/cases\.json", "hang")
        place.write("Yolda")
        await until(lambda: write.hits == 1)
        place.changed()["forums"]["kargo"]["every"] = "1s"
        reloading, before = asyncio.create_task(place.reload(daemon)), daemon.config
        await until(lambda: daemon.config is not before)
        assert await knock(daemon.door.port, SECRET) == 400
        await place.desk.agent_reply(case, "<p>Yarın teslim edilecek.</p>", AGENT)
        await place.desk.webhooks_idle()
        assert not reloading.done()  # it waits for the write
        write.release()
        assert await reloading
        await until(lambda: bool(place.ours()))
        await place.ask("Sonra")
    assert sorted(each.subject for each in place.desk.cases()) == ["Sonra", "Yolda", "Önce"]
    assert ["Yarın" in text for text in place.ours()] == [True]
    async with Ledger.open(place.ledger, now, read_only=True) as ledger, ledger.reading() as db:
        assert (await tally.counts(db, "post"))[State.SENT] == 3


async def test_no_knock_is_refused_while_doors_change(place: Place) -> None:
    async with place.daemon() as daemon:
        statuses: list[int] = []
        port, over = daemon.door.port, asyncio.Event()

        async def knocking() -> None:
            while not over.is_set():
                statuses.append(await knock(port, SECRET))

        knockers = [asyncio.create_task(knocking()) for _ in range(4)]
        for number in range(3):
            place.changed()["forums"]["kargo"]["pace"] = f"{number + 1}ms"
            assert await place.reload(daemon)
        over.set()
        await asyncio.gather(*knockers)
        assert daemon.door.port == port
    assert set(statuses) == {400}


async def test_the_door_moves_to_another_address(place: Place) -> None:
    async with place.daemon() as daemon:
        old = daemon.door.port
        place.changed()["webhook"]["bind"] = f"127.0.0.1:{place.free_port()}"
        assert await place.reload(daemon)
        assert daemon.door.port != old
        assert await knock(daemon.door.port, SECRET) == 400
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", old)):
            pass


async def test_an_address_that_is_taken_keeps_the_old_configuration(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with place.daemon() as daemon:
            place.changed()["webhook"]["bind"] = f"127.0.0.1:{taken.getsockname()[1]}"
            with capture_logs() as logs:
                assert not await place.reload(daemon)
            assert "in use" in told(logs, "configuration_refused")[0]["why"]
            await place.ask("Kapı yerinde")


async def test_a_forum_with_conversations_cannot_be_renamed(place: Place) -> None:
    async with place.daemon() as daemon:
        await place.ask("Adım kargo")
        tree = place.changed()
        tree["forums"]["posta"] = tree["forums"].pop("kargo")
        with capture_logs() as logs:
            assert not await place.reload(daemon)
        assert "call it kargo again" in told(logs, "configuration_refused")[0]["why"]


async def test_an_adapter_that_fails_keeps_the_old_configuration(place: Place) -> None:
    adapters = place.path.with_name("adapters")
    adapters.mkdir()
    (adapters / "bozuk.py").write_text(
        "from forum_bridge.forums.contract import AdapterOptions\n"
        "class Bozuk:\n"
        "    name, markup, Options = 'bozuk', 'html', AdapterOptions\n"
        "    def __init__(self, options, session):\n"
        "        raise RuntimeError('bozuk')\n"
        "    async def read(self, watch, cursor): ...\n"
    )
    async with place.daemon() as daemon:
        before = daemon.config
        place.changed()["forums"]["kargo"]["adapter"] = "bozuk"
        with capture_logs() as logs:
            assert not await place.reload(daemon)
        assert told(logs, "configuration_failed")
        assert daemon.config is before
        await place.ask("Adaptör bozuk")


def config(change: Callable[[dict[str, Any]], object] = lambda tree: None) -> Config:
    tree: dict[str, Any] = {
        "deskie": {"account": "acme", "email": "bot@acme.example", "api_key": "one", "channel": CHANNEL},
        "webhook": {"secret": SECRET},
        "forums": {
            "kargo": {
                "adapter": "html",
                "url": "https://forum.example",
                "login": {"user": "acme", "password": "bir"},
                "watch": [{"thread": "https://forum.example/t/1"}],
                "options": {"preset": {"token": "gizli"}},
            }
        },
    }
    change(tree)
    return Config.model_validate(tree)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda tree: None, []),
        (lambda tree: tree["deskie"].update(api_key="two"), ["deskie.api_key"]),
        (lambda tree: tree["forums"]["kargo"]["login"].update(password="iki"), ["forums.kargo.login.password"]),
        (lambda tree: tree["forums"]["kargo"].pop("login"), ["forums.kargo.login"]),
        (lambda tree: tree["forums"]["kargo"].update(own_authors=["Selin"]), ["forums.kargo.own_authors"]),
        (
            lambda tree: tree["forums"]["kargo"]["options"].update(preset={"token": "açık"}, more=1),
            ["forums.kargo.options.preset.token", "forums.kargo.options.more (new)"],
        ),
        (lambda tree: tree["forums"]["kargo"].update(cases={"from": "starter"}), ["forums.kargo.cases.from"]),
        (
            lambda tree: tree.update(forums={"posta": tree["forums"]["kargo"]}),
            ["forums.kargo (gone)", "forums.posta (new)"],
        ),
        (lambda tree: tree.update(defaults={"pace": "9s"}), []),
    ],
)
def test_changes_are_named_by_key(change: Callable[[dict[str, Any]], object], expected: list[str]) -> None:
    assert changes(config(), config(change)) == expected


def test_changed_forums_are_new_ones_and_those_configured_anew() -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["forums"]["posta"] = tree["forums"]["kargo"]
        tree["deskie"]["api_key"] = "two"

    assert changed_forums(config(), config(change)) == {"posta"}
