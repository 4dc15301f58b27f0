"""Issue and reverse as a state machine: whatever the order, the model and the database agree."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.support.invariants import assert_invariants
from tests.support.province import ACTING, Province
from tests.support.world import World, codes_of, open_world

from mingpiao.issuing.model import Bill, BillFilter, Issued, Refused, ReversalRequest
from mingpiao.issuing.service import list_bills
from mingpiao.storage.paging import every_item
from mingpiao.storage.scope import UnitScope

_KINDS = ("0601", "0602")


class Lifecycle(RuleBasedStateMachine):
    """A hospital's bills. `url`, `folder`, `province` and `runner` are set by the test."""

    url: str
    folder: Path
    province: Province
    runner: asyncio.Runner

    bills = Bundle("bills")

    @initialize()
    def open(self) -> None:
        self.stack = AsyncExitStack()
        self.world: World = self.run(
            self.stack.enter_async_context(open_world(self.url, self.folder, settled=self.province))
        )
        self.hospital = self.province.hospital
        self.requests = {kind: self.hospital.requests(40, kind=kind) for kind in _KINDS}
        existing = self.run(self.read())
        self.blue: dict[str, Bill] = {b.business_no: b for b in existing if b.color == "blue"}
        self.red_of: dict[int, int] = {
            b.related.bill_id: b.bill_id for b in existing if b.color == "red" and b.related
        }

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    async def read(self) -> list[Bill]:
        async with self.world.database.scoped(UnitScope(self.hospital.unit_id)) as connection:
            return await every_item(lambda key: list_bills(connection, BillFilter(), after=key))

    @rule(target=bills, kind=st.sampled_from(_KINDS), place=st.integers(0, 39), copies=st.integers(1, 3))
    def issue(self, kind: str, place: int, copies: int) -> Any:
        request = self.requests[kind][place]
        outcomes = self.run(self.world.desk.issue(self.hospital.unit_id, [request] * copies, acting=ACTING))
        known = self.blue.get(request.business_no)
        if known is not None and known.bill_id in self.red_of:
            assert {codes_of(outcome)[0] for outcome in outcomes} == {
                ("bill.business_no_reversed", "business_no")
            }
            return multiple(known)
        for outcome in outcomes:
            assert isinstance(outcome, Issued)
            assert known is None or outcome.bill.bill_id == known.bill_id
        assert [outcome.repeated for outcome in outcomes].count(False) == (1 if known is None else 0)
        self.blue[request.business_no] = known or outcomes[0].bill
        return multiple(outcomes[0].bill)

    @rule(place=st.integers(0, 39))
    def ask_for_something_else(self, place: int) -> None:
        request = self.requests["0601"][place]
        other = msgspec.structs.replace(request, remark="不同内容")
        if request.business_no not in self.blue:
            return
        (outcome,) = self.run(self.world.desk.issue(self.hospital.unit_id, [other], acting=ACTING))
        assert isinstance(outcome, Refused)
        assert outcome.problems[0].facts["number"] == self.blue[request.business_no].number

    @rule(bill=bills, copies=st.integers(1, 3))
    def reverse(self, bill: Bill, copies: int) -> None:
        request = ReversalRequest(code=bill.code, number=bill.number, reason="测试冲红", handler="演示员")
        outcomes = self.run(self.world.desk.reverse(self.hospital.unit_id, [request] * copies, acting=ACTING))
        fresh = [outcome for outcome in outcomes if isinstance(outcome, Issued)]
        assert len(fresh) == (0 if bill.bill_id in self.red_of else 1)
        if fresh:
            self.red_of[bill.bill_id] = fresh[0].bill.bill_id

    @invariant()
    def the_database_agrees(self) -> None:
        stored = self.run(self.read())
        assert {b.bill_id for b in stored if b.color == "blue"} == {b.bill_id for b in self.blue.values()}
        assert {b.related.bill_id: b.bill_id for b in stored if b.color == "red" and b.related} == self.red_of
        assert {b.bill_id for b in stored if b.state == "reversed"} == set(self.red_of)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.run(assert_invariants(self.url))


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


def test_any_order_of_issuing_and_reversing(
    province_url: str, tmp_path: Path, settled: Province, runner: asyncio.Runner
) -> None:
    Lifecycle.url, Lifecycle.folder, Lifecycle.province = province_url, tmp_path, settled
    Lifecycle.runner = runner
    # Examples go on in the same database: a later one meets the bills of those before it.
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
