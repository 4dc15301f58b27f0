"""Provisos: a request is issued only while it is still wanted, as the train's own transaction sees it."""

import asyncpg
from tests.support.province import ACTING
from tests.support.world import World, bill_of, codes_of


async def wanted(connection: asyncpg.Connection) -> bool:
    return connection.is_in_transaction()


async def unwanted(connection: asyncpg.Connection) -> bool:
    return False


async def test_what_is_no_longer_wanted_stays_behind_alone(world: World) -> None:
    hospital = world.province.hospital
    requests = hospital.requests(3, kind="0601")
    names = [each.business_no for each in requests]
    first, second, third = await world.desk.issue(
        hospital.unit_id, requests, acting=ACTING, provisos={names[0]: wanted, names[1]: unwanted}
    )
    assert codes_of(second) == [("bill.superseded", "")]
    numbers = [int(bill_of(each).number) for each in (first, third)]
    assert numbers[1] == numbers[0] + 1
    # It may be wanted again.
    (again,) = await world.desk.issue(hospital.unit_id, requests[1:2], acting=ACTING)
    assert int(bill_of(again).number) == numbers[1] + 1
