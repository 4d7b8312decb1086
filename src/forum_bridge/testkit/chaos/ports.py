"""Finds a port that nobody listens on. Knows nothing of who will."""

from __future__ import annotations

import os
import socket

PORTS = range(15_000, 31_000)  # below those that outgoing connections take


def free_port() -> int:
    """Return a free port on loopback; processes side by side begin to look at different ones. OSError if none is."""
    start = os.getpid() * 37 % len(PORTS)
    for number in range(200):
        port = PORTS[(start + number * 101) % len(PORTS)]
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")
