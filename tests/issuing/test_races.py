"""Many requests at once from two processes; `tests/races` has each lock by itself, with it and without it."""

import asyncio
import random
from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.issuing.model import Issued, ReversalRequest


@pytest.fixture
async def processes(world: World) -> AsyncIterator[list[World]]:
    """Two web processes' desks, each with its own connections and caches."""
    async with world.beside() as other:
        yield [world, other]


async def test_two_processes_share_a_stock_without_a_gap(processes: list[World]) -> None:
    hospital = processes[0].province.hospital
    requests = hospital.requests(400, kind="0601")
    halves = [requests[0::2], requests[1::2]]
    answers = await asyncio.gather(
        *(
            process.desk.issue(hospital.unit_id, half, acting=ACTING)
            for process, half in zip(processes, halves, strict=True)
        )
    )
    numbers = sorted(int(bill_of(outcome).number) for half in answers for outcome in half)
    assert numbers == list(range(1, 401))


async def test_two_processes_with_the_same_business_numbers_issue_each_once(processes: list[World]) -> None:
    hospital = processes[0].province.hospital
    requests = hospital.requests(60)
    shuffled = [random.Random(seed).sample(requests, len(requests)) for seed in range(8)]
    answers = await asyncio.gather(
        *(
            processes[turn % 2].desk.issue(hospital.unit_id, batch, acting=ACTING)
            for turn, batch in enumerate(shuffled)
        )
    )
    by_business_no: dict[str, set[int]] = {}
    for outcome in (outcome for answer in answers for outcome in answer):
        bill = bill_of(outcome)
        by_business_no.setdefault(bill.business_no, set()).add(bill.bill_id)
    assert len(by_business_no) == 60
    assert all(len(ids) == 1 for ids in by_business_no.values())


async def test_one_business_number_under_two_kinds_at_once(processes: list[World]) -> None:
    """The stocks are two rows, so that only the business number itself keeps the two apart."""
    hospital = processes[0].province.hospital
    outpatient, inpatient = hospital.requests(20, kind="0601"), hospital.requests(20, kind="0602")
    for one, other in zip(outpatient, inpatient, strict=True):
        rival = msgspec.structs.replace(other, business_no=one.business_no)
        outcomes = await asyncio.gather(
            processes[0].desk.issue(hospital.unit_id, [one], acting=ACTING),
            processes[1].desk.issue(hospital.unit_id, [rival], acting=ACTING),
        )
        assert sum(isinstance(outcome, Issued) for (outcome,) in outcomes) == 1


async def test_online_units_draw_blocks_from_one_pool_at_once(processes: list[World]) -> None:
    charity, office_unit = processes[0].province.charity, processes[0].province.office
    jobs = [
        processes[turn % 2].desk.issue(resident.unit_id, resident.requests(120), acting=ACTING)
        for turn, resident in enumerate([charity, office_unit])
    ]
    for outcomes in await asyncio.gather(*jobs):
        assert all(isinstance(outcome, Issued) for outcome in outcomes)


async def test_ten_reversals_from_two_processes_reverse_once(processes: list[World]) -> None:
    hospital = processes[0].province.hospital
    blue = bill_of((await processes[0].desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0])
    request = ReversalRequest(code=blue.code, number=blue.number, reason="重复开具", handler="演示员")
    answers = await asyncio.gather(
        *(processes[turn % 2].desk.reverse(hospital.unit_id, [request], acting=ACTING) for turn in range(10))
    )
    assert sum(isinstance(outcome, Issued) for (outcome,) in answers) == 1
