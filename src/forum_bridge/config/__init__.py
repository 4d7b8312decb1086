"""The configuration: its models, loading with every fault told at once, its JSON Schema and its effective form."""

from forum_bridge.config.alerts import About, AlertConfig, AlertTo, Language
from forum_bridge.config.answers import AnswersConfig, Echo, TellAgents
from forum_bridge.config.base import MASK
from forum_bridge.config.cases import CasesConfig, CasesFrom, CustomerConfig, Deletions, Edits, Others, WhenClosed, Who
from forum_bridge.config.chosen import Chosen
from forum_bridge.config.deskie import DeskieConfig, WebhookConfig
from forum_bridge.config.durations import format_duration, parse_duration
from forum_bridge.config.editor import json_schema
from forum_bridge.config.effective import effective
from forum_bridge.config.example import example_text
from forum_bridge.config.faults import Fault, KeyPath, tidy
from forum_bridge.config.forum import ConversationMode, ForumConfig, Identity, LoginConfig
from forum_bridge.config.loading import Loaded, load
from forum_bridge.config.places import LedgerConfig
from forum_bridge.config.references import CREDENTIALS
from forum_bridge.config.schema import Config
from forum_bridge.config.source import Place, Source
from forum_bridge.config.start import StartFrom, StartKind
from forum_bridge.config.watching import Every, WatchConfig

__all__ = [
    "CREDENTIALS",
    "MASK",
    "About",
    "AlertConfig",
    "AlertTo",
    "AnswersConfig",
    "CasesConfig",
    "CasesFrom",
    "Chosen",
    "Config",
    "ConversationMode",
    "CustomerConfig",
    "Deletions",
    "DeskieConfig",
    "Echo",
    "Edits",
    "Every",
    "Fault",
    "ForumConfig",
    "Identity",
    "KeyPath",
    "Language",
    "LedgerConfig",
    "Loaded",
    "LoginConfig",
    "Others",
    "Place",
    "Source",
    "StartFrom",
    "StartKind",
    "TellAgents",
    "WatchConfig",
    "WebhookConfig",
    "WhenClosed",
    "Who",
    "effective",
    "example_text",
    "format_duration",
    "json_schema",
    "load",
    "parse_duration",
    "tidy",
]
