"""Exception cases for tests, and the people who decide them."""

from collections.abc import Sequence
from secrets import token_hex

from tests.support.browser import PASSWORD
from tests.support.province import ACTING, Resident
from tests.support.world import World
from tests.writeoff.months import FIRST, SECOND, ask, begin, check, on

from mingpiao.identity.model import Acting, Role, acting_for
from mingpiao.identity.service import create_account
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.model import CaseFilter, ExceptionCase
from mingpiao.writeoff.months import last_day
from mingpiao.writeoff.service import get_case, list_cases

REASON = "核对合同与银行回单，款项次月三日到账"
KEPT = "票面内容属实，款项已补缴入账"


async def person(
    world: World, role: Role, *, region: str | None = None, unit: Resident | None = None, name: str = ""
) -> Acting:
    """Somebody new in a department or a unit."""
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username=f"u-{token_hex(8)}",
            display_name=name or role.label,
            role=role,
            password=PASSWORD,
            region_code=region,
            unit_id=unit.unit_id if unit else None,
            acting=ACTING,
        )
    return acting_for(account)


async def officer(world: World, region: str = "150000", name: str = "经办员甲") -> Acting:
    """An officer of a department, by default of the province."""
    return await person(world, Role.DEPARTMENT_OFFICER, region=region, name=name)


async def manager(world: World, unit: Resident, name: str = "单位管理员") -> Acting:
    """A manager of a unit."""
    return await person(world, Role.UNIT_MANAGER, unit=unit, name=name)


async def unpaid(
    world: World, clock: StoppedClock, count: int = 1, **policy: object
) -> tuple[list[Bill], list[ExceptionCase]]:
    """Bills of the charity in the first month that nobody paid, and their cases, found on the next day."""
    clock.set(on(last_day(FIRST)))
    await begin(world, **policy)
    charity = world.province.charity
    bills = await world.issue(charity, *charity.requests(count))
    clock.set(on(SECOND))
    await check(world, await ask(world, charity, partial=True))
    return bills, await cases(world)


async def cases(world: World) -> list[ExceptionCase]:
    """All cases, those that were found first come first."""
    async with world.database.system() as connection:
        found = (await list_cases(connection, CaseFilter())).items
    return sorted(found, key=lambda case: case.case_id)


async def case_now(world: World, case: ExceptionCase) -> ExceptionCase:
    """A case as it stands."""
    async with world.database.system() as connection:
        return await get_case(connection, case.case_id)


def kept(found: Sequence[ExceptionCase]) -> dict[int, str]:
    """A reason of each case why its bill is not reversed."""
    return {case.case_id: KEPT for case in found}


def codes(refusal_problems: Sequence[object]) -> list[str]:
    """The codes of problems."""
    return [getattr(each, "code", "") for each in refusal_problems]
