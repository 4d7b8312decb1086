"""What tests of private answers share: worlds in which answers may be marked, and what reached whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bridge.world import World

from forum_bridge.sandbox.desk.account import Label
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.forum.messages import Message
from forum_bridge.sandbox.forum.records import Person

SECRET = "Şifreniz kırmızıfil"
LABEL = 70
MARKED = {"private_marker": "[private]"}


def marking(*, options: dict[str, Any] | None = None, **answers: object) -> Callable[[World], None]:
    """Return what makes a world's configuration mark answers so, with a label GİZLİ on its desk."""

    def prepare(world: World) -> None:
        world.configure(lambda forum: forum.update(answers={**MARKED, **answers}, options=options or {}))
        world.deskie.labels[LABEL] = Label(LABEL, "GİZLİ")

    return prepare


async def case_of(world: World, title: str = "Kargo") -> int:
    """Deniz asks in a thread of their own; return the case."""
    await world.write(title, "Nerede?")
    return max(case.case_id for case in world.deskie.cases())


def label(world: World, case_id: int, *, on: bool = True) -> None:
    """Put the label on a case, or take it off."""
    case = world.deskie.case(case_id)
    fields = CaseFields(add_labels=[LABEL]) if on else CaseFields(delete_labels=[LABEL])
    world.deskie.casework.update(case, fields, "staff_905")


def elif_(world: World) -> Person:
    found = world.forum.person("Elif Şahin")
    assert found is not None
    return found


def sent(world: World) -> list[Message]:
    """Return the personal messages that the bridge wrote, oldest first."""
    return [each for each in world.forum.messages.everything() if each.author_name == "acme_destek"]


def reader(world: World, message: Message) -> str:
    """Return who besides the bridge reads a message of its."""
    assert isinstance(message.author, Person)
    return world.forum.messages.conversation(message.conversation_id, message.author).other(message.author).name


def public(world: World) -> str:
    """Return all that everybody may read."""
    return "\n".join(f"{thread.title}\n{post.text}" for thread in world.forum.threads() for post in thread.posts)
