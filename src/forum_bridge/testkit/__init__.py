"""The conformance kit: recorded pages of a forum, replayed as they are and with faults, and the promises of an adapter
checked on them one by one. For authors of adapters; the adapters that ship pass it, too."""

from forum_bridge.testkit.conformance import conform
from forum_bridge.testkit.outcome import Outcome, Result
from forum_bridge.testkit.recording import Recorded, Recording, load, save

__all__ = ["Outcome", "Recorded", "Recording", "Result", "conform", "load", "save"]
