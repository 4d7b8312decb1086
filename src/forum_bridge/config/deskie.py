"""The desk's side of the configuration: the Deskie account, the webhook's entrance, the ledger's place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    WithJsonSchema,
)

from forum_bridge.config.base import Broken, Model, Secret, refused
from forum_bridge.config.durations import PositiveDuration
from forum_bridge.config.urls import Url

ACCOUNT = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$"
CHANNEL = r"^cch\d+$"
BIND = r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$"
HOW_TO_MAKE_ONE = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


def _account(text: str) -> str:
    if not re.fullmatch(ACCOUNT, text, re.ASCII):
        raise refused("is not the name of a Deskie account", "write only the part of the address before .deskie.io")
    return text.lower()


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise refused("is not an e-mail address", "write the e-mail of the agent whose API key is used")
    return text


def _channel(text: str) -> str:
    if not re.fullmatch(CHANNEL, text, re.ASCII):
        raise refused(
            "is not the key of a custom channel", "write it as Deskie shows it: cch and a number, as in cch42"
        )
    return text


def _bind(text: str) -> str:
    if not re.fullmatch(BIND, text, re.ASCII) or int(text.rpartition(":")[2]) > 65_535:
        raise refused("is not an address and a port", "write both, as in 127.0.0.1:8090")
    return text


def _hook_secret(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if len(text) < 24:
        raise refused("is shorter than 24 characters", HOW_TO_MAKE_ONE)
    if not re.fullmatch(r"[A-Za-z0-9._~-]+", text) or not text.strip("."):
        raise refused("holds letters that cannot stand in an address", HOW_TO_MAKE_ONE)
    return secret


def _network(value: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(value).strip(), strict=False)
    except ValueError:
        mend = "write an address or a network, as in 203.0.113.7 or 203.0.113.0/24"
        raise refused("is no address and no network", mend) from None


def _number_or_none(value: object) -> object:
    return None if value == "none" else value


NetworkOf = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_network),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string"}),
]
Channel = Annotated[str, AfterValidator(_channel), WithJsonSchema({"type": "string", "pattern": CHANNEL})]
CasesPerDay = Annotated[
    Annotated[int, Field(ge=1)] | None,
    BeforeValidator(_number_or_none),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["none", None]}]}),
]


class DeskieConfig(Model):
    """The Deskie account and how the bridge uses its API."""

    account: Annotated[str, AfterValidator(_account)] | None = Field(
        None, description="The name before .deskie.io in your Deskie address. Write this or base_url."
    )
    base_url: Url | None = Field(None, description="The whole address of the API, instead of account.")
    email: Annotated[str, AfterValidator(_email)] = Field(description="E-mail of the agent whose API key is used.")
    api_key: Secret = Field(description="The API key from Deskie's settings.")
    channel: Channel = Field("cch42", description="Key of the custom channel; a forum may name another one.")
    budget_share: float = Field(
        0.7, gt=0, le=1, description="Share of the account's requests a minute that the bridge may use."
    )
    new_cases_per_day: CasesPerDay = Field(
        None, description="At most so many new cases a day; over it posts wait and the operator is told."
    )
    timeout: PositiveDuration = Field(timedelta(seconds=30), description="How long one request to Deskie may take.")

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """Exactly one of account and base_url says where the API is."""
        if keys.get("account") is None and keys.get("base_url") is None and "account" not in keys:
            yield (
                (),
                refused(
                    "neither account nor base_url says where Deskie is", "add the line account: and your account's name"
                ),
            )
        if keys.get("account") is not None and keys.get("base_url") is not None:
            yield (
                ("base_url",),
                refused("stands beside account, but only one of them can be", "delete one of the two lines"),
            )

    @property
    def api_url(self) -> str:
        """The API's address with a slash at its end: https://ACCOUNT.deskie.io/api/, or base_url."""
        url = self.base_url or f"https://{self.account}.deskie.io/api/"
        return url if url.endswith("/") else f"{url}/"


class WebhookConfig(Model):
    """Where Deskie sends agents' answers."""

    bind: Annotated[str, AfterValidator(_bind), WithJsonSchema({"type": "string", "pattern": BIND})] = Field(
        "127.0.0.1:8090", description="Address and port on which the bridge listens."
    )
    public_url: Url | None = Field(
        None,
        description="The address under which Deskie (/deskie/CHANNEL/SECRET is appended) and the forum's readers "
        "(files of answers, /files/…) reach the bridge. Left out, files are linked where Deskie has them.",
    )
    secret: Annotated[Secret, AfterValidator(_hook_secret)] = Field(
        description="At least 24 characters that stand in the webhook's address."
    )
    allow: list[NetworkOf] = Field(
        [], description="Addresses and networks from which the webhook may come; empty lets in from everywhere."
    )
    trusted_proxies: list[NetworkOf] = Field(
        [ip_network("127.0.0.0/8"), ip_network("::1/128")],
        description="Web servers that are believed when they name the address for which they pass a request on "
        "(X-Forwarded-For).",
    )

    @property
    def host(self) -> str:
        """The address to listen on, without brackets."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on; 0 lets the system choose."""
        return int(self.bind.rpartition(":")[2])

    def path_for(self, channel: str) -> str:
        """Return the path on which answers of ``channel`` arrive. It holds the secret: never log it."""
        return f"/deskie/{channel}/{self.secret.get_secret_value()}"
