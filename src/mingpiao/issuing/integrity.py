"""Everything that is recorded of bills, held against everything else: columns, sealed originals with their
signatures, reversals, events, the audit trail, business numbers, totals and segments.

It is done unit by unit, each with statements of its own, and never holds a lock. What contradicts is kept in
`integrity_findings` until a later check no longer finds it.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import load
from mingpiao.crypto import x509
from mingpiao.issuing.model import Bill, Color
from mingpiao.issuing.originals import sealed_bill
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.messages.service import tell_department
from mingpiao.sealing.service import (
    TrustStore,
    certificates_by_id,
    key_info_of,
    revocations_of,
    root_certificates,
    verify_xml,
)
from mingpiao.storage.database import Database

_logger = logging.getLogger(__name__)

#: Bills that are read and verified at a time, so that memory stays small and others are heard.
_PORTION = 200
#: Nights in which a nightly check has seen all units.
NIGHTS = 30


class UnitShare(msgspec.Struct, frozen=True):
    """Of all units one part of so many: `part` runs from 1 to `of`."""

    part: int = 1
    of: int = 1

    @classmethod
    def read(cls, written: str) -> "UnitShare":
        """A share as it is written on the command line, such as 1/30; ValueError for anything else."""
        found = re.fullmatch(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", written, re.ASCII)
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(written)
        return cls(int(found[1]), int(found[2]))


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A contradiction: of which unit, about what (a bill's code and number, a day, a segment), in Chinese."""

    unit_id: int
    subject: str
    difference: str


class IntegrityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check looked at, and what it found."""

    units: int
    bills: int
    differences: tuple[Difference, ...]


async def check_share(database: Database, share: UnitShare) -> IntegrityReport:
    """Check all units of a share, whole, and keep what was found of them."""
    async with database.system() as connection:
        rows = await connection.execute(_UNITS, {"of": share.of, "part": share.part - 1})
        unit_ids = list(rows.scalars())
    trust = _Trust(database)
    bills, found = 0, list[Difference]()
    for unit_id in unit_ids:
        count, fresh = await _check_unit(database, unit_id, trust)
        bills += count
        found += fresh
        await _keep(database, unit_id, fresh)
    return IntegrityReport(units=len(unit_ids), bills=bills, differences=tuple(found))


async def check_tonight(database: Database) -> None:
    """The nightly share: after thirty nights all units were seen. What differs is logged and told."""
    report = await check_share(database, UnitShare(today().toordinal() % NIGHTS + 1, NIGHTS))
    for each in report.differences:
        _logger.error("integrity: unit %d, %s: %s", each.unit_id, each.subject, each.difference)
    if report.differences:
        async with database.system() as connection:
            await _tell(connection, f"integrity:{today()}", len(report.differences))


async def check_these(database: Database, unit_id: int, bill_ids: Sequence[int]) -> dict[int, list[str]]:
    """What contradicts in some bills of a unit, in Chinese, by 票据编号: columns, signatures, events.

    Bills without a contradiction are left out.
    """
    trust, found = _Trust(database), dict[int, list[str]]()
    for start in range(0, len(bill_ids), _PORTION):
        async with database.system() as connection:
            given = {"unit_id": unit_id, "ids": list(bill_ids[start : start + _PORTION])}
            portion = (await connection.execute(_THESE_BILLS, given)).mappings().all()
        stores = {
            key_ids: await trust.of(key_ids)
            for key_ids in {(row["unit_key_id"], row["supervisor_key_id"]) for row in portion}
        }
        found |= await asyncio.to_thread(_differences, portion, stores)
    return found


def _differences(
    rows: Iterable[RowMapping], stores: Mapping[tuple[int, int], TrustStore]
) -> dict[int, list[str]]:
    found = {row["bill_id"]: [each.difference for each in _check_bills([row], stores)] for row in rows}
    return {bill_id: words for bill_id, words in found.items() if words}


async def look_at_bill(connection: AsyncConnection, bill_id: int) -> None:
    """Keep and tell that a bill's columns differ from its sealed original, if they do."""
    rows = await connection.execute(_ONE_BILL, {"bill_id": bill_id})
    found = [each for row in rows.mappings() for each in _against_original(sealed_bill(row))]
    fresh = [each for each in found if await _keep_one(connection, each)]
    if fresh:
        await _tell(connection, f"integrity:{bill_id}:{today()}", len(fresh))


async def count_findings(connection: asyncpg.Connection) -> int:
    """How many contradictions stand."""
    return int(await connection.fetchval("SELECT count(*) FROM integrity_findings"))


async def _tell(connection: AsyncConnection, topic: str, count: int) -> None:
    catalog = await load(connection)
    await tell_department(
        connection,
        f"{catalog.province}0000",
        topic,
        "登记数据与签名原件不一致",
        f"核对发现{count}处不一致，请系统管理员用 mingpiao integrity check 查看并查明原因。",
        urgent=True,
    )


async def _keep(database: Database, unit_id: int, found: Sequence[Difference]) -> None:
    async with database.system() as connection:
        await connection.execute(
            text("DELETE FROM integrity_findings WHERE unit_id = :unit_id"), {"unit_id": unit_id}
        )
        for each in found:
            await _keep_one(connection, each)


async def _keep_one(connection: AsyncConnection, found: Difference) -> bool:
    """Whether it was not known before."""
    result = await connection.execute(
        text(
            "INSERT INTO integrity_findings (unit_id, subject, difference) "
            "VALUES (:unit_id, :subject, :difference) ON CONFLICT DO NOTHING RETURNING 1"
        ),
        msgspec.structs.asdict(found),
    )
    return result.scalar_one_or_none() is not None


# -- one unit --------------------------------------------------------------------------------------


class _Trust:
    """The certificates of keys, each pair read once."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool
        self._stores: dict[tuple[int, int], TrustStore] = {}

    async def of(self, key_ids: tuple[int, int]) -> TrustStore:
        """The authorities, and the certificates of these two keys alone."""
        if key_ids not in self._stores:
            known = await certificates_by_id(self._pool, key_ids)
            names = [key_info_of(x509.read(der)) for der in known.values()]
            revoked = await revocations_of(self._pool, names)
            roots = await root_certificates(self._pool)
            self._stores[key_ids] = TrustStore(roots, known.values(), revoked)
        return self._stores[key_ids]


async def _check_unit(database: Database, unit_id: int, trust: _Trust) -> tuple[int, list[Difference]]:
    found: list[Difference] = []
    async with database.system() as connection:
        for query, words in _CONTRADICTIONS.items():
            rows = await connection.execute(text(query), {"unit_id": unit_id})
            found += [Difference(unit_id=unit_id, subject=_subject(row[0]), difference=words) for row in rows]
    count = 0
    async for portion in _portions(database, unit_id):
        count += len(portion)
        stores = {
            key_ids: await trust.of(key_ids)
            for key_ids in {(row["unit_key_id"], row["supervisor_key_id"]) for row in portion}
        }
        found += await asyncio.to_thread(_check_bills, portion, stores)
    return count, found


async def _portions(database: Database, unit_id: int) -> AsyncIterator[Sequence[RowMapping]]:
    """All bills of a unit with their events, a portion in a transaction of its own."""
    after = 0
    while True:
        async with database.system() as connection:
            given = {"unit_id": unit_id, "after": after, "limit": _PORTION}
            rows = (await connection.execute(_BILLS, given)).mappings().all()
        if not rows:
            return
        yield rows
        after = rows[-1]["bill_id"]


def _check_bills(
    rows: Iterable[RowMapping], stores: Mapping[tuple[int, int], TrustStore]
) -> list[Difference]:
    found: list[Difference] = []
    for row in rows:
        bill = sealed_bill(row)
        found += _against_original(bill)
        store = stores[row["unit_key_id"], row["supervisor_key_id"]]
        found += [_difference(bill, each) for each in _signatures(row["xml"], store)]
        found += [_difference(bill, each) for each in _events(row, bill)]
    return found


def _against_original(bill: Bill) -> list[Difference]:
    return [_difference(bill, f"登记的{part}与签名原件不一致") for part in bill.differing_parts]


def _difference(bill: Bill, words: str) -> Difference:
    return Difference(unit_id=bill.unit_id, subject=f"{bill.code} {bill.number}", difference=words)


def _signatures(xml: bytes, store: TrustStore) -> Iterator[str]:
    report = verify_xml(xml, store)
    for signature in (report.unit, report.supervisor):
        if not signature.valid:
            yield f"{signature.party}签名无效：{signature.problem}"
    yield from report.problems


def _events(row: RowMapping, bill: Bill) -> Iterator[str]:
    """What is wrong with a bill's events: their kinds, their hashes, and what they say of the bill."""
    types = sorted(row["types"])
    if types != _expected_types(bill):
        yield f"事件与票据状态不一致：{'、'.join(types) or '没有事件'}"
    for body, leaf in zip(row["bodies"], row["leaves"], strict=True):
        if hashlib.new("sm3", b"\x00" + body.encode()).digest() != leaf:
            yield "事件内容与其摘要不一致"
        facts = _facts(body)
        if facts is None or facts.get("sm3", bill.sm3) != bill.sm3:
            yield "事件记录的原件摘要与签名原件不一致"


def _expected_types(bill: Bill) -> list[str]:
    if bill.color is Color.RED:
        return ["reversal_issued"]
    return ["issued", "reversed"] if bill.state == "reversed" else ["issued"]


def _facts(body: str) -> dict[str, Any] | None:
    """The facts of an event about its own bill; None where they cannot be read."""
    try:
        facts: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])["facts"]
    except (msgspec.DecodeError, KeyError):
        return None
    return facts


def _subject(told: Any) -> str:
    """A bill's code and number, or what else a statement names."""
    if isinstance(told, int) and told >= 10**10:
        identity = BillIdentity.from_bill_id(told)
        return f"{identity.code} {identity.number}"
    return str(told)


_UNITS = text("SELECT unit_id FROM listed_units WHERE unit_id % :of = :part ORDER BY unit_id")
_ONE_BILL = text(
    """
    SELECT bills.*, reversals.red_id FROM bills
    JOIN number_ranges ON number_ranges.unit_id = bills.unit_id
        AND CAST(number_ranges.code AS bigint) = bills.bill_id / 10000000000
        AND bills.bill_id % 10000000000 BETWEEN first_number AND last_number
    LEFT JOIN reversals ON reversals.unit_id = bills.unit_id AND reversals.blue_id = bills.bill_id
    WHERE bills.bill_id = :bill_id
    """
)
_WITH_EVENTS = """
    SELECT bills.*, reversals.red_id,
           coalesce(told.types, '{}') AS types, coalesce(told.bodies, '{}') AS bodies,
           coalesce(told.leaves, '{}') AS leaves
    FROM bills
    LEFT JOIN reversals ON reversals.unit_id = bills.unit_id AND reversals.blue_id = bills.bill_id
    LEFT JOIN LATERAL (
        SELECT array_agg(type ORDER BY event_id) AS types, array_agg(body ORDER BY event_id) AS bodies,
               array_agg(leaf_hash ORDER BY event_id) AS leaves
        FROM recorded_events AS events
        WHERE events.unit_id = bills.unit_id AND events.bill_id = bills.bill_id
    ) AS told ON true
    WHERE bills.unit_id = :unit_id AND
"""
_BILLS = text(f"{_WITH_EVENTS} bills.bill_id > :after ORDER BY bills.bill_id LIMIT :limit")
_THESE_BILLS = text(f"{_WITH_EVENTS} bills.bill_id = ANY (:ids)")
#: Statements that find what contradicts within a unit, naming it in their first column, and words for it.
_CONTRADICTIONS = {
    """
    SELECT code || ' ' || lpad(CAST(first_number AS text), 10, '0') FROM used_numbers LEFT JOIN bills
        ON bills.unit_id = used_numbers.unit_id
        AND bills.bill_id >= CAST(code AS bigint) * 10000000000 + first_number
        AND bills.bill_id < CAST(code AS bigint) * 10000000000 + first_number + used
    WHERE used_numbers.unit_id = :unit_id
    GROUP BY code, first_number, used HAVING count(bills.bill_id) <> used
    """: "号段已用号码与票据不一致",
    """
    SELECT bill_id FROM bills WHERE unit_id = :unit_id AND NOT EXISTS (
        SELECT FROM used_numbers WHERE used_numbers.unit_id = bills.unit_id
        AND used_numbers.kind_code = bills.kind_code
        AND bills.bill_id >= CAST(code AS bigint) * 10000000000 + first_number
        AND bills.bill_id < CAST(code AS bigint) * 10000000000 + first_number + used)
    """: "票据不在本单位的号段内",
    """
    SELECT coalesce(bills.bill_id, numbers.bill_id)
    FROM (SELECT * FROM bills WHERE unit_id = :unit_id AND color = 'blue') AS bills
    FULL JOIN (SELECT * FROM business_numbers WHERE unit_id = :unit_id) AS numbers
        USING (unit_id, business_no, bill_id)
    WHERE bills.bill_id IS NULL OR numbers.request_digest IS NULL
    """: "业务流水号与票据不一致",
    """
    SELECT red.bill_id FROM bills AS red LEFT JOIN bills AS blue
        ON blue.unit_id = red.unit_id AND blue.bill_id = red.related_bill_id
    WHERE red.unit_id = :unit_id AND red.color = 'red' AND (blue.bill_id IS NULL OR blue.total <> -red.total
        OR blue.related_bill_id IS DISTINCT FROM red.bill_id OR NOT EXISTS (
            SELECT FROM reversals WHERE reversals.unit_id = red.unit_id
            AND blue_id = red.related_bill_id AND red_id = red.bill_id))
    """: "红字票据与原票不对应",
    """
    SELECT blue_id FROM reversals LEFT JOIN bills AS red
        ON red.unit_id = reversals.unit_id AND red.bill_id = reversals.red_id AND red.color = 'red'
    WHERE reversals.unit_id = :unit_id AND red.bill_id IS NULL
    """: "冲红记录没有红字票据",
    """
    SELECT subject FROM (
        SELECT 'bill:' || bill_id AS subject, 'bill:' || type AS action, count(*) AS rows
        FROM recorded_events WHERE unit_id = :unit_id GROUP BY 1, 2
    ) AS told FULL JOIN (
        SELECT subject, action, count(*) AS rows FROM told_of_bills WHERE unit_id = :unit_id GROUP BY 1, 2
    ) AS logged USING (subject, action, rows)
    WHERE told IS NULL OR logged IS NULL
    """: "事件与操作日志不一致",
    """
    SELECT DISTINCT events.bill_id FROM recorded_events AS events
    LEFT JOIN bills ON bills.unit_id = events.unit_id AND bills.bill_id = events.bill_id
    WHERE events.unit_id = :unit_id AND bills.bill_id IS NULL
    """: "有事件而没有票据",
    """
    SELECT kind_code || ' ' || day FROM (
        SELECT kind_code, CAST(issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day,
               count(*) FILTER (WHERE color = 'blue') AS issued_count,
               coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
               count(*) FILTER (WHERE color = 'red') AS reversed_count,
               -coalesce(sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
        FROM bills WHERE unit_id = :unit_id GROUP BY 1, 2
    ) AS summed FULL JOIN (SELECT * FROM daily_totals WHERE unit_id = :unit_id) AS totals
        USING (kind_code, day, issued_count, issued_amount, reversed_count, reversed_amount)
    WHERE summed IS NULL OR totals IS NULL
    """: "每日汇总与票据不一致",
}
