"""Chaos: the real daemon as a process that is killed at named places and at random moments, and whether what the forum,
the desk and the ledger hold in the end agrees. ``python -m forum_bridge.testkit.chaos --help``."""
