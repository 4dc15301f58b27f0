"""One train: requests that arrived together share one transaction.

Locks are taken in one order by every train: what provisos look at, then stock rows by (unit, kind), then
evidence files by (unit, SM3), then blue bills that are to be reversed by (unit, 票据编号), then number pools
by code, then business numbers by (unit, number), then counters by their keys.
A request that may not be issued gets its answer alone; the others on the train go on.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import asyncpg
import msgspec

from mingpiao.evidence.model import Usage
from mingpiao.evidence.service import EvidenceKey, lock_evidence
from mingpiao.house.rooms import locks
from mingpiao.issuing import register
from mingpiao.issuing.demands import demands_in_force
from mingpiao.issuing.faces import Numbered, blue_face, red_face
from mingpiao.issuing.model import Issued, Outcome, Refused
from mingpiao.issuing.register import BillRecord, Original
from mingpiao.issuing.repeats import answer_of_original
from mingpiao.issuing.supervision import Judged, Passed, judge_train
from mingpiao.issuing.tickets import IssueTicket, ReversalTicket, Ticket, serves_itself
from mingpiao.issuing.timekeeping import CLOCK_LIMIT_SECONDS, clock_problem, time_under
from mingpiao.kernel.codes import BillIdentity, draw_check_code
from mingpiao.kernel.errors import Problem
from mingpiao.numbering.model import RECTIFICATION_OVERDUE, UKEY_HELD, UKEY_LOST, Stock
from mingpiao.numbering.service import StockKey, lock_stocks, take_at_points, take_numbers
from mingpiao.rules.model import Hit
from mingpiao.sealing.model import Face, SealOutcome, SealTask
from mingpiao.sealing.service import Signer, parse_sealed

#: Numbers that an online unit draws from the province's pool at a time.
ONLINE_BLOCK = 100
#: Bills that are sealed while those before them are being recorded.
SEAL_CHUNK = 25


class Passenger:
    """A ticket on its way through one train, and what the stages of the train give it, in this order.

    `verdict` lets it ride on (None for a reversal, which no rule judges), then it gets `numbered` and `face`.
    `outcome` is its answer; whoever has one rides no further. Reading what no stage has given yet raises
    AttributeError.
    """

    __slots__ = ("face", "numbered", "outcome", "ticket", "verdict")

    numbered: Numbered
    face: Face

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.verdict: Passed | None = None
        self.outcome: Outcome | None = None


#: The choice of a region, or else of the nearest one above it.
_NEEDING_UKEYS = """
SELECT unit_id FROM unnest($1::bigint[], $2::text[]) AS asking(unit_id, region_code)
WHERE (
    SELECT issuing_needs_ukey FROM ukey_demands
    WHERE ukey_demands.region_code
        IN (asking.region_code, left(asking.region_code, 4) || '00', left(asking.region_code, 2) || '0000')
    ORDER BY ukey_demands.region_code DESC LIMIT 1
)
"""


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that a train holds under lock: stocks, evidence with its use so far, bills to be reversed."""

    stocks: dict[StockKey, Stock]
    usage: dict[EvidenceKey, Usage]
    blues: dict[tuple[int, int], register.Blue]


async def run(
    connection: asyncpg.Connection,
    signer: Signer,
    tickets: Sequence[Ticket],
    *,
    clock_limit: float = CLOCK_LIMIT_SECONDS,
) -> list[Outcome | None]:
    """Carry tickets within the caller's transaction; the caller commits, and only then answers.

    The outcomes come in the order of the tickets. None marks a ticket that must take a later train, because
    one before it asks for the same thing. The time of issue is the database's, read under the locks; where it
    cannot be trusted by `clock_limit` seconds (`timekeeping`), no number is taken. Raises what the database or
    the signer raises, and `SealingFailed`; then the caller rolls back and nothing was issued.
    """
    passengers = [Passenger(ticket) for ticket in tickets]
    aboard = await _still_wanted(connection, _without_rivals(passengers))
    held = await _lock(connection, aboard)
    moment = time_under(held.stocks.values())
    originals = await register.find_originals(
        connection, [ticket.business_key for ticket in _issue_tickets(aboard)]
    )
    owed = await _owed_corrections(connection, aboard, held, moment.date())
    needing = await _needing_ukeys(connection, aboard, held)
    aboard = _answer_at_once(aboard, held, originals, owed, needing, moment.date())
    aboard = _in_time(aboard, held, moment, clock_limit)
    aboard, judged = await _judge(connection, aboard, held, moment)
    aboard = await _number(connection, aboard, held, moment)
    _draw_faces(aboard, held)
    await _seal_and_record(connection, signer, aboard, held)
    await register.record_judgement(connection, moment, judged)
    return [passenger.outcome for passenger in passengers]


def _still_aboard(passengers: Iterable[Passenger]) -> list[Passenger]:
    return [passenger for passenger in passengers if passenger.outcome is None]


def _issue_tickets(passengers: Iterable[Passenger]) -> list[IssueTicket]:
    return [ticket for passenger in passengers if isinstance(ticket := passenger.ticket, IssueTicket)]


def _without_rivals(passengers: Iterable[Passenger]) -> list[Passenger]:
    """The first passenger of each rival key."""
    first: dict[tuple[int, str], Passenger] = {}
    for passenger in passengers:
        first.setdefault(passenger.ticket.rival_key, passenger)
    return list(first.values())


_SUPERSEDED = Problem(
    code="bill.superseded", message="该业务的处理已有变化，本次没有开票，请刷新后查看。", status=409
)


async def _still_wanted(connection: asyncpg.Connection, passengers: Sequence[Passenger]) -> list[Passenger]:
    """Refuse tickets whose proviso no longer holds; what the other provisos looked at stays as it is."""
    for passenger in passengers:
        ticket = passenger.ticket
        proviso = ticket.proviso if isinstance(ticket, IssueTicket) else None
        if proviso is not None and not await proviso(connection):
            passenger.outcome = Refused(problems=(_SUPERSEDED,))
    return _still_aboard(passengers)


async def _lock(connection: asyncpg.Connection, passengers: Sequence[Passenger]) -> _Held:
    tickets = [passenger.ticket for passenger in passengers]
    blue_keys = [ticket.blue_key for ticket in tickets if isinstance(ticket, ReversalTicket)]
    evidence_keys = sorted(key for ticket in _issue_tickets(passengers) for key in ticket.evidence_keys)
    return _Held(
        stocks=await lock_stocks(connection, {ticket.stock_key for ticket in tickets}),
        usage=await lock_evidence(connection, evidence_keys, blue_keys),
        blues=await register.lock_blues(connection, blue_keys),
    )


# -- who may ride --------------------------------------------------------------------------------

_OUT_OF_STOCK = Problem(
    code="numbering.out_of_stock",
    message="票据库存不足，没有可用的票据号码，请先申领票据后再开具。",
    status=409,
)


async def _owed_corrections(
    connection: asyncpg.Connection, passengers: Sequence[Passenger], held: _Held, today: date
) -> frozenset[tuple[int, str]]:
    """Requests of units that are stopped for an overdue rectification, by which they issue what its notice asks for.

    Read under the stock rows' locks: whoever accepts a notice, or links another request to a bill, takes them too.
    """
    stopped = [
        ticket
        for ticket in _issue_tickets(passengers)
        if RECTIFICATION_OVERDUE in _stops(held.stocks.get(ticket.stock_key), today)
    ]
    return await register.owed_corrections(connection, stopped) if stopped else frozenset()


async def _needing_ukeys(
    connection: asyncpg.Connection, passengers: Sequence[Passenger], held: _Held
) -> frozenset[int]:
    """The units where issuing needs a UKey, of those for whom somebody rides whose UKey was held or revoked."""
    tickets = [passenger.ticket for passenger in passengers]
    units = {
        ticket.unit.unit_id: ticket.unit.region_code
        for ticket in tickets
        if serves_itself(ticket)
        and (stock := held.stocks.get(ticket.stock_key)) is not None
        and ticket.acting.people & stock.keyless_accounts
    }
    if not units:
        return frozenset()
    rows = await connection.fetch(_NEEDING_UKEYS, list(units), list(units.values()))
    return frozenset(row["unit_id"] for row in rows)


def _stops(stock: Stock | None, today: date, *, correcting: bool = False) -> tuple[str, ...]:
    return () if stock is None else stock.stopped_on(today, correcting=correcting)


def _answer_at_once(
    passengers: Sequence[Passenger],
    held: _Held,
    originals: Mapping[tuple[int, str], Original],
    owed: frozenset[tuple[int, str]],
    needing: frozenset[int],
    today: date,
) -> list[Passenger]:
    """Answer whoever needs no number: repeated requests, and those that may not be issued."""
    for passenger in passengers:
        ticket = passenger.ticket
        stock = held.stocks.get(ticket.stock_key)
        passenger.outcome = (
            _issue_answer(ticket, stock, originals.get(ticket.business_key), owed, needing, today)
            if isinstance(ticket, IssueTicket)
            else _reversal_answer(ticket, stock, held.blues.get(ticket.blue_key), needing, today)
        )
    return _still_aboard(passengers)


def _issue_answer(
    ticket: IssueTicket,
    stock: Stock | None,
    original: Original | None,
    owed: frozenset[tuple[int, str]],
    needing: frozenset[int],
    today: date,
) -> Outcome | None:
    if original is not None:
        return answer_of_original(original, ticket.draft.sent, ticket.draft.digest)
    problem = _stock_problem(ticket, stock, needing, today, correcting=ticket.business_key in owed)
    return None if problem is None else Refused(problems=(problem,))


def _reversal_answer(
    ticket: ReversalTicket,
    stock: Stock | None,
    blue: register.Blue | None,
    needing: frozenset[int],
    today: date,
) -> Outcome | None:
    problem = _reversal_problem(blue) or _stock_problem(ticket, stock, needing, today, correcting=True)
    return None if problem is None else Refused(problems=(problem,))


def _lost(ticket: Ticket, stock: Stock) -> tuple[str, ...]:
    """The reason that stops people whose UKey was reported lost, also where the platform issues what they asked for or
    agreed to; a unit's programs have none.
    """
    return (UKEY_LOST,) if ticket.acting.people & stock.lost_accounts else ()


def _keyless(ticket: Ticket, stock: Stock, needing: frozenset[int]) -> tuple[str, ...]:
    """The reason that stops people without a UKey in use, in units where issuing needs one."""
    stopped = ticket.unit.unit_id in needing and ticket.acting.people & stock.keyless_accounts
    return (UKEY_HELD,) if stopped else ()


_LOCKED = "本单位开票功能已被财政部门锁定，请联系同级财政部门。"


def _stock_problem(
    ticket: Ticket, stock: Stock | None, needing: frozenset[int], today: date, *, correcting: bool
) -> Problem | None:
    # Bills of a kind that was taken away can still be reversed.
    if stock is None or (stock.withdrawn and isinstance(ticket, IssueTicket)):
        return Problem(
            code="bill.kind_not_allowed",
            field="kind",
            message="本单位未获准开具该种类的票据，请联系同级财政部门。",
            status=422,
        )
    reasons = (
        _stops(stock, today, correcting=correcting)
        or _lost(ticket, stock)
        or _keyless(ticket, stock, needing)
    )
    if reasons:
        lock = locks().get(reasons[0])
        message = _LOCKED if lock is None else lock.message
        return Problem(
            code="unit.issuing_locked", message=message, status=409, facts={"locks": list(reasons)}
        )
    # An online unit gets its numbers at issue, so what it owes is asked for here (核旧领新).
    month = stock.unsettled_month(today) if serves_itself(ticket) else None
    return None if month is None else _writeoff_required(month)


def _writeoff_required(month: date) -> Problem:
    return Problem(
        code="unit.writeoff_required",
        message=f"{month:%Y年%-m月}的票据还没有核销，请先在“核销”页面提交核销，再开具本月的第一张票据。",
        status=409,
        facts={"month": f"{month:%Y-%m}"},
    )


def _reversal_problem(blue: register.Blue | None) -> Problem | None:
    if blue is None:
        return Problem(
            code="bill.unknown", message="没有找到该票据，请核对票据代码和号码，或您无权操作。", status=404
        )
    if blue.color != "blue":
        return Problem(
            code="bill.red_not_reversible", message="红字票据不能再冲红，如有错误请重新开具蓝票。", status=409
        )
    if blue.red is not None:
        return Problem(
            code="bill.already_reversed",
            message=f"该票据已冲红，红字票据为{blue.red.identity.code} {blue.red.identity.number}，无需重复操作。",
            status=409,
            facts=dict(blue.red.facts),
        )
    return None


def _in_time(passengers: Sequence[Passenger], held: _Held, moment: datetime, limit: float) -> list[Passenger]:
    """Refuse whoever would be dated by a clock that is wrong."""
    for passenger in passengers:
        problem = clock_problem(held.stocks[passenger.ticket.stock_key], moment, limit)
        if problem is not None:
            passenger.outcome = Refused(problems=(problem,))
    return _still_aboard(passengers)


# -- judge, number, seal, record -----------------------------------------------------------------


async def _judge(
    connection: asyncpg.Connection, passengers: Sequence[Passenger], held: _Held, moment: datetime
) -> tuple[list[Passenger], Judged]:
    """Let the rules judge all who ask for a blue bill, and answer those whom they stop."""
    tickets = _issue_tickets(passengers)
    # Read under the stock rows' locks, which every change of a demand takes too.
    demands = (
        await demands_in_force(connection, {ticket.unit.unit_id for ticket in tickets}) if tickets else {}
    )
    judged = await judge_train(connection, tickets, held.usage, moment, demands)
    asking = [passenger for passenger in passengers if isinstance(passenger.ticket, IssueTicket)]
    for passenger, verdict in zip(asking, judged.verdicts, strict=True):
        if isinstance(verdict, Passed):
            passenger.verdict = verdict
        else:
            passenger.outcome = verdict
    return _still_aboard(passengers), judged


async def _number(
    connection: asyncpg.Connection, passengers: Sequence[Passenger], held: _Held, moment: datetime
) -> list[Passenger]:
    """Give everyone a number, in order; those for whom the stock has none left are answered.

    Who rides in the name of a 开票点 gets a number of its own stock while it has one, else of the common stock.
    """
    if not passengers:
        return []
    own = await _numbers_of_points(connection, passengers, held)
    wanted: dict[StockKey, int] = {}
    blocks: dict[StockKey, tuple[str, int]] = {}
    for passenger in passengers:
        ticket = passenger.ticket
        wanted[ticket.stock_key] = wanted.get(ticket.stock_key, 0) + (passenger not in own)
        if held.stocks[ticket.stock_key].withdrawn:
            blocks[ticket.stock_key] = (ticket.bill_code, 1)
        elif serves_itself(ticket):
            blocks[ticket.stock_key] = (ticket.bill_code, ONLINE_BLOCK)
    numbers = await take_numbers(connection, held.stocks, wanted, moment=moment, blocks=blocks)
    supply = {key: iter(identities) for key, identities in numbers.items()}
    for passenger in passengers:
        identity = own.get(passenger) or next(supply[passenger.ticket.stock_key], None)
        if identity is None:
            passenger.outcome = Refused(problems=(_OUT_OF_STOCK,))
        else:
            issued_at = held.stocks[passenger.ticket.stock_key].time_of_issue(moment)
            passenger.numbered = Numbered(
                identity=identity, check_code=draw_check_code(), issued_at=issued_at
            )
    return _still_aboard(passengers)


async def _numbers_of_points(
    connection: asyncpg.Connection, passengers: Sequence[Passenger], held: _Held
) -> dict[Passenger, BillIdentity]:
    """Numbers for those who ride in the name of points that have numbers of their own."""
    riders = [(passenger, point) for passenger in passengers if (point := _point_of(passenger.ticket, held))]
    if not riders:
        return {}
    keys = [(*passenger.ticket.stock_key, point) for passenger, point in riders]
    numbers = await take_at_points(connection, Counter(keys))
    supply = {key: iter(identities) for key, identities in numbers.items()}
    found = ((passenger, next(supply[key], None)) for (passenger, _), key in zip(riders, keys, strict=True))
    return {passenger: identity for passenger, identity in found if identity is not None}


def _point_of(ticket: Ticket, held: _Held) -> str:
    """The 开票点 in whose name a bill is issued; a red one without a person's point stands in that of its blue one."""
    if ticket.point or isinstance(ticket, IssueTicket):
        return ticket.point
    return held.blues[ticket.blue_key].point


def _draw_faces(passengers: Iterable[Passenger], held: _Held) -> None:
    for passenger in passengers:
        ticket, numbered = passenger.ticket, passenger.numbered
        if isinstance(ticket, IssueTicket):
            passenger.face = blue_face(ticket.draft, ticket.unit, numbered, ticket.parties)
        else:
            blue = parse_sealed(held.blues[ticket.blue_key].xml)
            passenger.face = red_face(blue, ticket.kind, ticket.request, numbered, ticket.parties)


class SealingFailed(Exception):
    """A bill could not be sealed. Its number must not be lost, so the train goes again without its ticket."""

    def __init__(self, ticket: Ticket, problem: Problem) -> None:
        super().__init__(problem.code)
        self.ticket = ticket
        self.problem = problem


async def _seal_and_record(
    connection: asyncpg.Connection, signer: Signer, passengers: Sequence[Passenger], held: _Held
) -> None:
    """Seal and record in chunks: while one chunk is recorded, the next is being sealed."""
    if not passengers:
        return
    chunks = [passengers[start : start + SEAL_CHUNK] for start in range(0, len(passengers), SEAL_CHUNK)]
    sealing = [asyncio.create_task(signer.seal([_seal_task(each) for each in chunk])) for chunk in chunks]
    records: list[BillRecord] = []
    try:
        for chunk, task in zip(chunks, sealing, strict=True):
            fresh = [
                _record(passenger, sealed, held) for passenger, sealed in zip(chunk, await task, strict=True)
            ]
            await register.record_bills(connection, fresh)
            for passenger, record in zip(chunk, fresh, strict=True):
                passenger.outcome = Issued(bill=record.bill, warnings=_warnings(passenger))
            records += fresh
    finally:
        for task in sealing:
            task.cancel()
        await asyncio.gather(*sealing, return_exceptions=True)
    blue_days = {bill_id: blue.issued_on for (_, bill_id), blue in held.blues.items()}
    await register.record_consequences(connection, records, blue_days)


def _warnings(passenger: Passenger) -> tuple[Hit, ...]:
    ticket, verdict = passenger.ticket, passenger.verdict
    hints = ticket.draft.hints if isinstance(ticket, IssueTicket) else ()
    return (*(verdict.warnings if verdict else ()), *hints)


def _seal_task(passenger: Passenger) -> SealTask:
    unit, supervisor = passenger.ticket.parties
    return SealTask(face=passenger.face, unit=unit, supervisor=supervisor)


def _record(passenger: Passenger, sealed: SealOutcome, held: _Held) -> BillRecord:
    if isinstance(sealed, Problem):
        raise SealingFailed(passenger.ticket, sealed)
    bill = register.bill_of(passenger.ticket, passenger.face, sealed.sm3, _point_of(passenger.ticket, held))
    return BillRecord(ticket=passenger.ticket, bill=bill, sealed=sealed, passed=passenger.verdict)
