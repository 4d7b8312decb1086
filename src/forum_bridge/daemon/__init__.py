"""The composition root: builds every part from the configuration, hands the roads to the dispatcher, starts and
stops."""

from forum_bridge.daemon.compose import adapter_faults
from forum_bridge.daemon.daemon import Daemon, running

__all__ = ["Daemon", "adapter_faults", "running"]
