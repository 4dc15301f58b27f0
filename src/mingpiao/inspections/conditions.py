"""A query as conditions on rows of bills. Every value is a parameter; the texts here are constants of the program."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.inspections.query import (
    DayKind,
    EvidenceWanted,
    InspectionQuery,
    PayerType,
    Period,
    RegionLevel,
    WantedState,
)
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.workdays import is_workday
from mingpiao.writeoff.model import BillStanding

_LOCAL = "(bills.issued_at AT TIME ZONE 'Asia/Shanghai')"
_RED_LOCAL = "(red.issued_at AT TIME ZONE 'Asia/Shanghai')"
_DAY, _RED_DAY = f"CAST({_LOCAL} AS date)", f"CAST({_RED_LOCAL} AS date)"
_FOUND = """
FROM inspected_bills AS bills
JOIN listed_units AS units ON units.unit_id = bills.unit_id
LEFT JOIN inspected_bills AS red
    ON red.unit_id = bills.unit_id AND red.bill_id = bills.related_bill_id AND bills.color = 'blue'
LEFT JOIN inspected_findings AS judged ON judged.unit_id = bills.unit_id AND judged.bill_id = bills.bill_id
"""
_EXCHANGED = """EXISTS (SELECT FROM exchanged_references AS used WHERE used.unit_id = bills.unit_id AND used.reference IN (
    lpad(CAST(bills.bill_id AS text), 18, '0'),
    left(lpad(CAST(bills.bill_id AS text), 18, '0'), 8) || '-' || right(CAST(bills.bill_id AS text), 10)))"""
_OF_STATE: dict[WantedState, str] = {
    WantedState.NORMAL: "bills.color = 'blue' AND bills.state = 'normal'",
    WantedState.REVERSED: "bills.state = 'reversed'",
    WantedState.SAME_DAY: f"bills.state = 'reversed' AND {_DAY} = {_RED_DAY}",
    WantedState.SAME_MONTH: f"bills.state = 'reversed' AND date_trunc('month', {_LOCAL}) = date_trunc('month', {_RED_LOCAL})",
    WantedState.LATER_MONTH: f"bills.state = 'reversed' AND date_trunc('month', {_LOCAL}) < date_trunc('month', {_RED_LOCAL})",
    WantedState.OTHER_YEAR: f"bills.state = 'reversed' AND date_trunc('year', {_LOCAL}) < date_trunc('year', {_RED_LOCAL})",
    WantedState.EXCHANGED: f"bills.color = 'blue' AND {_EXCHANGED}",
    WantedState.NOT_EXCHANGED: f"bills.color = 'blue' AND NOT {_EXCHANGED}",
    WantedState.RED: "bills.color = 'red'",
}
_OF_LEVEL: dict[RegionLevel, str] = {
    RegionLevel.PROVINCE: "units.region_code LIKE '__0000'",
    RegionLevel.CITY: "units.region_code LIKE '____00' AND units.region_code NOT LIKE '__0000'",
    RegionLevel.COUNTY: "units.region_code NOT LIKE '____00'",
}
_OF_EVIDENCE: dict[EvidenceWanted, str] = {
    EvidenceWanted.NONE: "coalesce(judged.evidence, '[]') = '[]'",
    EvidenceWanted.PRESENT: "judged.evidence <> '[]'",
    EvidenceWanted.CONTRADICTED: """judged.claims @> '[{"verdict": "contradict"}]'""",
}
_QUESTIONED = "SELECT FROM questioned_bills AS asked WHERE asked.unit_id = bills.unit_id AND asked.bill_id = bills.bill_id"
_WRITTEN_OFF = f"""coalesce((SELECT closed.is_written_off FROM closed_cycles AS closed
    WHERE closed.unit_id = bills.unit_id AND closed.kind_code = bills.kind_code
      AND closed.month = CAST(date_trunc('month', {_LOCAL}) AS date)), false)"""


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """`FROM` and `WHERE` of a query's bills, without their days, and the values of the parameters."""

    source: str
    values: Mapping[str, Any]


class _Where:
    """Conditions that are being collected; each value gets a name of its own."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: dict[str, Any] = {}

    def value(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def add(self, condition: str) -> None:
        self.parts.append(f"({condition})")

    def any_of(self, conditions: Sequence[str]) -> None:
        if conditions:
            self.add(" OR ".join(f"({each})" for each in conditions))


async def conditions_for(connection: AsyncConnection, query: InspectionQuery, catalog: Catalog) -> Conditions:
    """The conditions of a query that was checked. Units are looked up by their codes, within the scope."""
    where = _Where()
    for collect in (
        _periods_of_reversal,
        _places,
        _units_named,
        _kinds,
        _amounts,
        _states,
        _payers,
        _times,
        _judged,
    ):
        collect(where, query, catalog)
    await _units(where, connection, query)
    condition = " AND ".join(where.parts) or "true"
    return Conditions(source=f"{_FOUND} WHERE {condition}", values=where.values)


def slices_of(query: InspectionQuery, today: date) -> list[Period]:
    """The days of a query in portions of a calendar month at most, in order and without a day twice.

    Without days of issue: those of the reversals and up to two years before.
    """
    wanted = query.periods or tuple(
        (first - timedelta(days=731), last) for first, last in query.reversed_periods
    )
    found: list[Period] = []
    for first, last in sorted(wanted):
        begin = max(first, found[-1][1] + timedelta(days=1)) if found else first
        end = min(last, today)
        while begin <= end:
            month_end = (begin.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            found.append((begin, min(month_end, end)))
            begin = month_end + timedelta(days=1)
    return found


def bounds_of(span: Period) -> dict[str, datetime]:
    """The moments between which bills of some days were issued."""
    first, last = span
    return {
        "since": datetime.combine(first, time.min, SHANGHAI),
        "until": datetime.combine(last + timedelta(days=1), time.min, SHANGHAI),
    }


#: What follows the source for the days of one slice.
WITHIN = " AND bills.issued_at >= :since AND bills.issued_at < :until "


def _between(where: _Where, column: str, periods: Sequence[Period]) -> Iterator[str]:
    for period in periods:
        bounds = bounds_of(period)
        yield f"{column} >= {where.value(bounds['since'])} AND {column} < {where.value(bounds['until'])}"


def _periods_of_reversal(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    where.any_of(list(_between(where, "red.issued_at", query.reversed_periods)))
    if query.reversed_within_days is not None:
        where.add(
            f"bills.state = 'reversed' AND {_RED_DAY} - {_DAY} <= {where.value(query.reversed_within_days)}"
        )


def _covered(where: _Where, codes: Sequence[str], catalog: Catalog) -> list[str]:
    """Units of regions and of what took their place; of bills from before, their region at the time."""
    found = []
    known = [each for each in codes if each in catalog.regions]
    for code in dict.fromkeys(each for own in known for each in (own, *catalog.regions[own].successors)):
        prefix = region_prefix(code)
        low, high = where.value(prefix.ljust(6, "0")), where.value(prefix.ljust(6, "9"))
        found.append(
            f"units.region_code BETWEEN {low} AND {high} OR bills.region_code BETWEEN {low} AND {high}"
        )
    return found


def _places(where: _Where, query: InspectionQuery, catalog: Catalog) -> None:
    where.any_of(_covered(where, query.regions, catalog))
    for condition in _covered(where, query.not_regions, catalog):
        where.add(f"NOT ({condition})")
    where.any_of([_OF_LEVEL[each] for each in query.levels])
    if query.watched is not None:
        watched = (
            "EXISTS (SELECT FROM watched_unit_days AS days WHERE days.unit_id = bills.unit_id "
            f"AND {_DAY} BETWEEN days.first_day AND days.last_day)"
        )
        where.add(watched if query.watched else f"NOT {watched}")


def _one_of(where: _Where, column: str, values: Sequence[Any], *, negated: bool = False) -> None:
    if values:
        known = where.value([str(each) for each in values])
        where.add(f"{'NOT ' if negated else ''}{column} = ANY (CAST({known} AS text[]))")


def _has_word(where: _Where, column: str, words: Sequence[str], *, negated: bool = False) -> None:
    found = [f"strpos({column}, {where.value(word)}) > 0" for word in words]
    if negated:
        for each in found:
            where.add(f"NOT ({each})")
    else:
        where.any_of(found)


def _units_named(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    _one_of(where, "units.unit_type", query.unit_types)
    _one_of(where, "units.unit_type", query.not_unit_types, negated=True)
    _one_of(where, "units.mode", query.unit_modes)
    _has_word(where, "units.name", query.unit_words)
    _has_word(where, "units.name", query.not_unit_words, negated=True)


async def _units(where: _Where, connection: AsyncConnection, query: InspectionQuery) -> None:
    for codes, negated in ((query.units, False), (query.not_units, True)):
        if codes:
            rows = await connection.execute(
                text("SELECT unit_id FROM unit_codes WHERE uscc = ANY (:codes)"), {"codes": list(codes)}
            )
            ids = where.value([row.unit_id for row in rows])
            where.add(f"{'NOT ' if negated else ''}bills.unit_id = ANY (CAST({ids} AS bigint[]))")


def _kinds(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    for codes, negated in ((query.kinds, False), (query.not_kinds, True)):
        if codes:
            known = where.value(list(codes))
            part = f"bills.kind_code = ANY (CAST({known} AS text[])) OR left(bills.kind_code, 2) = ANY (CAST({known} AS text[]))"
            where.add(f"NOT ({part})" if negated else part)
    _items(where, query.items, query.item_words, negated=False)
    _items(where, query.not_items, query.not_item_words, negated=True)


def _items(where: _Where, codes: Sequence[str], words: Sequence[str], *, negated: bool) -> None:
    """Bills with an item of these codes or with such a word in its name."""
    found = [
        f"bills.items @> CAST({where.value(msgspec.json.encode([{'code': code}]).decode())} AS jsonb)"
        for code in codes
    ]
    if words:
        named = " OR ".join(f"strpos(item ->> 'name', {where.value(word)}) > 0" for word in words)
        found.append(f"EXISTS (SELECT FROM jsonb_array_elements(bills.items) AS item WHERE {named})")
    if found:
        where.add(f"{'NOT ' if negated else ''}({' OR '.join(found)})")


def _amounts(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    for value, sign in (
        (query.amount_over, ">"),
        (query.amount_least, ">="),
        (query.amount_under, "<"),
        (query.amount_most, "<="),
    ):
        if value is not None:
            where.add(f"abs(bills.total) {sign} {where.value(value)}")
    if query.amount_multiple is not None:
        where.add(f"mod(abs(bills.total), {where.value(query.amount_multiple)}) = 0")


def _states(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    where.any_of([_OF_STATE[each] for each in query.states] or ["bills.color = 'blue'"])


def _payers(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    if query.payer_type is not None:
        where.add(f"bills.payer_type = {where.value('1' if query.payer_type is PayerType.PERSON else '2')}")
    _has_word(where, "bills.payer_name", query.payer_words)
    _has_word(where, "bills.payer_name", query.not_payer_words, negated=True)
    _has_word(where, "bills.pay_mode", query.pay_modes)
    _has_word(where, "bills.pay_mode", query.not_pay_modes, negated=True)


def _times(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    if query.hours is not None:
        first, last = query.hours
        joins = "AND" if first < last else "OR"
        hour = f"extract(hour FROM {_LOCAL})"
        where.add(f"{hour} >= {where.value(first)} {joins} {hour} < {where.value(last)}")
    if query.weekdays:
        days = where.value(list(query.weekdays))
        where.add(f"extract(isodow FROM {_LOCAL}) = ANY (CAST({days} AS integer[]))")
    if query.month_end_days is not None:
        month_end = f"CAST(date_trunc('month', {_LOCAL}) + interval '1 month' AS date)"
        where.add(f"{_DAY} >= {month_end} - CAST({where.value(query.month_end_days)} AS integer)")
    if query.days is not None:
        where.add(f"{_DAY} = ANY (CAST({where.value(list(_days_of_kind(query)))} AS date[]))")


def _days_of_kind(query: InspectionQuery) -> Iterator[date]:
    for first, last in slices_of(query, date.max - timedelta(days=1)):
        for step in range((last - first).days + 1):
            day = first + timedelta(days=step)
            if is_workday(day) == (query.days is DayKind.WORKDAY):
                yield day


def _judged(where: _Where, query: InspectionQuery, _catalog: Catalog) -> None:
    where.any_of([_OF_EVIDENCE[each] for each in query.evidence])
    where.any_of(list(_holding(where, "claims", "name", query.evidence_claims, verdict="contradict")))
    where.any_of(list(_holding(where, "findings", "rule", query.rules)))
    where.any_of(list(_holding(where, "findings", "severity", query.severities)))
    flags: tuple[tuple[bool | None, str], ...] = (
        (query.flagged, "coalesce(judged.findings, '[]') <> '[]'"),
        (query.overridden, "coalesce(judged.confirmations, '[]') <> '[]'"),
    )
    for wanted, condition in flags:
        if wanted is not None:
            where.add(condition if wanted else f"NOT ({condition})")
    where.any_of([_standing(where, each) for each in query.standings])


def _holding(where: _Where, column: str, key: str, values: Sequence[str], **more: str) -> Iterator[str]:
    for value in values:
        part = msgspec.json.encode([{key: value, **more}]).decode()
        yield f"judged.{column} @> CAST({where.value(part)} AS jsonb)"


def _standing(where: _Where, standing: BillStanding) -> str:
    if standing.is_questioned:
        return f"EXISTS ({_QUESTIONED} AND asked.standing = {where.value(standing.value)})"
    written = _WRITTEN_OFF if standing is BillStanding.WRITTEN_OFF else f"NOT {_WRITTEN_OFF}"
    return f"{written} AND NOT EXISTS ({_QUESTIONED})"
