"""One call to Deskie's API over HTTP: draws on the budget, sends, reads at most 8 MB, and says what became of it.
Knows no record; follows no redirect, since the key would go along."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import aiohttp
import structlog
from yarl import URL

from forum_bridge import __version__
from forum_bridge.deskie.budget import READ, WRITE, Budget, Priority
from forum_bridge.deskie.multipart import multipart
from forum_bridge.deskie.quota import quota_of
from forum_bridge.deskie.trouble import RequestsSpent
from forum_bridge.deskie.verdict import Answer, Call, judge, lost, rate_limited
from forum_bridge.errors import ConfigurationRefused, Retry
from forum_bridge.model import Clock, Upload

MAX_ANSWER = 8 * 1024 * 1024  # bytes
SLOWEST_UPLOAD = 200_000  # bytes a second; files may take that much longer than a call without


class Transport:
    """Calls one account. ``timeout`` is for a whole call, without its files; half of it may go into the connection."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base_url: str,
        *,
        email: str,
        api_key: str,
        budget: Budget,
        clock: Clock,
        timeout: timedelta,
    ) -> None:
        if ":" in email:
            raise ConfigurationRefused(
                "deskie.email holds a colon.", explanation="Set it to an agent's e-mail address."
            )
        self._http = http
        self._base = URL(base_url.rstrip("/") + "/").with_user(None).with_query(None).with_fragment(None)
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(email, api_key),
            "User-Agent": f"forum-bridge/{__version__}",
            "Accept": "application/json",
        }
        self._budget = budget
        self._clock = clock
        self._seconds = timeout.total_seconds()

    async def get(self, path: str, query: Mapping[str, str], priority: Priority) -> object:
        """Return the JSON of a GET; ``query`` holds plain, unescaped values. Raises as ``verdict.judge``, else
        Retry."""
        return await self._call(Call("GET", path), query, None, priority)

    async def write(
        self, method: str, path: str, body: Mapping[str, object], priority: Priority, files: Sequence[Upload] = ()
    ) -> object:
        """Return the JSON of a POST or PUT; with ``files`` it is sent as multipart. Raises as ``verdict.judge``;
        Unclear when it may have taken effect unanswered."""
        return await self._call(Call(method, path), {}, body, priority, files)

    def ready(self, priority: Priority) -> None:
        """Raise Retry with the wait unless a write could be sent now."""
        self._budget.check(WRITE, priority)

    async def _call(
        self,
        call: Call,
        query: Mapping[str, str],
        body: Mapping[str, object] | None,
        priority: Priority,
        files: Sequence[Upload] = (),
    ) -> object:
        self._budget.take(WRITE if call.writes else READ, priority)
        began = time.monotonic()
        answer = await self._exchange(call, query, body, files)
        structlog.get_logger().debug(
            "desk_called", call=str(call), status=answer.status, ms=round((time.monotonic() - began) * 1000)
        )
        if rate_limited(answer):
            raise RequestsSpent("Deskie's request limit is reached.", after=answer.retry_after)
        return judge(call, answer)

    async def _exchange(
        self, call: Call, query: Mapping[str, str], body: Mapping[str, object] | None, files: Sequence[Upload]
    ) -> Answer:
        timeout = self._patience(files)
        try:
            async with self._http.request(
                call.method,
                self._base.joinpath(*call.path.split("/")).with_query(query),
                json=None if files else body,
                data=multipart(body, files) if files and body else None,
                headers=self._headers,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                text = await _read(response)
                quota = quota_of(response.headers, self._clock())
                answer = Answer(response.status, text, response.headers.get("Location", ""), quota.retry_after)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
            raise Retry(
                f"Deskie: no connection to {self._base.host} ({_reason(fault)}).",
                explanation="Check deskie.base_url and the network; the bridge tries again by itself.",
            ) from fault
        except TimeoutError as fault:
            raise lost(call, f"no answer within {timeout.total:g} s") from fault
        except (aiohttp.ClientError, _AnswerTooLarge) as fault:
            raise lost(call, f"the answer was lost ({_reason(fault)})") from fault
        if rate_limited(answer):
            return Answer(answer.status, answer.body, retry_after=self._budget.refused(quota))
        self._budget.learn(quota)
        return answer

    def _patience(self, files: Sequence[Upload]) -> aiohttp.ClientTimeout:
        extra = sum(file.size for file in files) / SLOWEST_UPLOAD
        return aiohttp.ClientTimeout(total=self._seconds + extra, connect=self._seconds / 2)


class _AnswerTooLarge(Exception):
    """The answer is larger than we read."""


async def _read(response: aiohttp.ClientResponse) -> str:
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > MAX_ANSWER:
            response.close()
            raise _AnswerTooLarge
    return raw.decode("utf-8", "replace")


def _reason(fault: Exception) -> str:
    """Name a fault in words, without its own text, which may hold whole addresses."""
    if isinstance(fault, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not valid"
    if isinstance(fault, aiohttp.ClientConnectorError) and fault.os_error.strerror:
        return fault.os_error.strerror
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(fault).__name__)
    return words.removesuffix(" Error").lower()
