"""The API's ratings of cases and of single messages [code: laravel-omnidesk]."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.desk.answers import Shapes
from forum_bridge.sandbox.desk.body import read_fields
from forum_bridge.sandbox.desk.correspondence import check_access
from forum_bridge.sandbox.desk.envelope import answer
from forum_bridge.sandbox.desk.layers import AGENT
from forum_bridge.sandbox.desk.records import Case, Rating
from forum_bridge.sandbox.desk.state import Desk


class RatingRoutes:
    """Handlers of ``cases/<id>/rate…``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shapes = Shapes(desk)

    async def case(self, request: web.Request) -> web.Response:
        """Rate a case; the agent it is about is the one named, else the assignee."""
        rating = await self._rating(request)
        case = self._case(request)
        about = rating.staff_id or case.staff_id
        self._desk.casework.rate(case, Rating(rating.rating, rating.comment, about))
        return answer({"case": self._shapes.case(case)})

    async def message(self, request: web.Request) -> web.Response:
        """Rate a message of a case."""
        rating = await self._rating(request)
        case = self._case(request)
        message = self._desk.correspondence.message(case, int(request.match_info["message_id"]))
        self._desk.casework.rate(case, rating, message)
        return answer({"message": self._shapes.message(message)})

    def _case(self, request: web.Request) -> Case:
        case = self._desk.casework.living(request.match_info["ref"])
        check_access(request[AGENT], case)
        return case

    async def _rating(self, request: web.Request) -> Rating:
        fields = await read_fields(request, "rate", self._desk.timezone)
        return Rating(fields.text("rating"), fields.text("rating_comment"), fields.number("rated_staff_id") or 0)
