"""试算: what a rule would have hit, asked for by one process and done by another."""

import asyncio
import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from tests.lake.synthetic import Row, bill_row, write_lake
from tests.lake.test_history import rule_of
from tests.rules.rule_maker import TABLE
from tests.support.province import ACTING
from tests.support.waiting import PATIENCE_SECONDS
from tests.support.world import World

from mingpiao.jobs.queue import run_jobs
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.errors import Refusal
from mingpiao.lake import store
from mingpiao.lake.backtest import BackTestRun, warnings_of
from mingpiao.lake.model import BackTest, BackTestResult, BackTestState, MonthFigure
from mingpiao.lake.queries import PastBills
from mingpiao.lake.service import get_backtest, start_backtest, stop_backtest
from mingpiao.rules.service import parse
from mingpiao.storage.scope import DepartmentScope, UnitScope

TODAY = date(2026, 11, 15)
PROVINCE = "150000"


# -- the run -------------------------------------------------------------------------------------


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=SHANGHAI)


def _judge(folder: Path, rows: list[Row], condition: str, *, months: int = 3, **scope: Any) -> BackTestResult:
    region = scope.pop("region", PROVINCE)
    run = BackTestRun(folder / "work")
    try:
        past = PastBills(today=TODAY, months=months, region_code=region)
        return run.run(
            rule_of(condition, **scope), parse(condition, TABLE), write_lake(folder, rows, []), past
        )
    finally:
        run.close()


BIG = (("060101", Decimal("5000.00")),)
ROWS = [
    bill_row(1, 1, _at(9, 1), items=BIG),
    bill_row(2, 1, _at(9, 30)),
    bill_row(3, 2, _at(10, 10), items=BIG, kind="0201", category="02"),
    bill_row(4, 3, _at(11, 15), items=BIG),
    bill_row(5, 3, _at(11, 15)),
    bill_row(6, 1, _at(8, 31), items=BIG),
]


def test_hits_are_told_by_month_with_units_and_money(tmp_path: Path) -> None:
    result = _judge(tmp_path, ROWS, "total > 1000")

    assert (result.bills, result.hits, result.units, result.money) == (5, 3, 3, Decimal(15000))
    assert result.months == (
        MonthFigure(month=date(2026, 9, 1), bills=2, hits=1, money=Decimal("5000.00")),
        MonthFigure(month=date(2026, 10, 1), bills=1, hits=1, money=Decimal("5000.00")),
        MonthFigure(month=date(2026, 11, 1), bills=2, hits=1, money=Decimal("5000.00")),
    )
    assert result.sample == (4, 3, 1)
    assert result.share == Decimal("0.6")
    assert result.covered_until == _at(11, 15)
    assert result.warnings == ("这条规则会命中适用范围内60%的票据，请检查条件是否过宽。",)


@pytest.mark.parametrize(
    ("scope", "hits"),
    [
        ({"kinds": ("0201",)}, (3,)),
        ({"kinds": ("02",)}, (3,)),
        ({"unit_types": ("school",)}, (3,)),
        ({"regions": ("150200",)}, (4,)),
        ({"region": "150100"}, (3, 1)),
        ({"region": "150100", "regions": ("150200",)}, ()),
        ({"items": ("060101",)}, (4, 3, 1)),
        ({"items": ("999999",)}, ()),
        ({"months": 1}, (4,)),
        ({"months": 4}, (4, 3, 1, 6)),
    ],
)
def test_scope_and_area_hold(scope: dict[str, Any], hits: tuple[int, ...], tmp_path: Path) -> None:
    assert _judge(tmp_path, ROWS, "total > 1000", **scope).sample == hits


def test_windows_reach_back_before_the_first_month(tmp_path: Path) -> None:
    result = _judge(tmp_path, ROWS, "payer_count(30) >= 1 AND issued.date = DATE '2026-09-01'")

    assert result.sample == (1,)


def test_the_sample_is_short_and_in_one_order(tmp_path: Path) -> None:
    rows = [bill_row(number, 1, _at(11, 1 + number % 3)) for number in range(1, 121)]

    result = _judge(tmp_path, rows, "total > 0 AND items.count = 1")

    expected = sorted(rows, key=lambda row: (row["issued_at"], row["bill_id"]), reverse=True)
    assert result.sample == tuple(row["bill_id"] for row in expected[:50])


@pytest.mark.parametrize(
    ("bills", "hits", "told"),
    [
        (10, 10, "每一张"),
        (10, 3, "30%"),
        (10, 2, ""),
        (0, 0, "没有历史票据"),
        (10, 0, ""),
    ],
)
def test_a_rule_that_is_too_wide_is_warned_of(bills: int, hits: int, told: str) -> None:
    warnings = warnings_of(bills, hits)

    assert len(warnings) == (1 if told else 0)
    assert told in "".join(warnings)


def test_an_empty_lake_says_so(tmp_path: Path) -> None:
    result = _judge(tmp_path, [], "total > 0")

    assert (result.bills, result.sample) == (0, ())
    assert "还没有可以试算的历史票据" in result.warnings[0]


def test_a_run_can_be_stopped(tmp_path: Path) -> None:
    files = write_lake(tmp_path, ROWS, [])
    run = BackTestRun(tmp_path / "work")
    # A statement that would go on for minutes.
    endless = "SELECT count(*) FROM range(1000000000) AS a(x), range(1000) AS b(y) WHERE x % 7 = y"
    threading.Timer(0.3, run.stop).start()
    try:
        with pytest.raises(duckdb.InterruptException):
            run._execute(endless)
        assert 0.0 <= run.progress() <= 1.0
        past = PastBills(today=TODAY, months=3, region_code=PROVINCE)
        with pytest.raises(duckdb.InterruptException):
            run.run(rule_of("total > 1"), parse("total > 1", TABLE), files, past)
    finally:
        run.close()


# -- asked for and done --------------------------------------------------------------------------


async def _start(world: World, condition: str = "total > 0", months: int = 3, region: str = PROVINCE) -> int:
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await start_backtest(
            connection, catalog, rule_of(condition), months, region_code=region, acting=ACTING
        )


async def _get(world: World, backtest_id: int, region: str = PROVINCE) -> BackTest:
    async with world.database.system() as connection:
        return await get_backtest(connection, backtest_id, region_code=region)


async def _settled(world: World, backtest_id: int) -> BackTest:
    """Let a worker's queue do it."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_jobs(world.database.pool, world.lake.handlers(), stop))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await _get(world, backtest_id)
            while not found.state.finished:
                await asyncio.sleep(0.05)
                found = await _get(world, backtest_id)
            return found
    finally:
        stop.set()
        await working


async def test_a_worker_does_what_a_page_asked_for(world: World) -> None:
    hospital = world.province.hospital
    bills = await world.issue(hospital, *hospital.requests(4))
    backtest_id = await _start(world, f"total >= {max(bill.total for bill in bills)}")
    assert (await _get(world, backtest_id)).state is BackTestState.WAITING

    done = await _settled(world, backtest_id)

    assert (done.state, done.progress, done.failure) == (BackTestState.DONE, 1.0, "")
    assert done.result is not None
    top = max(bill.total for bill in bills)
    assert set(done.result.sample) == {bill.bill_id for bill in bills if bill.total == top}
    assert (done.result.bills, done.result.units) == (4, 1)
    assert done.finished_at is not None


async def test_each_step_is_in_the_audit_trail(world: World) -> None:
    backtest_id = await _start(world)
    async with world.database.system() as connection:
        await stop_backtest(connection, backtest_id, region_code=PROVINCE, acting=ACTING)

    async with world.database.system() as connection:
        query = text("SELECT action FROM audit_log WHERE subject = :subject ORDER BY audit_id")
        actions = (await connection.execute(query, {"subject": f"backtest:{backtest_id}"})).scalars().all()
    assert actions == ["backtest:start", "backtest:stop"]


async def test_one_that_waits_is_stopped_at_once_and_never_begun(world: World) -> None:
    backtest_id = await _start(world)
    async with world.database.system() as connection:
        await stop_backtest(connection, backtest_id, region_code=PROVINCE, acting=ACTING)

    assert (await _get(world, backtest_id)).state is BackTestState.STOPPED
    async with world.database.system() as connection:
        assert await store.begin(connection, backtest_id) is None


async def test_one_that_runs_stops_when_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    backtest_id = await _start(world)
    began = threading.Event()

    def endless(run: BackTestRun, *_: Any) -> BackTestResult:
        began.set()
        run._execute("SELECT count(*) FROM range(1000000000) AS a(x), range(1000) AS b(y) WHERE x % 7 = y")
        raise AssertionError("was not stopped")

    monkeypatch.setattr(BackTestRun, "run", endless)
    async with world.database.system() as connection:
        asked = await store.begin(connection, backtest_id)
    assert asked is not None
    running = asyncio.create_task(world.lake.run(asked))
    await asyncio.to_thread(began.wait, PATIENCE_SECONDS)
    async with world.database.system() as connection:
        await stop_backtest(connection, backtest_id, region_code=PROVINCE, acting=ACTING)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await running

    stopped = await _get(world, backtest_id)
    assert (stopped.state, stopped.result) == (BackTestState.STOPPED, None)


async def test_one_left_by_a_killed_worker_is_taken_up_again(world: World) -> None:
    hospital = world.province.hospital
    await world.issue(hospital, *hospital.requests(1))
    backtest_id = await _start(world)
    async with world.database.system() as connection:
        assert await store.begin(connection, backtest_id) is not None

    assert (await _settled(world, backtest_id)).state is BackTestState.DONE


async def test_what_came_late_changes_nothing(world: World) -> None:
    backtest_id = await _start(world)
    async with world.database.system() as connection:
        await store.begin(connection, backtest_id)
        await store.end(connection, backtest_id, BackTestState.STOPPED)
        await store.end(connection, backtest_id, BackTestState.DONE)
        assert not await store.advance(connection, backtest_id, 0.5)

    assert (await _get(world, backtest_id)).state is BackTestState.STOPPED


async def test_missing_files_fail_it_with_a_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hospital = world.province.hospital
    await world.issue(hospital, *hospital.requests(1))
    await world.lake.exporter.export()
    for key in await world.files.listing("lake"):
        await world.files.delete(key)

    failed = await _settled(world, await _start(world))

    assert (failed.state, failed.failure) == (BackTestState.FAILED, "读取历史数据没有成功，请稍后再试。")


async def test_another_department_sees_nothing_of_it(world: World) -> None:
    backtest_id = await _start(world, region="150100")

    with pytest.raises(Refusal) as refused:
        await _get(world, backtest_id, region="150200")
    assert refused.value.problems[0].code == "backtest.unknown"
    async with world.database.system() as connection:
        with pytest.raises(Refusal):
            await stop_backtest(connection, backtest_id, region_code="150200", acting=ACTING)
    assert (await _get(world, backtest_id, region="150100")).state is BackTestState.WAITING


@pytest.mark.parametrize(
    ("condition", "months", "code"),
    [
        ("total / 2 > 1", 3, "rule.condition_character"),
        ("total > 1", 0, "backtest.months"),
        ("total > 1", 37, "backtest.months"),
    ],
)
async def test_what_is_wrong_is_refused_before_it_waits(
    world: World, condition: str, months: int, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        await _start(world, condition, months)

    assert refused.value.problems[0].code == code
    async with world.database.system() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM backtests")) == 0


async def test_a_department_has_three_at_a_time_even_when_asked_at_once(world: World) -> None:
    outcomes = await asyncio.gather(*(_start(world) for _ in range(5)), return_exceptions=True)

    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.problems[0].code for each in refused] == ["backtest.too_many"] * 2
    assert len([each for each in outcomes if isinstance(each, int)]) == 3


async def test_a_rule_with_history_is_judged_as_at_issue(world: World) -> None:
    charity = world.province.charity
    first, second = charity.requests(2)
    again = [msgspec.structs.replace(second, payer=first.payer, business_no=f"X{n}") for n in range(3)]
    bills = await world.issue(charity, first)
    for request in again:
        bills += await world.issue(charity, request)
    await world.reverse(charity, bills[0])
    last = await world.issue(charity, msgspec.structs.replace(again[0], business_no="X9"))

    done = await _settled(world, await _start(world, "payer_count(1) >= 3"))

    assert done.result is not None
    assert set(done.result.sample) == {bills[3].bill_id, last[0].bill_id}


async def test_row_level_security_shows_a_department_its_own_area_alone(world: World) -> None:
    backtest_id = await _start(world, region="150100")
    database = world.database
    for scope, seen in (
        (DepartmentScope("150100"), True),
        (DepartmentScope("150000"), True),
        (DepartmentScope("150200"), False),
        (DepartmentScope("150102"), False),
    ):
        async with database.scoped(scope) as connection:
            query = text("SELECT count(*) FROM backtests WHERE backtest_id = :id")
            assert bool(await connection.scalar(query, {"id": backtest_id})) is seen, scope
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.scoped(UnitScope(1)) as connection:
            await connection.execute(text("SELECT count(*) FROM backtests"))
