"""The configuration keys that adapters over an API share."""

from __future__ import annotations

from pydantic import Field

from forum_bridge.forums.contract import AdapterOptions


class ApiOptions(AdapterOptions):
    """How much one poll may read; what it leaves comes with the next one."""

    pages_a_poll: int = Field(10, ge=1, le=200, description="pages of one thread (or board) read in one poll")
    threads_a_poll: int = Field(20, ge=1, le=200, description="threads of a board read in one poll")

    @property
    def limits(self) -> dict[str, int]:
        """These, as a source takes them."""
        return {"pages_a_poll": self.pages_a_poll, "threads_a_poll": self.threads_a_poll}
