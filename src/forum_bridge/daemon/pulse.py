"""Asks a bridge that may be running on this machine how it is, at its own door. Reads ``/readyz``, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from forum_bridge.config import WebhookConfig

PATIENCE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether a bridge answers, and what it says is wrong, by the name of the part."""

    running: bool
    troubles: Mapping[str, str]


async def pulse(config: WebhookConfig) -> Pulse:
    """Return what the bridge behind ``webhook.bind`` says; a stranger on that port counts as none running."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 -- asked, not bound
    address = f"http://{f'[{host}]' if ':' in host else host}:{config.port}/readyz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http,
            http.get(address, allow_redirects=False) as answer,
        ):
            told = await answer.json(content_type="application/json")
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return Pulse(False, {})
    checks = told.get("checks") if isinstance(told, dict) else None
    if not isinstance(checks, dict):
        return Pulse(False, {})
    return Pulse(True, {str(part): str(said) for part, said in checks.items() if said != "ok"})
