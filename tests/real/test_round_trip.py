"""The bridge between a real forum and a simulated Deskie, killed and started again: nothing lost, nothing twice. One
story for every engine."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.real.engine import RealForum
from tests.real.process import BridgeProcess, until

from forum_bridge.sandbox.desk import Desk, DeskServer
from forum_bridge.sandbox.desk.seed import API_KEY, EMAIL

pytestmark = pytest.mark.engine

SECRET = "an-invented-secret-for-the-door-01"
ELIF = 905
MACRO = "<p>Teşekkürler, <b>ilgileniyoruz</b>!</p>"
FOOTER = re.compile(r"\[forum\] <a href=\"([^\"]*)\"")


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Desk, str]]:
    made = Desk()
    made.switches.rate_limit_per_minute = 1500
    async with DeskServer(made) as server:
        yield made, server.url


@pytest.fixture
async def bridge(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[BridgeProcess]:
    process = BridgeProcess(tmp_path / "config.yaml", unused_tcp_port)
    yield process
    await process.kill()


def configure(folder: Path, desk_url: str, forum: RealForum, topic: str, port: int) -> None:
    """JSON is YAML."""
    config = {
        "deskie": {"base_url": f"{desk_url}/api/", "email": EMAIL, "api_key": API_KEY, "channel": "cch42"},
        "webhook": {"bind": f"127.0.0.1:{port}", "secret": SECRET},
        "ledger": {"url": str(folder / "ledger.sqlite")},
        "forums": {
            forum.adapter: {
                "adapter": forum.adapter,
                "url": forum.url,
                "login": {"user": "kopru", "password": forum.passwords["kopru"]},
                "watch": [{"thread": topic}],
                "every": "1s",
                "pace": "0s",
                "start_from": "all",
            }
        },
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    (folder / "config.yaml").chmod(0o600)


def delivered(desk: Desk, forum: RealForum) -> dict[int, list[str]]:
    """Return the ids of the posts that stand in each case, in the order of its messages."""

    def post_ids(html: str) -> list[str]:
        return [found[1] for link in FOOTER.findall(html)[-1:] if (found := forum.post_address.search(link))]

    return {
        case.case_id: [post for each in desk.messages(case) for post in post_ids(each.content_html)]
        for case in desk.cases()
    }


async def test_nothing_is_lost_and_nothing_doubled_over_kills(
    real_forum: RealForum,
    desk: tuple[Desk, str],
    bridge: BridgeProcess,
    tmp_path: Path,
    unused_tcp_port: int,
    figures: Callable[..., None],
) -> None:
    deskie, desk_url = desk
    deskie.channels["cch42"].webhook_url = f"http://127.0.0.1:{unused_tcp_port}/deskie/cch42/{SECRET}"
    topic = await real_forum.new_topic("ayse", "Kargo takibi — ığüşöç", "Siparişim **nerede**? 📦")
    customers = ("mehmet", "elif", "ayse")
    for number in range(1, 24):
        await real_forum.reply(customers[number % 3], topic, f"Mesaj {number}, _italik_ ve `kod` 😀")
    configure(tmp_path, desk_url, real_forum, topic, unused_tcp_port)

    async def written() -> list[str]:
        return [post for post, author, _ in await real_forum.posts(topic) if author != "kopru"]

    async def all_delivered() -> bool:
        return sum(map(len, delivered(deskie, real_forum).values())) >= len(await written())

    async def ours(count: int) -> bool:
        return sum(author == "kopru" for _, author, _ in await real_forum.posts(topic)) >= count

    # Killed in the middle of delivering; what customers write meanwhile comes later.
    await bridge.start()
    await deskie.wait_for(lambda: sum(map(len, delivered(deskie, real_forum).values())) >= 7, 60)
    await bridge.kill()
    for number in range(24, 31):
        await real_forum.reply(customers[number % 3], topic, f"Mesaj {number}, köprü kapalıyken")
    await bridge.start()
    await until(all_delivered, "every post on the desk", bridge.log)

    # Two agents answer, one the same macro twice in one thread; killed between them.
    first, second, third = sorted(delivered(deskie, real_forum))
    await deskie.agent_reply(first, MACRO, ELIF)
    await until(lambda: ours(1), "the first answer", bridge.log)
    await bridge.kill()
    await bridge.start()
    await deskie.agent_reply(first, MACRO, ELIF)
    await deskie.agent_reply(
        second, '<p>Takip: <a href="https://example.com/t">burada</a></p><ul><li>bir</li></ul>', 911
    )
    await until(lambda: ours(3), "all answers", bridge.log)

    # A customer goes on; our own posts stay out of the desk.
    await real_forum.reply("elif", topic, "Aldım, sağ olun.")
    await until(all_delivered, "the last post on the desk", bridge.log)
    assert await bridge.stop() == 0

    posts = await real_forum.posts(topic)
    by_case = delivered(deskie, real_forum)
    counted = Counter(post for ids in by_case.values() for post in ids)
    lost = [post for post in await written() if counted[post] == 0]
    doubled = [post for post, times in counted.items() if times > 1]
    answers = [text for _, author, text in posts if author == "kopru"]
    assert (lost, doubled) == ([], [])
    assert set(counted) == set(await written())
    order = [post for post, _, _ in posts]
    assert all(ids == sorted(ids, key=order.index) for ids in by_case.values())
    assert len(by_case) == 3
    assert third in by_case
    assert len(answers) == 3
    assert sum("Teşekkürler, ilgileniyoruz" in text for text in answers) == 2
    assert sum("Takip: burada" in text for text in answers) == 1
    assert "Mert Demir" in next(text for text in answers if "Takip" in text)
    figures(
        f"round trip with {real_forum.adapter}",
        posts=len(posts),
        cases=len(by_case),
        answers=len(answers),
        kills=2,
        lost=len(lost),
        doubled=len(doubled),
    )
