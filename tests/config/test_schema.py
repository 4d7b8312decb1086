"""The JSON Schema for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from forum_bridge.config import effective, json_schema

from .conftest import Load, config_of

Node = dict[str, Any]


def plain() -> Node:
    """The schema as an editor gets it."""
    node: Node = json.loads(json.dumps(json_schema()))
    return node


def properties(node: object, name: str = "") -> Iterator[tuple[str, Node]]:
    if isinstance(node, dict):
        for key, inner in node.get("properties", {}).items():
            yield f"{name}.{key}", inner
        for key, inner in node.items():
            yield from properties(inner, f"{name}/{key}")
    if isinstance(node, list):
        for inner in node:
            yield from properties(inner, name)


def test_it_is_plain_json_of_its_draft() -> None:
    schema = plain()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["deskie", "webhook", "forums"]
    assert schema["additionalProperties"] is False


def test_every_key_is_described() -> None:
    schema = plain()
    for name, node in properties(schema):
        about = node.get("description")
        if "$ref" in node:
            about = about or schema["$defs"][node["$ref"].rpartition("/")[2]].get("description")
        assert about or name.endswith("from/anyOf.mentions"), name


def test_defaults_are_a_forum_in_which_nothing_is_required() -> None:
    schema = plain()
    definitions = schema["$defs"]
    assert "required" not in definitions["ForumConfigDefaults"]
    assert "required" not in definitions["LoginConfigDefaults"]
    assert definitions["ForumConfig"]["required"] == ["adapter", "url"]
    assert set(definitions["ForumConfig"]["properties"]) == set(definitions["ForumConfigDefaults"]["properties"])


def test_every_reference_leads_somewhere() -> None:
    schema = plain()
    references = {part.split('"')[0] for part in json.dumps(schema).split('"$ref": "#/$defs/')[1:]}
    assert references <= set(schema["$defs"])


def test_defaults_are_shown_as_they_are_written() -> None:
    definitions = plain()["$defs"]
    assert definitions["DeskieConfig"]["properties"]["timeout"]["default"] == "30s"
    assert definitions["ForumConfig"]["properties"]["every"]["default"] == {"min": "1m", "max": "30m"}
    assert definitions["ForumConfig"]["properties"]["start_from"]["default"] == "now"


def test_the_effective_configuration_loads_once_its_secrets_are_back(load_text: Load, valid: str) -> None:
    config = config_of(load_text(f"{valid}defaults: {{every: 90s, cases: {{from: {{mentions: [ğ]}}}}}}\n"))
    shown = effective(config)
    again = config_of(load_text(shown.replace("secret: '********'", "secret: abcdefghijklmnopqrstuvwxyz")))
    assert effective(again) == shown
    assert "min: 90s" in shown
