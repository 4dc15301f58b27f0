"""Bills that the platform makes up to try a face with: an ordinary one, and the longest that may be issued."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from mingpiao.catalog.model import BillKind, ExtensionField, ExtensionType
from mingpiao.kernel.clock import now
from mingpiao.sealing.model import AuxItem, Face, FaceItem, InvoicingParty, PayerParty, SealMark

_MARK = SealMark(seal_id="00000000000000", name="样张专用章", hash="0" * 64)
_CODE = "91150100MA0N00001X"
#: The longest texts that a request may have: issuing/checks.py.
_ANY, _REMARK, _PERSON = 100, 200, 30

_ORDINARY: Mapping[ExtensionType, str] = {
    ExtensionType.TEXT: "演示内容",
    ExtensionType.DATE: "20260131",
    ExtensionType.MONEY: "1234.50",
    ExtensionType.NUMBER: "12",
    ExtensionType.YEAR: "2026",
}
_LONGEST: Mapping[ExtensionType, str] = {
    ExtensionType.DATE: "20260131",
    ExtensionType.MONEY: "9999999999.99",
    ExtensionType.NUMBER: "999999999999",
    ExtensionType.YEAR: "2026",
}


def sample_face(kind: BillKind, *, longest: bool = False) -> Face:
    """A made-up bill of a kind: of three items, or with every text at its longest and more than a page of
    items and list lines.
    """
    ordinary = _ordinary(kind)
    return _prolonged(ordinary, kind) if longest else ordinary


def _ordinary(kind: BillKind) -> Face:
    items = tuple(_item(place) for place in range(3))
    return Face(
        name=kind.name,
        code=f"15{kind.code}{kind.template_year % 100:02d}",
        number="0000012345",
        check_code="c748a8",
        specimen_code=f"15{kind.code}{kind.template_year % 100:02d}{kind.template_version}",
        region_code="150000",
        total=sum((item.amount for item in items), Decimal(0)),
        issued_at=now(),
        invoicing=InvoicingParty(code=_CODE, name="演示市第一人民医院"),
        payer=PayerParty(type="2", code=_CODE, name="演示物业服务有限公司"),
        pay_mode="转账",
        business_no="YZ202601310000123",
        handler="演示开票",
        checker="演示复核",
        extension={field.name: _ordinary_value(field) for field in kind.extension_fields},
        unit_seal=_MARK,
        supervisor_seal=_MARK,
        items=items,
    )


def _item(place: int) -> FaceItem:
    return FaceItem(
        code=f"10304270{place % 10}",
        name=f"演示收费项目{place + 1}",
        quantity=Decimal(1) * (place + 1),
        unit="次",
        standard="35.5",
        amount=Decimal("35.50") * (place + 1),
        remark="",
    )


def _ordinary_value(field: ExtensionField) -> str:
    if field.type is ExtensionType.CHOICE and field.choices:
        return field.choices[0]
    return _ORDINARY.get(field.type, "演示内容")[: field.max_length]


def _longest_value(field: ExtensionField) -> str:
    if field.type is ExtensionType.CHOICE and field.choices:
        return max(field.choices, key=len)
    return _LONGEST.get(field.type) or "长" * field.max_length


def _prolonged(face: Face, kind: BillKind) -> Face:
    amount = Decimal("99999999.99")
    items = tuple(
        FaceItem(
            code="1030427010203",
            name=f"演示名称很长的收费项目（第{place + 1}项）" + "内容" * (20 if place == 0 else 4),
            quantity=Decimal("99999.99"),
            unit="立方米",
            standard="99999999.99",
            amount=amount,
            remark="备" * 50 if place == 0 else "演示备注",
        )
        for place in range(24)
    )
    lines = tuple(
        AuxItem(
            related_code="1030427010203",
            related_name="演示收费项目",
            code=f"MX{place:08d}",
            name=f"演示清单明细（第{place + 1}行）",
            quantity=Decimal("99999.99"),
            unit="盒",
            standard="99999.99",
            amount=Decimal("99999.99"),
            remark="演示备注",
        )
        for place in range(36)
    )
    return msgspec.structs.replace(
        face,
        total=amount * len(items),
        payer=PayerParty(type="2", code=_CODE, name="缴" * _ANY, account="1" * 40, bank="行" * 60),
        invoicing=InvoicingParty(
            code=_CODE,
            name="单" * 60,
            receiving_name="收" * 60,
            receiving_account="2" * 40,
            receiving_bank="行" * 60,
        ),
        pay_mode="付款方式演示",
        business_no="Y" * 50,
        remark="备" * _REMARK,
        supervisor_remark="监" * _ANY,
        handler="开" * _PERSON,
        checker="复" * _PERSON,
        extension={field.name: _longest_value(field) for field in kind.extension_fields},
        items=items,
        aux_items=lines,
    )
