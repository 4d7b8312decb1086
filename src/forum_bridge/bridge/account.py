"""Our account on one forum: signs in when a page asks for it, one at a time, and as often as the state machine of
``sign_in.py`` allows. How it stands is in the ledger, so that a restart tries nothing again that was refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from forum_bridge.bridge.sign_in import TODO, Standing, Wait, after, expired, may_try
from forum_bridge.command import command
from forum_bridge.errors import Blocked, BridgeError, Forbidden, Retry, SignInNeeded, WatchTrouble
from forum_bridge.forums.contract import Adapter, CanSignIn
from forum_bridge.ledger import forums as forums_ledger
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, SignIn, SignInState

T = TypeVar("T")

IN_VAIN = 8  # times, one after another, that a page still wants us to sign in right after we did: not that page alone


class Account:
    """Wraps work that may need a signed-in session. ``digest`` stands for the user and the password."""

    def __init__(self, forum: str, adapter: Adapter, ledger: Ledger, clock: Clock, digest: str = "") -> None:
        self._forum = forum
        self._adapter = adapter
        self._ledger = ledger
        self._clock = clock
        self._digest = digest
        self._one_at_a_time = asyncio.Lock()
        self._times = 0
        self._in = False  # the forum gave us a session, and nobody has said yet that it ended
        self._before = Standing()
        self._vain = 0

    async def doing(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what ``work`` returns; when it raises SignInNeeded, sign in and do it once more.

        Raises Forbidden when no account can help, Blocked on a challenge, Retry when signing in has to wait, and what
        ``work`` raises.
        """
        seen = self._times
        try:
            return self._done(await work())
        except SignInNeeded as needed:
            try:
                await self._sign_in(seen)
            except BridgeError as error:
                error.cursor = needed.cursor
                raise
        try:
            return self._done(await work())
        except SignInNeeded as again:
            await self._in_vain()
            trouble = WatchTrouble(
                f"{self._forum}: the forum shows us as signed out right after signing in",
                explanation="Sign in by hand with this account and look for a notice, a ban or a cookie wall.",
            )
            trouble.evidence, trouble.cursor = again.evidence, again.cursor
            raise trouble from again

    def _done(self, result: T) -> T:
        self._vain = 0
        return result

    async def _in_vain(self) -> None:
        """It was that page: our session had not ended, so it does not count, and others need not wait for the next."""
        self._in = False
        self._vain += 1
        if self._vain <= IN_VAIN and self._before.state is SignInState.OK:
            await self._note(self._before)

    async def _sign_in(self, seen: int) -> None:
        async with self._one_at_a_time:
            if self._times != seen and self._in:
                return  # somebody else signed in while we waited
            async with self._ledger.reading() as db:
                row = (await forums_ledger.everyone(db)).get(self._forum)
            self._before = standing = standing_of(row) if row is not None else Standing()
            if self._in:
                self._in = False
                standing = expired(standing, self._clock())
                await self._note(standing)
                structlog.get_logger().info("signed_out", forum=self._forum, times=standing.signed_out)
            waits = may_try(standing, self._digest, self._clock())
            if waits is not None:
                self._refuse(standing, row.sign_in_detail if row is not None else None, waits)
            outcome = await self._try()
            standing = after(standing, outcome.state, self._digest, self._clock())
            await self._note(standing, outcome)
            structlog.get_logger().info(
                "signed_in", forum=self._forum, outcome=outcome.state.value, detail=outcome.detail
            )
            if outcome.state is not SignInState.OK:
                self._refuse(standing, outcome.detail, Wait(standing.next_at))
            self._in = True
            self._times += 1

    async def _try(self) -> SignIn:
        if not isinstance(self._adapter, CanSignIn):
            raise Forbidden(
                f"{self._forum}: the forum wants us to sign in, and the adapter {self._adapter.name} cannot"
            )
        return await self._adapter.sign_in()

    async def _note(self, standing: Standing, outcome: SignIn | None = None) -> None:
        facts: dict[str, object] = {
            "sign_in": standing.state,
            "sign_in_at": standing.tried_at,
            "sign_in_since": standing.since,
            "sign_in_next": standing.next_at,
            "sign_in_tries": standing.tries,
            "sign_in_digest": standing.digest,
            "signed_out": standing.signed_out,
        }
        if outcome is not None:
            facts["sign_in_detail"] = outcome.detail
        if outcome is not None and outcome.account is not None:
            facts["own_key"] = outcome.account.key
        await self._ledger.commit(lambda db: forums_ledger.change(db, self._forum, **facts))

    def _refuse(self, standing: Standing, detail: str | None, waits: Wait) -> None:
        """Raise what stands in the way."""
        state = standing.state or SignInState.REFUSED
        if state in {SignInState.EXPIRED, SignInState.OK}:
            left = waits.until - self._clock() if waits.until is not None else None
            raise Retry(
                f"{self._forum}: the forum ends our sessions soon after they begin; the next one waits", after=left
            )
        told = f" ({detail})" if detail else ""
        once = f"; it is tried again at {waits.until:%Y-%m-%d %H:%M} UTC" if waits.until is not None else ""
        kind = Blocked if state is SignInState.BLOCKED else Forbidden
        raise kind(
            f"{self._forum}: signing in was answered with: {state.value}{told}{once}",
            explanation=todo_of(state, self._forum),
        )


def standing_of(row: ForumRow) -> Standing:
    """Return how signing in stands, by the ledger."""
    return Standing(
        SignInState(row.sign_in) if row.sign_in is not None else None,
        row.sign_in_since or row.sign_in_at,
        row.sign_in_at,
        row.sign_in_tries,
        row.sign_in_next,
        row.sign_in_digest,
        row.signed_out,
    )


def todo_of(state: SignInState, forum: str) -> str:
    """Return the operator's next action."""
    return TODO[state].format(retry=command("retry", f"sign-in-{forum}"))
