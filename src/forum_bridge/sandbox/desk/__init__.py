"""A simulated Deskie: its API, its webhook, its faults and its doubts. Knows nothing of the bridge or of any forum."""

from forum_bridge.sandbox.desk.account import Account, Agent, Channel
from forum_bridge.sandbox.desk.api import build_api
from forum_bridge.sandbox.desk.choices import ClosedChatWrite, OlderChatWrite, QuotaStatus
from forum_bridge.sandbox.desk.control import build_control
from forum_bridge.sandbox.desk.delivery import Attempt, Delivery
from forum_bridge.sandbox.desk.faults import Fault, Faults, What
from forum_bridge.sandbox.desk.records import Case, File, Message, Status, Upload, User
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.rules import Happening
from forum_bridge.sandbox.desk.seed import API_KEY, EMAIL, acme
from forum_bridge.sandbox.desk.server import DeskServer
from forum_bridge.sandbox.desk.state import Desk
from forum_bridge.sandbox.desk.switches import AbsorbedWrite, DeepPage, EmptyList, Identifier, Switches

__all__ = [
    "API_KEY",
    "EMAIL",
    "AbsorbedWrite",
    "Account",
    "Agent",
    "Attempt",
    "Case",
    "Channel",
    "ClosedChatWrite",
    "DeepPage",
    "Delivery",
    "Desk",
    "DeskServer",
    "EmptyList",
    "Fault",
    "Faults",
    "File",
    "Happening",
    "Identifier",
    "Message",
    "OlderChatWrite",
    "QuotaStatus",
    "Refusal",
    "Status",
    "Switches",
    "Upload",
    "User",
    "What",
    "acme",
    "build_api",
    "build_control",
]
