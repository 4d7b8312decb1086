"""Signing in: a wrong password is tried once and never in a loop, riddles and walls are left alone for hours, and a
session that ended is asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.bridge.world import World

from forum_bridge.bridge.sign_in import FIRST_WAIT, Standing, after, again, digest_of, expired, may_try
from forum_bridge.daemon.operate import operate
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import forums
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.operator import Act
from forum_bridge.model import SignInState
from forum_bridge.sandbox.forum.faults import What

OK, EXPIRED, REFUSED, CAPTCHA, BLOCKED = (
    SignInState.OK, SignInState.EXPIRED, SignInState.REFUSED, SignInState.CAPTCHA, SignInState.BLOCKED,
)  # fmt: skip
START = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


class SigningIn(RuleBasedStateMachine):
    """A bridge that asks whenever something wants it to, an operator who changes things, and a forum of any mood."""

    @initialize(password=st.sampled_from(["bir", "iki"]))
    def begin(self, password: str) -> None:
        self.now, self.password, self.standing = START, password, Standing()
        self.refused: str | None = None  # the last one: who puts an earlier one back has thought about it
        self.said = False  # by a person, that it shall be tried
        self.asked: list[tuple[datetime, SignInState, str]] = []
        self.inside = False
        self.ended = 0

    @rule(seconds=st.integers(1, 200_000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_bridge_starts_anew(self) -> None:
        self.inside = False  # only what the ledger holds is left

    @rule(password=st.sampled_from(["bir", "iki", "üç"]))
    def the_configuration_is_changed(self, password: str) -> None:
        self.password = password

    @rule()
    def a_person_says_again(self) -> None:
        self.standing, self.said = again(self.standing), True
        self.refused = None

    @precondition(lambda self: self.inside)
    @rule()
    def the_session_ends(self) -> None:
        self.standing, self.inside = expired(self.standing, self.now), False
        self.ended += 1
        assert self.standing.state is EXPIRED
        assert self.standing.signed_out == self.ended

    @precondition(lambda self: not self.inside)
    @rule(mood=st.sampled_from([OK, REFUSED, CAPTCHA, BLOCKED]))
    def something_wants_us_signed_in(self, mood: SignInState) -> None:
        key = digest_of("key", self.password)
        before = self.standing
        waits = may_try(before, key, self.now)
        if waits is not None:
            assert waits.until is None or self.now < waits.until
            assert before.state is not OK
            return
        if before.state in {CAPTCHA, BLOCKED} and not self.said and self.asked:
            last, _, password = self.asked[-1]
            changed = before.state is CAPTCHA and password != self.password
            assert changed or self.now - last >= FIRST_WAIT, "hours lie between two tries"
        assert self.password != self.refused or before.state is not REFUSED, "a refused password was tried again"
        self.standing, self.said = after(before, mood, key, self.now), False
        self.asked.append((self.now, mood, self.password))
        self.inside = mood is OK
        self.refused = self.password if mood is REFUSED else None

    @invariant()
    def who_is_refused_waits_for_a_person(self) -> None:
        if hasattr(self, "standing") and self.standing.state is REFUSED and self.standing.digest is not None:
            assert self.standing.next_at is None


TestSigningIn = SigningIn.TestCase
TestSigningIn.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_a_digest_tells_no_password_and_no_two_are_alike() -> None:
    told = {digest_of("key", "user", "pass"), digest_of("key", "userp", "ass"), digest_of("other", "user", "pass"),
            digest_of("key", "user", None), digest_of("key", "user", "")}  # fmt: skip
    assert len(told) == 5
    assert not any("pass" in each for each in told)


@pytest.mark.parametrize("state", [CAPTCHA, BLOCKED])
def test_each_time_it_waits_longer(state: SignInState) -> None:
    standing, waits = Standing(), []
    for _ in range(5):
        standing = after(standing, state, "x", START)
        assert standing.next_at is not None
        waits.append((standing.next_at - START).total_seconds() / 3600)
    assert waits == [6, 12, 24, 24, 24]


async def row(world: World) -> ForumRow:
    async with world.ledger.reading() as db:
        return (await forums.everyone(db))["sandbox"]


def password(world: World, text: str) -> None:
    def change(forum: dict[str, object]) -> None:
        forum["login"] = {"user": "acme_destek", "password": text}

    world.configure(change)


async def test_a_wrong_password_is_tried_once_not_even_after_a_restart(world: World) -> None:
    password(world, "yanlış-parola")
    await world.restart()
    await world.settle()
    assert (await row(world)).sign_in == "refused"
    since = (await row(world)).sign_in_since
    watch = world.forum.faults.next(r"POST /login", What.CUT_BEFORE, None)
    for _ in range(3):
        await world.later(hours=1)
    await world.restart()
    await world.later(hours=1)
    assert watch.hits == 0
    assert (await row(world)).sign_in_since == since
    assert "yanlış-parola" not in str(await row(world))
    world.forum.faults.clear()
    assert all(each.trouble and "retry sign-in-sandbox" in each.trouble for each in await world.watches())


async def test_a_corrected_password_is_tried_at_once(world: World) -> None:
    login = world.config.forums["sandbox"].login
    assert login is not None
    assert login.password is not None
    right = login.password.get_secret_value()
    password(world, "yanlış-parola")
    await world.restart()
    await world.settle()
    assert (await row(world)).sign_in == "refused"
    password(world, right)
    await world.restart()
    await world.later(minutes=20)
    assert (await row(world)).sign_in == "ok"
    assert not any(each.trouble for each in await world.watches())


async def test_a_person_may_have_it_tried_again(world: World) -> None:
    password(world, "yanlış-parola")
    await world.restart()
    await world.settle()
    said = await operate(world.ledger, Act.RETRY, "sign-in-sandbox", world.clock)
    assert "once more" in said
    watch = world.forum.faults.next(r"POST /login", What.CUT_BEFORE, None)
    await world.later(minutes=30)
    assert watch.hits >= 1
    with pytest.raises(BridgeError, match="no forum nowhere"):
        await operate(world.ledger, Act.RETRY, "sign-in-nowhere", world.clock)
    with pytest.raises(BridgeError, match="only be tried again"):
        await operate(world.ledger, Act.DROP, "sign-in-sandbox", world.clock)


async def test_a_session_that_ended_is_asked_for_once_and_counted(world: World) -> None:
    await world.later(minutes=30)
    await world.forget_sessions()
    await world.later(minutes=30)
    found = await row(world)
    assert (found.sign_in, found.signed_out) == ("ok", 1)
    await world.restart()  # a bridge that starts has no session: nobody ended one
    await world.later(minutes=30)
    assert (await row(world)).signed_out == 1


async def test_a_riddle_is_left_alone_for_hours_and_a_person_is_told_what_to_do(world: World) -> None:
    world.configure(lambda forum: forum.update(options={"login": {"captcha": "form.login-form"}}))
    await world.restart()
    await world.settle()
    found = await row(world)
    assert (found.sign_in, found.sign_in_tries) == ("captcha", 1)
    assert found.sign_in_next == world.clock() + FIRST_WAIT
    (trouble,) = {each.trouble for each in await world.watches()}
    assert trouble is not None
    assert "a riddle" in trouble
    assert "Sign in once by hand" in trouble
    assert "retry sign-in-sandbox" in trouble
    for _ in range(5):
        await world.later(hours=1)
        await world.restart()
    assert (await row(world)).sign_in_tries == 1
    await world.later(hours=2)
    assert (await row(world)).sign_in_tries == 2
    world.configure(lambda forum: forum.update(options={}))
    await world.restart()
    await world.later(hours=1)
    assert (await row(world)).sign_in == "captcha"
    await operate(world.ledger, Act.RETRY, "sign-in-sandbox", world.clock)
    await world.later(hours=1)
    assert (await row(world)).sign_in == "ok"
    assert not any(each.trouble for each in await world.watches())


async def test_a_wall_in_front_of_signing_in_is_left_alone_for_hours(world: World) -> None:
    await world.restart()
    wall = world.forum.faults.next(r"GET /login", What.CHALLENGE, None)
    await world.later(minutes=30)
    assert ((await row(world)).sign_in, wall.hits) == ("blocked", 1)
    for _ in range(5):
        await world.later(hours=1)
    assert wall.hits == 1
    await world.later(hours=2)
    assert wall.hits == 2
    world.forum.faults.clear()
    await world.later(hours=24)
    assert (await row(world)).sign_in == "ok"
