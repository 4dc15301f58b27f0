"""Takes former bills in: what becomes of each bill of a file, in portions, each whole or absent.

A portion locks its units, so that a month that is asked for meanwhile is either counted with its bills or
refuses them. A bill has one number in the country: the same one twice adds nothing.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, any_, bindparam, cast, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.former.listing import code_of, codes_by_name, is_listed
from mingpiao.former.model import (
    FIRST_DAY,
    EntryVerdict,
    FormerImport,
    SealState,
    VerdictOutcome,
)
from mingpiao.former.reading import ReadBill, ReadEntry, wrong
from mingpiao.former.seals import KnownCertificates, judge_seals
from mingpiao.former.tables import former_bills, former_cycles
from mingpiao.house.model import Topic
from mingpiao.house.rooms import listeners
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import is_training_code, region_covers
from mingpiao.kernel.errors import Problem
from mingpiao.units.service import lock_unit

#: Calls rooms above in the transaction that takes former bills in: their units' months are other ones now.
FORMER_CHANGED: Topic[Callable[[AsyncConnection, Sequence[int]], Awaitable[None]]] = Topic(
    name="former.changed"
)

# Numbers that this platform gave out, or bills that it issued.
_OWN = text("""
SELECT wanted.bill_id FROM unnest(CAST(:ids AS bigint[])) AS wanted(bill_id)
WHERE EXISTS (
    SELECT FROM number_ranges AS ranges
    WHERE ranges.code = lpad((wanted.bill_id / 10000000000)::text, 8, '0')
      AND wanted.bill_id % 10000000000 BETWEEN ranges.first_number AND ranges.last_number)
""")
_SETTLED = text("""
SELECT DISTINCT cycles.unit_id, cycles.month
FROM unnest(CAST(:units AS bigint[]), CAST(:months AS date[])) AS wanted(unit_id, month)
JOIN former_cycles AS cycles ON cycles.unit_id = wanted.unit_id AND cycles.month = wanted.month
WHERE cycles.writeoff_id IS NOT NULL
""")
_UNITS = text("""
SELECT codes.unit_id, codes.uscc, codes.name, codes.region_code, units.state = 'closed' AS is_closed
FROM unit_codes AS codes JOIN managed_units AS units USING (unit_id)
WHERE codes.unit_id = :unit_id OR codes.uscc = ANY (:codes)
""")


# Columns as arrays: a statement with a value for each cell of a portion takes longer to make than to carry out.
_INSERT = text("""
INSERT INTO former_bills (unit_id, bill_id, kind_code, color, check_code, issued_on, payer_name, handler, total, items,
                          related_bill_id, digest, xml, seal, seal_note, import_id, imported_by_name, imported_at)
SELECT unit_id, bill_id, kind_code, color, check_code, issued_on, payer_name, handler, total, CAST(items AS jsonb),
       related_bill_id, digest, xml, seal, seal_note, import_id, imported_by_name, imported_at
FROM unnest(CAST(:unit_id AS bigint[]), CAST(:bill_id AS bigint[]), CAST(:kind_code AS text[]), CAST(:color AS text[]),
            CAST(:check_code AS text[]), CAST(:issued_on AS date[]), CAST(:payer_name AS text[]),
            CAST(:handler AS text[]), CAST(:total AS numeric[]), CAST(:items AS text[]),
            CAST(:related_bill_id AS bigint[]), CAST(:digest AS bytea[]), CAST(:xml AS bytea[]), CAST(:seal AS text[]),
            CAST(:seal_note AS text[]), CAST(:import_id AS bigint[]), CAST(:imported_by_name AS text[]),
            CAST(:imported_at AS timestamptz[]))
    AS made(unit_id, bill_id, kind_code, color, check_code, issued_on, payer_name, handler, total, items,
            related_bill_id, digest, xml, seal, seal_note, import_id, imported_by_name, imported_at)
ON CONFLICT (bill_id) DO NOTHING RETURNING bill_id
""")


class _Unit(msgspec.Struct, frozen=True, kw_only=True):
    unit_id: int
    uscc: str
    name: str
    region_code: str
    is_closed: bool


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    unit_id: int
    digest: bytes


class _Records(msgspec.Struct, frozen=True, kw_only=True):
    """What the database says of a portion's bills."""

    units: Mapping[str, _Unit]
    known: Mapping[int, _Known]
    own: frozenset[int]
    settled: frozenset[tuple[int, date]]


class JudgedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of a file with its verdict, and the unit that it belongs to if it is taken in."""

    entry: ReadEntry
    verdict: EntryVerdict
    unit_id: int = 0
    region_code: str = ""


async def judge_portion(
    connection: AsyncConnection,
    found: FormerImport,
    entries: Sequence[ReadEntry],
    catalog: Catalog,
    seen: dict[int, bytes],
) -> list[JudgedEntry]:
    """What becomes of each bill. `seen` has the digests of those that stand further in front in the file, and grows."""
    records = await _records(connection, found, [each.bill for each in entries if each.bill])
    names = codes_by_name(catalog)
    judged = [_judged(found, each, records, catalog, seen) for each in entries]
    return [_noticed(each, catalog, names) for each in judged]


async def take_portion(
    connection: AsyncConnection,
    found: FormerImport,
    entries: Sequence[ReadEntry],
    catalog: Catalog,
    seen: dict[int, bytes],
    known: KnownCertificates,
) -> list[JudgedEntry]:
    """Take a portion in, under the locks of its units; the verdict of each bill, as it was."""
    units = await _units(connection, found, [each.bill for each in entries if each.bill])
    for unit_id in sorted(each.unit_id for each in units.values()):
        await lock_unit(connection, unit_id)
    judged = await judge_portion(connection, found, entries, catalog, seen)
    fresh = [each for each in judged if each.verdict.outcome is VerdictOutcome.CREATED]
    rows = [_row(found, each, known) for each in fresh]
    inserted: set[int] = set()
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        inserted = set((await connection.execute(_INSERT, columns)).scalars())
    await _add_up(connection, [row for row in rows if row["bill_id"] in inserted])
    changed = sorted({row["unit_id"] for row in rows if row["bill_id"] in inserted})
    for tell in listeners(FORMER_CHANGED) if changed else ():
        await tell(connection, changed)
    # Another unit's import may have taken a number between looking and inserting.
    return [
        _refused(each.entry, _of_other_unit())
        if each.verdict.outcome is VerdictOutcome.CREATED and each.verdict.bill_id not in inserted
        else each
        for each in judged
    ]


# -- what the database says ----------------------------------------------------------------------------


async def _records(connection: AsyncConnection, found: FormerImport, bills: Sequence[ReadBill]) -> _Records:
    units = await _units(connection, found, bills)
    ids = [each.identity.bill_id for each in bills]
    bound = cast(bindparam("ids"), ARRAY(BigInteger))
    columns = (former_bills.c.bill_id, former_bills.c.unit_id, former_bills.c.digest)
    query = select(*columns).where(former_bills.c.bill_id == any_(bound))
    known = {
        row.bill_id: _Known(unit_id=row.unit_id, digest=row.digest)
        for row in await connection.execute(query, {"ids": ids})
    }
    months = sorted(
        {
            (unit.unit_id, each.issued_on.replace(day=1))
            for each in bills
            if (unit := _unit_of(found, each, units)) is not None
        }
    )
    given = {"units": [each[0] for each in months], "months": [each[1] for each in months]}
    return _Records(
        units=units,
        known=known,
        own=frozenset((await connection.execute(_OWN, {"ids": ids})).scalars()),
        settled=frozenset((row.unit_id, row.month) for row in await connection.execute(_SETTLED, given)),
    )


async def _units(
    connection: AsyncConnection, found: FormerImport, bills: Sequence[ReadBill]
) -> dict[str, _Unit]:
    """The units that the bills name by their codes; that of the import itself also under no code."""
    codes = sorted({each.unit_code for each in bills if each.unit_code}) if found.unit_id is None else []
    rows = await connection.execute(_UNITS, {"unit_id": found.unit_id, "codes": codes})
    units: dict[str, _Unit] = {}
    for row in rows.mappings():
        unit = _Unit(**row)
        if found.region_code is None or region_covers(found.region_code, unit.region_code):
            units[unit.uscc] = unit
            if unit.unit_id == found.unit_id:
                units[""] = unit
    return units


def _unit_of(found: FormerImport, bill: ReadBill, units: Mapping[str, _Unit]) -> _Unit | None:
    unit = units.get(bill.unit_code)
    if unit is None or (not bill.unit_code and bill.unit_name and bill.unit_name != unit.name):
        return None
    return unit


# -- verdicts ------------------------------------------------------------------------------------------


def _judged(
    found: FormerImport, entry: ReadEntry, records: _Records, catalog: Catalog, seen: dict[int, bytes]
) -> JudgedEntry:
    bill = entry.bill
    if bill is None:
        return _refused(entry, entry.problem or wrong("unreadable", "文件无法读取，请核对。"))
    unit = _unit_of(found, bill, records.units)
    if unit is None:
        return _refused(entry, _not_of_unit(found))
    bill_id, digest = bill.identity.bill_id, bill.digest
    known = records.known.get(bill_id)
    if known is not None and known.unit_id != unit.unit_id:
        return _refused(entry, _of_other_unit())
    present = seen.get(bill_id) if known is None else known.digest
    if present is not None:
        same = present == digest
        return _verdict(entry, VerdictOutcome.UNCHANGED, unit) if same else _refused(entry, _differs())
    problem = _problem(bill, unit, records, catalog)
    if problem is not None:
        return _refused(entry, problem)
    seen[bill_id] = digest
    return _verdict(entry, VerdictOutcome.CREATED, unit)


def _problem(bill: ReadBill, unit: _Unit, records: _Records, catalog: Catalog) -> Problem | None:
    month = bill.issued_on.replace(day=1)
    if unit.is_closed:
        message = "该单位已注销，没有人为它办理核销，不能再导入历史票据；请核对单位代码。"
        return wrong("unit_closed", message, "unit_code")
    if is_training_code(bill.identity.code) or bill.identity.bill_id in records.own:
        return wrong("own_bill", "该号码由本平台发放，不是原系统的票据，不能导入。", "number")
    if bill.kind_code not in catalog.kinds:
        message = f"平台没有种类{bill.kind_code}（票据代码第3至6位），请联系财政部门添加后再导入。"
        return wrong("kind_unknown", message, "code")
    if bill.issued_on > today():
        return wrong("day_invalid", "开票日期晚于今天，请核对。", "issued_on")
    if bill.issued_on < FIRST_DAY:
        message = f"只导入{FIRST_DAY:%Y年%-m月%-d日}以后开具的票据，更早的不需要在本平台核销。"
        return wrong("too_old", message, "issued_on")
    if (unit.unit_id, month) in records.settled:
        message = (
            f"{month:%Y年%-m月}的历史票据正在核销或已经核销，不能再导入；"
            "确有遗漏的，请财政部门重新打开该月的核销。"
        )
        return wrong("month_settled", message, "issued_on")
    return None


def _not_of_unit(found: FormerImport) -> Problem:
    if found.unit_id is not None:
        return wrong("other_unit", "开票单位不是本单位，请核对单位代码；只能导入本单位的票据。", "unit_code")
    return wrong("other_unit", "没有找到该单位代码，或该单位不归本级管理，请核对。", "unit_code")


def _of_other_unit() -> Problem:
    return wrong("number_taken", "该票据代码和号码已由其他单位导入，请核对号码。", "number")


def _differs() -> Problem:
    message = "平台上或文件前面已有同一代码和号码的票据，内容不同，请核对哪一份有误。"
    return wrong("content_differs", message, "number")


def _refused(entry: ReadEntry, problem: Problem) -> JudgedEntry:
    bill_id = entry.identity.bill_id if entry.identity else None
    verdict = EntryVerdict(
        place=entry.place,
        name=entry.name,
        outcome=VerdictOutcome.REFUSED,
        bill_id=bill_id,
        total=entry.bill.total if entry.bill else None,
        problem_code=problem.code,
        problem_field=problem.field,
        message=problem.message,
    )
    return JudgedEntry(entry=entry, verdict=verdict)


def _verdict(entry: ReadEntry, outcome: VerdictOutcome, unit: _Unit) -> JudgedEntry:
    verdict = EntryVerdict(
        place=entry.place,
        name=entry.name,
        outcome=outcome,
        bill_id=entry.identity.bill_id if entry.identity else None,
        total=entry.bill.total if entry.bill else None,
    )
    return JudgedEntry(entry=entry, verdict=verdict, unit_id=unit.unit_id, region_code=unit.region_code)


def _noticed(judged: JudgedEntry, catalog: Catalog, names: Mapping[tuple[str, str], str]) -> JudgedEntry:
    """With what the check of its month would find in the bill's own face, while it is easily put right."""
    bill = judged.entry.bill
    if bill is None or judged.verdict.outcome is not VerdictOutcome.CREATED:
        return judged
    notice = "".join(_notices(bill, catalog, names))
    return msgspec.structs.replace(judged, verdict=msgspec.structs.replace(judged.verdict, notice=notice))


def _notices(bill: ReadBill, catalog: Catalog, names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    items_sum = sum((each.amount for each in bill.items), Decimal("0.00"))
    if items_sum != bill.total:
        yield f"各项目金额合计{items_sum:.2f}元，与合计金额{bill.total:.2f}元不一致，请核对，否则核销时列为异常票据。"
    codes = {each.name: code_of(each, bill.kind_code, names) for each in bill.items}
    unknown = [name for name, code in codes.items() if not is_listed(catalog.items.get(code), bill.kind_code)]
    if unknown:
        more = f"等{len(unknown)}个项目" if len(unknown) > 1 else ""
        yield f"平台在该种类下没有项目“{unknown[0]}”{more}，请核对项目编码和名称，否则核销时可能列为异常票据。"


# -- rows ----------------------------------------------------------------------------------------------


def _row(found: FormerImport, judged: JudgedEntry, known: KnownCertificates) -> dict[str, Any]:
    bill = judged.entry.bill
    if bill is None:
        raise ValueError("a bill that cannot be read is not taken in")
    seal, note = SealState.NONE, ""
    if bill.document is not None:
        seal, note = judge_seals(bill.document, known, judged.region_code)
    return {
        "unit_id": judged.unit_id,
        "bill_id": bill.identity.bill_id,
        "kind_code": bill.kind_code,
        "color": bill.color,
        "check_code": bill.check_code,
        "issued_on": bill.issued_on,
        "payer_name": bill.payer_name,
        "handler": bill.handler,
        "total": bill.total,
        "items": msgspec.json.encode(bill.items).decode(),
        "related_bill_id": None if bill.related is None else bill.related.bill_id,
        "digest": bill.digest,
        "xml": bill.xml,
        "seal": seal.value,
        "seal_note": note,
        "import_id": found.import_id,
        "imported_by_name": found.uploaded_by_name,
        "imported_at": now(),
    }


async def _add_up(connection: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    sums: dict[tuple[int, date, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for row in rows:
        place = 0 if row["color"] == "blue" else 2
        added = sums[row["unit_id"], row["issued_on"].replace(day=1), row["kind_code"]]
        added[place] += 1
        added[place + 1] += abs(row["total"])
    if not sums:
        return
    names = ("issued_count", "issued_amount", "reversed_count", "reversed_amount")
    values = [
        {"unit_id": key[0], "month": key[1], "kind_code": key[2]} | dict(zip(names, added, strict=True))
        for key, added in sorted(sums.items())
    ]
    statement = upsert(former_cycles).values(values)
    added_up = {name: former_cycles.c[name] + statement.excluded[name] for name in names}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["unit_id", "month", "kind_code"], set_=added_up)
    )
