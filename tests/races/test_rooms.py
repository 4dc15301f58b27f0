"""The locks of rooms beside the train: what happens with each, and what happens without it."""

from datetime import date

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError
from tests.rules.desk import rule_desk_of
from tests.rules.people import HEAD, OTHER_HEAD, codes
from tests.support.browser import PASSWORD
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, reading, writing
from tests.support.province import ACTING
from tests.support.rules import put_in_force, rule
from tests.support.world import World

from mingpiao.batches.model import BillBatch, SheetRow
from mingpiao.batches.room import BATCH_DESK
from mingpiao.catalog.service import mark_evidence
from mingpiao.drafts.model import KnownPayer
from mingpiao.drafts.service import change_payer, import_payer
from mingpiao.exports.model import Export, ExportOrder
from mingpiao.exports.service import ask_for_export
from mingpiao.founding.model import StarterPlan
from mingpiao.founding.service import lay_starter
from mingpiao.identity.model import AuditEntry, Role, acting_for
from mingpiao.identity.service import create_account
from mingpiao.issuing.medians import count_items
from mingpiao.issuing.totals import roll_up
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.kernel.errors import Refusal
from mingpiao.lake.service import start_backtest
from mingpiao.rules.model import RuleVersion
from mingpiao.rules.service import live_versions, suspend
from mingpiao.verification import register
from mingpiao.verification.model import FaceQuery


@WITH_AND_WITHOUT
async def test_guesses_from_two_processes_count_together(
    world: World, other: World, locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The race may take its time on a busy machine.
    monkeypatch.setattr(register, "PATIENCE", 60.0)
    (bill,) = await world.issue(world.unit, world.unit.request())
    query = FaceQuery(
        code=bill.code,
        number=bill.number,
        check_code="000000",
        issued_on=to_shanghai(bill.issued_at).date(),
        amount=bill.total,
    )

    async def guess(there: World, place: int) -> str:
        try:
            answer = await there.verifier.by_face(query, address=f"203.0.113.{place}")
        except Refusal as refusal:
            return refusal.problems[0].code
        return answer.verdict.value

    for place in range(9):
        assert await guess(world, place) == "unknown"
    with lock_taken_away("verification subjects", unless=locked):
        answers = await race(world.url, writing("verification_failures"), guess(world, 10), guess(other, 11))
    assert answers == ["unknown", "verification.puzzle_needed" if locked else "unknown"]


@WITH_AND_WITHOUT
async def test_the_newest_rule_set_knows_all_that_was_suspended(
    world: World, other: World, locked: bool
) -> None:
    await put_in_force(world.database, rule("FIRST", "total > 1"), rule("SECOND", "total > 2"))

    async def stop(there: World, code: str) -> None:
        catalog = await there.catalog.get()
        async with there.database.system() as connection:
            await suspend(connection, catalog, code, acting=HEAD, reason="演练")

    with lock_taken_away("rule publication", unless=locked):
        outcomes = await race(world.url, writing("rule_sets"), stop(world, "FIRST"), stop(other, "SECOND"))
    assert outcomes == [None, None]
    async with world.database.system() as connection:
        _, live = await live_versions(connection)
    # Without the lock neither publication sees the other's suspension, and one of them is the newest.
    assert len(live) == (0 if locked else 1)


@WITH_AND_WITHOUT
async def test_a_version_is_decided_once(world: World, other: World, locked: bool) -> None:
    here, there = [await rule_desk_of(each) for each in (world, other)]
    handed_in = await here.submit(await here.create(rule("NEW", "total > 1")))
    with lock_taken_away("rules", unless=locked):
        outcomes = await race(
            world.url,
            writing("rule_versions"),
            here.approve(handed_in, HEAD),
            there.send_back(handed_in, "依据不足", OTHER_HEAD),
        )
    if locked:
        assert isinstance(outcomes[0], RuleVersion)
        assert isinstance(outcomes[1], Refusal)
        assert codes(outcomes[1]) == [("rule.wrong_state", "")]
    else:
        # Whoever comes second is stopped by the database alone, and is told nothing that helps.
        assert {type(outcome) for outcome in outcomes} == {RuleVersion, IntegrityError}


@WITH_AND_WITHOUT
async def test_a_department_has_three_back_tests_at_a_time(world: World, other: World, locked: bool) -> None:
    async def ask(there: World) -> int:
        catalog = await there.catalog.get()
        async with there.database.system() as connection:
            return await start_backtest(
                connection, catalog, rule("BACK", "total > 1"), 3, region_code="150000", acting=ACTING
            )

    await ask(world)
    await ask(world)
    with lock_taken_away("back-tests", unless=locked):
        outcomes = await race(world.url, writing("backtests"), ask(world), ask(other))
    assert isinstance(outcomes[0], int)
    assert isinstance(outcomes[1], Refusal if locked else int)
    assert await world.value("SELECT count(*) FROM backtests") == (3 if locked else 4)


@WITH_AND_WITHOUT
async def test_a_day_is_added_up_by_one_worker_at_a_time(world: World, other: World, locked: bool) -> None:
    await world.issue(world.unit, world.unit.request())

    async def add_up(there: World, day: date) -> None:
        async with there.database.system() as connection:
            await roll_up(connection, day)

    with lock_taken_away("region totals", unless=locked):
        outcomes = await race(
            world.url, reading("daily_totals"), add_up(world, today()), add_up(other, today())
        )
    failures = [outcome for outcome in outcomes if outcome is not None]
    assert [type(failure) for failure in failures] == ([] if locked else [IntegrityError])


@WITH_AND_WITHOUT
async def test_lines_are_counted_once(world: World, other: World, locked: bool) -> None:
    request = world.unit.request()
    # The mark is there from the first time on.
    await count_items(world.database)
    await world.issue(world.unit, request)
    with lock_taken_away("reading marks", unless=locked):
        outcomes = await race(
            world.url, writing("item_history"), count_items(world.database), count_items(other.database)
        )
    assert outcomes == [None, None]
    lines = await world.value("SELECT sum(lines) FROM item_history")
    assert lines == len(request.items) * (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_a_kind_is_marked_once(world: World, other: World, locked: bool) -> None:
    async def mark(there: World) -> bool:
        async with there.database.system() as connection:
            return await mark_evidence(connection, "0601", True, acting=ACTING)

    with lock_taken_away("base data", unless=locked):
        outcomes = await race(world.url, writing("bill_kinds"), mark(world), mark(other))
    assert outcomes == [True, not locked]
    noted = await world.value("SELECT count(*) FROM audit_log WHERE action = 'kind:mark_evidence'")
    assert noted == (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_an_export_is_not_made_twice(world: World, other: World, locked: bool) -> None:
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username="exporter",
            display_name="经办某",
            role=Role.DEPARTMENT_OFFICER,
            password=PASSWORD,
            region_code="150000",
            acting=ACTING,
        )
    order = ExportOrder(list_name="bills", title="票据", file_name="票据", format="csv", question={})
    entry = AuditEntry(acting=ACTING, action="export:bills", subject="")

    async def ask(there: World) -> Export:
        async with there.database.system() as connection:
            return await ask_for_export(connection, account, order, entry)

    with lock_taken_away("exports", unless=locked):
        outcomes = await race(world.url, writing("exports"), ask(world), ask(other))
    assert len({outcome.export_id for outcome in outcomes}) == (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_a_province_begins_with_one_choice_of_starter_data(
    world: World, other: World, locked: bool
) -> None:
    await world.value("INSERT INTO foundings (province) VALUES ('150000') RETURNING founding_id")

    async def choose(there: World, *codes: str) -> bool:
        async with there.database.system() as connection:
            return await lay_starter(connection, StarterPlan(categories=codes, items=False), acting=ACTING)

    with lock_taken_away("founding", unless=locked):
        first, second = await race(world.url, writing("foundings"), choose(world), choose(other, "03"))
    assert first is True
    # Without the lock the database's own refusal comes too late for a sentence.
    assert isinstance(second, Refusal if locked else IntegrityError)
    assert await world.value("SELECT starter = '{}' FROM foundings") is True


@WITH_AND_WITHOUT
async def test_a_batch_is_started_once(peopled: World, locked: bool) -> None:
    handler = acting_for(peopled.accounts["handler"])
    here = await peopled.house.get(BATCH_DESK)
    wanted = await here.wanted(peopled.unit.unit_id, "0301")
    row = SheetRow(row_no=2, cells=dict.fromkeys([column.name for column in wanted.columns], ""))
    batch = await here.take_in(peopled.unit.unit_id, "0301", "a.csv", [row], acting=handler)
    await peopled.value("UPDATE batch_rows SET state = 'ready'")
    async with peopled.beside() as other:
        there = await other.house.get(BATCH_DESK)
        with lock_taken_away("batches", unless=locked):
            outcomes = await race(
                peopled.url,
                writing("batches"),
                here.start(batch.batch_id, acting=handler),
                there.start(batch.batch_id, acting=handler),
            )
    assert isinstance(outcomes[0], BillBatch)
    assert isinstance(outcomes[1], Refusal if locked else BillBatch)
    started = await peopled.value("SELECT count(*) FROM audit_log WHERE action = 'batch:start'")
    assert started == (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_the_trail_tells_what_a_change_of_a_payer_replaced(
    world: World, other: World, locked: bool
) -> None:
    unit_id = world.unit.unit_id
    async with world.database.system() as connection:
        stored = KnownPayer(payer_id=0, type="1", name="赵明", bank="甲银行")
        await import_payer(connection, unit_id, stored, dry_run=False, acting=ACTING)
    payer_id = await world.value("SELECT payer_id FROM payer_book")

    async def change(there: World, bank: str) -> None:
        payer = msgspec.structs.replace(stored, payer_id=payer_id, bank=bank)
        async with there.database.system() as connection:
            await change_payer(connection, unit_id, payer, acting=ACTING)

    with lock_taken_away("payers", unless=locked):
        outcomes = await race(
            world.url, writing("payer_book"), change(world, "乙银行"), change(other, "丙银行")
        )
    assert outcomes == [None, None]
    found = "SELECT array_agg(changed -> 0 ->> 'before' ORDER BY audit_id) FROM audit_log WHERE action = 'payer:change'"
    assert await world.value(found) == ["甲银行", "乙银行" if locked else "甲银行"]
