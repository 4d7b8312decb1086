"""Markup: forum HTML → HTML of a case; an agent's answer → the markup of the forum. Pure; knows no network."""
