"""Reads the configuration anew and has the daemon take it over. Whatever is wrong with it is told whole, and the daemon
goes on with the one it has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from forum_bridge.config import Fault, Loaded, load, tidy
from forum_bridge.daemon.adapter_trials import Trial, remark, tried
from forum_bridge.daemon.compose import adapter_faults
from forum_bridge.daemon.daemon import Daemon
from forum_bridge.errors import BridgeError
from forum_bridge.forums.registry import Registry


async def reload(daemon: Daemon, path: Path, environ: Mapping[str, str], trial: Trial) -> bool:
    """Take over the configuration at ``path``, and adapters that changed and pass their trial; return whether that was
    done. Logs every fault, and every key that changed, but no value. Never raises because of what the file or an
    adapter says."""
    log, old = structlog.get_logger(), daemon.registry
    try:
        loaded = await asyncio.to_thread(load, path, environ)
        for warning in loaded.warnings:
            log.warning("configuration_warning", what=str(warning))
        if loaded.config is None:
            known = await asyncio.to_thread(_untried, loaded, old)
            return _faulty(daemon, [*loaded.faults, *adapter_faults(loaded, known)])
        registry, refused = await tried(loaded.config, old, trial)
        if new := {name: why for name, why in refused.items() if name not in old.names()}:
            return _kept(daemon, remark(new))
        if faults := adapter_faults(loaded, registry):
            return _faulty(daemon, faults)
        changed = await daemon.take_over(loaded.config, registry)
    except BridgeError as error:
        return _kept(daemon, f"{error} {error.explanation}")
    except OSError as error:
        return _kept(daemon, f"it cannot be used here: {error.strerror or error}")
    except Exception:  # an adapter of the operator's own may fail in any way
        log.exception("configuration_failed")
        return _kept(daemon, "it failed, see the log")
    log.info("configuration_taken_over", changed=changed or "nothing", forums=sorted(daemon.config.forums))
    daemon.remark = remark(refused) or None
    return True


def _untried(loaded: Loaded, old: Registry) -> Registry:
    """Return the adapters as they stand in their files, but those in Python that changed as they were."""
    if loaded.adapters_dir is None:
        return old
    scripts = old.changed_scripts(loaded.adapters_dir)
    return Registry.load(loaded.adapters_dir, without=scripts).keeping(old, scripts)


def _faulty(daemon: Daemon, faults: Sequence[Fault]) -> bool:
    for fault in tidy(faults):
        structlog.get_logger().error("configuration_fault", what=str(fault))
    return _kept(daemon, "it has faults")


def _kept(daemon: Daemon, why: str) -> bool:
    structlog.get_logger().error("configuration_refused", why=why.strip(), now="the old configuration stays in effect")
    daemon.remark = f"the new configuration was refused, the old one is in effect: {why.strip()}"
    return False
