"""Asks Deskie for its custom channels, at the start and from then on every ten minutes, and says what is wrong with
ours."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.retry import describe
from forum_bridge.config import Config
from forum_bridge.daemon.compose import channel_of
from forum_bridge.deskie import Channel, ChannelFault, check_channel
from forum_bridge.errors import BridgeError
from forum_bridge.model import Clock

WELL = timedelta(minutes=10)
NOT_WELL = timedelta(seconds=15)


def expected_webhook(config: Config, channel: str) -> str | None:
    """Return the address that the channel must have as its webhook URL, None if our public address is not
    configured."""
    if config.webhook.public_url is None:
        return None
    return config.webhook.public_url.rstrip("/") + config.webhook.path_for(channel)


def channel_faults(config: Config, channels: list[Channel]) -> list[ChannelFault]:
    """Return what is wrong with the channels that the configured forums use."""
    used = sorted({channel_of(config, forum) for forum in config.forums.values()})
    return [fault for key in used for fault in check_channel(channels, key, expected_webhook(config, key))]


class DeskCheck:
    """Keeps what is wrong for ``/readyz``; tells the log only what is new."""

    def __init__(self, config: Config, desk: Desk, clock: Clock) -> None:
        self._config = config
        self._desk = desk
        self._clock = clock
        self._troubles: list[str] = ["Deskie has not answered yet"]

    async def run(self) -> datetime:
        """Ask once, take over the channels' types, and return when to ask again."""
        try:
            channels = await self._desk.client.custom_channels()
        except BridgeError as error:
            troubles = [describe(error)]
        else:
            self._desk.learn(channels)
            faults = channel_faults(self._config, channels)
            troubles = [f"{fault.message} {fault.explanation}" for fault in faults]
        for trouble in troubles:
            if trouble not in self._troubles:
                structlog.get_logger().error("desk_trouble", trouble=trouble)
        if self._troubles and not troubles:
            structlog.get_logger().info("desk_ready", account=self._config.deskie.api_url)
        self._troubles = troubles
        return self._clock() + (NOT_WELL if troubles else WELL)

    async def trouble(self) -> str | None:
        """Return what is wrong now in one line, None if nothing is."""
        return "; ".join(self._troubles) or None
