"""What a case is called."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.bridge.world import World

from forum_bridge.bridge.case_text import SUBJECT, shortened


async def test_a_subject_that_deskie_may_not_take_is_cut_between_words(world: World) -> None:
    world.configure(lambda forum: forum.update(cases={"from": "everyone", "subject": "{{ thread.title }} " * 8}))
    world.deskie.switches.subject_limit = SUBJECT
    await world.restart()
    made = await world.write("Siparişim üç haftadır gelmedi, kargo firması da bilmiyor", "Nerede?")
    assert world.times_delivered(made) == 1
    subject = world.deskie.cases()[0].subject
    assert subject.endswith(("kargo…", "gelmedi,…", "firması…", "da…", "Siparişim…", "üç…", "haftadır…", "bilmiyor…"))


@given(st.text(), st.integers(2, 40))
def test_shortened_is_a_beginning_and_fits(text: str, longest: int) -> None:
    short = shortened(text, longest)
    assert len(short) <= longest
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
