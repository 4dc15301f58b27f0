"""The MOF XML: what is written, that it reads back as it was, and what is refused."""

import re
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.support.sealing import FACE, faces, texts

from mingpiao.kernel.errors import Refusal
from mingpiao.sealing import reading, xml
from mingpiao.sealing.model import AuxItem, Face, KeyInfo

INFO = KeyInfo(serial="0A1B", issuer='CN=演示,O=甲\\, "乙" & <丙>')
BLOCK = xml.SignatureBlock("20261121093015", "MAYCAQECAQE=", INFO)


def document(face: Face = FACE) -> bytes:
    return xml.assemble(xml.header_and_data(face), BLOCK, BLOCK)


GOOD = document()


def test_the_literal_text() -> None:
    aux = AuxItem(related_code="01000", name="阿莫西林", quantity=Decimal("2.00"), amount=Decimal("8.1"))
    face = msgspec.structs.replace(FACE, items=FACE.items[:1], aux_items=(aux,), total=Decimal("-123"))
    assert xml.header_and_data(face).decode() == (
        "<Header><EInvoiceTag>CZ-EI-15</EInvoiceTag><EInvoiceID>1000000000-62106051</EInvoiceID>"
        "<Version>1.1.0</Version></Header><EInvoiceData><Main>"
        "<EInvoiceName>内蒙古自治区医疗门诊收费票据（电子）</EInvoiceName>"
        "<EInvoiceCode>15060126</EInvoiceCode><EInvoiceNumber>0000000001</EInvoiceNumber>"
        "<RandomNumber>a1b2c3</RandomNumber><EInvoiceSpecimenCode>1506012601</EInvoiceSpecimenCode>"
        "<SupervisorAreaCode>150100</SupervisorAreaCode><TotalAmount>-123.00</TotalAmount>"
        "<IssueDate>20261121</IssueDate><IssueTime>09:30:15</IssueTime>"
        "<InvoicingParty><InvoicingPartyCode>12150000460000000A</InvoicingPartyCode>"
        "<InvoicingPartyName>演示第一医院</InvoicingPartyName><RecName>演示第一医院</RecName>"
        "<RecAcct>6222000011112222</RecAcct><RecOpBk>演示银行</RecOpBk></InvoicingParty>"
        "<PayerParty><PayerPartyType>1</PayerPartyType><PayerPartyCode>150102199001011234</PayerPartyCode>"
        "<PayerPartyName>张演示</PayerPartyName><PayerAcct></PayerAcct><PayerOpBk></PayerOpBk></PayerParty>"
        "<PayMode>微信</PayMode><BizCode>HIS20261121000001</BizCode><CurrencyType>CNY</CurrencyType>"
        "<ExchangeRate>1</ExchangeRate><Remark></Remark><HandlingPerson>李开票</HandlingPerson>"
        "<Checker>王复核</Checker><SupervisorRemark></SupervisorRemark>"
        "<MainExt><Gender>男</Gender><MedicalType>综合医院</MedicalType>"
        "<OwnPayAmount>12.00</OwnPayAmount></MainExt>"
        "<InvoicingPartySeal><SealId>15000000000001</SealId><SealName>财务专用章（演示）</SealName>"
        f"<SealHash>{'0' * 64}</SealHash></InvoicingPartySeal>"
        "<SupervisorPartySeal><SealId>15000000000001</SealId><SealName>财务专用章（演示）</SealName>"
        f"<SealHash>{'0' * 64}</SealHash></SupervisorPartySeal></Main>"
        "<Details><Item><ItemCode>01000</ItemCode><ItemName>西药费</ItemName>"
        "<ItemQuantity>1.5</ItemQuantity><ItemUnit>项</ItemUnit><ItemStd>16.40</ItemStd>"
        "<ItemAmount>24.60</ItemAmount><ItemRemark>甲</ItemRemark>"
        "<ItemExt><ItemDetailName></ItemDetailName></ItemExt></Item></Details>"
        "<AuxDetails><AuxItem><AuxItemRelatedCode>01000</AuxItemRelatedCode>"
        "<AuxItemRelatedName></AuxItemRelatedName><AuxItemCode></AuxItemCode>"
        "<AuxItemName>阿莫西林</AuxItemName><AuxItemQuantity>2</AuxItemQuantity>"
        "<AuxItemUnit></AuxItemUnit><AuxItemStd></AuxItemStd><AuxItemRemark></AuxItemRemark>"
        "<AuxItemAmount>8.10</AuxItemAmount></AuxItem></AuxDetails></EInvoiceData>"
    )


def test_the_document_around_the_text() -> None:
    block = (
        "<SignedInfo><Reference>/EInvoice/Header|/EInvoice/EInvoiceData</Reference>"
        "<SignatureAlgorithm>SM2</SignatureAlgorithm><SignatureFormat>DETACH</SignatureFormat></SignedInfo>"
        "<SignatureTime>20261121093015</SignatureTime><SignatureValue>MAYCAQECAQE=</SignatureValue>"
        "<KeyInfo><SerialNumber>0A1B</SerialNumber>"
        '<X509IssuerName>CN=演示,O=甲\\, "乙" &amp; &lt;丙&gt;</X509IssuerName></KeyInfo>'
    )
    assert GOOD.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><EInvoice>'
        + xml.header_and_data(FACE).decode()
        + f"<EInvoiceSignature><InvoicingPartySignature>{block}</InvoicingPartySignature>"
        f"<SupervisorPartySignature>{block}</SupervisorPartySignature></EInvoiceSignature></EInvoice>"
    )


@settings(max_examples=60, deadline=None)
@given(face=faces)
def test_any_face_reads_back_as_it_was(face: Face) -> None:
    sealed = document(face)
    read = reading.read_sealed(sealed)
    assert read.face == face
    assert read.text == xml.header_and_data(face) == reading.signed_text(sealed)
    assert read.unit.key_info == INFO
    assert etree.fromstring(sealed).findtext(".//EInvoiceName") == (face.name)


@settings(max_examples=60, deadline=None)
@given(name=texts, remark=texts)
def test_escaping_is_done_exactly_where_it_is_needed(name: str, remark: str) -> None:
    face = msgspec.structs.replace(FACE, name=name, remark=remark)
    data = xml.header_and_data(face)
    assert data == xml._write(xml._escaped(face)).encode()
    if not re.search("[<>&\r\n\t]", name + remark):
        assert data == xml._write(face).encode()


def test_counts_of_tags_are_right() -> None:
    aux = AuxItem(related_code="1", name="x", quantity=Decimal(1), amount=Decimal(1))
    for items, aux_items, extension in [(0, 0, {}), (3, 0, {"A": ""}), (1, 2, {"A": "", "B": ""})]:
        face = msgspec.structs.replace(
            FACE, items=FACE.items[:items], aux_items=(aux,) * aux_items, extension=extension
        )
        assert xml._needs_no_escape(xml._write(face).encode(), face)


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_cannot_carry_are_refused(bad: str) -> None:
    for face in (
        msgspec.structs.replace(FACE, remark=f"a{bad}"),
        msgspec.structs.replace(FACE, extension={"Gender": f"<{bad}"}),
        msgspec.structs.replace(FACE, items=(msgspec.structs.replace(FACE.items[0], name=bad),)),
    ):
        with pytest.raises(ValueError, match=r"."):
            xml.header_and_data(face)


@pytest.mark.parametrize("name", ["", "a b", "1a", "a>", "名", "a-b", "a:b"])
def test_names_that_are_no_element_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="MainExt"):
        xml.header_and_data(msgspec.structs.replace(FACE, extension={name: "x"}))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_numbers_that_are_not_finite_are_refused(number: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        xml.header_and_data(msgspec.structs.replace(FACE, total=Decimal(number)))
    item = msgspec.structs.replace(FACE.items[0], quantity=Decimal(number))
    with pytest.raises((ValueError, ArithmeticError)):
        xml.header_and_data(msgspec.structs.replace(FACE, items=(item,)))


def test_a_third_decimal_is_refused_and_not_rounded() -> None:
    with pytest.raises(ValueError, match="two places"):
        xml.header_and_data(msgspec.structs.replace(FACE, total=Decimal("1.005")))


def refused(sealed: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        reading.parse_sealed(sealed)
    assert refusal.value.problems[0].code == "sealing.xml_malformed"
    assert refusal.value.status == 400


HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = (
    HEAD + b'<!DOCTYPE EInvoice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + GOOD[len(HEAD) :]
).replace(b"<Remark></Remark>", b"<Remark>&b;</Remark>")
FILE_ENTITY = (
    HEAD + b'<!DOCTYPE EInvoice [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + GOOD[len(HEAD) :]
).replace(b"<Remark></Remark>", b"<Remark>&a;</Remark>")


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\x03\x04", id="a zip"),
        pytest.param(GOOD[:-1], id="cut short"),
        pytest.param(GOOD + b"\n", id="something after it"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="byte order mark"),
        pytest.param(GOOD.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(GOOD.replace("张".encode(), b"\xff"), id="broken UTF-8"),
        pytest.param(LAUGHS, id="entities"),
        pytest.param(FILE_ENTITY, id="outer entity"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b"<Remark>&x;</Remark>"), id="unknown entity"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b"<Remark><!--x--></Remark>"), id="comment"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b"<Remark><![CDATA[x]]></Remark>"), id="CDATA"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b"<Remark><?x y?></Remark>"), id="instruction"),
        pytest.param(GOOD.replace(b"<Remark>", b'<Remark a="b">'), id="attribute"),
        pytest.param(GOOD.replace(b"<Remark>", b'<Remark xmlns="urn:x">'), id="namespace"),
        pytest.param(GOOD.replace(b"<Remark>", b"<Remark >"), id="white space in a tag"),
        pytest.param(GOOD.replace(b"<Main>", b"<Main>\n"), id="white space between elements"),
        pytest.param(GOOD.replace(b"</Main>", b"</Main>x"), id="text between elements"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b""), id="element missing"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b"<Remark></Remark>" * 2), id="element twice"),
        pytest.param(GOOD.replace(b"<Remark></Remark>", b"<Remark><b>x</b></Remark>"), id="element in text"),
        pytest.param(GOOD.replace(b"<Gender>", b"<MedicalType>x</MedicalType><Gender>"), id="MainExt twice"),
        pytest.param(GOOD.replace(b"<Details>", b"<Details><Other></Other>"), id="strange item"),
        pytest.param(GOOD.replace(b"1.1.0", b"9.9.9"), id="other version"),
        pytest.param(GOOD.replace(b"CZ-EI-15", b"CZ-EI-16"), id="other province"),
        pytest.param(GOOD.replace(b"1000000000-6", b"2000000000-6"), id="other identity"),
        pytest.param(GOOD.replace(b">123.00<", b">123.0<"), id="one decimal"),
        pytest.param(GOOD.replace(b">123.00<", b">NaN<"), id="not a number"),
        pytest.param(GOOD.replace(b">123.00<", ">１２３.00<".encode()), id="full-width digits"),
        pytest.param(GOOD.replace(b">20261121<", b">20261321<"), id="thirteenth month"),
        pytest.param(GOOD.replace(b"09:30:15", b"25:30:15"), id="25 o'clock"),
        pytest.param(GOOD.replace(b">DETACH<", b">ATTACH<"), id="other signature format"),
        pytest.param(GOOD.replace(b">MAYC", b">MAY C"), id="base64 with a space"),
        pytest.param(GOOD.replace(b"AQE=<", b"AQF=<"), id="base64 with loose bits"),
        pytest.param(xml.PROLOGUE + b"<a>" * 100_000 + xml.EPILOGUE, id="deep"),
        pytest.param(GOOD.replace(b"<Main>", b"<Main>" + b"<a>" * 5000 + b"</a>" * 5000), id="deep inside"),
        pytest.param(xml.PROLOGUE + b" " * reading.MAX_BYTES + xml.EPILOGUE, id="large"),
    ],
)
def test_what_is_not_such_a_document_is_refused(sealed: bytes) -> None:
    refused(sealed)


@settings(max_examples=60, deadline=None)
@given(sealed=st.binary(max_size=200))
def test_any_bytes_are_merely_refused(sealed: bytes) -> None:
    refused(sealed)
    refused(xml.PROLOGUE + sealed + xml.EPILOGUE)


def test_two_signed_texts_are_refused() -> None:
    text = xml.header_and_data(FACE)
    refused(GOOD.replace(text, text + xml.SIGNATURES_OPEN + xml.EPILOGUE[:20] + text))


def test_200_items_fit() -> None:
    face = msgspec.structs.replace(FACE, items=FACE.items * 40)
    assert reading.parse_sealed(document(face)) == face
