"""A file against the register."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from tests.support.province import ACTING, MASTER
from tests.support.world import bill_of
from tests.verification.conftest import ADDRESS, PUZZLE_KEY, Counter, Files, new_documents
from tests.verification.tampering import (
    Parts,
    blank_pdf,
    commented,
    covered,
    edited,
    locked,
    packed,
    parts_of,
    tax_invoice,
    with_note,
    with_second_original,
)

from mingpiao.catalog.service import CatalogStore
from mingpiao.issuing.service import get_document
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.documents import Documents
from mingpiao.layout.service import FaceShelf
from mingpiao.portals.verification.advice import advice_for
from mingpiao.sealing.service import InlineSigner, PartyStore
from mingpiao.storage.files import FileStore
from mingpiao.verification.model import CheckState, LegalState, Means, VerificationResult, VerificationVerdict
from mingpiao.verification.service import Verifier

Change = Callable[[bytes], bytes]


def failed_checks(result: VerificationResult) -> set[str]:
    return {check.code for check in result.checks if check.state is CheckState.FAILED}


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


async def test_a_pdf_whose_page_was_covered_is_not_genuine(counter: Counter, files: Files) -> None:
    """The attachment is intact, the page shows another amount: not a word of genuine over it."""
    result = await counter.verifier.by_file(covered(files.pdf), address=ADDRESS)
    assert result.verdict is VerificationVerdict.FOREIGN_LOOK
    assert result.verdict.label == "版面不是平台生成的"
    assert failed_checks(result) == {"pdf.face"}
    assert result.identity == counter.bill.identity
    # The platform's own picture of the face stands beside.
    assert counter.bill.payer.name in result.picture
    assert result.picture.startswith("<svg ")


async def test_a_pdf_that_other_software_saved_again_looks_as_it_was_made(
    counter: Counter, files: Files
) -> None:
    with pikepdf.open(BytesIO(files.pdf)) as document:
        output = BytesIO()
        document.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    assert output.getvalue() != files.pdf
    for data in (output.getvalue(), files.pdf + b"\n", files.pdf):
        result = await counter.verifier.by_file(data, address=ADDRESS)
        assert (result.verdict, result.picture) == (VerificationVerdict.GENUINE, "")
        assert failed_checks(result) == set()


async def test_a_pdf_of_release_1_is_still_the_platforms(counter: Counter, files: Files) -> None:
    documents = new_documents(counter.world)
    async with counter.world.database.system() as connection:
        document = await get_document(connection, counter.bill.bill_id)
    former = await documents.pdf_of_release(document, 1)
    assert former != files.pdf
    result = await counter.verifier.by_file(former, address=ADDRESS)
    assert result.verdict is VerificationVerdict.GENUINE
    covered_result = await counter.verifier.by_file(covered(former), address=ADDRESS)
    assert covered_result.verdict is VerificationVerdict.FOREIGN_LOOK


async def test_a_pdf_handed_out_under_a_former_address_is_known(
    counter: Counter, files: Files, tmp_path: Path
) -> None:
    world = counter.world
    moved = Documents(
        CatalogStore(world.database, world.notices),
        FaceShelf(world.database),
        PartyStore(world.database, world.notices),
        InlineSigner(MASTER),
        FileStore.open(tmp_path.as_uri()),
        "http://moved.test",
        master_key=MASTER,
    )
    verifier = Verifier(world.database, world.notices, counter.catalog, moved, puzzle_key=PUZZLE_KEY)
    assert (await verifier.by_file(files.pdf, address=ADDRESS)).verdict is VerificationVerdict.GENUINE
    assert (
        await verifier.by_file(covered(files.pdf), address=ADDRESS)
    ).verdict is VerificationVerdict.FOREIGN_LOOK


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        (lambda pdf: pdf + b"PK\x03\x04 more", VerificationVerdict.FOREIGN_LOOK, "结尾之后夹带了"),
        (lambda pdf: b"From mail\n" + pdf, VerificationVerdict.CHANGED, "文件开头多出 10 字节"),
        (lambda pdf: locked(pdf), VerificationVerdict.CHANGED, "加密"),
        (lambda pdf: with_note(pdf), VerificationVerdict.FOREIGN_LOOK, "版面不是平台"),
    ],
    ids=["bytes after", "bytes before", "locked", "a note on the page"],
)
async def test_what_is_odd_about_a_pdf_is_told(
    counter: Counter, files: Files, change: Change, verdict: VerificationVerdict, said: str
) -> None:
    result = await counter.verifier.by_file(change(files.pdf), address=ADDRESS)
    assert result.verdict is verdict
    assert said in "；".join(check.detail for check in result.checks if check.state is CheckState.FAILED)


async def test_two_originals_in_a_pdf_are_told(counter: Counter, files: Files) -> None:
    twice = with_second_original(files.pdf, files.xml)
    result = await counter.verifier.by_file(twice, address=ADDRESS)
    assert result.verdict is VerificationVerdict.FOREIGN_LOOK
    assert "pdf.attachments" in failed_checks(result)
    with pytest.raises(Refusal) as refused:
        await counter.verifier.by_file(with_second_original(files.pdf, b"<EInvoice/>"), address=ADDRESS)
    assert "2 个同名的附件" in refused.value.problems[0].message


async def test_a_pdf_that_asks_for_a_password_says_so(counter: Counter, files: Files) -> None:
    with pytest.raises(Refusal) as refused:
        await counter.verifier.by_file(locked(files.pdf, user="secret"), address=ADDRESS)
    assert "已加密" in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        (
            lambda parts: parts | {".DS_Store": b"Bud1"},
            VerificationVerdict.CHANGED,
            "票面各页与签章时相同；后来加入的有 .DS_Store，不属于票面；印章完好",
        ),
        (
            lambda parts: edited(
                parts,
                "OFD.xml",
                b"</ofd:CreationDate>",
                b"</ofd:CreationDate><ofd:ModDate>2026-12-01</ofd:ModDate>",
            ),
            VerificationVerdict.CHANGED,
            "签章后被改写的有 OFD.xml（常见于阅读软件加注释、邮件程序改日期）；印章因此失效",
        ),
        (
            lambda parts: (
                edited(
                    parts,
                    "Doc_0/Document.xml",
                    b"</ofd:Document>",
                    b"<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>",
                )
                | {"Doc_0/Annots/Annotations.xml": b"<x/>"}
            ),
            VerificationVerdict.CHANGED,
            "Doc_0/Document.xml",
        ),
        (
            lambda parts: edited(parts, "Doc_0/Pages/Page_0/Content.xml", b"TextCode X", b"TextCode  X"),
            VerificationVerdict.FOREIGN_LOOK,
            "印章因此失效",
        ),
        (
            lambda parts: (
                edited(parts, "Doc_0/Document.xml", b"Pages/Page_0/Content.xml", b"Pages/Page_9/Content.xml")
                | {"Doc_0/Pages/Page_9/Content.xml": parts["Doc_0/Pages/Page_0/Content.xml"]}
            ),
            VerificationVerdict.FOREIGN_LOOK,
            "印章因此失效",
        ),
    ],
    ids=["litter", "another date", "an annotation", "another page", "a page beside"],
)
async def test_what_was_done_to_an_ofd_is_told_exactly(
    counter: Counter, files: Files, change: Callable[[Parts], Parts], verdict: VerificationVerdict, said: str
) -> None:
    result = await counter.verifier.by_file(packed(change(parts_of(files.ofd))), address=ADDRESS)
    assert (result.verdict, result.legal_state) == (verdict, LegalState.NORMAL)
    assert result.picture.startswith("<svg ")
    (told,) = [check.detail for check in result.checks if check.code == "ofd.changes"]
    assert said in told
    assert "怀疑伪造" not in " ".join(advice_for(result))


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda ofd: ofd + b"more", VerificationVerdict.FOREIGN_LOOK),
        (lambda ofd: b"more" + ofd, VerificationVerdict.FOREIGN_LOOK),
        (lambda ofd: commented(ofd), VerificationVerdict.CHANGED),
        (lambda ofd: packed(parts_of(ofd)), VerificationVerdict.GENUINE),
    ],
    ids=["bytes after", "bytes before", "a comment", "packed anew"],
)
async def test_bytes_around_an_ofd_are_no_part_of_it(
    counter: Counter, files: Files, change: Change, verdict: VerificationVerdict
) -> None:
    assert (await counter.verifier.by_file(change(files.ofd), address=ADDRESS)).verdict is verdict


async def test_a_zip_with_one_file_is_opened(counter: Counter, files: Files) -> None:
    for name, data in (("票据.ofd", files.ofd), ("bill.pdf", files.pdf), ("bill.xml", files.xml)):
        archive = packed({name: data, "__MACOSX/._x": b"litter", ".DS_Store": b"litter"})
        assert (
            await counter.verifier.by_file(archive, address=ADDRESS)
        ).verdict is VerificationVerdict.GENUINE


async def test_another_kind_of_file_hears_first_what_it_is(counter: Counter, files: Files) -> None:
    for case, data, said in (
        ("two files", packed({"a.ofd": files.ofd, "b.pdf": files.pdf}), "这是一个压缩包（ZIP）"),
        ("a text", packed({"readme.txt": b"x"}), "这是一个压缩包（ZIP）"),
        ("a document", packed({"word/document.xml": b"<x/>", "x.rels": b""}), "这是一个压缩包（ZIP）"),
        ("a tax invoice", tax_invoice("http://www.ofdspec.org/2016"), "这不是财政电子票据（OFD，税务发票"),
        ("an older namespace", tax_invoice("http://www.ofdspec.org"), "这不是财政电子票据（OFD，税务发票"),
        ("a comment", commented(tax_invoice("http://www.ofdspec.org/2016")), "这不是财政电子票据（OFD"),
        (
            "seals of version 1",
            tax_invoice("http://www.ofdspec.org/2016", signed=True),
            "这不是财政电子票据（OFD",
        ),
        ("a PDF", blank_pdf(), "这不是财政电子票据（PDF"),
        ("an XML", b"<?xml version='1.0'?><FaPiao><Je>1</Je></FaPiao>", "这不是财政电子票据（其他 XML"),
    ):
        with pytest.raises(Refusal) as refused:
            await counter.verifier.by_file(data, address=ADDRESS)
        problem = refused.value.problems[0]
        assert problem.status < 500, case
        assert problem.message.startswith(said), case
        assert "篡改" not in problem.message, case


async def test_nothing_is_stored_of_files_without_a_bill(counter: Counter) -> None:
    for data in (b"", b"PK", b"%PDF-", b"<"):
        with pytest.raises(Refusal):
            await counter.verifier.by_file(data, address=ADDRESS)
    assert await counter.checks() == {}


async def test_another_units_bill_is_genuine_too(counter: Counter) -> None:
    world = counter.world
    assert (
        await counter.verifier.by_face(counter.query(), address=ADDRESS)
    ).verdict is VerificationVerdict.GENUINE
    resident = world.province.charity
    outcome = (await world.desk.issue(resident.unit_id, [resident.request()], acting=ACTING))[0]
    async with world.database.system() as connection:
        xml = (await get_document(connection, bill_of(outcome).bill_id)).xml
    assert (await counter.verifier.by_file(xml, address=ADDRESS)).verdict is VerificationVerdict.GENUINE
