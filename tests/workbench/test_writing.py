"""A preset in the making as a file: what YAML reads of it is what was guessed, and nothing is ever put in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.workbench.guess.draft import Draft
from forum_bridge.workbench.guess.guessed import Guess
from forum_bridge.workbench.writing import WIDTH, save_new, written

WORDS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=140).map(
    lambda text: " ".join(text.split()).lstrip("?") or "x"  # no selector begins with a question mark, and YAML minds it
)
VALUES = WORDS | st.lists(WORDS, min_size=1, max_size=4)


def read(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


def test_each_key_says_why_and_what_to_look_at() -> None:
    draft = Draft()
    posts = draft.section("posts")
    posts.put("container", ".post", "20 on this page")
    posts.put("id", r"@id =~ ^post_(\d+)", "101, 102, 103 …: every post has one", "Are these positions?")
    posts.missing["author"] = "the author's name."
    draft.doubts.append("The table is odd.")
    later = Draft().section("reply")
    later.put("text", "message")
    later.note = "Only members see it."
    draft.later.append(later)
    assert written(draft, ["acme: made today.", "  forum-bridge adapter try acme"], "mybb").splitlines() == [
        "# acme: made today.",
        "#   forum-bridge adapter try acme",
        "",
        "extends: mybb",
        "",
        "posts:",
        "  container: .post                            # 20 on this page",
        "  #? Are these positions?",
        r"  id: '@id =~ ^post_(\d+)'                    # 101, 102, 103 …: every post has one",
        "  #? author was not found: the author's name.",
        "  # author: ",
        "",
        "#? Only members see it.",
        "# reply:",
        "#   text: message",
        "",
        "#? The table is odd.",
    ]
    assert list(draft.unsure()) == [
        ("posts.id", "Are these positions?"),
        ("posts.author", "It was not found: the author's name."),
        ("", "The table is odd."),
        ("reply", "Only members see it."),
    ]


@given(st.dictionaries(st.sampled_from(["container", "id", "author", "time", "drop"]), VALUES), WORDS, WORDS, WORDS)
def test_yaml_reads_what_was_guessed(keys: dict[str, str | list[str]], why: str, doubt: str, note: str) -> None:
    draft = Draft()
    for name, value in {"container": ".post", **keys}.items():
        draft.section("posts").put(name, value, why, doubt)
    draft.section("").take("markup", Guess("bbcode", why=why))
    draft.section("posts").missing["link"] = note
    text = written(draft, [note, why])
    assert read(text) == draft.plain()
    long = [line for line in text.splitlines() if len(line) > WIDTH + 2 and line.lstrip().startswith("#")]
    assert all(" " not in line.lstrip(" #?") for line in long)  # what cannot be broken


def test_a_file_is_never_put_in_another_s_place(tmp_path: Path) -> None:
    folder = tmp_path / "adapters"
    path = save_new("markup: bbcode\n", folder, "acme")
    assert path.read_text(encoding="utf-8") == "markup: bbcode\n"
    for name in ("acme", "own"):
        (folder / "own.py").write_text("# mine")
        with pytest.raises(ConfigurationRefused, match="is there already"):
            save_new("markup: html\n", folder, name)
    assert path.read_text(encoding="utf-8") == "markup: bbcode\n"
    assert sorted(each.name for each in folder.iterdir()) == ["acme.yaml", "own.py"]
