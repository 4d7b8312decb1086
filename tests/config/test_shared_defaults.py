"""``defaults`` lies under every forum; what is wrong in it is told once, where it stands."""

import pytest

from .conftest import Load, config_of

TWO = "  ikinci:\n    adapter: html\n    url: https://ikinci.example/\n    watch: [{mentions: true}]\n"


def test_groups_are_joined_and_lists_replaced(load_text: Load, valid: str) -> None:
    text = f"{valid}    cases: {{labels: [b]}}\n{TWO}defaults:\n  pace: 3s\n  cases: {{labels: [a], group: Forum}}\n"
    forums = config_of(load_text(text)).forums
    assert forums["yardim"].cases.labels == ("b",)
    assert forums["yardim"].cases.group == "Forum"
    assert forums["ikinci"].cases.labels == ("a",)
    assert forums["ikinci"].pace.total_seconds() == 3


@pytest.mark.parametrize(
    ("defaults", "line", "key"),
    [
        ("  evry: 1m\n", 22, "defaults.evry"),
        ("  every: 1x\n", 22, "defaults.every"),
        ("  login:\n    user: x\n", 22, "defaults.login.password"),
        ("  cases:\n    subject: '{{ topic }}'\n", 23, "defaults.cases.subject"),
        ("  cases:\n    subject: ${NOWHERE}\n", 23, "defaults.cases.subject"),
        ("  cases:\n    subject: CHANGE-ME\n", 23, "defaults.cases.subject"),
        ("  answers: publish\n", 22, "defaults.answers"),
    ],
)
def test_a_fault_in_defaults_is_told_once(load_text: Load, valid: str, defaults: str, line: int, key: str) -> None:
    loaded = load_text(f"{valid}{TWO}defaults:\n{defaults}")
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(line, key)], "\n".join(map(str, loaded.faults))


def test_a_fault_in_defaults_is_told_even_if_no_forum_takes_it_over(load_text: Load, valid: str) -> None:
    loaded = load_text(f"{valid}    every: 5m\ndefaults:\n  every: 1x\n")
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(19, "defaults.every")]


def test_a_forums_own_fault_is_told_at_the_forum(load_text: Load, valid: str) -> None:
    loaded = load_text(f"{valid}    every: 1x\ndefaults:\n  every: 5m\n")
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(17, "forums.yardim.every")]


@pytest.mark.parametrize("defaults", ["[]", "x", "{watch: 3}", "{forums: {}}"])
def test_defaults_of_the_wrong_kind(load_text: Load, valid: str, defaults: str) -> None:
    loaded = load_text(f"{valid}defaults: {defaults}\n")
    assert [fault.line for fault in loaded.faults] == [17]
