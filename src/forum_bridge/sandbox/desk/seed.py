"""The invented account that a new desk starts with."""

from __future__ import annotations

from forum_bridge.sandbox.desk.account import Account, Agent, Channel, CustomField, Group, Label, Language

EMAIL = "destek@acme.example"
API_KEY = "sandbox-4f81c2d7a90b6e35"


def acme() -> Account:
    """Return a small Turkish company: two agents and one who left, channels ``cch42`` (async), ``cch43`` (sync) and
    ``cch44`` (inactive). The API is used as ``EMAIL`` with ``API_KEY``."""
    return Account(
        agents=[
            Agent(905, "Elif Kaya", EMAIL, API_KEY),
            Agent(911, "Mert Demir", "mert.demir@acme.example", full_access=False),
            Agent(887, "Deniz Şahin", "deniz.sahin@acme.example", active=False),
        ],
        channels=[
            Channel(42, "Forum"),
            Channel(43, "Forum sohbeti", type="sync"),
            Channel(44, "Eski forum", active=False),
        ],
        groups=[Group(310, "Destek"), Group(311, "Satış")],
        labels=[Label(55, "forum"), Label(56, "çözüldü"), Label(57, "acil")],
        languages=[Language(1, "tr", "Türkçe"), Language(2, "en", "English")],
        custom_fields=[CustomField(71, "Konu bağlantısı"), CustomField(72, "Üyelik no", level="user")],
    )
