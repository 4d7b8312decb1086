"""A real NodeBB 1.4 on loopback, as its people use it. It knows no tokens to write with, so the bridge only reads."""

from __future__ import annotations

from dataclasses import dataclass

from tests.real.nodebb_install import People

CATEGORY = "2"  # "General Discussion"


@dataclass(frozen=True)
class NodeBB:
    """The forum; whoever writes does so over its socket, and waits until it was done."""

    url: str
    people: People

    def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a topic and return its id."""
        told = self.people.do(user, "topics.post", {"cid": CATEGORY, "title": title, "content": text, "tags": []})
        return str(told["tid"])

    def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a topic and return the post's id."""
        return str(self.people.do(user, "posts.reply", {"tid": topic, "content": text})["pid"])

    def edit(self, user: str, post_id: str, text: str) -> None:
        """Change a post's text."""
        self.people.do(user, "posts.edit", {"pid": post_id, "content": text, "tags": []})

    def delete(self, topic: str, post_id: str) -> None:
        """Delete a post, as the administrator; it keeps its place."""
        self.people.do("admin", "posts.delete", {"pid": post_id, "tid": topic})

    def purge(self, topic: str, post_id: str) -> None:
        """Delete a post for good, as the administrator."""
        self.people.do("admin", "posts.purge", {"pid": post_id, "tid": topic})

    def lock(self, topic: str) -> None:
        """Close a topic, as the administrator."""
        self.people.do("admin", "topics.lock", {"tids": [topic], "cid": CATEGORY})

    def move_post(self, post_id: str, topic: str) -> None:
        """Put a post into another topic, as the administrator."""
        self.people.do("admin", "posts.movePost", {"pid": post_id, "tid": topic})
