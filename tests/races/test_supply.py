"""Two requests for the last of what a unit may have, and a request against what stops supply."""

from collections.abc import Coroutine
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from tests.supply.asking import KIND, ask, emptied, free_of, used, wanted
from tests.supply.test_departments import CITY, COUNTY, by_levels, down, stock, up
from tests.supply.test_points import points
from tests.supply.test_returning import segments
from tests.support.locks import LIMITS_AS_A_LOOK, WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.province import ACTING
from tests.support.world import World
from tests.writeoff.casework import officer, person
from tests.writeoff.months import FIRST, SECOND, begin, check, close, on, receive, total_of, unit_of
from tests.writeoff.months import ask as submit

from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.model import HeldSegment
from mingpiao.numbering.service import set_valid_until
from mingpiao.supply.model import RequisitionState
from mingpiao.supply.service import kind_stocks, transfer_segment


@WITH_AND_WITHOUT
async def test_two_requests_share_what_is_left(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """The unit's lock keeps them apart before its stock rows do: that of the stock rows is away in both cases."""
    await used(world, clock)
    hospital = world.province.hospital
    async with world.database.system() as connection:
        (stock,) = [
            each for each in await kind_stocks(connection, hospital.unit_id) if each.kind_code == KIND
        ]
    assert stock.limit is not None
    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK),
        lock_taken_away("stock rows"),
        lock_taken_away("units", unless=locked),
    ):
        first, second = await race(
            world.url,
            writing("requisitions"),
            ask(world, hospital, wanted(stock.limit), acting=unit_of(hospital)),
            ask(other, hospital, wanted(stock.limit, request_no="R-2"), acting=unit_of(hospital)),
        )
    assert first.state is RequisitionState.GRANTED
    assert (second.state is RequisitionState.REFUSED) is locked
    assert await free_of(world, hospital) == (1 if locked else 2) * stock.limit


@WITH_AND_WITHOUT
async def test_a_certificate_that_ends_meanwhile_stops_the_request(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """The request has read the unit's limits; without their lock they change before it has its numbers."""
    await used(world, clock)
    hospital = world.province.hospital
    yesterday = date.fromordinal(today().toordinal() - 1)

    async def revoke() -> None:
        async with other.database.system() as connection:
            await set_valid_until(connection, hospital.unit_id, yesterday, acting=ACTING)

    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK, unless=locked),
        lock_taken_away("stock rows", unless=locked),
    ):
        made, _ = await race(
            world.url,
            writing("segments"),
            ask(world, hospital, wanted(5), acting=unit_of(hospital)),
            revoke(),
        )
    assert made.state is RequisitionState.GRANTED
    written = await world.value(
        "SELECT (SELECT max(audit_id) FROM audit_log WHERE action = 'segment:allot') < "
        "(SELECT max(audit_id) FROM audit_log WHERE action = 'stock:valid_until')"
    )
    # With the lock the numbers came first and the end of the certificate after them.
    assert written is locked


@WITH_AND_WITHOUT
async def test_two_departments_do_not_get_the_same_numbers(world: World, other: World, locked: bool) -> None:
    """A city passes its last numbers down while it gives them back; without the lock the database itself refuses."""
    await by_levels(world)
    await down(world, await officer(world), CITY, 10)
    people = [await officer(world, CITY), await officer(world, CITY)]

    async def attempt(move: Coroutine[Any, Any, int]) -> str:
        try:
            await move
        except Refusal as refusal:
            return refusal.problems[0].code
        except IntegrityError:
            return "two holders"
        return "moved"

    with lock_taken_away("number lots", unless=locked):
        answers = await race(
            world.url,
            writing("number_lots"),
            attempt(down(world, people[0], COUNTY, 8, "D-1")),
            attempt(up(other, people[1], 8, "U-1")),
        )
    assert sorted(answers) == sorted(["moved", "numbering.region_short" if locked else "two holders"])
    assert (await stock(world, CITY))[4] == 2


async def attempted(world: World, segment_id: int, quantity: int, number: str, acting: Acting) -> str:
    """What becomes of a transfer of the hospital's to its point MZ."""
    hospital = world.province.hospital
    try:
        async with world.database.system() as connection:
            await transfer_segment(
                connection, hospital.unit_id, segment_id, "MZ", quantity, number, acting=acting
            )
    except Refusal as refusal:
        return refusal.problems[0].code
    except IntegrityError:
        return "two holders"
    return "transferred"


async def ten_numbers(world: World, clock: StoppedClock) -> tuple[HeldSegment, Acting]:
    """A segment of ten of the hospital, of which one bill took the first, its point MZ, and its manager."""
    await used(world, clock)
    hospital = world.province.hospital
    await points(world, hospital)
    await ask(world, hospital, wanted(10), acting=unit_of(hospital))
    await world.issue(hospital, *hospital.requests(5, kind=KIND)[4:])
    acting = await person(world, Role.UNIT_MANAGER, unit=hospital)
    return (await segments(world, hospital))[0], acting


@WITH_AND_WITHOUT
async def test_two_transfers_do_not_give_the_same_numbers(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """The unit's lock keeps them apart before its stock rows do: that of the stock rows is away in both cases."""
    segment, manager = await ten_numbers(world, clock)
    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK),
        lock_taken_away("stock rows"),
        lock_taken_away("units", unless=locked),
    ):
        answers = await race(
            world.url,
            writing("segments"),
            attempted(world, segment.segment_id, 6, "T-1", manager),
            attempted(other, segment.segment_id, 6, "T-2", manager),
        )
    assert sorted(answers) == sorted(["transferred", "numbering.segment_short" if locked else "two holders"])
    assert await held_at_point(world) == 6


@WITH_AND_WITHOUT
async def test_a_transfer_and_a_bill_do_not_share_a_number(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """All that is left goes to the point while a bill takes its first number; without the lock the database refuses."""
    segment, manager = await ten_numbers(world, clock)
    hospital = world.province.hospital
    requests = hospital.requests(6, kind=KIND)[5:]
    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK, unless=locked),
        lock_taken_away("stock rows", unless=locked),
    ):
        told, (outcome,) = await race(
            world.url,
            writing("segments"),
            attempted(world, segment.segment_id, 9, "T-1", manager),
            other.services.desk.issue(hospital.unit_id, requests, acting=ACTING),
        )
    if locked:
        # The bill came second, and there was nothing left in common.
        assert told == "transferred"
        assert [each.code for each in outcome.problems] == ["numbering.out_of_stock"]
    else:
        assert (told, type(outcome).__name__) == ("two holders", "Issued")
    assert await held_at_point(world) == (9 if locked else 0)


async def held_at_point(world: World) -> int:
    """Numbers in the hospital's segments of point MZ."""
    return int(
        await world.value(
            "SELECT coalesce(sum(last_number - first_number + 1), 0) FROM segments WHERE point_code = 'MZ'"
        )
    )


@WITH_AND_WITHOUT
async def test_a_month_that_is_written_off_late_and_a_request_cross(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """The last month is overdue. A request that comes while it is written off waits, and sees that supply is free."""
    clock.set(on(FIRST))
    await begin(world)
    hospital = world.province.hospital
    bills = await world.issue(hospital, *hospital.requests(4, kind=KIND))
    await receive(world, hospital, FIRST, total_of(*bills))
    await emptied(world, hospital)
    clock.set(on(SECOND))
    await close(world)
    clock.set(on(SECOND.replace(day=25)))
    late = await submit(world, hospital)
    refused = await ask(world, hospital, wanted(5), acting=unit_of(hospital))
    assert (refused.state, [each.code for each in refused.findings]) == (
        RequisitionState.REFUSED,
        ["supply.not_written_off"],
    )
    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK, unless=locked),
        lock_taken_away("stock rows", unless=locked),
    ):
        _, made = await race(
            world.url,
            writing("audit_log"),
            check(world, late),
            ask(other, hospital, wanted(5, request_no="R-2"), acting=unit_of(hospital)),
        )
    assert made.state is (RequisitionState.GRANTED if locked else RequisitionState.REFUSED)
    assert await free_of(world, hospital) == (5 if locked else 0)
