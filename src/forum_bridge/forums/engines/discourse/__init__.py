"""The adapter `discourse`: its JSON API (https://docs.discourse.org), read and written."""
