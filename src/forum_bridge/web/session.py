"""One forum's web session: paced, identified, honest about what came back. Knows HTTP, not what a page says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver
from yarl import URL

from forum_bridge.errors import Blocked, BridgeError, Forbidden, Gone, Retry, Unclear, Unreadable, WatchTrouble
from forum_bridge.model import Clock
from forum_bridge.web import verdict
from forum_bridge.web.address import absolute, belongs, entrusted, host, may_carry_on, safest, shown
from forum_bridge.web.challenge import is_challenge
from forum_bridge.web.cookies import Cookies
from forum_bridge.web.exchange import Answer, Limits, exchange
from forum_bridge.web.forms import Form
from forum_bridge.web.opening import opened, told_time
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.page import Page, Validators
from forum_bridge.web.public import SteadyResolver, is_closed
from forum_bridge.web.request import MAX_REDIRECTS, Request, calling, carried_on, led_to, reading, submitting
from forum_bridge.web.retry_after import retry_after
from forum_bridge.web.robots import MAX_BYTES as ROBOTS_BYTES
from forum_bridge.web.robots import Robots
from forum_bridge.web.server_clock import ahead
from forum_bridge.web.settings import Credentials, SessionSettings, user_agent

__all__ = ["Credentials", "ForumSession", "SessionSettings", "open_session", "user_agent"]

_LONGEST_HEADER = 32 * 1024  # browsers take more than aiohttp's 8 kB, and forums behind several proxies send it


class ForumSession:
    """Fetches pages of one forum and submits its forms. The adapter sets ``signed_in``: from then on the account's
    rights govern what is read, not robots.txt. Addresses off the forum's host, www twin and subdomains are refused, and
    what is ours alone goes to the first two only, never less encrypted than ``base_url``. ``resolver`` knows where the
    forum stands."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        settings: SessionSettings,
        pacer: Pacer,
        clock: Clock,
        cookies: Cookies,
        resolver: SteadyResolver,
        credentials: Credentials | None = None,
        heard: Callable[[Page], None] | None = None,
    ) -> None:
        self.base_url = settings.base_url
        self.credentials = credentials
        self.resolver = resolver
        self.signed_in = False
        self.ahead: timedelta | None = None
        """How far the forum's clock is ahead of ours, by its last answer; None until it told a date."""
        self._http = http
        self._settings = settings
        self._pacer = pacer
        self._clock = clock
        self._cookies = cookies
        self._heard = heard
        self._limits = Limits(settings.timeout.total_seconds(), settings.max_bytes)
        self._robots = Robots(self._robots_txt, clock, settings.user_agent.partition("/")[0])

    @property
    def now(self) -> Clock:
        """The clock by which the session goes."""
        return self._clock

    @property
    def user_agent(self) -> str:
        """The name it goes by."""
        return self._settings.user_agent

    @property
    def cookie_names(self) -> frozenset[str]:
        """The names of the cookies that the forum has set; what they hold stays here."""
        return frozenset(cookie.key for cookie in self._cookies)

    def visiting(self, base_url: str) -> ForumSession:
        """Return a session to another base with this one's name, pace and connections, as a guest whom nobody gave
        permission: for what a forum publishes elsewhere, such as its feed. It lives as long as this one."""
        settings = replace(self._settings, base_url=base_url, i_have_permission=False)
        self.resolver.settle(base_url)
        return ForumSession(self._http, settings, self._pacer, self._clock, self._cookies, self.resolver)

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        signing_in: bool = False,
        refusals: bool = False,
        data: bool = False,
    ) -> Page:
        """Read an address (relative ones count from ``base_url``). Returns 2xx and 304 only. ``headers`` and
        ``keys`` go to the forum's own server alone; elsewhere a page is read without the former, and with the latter
        not at all, since it might lack what guests do not see. ``signing_in``: the page belongs to signing in (a login
        form), which robots.txt does not govern. ``refusals``: return 401, 403, 404 and 410 too, whose words the caller
        can read. ``data``: the answer is JSON, whose HTML is judged by who takes it apart.

        Raises Gone (404, 410), Forbidden (401, 403), Blocked (a challenge), RobotsForbid, Retry (429, 5xx, no
        connection, timeout), Unreadable (too large, nested too deep), WatchTrouble (led elsewhere, or where keys must
        not go)."""
        governed = not (signing_in or self.signed_in or self._settings.i_have_permission)
        target: str | None = absolute(self.base_url, url)
        history: tuple[str, ...] = ()
        while target:
            url = self._entrusted(target) if keys else self._at_home(target)
            pace = await self._robots.check(url) if governed else timedelta()
            said = {**(headers or {}), **(keys or {})} if entrusted(url, self.base_url) else None
            answer = await self._read(reading(url, validators, said), self._limits, pace)
            if target := led_to(url, answer.status, answer.headers):
                history = _one_more(history, url)
        page = await opened(answer, self._clock, history, validators, data=data)
        trouble = verdict.of_reading(page)
        if trouble is not None and not (refusals and isinstance(trouble, Forbidden | Gone)):
            raise trouble
        if self._heard is not None and trouble is None:
            self._heard(page)
        return page

    async def submit(
        self,
        form: Form,
        *,
        referer: str,
        headers: Mapping[str, str] | None = None,
        age: timedelta = timedelta(),
        data: bool = False,
    ) -> Page:
        """Send a form as a browser would, ``age`` after the host's last answer: some engines take none that is younger.
        Returns the page for 2xx, followed redirects and 4xx: read what it says, as JSON if it is ``data``.

        Raises Retry (nothing was written), Unclear (it may have been), Blocked (a challenge), WatchTrouble (the form
        leads to another server; nothing was sent)."""
        request = submitting(replace(form, action=self._entrusted(form.action)), referer, headers)
        page = await self._hear(request, rest=age, data=data)
        try:
            while target := led_to(page.url, page.status, page.headers):
                target = safest(target, self.base_url)
                if not may_carry_on(request.url, target):
                    raise WatchTrouble(f"It leads to {shown(target)}.")
                history = _one_more(page.history, request.url)
                request = carried_on(request, page.status, target)
                page = await self._hear(request, history, data=data)
        except BridgeError as error:
            # The form was taken; that what followed went wrong, even for sure, says nothing about it.
            raise Unclear(f"The form was taken, but what followed is lost: {error}") from error
        return page

    async def call(
        self, url: str, payload: object = None, *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> Page:
        """Hand the forum's API a JSON document (None: no body). Returns the page for 2xx and 4xx: read what it says.

        Raises as ``submit`` does; WatchTrouble when the API leads elsewhere, for then nothing was written there."""
        request = calling(method, self._entrusted(absolute(self.base_url, url)), payload, headers)
        page = await self._hear(request, data=True)
        if target := led_to(page.url, page.status, page.headers):
            raise WatchTrouble(
                f"{shown(request.url)} leads to {shown(target)}.",
                explanation="If the forum has moved, change its url in the configuration.",
            )
        return page

    def send_no_cookies(self) -> None:
        """Send the forum none of its cookies from now on: some engines do not take a key beside a session."""
        self._cookies.sent = False

    def cookie(self, name: str) -> str | None:
        """Return the forum's cookie of that name, None where it set none: some want one said back in a header."""
        found = self._cookies.filter_cookies(URL(self.base_url, encoded=True)).get(name)
        return found.value if found is not None else None

    @asynccontextmanager
    async def file_turn(self, url: str) -> AsyncIterator[Mapping[str, str]]:
        """Let one request of a file on this forum's own server through, at its pace; yields our cookies as a header.

        Raises RobotsForbid, and Retry while the host asked for silence."""
        governed = not (self.signed_in or self._settings.i_have_permission)
        pace = await self._robots.check(url) if governed else timedelta()
        async with self._pacer.turn(host(url), max(pace, self._settings.pace)):
            cookies = self._cookies.filter_cookies(URL(url, encoded=True))
            said = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in cookies.items())
            yield {"Cookie": said} if said else {}

    async def _hear(
        self, request: Request, history: tuple[str, ...] = (), rest: timedelta = timedelta(), *, data: bool
    ) -> Page:
        try:
            answer = await self._ask(request, self._limits, rest=rest)
            page = await opened(answer, self._clock, history, data=data)
        except Unreadable as error:
            raise Unclear(f"What the forum answered cannot be read: {error}") from error
        if trouble := verdict.of_writing(page):
            raise trouble
        return page

    async def _robots_txt(self, url: str) -> tuple[int, str]:
        """Follows five redirects, to other hosts too, as RFC 9309, 2.3.1.2 says; what lies further counts as none."""
        limits = replace(self._limits, max_bytes=ROBOTS_BYTES, cut=True)
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._read(reading(url, None, None), limits)
            if (target := led_to(url, answer.status, answer.headers)) is None:
                text = answer.body.decode("utf-8", "replace").removeprefix("\ufeff")
                if is_challenge(answer.status, answer.headers, text):
                    raise Blocked(f"{host(url)} shows a challenge instead of its robots.txt.")
                return answer.status, text
            if is_closed(target, self.base_url) and not is_closed(self.base_url, ""):
                return 404, ""
            url = target
        return 404, ""

    async def _read(self, request: Request, limits: Limits, pace: timedelta = timedelta()) -> Answer:
        try:
            return await self._ask(request, limits, pace)
        except Unclear as error:  # nothing was written: reading can simply be done again
            raise Retry(str(error)) from error

    async def _ask(
        self, request: Request, limits: Limits, pace: timedelta = timedelta(), rest: timedelta = timedelta()
    ) -> Answer:
        name = host(request.url)
        async with self._pacer.turn(name, max(pace, self._settings.pace), rest):
            answer = await exchange(self._http, request, limits)
            self.ahead = ahead(answer.headers, self._clock())
            wait = retry_after(answer.headers, told_time(answer, self._clock)) if answer.status in (429, 503) else None
            if wait is not None:
                self._pacer.close(name, self._clock() + wait)
        structlog.get_logger().debug(
            "forum answered", method=request.method, url=shown(request.url), status=answer.status
        )
        return answer

    def _at_home(self, url: str) -> str:
        if belongs(url, self.base_url):
            return safest(url, self.base_url)
        raise WatchTrouble(
            f"{shown(url)} lies outside of {shown(self.base_url)}.",
            explanation="If the forum has moved, change its url in the configuration.",
        )

    def _entrusted(self, url: str) -> str:
        url = self._at_home(url)
        if entrusted(url, self.base_url):
            return url
        raise WatchTrouble(
            f"{shown(url)} is not {shown(self.base_url)}'s server, or less encrypted: it gets no keys and no forms.",
            explanation="If the forum has moved, change its url in the configuration.",
        )


@asynccontextmanager
async def open_session(
    settings: SessionSettings,
    credentials: Credentials | None,
    pacer: Pacer,
    clock: Clock,
    heard: Callable[[Page], None] | None = None,
    resolver: AbstractResolver | None = None,
) -> AsyncIterator[ForumSession]:
    """Open a session with cookies and connections of its own, and close them at the end. ``heard`` is shown each page
    that was read; ``resolver`` is asked for addresses, which are filtered.

    Connections are not kept: polls lie far apart, and a form sent over a connection that the forum has just closed
    would be an answer lost, which a person may have to look after."""
    cookies, names = Cookies(settings.base_url), SteadyResolver(settings.base_url, resolver)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=names, force_close=True),
        cookie_jar=cookies,
        headers={
            "User-Agent": settings.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "en;q=0.8,*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        },
        max_line_size=_LONGEST_HEADER,
        max_field_size=_LONGEST_HEADER,
    ) as http:
        yield ForumSession(http, settings, pacer, clock, cookies, names, credentials, heard)


def _one_more(history: tuple[str, ...], url: str) -> tuple[str, ...]:
    if len(history) == MAX_REDIRECTS:
        raise WatchTrouble(f"{shown(history[0])} was redirected more than {MAX_REDIRECTS} times.")
    return (*history, url)
