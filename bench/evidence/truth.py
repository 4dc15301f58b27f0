"""What a made specimen truly says, and the bill that is held against it."""

from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.evidence.model import BillFacts, Usage

CONTRACT, POLICY, DONATION, TRANSFER = "contract", "policy", "donation", "transfer"
TEXT, SCAN = "text", "scan"

#: Facts in which a bill may contradict its specimen, each the name of a claim.
CONTRADICTIONS = ("payer", "payee", "amount", "words", "date", "purpose", "usage")


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a specimen, amounts in 元; empty or None where the specimen says nothing.

    `parties` are (role, name) with role "payer" or "payee". What is `tolerated` stands on the specimen too
    but need not be found: other recipients of a notice, their amounts, numbers of contracts and receipts.
    `rotations` turns each page of the file upright, in degrees clockwise. `sealed` is None where it cannot
    be told, as on a grey scan.
    """

    kind: str
    parties: tuple[tuple[str, str], ...] = ()
    total: Decimal | None = None
    instalments: tuple[Decimal, ...] = ()
    words: Decimal | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    document_numbers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    purpose: str = ""
    sealed: bool | None = False
    rotations: tuple[int, ...] = ()
    tolerated_parties: tuple[str, ...] = ()
    tolerated_amounts: tuple[Decimal, ...] = ()
    tolerated_numbers: tuple[str, ...] = ()


class Wear(msgspec.Struct, frozen=True, kw_only=True):
    """How one scan differs from a clean picture; `skew` in degrees, `blur` in points, `noise` of 255."""

    dpi: int
    skew: float
    turn: int
    blur: float
    noise: float
    quality: int
    grey: bool
    specimen: int
    shade: float


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One specimen with its truth, its bill, and the one fact in which the bill contradicts it ("" for none).

    `wear` tells how a scan was spoilt.
    """

    name: str
    layout: str
    form: str
    media_type: str
    data: bytes
    truth: Truth
    bill: BillFacts
    usage: Usage
    contradiction: str
    wear: Wear | None = None
