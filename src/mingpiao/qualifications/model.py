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
    已撤回 by the unit; by its department 已停用 (no longer used) or 已撤销认定 (acceptance revoked)."""

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
        """Whether the unit may still fill in, submit or withdraw it."""
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

#: Fields that are read from a qualification with their Chinese labels, in the order of the pages.
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
#: The value of `valid_until` for a qualification without a last day.
UNLIMITED = "unlimited"


class PageSize(msgspec.Struct, frozen=True, kw_only=True):
    """The size of an upright page; `rotation` (0, 90, 180, 270 clockwise) turns the file's page upright."""

    width: float
    height: float
    rotation: int


class QualificationReading(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that were found on a qualification, by the names of `FIELD_LABELS`.

    The plain value is a `QualificationType`, a date such as 2026-11-21, or `UNLIMITED`; others are as written.
    """

    fields: dict[str, Found]
    sheets: tuple[PageSize, ...] = ()

    def value(self, name: str) -> str:
        """The plain value of a field, "" when it was not found."""
        found = self.fields.get(name)
        return found.value if found else ""

    @property
    def recognised(self) -> bool:
        """Whether a field was found that identifies the type or the owner of the qualification."""
        return any(name in self.fields for name in ("qualification_type", "name", "code"))


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit states about its qualification. `valid_until` is the last day, inclusive; None if `unlimited`."""

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
        """A field by its name, in the form of `QualificationReading.value`."""
        if name == "valid_until" and self.unlimited:
            return UNLIMITED
        value = getattr(self, name)
        return value.isoformat() if isinstance(value, date) else str(value or "")


class QualificationDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A reason why a person must decide: a stable code, the field, what was read and stated, and a sentence."""

    code: str
    field: str
    message: str
    read: str = ""
    stated: str = ""


class Qualification(msgspec.Struct, frozen=True, kw_only=True):
    """资质证书 of a unit. `digest` (SM3, hex) identifies its file; days are in Asia/Shanghai.

    `qualification_type` is the type that was read until the unit states it. `differences` are those found at
    the last change (`checks.differences`).
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
        """Days from `on` to the last valid day: 0 on that day, negative later; None without a last day."""
        return None if self.valid_until is None else (self.valid_until - on).days


class UnitQualifications(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's current qualifications, the earliest of their last days, and whether another one is undecided.

    `revoked` is the last revoked qualification, which locks the unit while it has no current one.
    """

    current: tuple[Qualification, ...]
    valid_until: date | None
    waiting: bool
    revoked: Qualification | None

    def days_left(self, on: date) -> int | None:
        """As `Qualification.days_left`, for the unit."""
        return None if self.valid_until is None else (self.valid_until - on).days


class QualificationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which qualifications a list shows; empty members do not restrict. `expires_until` limits the last valid day."""

    unit_id: int | None = None
    state: str = ""
    qualification_type: str = ""
    region_prefix: str = ""
    words: str = ""
    expires_until: date | None = None


def is_plain(text: str) -> bool:
    """Whether a text has no characters that must not be stored or shown."""
    return unprintable(text) is None
