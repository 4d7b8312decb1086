"""Alerts by a program of the operator's own: its arguments as configured, no shell, the text on its standard input."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import ClassVar

from forum_bridge.alerts.channel import NotTold
from forum_bridge.alerts.words import Message
from forum_bridge.config import AlertConfig

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER")  # the bridge's environment may hold secrets


class Command:
    """Runs the program once a message. Exit status 0 means that it was told."""

    one_by_one: ClassVar[bool] = False

    def __init__(self, config: AlertConfig) -> None:
        self.config = config

    async def tell(self, message: Message) -> None:
        """Raises NotTold where the program cannot be run, fails, or takes too long; then it is ended with all that it
        started."""
        program, *arguments = self.config.run
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NotTold(f"{program} cannot be run: {getattr(error, 'strerror', None) or error}") from error
        try:
            async with asyncio.timeout(self.config.timeout.total_seconds()):
                await process.communicate(f"{message.title}\n\n{message.text}\n".encode())
        except TimeoutError:
            raise NotTold(f"{program} took longer than {self.config.timeout.total_seconds():.0f} seconds") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise NotTold(f"{program} ended with status {process.returncode}")
