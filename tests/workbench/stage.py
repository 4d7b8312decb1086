"""A try in the browser, ready to be shown: the preset that was guessed for the odd forum, and that forum's page."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.engines.place import START
from tests.workbench.odd_forum import OddForum

from forum_bridge.cli.adapter_place import bench
from forum_bridge.workbench.fitting import fit
from forum_bridge.workbench.guess.preset import Pages
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.making import made
from forum_bridge.workbench.window.stage import Stage, Subject
from forum_bridge.workbench.writing import save_new

URL = "https://forum.acme.com.tr/forum/oku.asp?konu=17"


@dataclass
class Workplace:
    """The folder; ``stage`` shows the preset ``kahve`` on a page. Each ``write`` is a save: its time differs from the
    one before."""

    stage: Stage
    file: Path
    saves: int = 0

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.saves += 1
        os.utime(self.file, (START.timestamp() + self.saves,) * 2)

    def mend(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.write(text.replace(old, new))

    async def followed(self, old: str, new: str) -> None:
        """Save, and wait until the stage has followed by itself, however busy the machine is."""
        before = self.stage.version
        self.mend(old, new)
        assert await self.stage.bell.until(lambda: self.stage.version != before, 120)


def workplace(folder: Path, seen: Seen | None = None, *, name: str = "kahve") -> Workplace:
    """Return the preset, guessed and saved, on a stage with its own thread or another page."""
    page = Seen(URL, OddForum().thread_page(17), served=START)
    file = save_new(made("kahve", fit(Pages(page)), None, START).text, folder / "adapters", "kahve")
    config = folder / "config.yaml"
    subject = Subject(name, seen or page, folder / "adapters", config, lambda: bench(config))
    return Workplace(Stage(subject, lambda: START), file)
