"""Reads the configuration anew and has the daemon take it over. Whatever is wrong with it is told whole, and the daemon
goes on with the one it has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from forum_bridge.config import Config, load, tidy
from forum_bridge.daemon.compose import adapter_faults
from forum_bridge.daemon.daemon import Daemon
from forum_bridge.errors import BridgeError
from forum_bridge.forums.registry import Registry


async def reload(daemon: Daemon, path: Path, environ: Mapping[str, str]) -> bool:
    """Take over the configuration at ``path``; return whether that was done. Logs every fault, and every key that
    changed, but no value. Never raises because of what the file or an adapter says."""
    log = structlog.get_logger()
    try:
        read = await asyncio.to_thread(_read, path, environ)
        if read is None:
            return _kept(daemon, "it has faults")
        changed = await daemon.take_over(*read)
    except BridgeError as error:
        return _kept(daemon, f"{error} {error.explanation}")
    except OSError as error:
        return _kept(daemon, f"it cannot be used here: {error.strerror or error}")
    except Exception:  # an adapter of the operator's own may fail in any way
        log.exception("configuration_failed")
        return _kept(daemon, "it failed, see the log")
    log.info("configuration_taken_over", changed=changed or "nothing", forums=sorted(daemon.config.forums))
    daemon.remark = None
    return True


def _read(path: Path, environ: Mapping[str, str]) -> tuple[Config, Registry] | None:
    loaded = load(path, environ)
    registry = Registry.load(loaded.adapters_dir)
    faults = tidy([*loaded.faults, *adapter_faults(loaded, registry)])
    log = structlog.get_logger()
    for warning in loaded.warnings:
        log.warning("configuration_warning", what=str(warning))
    for fault in faults:
        log.error("configuration_fault", what=str(fault))
    return None if faults or loaded.config is None else (loaded.config, registry)


def _kept(daemon: Daemon, why: str) -> bool:
    structlog.get_logger().error("configuration_refused", why=why.strip(), now="the old configuration stays in effect")
    daemon.remark = f"the new configuration was refused, the old one is in effect: {why.strip()}"
    return False
