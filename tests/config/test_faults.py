"""Every fault at once, each in its line, in words that say what to do."""

from pathlib import Path

import pytest

from forum_bridge.config import Chosen, Fault, Loaded, tidy
from forum_bridge.model import WatchKind

from .conftest import Load


def places(loaded: Loaded) -> list[tuple[int, str]]:
    return [(fault.line, fault.key) for fault in loaded.faults]


def test_three_faults_are_three_faults_in_their_lines(load_text: Load, valid: str) -> None:
    text = valid.replace("account:", "acount:").replace("channel: cch42", "channel: 42\n  base_url: https://x.example")
    text = text.replace("topic/1", "topic/1\n    every: soon")
    loaded = load_text(text)
    assert loaded.config is None
    assert places(loaded) == [(2, "deskie.acount"), (5, "deskie.channel"), (18, "forums.yardim.every")]
    assert "did you mean account?" in str(loaded.faults[0])


def test_a_fault_reads_as_one_line(load_text: Load, valid: str, tmp_path: Path) -> None:
    fault = load_text(valid.replace("forum.example/topic", "other.example/topic")).faults[0]
    assert str(fault) == (
        f"{tmp_path}/config.yaml:16: forums.yardim.watch[0].thread: lies on another host than the forum's url "
        "(here: https://other.example/topic/1) — mend: watch an address of the forum, or correct its url"
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("  account: acme\n", "", 1, "deskie", "neither account nor base_url"),
        ("account: acme", "account: acme\n  base_url: https://x.example/", 3, "deskie.base_url", "delete one"),
        ("account: acme", "account: acme.deskie.io", 2, "deskie.account", "before .deskie.io"),
        ("  email: ayse@firm.example\n", "", 1, "deskie.email", "add a line `email: …` under deskie"),
        ("email: ayse@firm.example", "email:", 3, "deskie.email", "has no value"),
        ("channel: cch42", "channel: cch42\n  budget_share: 1.2", 6, "deskie.budget_share", "at most 1"),
        ("channel: cch42", "channel: cch42\n  new_cases_per_day: 0", 6, "deskie.new_cases_per_day", "at least 1"),
        ("channel: cch42", "channel: cch42\n  new_cases_per_day: few", 6, "deskie.new_cases_per_day", "whole number"),
        ("channel: cch42", "channel: [cch42]", 5, "deskie.channel", "a single value, but is a list"),
        ("  secret: ${HOOK_SECRET}", "  secret: kısa", 7, "webhook.secret", "secrets.token_urlsafe(32)"),
        ("  secret: ${HOOK_SECRET}", f"  secret: {'a' * 23}", 7, "webhook.secret", "shorter than 24"),
        ("  secret: ${HOOK_SECRET}", "  secret: with/slash/of/more/than/24", 7, "webhook.secret", "token_urlsafe"),
        ("webhook:\n", "webhook:\n  bind: 8090\n", 7, "webhook.bind", "127.0.0.1:8090"),
        ("webhook:\n", "webhook:\n  api_key: x\n", 7, "webhook.api_key", "known here: bind, public_url, secret"),
        ("forums:\n", "email: a@b.c\nforums:\n", 8, "email", "it belongs at deskie.email"),
        ("  yardim:", "  Yardım Forumu:", 9, "forums.Yardım Forumu", "1 to 32 of a-z"),
        ("adapter: flaskbb", "adaptor: flaskbb", 10, "forums.yardim.adaptor", "did you mean adapter?"),
        ("https://forum.example/\n", "forum.example\n", 11, "forums.yardim.url", "is not an address"),
        ("    watch:\n", "    watch:\n      - {}\n", 16, "forums.yardim.watch[0]", "does not say what to watch"),
        ("      - thread", "      - mentions: no\n      - thread", 16, "forums.yardim.watch[0].mentions",
         "only be true"),
        ("      - thread", "      - board: https://forum.example/b\n        thread", 17,
         "forums.yardim.watch[0].thread", "dash"),
        ("    watch:", "    timezone: Europe\n    watch:", 15, "forums.yardim.timezone", "not a known timezone"),
        ("    watch:", "    every: {min: 2h}\n    watch:", 15, "forums.yardim.every.min", "longer than max"),
        ("    watch:", "    every: 0s\n    watch:", 15, "forums.yardim.every", "a whole number and a unit"),
        ("    watch:", "    start_from: 2026-02-30\n    watch:", 15, "forums.yardim.start_from", "a date such as"),
        ("    watch:", "    answers: {from_api: publsh}\n    watch:", 15, "forums.yardim.answers.from_api",
         "mean publish?"),
        ("    watch:", "    i_have_permission: maybe\n    watch:", 15, "forums.yardim.i_have_permission",
         "true or false"),
        ("    watch:", "    login: köprü\n    watch:", 15, "forums.yardim.login", "here again (first in line 12)"),
        ("    watch:", "    cases: {priority: urgent}\n    watch:", 15, "forums.yardim.cases.priority", "low, normal"),
        ("    watch:", "    cases: {labels: forum}\n    watch:", 15, "forums.yardim.cases.labels", "a list"),
        ("    watch:", "    cases: {from: nobody}\n    watch:", 15, "forums.yardim.cases.from", "everyone, starter"),
        ("    watch:", "    cases: {from_: everyone}\n    watch:", 15, "forums.yardim.cases.from_",
         "did you mean from?"),
        ("forums:\n", "ledger: {url: 'postgresql+asyncpg://db/x'}\nforums:\n", 8, "ledger.url", "path of a file"),
        ("forums:\n", "ledger: {url: 'mysql://db/x'}\nforums:\n", 8, "ledger.url", "does not know"),
        ("forums:\n", "ledger: {url: ':memory:'}\nforums:\n", 8, "ledger.url", "would forget"),
    ],
)  # fmt: skip
def test_one_slip_is_one_fault(
    load_text: Load, valid: str, old: str, new: str, line: int, key: str, words: str
) -> None:
    loaded = load_text(valid.replace(old, new, 1))
    mine = [fault for fault in loaded.faults if fault.key == key]
    assert [(fault.line, words in str(fault)) for fault in mine] == [(line, True)], "\n".join(map(str, loaded.faults))


def test_every_duplicate_is_named(load_text: Load, valid: str) -> None:
    text = valid.replace("  channel: cch42\n", "  channel: cch42\n  channel: cch43\n  channel: cch44\n")
    assert places(load_text(text)) == [(6, "deskie.channel"), (7, "deskie.channel")]


def test_what_stands_in_the_second_of_two_groups_is_checked_too(load_text: Load, valid: str) -> None:
    loaded = load_text(f"{valid}deskie:\n  bugdet_share: 0.5\n")
    assert places(loaded) == [(17, "deskie"), (18, "deskie.bugdet_share")]


def test_a_missing_group_is_named_at_the_top(load_text: Load, valid: str) -> None:
    loaded = load_text(valid[valid.index("webhook:") :])
    assert [(fault.key, fault.line) for fault in loaded.faults] == [("deskie", 0)]


def test_what_follows_from_a_told_fault_is_not_told(load_text: Load, valid: str) -> None:
    loaded = load_text(valid.replace("url: https://forum.example/", "url: https://CHANGE-ME/"))
    assert places(loaded) == [(11, "forums.yardim.url")]


def test_other_floors_add_faults_to_the_same_list(load_text: Load, valid: str) -> None:
    loaded = load_text(f"{valid}defaults:\n  options:\n    pages: many\n")
    fault = loaded.source.fault(("forums", "yardim", "options", "pages"), "is no number", "write one")
    assert (fault.line, fault.key) == (19, "defaults.options.pages")
    nowhere = loaded.source.fault(("forums", "yardim", "cases", "subject"), "x", "y")
    assert (nowhere.line, nowhere.key) == (9, "forums.yardim.cases.subject")
    assert tidy([fault, nowhere, fault]) == [nowhere, fault]


def test_adapters_are_known_in_spite_of_other_faults(load_text: Load, valid: str, tmp_path: Path) -> None:
    text = f"{valid}    options: {{pages: 3}}\n    evry: 1m\n  bozuk:\n    adapter: CHANGE-ME\n"
    loaded = load_text(f"{text}adapters_dir: mine\n")
    assert loaded.config is None
    assert loaded.chosen == [
        Chosen("yardim", "flaskbb", {"pages": 3}, ((0, WatchKind.THREAD),), frozenset({"user", "password"}))
    ]
    assert loaded.adapters_dir == tmp_path / "mine"


def test_odd_keys_cannot_break_a_line() -> None:
    fault = Fault("c.yaml", 3, 1, ("forums", "a\nb\x1b[31m" + "x" * 99), "p", "m")
    assert str(fault).isprintable()
    assert len(fault.key) < 80
