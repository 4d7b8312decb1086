"""Commands as they are printed for a person to paste into a shell: what forums and people wrote stays a word in them.
Knows no command itself."""

from __future__ import annotations

import shlex


def command(*words: str) -> str:
    """Return a command of ours, ``words`` behind its name."""
    return pasteable("forum-bridge", *words)


def pasteable(*words: str) -> str:
    """Return words as a shell (POSIX) takes them, each as it is."""
    return shlex.join(words)
