"""The conformance kit: recorded pages of a forum, replayed as they are and with faults, and the promises of an adapter
checked on them one by one; those of writing on a forum that runs. For authors of adapters; those that ship pass it."""

from forum_bridge.testkit.conformance import conform
from forum_bridge.testkit.outcome import Outcome, Result
from forum_bridge.testkit.place import Place, Refusal
from forum_bridge.testkit.recording import Recorded, Recording, load, save
from forum_bridge.testkit.writing import conform_writing

__all__ = [
    "Outcome", "Place", "Recorded", "Recording", "Refusal", "Result", "conform", "conform_writing", "load", "save",
]  # fmt: skip
