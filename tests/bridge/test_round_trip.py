from tests.bridge.world import World


async def test_a_post_becomes_a_case_and_an_answer_becomes_a_post(world: World) -> None:
    question = await world.write("Kargo nerede?", "Siparişim **nerede**? 📦 ığüşöç İ")
    (case,) = world.deskie.cases()
    (message,) = world.deskie.messages(case)
    assert case.subject == "Kargo nerede?"
    assert "<b>nerede</b>" in message.content_html
    assert "📦 ığüşöç İ" in message.content_html
    assert f"{world.url}/thread/" in message.content_html
    assert world.times_delivered(question) == 1
    assert world.deskie.user(case.user_id).full_name == "Deniz"

    await world.answer(
        case.case_id, '<p>Yarın <b>sizde</b>.</p><ul><li><a href="https://example.com/t">Takip</a></li></ul>'
    )
    (ours,) = world.ours()
    assert "> **[Deniz]" in ours
    assert "Yarın **sizde**." in ours
    assert "- [Takip](https://example.com/t)" in ours
    assert "— Elif Kaya" in ours
    assert await world.answer_states() == ["sent"]


async def test_the_conversation_goes_on_in_its_case_and_thread(world: World) -> None:
    await world.write("Fatura", "Faturam yok.")
    (case,) = world.deskie.cases()
    thread = world.forum.threads()[0]
    await world.answer(case.case_id, "<p>Hangi sipariş?</p>")
    second = await world.reply(thread.id, "44-19 numaralı.")
    assert [one.case_id for one in world.deskie.cases()] == [case.case_id]
    assert world.times_delivered(second) == 1
    await world.answer(case.case_id, "<p>Gönderdik.</p>")
    assert len(world.ours()) == 2
    assert len(world.messages()[case.case_id]) == 2


async def test_our_own_posts_never_come_back_as_customers_posts(world: World) -> None:
    await world.write("Fatura", "Faturam yok.")
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Yolda.</p>")
    for _ in range(3):
        await world.later(seconds=5)
    assert len(world.messages()[case.case_id]) == 1
    assert list((await world.post_states()).values()).count("own") == 1


async def test_two_customers_in_one_thread_are_two_conversations(world: World) -> None:
    await world.write("Kargo", "Benimki nerede?")
    thread = world.forum.threads()[0]
    elif_ = world.forum.person("Elif Şahin")
    await world.reply(thread.id, "Benimki de yok!", author=elif_)
    mine, hers = sorted(world.deskie.cases(), key=lambda case: case.case_id)
    assert mine.user_id != hers.user_id
    opening = world.messages()[hers.case_id][0]
    assert "Benimki de yok!" in opening
    assert "Benimki nerede?" in opening  # the opening post stands above, quoted
    await world.answer(hers.case_id, "<p>Elif Hanım, yolda.</p>")
    assert "**Elif Şahin**" in world.ours()[0]


async def test_posts_from_before_the_watch_stay_where_they_are(world: World) -> None:
    assert world.deskie.cases() == []
    welcome = min(world.forum.threads(), key=lambda thread: thread.id)
    elif_ = world.forum.person("Elif Şahin")
    new = await world.reply(welcome.id, "Faturam hâlâ gelmedi.", author=elif_)
    (messages,) = world.messages().values()
    assert len(messages) == 1
    assert world.times_delivered(new) == 1


async def test_a_guest_is_a_customer_too(world: World) -> None:
    await world.write("Üyeliksiz soru", "Üye olmadan sorabilir miyim?", author="Ada Yılmaz")
    (case,) = world.deskie.cases()
    assert world.deskie.user(case.user_id).custom_id == "sandbox:guest:Ada Yılmaz"
