"""Refusals of a condition: what is wrong, where (line, column, length), and what to do."""

import msgspec

from mingpiao.kernel.errors import Refusal, refuse

FIELD = "condition"
_LONGEST_QUOTE = 20


class TextSpan(msgspec.Struct, frozen=True):
    """A part of the text: the offset of its first character, and of the one after its last."""

    start: int
    end: int


def complain(code: str, text: str, span: TextSpan, message: str) -> Refusal:
    """A refusal `rule.condition_…` with its place in the text as facts; `message` says in Chinese what to do."""
    line = text.count("\n", 0, span.start) + 1
    column = span.start - (text.rfind("\n", 0, span.start) + 1) + 1
    quoted = _quote(text[span.start : span.end])
    where = f"第{line}行第{column}字" + (f"“{quoted}”" if quoted else "")
    return refuse(
        f"rule.condition_{code}",
        f"{where}：{message}",
        field=FIELD,
        status=422,
        line=line,
        column=column,
        length=max(1, span.end - span.start),
    )


def _quote(part: str) -> str:
    part = " ".join(part.split())
    return part if len(part) <= _LONGEST_QUOTE else part[:_LONGEST_QUOTE] + "…"
