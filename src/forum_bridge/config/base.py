"""What all models of the configuration share: frozen, strict about keys, silent about values, and rules over
several keys that are told together with every other fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainSerializer,
    SecretStr,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from forum_bridge.config.faults import KeyPath

MASK = "********"
Broken = tuple[KeyPath, PydanticCustomError]


def _filled(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise refused("is empty", "write the value, or where it stands: ${ENV}, ${file:PATH} or ${credential:NAME}")
    return secret


def refused(problem: str, mend: str, *, detail: str = "", beside: str = "") -> PydanticCustomError:
    """Return the error of a value that cannot be used: what is wrong with it and what to write, never the value itself.
    ``detail`` is taken from the value and shown only where it holds no reference; ``beside`` names another key of the
    group that the judgement rests on."""
    context = {"problem": problem, "mend": mend, "detail": detail, "beside": beside}
    return PydanticCustomError("refused", "{problem}", context)


Secret = Annotated[
    SecretStr,
    AfterValidator(_filled),
    PlainSerializer(lambda _: MASK, return_type=str),
    WithJsonSchema({"type": "string", "writeOnly": True, "examples": ["${ENV}", "${file:PATH}", "${credential:NAME}"]}),
]


class Model(BaseModel):
    """A group of keys. Its repr shows no value, since a secret may stand inside any text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True
    )

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        return []

    @classmethod
    def rules(cls, keys: Mapping[str, object]) -> Iterator[Broken]:
        """Yield what is wrong between several keys of the group as written; values may still be of any type."""
        del keys  # a group without rules
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _with_rules(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        broken = list(cls.rules(data)) if isinstance(data, Mapping) else []
        errors = [InitErrorDetails(type=error, loc=path, input=None) for path, error in broken]
        try:
            made = handler(data)
        except ValidationError as invalid:
            errors += [_again(error) for error in invalid.errors(include_url=False)]
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors, hide_input=True)
        return made


def _again(error: ErrorDetails) -> InitErrorDetails:
    """A line of a caught ValidationError, fit to be raised once more."""
    ctx = error.get("ctx", {})
    kind = refused(**ctx) if error["type"] == "refused" else error["type"]
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=ctx)
