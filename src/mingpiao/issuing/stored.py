"""Bills read back as they were asked for, transaction by transaction, so that rules can look at the past."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.history import Subjects, subjects_of
from mingpiao.issuing.model import BillItem, IssueRequest, Payer, RequestAuxItem, RequestItem
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import parse_sealed


class StoredBill(msgspec.Struct, frozen=True, kw_only=True):
    """A blue bill with the request that it answers, rebuilt from its sealed XML.

    `claims` are the verdicts of its files by name; `evidence` names these by their SM3 in hex.
    """

    unit_id: int
    bill_id: int
    region_code: str
    issued_at: datetime
    request: IssueRequest
    subjects: Subjects
    evidence: tuple[str, ...]
    claims: dict[str, str]


class StoredPayer(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an online unit issued a bill to, without account and bank, and when it did so last."""

    unit_id: int
    payer: Payer
    issued_at: datetime


class StoredReversal(msgspec.Struct, frozen=True, kw_only=True):
    """A red bill, and when the blue bill that it reversed was issued. `total` is positive, in 元; `handler` reversed it."""

    unit_id: int
    bill_id: int
    region_code: str
    issued_at: datetime
    blue_bill_id: int
    blue_issued_at: datetime
    total: Decimal
    handler: str
    subjects: Subjects


class Portion(msgspec.Struct, frozen=True):
    """Transactions `start` up to but without `stop`, all of which have ended; `bills` of them."""

    start: int
    stop: int
    bills: int


_PORTION = text(
    """
    SELECT count(*) AS bills, max(txid) + 1 AS stop FROM (
        SELECT txid FROM recorded_events AS events
        WHERE txid >= :start AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
          AND type IN ('issued', 'reversal_issued')
        ORDER BY txid, event_id LIMIT :most
    ) AS fresh
    """
)
_BLUE = text(
    """
    SELECT bills.unit_id, bills.bill_id, bills.region_code, bills.kind_code, bills.issued_at, bills.items,
           bills.xml, supervision.evidence, supervision.claims
    FROM recorded_events AS events
    JOIN bills ON bills.unit_id = events.unit_id AND bills.bill_id = events.bill_id
    LEFT JOIN bill_supervision AS supervision
           ON supervision.unit_id = bills.unit_id AND supervision.bill_id = bills.bill_id
    WHERE events.txid >= :start AND events.txid < :stop AND events.type = 'issued'
    ORDER BY bills.issued_at, bills.bill_id
    """
)
_RED = text(
    """
    SELECT red.unit_id, red.bill_id, red.region_code, red.kind_code, red.issued_at, red.items, red.total, red.handler,
           red.payer_type, red.payer_code, red.payer_name, blue.bill_id AS blue_bill_id,
           blue.issued_at AS blue_issued_at
    FROM recorded_events AS events
    JOIN bills AS red ON red.unit_id = events.unit_id AND red.bill_id = events.bill_id
    JOIN bills AS blue ON blue.unit_id = red.unit_id AND blue.bill_id = red.related_bill_id
    WHERE events.txid >= :start AND events.txid < :stop AND events.type = 'reversal_issued'
    ORDER BY red.issued_at, red.bill_id
    """
)


_PAYERS = text(
    """
    SELECT bills.unit_id, payer_type, payer_name, payer_code, max(bills.issued_at) AS issued_at
    FROM recorded_events AS events
    JOIN listed_units AS units ON units.unit_id = events.unit_id AND units.mode = 'ONLINE'
    JOIN bills ON bills.unit_id = events.unit_id AND bills.bill_id = events.bill_id
    WHERE events.txid >= :start AND events.txid < :stop AND events.type = 'issued'
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    """
)


async def next_portion(connection: AsyncConnection, start: int, most: int) -> Portion | None:
    """The next transactions from `start` on that issued bills, about `most` bills of them; None where none ended."""
    row = (await connection.execute(_PORTION, {"start": start, "most": most})).one()
    return Portion(start, row.stop, row.bills) if row.bills else None


async def stored_bills(connection: AsyncConnection, portion: Portion) -> list[StoredBill]:
    """The blue bills of a portion, oldest first."""
    rows = await connection.execute(_BLUE, {"start": portion.start, "stop": portion.stop})
    return [_stored_bill(row) for row in rows.mappings()]


async def stored_reversals(connection: AsyncConnection, portion: Portion) -> list[StoredReversal]:
    """The red bills of a portion, oldest first."""
    rows = await connection.execute(_RED, {"start": portion.start, "stop": portion.stop})
    return [_stored_reversal(row) for row in rows.mappings()]


async def stored_payers(connection: AsyncConnection, portion: Portion) -> list[StoredPayer]:
    """The payers of a portion's blue bills of online units, each once a unit, in the order of units and payers."""
    rows = await connection.execute(_PAYERS, {"start": portion.start, "stop": portion.stop})
    return [
        StoredPayer(
            unit_id=row.unit_id,
            payer=Payer(type=row.payer_type, name=row.payer_name, code=row.payer_code),
            issued_at=row.issued_at,
        )
        for row in rows
    ]


def _stored_bill(row: RowMapping) -> StoredBill:
    request = request_of(parse_sealed(row["xml"]), row["kind_code"])
    items = msgspec.convert(row["items"], tuple[BillItem, ...])
    return StoredBill(
        unit_id=row["unit_id"],
        bill_id=row["bill_id"],
        region_code=row["region_code"],
        issued_at=row["issued_at"].astimezone(SHANGHAI),
        request=request,
        subjects=subjects_of(request.payer, request.kind, items, request.total),
        evidence=tuple(row["evidence"] or ()),
        claims={claim["name"]: claim["verdict"] for claim in row["claims"] or ()},
    )


def _stored_reversal(row: RowMapping) -> StoredReversal:
    payer = Payer(type=row["payer_type"], code=row["payer_code"], name=row["payer_name"])
    items: Sequence[BillItem] = msgspec.convert(row["items"], tuple[BillItem, ...])
    return StoredReversal(
        unit_id=row["unit_id"],
        bill_id=row["bill_id"],
        region_code=row["region_code"],
        issued_at=row["issued_at"].astimezone(SHANGHAI),
        blue_bill_id=row["blue_bill_id"],
        blue_issued_at=row["blue_issued_at"].astimezone(SHANGHAI),
        total=-row["total"],
        handler=row["handler"],
        subjects=subjects_of(payer, row["kind_code"], items, row["total"]),
    )


def request_of(face: Face, kind: str) -> IssueRequest:
    """The request that a blue bill answered, rebuilt from the bill's face."""
    return IssueRequest(
        business_no=face.business_no,
        kind=kind,
        payer=Payer(
            type="2" if face.payer.type == "2" else "1",
            name=face.payer.name,
            code=face.payer.code,
            account=face.payer.account,
            bank=face.payer.bank,
        ),
        items=tuple(
            RequestItem(
                code=item.code,
                quantity=item.quantity,
                rate=Decimal(item.standard),
                amount=item.amount,
                remark=item.remark,
            )
            for item in face.items
        ),
        total=face.total,
        handler=face.handler,
        checker=face.checker,
        pay_mode=face.pay_mode,
        remark=face.remark,
        extension=dict(face.extension),
        aux_items=tuple(
            RequestAuxItem(
                related_code=item.related_code,
                name=item.name,
                quantity=item.quantity,
                amount=item.amount,
                code=item.code,
                unit=item.unit,
                standard=item.standard,
                remark=item.remark,
            )
            for item in face.aux_items
        ),
    )
