"""One request and its answer, no redirect followed: the one place that knows what aiohttp raises and whether a request
may have left the house. Judges no status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from forum_bridge.errors import Retry, Unclear, Unreadable, WatchTrouble
from forum_bridge.web.address import host, shown
from forum_bridge.web.public import NotPublic
from forum_bridge.web.request import Request
from forum_bridge.web.upload import Streamed


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds one answer may take, from connecting to the last byte (with files to send, as many more as they
    need), and how many bytes it may have unpacked.
    ``cut``: a longer body is cut instead of refused."""

    seconds: float
    max_bytes: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``headers`` find names in any case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


async def exchange(http: aiohttp.ClientSession, request: Request, limits: Limits) -> Answer:
    """Send one request. An error's status is an answer too, its body cut if too long.

    Raises Retry if no connection came about (nothing left the house), Unclear if one did but no whole answer came back,
    Unreadable if the answer is larger than the limit."""
    files = request.body if isinstance(request.body, Streamed) else None
    seconds = limits.seconds + (files.seconds if files else 0)
    try:
        async with http.request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=files.pieces() if files else request.body,
            allow_redirects=False,
            # Connecting gets half the time, so that running out of it tells on which side of the write we stand.
            timeout=aiohttp.ClientTimeout(total=seconds, connect=limits.seconds / 2),
        ) as response:
            body = await _read(response, limits)
            return Answer(request.url, response.status, response.headers, body)
    except aiohttp.InvalidURL as error:
        raise WatchTrouble(f"This is no address a forum can have: {shown(request.url)}") from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Retry(f"No connection to {host(request.url)}: {_reason(error)}.") from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Unclear(f"{shown(request.url)} gave no whole answer: {_reason(error)}.") from error


async def _read(response: aiohttp.ClientResponse, limits: Limits) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limits.max_bytes:
            if limits.cut or response.status >= 400:
                return bytes(body[: limits.max_bytes])
            raise Unreadable(f"{shown(str(response.url))} is larger than {limits.max_bytes} bytes.")
    return bytes(body)


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is not to be trusted ({error.certificate_error})"
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, NotPublic):
        return str(error.os_error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
