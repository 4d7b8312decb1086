"""Misago (https://misago-project.org): its JSON API of 0.20 to 0.39."""
