"""Invented bills and stand-in seals for the tests of layout."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from io import BytesIO

from msgspec.structs import replace
from PIL import Image, ImageDraw

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.layout.model import SealPictures
from mingpiao.sealing.model import AuxItem, Face, FaceItem, InvoicingParty, PayerParty, SealMark

ISSUED_AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=SHANGHAI)
_MARK = SealMark(seal_id="15000000000001", name="演示专用章", hash="ab" * 32)

_FEES = (
    ("西药费", "3", "盒", "128.40"),
    ("中成药费", "2", "盒", "66.00"),
    ("检查费", "1", "次", "240.00"),
    ("化验费", "4", "项", "312.50"),
    ("治疗费", "2", "次", "88.00"),
    ("挂号费", "1", "次", "1.00"),
    ("诊察费", "1", "次", "12.00"),
    ("卫生材料费", "6", "件", "45.36"),
    ("护理费", "1", "日", "25.00"),
    ("床位费", "1", "日", "60.00"),
)


def medical_items(count: int) -> tuple[FaceItem, ...]:
    """Lines of a medical bill, the same fees over and over."""
    return tuple(
        FaceItem(
            code=f"0601{index:02d}",
            name=_FEES[index % len(_FEES)][0],
            quantity=Decimal(_FEES[index % len(_FEES)][1]),
            unit=_FEES[index % len(_FEES)][2],
            amount=Decimal(_FEES[index % len(_FEES)][3]),
            remark="甲类" if index % 3 == 0 else "",
        )
        for index in range(count)
    )


def aux_items(count: int) -> tuple[AuxItem, ...]:
    """Lines of a detailed list."""
    return tuple(
        AuxItem(
            related_code="060100",
            related_name="西药费",
            code=f"XJ01{index:04d}",
            name=f"阿莫西林胶囊（0.25g×{index + 10}粒）",
            quantity=Decimal(2),
            unit="盒",
            standard="12.35",
            amount=Decimal("24.70"),
            remark="医保甲类",
        )
        for index in range(count)
    )


def outpatient(*, items: int = 6, lines: int = 0, payer: str = "演示患者甲") -> Face:
    """An outpatient bill with its split of payments."""
    fees = medical_items(items)
    total = sum((fee.amount for fee in fees), Decimal(0))
    return Face(
        name="内蒙古自治区医疗门诊收费票据（电子）",
        code="15060125",
        number="0000012345",
        check_code="c748a8",
        specimen_code="1506012501",
        region_code="150100",
        total=total,
        issued_at=ISSUED_AT,
        invoicing=InvoicingParty(code="121501004600000001", name="演示市第一人民医院"),
        payer=PayerParty(type="1", code="", name=payer),
        pay_mode="微信支付",
        business_no="MZ202611210000123",
        handler="演示收费员",
        checker="演示复核员",
        extension={
            "BusinessNumber": "MZ202611210000123",
            "PatientNumber": "2026112100088",
            "MedicalDate": "20261121",
            "OrgType": "公立综合医院",
            "Gender": "女",
            "MedicalInsuranceType": "职工基本医疗保险",
            "MedicalInsuranceID": "150100199001010000",
            "FundPayAmount": "420.00",
            "OtherPayAmount": "0.00",
            "AccountPayAmount": "200.00",
            "OwnPayAmount": f"{total - 620:.2f}",
            "SelfpaymentAmount": "180.00",
            "SelfpaymentCost": "35.90",
        },
        unit_seal=_MARK,
        supervisor_seal=_MARK,
        items=fees,
        aux_items=aux_items(lines),
    )


def general(
    *, name: str = "城镇垃圾处理费", payer: str = "演示物业服务有限公司", remark: str = "2026 年第四季度"
) -> Face:
    """A non-tax bill of two items."""
    return Face(
        name="内蒙古自治区非税收入统一票据（电子）",
        code="15010125",
        number="0000000007",
        check_code="0a1b2c",
        specimen_code="1501012501",
        region_code="150102",
        total=Decimal("3650.50"),
        issued_at=ISSUED_AT,
        invoicing=InvoicingParty(
            code="11150102011500000X",
            name="演示市城市管理局",
            receiving_name="演示市财政局",
            receiving_account="1500000000000001",
            receiving_bank="演示银行营业部",
        ),
        payer=PayerParty(type="2", code="91150100MA0N00001X", name=payer),
        pay_mode="转账",
        business_no="CG-2026-11-0001",
        remark=remark,
        handler="演示开票员",
        checker="演示复核员",
        extension={"PayCode": "15010226300000000001"},
        unit_seal=_MARK,
        supervisor_seal=_MARK,
        items=(
            FaceItem(
                code="103042701",
                name=name,
                quantity=Decimal("120.5"),
                unit="吨",
                standard="30",
                amount=Decimal("3615.00"),
                remark="按实际清运量",
            ),
            FaceItem(
                code="103042702",
                name="证照工本费",
                quantity=Decimal("1"),
                unit="本",
                standard="35.5",
                amount=Decimal("35.50"),
            ),
        ),
    )


#: Names with characters that the main font lacks: rare Han, and scripts of the country and its guests.
SCRIPTS = (
    "王䶮李𫞡张𡌒",
    "𫝊峪村Şahin Öz",
    "ᠪᠠᠲᠤ ᠪᠠᠶᠠᠷ",
    "김철수",
    "محمد علي",
    "བསོད་ནམས",
    "ꆈꌠ阿卡",
    "Жөнтаев",
)


def many_scripts() -> Face:
    """A non-tax bill whose payer, items and remark are written in many scripts."""
    plain = general(payer="、".join(SCRIPTS[:2]), remark=" ".join(SCRIPTS))
    items = tuple(replace(plain.items[0], name=name) for name in SCRIPTS)
    return replace(plain, items=items, total=sum((item.amount for item in items), Decimal(0)))


def red(blue: Face) -> Face:
    """The red bill that reverses a blue one."""
    items = tuple(replace(item, amount=-item.amount, quantity=-item.quantity) for item in blue.items)
    extension = {
        **blue.extension,
        "RelatedInvoiceCode": blue.code,
        "RelatedInvoiceNumber": blue.number,
    }
    return replace(blue, number="0000099999", total=-blue.total, items=items, extension=extension)


@cache
def stand_in_pictures() -> SealPictures:
    """Plain shapes in place of real seal pictures: a circle and an ellipse."""
    return SealPictures(unit=_ring(360, 360), supervisor=_ring(450, 300))


def _ring(width: int, height: int) -> bytes:
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((6, 6, width - 7, height - 7), outline=(214, 0, 15, 200), width=8)
    output = BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()
