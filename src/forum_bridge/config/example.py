"""The commented example: beside the code in an installed package, at the root of the project in a checkout."""

from __future__ import annotations

from pathlib import Path


def example_text() -> str:
    """Return the text of config.example.yaml."""
    packaged = Path(__file__).with_name("example.yaml")
    path = packaged if packaged.is_file() else Path(__file__).parents[3] / "config.example.yaml"
    return path.read_text(encoding="utf-8")
