"""Runs a trial in a process of its own with a time limit: what an adapter does wrong there, be it that it never ends,
does the bridge no harm."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

SECONDS = 120.0


async def tried_apart(name: str, config: Path, seconds: float = SECONDS) -> str | None:
    """Return why the adapter must not work under the configuration at this path, or None if it may."""
    command = [sys.executable, "-m", "forum_bridge", "adapter", "trial", name, "--config", str(config)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        return f"its trial was not over after {seconds:.0f} seconds"
    finally:
        if process.returncode is None:
            process.kill()
            with suppress(ProcessLookupError):
                await process.wait()
    try:
        told = json.loads(out)
        return None if told["why"] is None else str(told["why"])
    except (ValueError, KeyError, TypeError):
        return f"its trial ended with status {process.returncode} and without a word"
