"""What becomes of answers that agents mark private: whether the label that marks them exists, the adapter can send them
to the customer, and the customer's reply would be read. Changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from forum_bridge.bridge.case_labels import named
from forum_bridge.bridge.desk import Desk
from forum_bridge.config import Config, ForumConfig, TellAgents
from forum_bridge.daemon.finding import Finding
from forum_bridge.forums.contract import Adapter, CanMessage
from forum_bridge.model import WatchKind

WHAT = "private"


async def private_labels(config: Config, desk: Desk) -> AsyncIterator[Finding]:
    """Yield a finding for each label that marks private answers. Raises what ``DeskieClient.labels`` raises."""
    by_label: dict[str, list[str]] = {}
    for name, forum in config.forums.items():
        if (label := forum.answers.private_label) is not None:
            by_label.setdefault(label, []).append(name)
    if not by_label:
        return
    titles = {each.id: each.title for each in await desk.client.labels()}
    for label, forums in by_label.items():
        there = bool(named(label, titles) & titles.keys())
        found = f"answers of {', '.join(forums)} are private in cases that carry the label “{label}”"
        missing = f"there is no label “{label}”, which is to mark private answers of {', '.join(forums)}"
        todo = (
            "Make the label in Deskie, or correct answers.private_label; until then answers in cases with labels wait."
        )
        yield Finding(
            "deskie", f"label {label}", ok=there, found=found if there else missing, todo="" if there else todo
        )


def private_answers(name: str, forum: ForumConfig, adapter: Adapter) -> Finding | None:
    """Return what becomes of private answers to what is public; None where nothing marks them, or all that is watched
    is the inbox."""
    config, kinds = forum.answers, {watch.kind for watch in forum.watch}
    if config.private_marker is None and config.private_label is None:
        return None
    if kinds == {WatchKind.INBOX}:
        return None
    if not isinstance(adapter, CanMessage):
        told = "seen in `forum-bridge status` alone" if config.tell_agents is TellAgents.NEVER else "told by a note"
        return Finding(
            name,
            WHAT,
            ok=True,
            found=f"the adapter {adapter.name} cannot send personal messages: private answers are not sent, but {told}",
            todo="Agents have to write to the customer by hand. A preset with `inbox` and `message` could do it.",
        )
    found = "private answers become personal messages to the customer"
    if WatchKind.INBOX in kinds:
        return Finding(name, WHAT, ok=True, found=found)
    todo = f"Add `- inbox: true` to forums.{name}.watch to have the customer's replies to them read."
    return Finding(name, WHAT, ok=True, found=f"{found}, whose replies to them are not read", todo=todo)
