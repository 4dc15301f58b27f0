"""How a condition is refused: what is wrong, where (line, column, length), and what to do."""

import msgspec

from mingpiao.kernel.errors import Refusal, refuse

FIELD = "condition"
_LONGEST_QUOTE = 20


class TextSpan(msgspec.Struct, frozen=True):
    """Part of the text: offsets of the first character and of the one after the last."""

    start: int
    end: int


def complain(code: str, text: str, span: TextSpan, message: str) -> Refusal:
    """A refusal `rule.condition_…` with the place in its facts; `message` is Chinese and says what to do."""
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
