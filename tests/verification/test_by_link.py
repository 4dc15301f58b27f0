"""The address in the QR symbol: the document's hash proves that the asker holds the bill."""

import pytest
from tests.verification.conftest import ADDRESS, Counter, new_verifier

from mingpiao.kernel.errors import Refusal
from mingpiao.verification.model import Means, VerificationVerdict
from mingpiao.verification.service import VerificationLimits, read_link


async def test_the_right_hash_shows_the_bill(counter: Counter) -> None:
    bill = counter.bill
    result = await counter.verifier.by_link(bill.code, bill.number, bill.sm3, address=ADDRESS)
    assert (result.verdict, result.means, result.times_checked) == (
        VerificationVerdict.GENUINE,
        Means.LINK,
        1,
    )
    assert result.face is not None
    assert result.face.check_code == bill.check_code


async def test_a_wrong_hash_tells_nothing_and_counts_against_nothing(counter: Counter) -> None:
    bill = counter.bill
    result = await counter.verifier.by_link(bill.code, bill.number, "0" * 64, address=ADDRESS)
    assert (result.verdict, result.identity, result.face) == (VerificationVerdict.UNKNOWN, None, None)
    assert await counter.failures() == {}


async def test_guesses_at_a_check_code_do_not_shut_the_bill_for_who_holds_it(counter: Counter) -> None:
    """Neither guesses from elsewhere nor all that came from the holder's own address."""
    verifier = new_verifier(counter.world, VerificationLimits(wrong_per_bill=1, wrong_per_address=1))
    await verifier.by_face(counter.query(check_code="000000"), address=ADDRESS)
    for _ in range(40):
        await verifier.by_link(counter.bill.code, counter.bill.number, "0" * 64, address=ADDRESS)
    with pytest.raises(Refusal):
        await verifier.by_face(counter.query(), address=ADDRESS)
    bill = counter.bill
    result = await verifier.by_link(bill.code, bill.number, bill.sm3, address=ADDRESS)
    assert result.verdict is VerificationVerdict.GENUINE


async def test_what_is_no_hash_is_refused(counter: Counter) -> None:
    for sm3 in ("", "0" * 63, "0" * 65, "g" * 64, "０" * 64, "0 " * 32):
        with pytest.raises(Refusal) as refused:
            await counter.verifier.by_link(counter.bill.code, counter.bill.number, sm3, address=ADDRESS)
        assert refused.value.problems[0].code == "verification.link_malformed"
    assert await counter.failures() == {}


async def test_a_preview_is_no_check(counter: Counter) -> None:
    bill = counter.bill
    for counts, times in ((False, 0), (True, 1), (False, 1), (True, 2)):
        result = await counter.verifier.by_link(
            bill.code, bill.number, bill.sm3, address=ADDRESS, counts=counts
        )
        assert (result.verdict, result.times_checked) == (VerificationVerdict.GENUINE, times)
    assert await counter.checks() == {bill.bill_id: 2}


@pytest.mark.parametrize(
    "query",
    [
        {"c": "15060125", "n": "0000000001", "h": "ab" * 32},
        {"c": "15060125", "amp;n": "0000000001", "amp;h": "ab" * 32},
        {"c": " 15060125", "n": "0000000001\u3000", "h": "ab" * 32 + "。"},
        {"c": "１５０６０１２５", "n": "0000000001", "h": "ab" * 32 + "）。 "},
    ],
)
def test_what_copying_does_to_an_address_is_forgiven(query: dict[str, str]) -> None:
    assert read_link(query) == ("15060125", "0000000001", "ab" * 32)
