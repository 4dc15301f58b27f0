"""The five facts of the face: all must fit, and a wrong one tells nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.province import ACTING
from tests.support.world import bill_of
from tests.verification.conftest import ADDRESS, Counter, new_verifier, query_of

from mingpiao.issuing.model import ReversalRequest
from mingpiao.kernel.errors import Refusal
from mingpiao.verification.model import (
    CheckState,
    Depth,
    LegalState,
    Means,
    VerificationResult,
    VerificationVerdict,
)


async def test_a_genuine_bill_in_all_depths(counter: Counter) -> None:
    simple = await counter.verifier.by_face(counter.query(), address=ADDRESS, depth=Depth.SIMPLE)
    assert (simple.verdict, simple.means, simple.legal_state) == (
        VerificationVerdict.GENUINE,
        Means.FACE,
        LegalState.NORMAL,
    )
    assert simple.identity == counter.bill.identity
    assert (simple.total, simple.issued_at) == (counter.bill.total, counter.bill.issued_at)
    assert simple.times_checked == 1
    assert simple.last_checked_at is None
    assert [seal.label for seal in simple.seals] == ["开票单位签名", "财政监制签名"]
    assert [seal.valid for seal in simple.seals] == [None, None]
    assert counter.world.province.hospital.unit.name in simple.seals[0].certificate_name
    assert simple.face is None
    full = await counter.verifier.by_face(counter.query(), address=ADDRESS)
    assert full.verdict is VerificationVerdict.GENUINE
    assert full.times_checked == 2
    assert full.last_checked_at is not None
    assert full.face is not None
    assert full.face.payer.name == counter.bill.payer.name
    assert [(seal.valid, seal.problem) for seal in full.seals] == [(True, ""), (True, "")]
    assert [check.code for check in full.checks] == [
        "register",
        "xml.structure",
        "xml.parties",
        "unit.signature",
        "unit.certificate",
        "supervisor.signature",
        "supervisor.certificate",
        "supervisor.owner",
    ]
    assert {check.state for check in full.checks} == {CheckState.PASSED}
    assert await counter.failures() == {}


async def test_capitals_in_the_check_code_do_not_matter(counter: Counter) -> None:
    query = counter.query(check_code=counter.bill.check_code.upper())
    assert (await counter.verifier.by_face(query, address=ADDRESS)).verdict is VerificationVerdict.GENUINE


def _nothing_told(result: VerificationResult) -> bool:
    return result == VerificationResult(
        verdict=VerificationVerdict.UNKNOWN, means=Means.FACE, checked_at=result.checked_at
    )


async def test_each_wrong_fact_gives_the_same_empty_answer_and_is_counted(counter: Counter) -> None:
    wrong: list[dict[str, Any]] = [
        {"code": "98060126"},
        {"number": f"{int(counter.bill.number) + 1:010d}"},
        {"number": "9999999999"},
        {"check_code": f"{int(counter.bill.check_code, 16) ^ 1:06x}"},
        {"issued_on": counter.query().issued_on + timedelta(days=1)},
        {"amount": counter.bill.total + Decimal("0.01")},
    ]
    for changes in wrong:
        assert _nothing_told(await counter.verifier.by_face(counter.query(**changes), address=ADDRESS))
    failures = await counter.failures()
    assert failures[f"address:{ADDRESS}"] == 6
    assert failures[f"bill:{counter.bill.bill_id}"] == 3
    # Of bills, of the address, and of both together.
    assert sum(failures.values()) == 18
    assert await counter.checks() == {}


async def test_malformed_input_is_refused_with_its_field_and_not_counted(counter: Counter) -> None:
    malformed: list[tuple[str, Any]] = [
        ("code", "1506012"),
        ("code", "１５０６０１２６"),
        ("number", "12"),
        ("check_code", ""),
        ("check_code", "a" * 21),
        ("check_code", "' OR 1"),
        ("amount", Decimal("NaN")),
    ]
    for field, value in malformed:
        with pytest.raises(Refusal) as refused:
            await counter.verifier.by_face(counter.query(**{field: value}), address=ADDRESS)
        problem = refused.value.problems[0]
        assert (problem.code, problem.field, problem.status) == ("verification.malformed", field, 400)
    assert await counter.failures() == {}


async def test_a_reversed_bill_names_the_red_one_and_back(counter: Counter) -> None:
    bill = counter.bill
    request = ReversalRequest(code=bill.code, number=bill.number, reason="退费", handler="王演示")
    red = bill_of((await counter.world.desk.reverse(bill.unit_id, [request], acting=ACTING))[0])
    blue_result = await counter.verifier.by_face(counter.query(), address=ADDRESS)
    assert (blue_result.verdict, blue_result.legal_state) == (
        VerificationVerdict.GENUINE,
        LegalState.REVERSED,
    )
    assert blue_result.related == red.identity
    red_result = await counter.verifier.by_face(query_of(red), address=ADDRESS)
    assert (red_result.verdict, red_result.legal_state) == (VerificationVerdict.GENUINE, LegalState.RED)
    assert red_result.related == bill.identity
    assert red_result.total == -bill.total


async def test_a_changed_original_in_the_register_is_found(counter: Counter) -> None:
    xml = (await counter.xml()).replace(counter.bill.payer.name.encode(), "顶替者".encode())
    await counter.world.tamper("UPDATE bills SET xml = $1 WHERE bill_id = $2", xml, counter.bill.bill_id)
    result = await counter.verifier.by_face(counter.query(), address=ADDRESS)
    assert result.verdict is VerificationVerdict.ALTERED
    failed = {check.code for check in result.checks if check.state is CheckState.FAILED}
    assert failed == {"register", "unit.signature", "supervisor.signature"}


async def test_a_unit_that_was_renamed_keeps_its_genuine_bills(counter: Counter) -> None:
    owner = await counter.owner()
    await owner.execute("UPDATE units SET name = '改名后的演示医院' WHERE unit_id = $1", counter.bill.unit_id)
    await owner.close()
    hospital = counter.world.province.hospital
    request = hospital.requests(2)[1]
    verifier = new_verifier(counter.world)
    async with counter.world.beside() as renamed:
        bill = bill_of((await renamed.desk.issue(hospital.unit_id, [request], acting=ACTING))[0])
    result = await verifier.by_face(query_of(bill), address=ADDRESS)
    assert result.face is not None
    assert result.face.invoicing.name == "改名后的演示医院"
    assert result.verdict is VerificationVerdict.GENUINE
