"""Our account on one forum: signs in when a page asks for it, one at a time, and never tries a refused password
again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from forum_bridge.errors import Blocked, Forbidden, SignInNeeded, WatchTrouble
from forum_bridge.forums.contract import Adapter, CanSignIn
from forum_bridge.ledger import forums as forums_ledger
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, SignIn, SignInState

T = TypeVar("T")

ADVICE = {
    SignInState.REFUSED: "Check login.user and login.password of this forum, then restart the bridge.",
    SignInState.CAPTCHA: "Sign in once by hand with this account, or ask the owner to exempt it from captchas, then "
    "restart the bridge.",
    SignInState.BLOCKED: "Ask the forum's owner to let the bridge's User-Agent through.",
}

FINAL = frozenset({SignInState.REFUSED, SignInState.CAPTCHA})  # trying again would only lock the account


class Account:
    """Wraps work that may need a signed-in session. The state outlives failures, not the daemon's configuration."""

    def __init__(self, forum: str, adapter: Adapter, ledger: Ledger, clock: Clock) -> None:
        self._forum = forum
        self._adapter = adapter
        self._ledger = ledger
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._outcome: SignIn | None = None
        self._times = 0

    async def doing(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what ``work`` returns; when it raises SignInNeeded, sign in and do it once more.

        Raises Forbidden when no account can help, Blocked on a challenge, and what ``work`` raises.
        """
        seen = self._times
        try:
            return await work()
        except SignInNeeded:
            await self._sign_in(seen)
        try:
            return await work()
        except SignInNeeded as again:
            trouble = WatchTrouble(
                f"{self._forum}: the forum shows us as signed out right after signing in",
                explanation="Sign in by hand with this account and look for a notice, a ban or a cookie wall.",
            )
            trouble.evidence = again.evidence
            raise trouble from again

    async def _sign_in(self, seen: int) -> None:
        async with self._one_at_a_time:
            if self._times != seen and self._outcome is not None and self._outcome.state is SignInState.OK:
                return  # somebody else signed in while we waited
            if self._outcome is None or self._outcome.state not in FINAL:
                self._outcome = await self._try()
            _refuse(self._forum, self._outcome)

    async def _try(self) -> SignIn:
        if not isinstance(self._adapter, CanSignIn):
            raise Forbidden(
                f"{self._forum}: the forum wants us to sign in, and the adapter {self._adapter.name} cannot"
            )
        outcome = await self._adapter.sign_in()
        self._times += 1
        structlog.get_logger().info("signed_in", forum=self._forum, outcome=outcome.state.value, detail=outcome.detail)
        now = self._clock()
        await self._ledger.commit(lambda db: forums_ledger.signed_in(db, self._forum, outcome, now=now))
        return outcome


def _refuse(forum: str, outcome: SignIn) -> None:
    if outcome.state is SignInState.OK:
        return
    kind = Blocked if outcome.state is SignInState.BLOCKED else Forbidden
    told = f" ({outcome.detail})" if outcome.detail else ""
    raise kind(f"{forum}: signing in was answered with: {outcome.state.value}{told}", explanation=ADVICE[outcome.state])
