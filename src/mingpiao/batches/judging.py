"""Judges the rows of a batch together, as if they were issued now in their order. Nothing is issued or counted."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mingpiao.batches.columns import with_places
from mingpiao.batches.model import BatchRow, RowState
from mingpiao.batches.reading import SAME_ROW, ReadRow, Wanted, at_columns, business_no_of, read_row
from mingpiao.batches.slips import places_of
from mingpiao.batches.store import RowVerdict
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import AwaitsEvidence, Issued, NeedsChecking, NeedsConfirmation, Refused
from mingpiao.issuing.service import Desk, Forecast
from mingpiao.kernel.errors import Problem
from mingpiao.rules.model import Hit, Severity

#: The code under which a row is told that a second person must agree to it.
CHECKED_ROW = "BATCH-TO-CHECKER"
#: Answers in the sheet's own column become answers to rules, which are judged again: at most so often.
_ROUNDS = 3


async def judge_rows(
    desk: Desk,
    wanted: Wanted,
    rows: Sequence[BatchRow],
    same: Mapping[int, tuple[int, int]],
    handler: str,
    *,
    acting: Acting,
) -> list[RowVerdict]:
    """A verdict on each row, in their order. `same` names the batch and row of equal content, by row."""
    twice = _numbers_given_twice(rows)
    verdicts: list[RowVerdict] = []
    for _ in range(_ROUNDS):
        read = [read_row(wanted, row, handler) for row in rows]
        forecasts = await desk.check_all(rows[0].unit_id, [each.request for each in read], acting=acting)
        verdicts = [
            _verdict(wanted, row, one, forecast, same.get(row.row_no), twice.get(row.row_no))
            for row, one, forecast in zip(rows, read, forecasts, strict=True)
        ]
        answered = [
            msgspec.structs.replace(row, reasons=verdict.reasons)
            for row, verdict in zip(rows, verdicts, strict=True)
        ]
        if all(after.reasons == before.reasons for after, before in zip(answered, rows, strict=True)):
            break
        rows = answered
    return verdicts


def _numbers_given_twice(rows: Iterable[BatchRow]) -> dict[int, int]:
    """Rows whose business number an earlier row of the file has, with that row."""
    first: dict[str, int] = {}
    twice: dict[int, int] = {}
    for row in rows:
        earlier = first.setdefault(business_no_of(row.batch_id, row), row.row_no)
        if earlier != row.row_no:
            twice[row.row_no] = earlier
    return twice


def _verdict(
    wanted: Wanted,
    row: BatchRow,
    read: ReadRow,
    forecast: Forecast,
    same: tuple[int, int] | None,
    twice: int | None,
) -> RowVerdict:
    of_desk, hits = _told(forecast)
    of_cells = [*read.problems]
    if twice is not None:
        message = f"业务流水号与第{twice}行相同，请修改或删除一行。"
        of_cells.append(Problem(code="batch.repeated", field="business_no", message=message, status=422))
    problems = at_columns(of_cells, of_desk, with_places(wanted.columns, places_of(row.cells)))
    if same is not None and not isinstance(forecast, Issued):
        hits = (*hits, _same_row(row, *same))
    asked = [hit.rule for hit in hits if hit.severity is Severity.ASK]
    given = row.cells.get("reason", "")
    reasons = row.reasons | ({rule: given for rule in asked if given and not row.reasons.get(rule)})
    state = RowState.READY
    if problems:
        state = RowState.WRONG
    elif any(not reasons.get(rule) for rule in asked):
        state = RowState.ASKED
    return RowVerdict(
        row_no=row.row_no,
        state=state,
        business_no=read.request.business_no[:50],
        total=read.request.total if _shown(read) else None,
        problems=problems,
        hits=hits,
        reasons=reasons,
    )


def _shown(read: ReadRow) -> bool:
    total = read.request.total
    return total.is_finite() and 0 < total < _TOO_LARGE


_TOO_LARGE = 10**14


def _told(forecast: Forecast) -> tuple[tuple[Problem, ...], tuple[Hit, ...]]:
    match forecast:
        case Refused() | AwaitsEvidence():
            return forecast.problems, ()
        case NeedsConfirmation(hits=hits):
            return (), hits
        case NeedsChecking(findings=findings):
            return (), (*findings, _to_be_checked())
        case Issued():
            # It gets its own bill again, so nothing is in its way.
            return (), ()
        case _:
            return (), forecast.findings


def _to_be_checked() -> Hit:
    return Hit(
        rule=CHECKED_ROW,
        version=0,
        name="须经复核人同意",
        severity=Severity.WARN,
        message="本单位规定该票据须经复核人同意：开始开具后该行作为开票申请送复核人，同意后开具。",
        field="",
        basis="本单位的复核规则",
    )


def _same_row(row: BatchRow, batch_id: int, row_no: int) -> Hit:
    where = f"第{row_no}行" if batch_id == row.batch_id else f"批次{batch_id}的第{row_no}行（已开具）"
    return Hit(
        rule=SAME_ROW,
        version=0,
        name="内容相同的行",
        severity=Severity.ASK,
        message=f"该行内容与{where}完全相同，请确认不是重复开具：确属两笔业务的说明理由，重复的删除该行。",
        field="",
        basis="平台对批量开具的检查",
    )
