"""The customer in whose name the bridge opens cases for its own operator. What agents answer there is for nobody."""

from __future__ import annotations

OPERATOR = "operator@forum-bridge"
"""A forum's customer has a colon behind the forum's name, so this is none."""
