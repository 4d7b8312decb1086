"""What a try found in words, in English or Turkish; the texts stand in ``texts.json`` beside this file."""

from __future__ import annotations

from pathlib import Path

from forum_bridge.sandbox.look.words import Book, Words, book
from forum_bridge.workbench.trying.attempt import Attempt
from forum_bridge.workbench.trying.findings import Finding, Kind


def texts() -> Book:
    """Return the workbench's texts."""
    return book(Path(__file__).with_name("texts.json"))


def words(lang: str = "en") -> Words:
    """Return the workbench's words in a language."""
    return Words(lang, texts())


def told(finding: Finding, t: Words) -> str:
    """Return what was found in a sentence."""
    why = t(f"why.{finding.key.partition('.')[2]}") if finding.kind is Kind.UNSET else ""
    values = {"key": finding.key, "value": finding.value, "count": finding.count, "total": finding.total}
    return t(f"finding.{finding.kind}", **values, example=finding.example, why=why).strip()


def advice(finding: Finding, t: Words) -> list[str]:
    """Return what could be meant instead, a sentence each."""
    close = t("close", names=", ".join(finding.close)) if finding.close else ""
    instead = t("instead", value=finding.instead) if finding.instead else ""
    return [each for each in (close, instead) if each]


def status(attempt: Attempt, t: Words) -> str:
    """Return how much was read."""
    if attempt.thread is not None:
        return t.count("read.posts", len(attempt.thread.posts))
    if attempt.page is not None and attempt.examined is not None:
        return t.count("read.rows", len(attempt.examined.items))
    return t("read.none")
