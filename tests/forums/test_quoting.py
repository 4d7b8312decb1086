"""An engine's own quotes and mentions, as presets write them: filled in, never broken out of, else the common form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.forums.conftest import Build
from tests.forums.little import PASSWORD

from forum_bridge.forums.contract import CanQuote
from forum_bridge.forums.html.adapter import HtmlMessenger, HtmlUploader
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.quoting import first_filled
from forum_bridge.markup.quote import mention, quote
from forum_bridge.model import PRIVATE, Author, Markup, PostId, Quote

MYBB = "[quote=\"{name}\" pid='{post}' dateline='{time}']{text}[/quote]"
SMF = "[quote author={name} link=msg={post} date={time}]{text}[/quote]"
MEMBER = "[member={id}]{name}[/member]"
WRITTEN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def quote_of(
    name: str = "Çağrı Öz", user_id: str | None = "60", post: str = "4", time: datetime | None = WRITTEN
) -> Quote:
    return Quote(PostId(post), Author(name, user_id), "https://forum.example/p/4", "soru?\n", time)


def test_every_place_is_filled_in() -> None:
    assert first_filled([MYBB], Markup.BBCODE, quote_of()) == (
        f"[quote=\"Çağrı Öz\" pid='4' dateline='{int(WRITTEN.timestamp())}']soru?[/quote]"
    )
    assert first_filled(["{url}|{id}|{name}"], Markup.BBCODE, quote_of()) == "https://forum.example/p/4|60|Çağrı Öz"
    assert first_filled(["@{handle}"], Markup.BBCODE, quote_of("ali")) == "@ali"


def test_the_first_form_of_which_nothing_is_missing_counts() -> None:
    forms = [MEMBER, "{name}, {time}", "{name}"]
    assert first_filled(forms, Markup.BBCODE, quote_of("ali")) == "[member=60]ali[/member]"
    assert first_filled(forms, Markup.BBCODE, quote_of("ali", None)) == f"ali, {int(WRITTEN.timestamp())}"
    assert first_filled(forms, Markup.BBCODE, quote_of("ali", None, time=None)) == "ali"
    assert first_filled([MYBB], Markup.BBCODE, quote_of(time=None)) is None
    assert first_filled([MYBB], Markup.BBCODE, quote_of(post=PRIVATE + "4")) is None  # private ones count apart
    assert first_filled([MYBB, "msg={message}"], Markup.BBCODE, quote_of(post=PRIVATE + "4")) == "msg=4"


@pytest.mark.parametrize("member", ["Çağrı Öz", "a]b"])
def test_a_handle_is_one_word_of_a_member(member: str) -> None:
    assert first_filled(["@{handle}"], Markup.BBCODE, quote_of(member)) is None
    assert first_filled(["@{handle}"], Markup.BBCODE, quote_of("ali", None)) is None


@given(
    st.text(alphabet="ab[]\"'=;,\n\\*_`<>()@!/{}ş ", max_size=30),
    st.text(alphabet="a1-]['\" {}", max_size=6),
    st.text(alphabet="a1-]['\" {}", min_size=1, max_size=6),
)
def test_nothing_that_people_chose_breaks_out(name: str, user_id: str, post: str) -> None:
    asked = quote_of(name, user_id, post)
    filled = first_filled([MYBB, '[quote="{name}"]{text}[/quote]'], Markup.BBCODE, asked)
    assert filled is not None
    assert (filled.count("["), filled.count("]"), filled.count('"')) == (2, 2, 2)
    assert "\n" not in filled
    told = first_filled(["[{id}]", "[]"], Markup.BBCODE, asked)
    assert told is not None
    assert (told.count("["), told.count("]")) == (1, 1)


def test_names_are_escaped_as_the_markup_wants() -> None:
    assert first_filled(["<b>{name}</b>"], Markup.HTML, quote_of("<i>")) == "<b>&lt;i&gt;</b>"
    assert first_filled(["**{name}**"], Markup.MARKDOWN, quote_of("a*b_")) == "**a\\*b\\_**"


@pytest.mark.parametrize(
    ("keys", "told"), [({"quote": "[quote={nmae}]{text}"}, "nmae cannot be filled in"), ({"quote": "{name}"}, "{text}")]
)
def test_a_form_that_cannot_work_is_refused(keys: dict[str, object], told: str) -> None:
    whole = {
        "markup": "bbcode",
        "thread": {"match": r"t/(?P<id>\d+)"},
        "posts": {"container": ".p", "id": "@id", "author": ".a", "body": ".b"},
    }
    assert Preset.model_validate({**whole, "quote": [SMF, MYBB], "mention": MEMBER}).mention == (MEMBER,)
    with pytest.raises(ValidationError, match=told):
        Preset.model_validate({**whole, **keys})


async def test_only_what_a_preset_describes_can_be_done_and_all_of_it_at_once(build: Build) -> None:
    plain = await build(PASSWORD)
    assert not isinstance(plain, CanQuote)
    able = await build(PASSWORD, quote=MYBB, mention=MEMBER, markup="bbcode")
    assert isinstance(able, CanQuote)
    assert isinstance(able, HtmlUploader)
    assert isinstance(able, HtmlMessenger)
    assert able.quote(quote_of()).startswith("[quote=\"Çağrı Öz\" pid='4'")
    assert able.mention(quote_of()) == "[member=60]Çağrı Öz[/member]"
    guest = quote_of("ali", None, time=None)
    assert able.quote(guest) == quote(Markup.BBCODE, guest)
    assert able.mention(guest) == mention(Markup.BBCODE, guest) == "[b]ali[/b]"
