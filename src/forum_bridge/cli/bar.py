"""Shows on a terminal what long work is at, and how much of it is done; elsewhere nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from forum_bridge.markup.characters import one_line


class Bar:
    """Work in steps, one behind the other."""

    def __init__(self, shown: tuple[Progress, TaskID] | None = None) -> None:
        self._shown = shown
        self._begun = 0

    def begin(self, doing: str) -> None:
        """A step begins, and with it the one before has ended; ``doing`` says what is done now."""
        self._tell(self._begun, doing)
        self._begun += 1

    def end(self, doing: str) -> None:
        """The last step has ended."""
        self._tell(self._begun, doing)

    def _tell(self, done: int, doing: str) -> None:
        if self._shown is not None:
            progress, task = self._shown
            progress.update(task, completed=done, description=_said(doing))


@contextmanager
def bar(console: Console, steps: int) -> Iterator[Bar]:
    """Return the bar of work in so many steps; it vanishes behind what is printed once the work is done."""
    if not console.is_terminal:
        yield Bar()
        return
    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar((progress, progress.add_task("", total=steps)))


@contextmanager
def at_work(console: Console, doing: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal what is done while it is done; what is returned says it anew."""
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_said(doing), total=None)
        yield lambda doing: progress.update(task, description=_said(doing), refresh=True)


def _said(doing: str) -> str:
    """It may name threads, and so hold what strangers wrote."""
    return f"{one_line(doing)} …"
