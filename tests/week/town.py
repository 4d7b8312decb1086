"""The forums of the week and the customers who write there: boards watched for everyone, boards that are one
conversation a thread, and boards watched for their threads' starters of which some threads are watched alone."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.week.events import Event

from forum_bridge.config import Config
from forum_bridge.model import Clock
from forum_bridge.sandbox.desk import API_KEY, EMAIL
from forum_bridge.sandbox.forum import BRIDGE_PASSWORD, BRIDGE_USER, Forum, ForumServer, Person
from forum_bridge.sandbox.forum.faults import Fault, Faults
from forum_bridge.sandbox.forum.seed import seeded

SECRET = "a-secret-of-invented-letters-0001"
FIRST = ("Ayşe", "Çağrı", "Gülşen", "İbrahim", "Ömer", "Şule", "Umut", "Zeynep", "Alice", "George", "Hannah", "Oliver")
LAST = ("Yılmaz", "Öztürk", "Çelik", "Şimşek", "Güneş", "Işık", "Doğan", "Smith", "Brown", "Taylor", "Walker")
KINDS = ("everyone", "thread", "starter")  # by the forum's number
ALONE = 2  # threads watched alone on a forum of the last kind


class CountingFaults(Faults):
    """A forum's faults, and how many requests came by."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    def take(self, request_line: str) -> Fault | None:
        """Count the request."""
        self.requests += 1
        return super().take(request_line)


@dataclass(slots=True)
class Place:
    """A forum: its threads by the week's numbers, and which of them are watched alone."""

    name: str
    kind: str
    forum: Forum
    faults: CountingFaults
    url: str
    threads: dict[int, int] = field(default_factory=dict)
    alone: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Written:
    """A customer's post: its address, where it stands, by whom; ``customer`` is whose conversation it belongs to
    (empty: the thread is one), ``wanted`` whether it has to reach the desk."""

    url: str
    place: str
    post: int
    thread: int
    author: str
    customer: str
    wanted: bool


class Town:
    """All forums, and everything that customers wrote."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        self.written: dict[str, Written] = {}

    def write(self, event: Event) -> None:
        """Let a customer open a thread or write into it."""
        place = self.places[event.forum]
        author = self._author(place, event.author)
        text = f"Gönderi {len(self.written)}: kargom nerede? ğüşıöç 🙂\n\nİkinci paragraf, *acil*."
        if (thread := place.threads.get(event.thread)) is not None:
            made = place.forum.reply(thread, author, text)
        else:
            made = place.forum.open_thread(author, f"Konu {event.thread}: sipariş & kargo", text)
            place.threads[event.thread] = made.thread_id
        starter = place.forum.thread(made.thread_id).posts[0].author_name
        wanted = place.kind != "starter" or event.thread in place.alone or starter == made.author_name
        url = f"{place.url}/post/{made.id}"
        customer = "" if place.kind == "thread" else made.author_name
        self.written[url] = Written(url, place.name, made.id, made.thread_id, made.author_name, customer, wanted)

    @property
    def requests(self) -> int:
        """How many requests all forums had."""
        return sum(place.faults.requests for place in self.places)

    def _author(self, place: Place, number: int) -> Person | str:
        name = f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}"
        if number % 6 == 5:
            return name  # a guest
        return place.forum.person(name) or place.forum.register(name, "uzun-parola")


@asynccontextmanager
async def open_town(events: list[Event], forums: int, clock: Clock) -> AsyncIterator[Town]:
    """Serve so many forums. What is watched alone stands there before the week begins."""
    async with AsyncExitStack() as stack:
        places: list[Place] = []
        for number in range(forums):
            forum, faults = seeded(clock), CountingFaults()
            forum.faults = faults
            server = await stack.enter_async_context(ForumServer(forum))
            place = Place(f"forum{number}", KINDS[number % len(KINDS)], forum, faults, server.url)
            if place.kind == "starter":
                _open_beforehand(place, [event.thread for event in events if event.forum == number])
            places.append(place)
        yield Town(places)


def _open_beforehand(place: Place, threads: list[int]) -> None:
    selin = place.forum.person("Selin Aydın")
    assert selin is not None
    for thread in sorted(set(threads), key=threads.count, reverse=True)[1 : 1 + ALONE]:
        made = place.forum.open_thread(selin, f"Konu {thread}: duyuru", "Sorularınızı buraya yazın.")
        place.threads[thread] = made.thread_id
        place.alone.add(thread)


def configuration(town: Town, desk_url: str, channel: str, ledger: Path) -> Config:
    """Return the configuration of a bridge between all forums and the desk."""
    port = _free_port()
    return Config.model_validate(
        {
            "deskie": {"base_url": f"{desk_url}/api/", "email": EMAIL, "api_key": API_KEY, "channel": channel},
            "webhook": {"bind": f"127.0.0.1:{port}", "secret": SECRET},
            "ledger": {"url": str(ledger)},
            "forums": {place.name: _forum(place) for place in town.places},
        }
    )


def _forum(place: Place) -> dict[str, object]:
    watch = [{"board": f"{place.url}/board/1"}]
    watch += [{"thread": place.url + place.forum.thread(place.threads[each]).path} for each in sorted(place.alone)]
    forum: dict[str, object] = {
        "adapter": "sandbox",
        "url": place.url,
        "login": {"user": BRIDGE_USER, "password": BRIDGE_PASSWORD},
        "watch": watch,
        "every": {"min": "2m", "max": "1h"} if place.kind == "everyone" else {"min": "10m", "max": "6h"},
        "pace": "0s",
    }
    if place.kind != "starter":
        forum["cases"] = {"from": "everyone"}
    if place.kind == "thread":
        forum["conversation"] = "thread"
    return forum


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
