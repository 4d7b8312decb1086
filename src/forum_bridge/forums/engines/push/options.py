"""What an owner and the bridge agreed on: the secret they share, and where answers go."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError
from yarl import URL

from forum_bridge.config.urls import Url
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.web.public import is_public
from forum_bridge.web.standard_webhooks import Keys, secret_in

MAKE_ONE = "python3 -c \"import base64, secrets; print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""


def _usable(secret: SecretStr) -> SecretStr:
    try:
        secret_in(secret.get_secret_value())
    except ValueError as error:
        raise _refused(str(error), f"Make one with: {MAKE_ONE}") from None
    return secret


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _refused(problem: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{problem}", {"problem": problem, "mend": mend})


Secrets = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_usable)], ...], BeforeValidator(_several), Field(min_length=1)
]


class PushOptions(AdapterOptions):
    """Keys under ``options``."""

    secret: Secrets = Field(
        description="whsec_… of Standard Webhooks, shared with the owner alone; a list of two while you change it"
    )
    answers_to: Url | None = Field(None, description="where agents' answers are sent; without it they are not")
    private_network: bool = Field(
        False, description="answers_to may lie in a network of your own, and need not be https there"
    )

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.answers_to is None or self.private_network:
            return self
        url = URL(self.answers_to)
        if url.scheme != "https":
            problem = "answers_to is not https, so everybody on the way could read the answers"
            raise _refused(problem, "Give an https address; in a network of your own set private_network: true.")
        name = url.host or ""
        if (":" in name or name.replace(".", "").isdigit()) and not is_public(name):
            raise _refused(
                "answers_to lies in a private network", "If it is a network of your own, set private_network: true."
            )
        return self

    @property
    def keys(self) -> Keys:
        """The secrets, to sign and to check with."""
        return Keys.of(each.get_secret_value() for each in self.secret)
