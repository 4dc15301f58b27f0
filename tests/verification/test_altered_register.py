"""Rows that were altered past the platform: the sealed original decides, and the register's state is not believed."""

from decimal import Decimal

import pytest
from tests.support.province import ACTING
from tests.support.world import a_world, bill_of, reversal_of
from tests.verification.conftest import ADDRESS, Counter

from mingpiao.kernel.codes import BillIdentity
from mingpiao.verification.model import CheckState, Depth, LegalState, VerificationVerdict

world = a_world(checked=False)

DEPTHS = pytest.mark.parametrize("depth", list(Depth))


@DEPTHS
async def test_a_forged_amount_is_unknown_and_the_true_one_genuine(counter: Counter, depth: Depth) -> None:
    await counter.world.tamper("UPDATE bills SET total = 99999")
    forged = await counter.verifier.by_face(
        counter.query(amount=Decimal(99999)), address=ADDRESS, depth=depth
    )
    assert forged.verdict is VerificationVerdict.UNKNOWN
    true = await counter.verifier.by_face(counter.query(), address=ADDRESS, depth=depth)
    assert (true.verdict, true.total) == (VerificationVerdict.GENUINE, counter.bill.total)
    notice = next(check for check in true.checks if check.code == "register.agrees")
    assert notice.state is CheckState.NOTICE
    assert "登记数据与签名原件不一致" in notice.detail
    findings = await counter.world.rows("SELECT difference FROM integrity_findings")
    assert [row["difference"] for row in findings] == ["登记的金额与签名原件不一致"]
    assert await counter.world.value("SELECT count(*) FROM messages WHERE topic LIKE 'integrity:%'") == 1


@DEPTHS
@pytest.mark.parametrize(
    "forgery",
    [
        "check_code = 'ffffff'",
        "issued_at = issued_at - interval '2 days'",
        "kind_code = '0602'",
        "color = 'blue', total = 1",
    ],
)
async def test_other_columns_do_not_decide_either(counter: Counter, depth: Depth, forgery: str) -> None:
    await counter.world.tamper(f"UPDATE bills SET {forgery}")
    result = await counter.verifier.by_face(counter.query(), address=ADDRESS, depth=depth)
    assert result.verdict is VerificationVerdict.GENUINE
    assert result.issued_at == counter.bill.issued_at
    assert "register.agrees" in {check.code for check in result.checks}


@DEPTHS
async def test_a_reversed_bill_stays_reversed(counter: Counter, depth: Depth) -> None:
    bill = counter.bill
    (outcome,) = await counter.world.desk.reverse(bill.unit_id, [reversal_of(bill)], acting=ACTING)
    await counter.world.tamper(
        "UPDATE bills SET state = 'normal', related_bill_id = NULL WHERE state = 'reversed'"
    )
    result = await counter.verifier.by_face(counter.query(), address=ADDRESS, depth=depth)
    assert (result.legal_state, result.related) == (LegalState.REVERSED, bill_of(outcome).identity)


@DEPTHS
async def test_another_digest_makes_nothing_genuine(counter: Counter, depth: Depth) -> None:
    """The holder's hash is that of the original; what the register says otherwise is told."""
    await counter.world.tamper("UPDATE bills SET xml_sm3 = decode(repeat('00', 32), 'hex')")
    bill = counter.bill
    link = await counter.verifier.by_link(bill.code, bill.number, bill.sm3, address=ADDRESS, depth=depth)
    assert link.verdict is VerificationVerdict.ALTERED
    assert {"register", "register.agrees"} <= {check.code for check in link.checks}
    none = await counter.verifier.by_link(bill.code, bill.number, "00" * 32, address=ADDRESS, depth=depth)
    assert none.verdict is VerificationVerdict.UNKNOWN


async def test_an_honest_register_says_nothing_of_it(counter: Counter) -> None:
    result = await counter.verifier.by_face(counter.query(), address=ADDRESS)
    assert "register.agrees" not in {check.code for check in result.checks}
    assert BillIdentity(counter.bill.code, counter.bill.number) == result.identity
