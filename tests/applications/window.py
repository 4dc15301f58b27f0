"""What tests of applications work with."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from tests.support.checking import demand_of, somebody_of
from tests.support.province import ACTING, Resident
from tests.support.world import World

from mingpiao.applications.model import Application, ApplicationState, Pending, Submitted
from mingpiao.applications.service import Applications, Checkers, ReturnedCases, Reviews, get, steps_of
from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.accounts import officers_of, store_account
from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.issuing.model import (
    Approval,
    Assessment,
    AwaitsEvidence,
    CheckingDemand,
    IssueRequest,
    NeedsConfirmation,
    Outcome,
    Proviso,
    Refused,
    SecondPerson,
    Unresolved,
)
from mingpiao.issuing.service import Desk
from mingpiao.kernel.errors import Problem
from mingpiao.rules.model import Confirmation, Hit, Severity
from mingpiao.units.service import UnitDirectory

PERSON = acting_for(
    Account(account_id=7, username="handler", display_name="开票员甲", role=Role.UNIT_HANDLER),
    address="192.0.2.7",
)
FILE = "ab" * 32
#: Where the unit lies, upwards.
COUNTY, CITY, PROVINCE = "150102", "150100", "150000"
ELSEWHERE = "150200"


def finding(rule: str = "DEMO-ASK", severity: Severity = Severity.ASK) -> Hit:
    """A hit of a made-up rule."""
    return Hit(
        rule=rule,
        version=1,
        name=f"规则{rule}",
        severity=severity,
        message=f"{rule}需要核实",
        field="remark",
        basis="演示依据",
    )


def problem(code: str = "rule.violation", status: int = 422) -> Problem:
    return Problem(code=code, message="演示拦截，请更正。", status=status)


class Pause:
    """A place where calls stop: await each one's `arrival()`, then let all go on with `go_on()`."""

    def __init__(self) -> None:
        self._arrivals = asyncio.Semaphore(0)
        self._open = asyncio.Event()

    async def arrival(self) -> None:
        await self._arrivals.acquire()

    def go_on(self) -> None:
        self._open.set()

    async def pass_by(self) -> None:
        self._arrivals.release()
        await self._open.wait()


class ScriptedDesk:
    """A desk that asks, blocks and waits as it is told, and issues what then remains through the real one.

    With `before` and `after` its calls stop before and after the answer is found; `hushed` swallows the
    answer, as when the database goes away during the commit.
    """

    def __init__(self, real: Desk) -> None:
        self._real = real
        self.asks: tuple[Hit, ...] = ()
        self.blocks: tuple[Problem, ...] = ()
        self.unread: set[str] = set()
        self.read_after_first_look = False
        self.calls = 0
        self.before: Pause | None = None
        self.after: Pause | None = None
        self.hushed = False
        self.senders: dict[str, int] = {}

    async def issue(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        *,
        acting: Acting,
        approvals: Mapping[str, Approval] | None = None,
        provisos: Mapping[str, Proviso] | None = None,
        agreed: Mapping[str, SecondPerson] | None = None,
        senders: Mapping[str, int] | None = None,
    ) -> list[Outcome]:
        self.senders = dict(senders or {})
        given, asked, seconds = dict(approvals or {}), dict(provisos or {}), dict(agreed or {})
        return [await self._one(unit_id, each, acting, given, asked, seconds) for each in requests]

    async def _one(
        self,
        unit_id: int,
        request: IssueRequest,
        acting: Acting,
        approvals: dict[str, Approval],
        provisos: dict[str, Proviso],
        agreed: dict[str, SecondPerson],
    ) -> Outcome:
        self.calls += 1
        if self.before is not None:
            await self.before.pass_by()
        outcome = await self._answer(unit_id, request, acting, approvals, provisos, agreed)
        if self.after is not None:
            await self.after.pass_by()
        return Unresolved(issued=None) if self.hushed else outcome

    async def _answer(
        self,
        unit_id: int,
        request: IssueRequest,
        acting: Acting,
        approvals: dict[str, Approval],
        provisos: dict[str, Proviso],
        agreed: dict[str, SecondPerson],
    ) -> Outcome:
        waiting = tuple(digest for digest in request.evidence if digest in self.unread)
        if waiting:
            if self.read_after_first_look:
                self.unread.clear()
            return AwaitsEvidence(digests=waiting)
        if self.blocks:
            return Refused(problems=self.blocks)
        answered = {each.rule for each in request.confirmations}
        if request.business_no in approvals:
            answered |= approvals[request.business_no].rules
        left = tuple(hit for hit in self.asks if hit.rule not in answered)
        if left:
            return NeedsConfirmation(hits=left)
        plain = msgspec.structs.replace(request, evidence=(), confirmations=())
        (outcome,) = await self._real.issue(
            unit_id, [plain], acting=acting, provisos=provisos, agreed=agreed, senders=self.senders
        )
        return outcome

    async def check(self, unit_id: int, request: IssueRequest) -> Assessment:
        waiting = tuple(digest for digest in request.evidence if digest in self.unread)
        return Assessment(problems=self.blocks, hits=self.asks, waiting=waiting)


async def settle_officers(world: World) -> dict[str, list[Acting]]:
    """The charity in a county, and two officers of each department concerned, by region."""
    found: dict[str, list[Acting]] = {}
    unit_id = world.province.charity.unit_id
    await world.database.pool.execute("UPDATE units SET region_code = $1 WHERE unit_id = $2", COUNTY, unit_id)
    async with world.database.system() as connection:
        for region in (COUNTY, CITY, PROVINCE, ELSEWHERE):
            known = {each.username: each for each in await officers_of(connection, region)}
            for place in (1, 2):
                name = f"officer-{region}-{place}"
                account = known.get(name) or await store_account(
                    connection,
                    username=name,
                    display_name=f"经办{place}",
                    role=Role.DEPARTMENT_OFFICER,
                    password_hash="none",
                    region_code=region,
                    acting=ACTING,
                )
                found.setdefault(region, []).append(acting_for(account, address="192.0.2.8"))
    return found


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Unit and department verbs; `officers` by region, two each."""

    world: World
    desk: ScriptedDesk
    applications: Applications
    reviews: Reviews
    checkers: Checkers
    officers: dict[str, list[Acting]]

    @property
    def unit(self) -> Resident:
        return self.world.province.charity

    def officer(self, application: Application, place: int = 0) -> Acting:
        """One of the officers who decide about an application."""
        assert application.reviewer_region is not None
        return self.officers[application.reviewer_region][place]

    def request(self, business_no: str = "SQ-1", **changes: Any) -> IssueRequest:
        return self.unit.request(business_no=business_no, **changes)

    def second(self, place: int = 1) -> Acting:
        """A 复核人 of the unit."""
        return somebody_of(self.unit, Role.UNIT_CHECKER, 70 + place, f"复核员{place}")

    @property
    def manager(self) -> Acting:
        return somebody_of(self.unit, Role.UNIT_MANAGER, 77, "管理员")

    async def demand(self, **given: Any) -> CheckingDemand:
        """The unit's manager has bills checked: all, unless told otherwise."""
        return await demand_of(self.world, self.unit, **given)

    async def submit(self, request: IssueRequest) -> Submitted:
        return await self.applications.submit(self.unit.unit_id, request, acting=PERSON)

    async def wait(self, business_no: str = "SQ-1", **changes: Any) -> Application:
        """An application whose file is being read."""
        self.desk.unread.add(FILE)
        answer = await self.submit(self.request(business_no, evidence=(FILE,), **changes))
        assert isinstance(answer, Pending), answer
        assert answer.application.state is ApplicationState.CHECKING
        return answer.application

    async def ask(self, business_no: str = "SQ-1", *hits: Hit) -> Application:
        """An application whose file was read, and that rules ask about."""
        waiting = await self.wait(business_no)
        self.desk.unread.clear()
        self.desk.asks = hits or (finding(),)
        asked = await self.applications.advance(waiting.application_id)
        assert asked.state is ApplicationState.NEEDS_CONFIRMATION, asked
        return asked

    async def appeal(self, business_no: str = "SQ-1", *hits: Hit) -> Application:
        """An application before its department."""
        asked = await self.ask(business_no, *hits)
        return await self.applications.appeal(
            self.unit.unit_id, asked.application_id, "合同约定分期支付", acting=PERSON
        )

    async def now(self, application: Application) -> Application:
        async with self.world.database.system() as connection:
            return await get(connection, application.application_id)

    async def steps(self, application: Application) -> list[str]:
        async with self.world.database.system() as connection:
            return [step.kind.value for step in await steps_of(connection, application.application_id)]

    async def audit(self, application: Application) -> list[tuple[str, str]]:
        """(actor, action) of the audit trail about an application, in order."""
        rows = await self.world.database.pool.fetch(
            "SELECT actor, action FROM audit_log WHERE subject = $1 ORDER BY audit_id",
            f"application:{application.application_id}",
        )
        return [(row["actor"], row["action"]) for row in rows]

    async def messages(self, owner: int | str) -> list[str]:
        """Titles of the messages to a unit or a department, oldest first."""
        column = "unit_id" if isinstance(owner, int) else "region_code"
        rows = await self.world.database.pool.fetch(
            f"SELECT title FROM messages WHERE {column} = $1 ORDER BY message_id", owner
        )
        return [row["title"] for row in rows]

    async def count(self, query: str, *values: Any) -> int:
        return int(await self.world.database.pool.fetchval(query, *values))


async def open_window(world: World) -> Window:
    """Unit and department verbs on the small province, with two officers of each department concerned."""
    desk = ScriptedDesk(world.desk)
    catalog = CatalogStore(world.database, world.notices)
    applications = Applications(
        world.database,
        catalog,
        UnitDirectory(world.database, world.notices),
        desk,
        returned=ReturnedCases(world.database, world.notices, days=90),
        review_working_days=3,
    )
    return Window(
        world=world,
        desk=desk,
        applications=applications,
        reviews=Reviews(world.database, catalog, applications),
        checkers=Checkers(world.database, applications),
        officers=await settle_officers(world),
    )


def confirmed(*rules: str, reason: str = "合同分两期支付") -> tuple[Confirmation, ...]:
    """The handler's statements."""
    return tuple(Confirmation(rule=rule, reason=reason) for rule in rules or ("DEMO-ASK",))
