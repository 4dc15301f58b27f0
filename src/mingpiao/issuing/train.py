"""One train: requests that arrived together share one transaction.

Locks are taken in one order by every train: what provisos look at, then stock rows by (unit, kind), then
files by (unit, SM3), then blue bills that are to be reversed by (unit, 票据编号), then number pools by code,
then business numbers by (unit, number), then counters by their keys.
A passenger that may not ride is answered alone; its neighbours go on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec

from mingpiao.evidence.service import EvidenceKey, lock_evidence
from mingpiao.issuing import register
from mingpiao.issuing.faces import Numbered, blue_face, red_face
from mingpiao.issuing.model import Bill, Issued, Outcome, Refused
from mingpiao.issuing.register import BillRecord, Original
from mingpiao.issuing.supervision import Passed, judge_train
from mingpiao.issuing.tickets import IssueTicket, ReversalTicket, Ticket, serves_itself
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import draw_check_code
from mingpiao.kernel.errors import Problem
from mingpiao.numbering.model import Stock
from mingpiao.numbering.service import StockKey, lock_stocks, take_numbers
from mingpiao.sealing.model import Face, SealedXml, SealTask
from mingpiao.sealing.service import Signer, parse_sealed

#: Numbers that an online unit draws from the province's pool at a time.
ONLINE_BLOCK = 100
#: Bills that are sealed while those before them are being recorded.
SEAL_CHUNK = 25


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Where a train got to: an outcome for each ticket by its place, and tickets that must ride later.

    A ticket is left for a later train when another of the same rival key rode in this one.
    """

    outcomes: dict[int, Outcome]
    later: tuple[int, ...]


class _Rider(msgspec.Struct, kw_only=True):
    """A ticket that is let on, with what it picks up on the way."""

    place: int
    ticket: Ticket
    face: Face
    passed: Passed | None


async def run(connection: asyncpg.Connection, signer: Signer, tickets: Sequence[Ticket]) -> Arrival:
    """Carry tickets within the caller's transaction; the caller commits, and only then answers.

    Raises what the database or the signer raises; then the caller rolls back and nothing was issued.
    """
    first, later = _without_rivals(tickets)
    outcomes = await _superseded(connection, tickets, first)
    first = [place for place in first if place not in outcomes]
    moment = now().replace(microsecond=0)
    stocks = await lock_stocks(connection, {tickets[place].stock_key for place in first})
    usage = await lock_evidence(
        connection,
        sorted(key for ticket in _issues(tickets, first) for key in _file_keys(ticket)),
        [_blue_key(ticket) for ticket in _reversals(tickets, first)],
    )
    blues = await register.lock_blues(connection, [_blue_key(t) for t in _reversals(tickets, first)])
    originals = await register.find_originals(connection, [_business_key(t) for t in _issues(tickets, first)])
    boarding: list[int] = []
    for place in first:
        ticket = tickets[place]
        answer = _answer_at_once(ticket, stocks.get(ticket.stock_key), blues, originals, moment.date())
        if answer is None:
            boarding.append(place)
        else:
            outcomes[place] = answer
    asking = {place: ticket for place in boarding if isinstance(ticket := tickets[place], IssueTicket)}
    judged = await judge_train(connection, asking, usage, moment)
    stopped = {
        place: verdict for place, verdict in judged.verdicts.items() if not isinstance(verdict, Passed)
    }
    outcomes |= stopped
    boarding = [place for place in boarding if place not in stopped]
    riders, without_number = await _number(connection, tickets, boarding, stocks, blues, moment)
    for rider in riders:
        verdict = judged.verdicts.get(rider.place)
        rider.passed = verdict if isinstance(verdict, Passed) else None
    outcomes |= {place: Refused(problems=(_OUT_OF_STOCK,)) for place in without_number}
    blue_days = {bill_id: blue.issued_on for (_, bill_id), blue in blues.items()}
    outcomes |= await _seal_and_record(connection, signer, riders, blue_days)
    await register.record_judgement(connection, moment, judged)
    return Arrival(outcomes=outcomes, later=tuple(later))


def _without_rivals(tickets: Sequence[Ticket]) -> tuple[list[int], list[int]]:
    seen: set[tuple[int, str]] = set()
    first: list[int] = []
    later: list[int] = []
    for place, ticket in enumerate(tickets):
        (later if ticket.rival_key in seen else first).append(place)
        seen.add(ticket.rival_key)
    return first, later


def _reversals(tickets: Sequence[Ticket], places: Sequence[int]) -> list[ReversalTicket]:
    return [ticket for place in places if isinstance(ticket := tickets[place], ReversalTicket)]


def _issues(tickets: Sequence[Ticket], places: Sequence[int]) -> list[IssueTicket]:
    return [ticket for place in places if isinstance(ticket := tickets[place], IssueTicket)]


def _blue_key(ticket: ReversalTicket) -> tuple[int, int]:
    return (ticket.unit.unit_id, ticket.blue.bill_id)


def _file_keys(ticket: IssueTicket) -> list[EvidenceKey]:
    return [(ticket.unit.unit_id, digest) for digest in ticket.oversight.extractions]


def _business_key(ticket: IssueTicket) -> tuple[int, str]:
    return (ticket.unit.unit_id, ticket.draft.request.business_no)


_SUPERSEDED = Problem(
    code="bill.superseded", message="该业务的处理已有变化，本次没有开票，请刷新后查看。", status=409
)


async def _superseded(
    connection: asyncpg.Connection, tickets: Sequence[Ticket], places: Sequence[int]
) -> dict[int, Outcome]:
    """Refusals by place for tickets whose proviso no longer holds; what the others looked at stays as it is."""
    return {
        place: Refused(problems=(_SUPERSEDED,))
        for place in places
        if isinstance(ticket := tickets[place], IssueTicket)
        and ticket.proviso is not None
        and not await ticket.proviso(connection)
    }


# -- who may ride --------------------------------------------------------------------------------

_OUT_OF_STOCK = Problem(
    code="numbering.out_of_stock",
    message="票据库存不足，没有可用的票据号码，请先申领票据后再开具。",
    status=409,
)


def _answer_at_once(
    ticket: Ticket,
    stock: Stock | None,
    blues: dict[tuple[int, int], register.Blue],
    originals: dict[tuple[int, str], Original],
    today: date,
) -> Outcome | None:
    """The answer to a ticket that needs no number; None for one that rides on."""
    if isinstance(ticket, IssueTicket):
        original = originals.get(_business_key(ticket))
        if original is not None:
            return _repeated(ticket, original)
        problem = _stock_problem(stock, today)
    else:
        problem = _reversal_problem(blues.get(_blue_key(ticket))) or _stock_problem(stock, today)
    return None if problem is None else Refused(problems=(problem,))


def _repeated(ticket: IssueTicket, original: Original) -> Outcome:
    if original.digest == ticket.draft.digest:
        return Issued(bill=original.bill, repeated=True)
    bill = original.bill
    conflict = Problem(
        code="bill.business_no_conflict",
        field="business_no",
        message=f"业务流水号“{bill.business_no}”已开具过内容不同的票据，请核对原票据，或换用新的业务流水号。",
        status=409,
        facts={"code": bill.code, "number": bill.number},
    )
    return Refused(problems=(conflict,))


_LOCK_MESSAGES = {
    "qualification_expired": "本单位资质证书已到期，开票功能已锁定，请更新证书后再开票。",
    "qualification_revoked": "本单位资质证书的认定已被财政部门撤销，开票功能已锁定，请上传有效的证书，认定有效后立即恢复。",
    "ukey_lost": "数字证书（UKey）已挂失，开票功能已锁定，请使用新UKey登录后再开票。",
    "writeoff_overdue": "本单位逾期未核销，开票功能已锁定，请先完成核销。",
    "rectification_overdue": "本单位整改逾期未完成，开票功能已锁定，请先完成整改。",
}


def _stock_problem(stock: Stock | None, today: date) -> Problem | None:
    if stock is None:
        return Problem(
            code="bill.kind_not_allowed",
            field="kind",
            message="本单位未获准开具该种类的票据，请联系同级财政部门。",
            status=422,
        )
    expired = stock.valid_until is not None and stock.valid_until < today
    locks = ("qualification_expired",) if expired else stock.locks
    if not locks:
        return None
    message = _LOCK_MESSAGES.get(locks[0], "本单位开票功能已被财政部门锁定，请联系同级财政部门。")
    return Problem(code="unit.issuing_locked", message=message, status=409, facts={"locks": list(locks)})


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
            message=f"该票据已冲红，红字票据为{blue.red.code} {blue.red.number}，无需重复操作。",
            status=409,
            facts={"code": blue.red.code, "number": blue.red.number},
        )
    return None


# -- number, seal, record ------------------------------------------------------------------------


async def _number(
    connection: asyncpg.Connection,
    tickets: Sequence[Ticket],
    boarding: Sequence[int],
    stocks: dict[StockKey, Stock],
    blues: dict[tuple[int, int], register.Blue],
    issued_at: datetime,
) -> tuple[list[_Rider], list[int]]:
    wanted: dict[StockKey, int] = {}
    blocks: dict[StockKey, tuple[str, int]] = {}
    for place in boarding:
        ticket = tickets[place]
        wanted[ticket.stock_key] = wanted.get(ticket.stock_key, 0) + 1
        if serves_itself(ticket):
            blocks[ticket.stock_key] = (ticket.bill_code, ONLINE_BLOCK)
    numbers = await take_numbers(connection, stocks, wanted, blocks=blocks) if wanted else {}
    supply = {key: iter(identities) for key, identities in numbers.items()}
    riders: list[_Rider] = []
    without_number: list[int] = []
    for place in boarding:
        ticket = tickets[place]
        identity = next(supply[ticket.stock_key], None)
        if identity is None:
            without_number.append(place)
            continue
        numbered = Numbered(identity=identity, check_code=draw_check_code(), issued_at=issued_at)
        face = _face(ticket, numbered, blues)
        riders.append(_Rider(place=place, ticket=ticket, face=face, passed=None))
    return riders, without_number


def _face(ticket: Ticket, numbered: Numbered, blues: dict[tuple[int, int], register.Blue]) -> Face:
    if isinstance(ticket, IssueTicket):
        return blue_face(ticket.draft, ticket.unit, numbered, ticket.parties)
    blue = parse_sealed(blues[_blue_key(ticket)].xml)
    return red_face(blue, ticket.kind, ticket.request, numbered, ticket.parties)


class SealingFailed(Exception):
    """A rider could not be sealed. Its number must not be lost: the train goes again without it."""

    def __init__(self, place: int, problem: Problem) -> None:
        super().__init__(problem.code)
        self.place = place
        self.problem = problem


async def _seal_and_record(
    connection: asyncpg.Connection, signer: Signer, riders: Sequence[_Rider], blue_days: Mapping[int, date]
) -> dict[int, Outcome]:
    """Seal in chunks, so that one chunk is recorded while the next is being sealed."""
    if not riders:
        return {}
    chunks = [riders[start : start + SEAL_CHUNK] for start in range(0, len(riders), SEAL_CHUNK)]
    sealing = [asyncio.create_task(signer.seal([_seal_task(rider) for rider in chunk])) for chunk in chunks]
    outcomes: dict[int, Outcome] = {}
    entries: list[BillRecord] = []
    try:
        for chunk, task in zip(chunks, sealing, strict=True):
            fresh = [_entry(rider, sealed) for rider, sealed in zip(chunk, await task, strict=True)]
            await register.record_bills(connection, fresh)
            entries += fresh
            outcomes |= {
                rider.place: Issued(bill=entry.bill, warnings=rider.passed.warnings if rider.passed else ())
                for rider, entry in zip(chunk, fresh, strict=True)
            }
    finally:
        for task in sealing:
            task.cancel()
        await asyncio.gather(*sealing, return_exceptions=True)
    await register.record_consequences(connection, entries, blue_days)
    return outcomes


def _seal_task(rider: _Rider) -> SealTask:
    unit, supervisor = rider.ticket.parties
    return SealTask(face=rider.face, unit=unit, supervisor=supervisor)


def _entry(rider: _Rider, sealed: Any) -> BillRecord:
    if not isinstance(sealed, SealedXml):
        raise SealingFailed(rider.place, sealed)
    bill: Bill = register.bill_of(rider.ticket, rider.face, sealed.sm3)
    return BillRecord(ticket=rider.ticket, bill=bill, sealed=sealed, passed=rider.passed)
