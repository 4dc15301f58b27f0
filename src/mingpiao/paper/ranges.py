"""Ranges of sheets as people type them, and as the database keeps them (int8multirange)."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mingpiao.kernel.codes import NUMBER_SPACE, bill_id, is_code, is_number
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import half_width
from mingpiao.paper.model import PaperRange

#: So many lines of a form are read; a longer list is sent in parts.
MAX_LINES = 200
#: So many sheets move at once; a print order of a province is smaller.
MAX_SHEETS = 100_000_000
_EXAMPLE = (
    "每行一段：票据代码 起始号码 终止号码，例如：15069126 0000000001 0000000100。只有一张的，只写一个号码。"
)


def read_ranges(text: str, *, field: str = "sheets") -> tuple[PaperRange, ...]:
    """The ranges that a form names, one a line, in order; ranges that touch are one.

    Raises `Refusal` with every problem (422): `paper.ranges_missing`, `paper.ranges_malformed`,
    `paper.ranges_backwards`, `paper.ranges_overlap`, `paper.ranges_too_many`.
    """
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    if not lines:
        raise Refusal(_wrong("missing", f"请填写号段。{_EXAMPLE}", field))
    if len(lines) > MAX_LINES:
        raise Refusal(_wrong("too_many", f"一次最多{MAX_LINES}行，请分几次办理。", field))
    problems: list[Problem] = []
    ranges: list[PaperRange] = []
    for place, line in enumerate(lines, start=1):
        found = _read_line(line, place, field)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            ranges.append(found)
    problems += [
        _wrong("overlap", f"{later.line}与另一行的号码重复，请只写一次。", field)
        for before, later in overlaps(ranges)
    ]
    if not problems and sum(each.count for each in ranges) > MAX_SHEETS:
        problems.append(_wrong("too_many", f"一次最多{MAX_SHEETS:,}张，请核对号码，或分几次办理。", field))
    if problems:
        raise Refusal(*problems)
    return joined(ranges)


def _read_line(line: str, place: int, field: str) -> PaperRange | Problem:
    words = half_width(line).replace("-", " ").replace("至", " ").split()
    ends = words[1:]
    if len(words) not in (2, 3) or not is_code(words[0]) or not all(is_number(each) for each in ends):
        message = f"第{place}行看不懂。{_EXAMPLE}代码是8位数字，号码是10位数字，前面的0也要填写；跨代码的号段请分行。"
        return _wrong("malformed", message, field)
    first, last = (bill_id(words[0], each) for each in (ends[0], ends[-1]))
    if not first % NUMBER_SPACE:
        return _wrong("malformed", f"第{place}行的号码从0000000001起，请修改。", field)
    if last < first:
        return _wrong("backwards", f"第{place}行的终止号码小于起始号码，请修改。", field)
    return PaperRange(first, last)


def _wrong(what: str, message: str, field: str) -> Problem:
    return Problem(code=f"paper.ranges_{what}", field=field, message=message, status=422)


def overlaps(ranges: Iterable[PaperRange]) -> list[tuple[PaperRange, PaperRange]]:
    """Neighbours in order that have a sheet in common."""
    ordered = sorted(ranges)
    return [(before, later) for before, later in pairwise(ordered) if later.first <= before.last]


def joined(ranges: Iterable[PaperRange]) -> tuple[PaperRange, ...]:
    """The same sheets as the fewest ranges, in order; no range goes over the end of its code."""
    found: list[PaperRange] = []
    for each in sorted(ranges):
        if found and each.first <= found[-1].last + 1 and each.code == found[-1].code:
            found[-1] = PaperRange(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)


def less(ranges: Iterable[PaperRange], taken: Iterable[PaperRange]) -> tuple[PaperRange, ...]:
    """The sheets of `ranges` that are not among `taken`."""
    left = list(joined(ranges))
    for gone in taken:
        left = [
            part
            for each in left
            for part in (
                PaperRange(each.first, min(each.last, gone.first - 1)),
                PaperRange(max(each.first, gone.last + 1), each.last),
            )
            if part.first <= part.last
        ]
    return tuple(left)


def common(ranges: Iterable[PaperRange], others: Iterable[PaperRange]) -> tuple[PaperRange, ...]:
    """The sheets that are in both."""
    found = joined(ranges)
    return less(found, less(found, others))


def written(ranges: Iterable[PaperRange]) -> str:
    """The ranges as PostgreSQL writes a multirange."""
    return "{" + ",".join(f"[{each.first},{each.last + 1})" for each in ranges) + "}"


def parted(firsts: Sequence[int], ends: Sequence[int]) -> tuple[PaperRange, ...]:
    """The ranges of a multirange by their first sheets and those behind their last."""
    return joined(PaperRange(first, end - 1) for first, end in zip(firsts, ends, strict=True))


def lines_of(ranges: Iterable[PaperRange]) -> str:
    """The ranges as lines of a form."""
    return "\n".join(each.line for each in ranges)


def told(ranges: Sequence[PaperRange], most: int = 20) -> str:
    """The ranges in words."""
    words = "、".join(f"{each.code} {each.numbers}" for each in ranges[:most])
    return f"{words}等{len(ranges)}段" if len(ranges) > most else words
