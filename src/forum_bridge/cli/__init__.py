"""The command ``forum-bridge``: each subcommand in a file of its own."""

from forum_bridge.cli.app import main

__all__ = ["main"]
