"""Reads a request in plain Chinese as a typed query. A grammar over the catalogue: it never makes SQL.

The order matters: what is more specific is taken out first. What is left over at the end, and is no filler, was not
understood: it is marked, and whoever asked sees it.
"""

import re
from datetime import date
from typing import Any

from mingpiao.inspections.background import ends_in_reason, leave_reasons, number_signs
from mingpiao.inspections.dates import periods_in
from mingpiao.inspections.entities import mark_exceptions, read_entities
from mingpiao.inspections.phrases import (
    REVERSE,
    read_amounts,
    read_forbidden,
    read_meanings,
    read_names,
    read_payers,
    read_rules,
    read_times,
)
from mingpiao.inspections.query import (
    MAX_REQUEST,
    InspectionQuery,
    MarkedPiece,
    MarkReason,
    UnderstoodRequest,
)
from mingpiao.inspections.samples import read_bare_draws, read_samples
from mingpiao.inspections.vocabulary import CORRECTIONS, FILLERS, Vocabulary
from mingpiao.inspections.wording import TAKEN, Wording
from mingpiao.kernel.errors import refuse

_REVERSED_AFTER = re.compile(
    rf"(?:份)?(?:之?间|期间|内|里|中|以来)?(?:被|已|才|又|再|发生|进行|做)*{REVERSE}(?:了|过|掉)?"
)
_REVERSED_BEFORE = re.compile(rf"{REVERSE}(?:的)?(?:日期|时间|日|发生)(?:在|为|是|于)*$")
_FILLER = re.compile("|".join(sorted(" ".join(FILLERS).split(), key=len, reverse=True)))
#: Words that restrict, though their characters alone would be filler.
_KEPT = re.compile(
    "以上|以下|以内|以外|之外|之上|之下|及其以上|不等于|人均|人次|用途|地址|以前|之前|以后|之后|上限|下限|个人信息"
)
_SIGNS = re.compile(r"[+＋&|\s，,。．.；;：:、！!？?（）()“”…—\-~《》【】\[\]/]+")
#: 两家, 三个地方, 这几个旗县, after what was listed.
_COUNTED = re.compile(
    rf"{TAKEN}的?(?:这|那|等|共|一共)*[一二两三四五六七八九十几\d]+(?:个|家|项|类|种|地|所|市|盟|旗|县|区|校|院|票|部分)(?:地方|地区|区|旗县|旗|县|盟市|市|单位|项目|票种|机构|部门)?(?!以)"
)


def read_request(request: str, today: date, vocabulary: Vocabulary) -> UnderstoodRequest:
    """The query that a request asks for, with all that is no part of it marked.

    Raises `Refusal` (`inspection.request_too_long`, 422) for more than `MAX_REQUEST` characters.
    """
    text = request.strip()
    if len(text) > MAX_REQUEST:
        message = f"检查要求不能超过{MAX_REQUEST}字，现有{len(text)}字，请精简。"
        raise refuse("inspection.request_too_long", message, field="request", status=422)
    words = Wording(text)
    read_forbidden(words)
    number_signs(words)
    leave_reasons(words, vocabulary, lambda part: _says_something(part, today, vocabulary))
    _read_corrected(words, today, vocabulary)
    return UnderstoodRequest(
        request=text,
        query=_query(words.members),
        marked=tuple(sorted(words.marked, key=lambda piece: piece.start)),
    )


def _read_all(words: Wording, today: date, vocabulary: Vocabulary) -> None:
    read_names(words)
    read_rules(words, dict(vocabulary.rules))
    read_samples(words)
    _read_dates(words, today)
    mark_exceptions(words, vocabulary)
    read_meanings(words)
    read_times(words)
    read_amounts(words)
    read_entities(words, vocabulary)
    read_payers(words)
    read_bare_draws(words)


def _says_something(part: str, today: date, vocabulary: Vocabulary) -> bool:
    """Whether a part of a request restricts anything that the grammar knows, or could not be asked."""
    words = Wording(part)
    _read_all(words, today, vocabulary)
    return bool(words.members) or bool(words.marked)


_CORRECTED = re.compile(
    rf"[，,。；;…\s]*(?:哦|噢|啊|呃|额|那个|等下|等一下)*(?:{'|'.join(CORRECTIONS)})+[，,。；;：:…\s]*(?:是|应该是|应为|查)?"
)
_CLAUSE_END = re.compile(r"[，,。；;\n]")


def _read_corrected(words: Wording, today: date, vocabulary: Vocabulary) -> None:
    """Read what is left. After 不对 and the like, the next clause takes the place of what was said of the same before."""
    said = next(
        (each for each in _CORRECTED.finditer(words.left) if not _is_evidence(words.left, each)), None
    )
    if said is None:
        _read_all(words, today, vocabulary)
        _mark_rest(words)
        return
    left = words.left
    earlier, clause = words.part(0, said.start()), words.part(said.end(), _end_of_clause(left, said.end()))
    _read_all(earlier, today, vocabulary)
    _read_all(clause, today, vocabulary)
    again = {_family(name) for name in clause.members} & {_family(name) for name in earlier.members}
    if not again:
        words.mark(said.start(), said.end(), MarkReason.UNKNOWN)
        _read_all(words, today, vocabulary)
        _mark_rest(words)
        return
    later = words.part(said.end(), len(left))
    _read_corrected(later, today, vocabulary)
    _mark_rest(earlier)
    words.marked += earlier.marked + later.marked
    words.members = {name: value for name, value in earlier.members.items() if _family(name) not in again}
    for name, value in later.members.items():
        if isinstance(value, list):
            words.add(name, value)
        else:
            words.put(name, value, said.start(), said.end())


def _is_evidence(text: str, said: re.Match[str]) -> bool:
    """金额不对 is said of evidence, not of the request."""
    return (
        said.start() > 0
        and text[said.start()] not in "，。； …哦噢啊呃额\n"
        and said[0].startswith(("不对", "改为", "改成"))
    )


def _end_of_clause(text: str, place: int) -> int:
    end = _CLAUSE_END.search(text, place)
    return end.start() if end else len(text)


def _family(member: str) -> str:
    """Members of which one takes the place of another: bounds of amounts, and what is wanted or not."""
    return "amount" if member.startswith("amount_") else member.removeprefix("not_")


def _read_dates(words: Wording, today: date) -> None:
    for found in periods_in(words.left, today):
        if not found.periods:
            words.mark(found.start, found.end, MarkReason.UNKNOWN)
            continue
        before = _REVERSED_BEFORE.search(words.left[: found.start])
        after = _REVERSED_AFTER.match(words.left, found.end)
        start = before.start() if before else found.start
        end = after.end() if after else found.end
        words.take_out(start, end)
        words.add("reversed_periods" if before or after else "periods", found.periods)


def _mark_rest(words: Wording) -> None:
    """Mark what is neither understood nor filler; pieces that only filler parts are one."""
    for match in list(_COUNTED.finditer(words.left)):
        words.take_out(match.start(), match.end())
    kept = {place for match in _KEPT.finditer(words.left) for place in range(match.start(), match.end())}
    left = list(words.left)
    for pattern in (_SIGNS, _FILLER):
        for match in pattern.finditer("".join(left)):
            if kept.isdisjoint(range(match.start(), match.end())):
                left[match.start() : match.end()] = TAKEN * (match.end() - match.start())
    for match in re.finditer(rf"[^{TAKEN}]+", "".join(left)):
        if ends_in_reason(words.left, match.start()):
            continue
        piece = MarkedPiece(
            start=words.offset + match.start(),
            end=words.offset + match.end(),
            text=words.request[match.start() : match.end()],
            reason=MarkReason.UNKNOWN,
        )
        words.marked.append(piece)


def _query(members: dict[str, Any]) -> InspectionQuery:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in members.items()
    }
    return InspectionQuery(**values)
