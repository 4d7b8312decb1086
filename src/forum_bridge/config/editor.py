"""The JSON Schema of the configuration, for editors and for the hints of faults."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

from pydantic.json_schema import GenerateJsonSchema

from forum_bridge.config.base import Model
from forum_bridge.config.durations import format_duration
from forum_bridge.config.schema import Config
from forum_bridge.config.start import StartFrom

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _Schema(GenerateJsonSchema):
    """Writes defaults as the configuration writes them."""

    def encode_default(self, dft: object) -> object:
        if isinstance(dft, timedelta):
            return format_duration(dft)
        if isinstance(dft, Model):
            return dft.model_dump(mode="json", by_alias=True, exclude_none=True)
        return str(dft) if isinstance(dft, StartFrom) else super().encode_default(dft)


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of a configuration file; ``defaults`` is a forum whose keys are all optional."""
    schema = Config.model_json_schema(by_alias=True, schema_generator=_Schema)
    definitions, properties = schema["$defs"], schema["properties"]
    optional = _optional("ForumConfig", definitions)
    about = {key: value for key, value in properties["defaults"].items() if key in {"title", "description"}}
    properties["defaults"] = {"$ref": f"#/$defs/{optional}", **about}
    return {"$schema": DRAFT, **schema, "title": "forum-bridge"}


def _optional(name: str, definitions: dict[str, object]) -> str:
    """Add a copy of a definition without required keys, inner groups likewise; return its name."""
    copied = f"{name}Defaults"
    if copied not in definitions:
        definitions[copied] = {}  # holds the place while inner groups are copied
        definitions[copied] = _loosened(deepcopy(definitions[name]), definitions)
    return copied


def _loosened(node: object, definitions: dict[str, object]) -> object:
    if isinstance(node, list):
        return [_loosened(inner, definitions) for inner in node]
    if not isinstance(node, dict):
        return node
    if isinstance(reference := node.get("$ref"), str):
        return {**node, "$ref": f"#/$defs/{_optional(reference.rpartition('/')[2], definitions)}"}
    return {key: _loosened(inner, definitions) for key, inner in node.items() if key != "required"}
