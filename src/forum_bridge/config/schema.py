"""The whole configuration as one model. Validates shape; what only an adapter knows is checked where adapters
are built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr, SecretStr, StringConstraints

from forum_bridge.config.alerts import AlertConfig
from forum_bridge.config.base import Model
from forum_bridge.config.deskie import DeskieConfig, WebhookConfig
from forum_bridge.config.faults import KeyPath
from forum_bridge.config.forum import ForumConfig
from forum_bridge.config.places import Folder, LedgerConfig

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Substituted = Mapping[KeyPath, tuple[SecretStr, ...]]


class Config(Model):
    """The configuration of forum-bridge."""

    deskie: DeskieConfig = Field(description="The Deskie account.")
    webhook: WebhookConfig = Field(description="Where Deskie sends agents' answers.")
    ledger: LedgerConfig = Field(LedgerConfig(), description="Where the bridge keeps what it knows.")
    alerts: tuple[AlertConfig, ...] = Field((), description="Whom the bridge tells that something needs a person.")
    adapters_dir: Folder = Field(
        Path("adapters"),
        validate_default=True,
        description="Folder of your own adapters and presets; a relative one is taken from this file's folder.",
    )
    defaults: dict[str, object] = Field({}, description="Keys that every forum takes over unless it has its own.")
    forums: dict[Slug, ForumConfig] = Field(
        min_length=1, description="The forums. Each name is part of every key of the ledger: choose it once."
    )
    _substituted: Substituted = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: object) -> None:
        if isinstance(context, dict):
            self._substituted = context.get("substituted", {})

    @property
    def substituted(self) -> Substituted:
        """The texts that references brought into each key: what ``effective`` masks besides the secrets."""
        return self._substituted
