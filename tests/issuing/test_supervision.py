"""Rules at issue: block, ask, warn; what is kept with the bill; what no race can slip past."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import asyncpg
import msgspec
import pytest
from sqlalchemy import text
from tests.evidence.lines import read
from tests.support.province import ACTING, Resident
from tests.support.rules import put_in_force, rule
from tests.support.totals import add_daily
from tests.support.world import World, a_world, bill_of, codes_of

from mingpiao.evidence.model import CLAIM_NAMES
from mingpiao.evidence.service import bills_on, get_evidence_files, lock_evidence
from mingpiao.issuing.model import (
    Approval,
    Issued,
    IssueRequest,
    NeedsConfirmation,
    Outcome,
    Refused,
    ReversalRequest,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.money import in_words
from mingpiao.rules.model import Confirmation, RuleMode, Severity, Stage

ASK, WARN = Severity.ASK, Severity.WARN


def numbered(request: IssueRequest, business_no: str, **changes: Any) -> IssueRequest:
    return msgspec.structs.replace(request, business_no=business_no, **changes)


def alike(resident: Resident, count: int, **changes: Any) -> list[IssueRequest]:
    """Requests that differ in nothing but their business number."""
    request = resident.request()
    return [numbered(request, f"ALIKE-{index}", **changes) for index in range(count)]


async def issue(world: World, resident: Resident, *requests: IssueRequest) -> list[Outcome]:
    return await world.desk.issue(resident.unit_id, requests, acting=ACTING)


async def reverse(world: World, resident: Resident, outcome: Outcome) -> None:
    bill = bill_of(outcome)
    wanted = ReversalRequest(code=bill.code, number=bill.number, reason="退费", handler="王")
    (red,) = await world.desk.reverse(resident.unit_id, [wanted], acting=ACTING)
    assert isinstance(red, Issued), red


async def rows(world: World, query: str, **values: Any) -> list[dict[str, Any]]:
    async with world.database.system() as connection:
        return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]


def asked(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, NeedsConfirmation), outcome
    return [hit.rule for hit in outcome.hits]


async def test_a_block_refuses_with_every_hit_and_takes_no_number(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(
        world.database,
        rule("FACE-1", "total > 0", field="total", message="合计{total}元"),
        rule("FACE-2", "payer.name <> ''", field="payer/name"),
        rule("FACE-3", "total > 0", ASK),
        rule("FACE-4", "total > 0", WARN),
        rule("FACE-5", "total < 0"),
    )
    before = await rows(world, "SELECT * FROM stocks ORDER BY unit_id, kind_code")
    request = hospital.request()
    (outcome,) = await issue(world, hospital, request)
    assert isinstance(outcome, Refused)
    assert [
        (problem.code, problem.field, problem.facts["rule"], problem.facts["basis"], problem.status)
        for problem in outcome.problems
    ] == [
        ("rule.violation", "total", "FACE-1", "《财政票据管理办法》", 422),
        ("rule.violation", "payer/name", "FACE-2", "《财政票据管理办法》", 422),
        ("rule.confirmation_needed", "", "FACE-3", "《财政票据管理办法》", 409),
    ]
    assert outcome.problems[0].message == f"合计{request.total:.2f}元"
    assert await rows(world, "SELECT * FROM stocks ORDER BY unit_id, kind_code") == before
    assert await rows(world, "SELECT bill_id FROM bills") == []
    assert await rows(world, "SELECT code, blocked, asked, warned FROM rule_hits ORDER BY code") == [
        {"code": "FACE-1", "blocked": 1, "asked": 0, "warned": 0},
        {"code": "FACE-2", "blocked": 1, "asked": 0, "warned": 0},
        {"code": "FACE-3", "blocked": 0, "asked": 1, "warned": 0},
        {"code": "FACE-4", "blocked": 0, "asked": 0, "warned": 1},
    ]


async def test_an_ask_waits_for_a_reason_which_is_kept_with_the_bill(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("ASK-1", "total > 0", ASK), rule("ASK-2", "total > 0", ASK))
    request = hospital.request()
    (first,) = await issue(world, hospital, request)
    assert asked(first) == ["ASK-1", "ASK-2"]
    half = msgspec.structs.replace(request, confirmations=(Confirmation(rule="ASK-1", reason="已核对合同"),))
    (second,) = await issue(world, hospital, half)
    assert asked(second) == ["ASK-2"]
    assert await rows(world, "SELECT bill_id FROM bills") == []
    reasons = (
        Confirmation(rule="ASK-1", reason="已核对合同"),
        Confirmation(rule="ASK-2", reason="已核对到账"),
        Confirmation(rule="OTHER", reason="没有问到的"),
    )
    (third,) = await issue(world, hospital, msgspec.structs.replace(request, confirmations=reasons))
    bill = bill_of(third)
    (kept,) = await rows(world, "SELECT * FROM bill_supervision")
    assert kept["bill_id"] == bill.bill_id
    assert [finding["rule"] for finding in kept["findings"]] == ["ASK-1", "ASK-2"]
    assert kept["confirmations"] == [
        {"rule": "ASK-1", "reason": "已核对合同"},
        {"rule": "ASK-2", "reason": "已核对到账"},
    ]
    (standing,) = await rows(world, "SELECT ruleset_version FROM bills")
    (newest,) = await rows(world, "SELECT max(ruleset_version) AS version FROM rule_sets")
    assert standing["ruleset_version"] == bill.ruleset_version == newest["version"]
    # Asking again is the same request, with or without the reasons.
    (again,) = await issue(world, hospital, request)
    assert isinstance(again, Issued)
    assert again.repeated
    assert again.bill == bill


async def test_a_reason_must_say_something(world: World) -> None:
    hospital = world.province.hospital
    request = hospital.request(confirmations=(Confirmation(rule="ASK-1", reason=""),))
    (outcome,) = await issue(world, hospital, request)
    assert codes_of(outcome) == [("text.required", "confirmations/0/reason")]


async def test_a_warning_comes_with_the_bill(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("WARN-1", "total > 0", WARN))
    (outcome,) = await issue(world, hospital, hospital.request())
    assert isinstance(outcome, Issued)
    assert [hit.rule for hit in outcome.warnings] == ["WARN-1"]
    (kept,) = await rows(world, "SELECT findings FROM bill_supervision")
    assert [finding["severity"] for finding in kept["findings"]] == ["warn"]


async def test_a_person_of_the_department_answers_what_rules_ask(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("ASK-1", "total > 0", ASK), rule("ASK-2", "total > 0", ASK))
    request = hospital.request()

    async def approved(*rules: str) -> Outcome:
        approval = Approval(application_id=7, rules=frozenset(rules), decided_by="account:1")
        approvals = {request.business_no: approval}
        return (await world.desk.issue(hospital.unit_id, [request], acting=ACTING, approvals=approvals))[0]

    assert asked(await approved("ASK-1")) == ["ASK-2"]
    assert isinstance(await approved("ASK-1", "ASK-2"), Issued)
    (kept,) = await rows(world, "SELECT application_id, confirmations FROM bill_supervision")
    assert kept == {"application_id": 7, "confirmations": []}


async def test_an_approval_does_not_lift_a_block(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("FACE-1", "total > 0"))
    request = hospital.request()
    approval = Approval(application_id=7, rules=frozenset({"FACE-1"}), decided_by="account:1")
    (outcome,) = await world.desk.issue(
        hospital.unit_id, [request], acting=ACTING, approvals={request.business_no: approval}
    )
    assert codes_of(outcome) == [("rule.violation", "")]


async def test_what_is_wrong_with_a_request_and_what_rules_refuse_come_at_once(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(
        world.database,
        rule("FACE-1", "sum_items(item.amount) <> total", field="total"),
        rule("FACE-2", "unit_sum(30) >= 0"),
    )
    request = hospital.request(total=Decimal("1.23"))
    request = msgspec.structs.replace(request, extension={})
    (outcome,) = await issue(world, hospital, request)
    assert isinstance(outcome, Refused)
    found = [(problem.code, problem.facts.get("rule")) for problem in outcome.problems]
    assert ("bill.total_mismatch", None) in found
    assert found[-1] == ("rule.violation", "FACE-1")


@pytest.mark.parametrize(
    ("severity", "kind"), [(Severity.BLOCK, Refused), (ASK, NeedsConfirmation), (WARN, Issued)]
)
async def test_a_rule_that_fails_counts_as_a_hit_and_is_an_alert(
    world: World, severity: Severity, kind: type
) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("BROKEN", "total > 0", severity))
    await world.tamper(
        """UPDATE rule_versions SET content = jsonb_set(content, '{condition}', '"gone > 1"')"""
    )
    (outcome,) = await issue(world, hospital, hospital.request())
    assert isinstance(outcome, kind)
    (alert,) = await rows(world, "SELECT code, version, failures FROM rule_failures")
    assert alert == {"code": "BROKEN", "version": 1, "failures": 1}


async def test_rules_concern_their_kinds_only(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("FACE-1", "total > 0", kinds=("0602",)))
    outpatient, inpatient = hospital.request(kind="0601"), hospital.request(kind="0602")
    first, second = await issue(world, hospital, outpatient, inpatient)
    assert isinstance(first, Issued)
    assert codes_of(second) == [("rule.violation", "")]


async def test_the_check_page_sees_the_same_and_writes_nothing(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(
        world.database,
        rule("FACE-1", "total > 100000000"),
        rule("ASK-1", "unit_count(1) = 0", ASK),
        rule("WARN-1", "total > 0", WARN),
    )
    assessment = await world.desk.check(hospital.unit_id, hospital.request())
    assert assessment.problems == ()
    assert [hit.rule for hit in assessment.hits] == ["ASK-1", "WARN-1"]
    assert await rows(world, "SELECT * FROM rule_hits") == []


# -- history -------------------------------------------------------------------------------------


async def test_two_alike_bills_in_one_train_are_not_both_the_first(world: World) -> None:
    hospital = world.province.hospital
    await put_in_force(world.database, rule("TWIN", "twin_count(7) >= 1", ASK))
    outcomes = await issue(world, hospital, *alike(hospital, 3))
    assert isinstance(outcomes[0], Issued)
    assert [asked(outcome) for outcome in outcomes[1:]] == [["TWIN"], ["TWIN"]]


async def test_two_processes_do_not_both_issue_the_first_of_alike_bills(world: World) -> None:
    async with world.beside() as two:
        one, hospital = world, world.province.hospital
        await put_in_force(one.database, rule("TWIN", "twin_count(7) >= 1", ASK))
        await asyncio.sleep(0.2)
        first, second = alike(hospital, 2)
        # Without the train's locks both would pass: this is what each sees beforehand.
        for process, request in ((one, first), (two, second)):
            assert (await process.desk.check(hospital.unit_id, request)).hits == ()
        answers = await asyncio.gather(issue(one, hospital, first), issue(two, hospital, second))
        kinds = sorted(type(answer[0]).__name__ for answer in answers)
        assert kinds == ["Issued", "NeedsConfirmation"]


async def test_history_counts_what_stands(world: World) -> None:
    hospital = world.province.hospital
    columns = ("unit_count", "unit_sum", "unit_reversals", "payer_count", "payer_sum", "twin_count")
    told = "|".join(f"{{{column}(30)}}" for column in (*columns, "recast_count"))
    await put_in_force(world.database, rule("TOLD", "total > 0", WARN, message=told))
    first, second, third, fourth = alike(hospital, 4)
    other = msgspec.structs.replace(fourth, payer=msgspec.structs.replace(fourth.payer, name="另一位缴款人"))
    total = f"{first.total:.2f}"

    async def told_of(request: IssueRequest) -> list[str]:
        (outcome,) = await issue(world, hospital, request)
        assert isinstance(outcome, Issued)
        return outcome.warnings[0].message.split("|")

    assert await told_of(first) == ["0", "0.00", "0", "0", "0.00", "0", "0"]
    assert await told_of(second) == ["1", total, "0", "1", total, "1", "0"]
    (standing,) = await issue(world, hospital, first)
    await reverse(world, hospital, standing)
    doubled = f"{2 * first.total:.2f}"
    # The reversed bill is no twin any more, and it had the same payer: nothing was recast.
    assert await told_of(third) == ["2", doubled, "1", "1", total, "1", "0"]
    # Another payer for the content of a bill that was reversed.
    assert (await told_of(other))[3:] == ["0", "0.00", "0", "1"]


# The sums of days without bills behind them: the books do not balance here.
unbalanced = a_world(checked=False)


async def test_days_that_are_over_count_within_their_window(unbalanced: World) -> None:
    hospital = unbalanced.province.hospital
    told = "{unit_sum(7)}|{unit_sum(30)}|{unit_count(1)}"
    await put_in_force(unbalanced.database, rule("TOLD", "total > 0", WARN, message=told))
    async with unbalanced.database.system() as connection:
        for days, amount in ((6, "10.00"), (7, "100.00"), (29, "1000.00"), (30, "10000.00")):
            await add_daily(
                connection,
                [(hospital.unit_id, "0601", today() - timedelta(days=days), "150000", 1, amount, 0, "0")],
            )
    (outcome,) = await issue(unbalanced, hospital, hospital.request())
    assert isinstance(outcome, Issued)
    assert outcome.warnings[0].message == "10.00|1110.00|0"


# -- files --------------------------------------------------------------------------------------


async def put_file(world: World, resident: Resident, digest: str, extraction: dict[str, Any]) -> None:
    async with world.database.system() as connection:
        await connection.execute(
            text(
                "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, pages, state, "
                "extraction, uploaded_by) SELECT unit_id, :digest, region_code, '合同.pdf', 'application/pdf', 1, 1, "
                ":state, CAST(:extraction AS jsonb), 'account:1' FROM units WHERE unit_id = :unit_id"
            ),
            {
                "unit_id": resident.unit_id,
                "digest": bytes.fromhex(digest),
                "state": "read" if extraction else "waiting",
                "extraction": msgspec.json.encode(extraction).decode() if extraction else None,
            },
        )


def contract_over(total: str) -> dict[str, Any]:
    found = {"value": total, "text": f"{total}元"}
    page = {"number": 1, "width": 595.0, "height": 842.0, "rotation": 0, "method": "text", "text": ""}
    amount = {"value": total, "role": "total", "words": False, "found": found}
    return {"kind": "contract", "pages": [page], "amounts": [amount]}


USED_UP = rule("EV-USE", "evidence.usage = 'contradict'", ASK, stage=Stage.EVIDENCE)


async def mark_kind(world: World, kind: str) -> None:
    async with world.database.system() as connection:
        await connection.execute(
            text("UPDATE bill_kinds SET needs_evidence = true WHERE code = :kind"), {"kind": kind}
        )
        await connection.execute(text("SELECT pg_notify('catalog_changed', '')"))
    await asyncio.sleep(0.2)


async def test_a_marked_kind_needs_a_file(world: World) -> None:
    charity = world.province.charity
    await mark_kind(world, "0301")
    (outcome,) = await issue(world, charity, charity.request(kind="0301"))
    assert codes_of(outcome) == [("evidence.required", "evidence")]


async def test_what_was_issued_before_its_kind_was_marked_is_known_again(world: World) -> None:
    charity = world.province.charity
    request = charity.request(kind="0301")
    (first,) = await issue(world, charity, request)
    await mark_kind(world, "0301")
    other = msgspec.structs.replace(request, remark="另一张")
    nameless = msgspec.structs.replace(request, business_no="\0")
    again, changed, without = await issue(world, charity, request, other, nameless)
    assert isinstance(again, Issued)
    assert (again.bill, again.repeated) == (bill_of(first), True)
    assert codes_of(changed) == [("evidence.required", "evidence")]
    assert ("evidence.required", "evidence") in codes_of(without)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("xyz",), [("evidence.unknown", "evidence/0")]),
        (("ab" * 32,), [("evidence.unknown", "evidence/0")]),
        (("cd" * 32, "cd" * 32), [("evidence.duplicate", "evidence/1")]),
        (tuple(f"{n:064x}" for n in range(21)), [("evidence.too_many", "evidence")]),
    ],
    ids=["malformed", "unknown", "twice", "too many"],
)
async def test_files_must_be_the_units_own(
    world: World, files: Sequence[str], expected: list[tuple[str, str]]
) -> None:
    charity, hospital = world.province.charity, world.province.hospital
    await put_file(world, hospital, "ab" * 32, contract_over("100.00"))
    (outcome,) = await issue(world, charity, charity.request(kind="0301", evidence=tuple(files)))
    assert codes_of(outcome) == expected


async def test_a_file_that_is_not_read_yet_makes_the_request_wait(world: World) -> None:
    charity = world.province.charity
    await put_file(world, charity, "ab" * 32, {})
    (outcome,) = await issue(world, charity, charity.request(kind="0301", evidence=("ab" * 32,)))
    assert [(problem.code, problem.facts) for problem in outcome.problems] == [  # type: ignore[union-attr]
        ("evidence.not_read", {"evidence": ["ab" * 32]})
    ]
    assert await rows(world, "SELECT bill_id FROM bills") == []


async def test_a_file_is_not_used_beyond_its_amount_even_within_one_train(world: World) -> None:
    charity = world.province.charity
    await put_in_force(world.database, USED_UP)
    request = charity.request(kind="0301", evidence=("ab" * 32,))
    await put_file(world, charity, "ab" * 32, contract_over(str(request.total * 2)))
    requests = [numbered(request, f"PART-{index}") for index in range(3)]
    outcomes = await issue(world, charity, *requests)
    assert [type(outcome).__name__ for outcome in outcomes] == ["Issued", "Issued", "NeedsConfirmation"]
    assert asked(outcomes[2]) == ["EV-USE"]
    (file,) = await rows(world, "SELECT used_amount, used_bills FROM evidence_files")
    assert file == {"used_amount": request.total * 2, "used_bills": 2}
    # What a reversed bill took is free again.
    await reverse(world, charity, outcomes[0])
    (again,) = await issue(world, charity, requests[2])
    assert isinstance(again, Issued)
    (kept,) = await rows(
        world,
        "SELECT evidence, jsonb_array_length(claims) AS claims FROM bill_supervision WHERE bill_id = :bill_id",
        bill_id=again.bill.bill_id,
    )
    assert kept == {"evidence": ["ab" * 32], "claims": len(CLAIM_NAMES)}


async def put_copy(world: World, resident: Resident, digest: str, paper: str, *, like: bool = False) -> None:
    """Another file of a paper that is there, or one that may be."""
    column = "resembles" if like else "paper"
    async with world.database.system() as connection:
        await connection.execute(
            text(
                f"UPDATE evidence_files SET {column} = :paper WHERE unit_id = :unit_id AND digest = :digest"
            ),
            {"unit_id": resident.unit_id, "digest": bytes.fromhex(digest), "paper": bytes.fromhex(paper)},
        )


async def used(world: World) -> list[tuple[str, Decimal, int]]:
    found = await rows(world, "SELECT digest, used_amount, used_bills FROM evidence_files ORDER BY digest")
    return [(row["digest"].hex()[:2], row["used_amount"], row["used_bills"]) for row in found]


async def test_a_copy_of_a_paper_uses_the_paper_in_one_train_and_later(world: World) -> None:
    charity = world.province.charity
    await put_in_force(world.database, USED_UP)
    request = charity.request(kind="0301", evidence=("ab" * 32,))
    copied = msgspec.structs.replace(request, evidence=("cd" * 32,))
    both = msgspec.structs.replace(request, evidence=("ab" * 32, "cd" * 32))
    for digest in ("ab" * 32, "cd" * 32):
        await put_file(world, charity, digest, contract_over(str(request.total * 2)))
    await put_copy(world, charity, "cd" * 32, "ab" * 32)
    first, second, third = await issue(
        world, charity, numbered(request, "A-1"), numbered(copied, "A-2"), numbered(copied, "A-3")
    )
    assert isinstance(first, Issued)
    assert isinstance(second, Issued)
    assert asked(third) == ["EV-USE"]
    assert await used(world) == [("ab", request.total * 2, 2), ("cd", Decimal(0), 0)]
    # The copy's bill gives back to the paper.
    await reverse(world, charity, second)
    assert await used(world) == [("ab", request.total, 1), ("cd", Decimal(0), 0)]
    # A bill on both files takes once.
    (fourth,) = await issue(world, charity, numbered(both, "A-4"))
    assert isinstance(fourth, Issued)
    assert await used(world) == [("ab", request.total * 2, 2), ("cd", Decimal(0), 0)]
    async with world.database.system() as connection:
        shown = await get_evidence_files(connection, charity.unit_id, ["cd" * 32])
        assert (shown["cd" * 32].used_bills, shown["cd" * 32].paper) == (2, "ab" * 32)
        named = await connection.execute(bills_on("cd" * 32))
        # Each once, also the one on both files.
        assert sorted(row.bill_id for row in named) == sorted(
            each.bill.bill_id for each in (first, second, fourth)
        )
    await reverse(world, charity, fourth)
    assert await used(world) == [("ab", request.total, 1), ("cd", Decimal(0), 0)]


async def test_a_paper_of_one_unit_is_not_that_of_another_with_its_first_file(world: World) -> None:
    """The hospital has the first file, and bills on it; the charity has a copy as well, which is no file of the hospital."""
    charity, hospital = world.province.charity, world.province.hospital
    for digest in ("ab" * 32, "cd" * 32):
        await put_file(world, charity, digest, contract_over("9000"))
    await put_file(world, hospital, "ab" * 32, contract_over("9000"))
    await put_copy(world, charity, "cd" * 32, "ab" * 32)
    ours, theirs = [
        (await issue(world, unit, unit.request(kind=kind, evidence=("ab" * 32,))))[0]
        for unit, kind in ((charity, "0301"), (hospital, "0601"))
    ]
    assert isinstance(ours, Issued)
    assert isinstance(theirs, Issued)
    async with world.database.system() as connection:
        on_copy, on_first = [
            {(row.unit_id, row.bill_id) for row in await connection.execute(bills_on(digest * 32))}
            for digest in ("cd", "ab")
        ]
    assert on_copy == {(charity.unit_id, ours.bill.bill_id)}
    assert on_first == on_copy | {(hospital.unit_id, theirs.bill.bill_id)}


class _Asked:
    """A connection that only keeps what it is asked."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    async def fetch(self, sql: str, *_: object) -> list[object]:
        self.statements.append(sql)
        return []


async def test_a_train_of_reversals_without_files_asks_once() -> None:
    asked = _Asked()
    assert await lock_evidence(cast(asyncpg.Connection, asked), [], [(7, 1)]) == {}
    assert len(asked.statements) == 1
    assert "FOR UPDATE" in asked.statements[0]


def papers_of(request: IssueRequest, unit_name: str) -> list[dict[str, Any]]:
    """A contract over half of what a bill is for, the supplement that raises it to the whole, and its receipt."""
    payer, day = request.payer.name, today()
    total, half = f"{request.total:,.2f}元", f"{request.total / 2:,.2f}元"
    sides, seals = (
        [f"甲方：{payer}", f"乙方：{unit_name}"],
        f"甲方（盖章）：{payer}\t乙方（盖章）：{unit_name}",
    )
    first, then = (f"{when.year}年{when.month}月{when.day}日" for when in (day - timedelta(days=90), day))
    words = in_words(request.total / 2)
    agreed = f"一、合同总金额为人民币{half}（大写：{words}），由甲方支付给乙方。"
    cited = f"双方于{first}签订了《合作协议》（合同编号：HZ-2026-031），现达成如下补充协议："
    raised = f"一、原合同总金额由{half}变更为{total}，由甲方支付给乙方。"
    paid = (f"交易金额（小写）：{total}", f"交易日期：{then}")
    rows = [
        ["合作协议", "合同编号：HZ-2026-031", *sides, agreed, seals, f"签订日期：{first}"],
        ["补充协议", *sides, cited, raised, seals, f"签订日期：{then}"],
        ["中国银行网上银行电子回单", f"付款人户名：{payer}", f"收款人户名：{unit_name}", *paid],
    ]
    return [msgspec.to_builtins(read(*each)) for each in rows]


async def test_three_files_of_one_bill_are_compared_together_in_the_order_of_the_request(
    world: World,
) -> None:
    charity = world.province.charity
    await put_in_force(
        world.database, rule("EV-SUM", "evidence.amount = 'contradict'", ASK, stage=Stage.EVIDENCE)
    )
    # The digests are in another order than the files.
    contract, supplement, receipt = (each * 32 for each in ("ef", "cd", "ab"))
    request = charity.request(kind="0301", evidence=(contract, supplement, receipt))
    for digest, says in zip(request.evidence, papers_of(request, charity.unit.name), strict=True):
        await put_file(world, charity, digest, says)
    whole, half = f"{request.total:.2f}", f"{request.total / 2:.2f}"
    (outcome,) = await issue(world, charity, numbered(request, "J-1"))
    assert isinstance(outcome, Issued)
    (kept,) = await rows(
        world, "SELECT claims FROM bill_supervision WHERE bill_id = :bill_id", bill_id=outcome.bill.bill_id
    )
    claims = {claim["name"]: claim for claim in kept["claims"]}
    assert claims["amount"]["verdict"] == "agree"
    assert claims["amount"]["explanation"] == (
        f"第 1 份材料（合同）载明 {half} 元，已由第 2 份材料（补充协议）调整为 {whole} 元，与票面金额一致。"
    )
    assert [mark["digest"] for mark in claims["amount"]["marks"]] == [supplement] * len(
        claims["amount"]["marks"]
    )
    # Without the supplement the receipt is over the contract, and all three are used up.
    without = msgspec.structs.replace(request, evidence=(contract, receipt))
    (asks,) = await issue(world, charity, numbered(without, "J-2"))
    assert asked(asks) == ["EV-SUM"]
    assert await used(world) == [(each, request.total, 1) for each in ("ab", "cd", "ef")]


async def test_a_file_that_resembles_a_used_one_is_a_hint_and_asks_nothing(world: World) -> None:
    charity = world.province.charity
    await put_in_force(world.database, USED_UP)
    request = charity.request(kind="0301", evidence=("ab" * 32,))
    like = msgspec.structs.replace(request, evidence=("cd" * 32,))
    for digest in ("ab" * 32, "cd" * 32):
        await put_file(world, charity, digest, contract_over(str(request.total)))
    await put_copy(world, charity, "cd" * 32, "ab" * 32, like=True)
    one, two = [
        (await issue(world, charity, numbered(each, n)))[0] for each, n in ((request, "B-1"), (like, "B-2"))
    ]
    assert isinstance(one, Issued)
    assert isinstance(two, Issued)
    (kept,) = await rows(
        world, "SELECT claims FROM bill_supervision WHERE bill_id = :bill_id", bill_id=two.bill.bill_id
    )
    (usage,) = [claim for claim in kept["claims"] if claim["name"] == "usage"]
    assert usage["verdict"] == "hint"
    assert "“合同.pdf”相似（1 张票据已使用" in usage["explanation"]
    assert await used(world) == [("ab", request.total, 1), ("cd", request.total, 1)]


async def test_a_rule_on_trial_counts_and_does_not_act(world: World) -> None:
    hospital = world.province.hospital
    trial = RuleMode.SHADOW
    await put_in_force(
        world.database,
        rule("TRY-1", "total > 0", mode=trial, message="合计{total}元"),
        rule("TRY-2", "total > 0", ASK, mode=trial),
        rule("TRY-3", "total < 0", mode=trial),
        rule("ASK-1", "total > 0", ASK),
    )
    request = hospital.request()
    (first,) = await issue(world, hospital, request)
    assert asked(first) == ["ASK-1"]
    # Other rules still stop the request: nothing of the trial is counted yet.
    assert await rows(world, "SELECT * FROM shadow_hits") == []
    answered = (Confirmation(rule="ASK-1", reason="已核对合同"),)
    (second,) = await issue(world, hospital, msgspec.structs.replace(request, confirmations=answered))
    bill = bill_of(second)
    assert isinstance(second, Issued)
    assert second.warnings == ()
    kept = "SELECT unit_id, bill_id, code, version, severity, message FROM shadow_hits ORDER BY code"
    told = {"unit_id": hospital.unit_id, "bill_id": bill.bill_id, "version": 1}
    assert await rows(world, kept) == [
        told | {"code": "TRY-1", "severity": "block", "message": f"合计{request.total:.2f}元"},
        told | {"code": "TRY-2", "severity": "ask", "message": "触发TRY-2"},
    ]
    (supervised,) = await rows(world, "SELECT findings FROM bill_supervision")
    assert [finding["rule"] for finding in supervised["findings"]] == ["ASK-1"]
    assert await rows(world, "SELECT code FROM rule_hits GROUP BY code") == [{"code": "ASK-1"}]
    # Sent again it is the same bill, counted once.
    await issue(world, hospital, request)
    assert len(await rows(world, kept)) == 2
