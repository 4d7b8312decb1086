"""Makes the configured ways to tell a person."""

from __future__ import annotations

from collections.abc import Iterator

from forum_bridge.alerts.channel import Channel
from forum_bridge.alerts.command import Command
from forum_bridge.alerts.desk_case import DeskCase
from forum_bridge.alerts.email import Email
from forum_bridge.alerts.webhook import Webhook
from forum_bridge.config import AlertTo, Config
from forum_bridge.deskie import DeskieClient
from forum_bridge.model import Clock


def channels(config: Config, client: DeskieClient, clock: Clock) -> Iterator[Channel]:
    """Yield each; none is asked anything yet."""
    for each in config.alerts:
        match each.to:
            case AlertTo.COMMAND:
                yield Command(each)
            case AlertTo.EMAIL:
                yield Email(each, clock)
            case AlertTo.WEBHOOK:
                yield Webhook(each, clock)
            case AlertTo.DESKIE:
                yield DeskCase(each, client, config.deskie.channel, clock)
