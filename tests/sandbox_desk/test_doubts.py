"""Every unsure fact has its switch, every switch its reason, its reader and its test."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest
from tests.sandbox_desk.doubts import DOUBTS, Doubt

from forum_bridge.sandbox.desk import Desk
from forum_bridge.sandbox.desk import switches as module
from forum_bridge.sandbox.desk.switches import Switches

NAMES = [item.name for item in fields(Switches)]
LINE = re.compile(r"^    (\w+): \w+ = .+?  # (.+)$", re.MULTILINE)
REASONS = dict(LINE.findall(inspect.getsource(Switches)))
MARKS = ("doc", "code", "inferred", "unknown")
UNSURE = re.compile(r"\[(?:inferred|unknown)")


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: f"{doubt.section} {doubt.fact}")
def test_every_unsure_fact_has_a_switch_or_a_reason_for_none(doubt: Doubt) -> None:
    assert set(doubt.switches) <= set(NAMES)
    assert bool(doubt.switches) is not bool(doubt.none_because)


@pytest.mark.parametrize("name", NAMES)
def test_every_switch_says_why_it_is_there(name: str) -> None:
    reason = REASONS[name]
    assert any(f"[{mark}" in reason for mark in MARKS) or "own:" in reason


def test_the_table_has_every_switch_of_an_unsure_fact_once() -> None:
    listed = [name for doubt in DOUBTS for name in doubt.switches]
    unsure = {name for name, reason in REASONS.items() if UNSURE.search(reason)}
    assert sorted(listed) == sorted(set(listed))
    assert unsure - set(listed) == set()
    sure = set(listed) - unsure
    assert sure == {"cases_by_custom_id"}  # seen, but in one client only


@pytest.mark.parametrize("name", NAMES)
def test_every_switch_is_read_and_tested(name: str) -> None:
    word = re.compile(rf"\b{name}\b")
    here = Path(__file__)
    source = inspect.getsourcefile(module)
    assert source is not None
    readers = [path for path in Path(source).parent.glob("*.py") if path.name != "switches.py"]
    tests = [path for path in here.parent.glob("test_*.py") if path != here]
    assert any(re.search(rf"switches\.{name}\b", path.read_text("utf-8")) for path in readers)
    assert any(word.search(path.read_text("utf-8")) for path in tests)


def test_every_switch_can_be_set_from_outside() -> None:
    desk = Desk()
    desk.switches.apply(desk.switches.as_json())
    assert desk.switches == Switches()
