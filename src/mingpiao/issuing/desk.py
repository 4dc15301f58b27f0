"""The issuing desk: requests come in, board the next train of their track, and get their answer.

A train is one transaction for many requests (`train.py`). A track is a queue of requests and the trains
that carry them, one after another, each on a connection of its own. All requests of a unit take the same
track, so two trains of this process never wait for each other's stock rows. Trains of other processes
wait for the locks on these rows.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import asyncpg

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.model import Acting
from mingpiao.issuing import train
from mingpiao.issuing.checks import check_text, examine, has_business_no, point_problems
from mingpiao.issuing.demands import demands_in_force
from mingpiao.issuing.model import (
    Approval,
    Assessment,
    AwaitsEvidence,
    Issued,
    IssueRequest,
    Outcome,
    Proviso,
    Refused,
    ReversalRequest,
    SecondPerson,
    Sender,
    Unresolved,
)
from mingpiao.issuing.overseer import Answer, Overseer
from mingpiao.issuing.register import BUSINESS_NUMBER_KEY, find_originals
from mingpiao.issuing.repeats import answer_of_original, same_again
from mingpiao.issuing.supervision import RequestVerdict, judge_in_order, present_for
from mingpiao.issuing.tickets import IssueTicket, Oversight, ReversalTicket, Ticket
from mingpiao.issuing.timekeeping import CLOCK_LIMIT_SECONDS
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import BillIdentity, is_code, is_number
from mingpiao.kernel.errors import Problem
from mingpiao.rules.service import RuleBook
from mingpiao.sealing.model import SealingParty
from mingpiao.sealing.service import PartyStore, Signer, SignerUnavailable
from mingpiao.storage.database import DATABASE_AWAY, Database
from mingpiao.units.model import Unit, UnitProfile
from mingpiao.units.service import UnitDirectory

_logger = logging.getLogger(__name__)

TRACKS = 2
TRAIN_LENGTH = 200
#: How long a train under load waits, at most, before it departs. Programs that were answered by the last
#: train send their next request at once, and a train of one costs nearly as much as a train of many.
DOOR_SECONDS = 0.004
_DOOR_STEPS = 4
#: Requests that may wait on one track. More are refused at once, because they would wait in vain.
MAX_WAITING = 50_000

#: Requests that are judged before other tasks of the event loop get a turn.
_JUDGED_AT_ONCE = 100

#: The answer that a request would get.
Forecast = RequestVerdict | Issued | AwaitsEvidence

NO_APPROVALS: Mapping[str, Approval] = MappingProxyType({})
NO_PROVISOS: Mapping[str, Proviso] = MappingProxyType({})
NOBODY: Mapping[str, SecondPerson] = MappingProxyType({})
NO_SENDERS: Mapping[str, Sender] = MappingProxyType({})

_BUSY = Problem(code="service.busy", message="当前开票请求过多，请稍后用同一业务流水号重试。", status=503)
_FAILED = Problem(
    code="service.internal", message="系统内部错误，本次没有开票，请联系系统管理员。", status=500
)


class _Caller:
    """A ticket and the caller who awaits its answer."""

    __slots__ = ("again", "answer", "ticket")

    def __init__(self, ticket: Ticket, answer: "asyncio.Future[Outcome]") -> None:
        self.ticket = ticket
        self.answer = answer
        self.again = False  # it waits again because a rival was first

    def tell(self, outcome: Outcome) -> None:
        if not self.answer.done():
            self.answer.set_result(outcome)


class Desk:
    """Issues and reverses bills. Open one a process with `start()`, end it with `close()`."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        units: UnitDirectory,
        parties: PartyStore,
        signer: Signer,
        rules: RuleBook,
        *,
        clock_limit: float = CLOCK_LIMIT_SECONDS,
    ) -> None:
        self._catalog = catalog
        self._units = units
        self._parties = parties
        self._database = database
        self._overseer = Overseer(database, rules)
        self._tracks = [_Track(database, signer, clock_limit) for _ in range(TRACKS)]

    def start(self) -> None:
        """Begin to run trains on the present event loop."""
        for track in self._tracks:
            track.start()

    async def close(self) -> None:
        """Run trains until nobody waits. Requests that come meanwhile are refused as `service.busy`."""
        await asyncio.gather(*(track.close() for track in self._tracks))

    async def issue(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        *,
        acting: Acting,
        approvals: Mapping[str, Approval] = NO_APPROVALS,
        provisos: Mapping[str, Proviso] = NO_PROVISOS,
        agreed: Mapping[str, SecondPerson] = NOBODY,
        senders: Mapping[str, Sender] = NO_SENDERS,
    ) -> list[Outcome]:
        """Issue bills for a unit, each by itself; outcomes in the order of the requests.

        Asking again with the same business number and content gives the same bill again. `approvals`
        by business number answer what rules ask where a person of the department decided so. A request
        with a proviso (by business number) that no longer holds is refused: `bill.superseded`. `agreed`, by
        business number, is who agreed to a request as 复核人; the bill bears that name. `senders`, by business number,
        are accounts whose 开票点 a bill is issued for where its request names none; else it is that of who acts.
        """
        tickets = await self._tickets(unit_id, requests, approvals, provisos, agreed, senders, acting=acting)
        outcomes = await self._ride(unit_id, tickets)
        stopped = [
            place
            for place, ticket in enumerate(tickets)
            if not isinstance(ticket, Ticket) and has_business_no(requests[place])
        ]
        return await self._with_repeats(unit_id, requests, outcomes, stopped) if stopped else outcomes

    async def _with_repeats(
        self, unit_id: int, requests: Sequence[IssueRequest], outcomes: list[Outcome], stopped: Sequence[int]
    ) -> list[Outcome]:
        """The outcomes; at the places in `stopped`, a request that was issued before gets that answer again.

        Its item, kind or unit may have been closed since, but the bill was right when it was issued.
        """
        async with self._database.pool.acquire() as connection:
            keys = [(unit_id, requests[place].business_no) for place in stopped]
            originals = await find_originals(connection, keys)
        for place in stopped:
            again = same_again(originals.get((unit_id, requests[place].business_no)), requests[place])
            outcomes[place] = again or outcomes[place]
        return outcomes

    async def repeat_of(self, unit_id: int, request: IssueRequest) -> Issued | Refused | None:
        """The bill that the same request got before, whatever would be said of it now; None without one.

        Refused where that bill was reversed meanwhile.
        """
        if not has_business_no(request):
            return None
        key = (unit_id, request.business_no)
        async with self._database.pool.acquire() as connection:
            return same_again((await find_originals(connection, [key])).get(key), request)

    async def reverse(
        self, unit_id: int, requests: Sequence[ReversalRequest], *, acting: Acting
    ) -> list[Outcome]:
        """Reverse bills of a unit, whole; the outcome holds the red bill."""
        catalog = await self._catalog.get()
        profile = await self._units.profile(unit_id)
        parties = await self._sealing_parties(profile.unit, catalog)
        tickets = [
            _reversal_ticket(request, profile, catalog, parties, acting=acting) for request in requests
        ]
        return await self._ride(unit_id, tickets)

    async def check(self, unit_id: int, request: IssueRequest, *, counted: bool = False) -> Assessment:
        """The answer that this request would get now, without taking locks. Issues nothing.

        Repeated requests, locks of the unit and the stock of numbers are seen by a train only and do not
        show here. With `counted`, hits that stop the request count in the statistics of rules as they do at
        issue: for a handler who sees them and corrects the bill.
        """
        profile = await self._units.profile(unit_id)
        catalog = await self._catalog.get()
        draft = examine(request, profile, catalog)
        if isinstance(draft, tuple):
            return Assessment(problems=await self._overseer.refusals(request, profile, catalog, draft))
        return await self._overseer.assess(draft, profile, catalog, counted=counted)

    async def check_all(
        self, unit_id: int, requests: Sequence[IssueRequest], *, acting: Acting
    ) -> list[Forecast]:
        """The answers that requests without files would get if they were issued now, in this order.

        As in a train, a request that passes counts already for those behind it, and one that has its bill is
        told so. Takes no locks and issues nothing; locks of the unit and the stock of numbers do not show here.
        """
        tickets = await self._tickets(
            unit_id, requests, NO_APPROVALS, NO_PROVISOS, NOBODY, NO_SENDERS, acting=acting
        )
        moment = now()
        async with self._database.pool.acquire() as connection:
            keys = [(unit_id, request.business_no) for request in requests if has_business_no(request)]
            originals = await find_originals(connection, keys)
            waiting = [
                each
                for each in tickets
                if isinstance(each, IssueTicket) and each.business_key not in originals
            ]
            present = await present_for(connection, waiting, moment)
            demands = await demands_in_force(connection, [unit_id])
        verdicts: list[RequestVerdict] = []
        for start in range(0, len(waiting), _JUDGED_AT_ONCE):
            judged = judge_in_order(
                waiting[start : start + _JUDGED_AT_ONCE], present, {}, moment, demands, on_trial=False
            )
            verdicts += judged.verdicts
            await asyncio.sleep(0)
        fresh = iter(verdicts)
        answers: list[Forecast] = []
        for request, ticket in zip(requests, tickets, strict=True):
            original = originals.get((unit_id, request.business_no))
            if isinstance(ticket, IssueTicket):
                answers.append(next(fresh) if original is None else answer_of_original(original, request))
            elif not isinstance(ticket, ReversalTicket):
                answers.append(same_again(original, request) or ticket)
        return answers

    async def _tickets(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        approvals: Mapping[str, Approval],
        provisos: Mapping[str, Proviso],
        agreed: Mapping[str, SecondPerson],
        senders: Mapping[str, Sender],
        *,
        acting: Acting,
    ) -> list[Ticket | Answer]:
        catalog = await self._catalog.get()
        profile = await self._units.profile(unit_id)
        parties = await self._sealing_parties(profile.unit, catalog)
        tickets: list[Ticket | Answer] = []
        for index, request in enumerate(requests):
            second = agreed.get(request.business_no)
            sender = senders.get(request.business_no)
            account_id = acting.account_id if sender is None else sender.account_id
            by_ukey = acting.point if sender is None else sender.point
            found = examine(
                request,
                profile,
                catalog,
                checker=second.name if second else "",
                account_id=acting.account_id,
                by_ukey=by_ukey,
            )
            if isinstance(found, tuple):
                tickets.append(
                    Refused(problems=await self._overseer.refusals(request, profile, catalog, found))
                )
                continue
            oversight = await self._overseer.oversee(
                found, profile, catalog, approvals.get(request.business_no)
            )
            tickets.append(
                IssueTicket(
                    draft=found,
                    unit=profile.unit,
                    bill_code=catalog.bill_code(found.kind),
                    parties=parties,
                    acting=acting,
                    oversight=oversight,
                    proviso=provisos.get(request.business_no),
                    agreed=second,
                    point=found.request.point or profile.points.issued_at(account_id, by_ukey),
                )
                if isinstance(oversight, Oversight)
                else oversight
            )
            if index % 100 == 99:
                # A long batch must not keep everyone else from being heard.
                await asyncio.sleep(0)
        return tickets

    async def _sealing_parties(self, unit: Unit, catalog: Catalog) -> tuple[SealingParty, SealingParty]:
        upwards = catalog.regions_upwards(unit.region_code)
        return (
            await self._parties.in_use([("unit", unit.uscc)]),
            await self._parties.in_use([("department", code) for code in upwards]),
        )

    async def _ride(self, unit_id: int, tickets: Sequence[Ticket | Answer]) -> list[Outcome]:
        track = self._tracks[unit_id % len(self._tracks)]
        waiting = track.board([ticket for ticket in tickets if isinstance(ticket, Ticket)])
        if waiting is None:
            return [Refused(problems=(_BUSY,)) if isinstance(each, Ticket) else each for each in tickets]
        answers = iter(await asyncio.gather(*waiting))
        return [next(answers) if isinstance(each, Ticket) else each for each in tickets]


def _reversal_ticket(
    request: ReversalRequest,
    profile: UnitProfile,
    catalog: Catalog,
    parties: tuple[SealingParty, SealingParty],
    *,
    acting: Acting,
) -> Ticket | Answer:
    problems = [
        *check_text("reason", "冲红原因", request.reason, 180, required=True),
        *check_text("handler", "开票人", request.handler, 30, required=True),
    ]
    kind = catalog.kinds.get(request.code[2:6])
    if not is_code(request.code) or not is_number(request.number) or kind is None:
        problems.append(
            Problem(
                code="bill.unknown", message="没有找到该票据，请核对8位票据代码和10位票据号码。", status=404
            )
        )
    problems += point_problems("", profile.points, acting.account_id, acting.point)
    if problems or kind is None:
        return Refused(problems=tuple(problems))
    return ReversalTicket(
        request=request,
        blue=BillIdentity(code=request.code, number=request.number),
        unit=profile.unit,
        kind=kind,
        bill_code=catalog.bill_code(kind),
        parties=parties,
        acting=acting,
        point=profile.points.issued_at(acting.account_id, acting.point),
    )


class _Track:
    """A queue of callers and the train that fetches them, again and again."""

    def __init__(self, database: Database, signer: Signer, clock_limit: float) -> None:
        self._clock_limit = clock_limit
        self._database = database
        self._signer = signer
        self._waiting: deque[_Caller] = deque()
        self._bell = asyncio.Event()
        self._closing = False
        self._last_length = 1
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        self._closing = True
        self._bell.set()
        if self._task is not None:
            await self._task

    def board(self, tickets: Sequence[Ticket]) -> "list[asyncio.Future[Outcome]] | None":
        """Queue tickets; None when the desk is closing or too many wait already."""
        if self._closing or len(self._waiting) + len(tickets) > MAX_WAITING:
            return None
        loop = asyncio.get_running_loop()
        callers = [_Caller(ticket, loop.create_future()) for ticket in tickets]
        self._waiting.extend(callers)
        self._bell.set()
        return [caller.answer for caller in callers]

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                await self._hold_the_doors()
                count = self._last_length = min(TRAIN_LENGTH, len(self._waiting))
                await self._depart([self._waiting.popleft() for _ in range(count)])

    async def _hold_the_doors(self) -> None:
        """Wait a moment for as many requests as the last train carried; after a train of one, not at all."""
        for _ in range(_DOOR_STEPS):
            if len(self._waiting) >= self._last_length or self._closing:
                return
            await asyncio.sleep(DOOR_SECONDS / _DOOR_STEPS)

    async def _depart(self, callers: list[_Caller]) -> None:
        """Run one train and answer everyone on it, whatever happens."""
        try:
            await self._travel(callers)
        except train.SealingFailed as failure:
            self._go_again_without(failure, callers)
        except (*DATABASE_AWAY, SignerUnavailable) as error:
            _logger.warning("a train did not depart: %s", error)
            _tell_all(callers, Unresolved(issued=False))
        except asyncpg.UniqueViolationError as error:
            await self._after_a_rival(error, callers)
        except Exception:
            await self._apart(callers)

    def _go_again_without(self, failure: train.SealingFailed, callers: Sequence[_Caller]) -> None:
        """Answer the caller whose bill could not be sealed; the others wait at the head of the queue again."""
        for caller in reversed(callers):
            if caller.ticket is failure.ticket:
                caller.tell(Refused(problems=(failure.problem,)))
            else:
                self._waiting.appendleft(caller)

    async def _after_a_rival(self, error: asyncpg.UniqueViolationError, callers: list[_Caller]) -> None:
        """Go again where another process has just used one of the business numbers: now its bill is found.

        What was tried again and collides again is no race, but a fault.
        """
        if error.constraint_name != BUSINESS_NUMBER_KEY or any(caller.again for caller in callers):
            await self._apart(callers)
            return
        for caller in reversed(callers):
            caller.again = True
            self._waiting.appendleft(caller)

    async def _apart(self, callers: list[_Caller]) -> None:
        """Run a train for each request alone after an unforeseen error, so that only the one at fault fails."""
        if len(callers) == 1:
            _logger.exception("a bill could not be issued")
            callers[0].tell(Refused(problems=(_FAILED,)))
            return
        _logger.warning("a train of %d is taken apart", len(callers), exc_info=True)
        for caller in callers:
            await self._depart([caller])

    async def _travel(self, callers: Sequence[_Caller]) -> None:
        async with self._database.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                outcomes = await train.run(
                    connection,
                    self._signer,
                    [each.ticket for each in callers],
                    clock_limit=self._clock_limit,
                )
            except BaseException:
                try:
                    await transaction.rollback()
                except DATABASE_AWAY:
                    # The server rolls a lost connection back; what stopped the train is what matters.
                    connection.terminate()
                raise
            try:
                await transaction.commit()
            except DATABASE_AWAY as error:
                # The commit may have reached the disk or not: nobody here can know.
                _logger.warning("the outcome of a train is unknown: %s", error)
                _tell_all(callers, Unresolved(issued=None))
                return
        later: list[_Caller] = []
        for caller, outcome in zip(callers, outcomes, strict=True):
            if outcome is None:
                later.append(caller)
            else:
                caller.tell(outcome)
        self._waiting.extendleft(reversed(later))


def _tell_all(callers: Sequence[_Caller], outcome: Outcome) -> None:
    for caller in callers:
        caller.tell(outcome)
