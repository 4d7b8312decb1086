from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.push.place import PushWorld, open_push_world


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[PushWorld]:
    async with open_push_world(tmp_path / "ledger.sqlite") as made:
        yield made
