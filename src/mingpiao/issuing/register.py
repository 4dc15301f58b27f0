"""What a train reads and writes: bills, business numbers, events, audit rows, daily totals.

Everything is set-based: one statement for a whole train, whatever its length.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from mingpiao.evidence.service import Use, record_uses, release_uses
from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record_many
from mingpiao.issuing.history import Count, count, counts_of_issue, counts_of_reversal, subjects_of
from mingpiao.issuing.model import Bill, BillState, Color, Payer
from mingpiao.issuing.originals import items_of, sealed_bill
from mingpiao.issuing.supervision import Judged, Passed
from mingpiao.issuing.tickets import IssueTicket, ReversalTicket, Ticket
from mingpiao.journal.model import Event, EventType
from mingpiao.journal.service import append
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.money import plain
from mingpiao.rules.service import ShadowHit, record_failures, record_hits, record_shadow_hits
from mingpiao.sealing.model import Face, SealedXml
from mingpiao.storage.locks import NamedLock


class Original(msgspec.Struct, frozen=True):
    """The bill that was issued under a business number, and the digest of the request that it answered."""

    bill: Bill
    digest: bytes


class Red(msgspec.Struct, frozen=True, kw_only=True):
    """The bill that reversed another one."""

    identity: BillIdentity
    check_code: str
    issued_at: datetime

    @property
    def facts(self) -> dict[str, str]:
        """What a program is told of it."""
        return {
            "code": self.identity.code,
            "number": self.identity.number,
            "check_code": self.check_code,
            "issued_at": self.issued_at.isoformat(),
        }


class Blue(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that is to be reversed, read under its lock; `red` is the one that did it already."""

    color: str
    red: Red | None
    issued_on: date
    xml: bytes
    point: str


class BillRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed bill on its way into the register."""

    ticket: Ticket
    bill: Bill
    sealed: SealedXml
    passed: Passed | None


BLUE_BILLS = NamedLock("blue bills")
# Whoever writes a number first, holds it: the table's primary key makes the next one wait.
BUSINESS_NUMBERS = NamedLock("business numbers")
BUSINESS_NUMBER_KEY = "business_numbers_pkey"

_LOCK_BLUES = BLUE_BILLS.statement("""
SELECT unit_id, bill_id, color, related_bill_id, issued_at, xml, point_code FROM bills
WHERE (unit_id, bill_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))
ORDER BY unit_id, bill_id
FOR UPDATE
""")
_FIND_REDS = """
SELECT unit_id, bill_id, check_code, issued_at FROM bills
WHERE (unit_id, bill_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))
"""
_FIND_ORIGINALS = """
SELECT bills.*, business_numbers.request_digest, reversals.red_id
FROM unnest($1::bigint[], $2::text[]) AS asked(unit_id, business_no)
JOIN business_numbers USING (unit_id, business_no)
JOIN bills ON bills.unit_id = business_numbers.unit_id AND bills.bill_id = business_numbers.bill_id
LEFT JOIN reversals ON reversals.unit_id = bills.unit_id AND reversals.blue_id = bills.bill_id
"""
_OWED_CORRECTIONS = """
SELECT asked.unit_id, asked.business_no
FROM unnest($1::bigint[], $2::text[], $3::numeric[]) AS asked(unit_id, business_no, total)
JOIN owed_corrections AS owed ON owed.unit_id = asked.unit_id AND owed.business_no = asked.business_no
WHERE asked.total <= owed.total
"""
_INSERT_BILLS = """
INSERT INTO bills (unit_id, bill_id, kind_code, region_code, color, business_no, check_code, issued_at,
                   payer_type, payer_code, payer_name, total, handler, extension, items, related_bill_id,
                   reason, unit_key_id, supervisor_key_id, xml_sm3, xml, ruleset_version, pay_mode,
                   point_code)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24)
"""
_INSERT_BUSINESS_NUMBERS = BUSINESS_NUMBERS.statement("""
INSERT INTO business_numbers (unit_id, business_no, bill_id, request_digest)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[]) AS fresh(a, b, c, d)
ORDER BY a, b
""")
_MARK_REVERSED = """
UPDATE bills SET state = 'reversed', related_bill_id = fresh.red_id
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS fresh(unit_id, blue_id, red_id)
WHERE bills.unit_id = fresh.unit_id AND bills.bill_id = fresh.blue_id AND bills.related_bill_id IS NULL
"""
_INSERT_SUPERVISION = """
INSERT INTO bill_supervision (unit_id, bill_id, findings, confirmations, evidence, claims, application_id,
                              warned_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_ADD_TOTALS = """
INSERT INTO daily_totals AS known (unit_id, kind_code, day, region_code,
                                   issued_count, issued_amount, reversed_count, reversed_amount)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::date[], $4::text[],
                     $5::bigint[], $6::numeric[], $7::bigint[], $8::numeric[])
ON CONFLICT (unit_id, kind_code, day) DO UPDATE SET
    issued_count = known.issued_count + excluded.issued_count,
    issued_amount = known.issued_amount + excluded.issued_amount,
    reversed_count = known.reversed_count + excluded.reversed_count,
    reversed_amount = known.reversed_amount + excluded.reversed_amount
"""


async def lock_blues(
    connection: asyncpg.Connection, keys: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Blue]:
    """Lock bills by (unit, 票据编号), in order. Bills of other units or unknown ones are left out."""
    if not keys:
        return {}
    rows = await connection.fetch(_LOCK_BLUES.sql, [key[0] for key in keys], [key[1] for key in keys])
    reds = await _reds_of(connection, rows)
    return {
        (row["unit_id"], row["bill_id"]): Blue(
            color=row["color"],
            red=reds.get((row["unit_id"], row["related_bill_id"])),
            issued_on=row["issued_at"].astimezone(SHANGHAI).date(),
            xml=row["xml"],
            point=row["point_code"],
        )
        for row in rows
    }


async def _reds_of(
    connection: asyncpg.Connection, blues: Sequence[asyncpg.Record]
) -> dict[tuple[int, int], Red]:
    """The bills that reversed these already, by (unit, 票据编号)."""
    reversed_ones = [
        row for row in blues if row["color"] == Color.BLUE and row["related_bill_id"] is not None
    ]
    if not reversed_ones:
        return {}
    rows = await connection.fetch(
        _FIND_REDS,
        [row["unit_id"] for row in reversed_ones],
        [row["related_bill_id"] for row in reversed_ones],
    )
    return {
        (row["unit_id"], row["bill_id"]): Red(
            identity=BillIdentity.from_bill_id(row["bill_id"]),
            check_code=row["check_code"],
            issued_at=row["issued_at"].astimezone(SHANGHAI),
        )
        for row in rows
    }


async def find_originals(
    connection: asyncpg.Connection, keys: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], Original]:
    """The bills that were issued already, by (unit, business number)."""
    if not keys:
        return {}
    rows = await connection.fetch(_FIND_ORIGINALS, [key[0] for key in keys], [key[1] for key in keys])
    return {
        (row["unit_id"], row["business_no"]): Original(sealed_bill(row), row["request_digest"])
        for row in rows
    }


async def owed_corrections(
    connection: asyncpg.Connection, tickets: Sequence[IssueTicket]
) -> frozenset[tuple[int, str]]:
    """Those (unit, business number) of tickets that issue a bill instead of a reversed one, for no more than that
    one was, as a notice of rectification asks.
    """
    rows = await connection.fetch(
        _OWED_CORRECTIONS,
        [ticket.unit.unit_id for ticket in tickets],
        [ticket.draft.request.business_no for ticket in tickets],
        [ticket.draft.request.total for ticket in tickets],
    )
    return frozenset((row["unit_id"], row["business_no"]) for row in rows)


def bill_of(ticket: Ticket, face: Face, sm3: bytes, point: str) -> Bill:
    """The bill that a ticket became, in the name of a point (by code; empty: of none)."""
    red = isinstance(ticket, ReversalTicket)
    identity = BillIdentity(code=face.code, number=face.number)
    return Bill(
        unit_id=ticket.unit.unit_id,
        bill_id=identity.bill_id,
        kind=ticket.kind.code,
        region_code=face.region_code,
        color=Color.RED if red else Color.BLUE,
        state=BillState.NORMAL,
        business_no=face.business_no,
        check_code=face.check_code,
        issued_at=face.issued_at,
        payer=Payer(
            type="2" if face.payer.type == "2" else "1",
            code=face.payer.code,
            name=face.payer.name,
            account=face.payer.account,
            bank=face.payer.bank,
        ),
        total=face.total,
        handler=face.handler,
        pay_mode=face.pay_mode,
        remark=face.remark,
        extension=face.extension,
        items=items_of(face),
        related=ticket.blue if isinstance(ticket, ReversalTicket) else None,
        reason=ticket.request.reason if isinstance(ticket, ReversalTicket) else "",
        sm3=sm3.hex(),
        ruleset_version=None
        if isinstance(ticket, ReversalTicket)
        else ticket.oversight.rules.ruleset_version,
        point=point,
    )


async def record_bills(connection: asyncpg.Connection, records: Sequence[BillRecord]) -> None:
    """Write sealed bills with their XML."""
    # A row is wide: bound one by one in one round trip it costs less than as 24 arrays.
    await connection.executemany(_INSERT_BILLS, [_bill_row(record) for record in records])


def _bill_row(record: BillRecord) -> tuple[Any, ...]:
    bill = record.bill
    return (
        bill.unit_id,
        bill.bill_id,
        bill.kind,
        bill.region_code,
        bill.color,
        bill.business_no,
        bill.check_code,
        bill.issued_at,
        bill.payer.type,
        bill.payer.code,
        bill.payer.name,
        bill.total,
        bill.handler,
        bill.extension,
        bill.items,
        None if bill.related is None else bill.related.bill_id,
        bill.reason,
        record.ticket.parties[0].key_id,
        record.ticket.parties[1].key_id,
        record.sealed.sm3,
        record.sealed.xml,
        bill.ruleset_version,
        bill.pay_mode,
        bill.point,
    )


async def record_consequences(
    connection: asyncpg.Connection, records: Sequence[BillRecord], blue_days: Mapping[int, date]
) -> None:
    """Write all that follows from bills that `record_bills` wrote: one statement each kind of row.

    `blue_days` has the day (Asia/Shanghai) on which each bill to be reversed was issued, by 票据编号.
    """
    issues = [(record.bill, record.ticket) for record in records if isinstance(record.ticket, IssueTicket)]
    if issues:
        await connection.execute(
            _INSERT_BUSINESS_NUMBERS.sql,
            [bill.unit_id for bill, _ in issues],
            [bill.business_no for bill, _ in issues],
            [bill.bill_id for bill, _ in issues],
            [ticket.draft.digest for _, ticket in issues],
        )
    reversals = [
        (record.bill, record.ticket) for record in records if isinstance(record.ticket, ReversalTicket)
    ]
    if reversals:
        await connection.execute(
            _MARK_REVERSED,
            [bill.unit_id for bill, _ in reversals],
            [ticket.blue.bill_id for _, ticket in reversals],
            [bill.bill_id for bill, _ in reversals],
        )
    events = [event for record in records for event in _events(record)]
    await append(connection, events)
    await record_many(connection, [_audit(event, record) for record in records for event in _events(record)])
    await _add_totals(connection, [record.bill for record in records])
    await count(connection, [each for record in records for each in _counts(record, blue_days)])
    await _record_supervision(connection, records)


def _counts(record: BillRecord, blue_days: Mapping[int, date]) -> list[Count]:
    bill, day = record.bill, record.bill.issued_at.date()
    if isinstance(record.ticket, IssueTicket):
        return counts_of_issue(bill.unit_id, record.ticket.oversight.subjects, day, bill.total)
    subjects = subjects_of(bill.payer, bill.kind, bill.items, bill.total)
    issued_on = blue_days[record.ticket.blue.bill_id]
    return counts_of_reversal(bill.unit_id, subjects, issued_on, day, -bill.total)


async def _record_supervision(connection: asyncpg.Connection, records: Sequence[BillRecord]) -> None:
    """Keep with a bill what asked or warned, the reasons given, and its files; and count the files' use."""
    rows: list[tuple[Any, ...]] = []
    uses: list[Use] = []
    for record in records:
        if record.passed is None or not isinstance(record.ticket, IssueTicket):
            continue
        bill, passed, oversight = record.bill, record.passed, record.ticket.oversight
        digests = tuple(oversight.extractions)
        uses += [
            Use(unit_id=bill.unit_id, bill_id=bill.bill_id, digest=digest, amount=bill.total)
            for digest in digests
        ]
        if passed.findings or digests:
            approval = oversight.approval
            rows.append(
                (
                    bill.unit_id,
                    bill.bill_id,
                    passed.findings,
                    passed.confirmations,
                    digests,
                    passed.claims,
                    approval.application_id if approval else None,
                    bill.issued_at if passed.warnings else None,
                )
            )
    if rows:
        await connection.executemany(_INSERT_SUPERVISION, rows)
    await record_shadow_hits(
        connection,
        [
            ShadowHit(
                unit_id=each.bill.unit_id,
                bill_id=each.bill.bill_id,
                code=hit.rule,
                version=hit.version,
                severity=hit.severity,
                message=hit.message,
                hit_at=each.bill.issued_at,
            )
            for each in records
            if each.passed is not None
            for hit in each.passed.shadows
        ],
    )
    await record_uses(connection, uses)
    await release_uses(
        connection,
        [
            (record.bill.unit_id, record.ticket.blue.bill_id)
            for record in records
            if isinstance(record.ticket, ReversalTicket)
        ],
    )


async def record_judgement(connection: asyncpg.Connection, moment: datetime, judged: Judged) -> None:
    """Count what the rules did in a train, and make an alert of each that could not be evaluated."""
    await record_hits(connection, moment.date(), judged.counts)
    await record_failures(connection, judged.failures, moment)


def _events(record: BillRecord) -> list[Event]:
    """One event a change of state: a reversal changes two bills."""
    bill = record.bill
    facts = {"sm3": bill.sm3, "total": plain(bill.total), "business_no": bill.business_no}
    if not isinstance(record.ticket, ReversalTicket):
        return [_event(record, EventType.ISSUED, bill.bill_id, facts)]
    blue = record.ticket.blue.bill_id
    return [
        _event(record, EventType.REVERSAL_ISSUED, bill.bill_id, facts | {"blue": str(blue)}),
        _event(record, EventType.REVERSED, blue, {"red": str(bill.bill_id), "reason": bill.reason}),
    ]


def _event(record: BillRecord, kind: EventType, bill_id: int, facts: dict[str, str]) -> Event:
    return Event(
        type=kind,
        unit_id=record.bill.unit_id,
        bill_id=bill_id,
        occurred_at=record.bill.issued_at,
        actor=record.ticket.acting.actor,
        facts=facts,
    )


def _audit(event: Event, record: BillRecord) -> AuditEntry:
    return AuditEntry(
        acting=record.ticket.acting,
        action=f"bill:{event.type.value}",
        subject=f"bill:{event.bill_id}",
        unit_id=event.unit_id,
    )


async def _add_totals(connection: asyncpg.Connection, bills: Sequence[Bill]) -> None:
    # Rows in key order, so that two trains never wait for each other crosswise.
    sums: dict[tuple[int, str, date], list[Any]] = {}
    for bill in bills:
        key = (bill.unit_id, bill.kind, bill.issued_at.date())
        row = sums.setdefault(key, [bill.region_code, 0, Decimal(0), 0, Decimal(0)])
        at = 1 if bill.color is Color.BLUE else 3
        row[at] += 1
        row[at + 1] += abs(bill.total)
    keys = sorted(sums)
    await connection.execute(
        _ADD_TOTALS,
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        *([sums[key][column] for key in keys] for column in range(5)),
    )
