"""What a page that was read already would become, told without asking anybody."""

from __future__ import annotations

from pathlib import Path

from tests.engines.place import START, registry

from forum_bridge.config import Config
from forum_bridge.daemon.rehearsal import rehearse_page
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.ledger.states import State

URL = "http://127.0.0.1:8091/thread/7-kargo-takibi?page=2"
PAGE = Path(__file__).parents[1] / "pages" / "sandbox" / "thread.html"


def page() -> ThreadPage:
    read = registry().get("sandbox").parse
    assert read is not None
    return read(PAGE.read_text("utf-8"), URL)


def config(**forum: object) -> Config:
    """A configuration whose forum and desk are nowhere."""
    keys = {"adapter": "sandbox", "url": "http://127.0.0.1:8091", "watch": [{"board": "http://127.0.0.1:8091/board/1"}]}
    desk = {"base_url": "https://desk.invalid/api/", "email": "a@desk.invalid", "api_key": "-" * 16, "channel": "cch1"}
    forums = {"acme": {**keys, "cases": {"from": "everyone"}, **forum}}
    return Config.model_validate({"deskie": desk, "webhook": {"secret": "-" * 32}, "forums": forums})


async def test_the_cases_of_a_page_and_the_answers_to_its_first() -> None:
    answers = ["<p>Merhaba, <b>yarın</b>.</p>", "<ul><li>bir</li></ul>"]
    found, told = await rehearse_page(config(), registry(), "acme", page(), lambda: START, answers)
    assert [case.posts[0] for case in found.cases][:1] == ["31"]
    assert (found.cases[0].case.user_custom_id, found.cases[0].case.subject) == ("acme:3", "Kargo takibi")
    assert (found.next, found.remark) == (None, "")
    assert told[0].startswith("> **[Deniz](http://127.0.0.1:8091/post/31)**")
    assert "Merhaba, **yarın**." in told[0]
    assert "- bir" in told[1]
    assert all("Elif Kaya" in each for each in told)


async def test_the_rules_of_the_forum_hold_and_what_only_the_desk_knows_is_left_out() -> None:
    rules = {"ignore_authors": ["Deniz"], "cases": {"from": "everyone", "labels": ["forum"]}}
    found, _ = await rehearse_page(config(**rules), registry(), "acme", page(), lambda: START)
    assert found.fates["31"].state is State.IGNORED
    assert [case.posts for case in found.cases] == [("32",)]
    assert found.remark == "Labels, group and language are left out."


async def test_an_answer_needs_a_case() -> None:
    everyone = sorted({post.author.name for post in page().posts})
    found, told = await rehearse_page(
        config(ignore_authors=everyone), registry(), "acme", page(), lambda: START, ["<p>x</p>"]
    )
    assert (found.cases, told) == ((), ())
