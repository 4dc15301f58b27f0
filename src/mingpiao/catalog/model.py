"""Base data of the province: regions, departments, bill kinds, charge items and their rates."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from mingpiao.kernel.codes import bill_code, region_covers
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import MICRO


class UnitType(StrEnum):
    """单位类型."""

    HOSPITAL = "hospital"
    SCHOOL = "school"
    CHARITY = "charity"
    ASSOCIATION = "association"
    COURT = "court"
    OFFICE = "office"

    @property
    def label(self) -> str:
        return _TYPE_LABELS[self]


_TYPE_LABELS = {
    UnitType.HOSPITAL: "医疗机构",
    UnitType.SCHOOL: "学校",
    UnitType.CHARITY: "慈善组织",
    UnitType.ASSOCIATION: "社会团体",
    UnitType.COURT: "人民法院",
    UnitType.OFFICE: "行政事业单位",
}


class EarlierName(msgspec.Struct, frozen=True, kw_only=True):
    """The name that a region had up to and without the day `until`."""

    name: str
    until: date


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """行政区划 (GB/T 2260): `level` is "province", "city" or "county"; `parent` is "" for the province.

    `earlier` has former names, the oldest first. A region that was merged or split up is kept for the bills of
    its time: it ended on the day `ended_on`, and `successors` are the regions that took its place.
    """

    code: str
    name: str
    parent: str
    level: str
    earlier: tuple[EarlierName, ...] = ()
    ended_on: date | None = None
    successors: tuple[str, ...] = ()

    def name_on(self, day: date) -> str:
        """The name that the region had on a day."""
        return next((each.name for each in self.earlier if day < each.until), self.name)


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """财政部门. Each region has one, which is identified by the region's code."""

    region_code: str
    name: str


class BillCategory(msgspec.Struct, frozen=True, kw_only=True):
    """票据分类: two digits, e.g. 06 医疗收费票据."""

    code: str
    name: str
    retired: bool = False


class ExtensionType(StrEnum):
    """The type of a MainExt member's value."""

    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    CHOICE = "choice"
    NUMBER = "number"
    YEAR = "year"


#: The types whose values rules compare as numbers.
NUMERIC_TYPES = (ExtensionType.MONEY, ExtensionType.NUMBER, ExtensionType.YEAR)
_WRITING = {
    ExtensionType.DATE: "日期，如2026-01-31",
    ExtensionType.MONEY: "金额，最多两位小数，如12.50",
    ExtensionType.NUMBER: "数字，最多六位小数，如12.5",
    ExtensionType.YEAR: "四位年份，如2026",
}


class ExtensionField(msgspec.Struct, frozen=True, kw_only=True):
    """其他信息: one MainExt member of a kind, named as in the MOF XML, with its Chinese label.

    With a `code_list`, the `choices` are the names in that list: loading the catalog fills them in. `minimum`
    and `maximum` (both inclusive) bound amounts, numbers and years. A year has four digits.
    """

    name: str
    label: str
    type: ExtensionType = ExtensionType.TEXT
    required: bool = False
    max_length: int = 100
    choices: tuple[str, ...] = ()
    code_list: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def is_numeric(self) -> bool:
        return self.type in NUMERIC_TYPES

    @property
    def places(self) -> int:
        """How many decimals its numbers may have."""
        return {ExtensionType.MONEY: 2, ExtensionType.NUMBER: 6}.get(self.type, 0)

    @property
    def writing(self) -> str:
        """How its value is written, in Chinese; empty for texts and options."""
        return _WRITING.get(self.type, "")

    @property
    def bounds(self) -> str:
        """Its bounds in Chinese, such as 应在1至100之间; empty without any."""
        low, high = self.minimum, self.maximum
        if low is not None and high is not None:
            return f"应在{low:f}至{high:f}之间"
        if low is not None:
            return f"不能小于{low:f}"
        return "" if high is None else f"不能大于{high:f}"


class SumRule(msgspec.Struct, frozen=True, kw_only=True):
    """The named MainExt amounts must add up to the bill's total (empty ones count as zero)."""

    fields: tuple[str, ...]
    message: str


class TemplateDay(msgspec.Struct, frozen=True, kw_only=True):
    """From which day on bills of a kind bear a version of its face template (制样)."""

    version: int
    valid_from: date


class BillKind(msgspec.Struct, frozen=True, kw_only=True):
    """票据种类. `code` is 分类+种类, four digits (0601); `name` is the title on the face.

    `template` names the face template that comes with the platform, `template_year` gives digits 7-8 of the
    票据代码 (the year of the template, not of issue: standards §1). `template_version` is the version of that
    template, two digits; `template_days` are the later versions, which were designed, in their order.
    """

    code: str
    name: str
    category_code: str
    template: str
    template_year: int
    template_version: str = "01"
    extension_fields: tuple[ExtensionField, ...] = ()
    sum_rules: tuple[SumRule, ...] = ()
    needs_evidence: bool = False
    retired: bool = False
    template_days: tuple[TemplateDay, ...] = ()

    @property
    def shipped_version(self) -> int:
        """The number of the version that comes with the platform."""
        return read_whole(self.template_version, digits=2) or 1

    def is_designed(self, version: int) -> bool:
        """Whether a version of the face was designed and published, and does not come with the platform.

        A number above the platform's is, also where this copy of the catalog has not heard of it yet.
        """
        return version > self.shipped_version or any(day.version == version for day in self.template_days)

    def version_on(self, day: date) -> str:
        """The template version that a bill of the day bears: the last two digits of its specimen code."""
        begun = [each.version for each in self.template_days if each.valid_from <= day]
        return f"{max(begun):02d}" if begun else self.template_version


class RateKind(StrEnum):
    """收费标准: one fixed value, any value within bounds, or free."""

    FIXED = "fixed"
    BOUNDED = "bounded"
    FREE = "free"


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """收费标准 in 元 a measure unit, up to six places; both bounds are inclusive."""

    kind: RateKind
    minimum: Decimal = MICRO
    maximum: Decimal = Decimal("999999999999.99")

    def allows(self, rate: Decimal) -> bool:
        return self.minimum <= rate <= self.maximum


class DatedRate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate that holds from a day on, until the next one."""

    since: date
    rate: Rate


class ChargeItem(msgspec.Struct, frozen=True, kw_only=True):
    """收款项目 preset by finance; `kinds` are the bill kinds that may carry it.

    `rate` is the first rate, `later_rates` follow it in order of their days: `rate_on` tells the rate of a day.
    `basis` is the document that allows the charge, with its number (文号) and date. The item may be charged from
    `valid_from` to `valid_until`, both inclusive, by units of the types `unit_types` (values of `UnitType`) in
    `regions` and below; empty members leave nothing out.
    """

    code: str
    name: str
    measure_unit: str
    rate: Rate
    kinds: tuple[str, ...]
    basis: str = ""
    pinyin: str = ""
    retired: bool = False
    later_rates: tuple[DatedRate, ...] = ()
    unit_types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    basis_number: str = ""
    basis_date: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def rate_on(self, day: date) -> Rate:
        """The rate that holds on a day."""
        begun = [each.rate for each in self.later_rates if each.since <= day]
        return begun[-1] if begun else self.rate

    def as_on(self, day: date) -> "ChargeItem":
        """The item with the rate of a day as its only one."""
        if not self.later_rates:
            return self
        return msgspec.structs.replace(self, rate=self.rate_on(day), later_rates=())

    def open_on(self, day: date) -> bool:
        """Whether the item may be charged on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return not self.retired and begun and (self.valid_until is None or day <= self.valid_until)

    def for_type(self, unit_type: str) -> bool:
        """Whether units of a type may charge it."""
        return not self.unit_types or unit_type in self.unit_types

    def for_region(self, region_code: str) -> bool:
        """Whether units of a region may charge it."""
        return not self.regions or any(region_covers(each, region_code) for each in self.regions)


class ItemLibrary(msgspec.Struct, frozen=True, kw_only=True):
    """行业项目库: charge items of an industry, which are granted to a unit together. `items` are codes."""

    code: str
    name: str
    industry: str = ""
    items: tuple[str, ...] = ()
    retired: bool = False


class CodeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a code list."""

    code: str
    name: str
    retired: bool = False


class CodeList(msgspec.Struct, frozen=True, kw_only=True):
    """代码表: codes and names that extension fields may refer to; a bill bears the name."""

    code: str
    name: str
    entries: tuple[CodeEntry, ...] = ()
    retired: bool = False


class DataVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One content of one piece of base data: who put it down, when and why. It holds from `valid_from` on."""

    subject: str
    code: str
    version: int
    value: dict[str, Any]
    reason: str
    actor: str
    actor_name: str
    moment: datetime
    valid_from: date


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All base data as of one moment; each mapping is by code."""

    province: str
    regions: dict[str, Region]
    departments: dict[str, Department]
    categories: dict[str, BillCategory]
    kinds: dict[str, BillKind]
    items: dict[str, ChargeItem]
    libraries: dict[str, ItemLibrary] = {}
    code_lists: dict[str, CodeList] = {}

    def bill_code(self, kind: BillKind) -> str:
        """The 票据代码 under which bills of a kind are issued now."""
        return bill_code(self.province, kind.code, kind.template_year)

    def region_path(self, region_code: str, on: date | None = None) -> str:
        """The joined names of a region and those above it, without the province, e.g. 呼和浩特市新城区.

        With a day, the names that they had on it.
        """
        region = self.regions[region_code]
        above = self.regions.get(region.parent)
        name = region.name_on(on) if on else region.name
        return (self.region_path(above.code, on) if above and above.parent else "") + name

    def live_regions(self) -> Iterator[Region]:
        """The regions that exist now, by code."""
        return (region for _, region in sorted(self.regions.items()) if region.ended_on is None)

    def regions_upwards(self, region_code: str) -> list[str]:
        """The region and those above it, nearest first."""
        codes = [region_code]
        while parent := self.regions[codes[-1]].parent:
            codes.append(parent)
        return codes
