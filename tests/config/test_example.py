"""The example is the contract: every key is in it, its commented defaults are the defaults, and as it stands it is
refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from forum_bridge.config import effective, example_text, json_schema

from .conftest import Load, config_of


def filled(text: str) -> str:
    text = text.replace("account: ACCOUNT", "account: acme").replace("email: CHANGE-ME", "email: ayse@firm.example")
    text = text.replace("channel: CHANGE-ME", "channel: cch42")
    text = text.replace("  secret: CHANGE-ME", "  secret: abcdefghijklmnopqrstuvwxyz")
    return text.replace("CHANGE-ME", "forum.example")


def keys(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[str]:
    for option in [node, *node.get("anyOf", []), *node.get("patternProperties", {}).values()]:
        if "$ref" in option:
            yield from keys(schema, schema["$defs"][option["$ref"].rpartition("/")[2]])
        if option is not node:
            yield from keys(schema, option)
        for key, inner in option.get("properties", {}).items():
            yield key
            yield from keys(schema, inner)
            yield from keys(schema, inner.get("items", {}))


def test_the_first_line_names_the_schema() -> None:
    lines = example_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=./config.schema.json"
    assert "forum-bridge config schema > config.schema.json" in lines[1]


def test_every_key_of_the_schema_is_in_it() -> None:
    schema = json_schema()
    known = set(keys(schema, schema))
    assert {"account", "base_url", "from", "aliases", "phone", "mentions", "min", "url", "i_have_permission"} <= known
    written = set(re.findall(r"(?m)(?:^[\s#-]*|[{,] ?)([a-z_]+):", example_text()))
    assert known <= written, known - written


def test_filled_in_it_loads(load_text: Load) -> None:
    loaded = load_text(filled(example_text()))
    assert loaded.faults == []
    assert list(config_of(loaded).forums) == ["flaskbb"]


def test_its_commented_defaults_are_the_defaults(load_text: Load) -> None:
    text = filled(example_text())
    spelled = re.sub(r"(?m)^( *)#(?=\S|$)", r"\1", text[text.index("deskie:") :])
    spelled = re.sub(r"(?m)^-{5,}.*$", "", spelled)
    assert spelled.count("when_closed:") == 1
    loaded = load_text(spelled)
    assert loaded.faults == [], "\n".join(map(str, loaded.faults))
    assert effective(config_of(loaded)) == effective(config_of(load_text(text)))


def test_as_it_stands_it_is_refused_naming_each_placeholder(load_text: Load) -> None:
    text = example_text()
    loaded = load_text(text)
    lines = text.splitlines()
    expected = [
        number for number, line in enumerate(lines, 1)
        if ("ACCOUNT" in line or "CHANGE-ME" in line) and not line.lstrip().startswith("#")
    ]  # fmt: skip
    assert [fault.line for fault in loaded.faults] == expected
    assert all("placeholder" in fault.problem for fault in loaded.faults)
    assert len(expected) == 9
