"""The one shape of every refusal.

A `Problem` is a value: a stable code, the field it concerns, a Chinese sentence that tells the user
what to do, and facts a program can use. `Refusal` carries one or more of them where flow must stop.
"""

from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a request is refused.

    `code` is stable and dotted (`bill.total_mismatch`); `field` is a JSON-pointer-like path
    (`items/0/amount`) or empty; `message` is Chinese and ends with what to do; `status` is the HTTP
    status that suits it (400 unless told); `facts` holds machine-readable extras.
    """

    code: str
    message: str
    field: str = ""
    status: int = 400
    facts: dict[str, Any] = {}


class Refusal(Exception):
    """A request that cannot be carried out; nothing was changed."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a refusal names at least one problem")
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))
        self.problems: tuple[Problem, ...] = problems

    @property
    def status(self) -> int:
        """The HTTP status of the first problem."""
        return self.problems[0].status


def refuse(code: str, message: str, *, field: str = "", status: int = 400, **facts: Any) -> Refusal:
    """Build a refusal with one problem, ready to be raised."""
    return Refusal(Problem(code=code, message=message, field=field, status=status, facts=facts))
