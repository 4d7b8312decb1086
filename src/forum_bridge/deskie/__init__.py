"""Deskie: its API as calls, its request budget, its channels and what its webhook brings. Knows no forum and no
ledger. What the floors above use is named here; the files beside it are this floor's own affair."""

from forum_bridge.deskie.budget import Budget, Priority
from forum_bridge.deskie.channel import ChannelFault, check_channel, find_channel
from forum_bridge.deskie.client import DeskieClient
from forum_bridge.deskie.exchange import Page
from forum_bridge.deskie.records import (
    Agent,
    Case,
    CaseStatus,
    Channel,
    ChannelType,
    Group,
    Label,
    Language,
    Message,
    NewCase,
    User,
)
from forum_bridge.deskie.trouble import (
    BadWebhook,
    CaseNotFound,
    DeskDeclined,
    DeskRefused,
    NotDeskie,
    RequestsSpent,
)
from forum_bridge.deskie.webhook import AgentAnswer, Ignored, InternalNote, Origin, decode

__all__ = [
    "Agent",
    "AgentAnswer",
    "BadWebhook",
    "Budget",
    "Case",
    "CaseNotFound",
    "CaseStatus",
    "Channel",
    "ChannelFault",
    "ChannelType",
    "DeskDeclined",
    "DeskRefused",
    "DeskieClient",
    "Group",
    "Ignored",
    "InternalNote",
    "Label",
    "Language",
    "Message",
    "NewCase",
    "NotDeskie",
    "Origin",
    "Page",
    "Priority",
    "RequestsSpent",
    "User",
    "check_channel",
    "decode",
    "find_channel",
]
