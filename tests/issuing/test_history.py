"""Counters of history: a model checks them over random issues and reversals; medians by size class."""

import math
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from statistics import median as exact_median

import asyncpg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.issuing.history import PastStore, Subjects, UnitPast, read_present, subjects_of
from mingpiao.issuing.medians import FEWEST_LINES, amount_of, count_items, median
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem, ReversalRequest
from mingpiao.kernel.clock import today
from mingpiao.rules.model import History

NEEDS = frozenset(
    History(name, days)
    for name in (
        "unit_count",
        "unit_sum",
        "unit_reversals",
        "payer_count",
        "payer_sum",
        "twin_count",
        "recast_count",
    )
    for days in (1, 30)
)
NOTHING: frozenset[History] = frozenset()


@pytest.fixture
async def connection(world: World) -> AsyncIterator[asyncpg.Connection]:
    async with world.database.pool.acquire() as connection:
        yield connection


def _subjects(request: IssueRequest) -> Subjects:
    return subjects_of(request.payer, request.kind, request.items, request.total)


async def _columns(world: World, connection: asyncpg.Connection, request: IssueRequest) -> dict[str, Decimal]:
    hospital = world.province.hospital
    past = await PastStore(world.database).past(hospital.unit_id, "hospital", NEEDS, NOTHING)
    subjects = _subjects(request)
    present = await read_present(connection, today(), [(hospital.unit_id, subjects)], NEEDS)
    return present.columns(hospital.unit_id, subjects, past, NEEDS)


async def test_counters_agree_with_a_model(world: World, connection: asyncpg.Connection) -> None:
    """Few payers and few contents, so that all coincide; each step is checked against plain lists."""
    rng = random.Random(20261121)
    hospital = world.province.hospital
    contents = [hospital.requests(9, kind="0601")[place] for place in (0, 4, 8)]
    payers = [
        Payer(type="1", name="买买提·艾力"),
        Payer(type="1", name="买买提•艾力", code="11010519491231002x"),
        Payer(type="1", name="买买提・艾力", code="931840199001010011"),
        Payer(type="1", name="乙"),
        Payer(type="2", name="丙（集团）", code=world.province.office.unit.uscc),
        Payer(type="2", name="丙(集团)", code=world.province.office.unit.uscc),
        Payer(type="2", name="丙", code=world.province.office.unit.uscc),
    ]
    standing: list[tuple[IssueRequest, str, str]] = []
    reversed_ones: list[IssueRequest] = []
    issued: list[IssueRequest] = []
    for step in range(40):
        content, payer = rng.choice(contents), rng.choice(payers)
        wanted = _replace(content, payer, f"STEP-{step}")
        if standing and rng.random() < 0.3:
            request, code, number = standing.pop(rng.randrange(len(standing)))
            reversal = ReversalRequest(code=code, number=number, reason="退费", handler="王")
            (outcome,) = await world.desk.reverse(hospital.unit_id, [reversal], acting=ACTING)
            bill_of(outcome)
            reversed_ones.append(request)
        else:
            (outcome,) = await world.desk.issue(hospital.unit_id, [wanted], acting=ACTING)
            bill = bill_of(outcome)
            standing.append((wanted, bill.code, bill.number))
            issued.append(wanted)
        found = await _columns(world, connection, wanted)
        alive = [request for request, _, _ in standing]
        own = [request for request in alive if _same_payer(request.payer, wanted.payer)]
        twins = [request for request in own if _content(request) == _content(wanted)]
        recast = [
            request
            for request in reversed_ones
            if _content(request) == _content(wanted) and not _same_payer(request.payer, wanted.payer)
        ]
        expected = {
            "unit_count": Decimal(len(issued)),
            "unit_sum": sum((request.total for request in issued), Decimal(0)),
            "unit_reversals": Decimal(len(reversed_ones)),
            "payer_count": Decimal(len(own)),
            "payer_sum": sum((request.total for request in own), Decimal(0)),
            "twin_count": Decimal(len(twins)),
            "recast_count": Decimal(len(recast)),
        }
        assert found == {f"{name}_{days}": value for name, value in expected.items() for days in (1, 30)}, (
            step
        )


def _same_payer(one: Payer, other: Payer) -> bool:
    """As the payers above have it: by the code where both have one, else by the name."""
    if one.code and other.code:
        return one.code == other.code
    return one.name.translate(_ONE_DOT) == other.name.translate(_ONE_DOT)


_ONE_DOT = str.maketrans({"•": "·", "・": "·"})


def _replace(content: IssueRequest, payer: Payer, business_no: str) -> IssueRequest:
    return msgspec.structs.replace(content, payer=payer, business_no=business_no)


def _content(request: IssueRequest) -> tuple[object, ...]:
    return (request.total, Counter((item.code, item.amount) for item in request.items))


def test_a_bill_and_its_reversal_lead_to_the_same_counters() -> None:
    item = RequestItem(code="060007", quantity=Decimal(1), rate=Decimal("8.6"), amount=Decimal("8.60"))
    red = RequestItem(code="060007", quantity=Decimal(-1), rate=Decimal("8.6"), amount=Decimal("-8.6"))
    payer = Payer(type="1", name="甲")
    assert subjects_of(payer, "0601", [item], Decimal("8.60")) == subjects_of(
        payer, "0601", [red], Decimal("-8.6")
    )


def _asked(name: str, code: str = "", kind: str = "1") -> set[bytes]:
    payer = Payer(type="2" if kind == "2" else "1", name=name, code=code)
    return set(subjects_of(payer, "0601", [], Decimal("8.60")).twin.asked)


def _written(name: str, code: str = "", kind: str = "1") -> set[bytes]:
    payer = Payer(type="2" if kind == "2" else "1", name=name, code=code)
    return set(subjects_of(payer, "0601", [], Decimal("8.60")).twin.written)


@pytest.mark.parametrize(
    "names",
    [
        ("买买提·艾力", "买买提•艾力", "买买提・艾力", "买买提‧艾力", "买买提.艾力", "买买提 · 艾力"),
        ("演示云川（集团）有限公司", "演示云川(集团)有限公司", "演示云川【集团】有限公司"),
        ("民生长门", "⺠生⻓⻔", "民 生 长 门", "民\u00a0生长门", "民生长门\u3164"),
        ("方立", "⽅⽴"),
        ("ABC公司", "ＡＢＣ公司", "abc公司", "АВС公司"),
        ("José", "Jose\u0301"),
    ],
)
def test_payers_that_look_alike_are_one(names: tuple[str, ...]) -> None:
    for one in names:
        for other in names:
            assert _written(one) & _asked(other), (one, other)
            assert _written(one) & _asked(other, "11010519491231002X"), (one, other)
            assert _written(one, "11010519491231002X") & _asked(other), (one, other)


def test_a_code_joins_only_where_it_can_be_right() -> None:
    right, other, made_up = "11010519491231002X", "931840199001010011", "110105194912310021"
    assert _written("张三", right) & _asked("张三丰", "11010519491231002x")
    assert not _written("张三", right) & _asked("张三", other)
    assert _written("张三", right) & _asked("张三", made_up)
    assert _written("张三", made_up) & _asked("张三", right)
    assert _written("张三", "A1234567") & _asked("张三", "B7654321")
    assert not _written("张三") & _asked("李四")


def test_counters_of_the_first_release_go_on() -> None:
    """Its key was the code, else the name, as written."""
    for payer, key in (
        (Payer(type="1", name="张三"), "张三"),
        (Payer(type="2", name="演示", code="12440600MB2C07549J"), "12440600MB2C07549J"),
    ):
        subjects = subjects_of(payer, "0601", [], Decimal("8.60"))
        old = b"P" + blake2b(key.encode(), digest_size=8).digest()
        assert old in subjects.payer.written
        assert old in subjects.payer.asked


def test_the_past_is_read_again_on_another_day() -> None:
    past = UnitPast(
        day=date(2026, 11, 20), needs=NEEDS, item_needs=NOTHING, read_at=1e12, sums={}, medians={}
    )
    assert past.serves(date(2026, 11, 20), NEEDS, NOTHING)
    assert not past.serves(date(2026, 11, 21), NEEDS, NOTHING)
    assert not past.serves(date(2026, 11, 20), NEEDS | {History("unit_sum", 7)}, NOTHING)


# -- medians -------------------------------------------------------------------------------------


@given(st.lists(st.decimals("0.01", "99999999.99", places=2), min_size=FEWEST_LINES, max_size=200))
def test_a_median_by_size_class_is_within_its_class(amounts: list[Decimal]) -> None:
    classes = Counter(math.floor(32 * math.log(float(amount)) / math.log(2)) for amount in amounts)
    found = median(classes)
    assert found is not None
    low = sorted(amounts)[(len(amounts) - 1) // 2]
    # A class is 2.2 % wide, and a cent is the smallest step.
    assert abs(found - low) <= low * Decimal("0.022") + Decimal("0.01")


def test_few_lines_have_no_median() -> None:
    assert median({100: FEWEST_LINES - 1}) is None
    assert median({100: FEWEST_LINES}) == amount_of(100)


async def test_the_worker_counts_each_line_once(world: World, connection: asyncpg.Connection) -> None:
    hospital = world.province.hospital
    requests = hospital.requests(60, kind="0601")
    for batch in (requests[:40], requests[40:]):
        for outcome in await world.desk.issue(hospital.unit_id, batch, acting=ACTING):
            bill_of(outcome)
        await count_items(world.database)
        await count_items(world.database)
    lines = Counter(item.code for request in requests for item in request.items)
    own = await connection.fetch("SELECT item_code, sum(lines)::int AS lines FROM item_history GROUP BY 1")
    peers = await connection.fetch(
        "SELECT item_code, sum(lines)::int AS lines FROM peer_item_history GROUP BY 1"
    )
    assert {row["item_code"]: row["lines"] for row in own} == lines
    assert {row["item_code"]: row["lines"] for row in peers} == lines
    code, count = lines.most_common(1)[0]
    assert count >= FEWEST_LINES
    need = History("unit_median", 90)
    past = await PastStore(world.database).past(hospital.unit_id, "hospital", NOTHING, frozenset({need}))
    found = past.median(code, need)
    amounts = [item.amount for request in requests for item in request.items if item.code == code]
    assert found is not None
    assert abs(found - exact_median(amounts)) <= max(amounts) - min(amounts)
    low = sorted(amounts)[(len(amounts) - 1) // 2]
    assert abs(found - low) <= low * Decimal("0.022") + Decimal("0.01")


async def test_a_line_outside_the_window_does_not_count(world: World, connection: asyncpg.Connection) -> None:
    for days, bucket in ((0, 100), (6, 100), (7, 300)):
        await connection.execute(
            "INSERT INTO peer_item_history (unit_type, item_code, day, bucket, lines) VALUES ('hospital', 'X', $1, $2, 10)",
            today() - timedelta(days=days),
            bucket,
        )
    week, longer = History("peer_median", 7), History("peer_median", 30)
    needs = frozenset({week, longer})
    past = await PastStore(world.database).past(world.province.hospital.unit_id, "hospital", NOTHING, needs)
    assert past.median("X", week) == amount_of(100)
    assert past.median("X", longer) == amount_of(100)
