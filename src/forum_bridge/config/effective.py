"""The effective configuration as YAML: defaults filled in, secrets masked, also where a reference brought one
into a text."""

from __future__ import annotations

import io

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from forum_bridge.config.base import MASK
from forum_bridge.config.faults import KeyPath
from forum_bridge.config.schema import Config
from forum_bridge.config.words import is_secret


def effective(config: Config) -> str:
    """Return YAML of everything in effect. Keys that are not set are left out; ``defaults`` stand under each forum."""
    tree = config.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"defaults"})
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(_masked(tree, (), config), text)
    return text.getvalue()


def _masked(value: object, path: KeyPath, config: Config) -> object:
    if isinstance(value, dict):
        return {key: _masked(inner, (*path, str(key)), config) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, (*path, index), config) for index, inner in enumerate(value)]
    if "options" in path and is_secret(path):
        return MASK
    text = value if isinstance(value, str) else str(value)
    for secret in config.substituted.get(path, ()):
        hidden = text.replace(secret.get_secret_value(), MASK)
        text = hidden if hidden != text else MASK
    if text == str(value):
        return LiteralScalarString(text) if "\n" in text else value
    return text
