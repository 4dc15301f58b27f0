"""Races between processes: two desks on one database. Each race is first shown without its lock."""

import asyncio
import random
from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest
from tests.support.invariants import assert_invariants
from tests.support.office import ACTING, Office, bill_of, open_office
from tests.support.province import Province

from mingpiao.issuing.model import Issued, ReversalRequest


@pytest.fixture
async def offices(province_url: str, settled: Province) -> AsyncIterator[list[Office]]:
    """Two web processes' desks, each with its own connections and caches."""
    async with open_office(province_url, settled) as one, open_office(province_url, settled) as two:
        yield [one, two]
    await assert_invariants(province_url)


_TAKE = "UPDATE stocks SET next_number = $1 WHERE unit_id = $2 AND kind_code = '0601'"
_READ = "SELECT next_number FROM stocks WHERE unit_id = $1 AND kind_code = '0601'"


async def take_number(url: str, unit_id: int, gate: asyncio.Barrier, *, lock: bool) -> int:
    """Read where a stock stands and move it on, with the row lock of the train or without."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            if lock:
                await gate.wait()
            number: int = await connection.fetchval(_READ + (" FOR UPDATE" if lock else ""), unit_id)
            if not lock:
                # Both have read before either writes: what the lock rules out.
                await gate.wait()
            await connection.execute(_TAKE, number + 1, unit_id)
    finally:
        await connection.close()
    return number


@pytest.mark.parametrize(("lock", "different"), [(False, 1), (True, 2)])
async def test_a_number_is_taken_twice_only_without_the_row_lock(
    province_url: str, settled: Province, lock: bool, different: int
) -> None:
    gate = asyncio.Barrier(2)
    unit_id = settled.hospital.unit_id
    connection = await asyncpg.connect(province_url)
    await connection.execute("UPDATE stocks SET last_number = 10")
    await connection.close()
    numbers = await asyncio.gather(*(take_number(province_url, unit_id, gate, lock=lock) for _ in range(2)))
    assert len(set(numbers)) == different


async def test_two_processes_share_a_stock_without_a_gap(offices: list[Office]) -> None:
    hospital = offices[0].province.hospital
    requests = hospital.requests(400, kind="0601")
    halves = [requests[0::2], requests[1::2]]
    answers = await asyncio.gather(
        *(
            office.desk.issue(hospital.unit_id, half, acting=ACTING)
            for office, half in zip(offices, halves, strict=True)
        )
    )
    numbers = sorted(int(bill_of(outcome).number) for half in answers for outcome in half)
    assert numbers == list(range(1, 401))


async def test_two_processes_with_the_same_business_numbers_issue_each_once(offices: list[Office]) -> None:
    hospital = offices[0].province.hospital
    requests = hospital.requests(60)
    shuffled = [random.Random(seed).sample(requests, len(requests)) for seed in range(8)]
    answers = await asyncio.gather(
        *(
            offices[turn % 2].desk.issue(hospital.unit_id, batch, acting=ACTING)
            for turn, batch in enumerate(shuffled)
        )
    )
    by_business_no: dict[str, set[int]] = {}
    for outcome in (outcome for answer in answers for outcome in answer):
        bill = bill_of(outcome)
        by_business_no.setdefault(bill.business_no, set()).add(bill.bill_id)
    assert len(by_business_no) == 60
    assert all(len(ids) == 1 for ids in by_business_no.values())


async def test_one_business_number_under_two_kinds_at_once(offices: list[Office]) -> None:
    """The stocks are two rows, so that only the business number itself keeps the two apart."""
    hospital = offices[0].province.hospital
    outpatient, inpatient = hospital.requests(20, kind="0601"), hospital.requests(20, kind="0602")
    for one, other in zip(outpatient, inpatient, strict=True):
        rival = msgspec.structs.replace(other, business_no=one.business_no)
        outcomes = await asyncio.gather(
            offices[0].desk.issue(hospital.unit_id, [one], acting=ACTING),
            offices[1].desk.issue(hospital.unit_id, [rival], acting=ACTING),
        )
        assert sum(isinstance(outcome, Issued) for (outcome,) in outcomes) == 1


async def test_online_units_draw_blocks_from_one_pool_at_once(offices: list[Office]) -> None:
    charity, office_unit = offices[0].province.charity, offices[0].province.office
    jobs = [
        offices[turn % 2].desk.issue(resident.unit_id, resident.requests(120), acting=ACTING)
        for turn, resident in enumerate([charity, office_unit])
    ]
    for outcomes in await asyncio.gather(*jobs):
        assert all(isinstance(outcome, Issued) for outcome in outcomes)


async def test_ten_reversals_from_two_processes_reverse_once(offices: list[Office]) -> None:
    hospital = offices[0].province.hospital
    blue = bill_of((await offices[0].desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0])
    request = ReversalRequest(code=blue.code, number=blue.number, reason="重复开具", handler="演示员")
    answers = await asyncio.gather(
        *(offices[turn % 2].desk.reverse(hospital.unit_id, [request], acting=ACTING) for turn in range(10))
    )
    assert sum(isinstance(outcome, Issued) for (outcome,) in answers) == 1
