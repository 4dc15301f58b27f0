"""The contract of a handler, written beside it; the OpenAPI document is made of these."""

from typing import Any

import msgspec

#: The name of the contract among Litestar's handler options.
OPTION = "contract"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A path or query parameter; `schema` is JSON Schema."""

    name: str
    description: str
    schema: dict[str, Any]
    example: str
    place: str = "path"


class SuccessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A successful answer. `content` is a Struct type, or a media type for bytes."""

    status: int
    description: str
    content: Any


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler accepts and returns.

    `body` is the Struct of a JSON body, `upload` the media type of a body that is a file; `problems` are the
    error codes that only this handler has.
    """

    answers: tuple[SuccessAnswer, ...]
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    upload: str = ""
    problems: tuple[str, ...] = ()


def contract(*answers: SuccessAnswer, **members: Any) -> dict[str, Any]:
    """The `opt` argument of a Litestar handler with a contract."""
    return {OPTION: Contract(answers=answers, **members)}


CODE = Parameter(
    name="code",
    description="票据代码，8位数字。",
    schema={"type": "string", "pattern": "^[0-9]{8}$"},
    example="15060125",
)
NUMBER = Parameter(
    name="number",
    description="票据号码，10位数字。",
    schema={"type": "string", "pattern": "^[0-9]{10}$"},
    example="0000000001",
)
