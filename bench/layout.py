"""How many faces a second one core writes, from the sealed XML to the finished file, everything included.

Counted in processor time of this process, so that a busy machine gives the same figure.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.layout.model import SealPictures, StampRequest
from mingpiao.layout.service import load_templates, picture_of_seals, render_ofd, render_pdf
from mingpiao.letters.service import FONT_PATH
from mingpiao.sealing.model import (
    Face,
    FaceItem,
    InvoicingParty,
    PayerParty,
    SealedXml,
    SealImage,
    SealingParty,
    SealTask,
    StampTask,
)
from mingpiao.sealing.pictures import draw_supervisor_seal, draw_unit_seal
from mingpiao.sealing.service import InlineSigner, make_demonstration_authority, make_sealing_key

_AT = datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)
_BASE = "https://bill.example.gov.cn"
_FEES = ("西药费", "中成药费", "检查费", "化验费", "治疗费", "挂号费", "诊察费", "卫生材料费")
_BILLS = 200
#: Bills written before the clock runs: by then the QR symbols' bits are learnt and the caches are warm.
_WARM_UP = 150


class _Desk:
    """Two sealing parties, and outpatient bills that they sealed."""

    def __init__(self) -> None:
        master = MasterKey.generate()
        self.signer = InlineSigner(master)
        authority = make_demonstration_authority(master, _AT)

        def party(key_id: int, name: str, image: SealImage) -> SealingParty:
            return make_sealing_key(
                master,
                authority,
                owner_name=name,
                province="内蒙古自治区",
                seal_id=f"15{key_id:012d}",
                seal_name=name,
                image=image,
                at=_AT,
            ).party(key_id)

        self.unit = party(1, "演示市第一人民医院", draw_unit_seal("演示市第一人民医院", FONT_PATH))
        self.supervisor = party(2, "演示市财政局", draw_supervisor_seal("内蒙古自治区", FONT_PATH))
        tasks = [
            SealTask(face=self.face(number), unit=self.unit, supervisor=self.supervisor)
            for number in range(_BILLS)
        ]
        outcomes = asyncio.run(self.signer.seal(tasks))
        self.bills = [outcome.xml for outcome in outcomes if isinstance(outcome, SealedXml)]

    def face(self, number: int) -> Face:
        items = tuple(
            FaceItem(
                code=f"0601{index:02d}",
                name=name,
                quantity=Decimal(index + 1),
                unit="次",
                amount=Decimal(number * 7 + index * 1301) / 100,
            )
            for index, name in enumerate(_FEES)
        )
        total = sum((item.amount for item in items), Decimal(0))
        return Face(
            name="内蒙古自治区医疗门诊收费票据（电子）",
            code="15060125",
            number=f"{number:010d}",
            check_code=f"{number:06x}",
            specimen_code="1506012501",
            region_code="150100",
            total=total,
            issued_at=_AT,
            invoicing=InvoicingParty(code="12150100460000000X", name="演示市第一人民医院"),
            payer=PayerParty(type="1", name=f"演示患者{chr(0x4E00 + number)}"),
            business_no=f"MZ{number:012d}",
            handler="演示收费员",
            checker="演示复核员",
            extension={
                "PatientNumber": f"{number:013d}",
                "MedicalDate": "20261121",
                "OrgType": "公立综合医院",
                "Gender": "女",
                "MedicalInsuranceType": "职工基本医疗保险",
                "FundPayAmount": "0.00",
                "OwnPayAmount": f"{total:.2f}",
            },
            unit_seal=self.unit.mark,
            supervisor_seal=self.supervisor.mark,
            items=items,
        )

    def stamp(self, request: StampRequest) -> bytes:
        party = self.unit if request.party == "unit" else self.supervisor
        task = StampTask(signature_xml=request.signature_xml, path=request.path, party=party, at=request.at)
        return self.signer.stamp_one(task)

    def pictures(self) -> SealPictures:
        return picture_of_seals(self.unit.seal, self.supervisor.seal)


@cache
def _desk() -> _Desk:
    return _Desk()


def ofd_per_second(seconds: float = 3.0) -> float:
    """Sealed OFD files a second of one core: parse, compose, subset the font, two SM2 seals, zip."""
    desk = _desk()
    template = load_templates()["outpatient"]
    return _rate(lambda xml: render_ofd(xml, template, desk.stamp, check_base=_BASE), seconds)


def pdf_per_second(seconds: float = 3.0) -> float:
    """PDF files a second of one core."""
    pictures = _desk().pictures()
    template = load_templates()["outpatient"]
    return _rate(lambda xml: render_pdf(xml, template, pictures, check_base=_BASE), seconds)


def _rate(render: Callable[[bytes], bytes], seconds: float) -> float:
    bills = _desk().bills
    for xml in bills[:_WARM_UP]:
        render(xml)
    done = 0
    start = time.process_time()
    while time.process_time() - start < seconds:
        render(bills[done % len(bills)])
        done += 1
    return done / (time.process_time() - start)


if __name__ == "__main__":
    print(f"ofd_per_s {ofd_per_second():.0f}")
    print(f"pdf_per_s {pdf_per_second():.0f}")
