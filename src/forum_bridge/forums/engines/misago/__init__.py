"""Misago (https://misago-project.org): the JSON API that it has up to 0.39."""
