"""Whatever the bytes are, loading ends in a configuration or in faults, never in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forum_bridge.config import Loaded, effective, load

from .conftest import ENVIRON, VALID

ODD = [
    "\t",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "&a ",
    "*a",
    "!x ",
    "|",
    ">",
    "%",
    "@",
    "#",
    "\n",
    "---\n",
    "? ",
    "<<: ",
]


def loaded(folder: Path, content: bytes) -> Loaded:
    path = folder / "config.yaml"
    path.write_bytes(content)
    result = load(path, ENVIRON, credentials=folder)
    assert (result.config is None) == bool(result.faults)
    assert all(str(fault).isprintable() and fault.mend for fault in result.faults)
    if result.config is not None:
        assert effective(result.config)
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("garbage")


def slow_enough(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow_enough(150)
@given(content=st.binary(max_size=300))
@example(content=b"\xff\xfe\x00")
@example(content=b"\x00" * 100)
@example(content="\ufeff\ufeffa: 1".encode())
@example(content=b"%YAML 9.9\n---\na: 1")
@example(content=b"? {a: b}\n: c")
def test_any_bytes(folder: Path, content: bytes) -> None:
    loaded(folder, content)


@slow_enough(150)
@given(
    text=st.lists(st.one_of(st.sampled_from([*ODD, "deskie", "forums", "a", "${X}"]), st.text(max_size=3)), max_size=30)
)
def test_any_text_that_looks_like_yaml(folder: Path, text: list[str]) -> None:
    loaded(folder, "".join(text).encode("utf-8", "surrogatepass"))


@slow_enough(150)
@given(at=st.integers(0, len(VALID)), cut=st.integers(0, 40), put=st.one_of(st.sampled_from(ODD), st.text(max_size=10)))
def test_a_valid_file_with_a_wound(folder: Path, at: int, cut: int, put: str) -> None:
    loaded(folder, (VALID[:at] + put + VALID[at + cut :]).encode("utf-8", "surrogatepass"))


VALUES = st.recursive(
    st.one_of(st.none(), st.sampled_from(["7d", "1", "true", "${X}", "CHANGE-ME", "{{ a", "https://[", "~x/y"]),
        st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "min", "from"]),
        inner, max_size=3)),
    max_leaves=5,
)  # fmt: skip
KEYS = ["adapter", "url", "login", "timezone", "watch", "every", "start_from", "own_authors", "identity", "cases",
    "answers",
        "i_have_permission", "channel", "pace", "options", "odd"]  # fmt: skip


@slow_enough(200)
@given(forum=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), defaults=VALUES)
def test_any_value_under_any_key(folder: Path, forum: dict[str, object], defaults: object) -> None:
    import json

    text = VALID + "".join(f"    {key}: {json.dumps(value)}\n" for key, value in forum.items())
    loaded(folder, f"{text}defaults: {json.dumps(defaults)}\n".encode("utf-8", "surrogatepass"))
