"""Steers the simulated desk from outside its process: order faults, set switches, act as an agent, look at everything.
It is no part of Deskie and asks for no key, so it listens to JSON only, which no foreign web page can send unasked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.body import read_json
from forum_bridge.sandbox.desk.control_time import chat_of, time_acts
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.delivery import Delivery
from forum_bridge.sandbox.desk.envelope import answer
from forum_bridge.sandbox.desk.fields import Fields
from forum_bridge.sandbox.desk.layers import error_layer, time_layer
from forum_bridge.sandbox.desk.records import Case
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk

Act = Callable[[Fields], Awaitable[object]]


def build_control(desk: Desk) -> web.Application:
    """Return the control API of ``desk``, to be mounted under ``/_control/``. Every act is a POST of a JSON object."""
    control = _Control(desk)
    app = web.Application(middlewares=[time_layer(desk), error_layer])
    app.router.add_get("/state", control.state)
    app.router.add_delete("/faults", control.clear_faults)
    acts: dict[str, Act] = {
        "faults": control.order_fault,
        "agent_reply": control.agent_reply,
        "note": control.note,
        "status": control.status,
        "flag": control.flag,
        "purge": control.purge,
        "merge": control.merge,
        "channel": control.channel,
        "agent": control.agent,
        **time_acts(desk),
    }
    for name, act in acts.items():
        app.router.add_post(f"/{name}", control.handler(act))
    app.router.add_post("/switches", control.set_switches)
    return app


class _Control:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    def handler(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Wrap an act: its fields from the body, its result as the answer."""

        async def handle(request: web.Request) -> web.Response:
            return answer(await act(Fields(await read_json(request), self._desk.timezone)))

        return handle

    async def state(self, _: web.Request) -> web.Response:
        """Everything the desk holds; no keys, no webhook addresses."""
        desk = self._desk
        return answer(
            {
                "version": desk.version,
                "cases": [self._case(case) for case in desk.tables.cases.values()],
                "users": [self._shapes.user(user) for user in desk.users()],
                "deliveries": [_delivery(delivery) for delivery in desk.deliveries],
                "faults": desk.faults.as_json(),
                "switches": desk.switches.as_json(),
            }
        )

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Forget all faults and let go of what hangs."""
        self._desk.faults.clear()
        return answer({"faults": []})

    async def set_switches(self, request: web.Request) -> web.Response:
        """Set switches by name, all or none."""
        self._desk.switches.apply(await read_json(request))
        return answer({"switches": self._desk.switches.as_json()})

    async def order_fault(self, asked: Fields) -> object:
        """``match``, ``what``, ``times`` (1), ``takes_effect`` (false)."""
        times = asked.number("times")
        effect = asked.flag("takes_effect")
        match, what = asked.text("match"), asked.text("what")
        self._desk.faults.next(match, what, 1 if times is None else times, takes_effect=effect)
        return {"faults": self._desk.faults.as_json()}

    async def agent_reply(self, asked: Fields) -> object:
        """``case_id``, ``html``, ``staff_id`` (the first active agent), ``via_rule`` (false), ``send_at`` (now)."""
        writing = Writing(html=asked.text("html"), send_at=asked.time("send_at"))
        message = self._desk.correspondence.by_agent(
            self._case_id(asked), self._staff_id(asked), writing, via_rule=asked.flag("via_rule")
        )
        return {"message": self._shapes.message(message)}

    async def note(self, asked: Fields) -> object:
        """``case_id``, ``html``, ``staff_id`` (the first active agent)."""
        message = await self._desk.add_note(self._case_id(asked), asked.text("html"), self._staff_id(asked))
        return {"message": self._shapes.message(message)}

    async def status(self, asked: Fields) -> object:
        """``case_id``, ``status``."""
        done_by = f"staff_{self._staff_id(asked)}"
        return {"case": self._case(self._desk.set_status(self._case_id(asked), asked.text("status"), done_by=done_by))}

    async def flag(self, asked: Fields) -> object:
        """``case_id``, ``to``: trash, spam or restore."""
        acts = {"trash": self._desk.trash, "spam": self._desk.spam, "restore": self._desk.restore}
        if asked.text("to") not in acts:
            raise Refusal("wrong_to")
        return {"case": self._case(acts[asked.text("to")](self._case_id(asked)))}

    async def purge(self, asked: Fields) -> object:
        """``case_id`` or ``user_id``: vanish for good, as by the plan's limits."""
        if user_id := asked.number("user_id"):
            self._desk.people.purge(user_id)
        else:
            self._desk.purge(self._case_id(asked))
        return {}

    async def merge(self, asked: Fields) -> object:
        """``child`` into ``parent``, ids or numbers."""
        child, parent = (self._desk.case(asked.text(name)).case_id for name in ("child", "parent"))
        return {"case": self._case(self._desk.merge(child, parent))}

    async def channel(self, asked: Fields) -> object:
        """``channel`` (its key), and ``webhook_url`` or ``active`` or both."""
        webhook_url = asked.text("webhook_url") if asked.has("webhook_url") else None
        active = asked.flag("active") if asked.has("active") else None
        self._desk.set_channel(asked.text("channel"), webhook_url=webhook_url, active=active)
        return {}

    async def agent(self, asked: Fields) -> object:
        """``staff_id``, ``active``."""
        self._desk.set_agent(asked.number("staff_id") or 0, active=asked.flag("active"))
        return {}

    def _case_id(self, asked: Fields) -> int:
        return self._desk.case(asked.text("case_id")).case_id

    def _staff_id(self, asked: Fields) -> int:
        active = (agent.staff_id for agent in self._desk.agents.values() if agent.active)
        return asked.number("staff_id") or next(active, 0)

    def _case(self, case: Case) -> dict[str, object]:
        messages = [self._shapes.message(message) for message in self._desk.messages(case)]
        return {**self._shapes.case(case), **chat_of(self._desk, case), "messages": messages}


def _delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "message_id": delivery.message_id,
        "case_id": delivery.case_id,
        "status": delivery.status,
        "accepted": delivery.accepted,
        "done": delivery.done,
        "attempts": [{"status": attempt.status, "trouble": attempt.trouble} for attempt in delivery.attempts],
    }
