"""Tells the service manager how the daemon is, as sd_notify(3) describes it: lines in one datagram to the socket that
``$NOTIFY_SOCKET`` names. Without one it tells nobody. Knows no daemon."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Self

import structlog

PATIENCE = 5.0  # seconds; the manager reads at once unless it is ill itself
LONGEST_STATUS = 500  # letters; one line of `systemctl status`


class Notifier:
    """One per process. A manager that cannot be told is a warning in the log, never a reason to fail."""

    def __init__(self, address: str | None = None) -> None:
        """``address``: a path, or ``@`` and a name in the abstract namespace (unix(7)); None tells nobody."""
        self._address = address

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the one for the manager that started this process, if it wants to be told."""
        return cls(environ.get("NOTIFY_SOCKET") or None)

    def ready(self, status: str) -> None:
        """The start, or a reload, is done."""
        self._tell(READY="1", STATUS=status)

    def status(self, status: str) -> None:
        """Say in one line how things stand."""
        self._tell(STATUS=status)

    def alive(self) -> None:
        """Feed the watchdog."""
        self._tell(WATCHDOG="1")

    def reloading(self) -> None:
        """A reload begins; ``ready`` ends it. The moment is what ``Type=notify-reload`` asks for (systemd 253)."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._tell(RELOADING="1", MONOTONIC_USEC=str(now), STATUS="Reading the configuration anew")

    def stopping(self) -> None:
        """The end begins."""
        self._tell(STOPPING="1", STATUS="Finishing what is under way")

    def extend(self, seconds: float, status: str) -> None:
        """Ask for more time to start: so long from now on."""
        self._tell(EXTEND_TIMEOUT_USEC=str(round(seconds * 1_000_000)), STATUS=status)

    def _tell(self, **facts: str) -> None:
        if self._address is None:
            return
        lines = [f"{name}={' '.join(value.split())[:LONGEST_STATUS]}" for name, value in facts.items()]
        place = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(PATIENCE)
                channel.connect(place)
                channel.sendall("\n".join(lines).encode(errors="replace"))
        except OSError as error:
            structlog.get_logger().warning("service_manager_not_told", what=", ".join(facts), why=str(error))


def watchdog_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    """Return how often at least the manager wants to hear that process ``pid`` is alive; None if it does not ask
    (sd_watchdog_enabled(3))."""
    asked = environ.get("WATCHDOG_USEC", "")
    if not asked.isdecimal() or int(asked) == 0 or environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    return int(asked) / 1_000_000
