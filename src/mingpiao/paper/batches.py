"""印制批次: the province orders sheets from a printer, and takes in what arrives."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.numbering.service import find_number
from mingpiao.paper.model import (
    PaperBatch,
    PaperHolder,
    PaperPurpose,
    PaperRange,
    PaperState,
    PaperWay,
    WantedPaper,
)
from mingpiao.paper.moving import (
    PAPER_HOLDINGS,
    WantedStep,
    checked,
    form_problems,
    problem,
    put_sheets,
    write_step,
)
from mingpiao.paper.ranges import less, parted, read_ranges, written

_DEPARTMENT = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_TEXTS = (("printer", "印制企业", 100), ("plan_no", "印制计划文号", 60))
_COLUMNS = """
SELECT batch_id, code, kind_code, purpose, first_sheet, last_sheet, printer, plan_no, note, ordered_by_name, ordered_at,
    sheet_firsts(received) AS firsts,
    sheet_ends(received) AS ends
FROM paper_batches
"""
_BATCH = text(f"{_COLUMNS} WHERE batch_id = :batch_id")
_BATCHES = text(
    f"{_COLUMNS} WHERE (:before = 0 OR batch_id < :before) AND (:kind = '' OR kind_code = :kind) "
    "ORDER BY batch_id DESC LIMIT :limit"
)
_OF_SHEETS = text(
    f"{_COLUMNS} WHERE int8multirange(int8range(first_sheet, last_sheet, '[]')) && "
    "CAST(CAST(:sheets AS text) AS int8multirange) ORDER BY first_sheet"
)
_HOLD_BATCH = PAPER_HOLDINGS.statement(f"{_COLUMNS} WHERE batch_id = :batch_id FOR UPDATE")
_ORDER = text("""
INSERT INTO paper_batches (code, kind_code, purpose, first_sheet, last_sheet, printer, plan_no, note, request_no,
    ordered_by, ordered_by_name, ordered_at)
VALUES (:code, :kind_code, :purpose, :first, :last, :printer, :plan_no, :note, :request_no, :by, :by_name, :at)
ON CONFLICT (request_no) DO NOTHING RETURNING batch_id
""")
_KNOWN = text("""
SELECT batch_id, first_sheet = :first AND last_sheet = :last AND kind_code = :kind_code AND purpose = :purpose AS is_same
FROM paper_batches WHERE request_no = :request_no
""")
_ARRIVE = text("""
UPDATE paper_batches SET received = received + CAST(CAST(:sheets AS text) AS int8multirange) WHERE batch_id = :batch_id
""")


def department_of(*, acting: Acting) -> str:
    """The region of an officer or head. Raises `Refusal` (`access.denied`, 403) for anybody else."""
    if acting.role not in _DEPARTMENT or acting.region_code is None:
        raise refuse("access.denied", "纸质票据由财政部门发放和管理，请用财政部门的账户办理。", status=403)
    return acting.region_code


def _province_of(*, acting: Acting) -> str:
    region = department_of(acting=acting)
    if not region.endswith("0000"):
        raise refuse("access.denied", "纸质票据由省级财政部门统一印制。", status=403)
    return region


async def order_batch(
    connection: AsyncConnection, wanted: WantedPaper, catalog: Catalog, *, acting: Acting
) -> int:
    """Order a batch from a printer, for officers of the province; its id. The same request again is the same batch.

    Raises `Refusal`: `access.denied` (403), `paper.request_no_used` (409), `paper.batch_overlaps` (409) for numbers
    that another batch has, and every problem of the values (422): `paper.form_invalid` and `paper.ranges_…`.
    """
    _province_of(acting=acting)
    sheets = await _ordered(connection, wanted, catalog)
    values = {
        "code": sheets.code,
        "kind_code": wanted.kind_code,
        "purpose": wanted.purpose,
        "first": sheets.first,
        "last": sheets.last,
        "printer": wanted.printer.strip(),
        "plan_no": wanted.plan_no.strip(),
        "note": wanted.note.strip(),
        "request_no": wanted.request_no,
    }
    found: int | None
    try:
        async with connection.begin_nested():
            made = {"by": acting.actor, "by_name": acting.name, "at": now()}
            found = (await connection.execute(_ORDER, values | made)).scalar_one_or_none()
    except IntegrityError as error:
        message = f"{sheets.line}与已有的印制批次重复，请核对号码。"
        raise refuse("paper.batch_overlaps", message, field="sheets", status=409) from error
    if found is None:
        known = (await connection.execute(_KNOWN, values)).one()
        if not known.is_same:
            message = "这张表单已经用于另一个印制批次，请重新打开表单。"
            raise refuse("paper.request_no_used", message, status=409)
        same_id: int = known.batch_id
        return same_id
    batch_id: int = found
    details = {
        "sheets": sheets.line,
        "kind": wanted.kind_code,
        "purpose": wanted.purpose,
        "printer": wanted.printer,
    }
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="paper:order",
            subject=f"paper_batch:{batch_id}",
            region_code=acting.region_code,
            details=details | {"plan_no": wanted.plan_no, "quantity": str(sheets.count)},
        ),
    )
    return batch_id


async def _ordered(connection: AsyncConnection, wanted: WantedPaper, catalog: Catalog) -> PaperRange:
    """The one range of an order. Raises `Refusal` with every problem."""
    problems = form_problems(wanted.request_no, wanted.note)
    kind = catalog.kinds.get(wanted.kind_code)
    if kind is None or kind.retired:
        problems.append(problem("kind", "请选择在用的票据种类。"))
    if wanted.purpose not in {each.value for each in PaperPurpose}:
        problems.append(problem("purpose", "请选择用途。"))
    for name, label, longest in _TEXTS:
        typed = getattr(wanted, name).strip()
        if not typed or len(typed) > longest or unprintable(typed):
            problems.append(problem(name, f"请填写{label}，不超过{longest}个字，不含特殊符号。"))
    try:
        ranges = read_ranges(wanted.sheets)
    except Refusal as refusal:
        raise Refusal(*problems, *refusal.problems) from None
    if len(ranges) > 1:
        problems.append(problem("sheets", "一个批次是一段连续的号码，请只填一行；其他号段另建批次。"))
    elif (
        _is_electronic(catalog, code := ranges[0].code) or await find_number(connection, code, 1) is not None
    ):
        problems.append(problem("sheets", f"{ranges[0].code}已是电子票据的代码，请填写纸质票据的代码。"))
    checked(problems)
    return ranges[0]


def _is_electronic(catalog: Catalog, code: str) -> bool:
    """Whether a code is one of electronic bills, also of a year that is not opened: province, kind, year."""
    return code[:2] == catalog.province and code[2:6] in catalog.kinds


async def receive_batch(
    connection: AsyncConnection,
    batch_id: int,
    sheets: str,
    *,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """Take sheets of a batch that arrived into the province's stock; the id of the step.

    Raises `Refusal`: `access.denied` (403), `paper.batch_unknown` (404), `paper.not_ordered` (409) for sheets of
    another batch or such as arrived already, and what is wrong with the form (422).
    """
    region = _province_of(acting=acting)
    checked(form_problems(request_no, note))
    ranges = read_ranges(sheets)
    row = (await connection.execute(_HOLD_BATCH.clause, {"batch_id": batch_id})).one_or_none()
    if row is None:
        raise _unknown()
    batch = _batch(row)
    department = PaperHolder(region)
    wanted = WantedStep(
        way=PaperWay.RECEIVE,
        ranges=ranges,
        giver=PaperHolder(),
        taker=department,
        out_of=frozenset(),
        into=PaperState.STOCK,
        owner=department.owner,
        request_no=request_no,
        note=note.strip(),
        reference=f"batch:{batch_id}",
    )
    step_id, is_new = await write_step(connection, wanted, acting=acting)
    if not is_new:
        return step_id
    missing = less([batch.sheets], batch.received)
    if wrong := less(ranges, missing):
        message = f"{wrong[0].line}不在这个批次待入库的号码里，请核对号码。"
        raise refuse("paper.not_ordered", message, field="sheets", status=409)
    await connection.execute(_ARRIVE, {"batch_id": batch_id, "sheets": written(ranges)})
    await put_sheets(connection, {batch_id: list(ranges)}, department, PaperState.STOCK)
    return step_id


def _unknown() -> Refusal:
    return refuse("paper.batch_unknown", "没有这个印制批次，请从列表中选择。", status=404)


async def get_batch(connection: AsyncConnection, batch_id: int) -> PaperBatch:
    """A batch. Raises `Refusal` (`paper.batch_unknown`, 404)."""
    row = (await connection.execute(_BATCH, {"batch_id": batch_id})).one_or_none()
    if row is None:
        raise _unknown()
    return _batch(row)


async def list_batches(
    connection: AsyncConnection, *, kind_code: str = "", before: int = 0, limit: int = 50
) -> list[PaperBatch]:
    """Batches, newest first; `before` is the id of the last one that is known."""
    given = {"kind": kind_code, "before": before, "limit": limit}
    return [_batch(row) for row in await connection.execute(_BATCHES, given)]


async def batches_of(connection: AsyncConnection, ranges: Iterable[PaperRange]) -> list[PaperBatch]:
    """The batches that have some of the sheets, in order."""
    return [_batch(row) for row in await connection.execute(_OF_SHEETS, {"sheets": written(ranges)})]


def _batch(row: Row[Any]) -> PaperBatch:
    values = row._mapping
    return PaperBatch(
        batch_id=values["batch_id"],
        code=values["code"],
        kind_code=values["kind_code"],
        purpose=PaperPurpose(values["purpose"]),
        sheets=PaperRange(values["first_sheet"], values["last_sheet"]),
        printer=values["printer"],
        plan_no=values["plan_no"],
        note=values["note"],
        received=parted(values["firsts"], values["ends"]),
        ordered_by_name=values["ordered_by_name"],
        ordered_at=to_shanghai(values["ordered_at"]),
    )
