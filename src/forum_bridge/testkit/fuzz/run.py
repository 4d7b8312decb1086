"""Runs the fuzz against a whole bridge, with a forum and a desk beside it, and judges: no 5xx, no error in the log, no
memory without bound, and nothing on the forum that is not on the desk."""

from __future__ import annotations

import asyncio
import itertools
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from forum_bridge.deskie import AgentAnswer, BadWebhook, InternalNote, decode
from forum_bridge.sandbox.forum.seed import BRIDGE_USER
from forum_bridge.sandbox.sandbox import CHANNEL, Sandbox, open_sandbox
from forum_bridge.testkit.fuzz.bodies import FORGED, Body, Pairs, bodies
from forum_bridge.testkit.fuzz.knocking import Knocking

HANDS = 8  # connections at once
ROOM = 200 << 20  # bytes that the whole process may grow by: bridge, forum, desk and the one who knocks
ANSWERS = 10  # real ones, given meanwhile
PATIENCE = 120.0  # seconds for the cases to begin with
A_MOMENT = 5.0  # seconds
_LOUD = frozenset({"error", "critical", "exception"})


@dataclass(slots=True)
class Judged:
    """What came of it. ``faults`` is empty if all is well."""

    decoded: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    closed: int = 0
    given: int = 0
    published: int = 0
    grown: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """One line for people."""
        counts = " ".join(f"{status}:{count}" for status, count in sorted(self.statuses.items()))
        kinds = " ".join(f"{kind}:{count}" for kind, count in sorted(self.decoded.items()))
        through = sum(self.statuses.values()) + self.closed
        return (
            f"{sum(self.decoded.values())} bodies decoded ({kinds}), {through} of them over HTTP ({counts} closed:"
            f"{self.closed}), {self.published} of {self.given} real answers on the forum by then,"
            f" memory +{self.grown >> 20} MB, {self.seconds:.0f} s: "
            + (f"{len(self.faults)} faults: {'; '.join(self._kinds())}" if self.faults else "no fault")
        )

    def _kinds(self) -> Iterator[str]:
        for fault, count in Counter(each[:300] for each in self.faults).most_common(8):
            yield f"{count} times {fault}"


async def fuzz(count: int, through_door: int, seed: int) -> Judged:
    """Decode ``count`` bodies, and send ``through_door`` of them to a bridge's door over HTTP."""
    began, judged = time.monotonic(), Judged()
    with tempfile.TemporaryDirectory() as folder, _listening(judged):
        async with open_sandbox(Path(folder) / "ledger.sqlite3", lambda: datetime.now(UTC)) as sandbox:
            cases = [await _case(sandbox, title) for title in ("Kargo", "Fatura")]
            await sandbox.desk.agent_reply(cases[0], "<p>ilk gerçek yanıt</p>", 905)
            await sandbox.desk.webhooks_idle()
            real = parse_qsl(sandbox.desk.deliveries[0].body.decode(), keep_blank_values=True)
            await _through(sandbox, real, cases, through_door, seed, judged)
            _published(sandbox, judged)
    for body in itertools.islice(bodies(real, seed + 1), max(0, count - through_door)):
        _decoded(body, judged)
    judged.seconds = time.monotonic() - began
    return judged


def _decoded(body: Body, judged: Judged) -> None:
    began = time.process_time()
    try:
        found = decode(body.content_type, body.content)
        judged.decoded[{AgentAnswer: "answer", InternalNote: "note"}.get(type(found), "ignored")] += 1
    except BadWebhook:
        judged.decoded["unreadable"] += 1
    except Exception as error:  # noqa: BLE001 -- that is what is looked for
        judged.decoded["broken"] += 1
        judged.faults.append(f"{type(error).__name__} for {body!r}")
    if (took := time.process_time() - began) > 0.5:
        judged.faults.append(f"{took:.1f} s for {body!r}")


async def _through(sandbox: Sandbox, real: Pairs, cases: list[int], count: int, seed: int, judged: Judged) -> None:
    hook = sandbox.config.webhook
    newest = max(each.message_id for each in sandbox.desk.deliveries)
    made = itertools.islice(bodies(real, seed, range(newest, newest + 60)), count)
    hands = [Knocking(hook.host, hook.port, hook.path_for(CHANNEL), seed + hand) for hand in range(HANDS)]
    asked = itertools.count()
    at_first = _resident()

    async def work(hand: Knocking) -> None:
        for body in made:
            number = next(asked)
            _decoded(body, judged)
            await hand.knock(body)
            if number % 500 == 0:
                judged.grown = max(judged.grown, _resident() - at_first)
            if number % max(1, count // ANSWERS) == 0:
                await sandbox.desk.agent_reply(cases[1], f"<p>gerçek yanıt {number}</p>", 905)

    await asyncio.gather(*map(work, hands))
    for hand in hands:
        judged.statuses += hand.statuses
        judged.closed += hand.closed
        await hand.close()
    judged.grown = max(judged.grown, _resident() - at_first)
    judged.faults += [f"status {status}, {n} times" for status, n in judged.statuses.items() if status >= 500]
    if judged.grown > ROOM:
        judged.faults.append(f"memory grew by {judged.grown >> 20} MB")
    told = [each for ref in cases for each in sandbox.desk.messages(sandbox.desk.case(ref))]
    judged.given = sum(each.staff_id > 0 for each in told)
    await _until(lambda: len(_ours(sandbox)) >= judged.given)
    judged.published = len(_ours(sandbox))


def _published(sandbox: Sandbox, judged: Judged) -> None:
    """Nothing forged stands on the forum, and nothing twice."""
    texts = _ours(sandbox)
    judged.faults += [f"published: {text[:80]}" for text in texts if FORGED in text or "gerçek yanıt" not in text]
    told = [line for text in texts for line in text.split("\n") if line.startswith("gerçek yanıt")]
    if len(set(told)) != len(told):
        judged.faults.append("an answer was published twice")


def _ours(sandbox: Sandbox) -> list[str]:
    return [post.text for post in sandbox.forum.posts() if post.author_name == BRIDGE_USER]


async def _case(sandbox: Sandbox, title: str) -> int:
    deniz, before = sandbox.forum.person("Deniz"), len(sandbox.desk.cases())
    assert deniz is not None
    sandbox.forum.open_thread(deniz, title, "Nerede?")
    await sandbox.desk.wait_for(lambda: len(sandbox.desk.cases()) > before, PATIENCE)
    return sandbox.desk.cases()[0].case_id


async def _until(done: Callable[[], bool]) -> None:
    """Wait a moment for what is under way. Whoever has the secret can hold answers up (docs/security.md), so that some
    still wait is no fault."""
    end = time.monotonic() + A_MOMENT
    while not done() and time.monotonic() < end:  # noqa: ASYNC110 -- the forum tells no event of it
        await asyncio.sleep(0.1)


def _resident() -> int:
    """Return how many bytes of memory the process holds (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


class _listening:  # noqa: N801 -- a context manager, used as a word
    """Every error in the log is a fault, but what aiohttp says of requests that are no HTTP."""

    def __init__(self, judged: Judged) -> None:
        self._faults = judged.faults
        self._handler = logging.Handler(logging.ERROR)
        self._handler.emit = self._library  # type: ignore[method-assign]

    def __enter__(self) -> None:
        structlog.configure(processors=[self._own], logger_factory=structlog.ReturnLoggerFactory())
        logging.getLogger().addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._handler)
        structlog.reset_defaults()

    def _own(self, _: object, level: str, event: MutableMapping[str, object]) -> str:
        if level in _LOUD:
            self._faults.append(f"log: {event}")
        return ""

    def _library(self, record: logging.LogRecord) -> None:
        if record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError):
            self._faults.append(f"log: {record.getMessage()} {record.exc_info and record.exc_info[1]!r}")
