"""How the simulated desk says no: a machine code and an HTTP status, the way Deskie's API words it."""

from __future__ import annotations

from forum_bridge.errors import BridgeError

STATUSES = {
    "case_not_found": 404,
    "channel_not_found": 404,
    "file_not_found": 404,
    "group_not_found": 404,
    "label_not_found": 404,
    "message_not_found": 404,
    "not_found": 404,
    "staff_not_found": 404,
    "user_not_found": 404,
    "staff_has_not_access": 403,
    "staff_not_active": 403,
}


class Refusal(BridgeError):
    """The simulated desk refuses. ``code`` is what ``{"error": …}`` carries; ``status`` the HTTP status beside it.

    Only these codes were seen on the real service (api.md, section 1): case_not_found, email_already_exist,
    phone_already_exist, staff_not_active, staff_has_not_access. The other codes, and every pairing of a code with a
    status, are this desk's own guess: a client must not lean on them.
    """

    explanation = "This is what the desk answers; read the code and mend the request."

    def __init__(self, code: str, status: int | None = None) -> None:
        super().__init__(f"The desk refuses: {code}.")
        self.code = code
        self.status = status if status is not None else STATUSES.get(code, 400)
