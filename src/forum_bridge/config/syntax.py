"""Reads YAML text into a Source. A slip of YAML's grammar becomes a fault in plain words, and reading goes on
without the broken lines, so that one report names every fault."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from forum_bridge.config.composer import Composer, TooMuchError
from forum_bridge.config.faults import Fault, KeyPath
from forum_bridge.config.source import Source

MAX_SLIPS = 10
COLON_WITHOUT_SPACE = re.compile(r"\s*(- )?[\w.-]+:[^\s/].*")

PHRASES = [  # (in ruamel's words, what happened, how to mend it)
    ("mapping values are not allowed", "a colon stands where YAML does not expect one",
     "put the value in quotes if it holds a colon and a space; else compare the indentation with the line above"),
    ("found character '\\t'", "a tab is used as indentation", "use spaces only: two for each level"),
    ("that cannot start any token", "this value begins with a sign that YAML keeps for itself",
     "put the value in quotes"),
    ("a simple key", "this line is neither `key: value` nor a list entry", "write a colon and a space after the key"),
    ("while scanning a quoted scalar", "a quotation mark is opened and never closed",
     "close it at the end of the value"),
    ("unknown escape character", "a backslash in double quotes means something to YAML",
     "use single quotes for this value"),
    ("while scanning a double-quoted", "a value in double quotes is broken", "use single quotes for this value"),
    ("while parsing a flow", "a bracket [ or { is opened and not closed as it should be",
     "close it, put commas between the entries, or put the whole value in quotes"),
    ("expected <block end>", "this line does not fit the lines above it",
     "give keys of one group the same indentation, and write nothing after a closed quote or bracket"),
    ("expected '<document start>'", "this line does not fit the lines above it",
     "give keys of one group the same indentation"),
]  # fmt: skip
NOT_YAML = ("this is not YAML", "compare the line with config.example.yaml")
BLAME_THE_START = ("a simple key", "while scanning a quoted scalar", "while parsing a flow")


@dataclass(frozen=True, slots=True)
class Slip:
    """One place where the text is not YAML; ``line`` counts from 0."""

    line: int
    column: int
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the source, the faults of its text, the paths whose values are spoiled, and whether the ``whole``
    text was understood (if not, keys may only seem to be missing)."""

    source: Source
    faults: list[Fault]
    spoiled: frozenset[KeyPath] = frozenset()
    whole: bool = False


def read(file: str, text: str) -> Read:
    """Return what ``text`` says; ``file`` is its name in faults."""
    slips: list[Fault] = []
    lines = text.split("\n")
    while True:
        yaml = YAML(typ="safe", pure=True)
        composer = Composer(file, iter(yaml.parse(io.StringIO("\n".join(lines)))))
        try:
            tree = composer.document()
        except TooMuchError:
            return Read(Source(file), [*slips, *composer.faults])
        except Exception as error:  # noqa: BLE001 - on garbage ruamel also raises ValueError, IndexError, AttributeError
            slip = explain(error, lines, composer.here.line - 1)
            slips.append(Fault(file, slip.line + 1, slip.column + 1, (), slip.problem, slip.mend))
            kept = without(lines, slip.line)
            if len(slips) >= MAX_SLIPS or kept == lines:
                return Read(Source(file), [*slips, *composer.faults])
            lines = kept
        else:
            source = Source(file, tree, composer.places)
            return Read(source, [*slips, *composer.faults], frozenset(composer.spoiled), whole=not slips)


def explain(error: Exception, lines: list[str], here: int) -> Slip:
    """Return where the slip is and what to do, in words of people. ``here``: the line reached, for errors
    without one."""
    if isinstance(error, ReaderError):
        before = "\n".join(lines)[: error.position].split("\n")
        problem = "an invisible control character stands here"
        return Slip(len(before) - 1, len(before[-1]), problem, "delete it, or save the file anew as UTF-8 text")
    if not isinstance(error, MarkedYAMLError):
        return Slip(here, 0, *NOT_YAML)
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(phrase in said for phrase in BLAME_THE_START):
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (here, 0)
    if "mapping values" in said and line and COLON_WITHOUT_SPACE.fullmatch(lines[line - 1]):
        return Slip(line - 1, 0, "no space follows the colon", "write a space after the key's colon")
    for phrase, problem, mend in PHRASES:
        if phrase in said:
            return Slip(min(line, len(lines) - 1), column, problem, mend)
    return Slip(min(line, len(lines) - 1), column, *NOT_YAML)


def without(lines: list[str], broken: int) -> list[str]:
    """Return the lines with the broken one emptied, together with what is indented below it; a tab becomes spaces."""
    body = lines[broken].lstrip()
    indentation = lines[broken][: len(lines[broken]) - len(body)]
    if "\t" in indentation:
        return [_tabless(line) for line in lines]
    kept = list(lines)
    kept[broken] = ""
    for index in range(broken + 1, len(lines)):
        inner = lines[index].lstrip()
        if inner and len(lines[index]) - len(inner) <= len(indentation):
            break
        kept[index] = ""
    return kept


def _tabless(line: str) -> str:
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].replace("\t", "  ") + body
