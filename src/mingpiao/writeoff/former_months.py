"""Months of former bills: how they stand, and what the records and the rules say of them.

The records of an old system are not here. What its bills can answer is checked: whether items add up to totals,
numbers are complete, red and blue pair, items and rates are as approved on the day, and seals verify where a
certificate is known. Rules that ask anything else are left out, and the request says which.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.former.model import FormerBill, FormerCycle
from mingpiao.former.service import (
    blue_former,
    code_of,
    codes_by_name,
    former_cycles_of,
    is_listed,
    judged_seals,
    number_gaps,
    unpaired_former,
    verify_again,
    wrong_sums,
)
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem
from mingpiao.issuing.service import facts_of
from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.lake.model import FoundBill
from mingpiao.storage.database import Database
from mingpiao.units.model import UnitProfile
from mingpiao.units.service import load_profile
from mingpiao.writeoff.judging import FailedBill, KnownFacts, MonthJudge
from mingpiao.writeoff.model import BillOrigin, CaseFinding, WriteOff, WriteOffState
from mingpiao.writeoff.months import next_month
from mingpiao.writeoff.requests import present_request

#: What an old bill's face says, and what is known of its unit.
_KNOWN = KnownFacts(
    columns=frozenset(
        {
            "kind", "category", "total", "handler", "issued_date", "issued_weekday", "issued_workday", "issued_year",
            "payer_name", "payer_name_class", "unit_id", "unit_name", "unit_code", "unit_type", "unit_region",
            "items", "items_count", "items_sum", "writeoff_unpaired", "writeoff_unsealed",
        }
    ),
    item_columns=frozenset(
        {
            "code", "class", "name", "quantity", "rate", "amount", "line", "allowed", "listed", "rate_kind",
            "rate_minimum", "rate_maximum",
        }
    ),
)  # fmt: skip
_NOON = time(12)
_LINES = text("""
SELECT months.month, sum(issued_count)::bigint AS issued_count, sum(issued_amount) AS issued_amount,
       sum(reversed_count)::bigint AS reversed_count, sum(reversed_amount) AS reversed_amount,
       bool_and(written_off_at IS NOT NULL) AS is_written_off, asked.state, coalesce(asked.exceptions, 0) AS exceptions
FROM former_months AS months
LEFT JOIN LATERAL (
    SELECT state, exceptions FROM writeoffs
    WHERE writeoffs.unit_id = months.unit_id AND writeoffs.month = months.month AND writeoffs.origin = 'former'
    ORDER BY writeoff_id DESC LIMIT 1
) AS asked ON true
WHERE months.unit_id = :unit_id
GROUP BY months.month, asked.state, asked.exceptions ORDER BY months.month DESC
""")


class FormerMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a unit's former bills: its cycles by kind, and its newest request for write-off."""

    unit_id: int
    month: date
    cycles: tuple[FormerCycle, ...]
    writeoff: WriteOff | None

    @property
    def bills(self) -> int:
        return sum(each.issued_count + each.reversed_count for each in self.cycles)

    @property
    def is_written_off(self) -> bool:
        return bool(self.cycles) and all(each.written_off_at is not None for each in self.cycles)

    @property
    def is_over(self) -> bool:
        return next_month(self.month) <= today()


class FormerMonthLine(msgspec.Struct, frozen=True, kw_only=True):
    """A month of former bills in a list; amounts in 元. `state` is that of its newest request, if there is one."""

    month: date
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal
    is_written_off: bool
    state: WriteOffState | None
    exceptions: int

    @property
    def net(self) -> Decimal:
        return self.issued_amount - self.reversed_amount


async def former_month(connection: AsyncConnection, unit_id: int, month: date) -> FormerMonth:
    """How a month of former bills stands, within the scope; one without bills has no cycles."""
    return FormerMonth(
        unit_id=unit_id,
        month=month,
        cycles=await former_cycles_of(connection, unit_id, month),
        writeoff=await present_request(connection, unit_id, month, BillOrigin.FORMER),
    )


async def former_month_lines(connection: AsyncConnection, unit_id: int) -> list[FormerMonthLine]:
    """The months of a unit's former bills, the latest first, within the scope."""
    rows = (await connection.execute(_LINES, {"unit_id": unit_id})).mappings()
    return [
        FormerMonthLine(
            **(dict(row) | {"state": None if row["state"] is None else WriteOffState(row["state"])})
        )
        for row in rows
    ]


# -- the check ---------------------------------------------------------------------------------------


class FormerCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What the check of a month of former bills found: bills that did not pass, and how it was done."""

    failed: tuple[FailedBill, ...]
    ruleset_version: int
    seals_checked: int
    left_out: tuple[str, ...]


async def check_former(
    database: Database, judge: MonthJudge, catalog: Catalog, unit_id: int, month: date
) -> FormerCheck:
    """Check a month of former bills. It may be cut off and repeated, and writes but what seals are found to be."""
    after = next_month(month)
    async with database.system() as connection:
        profile = await load_profile(connection, unit_id)
    await verify_again(database, unit_id, profile.unit.region_code, month, after)
    async with database.system() as connection:
        seals, broken = await judged_seals(connection, unit_id, month, after)
        unpaired = await unpaired_former(connection, unit_id, month, after)
        own = await _own_findings(connection, unit_id, month, after)
        bills = await blue_former(connection, unit_id, month, after)
    columns: dict[int, list[str]] = {}
    for name, ids in (("writeoff_unpaired", unpaired), ("writeoff_unsealed", broken)):
        for bill_id in ids:
            columns.setdefault(bill_id, []).append(name)
    found = [
        FoundBill(unit_id=unit_id, bill_id=bill_id, columns=tuple(names))
        for bill_id, names in sorted(columns.items())
    ]
    names = codes_by_name(catalog)
    rows = [former_facts(each, profile, catalog, names) for each in bills]
    version, failed, left_out = await judge.judge_former(month, rows, found, _KNOWN)
    return FormerCheck(
        failed=tuple(_merged(unit_id, failed, own)),
        ruleset_version=version,
        seals_checked=seals,
        left_out=left_out,
    )


async def _own_findings(
    connection: AsyncConnection, unit_id: int, first: date, after: date
) -> dict[int, list[CaseFinding]]:
    found: dict[int, list[CaseFinding]] = {}
    for bill_id, (total, items_sum) in (await wrong_sums(connection, unit_id, first, after)).items():
        message = f"各项目金额合计{items_sum:.2f}元，与合计金额{total:.2f}元不一致。"
        found.setdefault(bill_id, []).append(_finding("former_sum", message))
    for gap in await number_gaps(connection, unit_id, first, after):
        message = (
            f"这张票据之前缺少{gap.count}个号码（{gap.words}），请说明去向；"
            "确属遗漏的，由财政部门重新打开该月后补充导入。"
        )
        found.setdefault(gap.bill_id, []).append(_finding("former_gap", message))
    return found


#: What the platform itself finds of former bills.
_OWN_NAMES = {"former_sum": "金额合计不一致", "former_gap": "号码不连续"}


def _finding(rule: str, message: str) -> CaseFinding:
    return CaseFinding(rule=rule, version=0, name=_OWN_NAMES[rule], message=message)


def _merged(
    unit_id: int, failed: Sequence[FailedBill], own: Mapping[int, Sequence[CaseFinding]]
) -> list[FailedBill]:
    by_rules = {each.bill_id: each.findings for each in failed}
    return [
        FailedBill(
            unit_id=unit_id, bill_id=bill_id, findings=(*by_rules.get(bill_id, ()), *own.get(bill_id, ()))
        )
        for bill_id in sorted(by_rules.keys() | own.keys())
    ]


def former_facts(
    bill: FormerBill, profile: UnitProfile, catalog: Catalog, names: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """The facts of a former bill that rules may ask, by the lake's columns; `names` has items' codes by kind and name.

    An item without a code is known by its name. One that was retired since counts as listed: the day is not known
    on which it was, and rates are those of the bill's own day.
    """
    codes = [code_of(each, bill.kind_code, names) for each in bill.items]
    request = IssueRequest(
        business_no="",
        kind=bill.kind_code,
        payer=Payer(type="1", name=bill.payer_name),
        items=tuple(
            RequestItem(code=code, quantity=each.quantity, rate=each.rate, amount=each.amount)
            for code, each in zip(codes, bill.items, strict=True)
        ),
        total=bill.total,
        handler=bill.handler,
    )
    facts = facts_of(request, profile, catalog, datetime.combine(bill.issued_on, _NOON, SHANGHAI))
    items = [
        item | {"listed": is_listed(catalog.items.get(code), bill.kind_code)}
        for code, item in zip(codes, facts["items"], strict=True)
    ]
    known = {name: value for name, value in facts.items() if name in _KNOWN.columns}
    return known | {"items": items, "bill_id": bill.bill_id}
