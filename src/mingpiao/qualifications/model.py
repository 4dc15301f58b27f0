"""Values of qualifications: a qualification, what was read from it, what its unit states, and how they differ."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from mingpiao.kernel.text import unprintable
from mingpiao.reading.model import Found


class QualificationType(StrEnum):
    """证书种类."""

    CREDIT_CODE = "credit_code"
    INSTITUTION = "institution"
    ASSOCIATION = "association"
    NON_ENTERPRISE = "non_enterprise"
    FOUNDATION = "foundation"
    CHARITY = "charity"

    @property
    def label(self) -> str:
        return _TYPE_LABELS[self]


_TYPE_LABELS = {
    QualificationType.CREDIT_CODE: "统一社会信用代码证书",
    QualificationType.INSTITUTION: "事业单位法人证书",
    QualificationType.ASSOCIATION: "社会团体法人登记证书",
    QualificationType.NON_ENTERPRISE: "民办非企业单位登记证书",
    QualificationType.FOUNDATION: "基金会法人登记证书",
    QualificationType.CHARITY: "慈善组织证书",
}


class QualificationState(StrEnum):
    """识别中 → 待提交 (or 无法识别) → 待审核 → 有效 or 未通过; 已被替换 by a newer qualification,
    已撤回 by the unit; by its department 已停用 (no longer used) or 已撤销认定 (should not stand)."""

    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def open_to_unit(self) -> bool:
        """Whether the unit may still state, submit or withdraw it."""
        return self in (QualificationState.READING, QualificationState.READ, QualificationState.UNREADABLE)


_STATE_LABELS = {
    QualificationState.READING: "识别中",
    QualificationState.READ: "待提交",
    QualificationState.UNREADABLE: "无法识别",
    QualificationState.SUBMITTED: "待审核",
    QualificationState.ACCEPTED: "有效",
    QualificationState.REJECTED: "未通过",
    QualificationState.SUPERSEDED: "已被替换",
    QualificationState.WITHDRAWN: "已撤回",
    QualificationState.RETIRED: "已停用",
    QualificationState.REVOKED: "已撤销认定",
}

#: What is read from a qualification, in the order in which people see it.
FIELD_LABELS = {
    "qualification_type": "证书种类",
    "name": "单位名称",
    "code": "统一社会信用代码",
    "representative": "法定代表人（负责人）",
    "issuer": "发证机关",
    "valid_from": "有效期自",
    "valid_until": "有效期至",
    "purpose": "宗旨和业务范围",
    "address": "住所",
}
#: The value of `valid_until` on a qualification without end.
UNLIMITED = "unlimited"


class PageSize(msgspec.Struct, frozen=True, kw_only=True):
    """A page as read, upright: `rotation` (0, 90, 180, 270 clockwise) turns the page of the file so."""

    width: float
    height: float
    rotation: int


class QualificationReading(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from a qualification: by the names of `FIELD_LABELS`, those that were found.

    Values are plain: a `QualificationType`, a date as 2026-11-21, `UNLIMITED`; the rest as written.
    """

    fields: dict[str, Found]
    sheets: tuple[PageSize, ...] = ()

    def value(self, name: str) -> str:
        """The plain value of a field, or an empty text."""
        found = self.fields.get(name)
        return found.value if found else ""

    @property
    def recognised(self) -> bool:
        """Whether anything says which qualification this is, or whose."""
        return any(name in self.fields for name in ("qualification_type", "name", "code"))


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit states of its qualification. `valid_until` is the last day, inclusive; None when it is `unlimited`."""

    qualification_type: QualificationType
    name: str
    code: str
    representative: str
    issuer: str
    valid_from: date | None = None
    valid_until: date | None = None
    unlimited: bool = False
    purpose: str = ""
    address: str = ""

    def value(self, name: str) -> str:
        """A field by its name as `Reading.value` writes it."""
        if name == "valid_until" and self.unlimited:
            return UNLIMITED
        value = getattr(self, name)
        return value.isoformat() if isinstance(value, date) else str(value or "")


class QualificationDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Why a person has to look at a qualification: a stable code, the field, what was read and stated, and a sentence."""

    code: str
    field: str
    message: str
    read: str = ""
    stated: str = ""


class Qualification(msgspec.Struct, frozen=True, kw_only=True):
    """资质证书 of a unit. `digest` names its file (SM3, hex); days are in Asia/Shanghai.

    `qualification_type` is what was read until the unit states it. `differences` are those between what was
    read, what is stated, and the unit, as of the last change.
    """

    qualification_id: int
    unit_id: int
    region_code: str
    qualification_type: QualificationType | None
    digest: str
    file_name: str
    media_type: str
    state: QualificationState
    attempts: int
    reading: QualificationReading | None
    stated: Statement | None
    differences: tuple[QualificationDifference, ...]
    failure_code: str
    failure: str
    valid_from: date | None
    valid_until: date | None
    uploaded_by_name: str
    uploaded_at: datetime
    submitted_at: datetime | None
    decided_by_name: str
    decided_at: datetime | None
    decision_reason: str
    revision: int

    @property
    def type_label(self) -> str:
        return self.qualification_type.label if self.qualification_type else "种类未识别"

    def days_left(self, on: date) -> int | None:
        """Days after `on` up to the last valid day: 0 on that day, negative later; None without an end."""
        return None if self.valid_until is None else (self.valid_until - on).days


class UnitQualifications(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit stands: its current qualifications, the earliest last valid day of them, and whether any waits.

    `revoked` is the qualification whose revocation locks the unit: the last one, while no qualification is current.
    """

    current: tuple[Qualification, ...]
    valid_until: date | None
    waiting: bool
    revoked: Qualification | None

    def days_left(self, on: date) -> int | None:
        """As `Qualification.days_left`, for the unit."""
        return None if self.valid_until is None else (self.valid_until - on).days


class QualificationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which qualifications are wanted; empty members restrict nothing. `expires_until` finds current qualifications by their end."""

    unit_id: int | None = None
    state: str = ""
    qualification_type: str = ""
    region_prefix: str = ""
    words: str = ""
    expires_until: date | None = None


def is_plain(text: str) -> bool:
    """Whether a text may be kept and shown."""
    return unprintable(text) is None
