"""A small forum in the browser: real HTML, real sessions, and switches that make it misbehave. Knows nothing of the
bridge."""

from forum_bridge.sandbox.forum.faults import Fault, Faults, What
from forum_bridge.sandbox.forum.records import Person, Post, Refused, Switches, Thread
from forum_bridge.sandbox.forum.seed import BRIDGE_PASSWORD, BRIDGE_USER, seeded
from forum_bridge.sandbox.forum.server import ForumServer
from forum_bridge.sandbox.forum.state import Forum

__all__ = [
    "BRIDGE_PASSWORD",
    "BRIDGE_USER",
    "Fault",
    "Faults",
    "Forum",
    "ForumServer",
    "Person",
    "Post",
    "Refused",
    "Switches",
    "Thread",
    "What",
    "seeded",
]
