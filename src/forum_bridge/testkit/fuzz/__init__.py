"""Throws broken and forged bodies at the webhook's door of a real bridge: ``python -m forum_bridge.testkit.fuzz``."""
