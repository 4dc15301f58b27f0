"""Many bills checked one after the other, as an office does with what it was handed."""

import msgspec

from mingpiao.kernel.errors import Problem
from mingpiao.verification.model import FaceQuery, VerificationResult

#: Bills in one batch.
MAX_LINES = 200


class CheckLine(msgspec.Struct, frozen=True, kw_only=True):
    """One bill of a batch: a file, the five facts of a face, or what is wrong with them.

    `name` tells people which it is: a file's name, or a row of a table. `code` and `number` are as they were
    typed.
    """

    name: str
    data: bytes | None = None
    query: FaceQuery | None = None
    code: str = ""
    number: str = ""
    problems: tuple[Problem, ...] = ()


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a line: a result, or why there is none."""

    line: CheckLine
    result: VerificationResult | None = None
    problems: tuple[Problem, ...] = ()
