"""A small world for tests of sealing: one authority, one unit, one department, and faces of bills."""

import functools
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from hypothesis import strategies as st

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.sealing.model import (
    AuxItem,
    Face,
    FaceItem,
    InvoicingParty,
    PayerParty,
    SealImage,
    SealingParty,
    SealMark,
    SealTask,
)
from mingpiao.sealing.service import Authority, TrustStore, make_demonstration_authority, make_sealing_key

ISSUED_AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=SHANGHAI)
PICTURE = SealImage(format="png", data=b"\x89PNG\r\n\x1a\n picture", width_mm=40, height_mm=40)


class World(msgspec.Struct, frozen=True):
    """Who seals in a test, and whom a check trusts."""

    master: MasterKey
    authority: Authority
    unit: SealingParty
    supervisor: SealingParty
    trust: TrustStore

    def task(self, number: int = 1, **changes: object) -> SealTask:
        """A bill of five items with a number of its own, to be sealed by the two parties."""
        face = msgspec.structs.replace(
            FACE,
            number=f"{number:010d}",
            unit_seal=self.unit.mark,
            supervisor_seal=self.supervisor.mark,
            **changes,
        )
        return SealTask(face=face, unit=self.unit, supervisor=self.supervisor)


@functools.cache
def world() -> World:
    """The world of this test process; its keys are made at the first call."""
    master = MasterKey.generate()
    at = ISSUED_AT - timedelta(days=30)
    authority = make_demonstration_authority(master, at, "内蒙古自治区")
    unit = make_party(master, authority, 1, "演示第一医院", "财务专用章（演示）")
    supervisor = make_party(master, authority, 2, "演示财政厅", "财政票据监制章（演示）")
    trust = TrustStore([authority.root.certificate], [unit.certificate, supervisor.certificate])
    return World(master, authority, unit, supervisor, trust)


def make_party(
    master: MasterKey, authority: Authority, key_id: int, owner: str, seal_name: str
) -> SealingParty:
    """A party with a key, a certificate and a seal, valid from thirty days before `ISSUED_AT`."""
    return make_sealing_key(
        master,
        authority,
        owner_name=owner,
        province="内蒙古自治区",
        seal_id=f"1500000000000{key_id}",
        seal_name=seal_name,
        image=PICTURE,
        at=ISSUED_AT - timedelta(days=30),
    ).party(key_id)


_MARK = SealMark(seal_id="15000000000001", name="财务专用章（演示）", hash="0" * 64)

FACE = Face(
    name="内蒙古自治区医疗门诊收费票据（电子）",
    code="15060126",
    number="0000000001",
    check_code="a1b2c3",
    specimen_code="1506012601",
    region_code="150100",
    total=Decimal("123.00"),
    issued_at=ISSUED_AT,
    invoicing=InvoicingParty(
        code="12150000460000000A",
        name="演示第一医院",
        receiving_name="演示第一医院",
        receiving_account="6222000011112222",
        receiving_bank="演示银行",
    ),
    payer=PayerParty(type="1", code="150102199001011234", name="张演示"),
    pay_mode="微信",
    business_no="HIS20261121000001",
    handler="李开票",
    checker="王复核",
    extension={"Gender": "男", "MedicalType": "综合医院", "OwnPayAmount": "12.00"},
    unit_seal=_MARK,
    supervisor_seal=_MARK,
    items=tuple(
        FaceItem(
            code=f"0100{place}",
            name="西药费",
            quantity=Decimal("1.5"),
            unit="项",
            standard="16.40",
            amount=Decimal("24.60"),
            remark="甲",
        )
        for place in range(5)
    ),
)

#: Any text that XML can carry, markup included.
texts = st.text(
    st.characters(
        codec="utf-8",
        exclude_characters="".join(map(chr, [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])),
    )
    | st.sampled_from('<>&"\r\n\t'),
    max_size=12,
)
_amounts = st.decimals(-(10**12), 10**12, places=2)
_quantities = st.decimals(-(10**9), 10**9, places=6)
_moments = st.integers(946_656_000, 4_102_416_000).map(
    lambda second: datetime.fromtimestamp(second, SHANGHAI)
)

_items = st.builds(
    FaceItem,
    code=texts,
    name=texts,
    quantity=_quantities,
    unit=texts,
    standard=texts,
    amount=_amounts,
    remark=texts,
    detail_name=texts,
)
_aux_items = st.builds(
    AuxItem,
    related_code=texts,
    related_name=texts,
    code=texts,
    name=texts,
    quantity=_quantities,
    unit=texts,
    standard=texts,
    amount=_amounts,
    remark=texts,
)
_marks = st.builds(SealMark, seal_id=texts, name=texts, hash=texts)

#: Any face that can be written.
faces = st.builds(
    Face,
    name=texts,
    code=st.from_regex(r"[0-9]{8}", fullmatch=True),
    number=st.from_regex(r"[0-9]{10}", fullmatch=True),
    check_code=texts,
    specimen_code=texts,
    region_code=st.from_regex(r"[0-9]{6}", fullmatch=True),
    total=_amounts,
    issued_at=_moments,
    invoicing=st.builds(
        InvoicingParty,
        code=texts,
        name=texts,
        receiving_name=texts,
        receiving_account=texts,
        receiving_bank=texts,
    ),
    payer=st.builds(
        PayerParty, type=st.sampled_from("12"), code=texts, name=texts, account=texts, bank=texts
    ),
    pay_mode=texts,
    business_no=texts,
    currency=texts,
    exchange_rate=texts,
    remark=texts,
    handler=texts,
    checker=texts,
    supervisor_remark=texts,
    extension=st.dictionaries(
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True), texts, max_size=3
    ),
    unit_seal=_marks,
    supervisor_seal=_marks,
    items=st.lists(_items, max_size=3).map(tuple),
    aux_items=st.lists(_aux_items, max_size=2).map(tuple),
)
