"""演练: bills of a training site say so wherever they are shown or checked, on that site and on a real one."""

from io import BytesIO, StringIO
from pathlib import Path

import msgspec
import pikepdf
import pytest
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.support.province import ACTING
from tests.support.world import World, a_world, open_world
from tests.verification.conftest import ADDRESS, query_of
from tests.verification.tampering import parts_of

from mingpiao.crypto.x509 import read as read_certificate
from mingpiao.demo.seals import stand_up_authority
from mingpiao.founding.service import begin_training
from mingpiao.issuing.model import Bill, BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import TRAINING_PROVINCE, is_training_code
from mingpiao.kernel.errors import Refusal
from mingpiao.messages.service import tell_unit
from mingpiao.verification import file_check
from mingpiao.verification.inputs import read_face_query
from mingpiao.verification.model import LegalState, VerificationVerdict
from mingpiao.verification.service import CheckLine, export_certificates

site = a_world("training", training=True)

MARK = "演练票据 无效"


async def issued(site: World) -> tuple[Bill, BillDocument]:
    (bill,) = await site.issue(site.unit, site.unit.request())
    async with site.database.system() as connection:
        return bill, await get_document(connection, bill.bill_id)


async def test_codes_of_a_training_site_begin_with_99(site: World) -> None:
    bill, document = await issued(site)
    assert bill.code.startswith("99")
    assert is_training_code(bill.code)
    assert b"<EInvoiceTag>CZ-EI-99</EInvoiceTag>" in document.xml
    assert b"<SupervisorAreaCode>99" in document.xml
    assert not is_training_code("15060126")


async def test_every_form_of_a_bill_is_marked_on_each_page(site: World) -> None:
    _, document = await issued(site)
    documents = site.services.documents
    pages = await documents.faces(document)
    assert pages.count("<svg ") >= 1
    assert pages.count(MARK) == 3 * pages.count("<svg ")
    assert pages.count("（演练，无效） 第 1 页") == 1
    parts = parts_of(await documents.ofd(document))
    contents = [data.decode() for name, data in parts.items() if name.endswith("Content.xml")]
    assert [content.count(MARK) for content in contents] == [3] * len(contents)
    assert "（演练，无效）</ofd:Title>" in parts["OFD.xml"].decode()
    with pikepdf.open(BytesIO(await documents.pdf(document))) as pdf:
        assert str(pdf.docinfo.Title).endswith("（演练，无效）")


async def test_a_real_bill_has_no_such_mark(world: World) -> None:
    _, document = await issued(world)
    assert "演练" not in await world.services.documents.faces(document)


async def test_the_training_site_knows_its_own_bills_and_calls_none_genuine(site: World) -> None:
    bill, document = await issued(site)
    by_face = await site.verifier.by_face(query_of(bill), address=ADDRESS, drawn=True)
    assert by_face.verdict is VerificationVerdict.TRAINING
    assert by_face.verdict.label == "演练票据，不是真票"
    assert (by_face.legal_state, by_face.times_checked) == (LegalState.NORMAL, 1)
    assert MARK in by_face.picture
    by_link = await site.verifier.by_link(bill.code, bill.number, bill.sm3, address=ADDRESS)
    assert by_link.verdict is VerificationVerdict.TRAINING
    for data in (document.xml, await site.services.documents.ofd(document)):
        result = await site.verifier.by_file(data, address=ADDRESS)
        assert result.verdict is VerificationVerdict.TRAINING
        assert result.legal_state is LegalState.NORMAL
    altered = document.xml.replace(b"<HandlingPerson>", b"<HandlingPerson>A")
    assert (await site.verifier.by_file(altered, address=ADDRESS)).verdict is VerificationVerdict.ALTERED
    wrong = msgspec.structs.replace(
        query_of(bill), check_code="000000" if bill.check_code != "000000" else "1"
    )
    assert (await site.verifier.by_face(wrong, address=ADDRESS)).verdict is VerificationVerdict.UNKNOWN


async def test_a_real_site_says_what_such_a_bill_is_and_counts_nothing(site: World, world: World) -> None:
    bill, document = await issued(site)
    real = world.verifier
    by_face = await real.by_face(query_of(bill), address=ADDRESS, drawn=True)
    by_link = await real.by_link(bill.code, bill.number, bill.sm3, address=ADDRESS, drawn=True)
    assert [each.verdict for each in (by_face, by_link)] == [VerificationVerdict.TRAINING] * 2
    assert [(each.legal_state, each.total, each.picture) for each in (by_face, by_link)] == [
        (None, None, "")
    ] * 2
    for data in (document.xml, await site.services.documents.ofd(document)):
        by_file = await real.by_file(data, address=ADDRESS, drawn=True)
        assert (by_file.verdict, by_file.legal_state) == (VerificationVerdict.TRAINING, None)
        assert not all(seal.valid for seal in by_file.seals)
    lines = [CheckLine(name="甲", code=bill.code, number=bill.number, query=query_of(bill))]
    answers = [each async for each in real.by_many(lines, address=ADDRESS)]
    assert [each.result.verdict for each in answers if each.result] == [VerificationVerdict.TRAINING]
    # What is counted are the two files, as of any address.
    counted = await world.rows("SELECT subject, failures FROM verification_failures")
    assert [(row["subject"].split(":")[0], row["failures"]) for row in counted] == [("files", 2)]
    with pytest.raises(Refusal) as refused:
        await real.document(bill.code, bill.number, bill.sm3, address=ADDRESS)
    assert refused.value.status == 404


async def test_the_training_site_does_not_know_real_bills(site: World, world: World) -> None:
    bill, _ = await issued(world)
    result = await site.verifier.by_face(query_of(bill), address=ADDRESS)
    assert result.verdict is VerificationVerdict.UNKNOWN


async def test_pages_of_both_sites_say_it(site: World, world: World) -> None:
    bill, _ = await issued(site)
    typed = {
        "code": bill.code,
        "number": bill.number,
        "check_code": bill.check_code,
        "issued_on": f"{query_of(bill).issued_on}",
        "amount": str(bill.total),
    }
    assert read_face_query(**typed) == query_of(bill)
    for each, banners in ((site, 1), (world, 0)):
        answer = await each.stranger().post("/verify", typed)
        assert answer.status_code == 200
        assert '<h1 id="verdict">查验结果：演练票据，不是真票</h1>' in answer.text
        assert answer.text.count("演练环境，票据无效。") == banners
        public = await each.stranger().get(
            "/api/public/verify", code=bill.code, number=bill.number, sm3=bill.sm3, depth="simple"
        )
        said = public.json()
        assert (said["verdict"], said["verdict_name"]) == ("training", "演练票据，不是真票")
        assert said.get("finance_check", {}).get("Result") == ("伪" if banners else None)


async def test_offline_it_is_no_genuine_bill_even_with_the_training_sites_certificates(
    site: World, tmp_path: Path
) -> None:
    _, document = await issued(site)
    trust = tmp_path / "certificates"
    async with site.database.system() as connection:
        await export_certificates(connection, trust, "http://site.test")
    file = tmp_path / "bill.xml"
    file.write_bytes(document.xml)
    said = StringIO()
    assert file_check.main([file], trust, console=Console(file=said, width=200)) == 1
    assert "演练票据，不是真票" in said.getvalue()
    assert "签名真实" not in said.getvalue()


# -- the two kinds of sites never open each other's database ---------------------------------------

empty = a_world("migrated")
drill = a_world("migrated")


async def test_a_real_process_refuses_a_training_database_and_the_reverse(
    site: World, world: World, tmp_path: Path
) -> None:
    for each, training in ((site, False), (world, True)):
        with pytest.raises(Refusal) as refused:
            async with open_world(each.url, tmp_path, training=training):
                pass
        assert [problem.code for problem in refused.value.problems] == ["training.mixed"]


async def test_the_database_itself_keeps_the_two_apart(empty: World, drill: World, world: World) -> None:
    region = text("INSERT INTO regions (code, name, parent, level) VALUES (:code, '某', '', 'province')")
    with pytest.raises(IntegrityError, match="regions of code 99"):
        async with empty.database.system() as connection:
            await connection.execute(region, {"code": TRAINING_PROVINCE})
    async with drill.database.system() as connection:
        await begin_training(connection, acting=ACTING)
    with pytest.raises(IntegrityError, match="regions of code 99"):
        async with drill.database.system() as connection:
            await connection.execute(region, {"code": "150000"})
    with pytest.raises(IntegrityError, match="base data are here already"):
        async with world.database.system() as connection:
            await begin_training(connection, acting=ACTING)
    for change in ("DELETE FROM trainings", "UPDATE trainings SET begun_at = now()"):
        with pytest.raises(Exception, match="trainings"):
            async with drill.database.system() as connection:
                await connection.execute(text(change))


async def test_certificates_and_messages_are_named_for_training(site: World, drill: World) -> None:
    async with drill.database.system() as connection:
        authority = await stand_up_authority(
            connection, site.services.settings.master_key(), now(), TRAINING_PROVINCE
        )
    assert "明票演练根证书" in read_certificate(authority.root.certificate).subject
    async with site.database.system() as connection:
        await tell_unit(connection, site.unit.unit_id, "test:1", "证书到期", "请更新。")
    assert await site.value("SELECT title FROM messages WHERE topic = 'test:1'") == "【演练】证书到期"
