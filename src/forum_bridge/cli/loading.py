"""Loads configuration and adapters for a command; every fault is printed at once, then the command leaves with 2."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from forum_bridge.config import Config, Fault, load, tidy
from forum_bridge.daemon import adapter_faults
from forum_bridge.forums.registry import Registry

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="FORUM_BRIDGE_CONFIG", help="The configuration file.", show_default=True),
]
DEFAULT = Path("config.yaml")


@dataclass(frozen=True, slots=True)
class Ready:
    """A configuration without faults, and the adapters it may name."""

    config: Config
    registry: Registry


def ready(path: Path) -> Ready:
    """Return configuration and adapters, or print all faults and leave with status 2."""
    loaded = load(path, os.environ)
    registry = Registry.load(loaded.adapters_dir)
    faults = tidy([*loaded.faults, *adapter_faults(loaded, registry)])
    to_person = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for warning in loaded.warnings:
        to_person.print(str(warning), style="yellow")
    if faults or loaded.config is None:
        _print(to_person, faults, path)
        raise typer.Exit(2)
    return Ready(loaded.config, registry)


def _print(to_person: Console, faults: list[Fault], path: Path) -> None:
    for fault in faults:
        to_person.print(str(fault))
    many = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    to_person.print(f"{many} in {path}; nothing was started.", style="bold red")
