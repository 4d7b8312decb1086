"""The API as one aiohttp application: which path leads to which handler, and the layers around all of them."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.desk.api_admin import AdminRoutes
from forum_bridge.sandbox.desk.api_case_list import CaseList
from forum_bridge.sandbox.desk.api_cases import CaseRoutes
from forum_bridge.sandbox.desk.api_lists import ListRoutes
from forum_bridge.sandbox.desk.api_messages import MessageRoutes
from forum_bridge.sandbox.desk.api_ratings import RatingRoutes
from forum_bridge.sandbox.desk.api_users import UserRoutes
from forum_bridge.sandbox.desk.layers import (
    auth_layer,
    error_layer,
    fault_layer,
    rate_layer,
    refusal_layer,
    time_layer,
)
from forum_bridge.sandbox.desk.state import Desk

REF = r"{ref:[0-9,\-]+}"
MESSAGE = REF + r"/{kind:messages|note|notes}/{message_id:\d+}"


def build_api(desk: Desk) -> web.Application:
    """Return the API of ``desk``, to be mounted under ``/api/``. Each path works with a slash at its end too [code]."""
    layers = [time_layer(desk), fault_layer(desk), rate_layer(desk), error_layer, refusal_layer(desk), auth_layer(desk)]
    app = web.Application(middlewares=layers)
    cases, messages, users, lists = CaseRoutes(desk), MessageRoutes(desk), UserRoutes(desk), ListRoutes(desk)
    ratings, admin = RatingRoutes(desk), AdminRoutes(desk)
    routes = [
        ("GET", "cases", CaseList(desk).list_cases),
        ("POST", "cases", cases.create),
        ("GET", f"cases/{REF}", cases.get),
        ("PUT", f"cases/{REF}", cases.update),
        ("DELETE", f"cases/{REF}", cases.delete),
        ("PUT", f"cases/{REF}/{{act:trash|restore|spam}}", cases.flag),
        ("GET", f"cases/{REF}/changelog", cases.changelog),
        ("GET", f"cases/{REF}/messages", messages.list_messages),
        ("POST", f"cases/{REF}/messages", messages.create),
        ("POST", f"cases/{REF}/{{kind:note|notes}}", messages.note),
        ("PUT", f"cases/{MESSAGE}", messages.update),
        ("DELETE", f"cases/{MESSAGE}", messages.delete),
        ("PUT", f"cases/{REF}/rate", ratings.case),
        ("PUT", f"cases/{REF}/rate/{{message_id:\\d+}}", ratings.message),
        ("GET", "users", users.list_users),
        ("POST", "users", users.create),
        ("GET", r"users/{user_id:\d+}", users.get),
        ("PUT", r"users/{user_id:\d+}", users.update),
        ("DELETE", r"users/{user_id:\d+}", users.delete),
        ("PUT", r"users/{user_id:\d+}/{act:link|unlink}", users.link),
        ("PUT", r"users/{user_id:\d+}/{act:block|disable|restore}", users.set_state),
        ("GET", "staff", lists.staff),
        ("GET", r"staff/{staff_id:\d+}", lists.one_staff),
        ("GET", "custom_channels", lists.custom_channels),
        ("GET", "labels", lists.labels),
        ("POST", "labels", admin.create_label),
        ("PUT", r"labels/{label_id:\d+}", admin.update_label),
        ("DELETE", r"labels/{label_id:\d+}", admin.delete_label),
        ("GET", "groups", lists.groups),
        ("POST", "groups", admin.create_group),
        ("GET", r"groups/{group_id:\d+}", lists.one_group),
        ("PUT", r"groups/{group_id:\d+}", admin.update_group),
        ("DELETE", r"groups/{group_id:\d+}", admin.delete_group),
        ("PUT", r"groups/{group_id:\d+}/disable", admin.disable_group),
        ("PUT", r"groups/{group_id:\d+}/enable", admin.enable_group),
        ("GET", "languages", lists.languages),
        ("GET", "custom_fields", lists.custom_fields),
    ]
    for method, path, handler in routes:
        app.router.add_route(method, f"/{path}.json{{slash:/?}}", handler)
    return app
