"""A file against the register."""

import pytest
from tests.support.province import ACTING
from tests.support.world import bill_of
from tests.verification.conftest import ADDRESS, Counter, Files

from mingpiao.issuing.model import BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.kernel.errors import Refusal
from mingpiao.verification.model import CheckState, LegalState, Means, VerificationVerdict
from mingpiao.verification.service import Verifier


async def test_all_three_forms_are_genuine_and_counted(counter: Counter, files: Files) -> None:
    for place, data in enumerate((files.xml, files.ofd, files.pdf), start=1):
        result = await counter.verifier.by_file(data, address=ADDRESS)
        assert (result.verdict, result.means) == (VerificationVerdict.GENUINE, Means.FILE)
        assert (result.legal_state, result.times_checked) == (LegalState.NORMAL, place)
        assert result.identity == counter.bill.identity
        assert all(seal.valid for seal in result.seals)


async def test_altered_bytes_under_a_registered_number_are_altered(counter: Counter, files: Files) -> None:
    altered = files.xml.replace(counter.bill.payer.name.encode(), "顶替者".encode())
    result = await counter.verifier.by_file(altered, address=ADDRESS)
    assert result.verdict is VerificationVerdict.ALTERED
    assert (result.legal_state, result.total, result.times_checked) == (None, None, 0)
    failed = {check.code for check in result.checks if check.state is CheckState.FAILED}
    assert failed == {"register", "unit.signature", "supervisor.signature"}
    assert await counter.checks() == {}
    assert [subject.partition(":")[0] for subject in await counter.failures()] == ["files"]


async def test_another_number_is_unknown(counter: Counter, files: Files) -> None:
    number = counter.bill.number
    other = f"{int(number) + 1:010d}"
    forged = files.xml.replace(number.encode(), other.encode()).replace(
        number[::-1].encode(), other[::-1].encode()
    )
    result = await counter.verifier.by_file(forged, address=ADDRESS)
    assert (result.verdict, result.times_checked) == (VerificationVerdict.UNKNOWN, 0)


async def test_files_tell_on_whoever_holds_them_even_after_many_wrong_guesses(
    counter: Counter, files: Files
) -> None:
    for place in range(31):
        query = counter.query(check_code=f"{place:06x}")
        try:
            await counter.verifier.by_face(query, address=ADDRESS)
        except Refusal:
            continue
    assert (await counter.verifier.by_file(files.xml, address=ADDRESS)).verdict is VerificationVerdict.GENUINE


async def test_a_pdf_is_compared_with_the_one_that_the_platform_makes(counter: Counter, files: Files) -> None:
    async def made(document: BillDocument) -> bytes:
        assert document.bill.bill_id == counter.bill.bill_id
        return files.pdf

    office = counter.world
    verifier = Verifier(office.database, office.notices, counter.catalog, make_pdf=made)
    for data, state in ((files.pdf, CheckState.PASSED), (files.pdf + b"\n", CheckState.NOTICE)):
        result = await verifier.by_file(data, address=ADDRESS)
        assert result.verdict is VerificationVerdict.GENUINE
        assert [check.state for check in result.checks if check.code == "pdf.face"] == [state]


async def test_nothing_is_stored_of_files_without_a_bill(counter: Counter) -> None:
    for data in (b"", b"PK", b"%PDF-", b"<"):
        with pytest.raises(Refusal):
            await counter.verifier.by_file(data, address=ADDRESS)
    assert await counter.checks() == {}


async def test_another_units_bill_is_genuine_too(counter: Counter) -> None:
    office = counter.world
    assert (
        await counter.verifier.by_face(counter.query(), address=ADDRESS)
    ).verdict is VerificationVerdict.GENUINE
    resident = office.province.charity
    outcome = (await office.desk.issue(resident.unit_id, [resident.request()], acting=ACTING))[0]
    async with office.database.system() as connection:
        xml = (await get_document(connection, bill_of(outcome).bill_id)).xml
    assert (await counter.verifier.by_file(xml, address=ADDRESS)).verdict is VerificationVerdict.GENUINE
