"""Decides when work runs; knows nothing of what the work is."""

from forum_bridge.dispatch.dispatcher import Dispatcher, Handler

__all__ = ["Dispatcher", "Handler"]
