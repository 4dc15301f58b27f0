"""Batches by their verbs: judged as trains judge, issued once whatever happens, stopped with a reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.batches.sheets import KIND, batch_of, desk_of, handler_of, rows_of, take_in, told_of
from tests.support.checking import demand_of, somebody_of
from tests.support.province import ACTING
from tests.support.rules import put_in_force, rule
from tests.support.world import World

from mingpiao.applications.service import Checkers
from mingpiao.batches import desk as batch_desk
from mingpiao.batches.model import BatchState, BillBatch, RowState, SheetRow
from mingpiao.batches.service import get_row
from mingpiao.identity.model import Role, acting_for
from mingpiao.identity.service import set_active
from mingpiao.issuing.model import IssueRequest, Outcome
from mingpiao.issuing.service import Desk
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import lock_issuing, unlock_issuing
from mingpiao.rules.model import Severity

BILLS = "SELECT count(*) FROM bills"


async def _start(site: World, batch: BillBatch) -> BillBatch:
    return await (await desk_of(site)).start(batch.batch_id, acting=handler_of(site))


async def _run(site: World, batch: BillBatch) -> BillBatch:
    """What the worker does for the last start."""
    await (await desk_of(site)).run(batch.batch_id, (await batch_of(site, batch.batch_id)).run)
    return await batch_of(site, batch.batch_id)


async def _issued(site: World, batch: BillBatch) -> BillBatch:
    await _start(site, batch)
    return await _run(site, batch)


def _with(row: SheetRow, **changes: str) -> SheetRow:
    given = {name.replace("__", "/"): value for name, value in changes.items()}
    return msgspec.structs.replace(row, cells=row.cells | given)


async def test_rows_are_judged_issued_and_told(site: World) -> None:
    first, second, third = await rows_of(site, 3)
    batch = await take_in(site, first, _with(second, payer__type="某人", items__0__rate="x"), third)
    assert (batch.state, batch.counts) == (BatchState.CHECKED, {RowState.READY: 2, RowState.WRONG: 1})
    assert await told_of(site, batch.batch_id, 3) == (
        "wrong",
        [
            ("payer/type", "缴款人类型应为个人、单位之一，现为“某人”，请修改。"),
            ("items/0/rate", "标准1应为数字，现为“x”，请修改。"),
        ],
        [],
    )
    assert await site.value(BILLS) == 0
    done = await _issued(site, batch)
    assert (done.state, done.counts) == (BatchState.FINISHED, {RowState.ISSUED: 2, RowState.WRONG: 1})
    assert await site.value(BILLS) == 2
    async with site.database.system() as connection:
        row = await get_row(connection, batch.batch_id, 2)
    bill = await site.rows("SELECT bill_id, check_code, business_no, handler FROM bills ORDER BY bill_id")
    assert (row.bill_id, row.check_code) == (bill[0]["bill_id"], bill[0]["check_code"])
    assert [each["business_no"] for each in bill] == [
        f"PL{batch.batch_id:08d}-{number:05d}" for number in (2, 4)
    ]
    assert {each["handler"] for each in bill} == {site.accounts["handler"].display_name}
    audit = await site.rows(
        "SELECT action, actor FROM audit_log WHERE action LIKE 'batch:%' OR action = 'bill:issued' ORDER BY audit_id"
    )
    assert [each["action"] for each in audit] == [
        "batch:upload",
        "batch:start",
        "bill:issued",
        "bill:issued",
        "batch:finish",
    ]
    assert {each["actor"] for each in audit} == {site.accounts["handler"].actor}


async def test_the_same_sheet_is_the_batch_that_it_was(site: World) -> None:
    rows = await rows_of(site, 3)
    batch = await take_in(site, *rows)
    await _issued(site, batch)
    with pytest.raises(Refusal) as refused:
        await take_in(site, *rows)
    (problem,) = refused.value.problems
    assert (problem.code, problem.facts) == ("batch.same_sheet", {"batch_id": batch.batch_id})
    assert await site.value("SELECT count(*) FROM batches") == 1


async def test_a_row_of_an_issued_sheet_is_asked_about_in_the_next_one(site: World) -> None:
    rows = await rows_of(site, 3)
    await _issued(site, await take_in(site, *rows))
    again = await take_in(site, *rows[:2])
    assert again.counts == {RowState.ASKED: 2}
    assert (await told_of(site, again.batch_id, 2))[2] == ["BATCH-SAME-ROW"]
    with pytest.raises(Refusal, match="nothing_to_issue"):
        await _start(site, again)
    desk = await desk_of(site)
    answered = await desk.answer(
        again.batch_id, "BATCH-SAME-ROW", "每月各捐一次", row_no=3, acting=handler_of(site)
    )
    assert answered.counts == {RowState.ASKED: 1, RowState.READY: 1}
    await _issued(site, again)
    assert await site.value(BILLS) == 4


async def test_equal_rows_and_numbers_within_a_sheet_are_told(site: World) -> None:
    first, second, third, fourth = await rows_of(site, 4)
    batch = await take_in(
        site,
        first,
        msgspec.structs.replace(first, row_no=3),
        _with(third, business_no="A-1"),
        _with(fourth, business_no="A-1"),
    )
    assert second.row_no == 3
    assert (await told_of(site, batch.batch_id, 3))[0] == "asked"
    assert await told_of(site, batch.batch_id, 5) == (
        "wrong",
        [("business_no", "业务流水号与第4行相同，请修改或删除一行。")],
        [],
    )


async def test_rows_count_against_each_other_as_in_a_train(site: World) -> None:
    await put_in_force(site.database, rule("MANY", "payer_count(30) >= 2", severity=Severity.ASK))
    rows = [_with(row, payer__name="同一人", remark=str(row.row_no)) for row in await rows_of(site, 4)]
    batch = await take_in(site, *rows)
    assert [(await told_of(site, batch.batch_id, row.row_no))[0] for row in rows] == [
        "ready",
        "ready",
        "asked",
        "asked",
    ]
    desk = await desk_of(site)
    answered = await desk.answer(batch.batch_id, "MANY", "同一人的四笔捐赠", acting=handler_of(site))
    assert answered.counts == {RowState.READY: 4}
    done = await _issued(site, batch)
    assert (done.counts, await site.value(BILLS)) == ({RowState.ISSUED: 4}, 4)


async def test_the_reason_in_the_sheet_answers_what_is_asked(site: World) -> None:
    await put_in_force(site.database, rule("LARGE", "total > 50", severity=Severity.ASK))
    batch = await take_in(site, *(await rows_of(site, 2, reason="有捐赠协议，金额属实")))
    assert batch.counts == {RowState.READY: 2}
    await _issued(site, batch)
    reasons = await site.rows("SELECT confirmations FROM bill_supervision")
    assert [each["confirmations"][0]["reason"] for each in reasons] == ["有捐赠协议，金额属实"] * 2


async def test_corrected_rows_are_judged_again_and_issued_ones_stay(site: World) -> None:
    first, second = await rows_of(site, 2)
    batch = await take_in(site, first, _with(second, payer__name=""))
    await _issued(site, batch)
    desk = await desk_of(site)
    with pytest.raises(Refusal, match="row_unknown"):
        await desk.correct(batch.batch_id, [first], acting=handler_of(site))
    corrected = await desk.correct(batch.batch_id, [second], acting=handler_of(site))
    assert corrected.counts == {RowState.ISSUED: 1, RowState.READY: 1}
    done = await _issued(site, corrected)
    assert (done.counts, await site.value(BILLS)) == ({RowState.ISSUED: 2}, 2)


async def test_a_number_stands_once_in_a_file_of_corrections(site: World) -> None:
    first, second = await rows_of(site, 2)
    batch = await take_in(site, first, _with(second, payer__name=""))
    corrected = [first, second, _with(second, payer__name="另一人")]
    with pytest.raises(Refusal) as refused:
        await (await desk_of(site)).correct(batch.batch_id, corrected, acting=handler_of(site))
    (problem,) = refused.value.problems
    assert (problem.code, problem.field, refused.value.status) == ("batch.row_twice", "file", 422)
    assert problem.message == "批内行号3在文件里不止一行，请每个行号只留一行后重新上传。"
    assert (await batch_of(site, batch.batch_id)).counts == {RowState.READY: 1, RowState.WRONG: 1}


class _CutOff(Exception):
    """The worker died."""


async def test_what_was_sent_when_a_worker_died_is_not_issued_twice(
    site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_desk, "PORTION", 2)
    batch = await take_in(site, *(await rows_of(site, 5)))
    await _start(site, batch)
    real = Desk.issue
    calls: list[int] = []

    async def die_after_the_commit(
        self: Desk, unit_id: int, requests: list[IssueRequest], **more: Any
    ) -> list[Outcome]:
        outcomes = await real(self, unit_id, requests, **more)
        calls.append(len(requests))
        if len(calls) == 2:
            raise _CutOff
        return outcomes

    monkeypatch.setattr(Desk, "issue", die_after_the_commit)
    with pytest.raises(_CutOff):
        await _run(site, batch)
    cut = await batch_of(site, batch.batch_id)
    assert (cut.counts, await site.value(BILLS)) == (
        {RowState.ISSUED: 2, RowState.SENDING: 2, RowState.READY: 1},
        4,
    )
    done = await _run(site, batch)
    assert (done.counts, await site.value(BILLS)) == ({RowState.ISSUED: 5}, 5)
    assert calls == [2, 2, 2, 1]


async def test_a_locked_unit_stops_the_batch_and_it_goes_on_later(site: World) -> None:
    batch = await take_in(site, *(await rows_of(site, 3)))
    async with site.database.system() as connection:
        await lock_issuing(connection, site.unit.unit_id, "qualification_revoked", acting=ACTING)
    stopped = await _issued(site, batch)
    assert (stopped.state, stopped.counts) == (BatchState.STOPPED, {RowState.READY: 3})
    assert "资质" in stopped.stop_reason
    assert await site.value(BILLS) == 0
    async with site.database.system() as connection:
        await unlock_issuing(connection, site.unit.unit_id, "qualification_revoked", acting=ACTING)
    done = await _issued(site, stopped)
    assert (done.state, done.stop_reason, await site.value(BILLS)) == (BatchState.FINISHED, "", 3)


async def test_a_closed_account_issues_nothing_more(site: World) -> None:
    batch = await take_in(site, *(await rows_of(site, 2)))
    await _start(site, batch)
    async with site.database.system() as connection:
        await set_active(connection, site.accounts["handler"], False, acting=ACTING)
    stopped = await _run(site, batch)
    assert (stopped.state, stopped.counts) == (BatchState.STOPPED, {RowState.READY: 2})
    assert stopped.stop_reason == "开始本批次的账户已停用、到期或不再是开票人，请由本单位的开票人继续。"
    assert await site.value(BILLS) == 0


@pytest.mark.parametrize(("days", "issued"), [(-1, 0), (0, 2)])
async def test_an_account_issues_until_its_last_day(site: World, days: int, issued: int) -> None:
    batch = await take_in(site, *(await rows_of(site, 2)))
    await _start(site, batch)
    await site.value(
        "UPDATE accounts SET valid_until = $1 WHERE account_id = $2",
        today() + timedelta(days=days),
        site.accounts["handler"].account_id,
    )
    ended = await _run(site, batch)
    assert (ended.state, await site.value(BILLS)) == (
        BatchState.FINISHED if issued else BatchState.STOPPED,
        issued,
    )


async def test_a_stopped_batch_sends_no_more_rows_and_an_old_job_ends(
    site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await take_in(site, *(await rows_of(site, 3)))
    started = await _start(site, batch)
    desk = await desk_of(site)
    stopped = await desk.stop(batch.batch_id, acting=handler_of(site))
    assert stopped.state is BatchState.STOPPED
    await desk.run(batch.batch_id, started.run)
    assert await site.value(BILLS) == 0
    await _start(site, batch)
    # The job of the first start comes late: it is not the one that is meant.
    await desk.run(batch.batch_id, started.run)
    assert await site.value(BILLS) == 0
    assert (await _run(site, batch)).counts == {RowState.ISSUED: 3}


async def test_nothing_is_changed_while_rows_are_being_issued(site: World) -> None:
    rows = await rows_of(site, 2)
    batch = await take_in(site, *rows)
    await _start(site, batch)
    desk, handler = await desk_of(site), handler_of(site)
    for change in (
        desk.start(batch.batch_id, acting=handler),
        desk.correct(batch.batch_id, rows, acting=handler),
        desk.drop(batch.batch_id, acting=handler),
        desk.answer(batch.batch_id, "X", "属实", acting=handler),
    ):
        with pytest.raises(Refusal, match="running"):
            await change


async def test_rows_that_are_not_issued_can_be_deleted(site: World) -> None:
    rows = await rows_of(site, 3)
    batch = await take_in(site, *rows)
    desk, handler = await desk_of(site), handler_of(site)
    assert not await desk.drop(batch.batch_id, [3], acting=handler)
    done = await _issued(site, batch)
    assert done.counts == {RowState.ISSUED: 2}
    assert not await desk.drop(batch.batch_id, acting=handler)
    assert await site.value("SELECT count(*) FROM batch_rows") == 2
    other = await take_in(site, *(await rows_of(site, 2, remark="另一批")))
    assert await desk.drop(other.batch_id, acting=handler)
    assert await site.value("SELECT count(*) FROM batches") == 1
    # A sheet of which nothing was issued may come again.
    assert (await take_in(site, *(await rows_of(site, 2, remark="另一批")))).counts == {RowState.READY: 2}


async def test_another_unit_does_not_reach_a_batch(site: World) -> None:
    batch = await take_in(site, *(await rows_of(site, 1)))
    stranger = acting_for(
        msgspec.structs.replace(site.accounts["handler"], unit_id=site.province.office.unit_id)
    )
    with pytest.raises(Refusal, match=r"batch\.unknown"):
        await (await desk_of(site)).start(batch.batch_id, acting=stranger)


async def test_a_kind_that_needs_files_has_no_batches(site: World) -> None:
    await site.value("UPDATE bill_kinds SET needs_evidence = true WHERE code = $1", KIND)
    async with site.beside() as other:
        with pytest.raises(Refusal) as refused:
            await (await desk_of(other)).wanted(site.unit.unit_id, KIND)
    assert refused.value.problems[0].code == "batch.needs_evidence"


async def test_an_issued_row_stays(site: World) -> None:
    await _issued(site, await take_in(site, *(await rows_of(site, 1))))
    with pytest.raises(Exception, match="is issued"):
        await site.value("UPDATE batch_rows SET payer_name = 'x'")


async def test_a_check_of_rows_that_changed_meanwhile_is_not_kept(
    site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = await rows_of(site, 1)
    batch = await take_in(site, _with(row, payer__name=""))
    desk, real = await desk_of(site), batch_desk.judge_rows
    first = True

    async def changed_meanwhile(*given: Any, **more: Any) -> Any:
        nonlocal first
        verdicts = await real(*given, **more)
        if first:
            first = False
            await desk.correct(batch.batch_id, [row], acting=handler_of(site))
        return verdicts

    monkeypatch.setattr(batch_desk, "judge_rows", changed_meanwhile)
    await desk.correct(batch.batch_id, [_with(row, payer__name="", remark="一")], acting=handler_of(site))
    assert (await batch_of(site, batch.batch_id)).counts == {RowState.READY: 1}


async def _messages(site: World) -> list[tuple[str, str, bool]]:
    rows = await site.rows(
        "SELECT title, body, urgent FROM messages WHERE topic LIKE 'batch:%' ORDER BY message_id"
    )
    return [(row["title"], row["body"], row["urgent"]) for row in rows]


async def test_the_end_of_a_batch_is_told_once(site: World) -> None:
    first, second = await rows_of(site, 2)
    batch = await take_in(site, first, _with(second, payer__name=""))
    await _issued(site, batch)
    await _run(site, batch)
    name = site.accounts["handler"].display_name
    told = (
        f"{name}开始的批次{batch.batch_id}“捐赠.xlsx”已开具1张，金额100.00元。另有1行有问题，请到批次中办理。"
    )
    assert await _messages(site) == [("批量开具已完成", told, True)]
    await (await desk_of(site)).correct(batch.batch_id, [second], acting=handler_of(site))
    await _issued(site, batch)
    told = f"{name}开始的批次{batch.batch_id}“捐赠.xlsx”已开具2张，金额200.00元。"
    assert (await _messages(site))[1:] == [("批量开具已完成", told, False)]
    assert (
        await site.value("SELECT count(*) FROM messages WHERE link = $1", f"/unit/batches/{batch.batch_id}")
        == 2
    )


async def test_a_stop_is_told_unless_who_started_stops_it(site: World) -> None:
    batch = await take_in(site, *(await rows_of(site, 2)))
    await _start(site, batch)
    desk = await desk_of(site)
    await desk.stop(batch.batch_id, acting=handler_of(site))
    assert await _messages(site) == []
    await _start(site, batch)
    async with site.database.system() as connection:
        await lock_issuing(connection, site.unit.unit_id, "qualification_revoked", acting=ACTING)
    await _run(site, batch)
    ((title, body, urgent),) = await _messages(site)
    assert (title, urgent) == ("批量开具已停止", True)
    assert body.endswith("“捐赠.xlsx”还没有开具票据。另有2行还没有开具，请到批次中办理。")


async def test_rows_that_must_be_checked_go_to_the_second_person(site: World) -> None:
    await demand_of(site, site.unit, amount_from=Decimal(150))
    first, second, third = await rows_of(site, 3)
    named = _with(third, items__0__rate="150", checker="某复核")
    batch = await take_in(site, first, _with(second, items__0__rate="150"), named)
    assert (await told_of(site, batch.batch_id, 3))[::2] == ("ready", ["BATCH-TO-CHECKER"])
    assert await told_of(site, batch.batch_id, 4) == (
        "wrong",
        [("checker", "本单位规定该票据须经复核人同意，复核人由平台在其同意后填写，请将复核人留空。")],
        [],
    )
    done = await _issued(site, batch)
    assert done.counts == {RowState.ISSUED: 1, RowState.TO_CHECKER: 1, RowState.WRONG: 1}
    assert await site.value(BILLS) == 1
    async with site.database.system() as connection:
        row = await get_row(connection, batch.batch_id, 3)
    assert row.application_id is not None
    assert not row.open
    checkers = Checkers(site.database, site.services.applications)
    second_person = somebody_of(site.unit, Role.UNIT_CHECKER)
    issued = await checkers.agree(row.application_id, acting=second_person)
    assert (issued.business_no, issued.state.value) == (row.business_no, "issued")
    assert await site.value(BILLS) == 2
    # Sent again, as after a worker's death, the row gets its own bill.
    await site.value(
        "UPDATE batch_rows SET state = 'sending', application_id = NULL WHERE batch_id = $1 AND row_no = 3",
        batch.batch_id,
    )
    await site.value("UPDATE batches SET state = 'running' WHERE batch_id = $1", batch.batch_id)
    again = await _run(site, batch)
    assert again.counts == {RowState.ISSUED: 2, RowState.WRONG: 1}
    assert await site.value(BILLS) == 2


async def test_a_demand_that_comes_while_a_sheet_is_issued_holds(site: World) -> None:
    batch = await take_in(site, *await rows_of(site, 2))
    await _start(site, batch)
    await demand_of(site, site.unit)
    done = await _run(site, batch)
    assert (done.state, done.counts) == (BatchState.FINISHED, {RowState.TO_CHECKER: 2})
    ((_, body, urgent),) = await _messages(site)
    assert body.endswith("还没有开具票据。2行已送复核人，同意后开具。")
    assert not urgent
    assert await site.value(BILLS) == 0
