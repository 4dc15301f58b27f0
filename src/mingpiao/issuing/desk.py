"""The issuing desk: requests come in, board the next train of their track, and get their answer.

Tracks run side by side, each on a connection of its own. A unit always rides on the same track, so
that two trains of this process never wait for each other's stock rows; trains of other processes
are kept apart by the rows themselves.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.model import Actor
from mingpiao.issuing import train
from mingpiao.issuing.checks import check_text, examine, has_business_no, request_digest
from mingpiao.issuing.model import (
    Approval,
    Assessment,
    Issued,
    IssueRequest,
    Outcome,
    Proviso,
    Refused,
    ReversalRequest,
    Unresolved,
)
from mingpiao.issuing.overseer import Answer, Overseer
from mingpiao.issuing.register import find_originals
from mingpiao.issuing.tickets import IssueTicket, Oversight, ReversalTicket, Ticket
from mingpiao.kernel.codes import BillIdentity, is_code, is_number
from mingpiao.kernel.errors import Problem
from mingpiao.rules.service import RuleBook
from mingpiao.sealing.model import SealingParty
from mingpiao.sealing.service import PartyStore, Signer, SignerUnavailable
from mingpiao.storage.database import DATABASE_AWAY, Database
from mingpiao.units.model import Unit
from mingpiao.units.service import UnitDirectory

_logger = logging.getLogger(__name__)

TRACKS = 2
TRAIN_LENGTH = 200
#: How long a train under load holds its doors, at most, for those who were on the last one: they have
#: just been answered and are coming back, and a train of one costs nearly as much as a train of many.
DOOR_SECONDS = 0.004
_DOOR_STEPS = 4
#: Passengers that may wait for a train; more are turned away at once instead of waiting in vain.
MAX_WAITING = 50_000

NO_APPROVALS: Mapping[str, Approval] = MappingProxyType({})
NO_PROVISOS: Mapping[str, Proviso] = MappingProxyType({})

_BUSY = Problem(code="service.busy", message="当前开票请求过多，请稍后用同一业务流水号重试。", status=503)
_FAILED = Problem(
    code="service.internal", message="系统内部错误，本次没有开票，请联系系统管理员。", status=500
)


class _Passenger:
    """A ticket and the caller who waits for its answer."""

    __slots__ = ("answer", "ticket")

    def __init__(self, ticket: Ticket, answer: "asyncio.Future[Outcome]") -> None:
        self.ticket = ticket
        self.answer = answer

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
    ) -> None:
        self._catalog = catalog
        self._units = units
        self._parties = parties
        self._database = database
        self._overseer = Overseer(database, catalog, rules)
        self._tracks = [_Track(database, signer) for _ in range(TRACKS)]

    def start(self) -> None:
        """Begin to run trains on the present event loop."""
        for track in self._tracks:
            track.start()

    async def close(self) -> None:
        """Let the trains under way arrive; those who still wait are told that nothing was issued."""
        await asyncio.gather(*(track.close() for track in self._tracks))

    async def issue(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        *,
        acting: Actor,
        approvals: Mapping[str, Approval] = NO_APPROVALS,
        provisos: Mapping[str, Proviso] = NO_PROVISOS,
    ) -> list[Outcome]:
        """Issue bills for a unit, each by itself; outcomes in the order of the requests.

        Asking again with the same business number and content gives the same bill again. `approvals`
        by business number answer what rules ask where a person of the department decided so. A request
        with a proviso (by business number) that no longer holds is refused: `bill.superseded`.
        """
        tickets = await self._tickets(unit_id, requests, acting, approvals, provisos)
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
        """Outcomes, with the bills that stand for requests which would be stopped by now.

        What was in order when it was issued stays so, whatever items, kinds or units have become since.
        """
        async with self._database.pool.acquire() as connection:
            keys = [(unit_id, requests[place].business_no) for place in stopped]
            originals = await find_originals(connection, keys)
        for place in stopped:
            original = originals.get((unit_id, requests[place].business_no))
            if original is not None and original.digest == request_digest(requests[place]):
                outcomes[place] = Issued(bill=original.bill, repeated=True)
        return outcomes

    async def reverse(
        self, unit_id: int, requests: Sequence[ReversalRequest], *, acting: Actor
    ) -> list[Outcome]:
        """Reverse bills of a unit, whole; the outcome holds the red bill."""
        catalog = await self._catalog.get()
        unit = (await self._units.profile(unit_id)).unit
        parties = await self._sealing_parties(unit, catalog)
        tickets = [_reversal_ticket(request, unit, catalog, parties, acting) for request in requests]
        return await self._ride(unit_id, tickets)

    async def check(self, unit_id: int, request: IssueRequest, *, counted: bool = False) -> Assessment:
        """What would become of this request now, but for what only a train can know. Issues nothing.

        `counted` where a handler is told: what rules stop there is counted like what they stop at issue.
        """
        profile = await self._units.profile(unit_id)
        catalog = await self._catalog.get()
        draft = examine(request, profile, catalog)
        if isinstance(draft, tuple):
            return Assessment(problems=await self._overseer.refusals(request, profile, draft))
        return await self._overseer.assess(draft, profile, counted=counted)

    async def _tickets(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        acting: Actor,
        approvals: Mapping[str, Approval],
        provisos: Mapping[str, Proviso],
    ) -> list[Ticket | Answer]:
        catalog = await self._catalog.get()
        profile = await self._units.profile(unit_id)
        parties = await self._sealing_parties(profile.unit, catalog)
        tickets: list[Ticket | Answer] = []
        for index, request in enumerate(requests):
            found = examine(request, profile, catalog)
            if isinstance(found, tuple):
                tickets.append(Refused(problems=await self._overseer.refusals(request, profile, found)))
                continue
            oversight = await self._overseer.oversee(found, profile, approvals.get(request.business_no))
            tickets.append(
                IssueTicket(
                    draft=found,
                    unit=profile.unit,
                    bill_code=catalog.bill_code(found.kind),
                    parties=parties,
                    acting=acting,
                    oversight=oversight,
                    proviso=provisos.get(request.business_no),
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
    unit: Unit,
    catalog: Catalog,
    parties: tuple[SealingParty, SealingParty],
    acting: Actor,
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
    if problems or kind is None:
        return Refused(problems=tuple(problems))
    return ReversalTicket(
        request=request,
        blue=BillIdentity(code=request.code, number=request.number),
        unit=unit,
        kind=kind,
        bill_code=catalog.bill_code(kind),
        parties=parties,
        acting=acting,
    )


class _Track:
    """A queue of passengers and the train that fetches them, again and again."""

    def __init__(self, database: Database, signer: Signer) -> None:
        self._database = database
        self._signer = signer
        self._waiting: deque[_Passenger] = deque()
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
        passengers = [_Passenger(ticket, loop.create_future()) for ticket in tickets]
        self._waiting.extend(passengers)
        self._bell.set()
        return [passenger.answer for passenger in passengers]

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                await self._hold_the_doors()
                count = self._last_length = min(TRAIN_LENGTH, len(self._waiting))
                await self._depart([self._waiting.popleft() for _ in range(count)])

    async def _hold_the_doors(self) -> None:
        """Wait a moment for as many as rode last time; a lone caller at rest waits for nobody."""
        for _ in range(_DOOR_STEPS):
            if len(self._waiting) >= self._last_length or self._closing:
                return
            await asyncio.sleep(DOOR_SECONDS / _DOOR_STEPS)

    async def _depart(self, passengers: list[_Passenger]) -> None:
        """Run one train and answer everyone on it, whatever happens."""
        try:
            await self._travel(passengers)
        except train.SealingFailed as failure:
            stranded = passengers.pop(failure.place)
            stranded.tell(Refused(problems=(failure.problem,)))
            self._waiting.extendleft(reversed(passengers))
        except (*DATABASE_AWAY, SignerUnavailable) as error:
            _logger.warning("a train did not depart: %s", error)
            _tell_all(passengers, Unresolved(issued=False))
        except Exception:
            await self._apart(passengers)

    async def _apart(self, passengers: list[_Passenger]) -> None:
        """Something that was not foreseen stopped a train: let each go alone, so that one answers for it."""
        if len(passengers) == 1:
            _logger.exception("a bill could not be issued")
            passengers[0].tell(Refused(problems=(_FAILED,)))
            return
        _logger.warning("a train of %d is taken apart", len(passengers), exc_info=True)
        for passenger in passengers:
            await self._depart([passenger])

    async def _travel(self, passengers: Sequence[_Passenger]) -> None:
        async with self._database.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                arrival = await train.run(connection, self._signer, [each.ticket for each in passengers])
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
                _tell_all(passengers, Unresolved(issued=None))
                return
        for place, outcome in arrival.outcomes.items():
            passengers[place].tell(outcome)
        self._waiting.extendleft(passengers[place] for place in reversed(arrival.later))


def _tell_all(passengers: Sequence[_Passenger], outcome: Outcome) -> None:
    for passenger in passengers:
        passenger.tell(outcome)
