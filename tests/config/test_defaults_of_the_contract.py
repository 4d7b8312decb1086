"""The defaults are those of the contract, key by key."""

from datetime import timedelta
from pathlib import Path

import pytest
from jinja2.sandbox import SandboxedEnvironment

from forum_bridge.config import CasesFrom, Who
from forum_bridge.model import WatchKind

from .conftest import Load, config_of


def test_every_default(load_text: Load, valid: str, tmp_path: Path) -> None:
    config = config_of(load_text(valid))
    forum = config.forums["yardim"]

    assert config.deskie.api_url == "https://acme.deskie.io/api/"
    assert config.deskie.budget_share == 0.7
    assert config.deskie.new_cases_per_day is None
    assert config.deskie.timeout == timedelta(seconds=30)
    assert (config.webhook.bind, config.webhook.host, config.webhook.port) == ("127.0.0.1:8090", "127.0.0.1", 8090)
    assert config.webhook.public_url is None
    assert config.ledger.path == tmp_path / "ledger.sqlite3"
    assert config.adapters_dir == tmp_path / "adapters"
    assert forum.timezone == "Europe/Istanbul"
    assert (forum.every.min, forum.every.max) == (timedelta(minutes=1), timedelta(minutes=30))
    assert str(forum.start_from) == "now"
    assert (forum.own_authors, forum.ignore_authors) == ((), ())
    assert forum.identity is None
    assert forum.conversation == "author_in_thread"
    assert forum.cases.from_ is None
    assert forum.cases.others == "ignore"
    assert forum.cases.subject == "{{ thread.title }}"
    assert (forum.cases.labels, forum.cases.custom_fields) == ((), {})
    assert (forum.cases.group, forum.cases.priority, forum.cases.language) == (None, None, None)
    assert forum.cases.customer.name == "{{ author.name }}"
    assert forum.cases.when_closed == "append"
    assert (forum.answers.from_rules, forum.answers.from_api) == ("publish", "publish")
    assert forum.answers.aliases == {}
    assert forum.i_have_permission is False
    assert forum.pace == timedelta(seconds=1)
    assert forum.options == {}
    assert forum.channel is None


def test_the_hook_stands_under_its_channel_and_secret(load_text: Load, valid: str, environ: dict[str, str]) -> None:
    webhook = config_of(load_text(valid)).webhook
    assert webhook.path_for("cch42") == f"/deskie/cch42/{environ['HOOK_SECRET']}"


@pytest.mark.parametrize(
    ("kind", "who"),
    [(WatchKind.THREAD, "everyone"), (WatchKind.BOARD, "starter"), (WatchKind.FEED, "everyone"),
     (WatchKind.MENTIONS, "everyone")],
)  # fmt: skip
def test_whose_posts_become_cases_follows_the_watch(load_text: Load, valid: str, kind: WatchKind, who: str) -> None:
    assert config_of(load_text(valid)).forums["yardim"].cases.whose(kind) == CasesFrom(Who(who))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("starter", CasesFrom(Who.STARTER)), ("mentions", CasesFrom(Who.MENTIONS)),
     ("{mentions: [acme, çağrı]}", CasesFrom(Who.MENTIONS, ("acme", "çağrı")))],
)  # fmt: skip
def test_whose_posts_become_cases_as_written(load_text: Load, valid: str, written: str, meant: CasesFrom) -> None:
    config = config_of(load_text(f"{valid}    cases: {{from: {written}}}\n"))
    assert config.forums["yardim"].cases.whose(WatchKind.BOARD) == meant


def test_the_answer_stands_quoted_addressed_and_signed(load_text: Load, valid: str) -> None:
    template = SandboxedEnvironment().from_string(config_of(load_text(valid)).forums["yardim"].answers.template)
    names = {"quote": "> Kargo nerede?", "mention": "@selin", "body": "Yarın geliyor 📦", "agent": {"name": "Ayşe"}}
    assert template.render(names) == "> Kargo nerede?\n\n@selin\nYarın geliyor 📦\n\n— Ayşe"
    assert template.render(body="Tamam", agent={}) == "Tamam"


@pytest.mark.parametrize(
    ("line", "url"),
    [("  base_url: https://help.firm.example/api\n", "https://help.firm.example/api/"),
     ("  base_url: http://127.0.0.1:9/api/\n", "http://127.0.0.1:9/api/"), ("  account: Acme\n",
      "https://acme.deskie.io/api/")],
)  # fmt: skip
def test_where_the_api_is(load_text: Load, valid: str, line: str, url: str) -> None:
    assert config_of(load_text(valid.replace("  account: acme\n", line))).deskie.api_url == url


@pytest.mark.parametrize(
    ("written", "path"),
    [("sqlite:///data/l.db", "{folder}/data/l.db"), ("sqlite:////var/l.db", "/var/l.db"), ("/var/l.db", "/var/l.db"),
     ("l.db", "{folder}/l.db")],
)  # fmt: skip
def test_where_the_ledger_is(load_text: Load, valid: str, tmp_path: Path, written: str, path: str) -> None:
    config = config_of(load_text(f"{valid}ledger:\n  url: {written}\n"))
    assert str(config.ledger.path) == path.format(folder=tmp_path)
    assert config.ledger.url == f"sqlite:///{config.ledger.path}"


def test_unquoted_values_stay_as_they_are_written(load_text: Load, valid: str) -> None:
    text = (
        valid.replace("${FORUM_PASSWORD}", "0123")
        + "    own_authors: [007, yes]\n    cases: {custom_fields: {cf_1: 5}}\n"
    )
    forum = config_of(load_text(text)).forums["yardim"]
    assert forum.login is not None and forum.login.password is not None
    assert forum.login.password.get_secret_value() == "0123"
    assert forum.own_authors == ("007", "yes")
    assert forum.cases.custom_fields == {"cf_1": "5"}


def test_options_of_adapters_are_typed(load_text: Load, valid: str) -> None:
    text = f"{valid}    options: {{pages: 3, rate: 1.5, deep: true, name: ad, quoted: '3', inner: [1, x]}}\n"
    assert config_of(load_text(text)).forums["yardim"].options == {
        "pages": 3, "rate": 1.5, "deep": True, "name": "ad", "quoted": "3", "inner": [1, "x"],
    }  # fmt: skip


def test_a_forum_may_have_its_own_channel(load_text: Load, valid: str) -> None:
    assert config_of(load_text(f"{valid}    channel: cch7\n")).forums["yardim"].channel == "cch7"


def test_every_kind_of_watch(load_text: Load, valid: str) -> None:
    text = (
        f"{valid}      - board: https://forum.example/b\n      - feed: https://feeds.example/x\n      - mentions: yes\n"
    )
    watches = config_of(load_text(text)).forums["yardim"].watch
    assert [(watch.kind, watch.target) for watch in watches] == [
        (WatchKind.THREAD, "https://forum.example/topic/1"), (WatchKind.BOARD, "https://forum.example/b"),
        (WatchKind.FEED, "https://feeds.example/x"), (WatchKind.MENTIONS, ""),
    ]  # fmt: skip
