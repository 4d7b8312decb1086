"""Flarum 1.8 and 2: JSON:API."""
