"""Where no program may write, agents get their answers ready to paste, and what a person has posted is recognised."""

from __future__ import annotations

import re
from html import unescape

import pytest
from pydantic import ValidationError
from tests.bridge.world import World

from forum_bridge.sandbox.forum.records import Person


@pytest.fixture(autouse=True)
async def assisted(world: World) -> None:
    world.configure(lambda forum: forum.update(own_authors=["Selin Aydın"], answers={"assisted": True}))
    await world.restart()
    await world.settle()


def selin(world: World) -> Person:
    found = world.forum.person("Selin Aydın")
    assert found is not None
    return found


def notes(world: World) -> list[str]:
    return [each.content_html for case in world.deskie.cases() for each in world.deskie.messages(case) if each.note]


def pasted(note: str) -> str:
    """Return the text that an agent copies out of a note."""
    found = re.search("<pre>(.*?)</pre>", note, re.DOTALL)
    assert found is not None
    return unescape(found[1])


async def asked(world: World) -> tuple[int, int]:
    """Ask as a customer; return the case and the thread."""
    await world.write("Kargo", "Nerede?")
    return world.deskie.cases()[0].case_id, world.forum.threads()[0].id


async def test_an_answer_is_a_note_ready_to_paste_and_its_post_is_recognised(world: World) -> None:
    case, thread = await asked(world)
    await world.answer(case, "<p>Yarın <b>sizde</b>, takip no &lt;44&gt;.</p>")
    assert world.ours() == []
    assert await world.answer_states() == ["by_hand"]
    (note,) = notes(world)
    assert f"{world.url}/thread/{thread}" in note and "Selin Aydın, acme_destek" in note
    assert "Yarın **sizde**" in pasted(note) and "Nerede?" in pasted(note)

    await world.reply(thread, "Bakıyoruz.", author=selin(world))
    assert await world.answer_states() == ["by_hand"]
    assert "Answered on the forum by Selin Aydın" in notes(world)[-1]
    post = await world.reply(thread, pasted(note), author=selin(world))
    assert await world.answer_states() == ["sent"]
    assert (await world.post_states())[str(post)] == "own"
    assert len(notes(world)) == 2  # it is the answer, and no news to the agent
    assert world.times_delivered(post) == 0


async def test_an_account_of_the_bridges_own_counts_too(world: World) -> None:
    case, thread = await asked(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    await world.reply(thread, pasted(notes(world)[0]), author=world.forum.person("acme_destek"))
    assert await world.answer_states() == ["sent"]


async def test_the_same_macro_twice_is_recognised_one_by_one(world: World) -> None:
    case, thread = await asked(world)
    for _ in range(2):
        await world.answer(case, "<p>Talebiniz alındı, bakıyoruz.</p>")
    assert await world.answer_states() == ["by_hand", "by_hand"]
    text = pasted(notes(world)[0])
    await world.reply(thread, text, author=selin(world))
    assert await world.answer_states() == ["sent", "by_hand"]
    await world.restart()
    await world.reply(thread, text, author=selin(world))
    assert await world.answer_states() == ["sent", "sent"]


async def test_what_a_customer_writes_in_the_same_words_is_a_message(world: World) -> None:
    case, thread = await asked(world)
    await world.answer(case, "<p>Talebiniz alındı, bakıyoruz.</p>")
    await world.reply(thread, pasted(notes(world)[0]))
    assert await world.answer_states() == ["by_hand"]
    assert len(world.messages()[case]) == 2


async def test_it_is_said_in_turkish_and_who_has_no_account_there_is_told_so(world: World) -> None:
    answers = {"assisted": True, "tell_agents": "tr"}
    world.configure(lambda forum: forum.update(own_authors=[], answers=answers))
    await world.restart()
    await world.settle()
    case, _ = await asked(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert "Lütfen bu yanıtı kendiniz yayımlayın" in notes(world)[0]
    assert "acme_destek" in notes(world)[0]


async def test_who_shall_post_has_to_be_told(world: World) -> None:
    with pytest.raises(ValidationError, match="agents are told nothing"):
        world.configure(lambda forum: forum.update(answers={"assisted": True, "tell_agents": "never"}))


async def test_an_answer_that_is_private_is_not_handed_out_as_a_public_one(world: World) -> None:
    answers = {"assisted": True, "private_marker": "#özel"}
    world.configure(lambda forum: forum.update(own_authors=["Selin Aydın"], answers=answers))
    await world.restart()
    await world.settle()
    case, _ = await asked(world)
    await world.answer(case, "<p>#özel Şifreniz 44-19.</p>")
    assert not any("<pre>" in note for note in notes(world))
