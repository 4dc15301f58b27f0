"""Values of verification: what is asked, and what a check of a bill finds."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import BillIdentity
from mingpiao.sealing.model import Face
from mingpiao.writeoff.model import BillStanding


class FaceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The five facts that name a bill to who holds it (standards §5). `amount` is in 元."""

    code: str
    number: str
    check_code: str
    issued_on: date
    amount: Decimal


class Means(StrEnum):
    """How a bill was presented."""

    FACE = "face"
    LINK = "link"
    FILE = "file"

    @property
    def label(self) -> str:
        return _MEANS_LABELS[self]


class VerificationVerdict(StrEnum):
    """The answer. Unknown says only that the register holds no bill like this one.

    Two say that the original within a file is genuine and the file around it is not as it was made:
    CHANGED that something was added or rewritten and the face still is the platform's, FOREIGN_LOOK that
    the face that one sees is not the platform's. TRAINING is a bill of a training site, which never counts.
    """

    GENUINE = "genuine"
    CHANGED = "changed"
    FOREIGN_LOOK = "foreign_look"
    ALTERED = "altered"
    UNKNOWN = "unknown"
    TRAINING = "training"

    @property
    def label(self) -> str:
        return _VERDICT_LABELS[self]


class LegalState(StrEnum):
    """Whether a genuine bill still counts: in force, reversed by a red one, or a red one itself."""

    NORMAL = "normal"
    REVERSED = "reversed"
    RED = "red"

    @property
    def label(self) -> str:
        return _STANDING_LABELS[self]


class Depth(StrEnum):
    """How much a report says: the verdict, the face besides, or each check besides."""

    SIMPLE = "simple"
    DETAILED = "detailed"
    DIAGNOSTIC = "diagnostic"


class CheckState(StrEnum):
    """What came of one check; a notice tells what the check could not cover."""

    PASSED = "passed"
    FAILED = "failed"
    NOTICE = "notice"

    @property
    def label(self) -> str:
        return _CHECK_LABELS[self]


_MEANS_LABELS = {Means.FACE: "输入查验", Means.LINK: "二维码查验", Means.FILE: "文件查验"}
_VERDICT_LABELS = {
    VerificationVerdict.GENUINE: "真实",
    VerificationVerdict.CHANGED: "票据真实，文件有改动",
    VerificationVerdict.FOREIGN_LOOK: "版面不是平台生成的",
    VerificationVerdict.ALTERED: "被篡改",
    VerificationVerdict.UNKNOWN: "查无此票",
    VerificationVerdict.TRAINING: "演练票据，不是真票",
}
_STANDING_LABELS = {LegalState.NORMAL: "正常", LegalState.REVERSED: "已冲红", LegalState.RED: "红字票据"}
_CHECK_LABELS = {CheckState.PASSED: "通过", CheckState.FAILED: "不通过", CheckState.NOTICE: "提示"}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check that was performed: stable code, Chinese title, what came of it and why."""

    code: str
    title: str
    state: CheckState
    detail: str = ""


class SealSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A signature or seal on a bill: whose (`label`), by which certificate, when.

    `valid` is None where it was not computed again: the simple depth trusts the register.
    """

    label: str
    certificate_name: str
    certificate_serial: str = ""
    issuer: str = ""
    signed_at: datetime | None = None
    valid: bool | None = None
    problem: str = ""


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of a bill, to be shown to nobody who has not proved to hold it.

    `checks` counts its checks with this one; `last_checked_at` is when the one before took place. Total,
    time and kind are those of the sealed original, whose hash is `original_sm3`; `sm3` is the registered
    one. `agrees` tells whether the register says the same as the original throughout. `doubt` is where the bill
    stands in write-off if a department doubts it.
    """

    identity: BillIdentity
    unit_id: int
    kind_code: str
    legal_state: LegalState
    related: BillIdentity | None
    total: Decimal
    issued_at: datetime
    sm3: bytes
    original_sm3: bytes
    agrees: bool
    unit_key_id: int
    supervisor_key_id: int
    checks: int
    last_checked_at: datetime | None
    doubt: BillStanding | None = None


class VerificationResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. All that follows `checked_at` is empty unless the asker holds the bill.

    `total` is in 元. `related` is the red bill of a reversed one, the blue bill of a red one.
    `times_checked` includes this check. A file's `face` is what the file says, whatever the verdict.
    `sm3` is the hash of the sealed original in hex, as the QR symbol has it.
    `picture`: the platform's own picture of the face (inline SVG), where it was asked for or the file's look
    is not to be trusted; that of a reversed bill is marked. `related_at` is when the related bill was issued;
    it comes with the picture. `writeoff` (核销状态) is told by all but the simple depth, and by a batch; it is None
    where the bill need not be written off. The simple depth tells it of bills in question alone. `written_off_on` is
    the day on which the bill was written off.
    """

    verdict: VerificationVerdict
    means: Means
    checked_at: datetime
    identity: BillIdentity | None = None
    kind_name: str = ""
    legal_state: LegalState | None = None
    related: BillIdentity | None = None
    related_at: datetime | None = None
    total: Decimal | None = None
    issued_at: datetime | None = None
    sm3: str = ""
    times_checked: int = 0
    last_checked_at: datetime | None = None
    seals: tuple[SealSummary, ...] = ()
    face: Face | None = None
    checks: tuple[Check, ...] = ()
    picture: str = ""
    writeoff: BillStanding | None = None
    written_off_on: date | None = None

    @property
    def is_questioned(self) -> bool:
        """Whether a department examines the bill, or found it to be in breach of rules, genuine as it may be."""
        return self.writeoff is not None and self.writeoff.is_questioned
