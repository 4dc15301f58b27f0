"""Months that end: what belongs to them, what they stop, and when."""

from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

import pytest
from tests.support.province import ACTING
from tests.support.world import World, codes_of, reversal_of
from tests.writeoff.months import (
    FIRST,
    SECOND,
    THIRD,
    ask,
    begin,
    check,
    close,
    on,
    receive,
    standing,
    total_of,
    unit_of,
    write_off,
)

from mingpiao.issuing.model import Issued
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import allot
from mingpiao.writeoff.model import BillStanding, DifferenceReason, WriteOffState
from mingpiao.writeoff.requests import reason_problems, words_from
from mingpiao.writeoff.service import due_on, last_day, months_after, standings_of

DUE = due_on(FIRST, 5)


async def test_a_month_is_closed_with_its_sums_and_not_before_its_end(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    bills = await world.issue(charity, *charity.requests(3))
    red = await world.reverse(charity, bills[0])
    clock.set(on(last_day(FIRST), 23, 59))
    await close(world)
    assert (await standing(world, charity)).cycles == ()
    clock.set(on(SECOND, 0))
    await close(world)
    await close(world)
    found = await standing(world, charity)
    assert sum(each.issued_count for each in found.cycles) == 3
    assert sum(each.reversed_count for each in found.cycles) == 1
    assert found.issued_net == total_of(*bills, red)
    assert {each.due_on for each in found.cycles} == {DUE}


async def test_an_online_unit_writes_off_before_its_first_bill_of_a_month(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    (bill,) = await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    fresh = charity.request(business_no="NOV-1")
    (refused,) = await world.desk.issue(charity.unit_id, [fresh], acting=ACTING)
    assert codes_of(refused) == [("unit.writeoff_required", "")]
    (red,) = await world.desk.reverse(charity.unit_id, [reversal_of(bill)], acting=ACTING)
    assert codes_of(red) == [("unit.writeoff_required", "")]
    await close(world)
    done = await write_off(world, charity)
    assert (done.state, done.exceptions, done.seals_checked) == (WriteOffState.DONE, 0, 1)
    (issued,) = await world.desk.issue(charity.unit_id, [fresh], acting=ACTING)
    assert isinstance(issued, Issued)
    async with world.database.system() as connection:
        told = await standings_of(
            connection,
            [(each.unit_id, each.bill_id, each.kind, each.issued_at) for each in (bill, issued.bill)],
        )
    assert told[bill.bill_id].standing is BillStanding.WRITTEN_OFF
    assert told[bill.bill_id].serial == done.serial
    assert told[issued.bill.bill_id].standing is BillStanding.OPEN


async def test_an_interface_unit_issues_on_and_loses_its_supply_after_the_fifth_working_day(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    hospital = world.province.hospital
    kind = hospital.requests(1)[0].kind
    (bill,) = await world.issue(hospital, hospital.request())
    clock.set(on(DUE, 23, 59))
    await close(world)
    await world.issue(hospital, hospital.request(business_no="NOV-1"))
    await _allot(world, hospital.unit_id, kind, bill.code)
    clock.set(on(DUE + timedelta(days=1), 0))
    with pytest.raises(Refusal) as refused:
        await _allot(world, hospital.unit_id, kind, bill.code)
    assert refused.value.problems[0].code == "numbering.supply_stopped"
    await world.issue(hospital, hospital.request(business_no="NOV-2"))
    assert (await write_off(world, hospital)).state is WriteOffState.DONE
    await _allot(world, hospital.unit_id, kind, bill.code)


async def test_an_overdue_online_unit_is_stopped_in_all_kinds(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    office = world.province.office
    kinds = sorted({each.kind for each in office.requests(40)})
    assert len(kinds) > 1
    await world.issue(office, office.request(kind=kinds[0]))
    clock.set(on(DUE))
    await close(world)
    # The other kind has no bill of October: it may still be issued until the day is over.
    await world.issue(office, office.request(kind=kinds[1], business_no="NOV-1"))
    clock.set(on(DUE + timedelta(days=1), 0))
    other = office.request(kind=kinds[1], business_no="NOV-2")
    (refused,) = await world.desk.issue(office.unit_id, [other], acting=ACTING)
    assert codes_of(refused) == [("unit.issuing_locked", "")]
    await write_off(world, office)
    await world.issue(office, other)


async def test_nothing_is_stopped_before_write_off_is_in_force(world: World, clock: StoppedClock) -> None:
    charity = world.province.charity
    clock.set(on(last_day(FIRST)))
    await world.issue(charity, charity.request())
    clock.set(on(last_day(THIRD)))
    await close(world)
    await world.issue(charity, charity.request(business_no="DEC-1"))
    assert (await standing(world, charity)).cycles == ()


async def test_what_arrived_must_agree_or_be_explained(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world, tolerance=Decimal("0.50"))
    charity = world.province.charity
    (bill,) = await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    with pytest.raises(Refusal) as refused:
        await ask(world, charity)
    assert [each.code for each in refused.value.problems] == ["writeoff.difference"]
    assert refused.value.problems[0].facts["difference"] == f"{bill.total:.2f}"
    await receive(world, charity, FIRST, bill.total - 10)
    reasons = [DifferenceReason(code="fee", amount=Decimal("9.40"))]
    with pytest.raises(Refusal):
        await ask(world, charity, reasons=reasons)
    reasons = [DifferenceReason(code="fee", amount=Decimal("9.50"))]
    done = await check(world, await ask(world, charity, reasons=reasons))
    assert (done.state, done.difference, done.reasons) == (WriteOffState.DONE, Decimal(10), tuple(reasons))


async def test_a_large_difference_is_explained_in_words(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    (bill,) = await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    tenth = (bill.total / 10).quantize(Decimal("0.01"), ROUND_UP)
    await receive(world, charity, FIRST, bill.total - tenth)
    half = (tenth / 2).quantize(Decimal("0.01"))
    # Neither nothing, nor an empty phrase, nor two halves of it.
    for parts in (
        [("fee", tenth, "")],
        [("fee", tenth, "情况属实，予以确认")],
        [("fee", half, "银行扣收"), ("fee", tenth - half, "")],
    ):
        reasons = [DifferenceReason(code=code, amount=amount, words=words) for code, amount, words in parts]
        with pytest.raises(Refusal) as refused:
            await ask(world, charity, reasons=reasons)
        assert [(each.code, each.field) for each in refused.value.problems] == [
            ("writeoff.reason_invalid", f"reasons.{place}.words") for place in range(len(parts))
        ]
    reasons = [DifferenceReason(code="fee", amount=tenth, words="支付宝按合同扣收手续费")]
    assert (await check(world, await ask(world, charity, reasons=reasons))).state is WriteOffState.DONE
    # Of a large month 10,000 元 are much, a cent less may be chosen from the list.
    assert [words_from(Decimal(net)) for net in (50_000, 100_000, 9_000_000)] == [5_000, 10_000, 10_000]
    below = [DifferenceReason(code="fee", amount=Decimal("9999.99"))]
    assert (reason_problems(below, Decimal(9_000_000)), len(reason_problems(below, Decimal(99_000)))) == (
        [],
        1,
    )


async def test_without_a_receipt_a_bill_becomes_an_exception_and_the_rest_is_written_off(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    paid, unpaid = await world.issue(charity, *charity.requests(2))
    receipt = await receive(world, charity, FIRST, paid.total)
    await world.value(
        "INSERT INTO receipt_matches VALUES ($1, $2, $3, $4, 'business_no')",
        receipt,
        charity.unit_id,
        paid.bill_id,
        paid.total,
    )
    clock.set(on(SECOND))
    done = await check(world, await ask(world, charity, partial=True))
    assert (done.state, done.exceptions) == (WriteOffState.DONE, 1)
    rows = await world.rows("SELECT bill_id, rules, state, total FROM exception_cases")
    assert [tuple(row) for row in rows] == [(unpaid.bill_id, ["WRITEOFF-UNPAID"], "open", unpaid.total)]
    async with world.database.system() as connection:
        told = await standings_of(
            connection, [(b.unit_id, b.bill_id, b.kind, b.issued_at) for b in (paid, unpaid)]
        )
    assert [told[b.bill_id].standing for b in (paid, unpaid)] == [
        BillStanding.WRITTEN_OFF,
        BillStanding.EXCEPTION,
    ]


async def test_only_the_unit_itself_submits_the_oldest_month_once_it_is_over(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    hospital, charity = world.province.hospital, world.province.charity
    await world.issue(hospital, hospital.request())
    clock.set(on(SECOND + timedelta(days=14)))
    await world.issue(hospital, hospital.request(business_no="NOV-1"))
    with pytest.raises(Refusal) as refused:
        await ask(world, hospital, SECOND)
    assert refused.value.problems[0].code == "writeoff.month_open"
    with pytest.raises(Refusal) as refused:
        await ask(world, hospital, acting=unit_of(charity))
    assert refused.value.problems[0].code == "access.denied"
    with pytest.raises(Refusal) as refused:
        await ask(world, charity)
    assert refused.value.problems[0].code == "writeoff.nothing"
    clock.set(on(THIRD))
    await close(world)
    with pytest.raises(Refusal) as refused:
        await ask(world, hospital, SECOND)
    assert refused.value.problems[0].code == "writeoff.earlier_open"
    found = await standing(world, hospital)
    await receive(world, hospital, FIRST, found.issued_net)
    first, again = await ask(world, hospital), await ask(world, hospital)
    assert first == again
    await check(world, first)
    assert (await check(world, first)).state is WriteOffState.DONE
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'writeoff:finish'") == 1


async def test_an_older_month_comes_first_also_before_the_worker_has_closed_it(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    hospital = world.province.hospital
    await world.issue(hospital, hospital.request())
    clock.set(on(SECOND))
    await world.issue(hospital, hospital.request(business_no="NOV-1"))
    clock.set(on(THIRD, 0))
    with pytest.raises(Refusal) as refused:
        await ask(world, hospital, SECOND, partial=True)
    assert refused.value.problems[0].code == "writeoff.earlier_open"
    assert (await standing(world, hospital, SECOND)).cycles == ()
    await check(world, await ask(world, hospital, FIRST, partial=True))
    assert (await check(world, await ask(world, hospital, SECOND, partial=True))).state is WriteOffState.DONE


async def test_a_month_whose_records_contradict_is_not_written_off(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    (bill, *_) = await world.issue(charity, *charity.requests(2))
    clock.set(on(SECOND))
    await close(world)
    await receive(world, charity, FIRST, (await standing(world, charity)).issued_net)
    await world.tamper("UPDATE bills SET total = total + 1 WHERE bill_id = $1", bill.bill_id)
    failed = await check(world, await ask(world, charity))
    assert (failed.state, failed.failure) == (WriteOffState.FAILED, f"{bill.kind}票据与日累计不一致")
    await world.tamper("UPDATE bills SET total = total - 1 WHERE bill_id = $1", bill.bill_id)
    assert (await check(world, await ask(world, charity))).state is WriteOffState.DONE


def test_due_days_count_real_working_days_and_months_end_where_they_end() -> None:
    # National Day 2026: 1 to 7 October are free, 10 October is worked.
    assert due_on(date(2026, 9, 1), 5) == date(2026, 10, 13)
    assert due_on(date(2030, 9, 1), 5) == date(2030, 10, 7)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_after(date(2027, 1, 31), 3) == date(2027, 4, 30)
    assert months_after(date(2026, 10, 31), 3) == date(2027, 1, 31)


async def _allot(world: World, unit_id: int, kind: str, code: str) -> None:
    async with world.database.system() as connection:
        await allot(connection, unit_id, kind, code, 10, acting=ACTING)


async def test_a_month_before_write_off_begins_is_refused_by_the_verb_itself(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world, SECOND)
    await world.issue(world.province.hospital, world.province.hospital.request())
    clock.set(on(SECOND))
    with pytest.raises(Refusal) as refused:
        await ask(world, world.province.hospital)
    assert refused.value.problems[0].code == "writeoff.not_in_force"
    assert await world.value("SELECT count(*) FROM cycles") == 0
    assert await world.value("SELECT count(*) FROM writeoffs") == 0
