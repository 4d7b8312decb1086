"""Posts that an old board lays into several rows: what stands behind the first belongs to it, up to the next post."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.forums.html.judge import messages
from forum_bridge.forums.html.parse import parse_thread
from forum_bridge.forums.html.preset import Preset

URL = "http://www.acme.example/konu.asp?id=7"
PRESET = Preset.model_validate(
    {
        "markup": "bbcode",
        "thread": {"match": r"konu\.asp\?id=(?P<id>\d+)"},
        "posts": {
            "container": "tr.ust",
            "beside": "tr",
            "id": "a @name",
            "author": ".yazar",
            "author_id": r"a @href =~ uye=(\d+)",
            "body": ".yazi",
            "attachments": "a.ek",
        },
    }
)


def post(number: int, text: str, *more: str) -> str:
    head = f"<tr class=ust><td><a name={number}></a><b class=yazar>Ayşe {number}</b></td></tr>"
    below = f"<tr><td><a href='uye.asp?uye={number + 100}'>Profil</a></td></tr>"
    return f"{head}<tr><td class=yazi>{text}</td></tr>{below}{''.join(more)}"


def page(*posts: str) -> str:
    return f"<html><body><table><tr><th>Konu</th></tr>{''.join(posts)}</table><p>Son</p></body></html>"


def test_the_rows_behind_a_container_are_read_with_it() -> None:
    found = parse_thread(page(post(4, "bir"), post(9, "iki")), URL, PRESET, None).posts
    assert [(each.id, each.author.name, each.author.id, each.html) for each in found] == [
        ("4", "Ayşe 4", "104", "bir"),
        ("9", "Ayşe 9", "109", "iki"),
    ]


def test_only_what_is_named_belongs_to_it() -> None:
    some = PRESET.model_copy(update={"posts": PRESET.posts.model_copy(update={"beside": "tr:has(.yazi)"})})
    found = parse_thread(page(post(4, "bir"), post(9, "iki")), URL, some, None).posts
    assert [each.author.id for each in found] == [None, None]
    assert [each.html for each in found] == ["bir", "iki"]


def test_a_row_without_a_post_before_it_belongs_to_none() -> None:
    orphan = "<tr><td class=yazi>kimsenin</td></tr>"
    found = parse_thread(page(orphan, post(4, "bir")), URL, PRESET, None).posts
    assert [each.html for each in found] == ["bir"]


def test_what_stands_in_the_rows_is_not_taken_for_the_forum_s_own_words() -> None:
    assert messages(page(post(4, "Konu kilitli")), PRESET) == ["KonuSon"]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_no_row_is_lost_or_doubled(extra: list[int]) -> None:
    rows = [post(n + 1, f"m{n}", *(f"<tr><td><a class=ek href=/d/{n}-{k}>x</a></td></tr>" for k in range(count)))
            for n, count in enumerate(extra)]  # fmt: skip
    found = parse_thread(page(*rows), URL, PRESET, None).posts
    assert [len(each.attachments) for each in found] == extra
    assert [each.html for each in found] == [f"m{n}" for n in range(len(extra))]
