from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from string import Formatter

import pytest

import forum_bridge.sandbox
from forum_bridge.sandbox.look.words import Words, language, texts

SANDBOX = Path(forum_bridge.sandbox.__file__).parent
TEMPLATES = sorted(path for folder in ("look", "forum", "desk") for path in (SANDBOX / folder / "pages").glob("*.html"))


def test_every_text_stands_in_both_languages_with_the_same_gaps() -> None:
    for key, versions in texts().items():
        assert set(versions) == {"en", "tr"}, key
        assert all(versions.values()), key
        gaps = {lang: {name for _, name, _, _ in Formatter().parse(text) if name} for lang, text in versions.items()}
        assert gaps["en"] == gaps["tr"], key


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_template_asks_only_for_known_texts_and_holds_none_itself(template: Path) -> None:
    source = template.read_text("utf-8")
    for key in re.findall(r'\bt\("([^"]+)"[,)]', source):
        assert key in texts(), key
    for key in re.findall(r't\.count\("([^"]+)"', source):
        assert {f"{key}.one", f"{key}.other"} <= set(texts()), key
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    bare = re.sub(r"<[^>]*>", " ", bare)
    names = {"Genel", "Destek", "General", "Support", "forum", "bridge"}
    assert set(re.findall(r"\w{2,}", bare)) <= names


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        ("", "en"),
        ("tr", "tr"),
        ("tr-TR,tr;q=0.9,en-US;q=0.8,en;q=0.7", "tr"),
        ("en-GB,en;q=0.9,tr;q=0.8", "en"),
        ("de,fr;q=0.9", "en"),
        ("de,tr;q=0.1", "tr"),
        ("en;q=0.5, TR;q=0.6", "tr"),
        ("tr;q=0", "en"),
        ("tr;q=x,;;,", "en"),
    ],
)
def test_the_language_is_the_best_known_one(accept: str, lang: str) -> None:
    assert language(accept) == lang


def test_times_are_shown_in_utc() -> None:
    moment = datetime(2026, 2, 3, 1, 5, tzinfo=timezone(timedelta(hours=3)))
    assert Words("tr").when(moment) == "2 Şub 2026 22:05 UTC"
    assert Words("en").when(moment) == "2 Feb 2026 22:05 UTC"


def test_counts_follow_the_language() -> None:
    assert [Words("en").count("replies", n) for n in (0, 1, 2)] == ["0 replies", "1 reply", "2 replies"]
    assert Words("tr").count("replies", 2) == "2 yanıt"
