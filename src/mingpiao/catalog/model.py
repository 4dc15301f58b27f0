"""Base data of the province: regions, departments, bill kinds, charge items and their rates."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import bill_code
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import MICRO


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """行政区划 (GB/T 2260): `level` is "province", "city" or "county"; `parent` is "" for the province."""

    code: str
    name: str
    parent: str
    level: str


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """财政部门. Each region has one, which is identified by the region's code."""

    region_code: str
    name: str


class BillCategory(msgspec.Struct, frozen=True, kw_only=True):
    """票据分类: two digits, e.g. 06 医疗收费票据."""

    code: str
    name: str


class ExtensionType(StrEnum):
    """The type of a MainExt member's value."""

    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    CHOICE = "choice"
    NUMBER = "number"


class ExtensionField(msgspec.Struct, frozen=True, kw_only=True):
    """其他信息: one MainExt member of a kind, named as in the MOF XML, with its Chinese label."""

    name: str
    label: str
    type: ExtensionType = ExtensionType.TEXT
    required: bool = False
    max_length: int = 100
    choices: tuple[str, ...] = ()


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


class ChargeItem(msgspec.Struct, frozen=True, kw_only=True):
    """收款项目 preset by finance; `kinds` are the bill kinds that may carry it."""

    code: str
    name: str
    measure_unit: str
    rate: Rate
    kinds: tuple[str, ...]
    basis: str = ""
    pinyin: str = ""
    retired: bool = False


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All base data as of one moment; each mapping is by code."""

    province: str
    regions: dict[str, Region]
    departments: dict[str, Department]
    categories: dict[str, BillCategory]
    kinds: dict[str, BillKind]
    items: dict[str, ChargeItem]

    def bill_code(self, kind: BillKind) -> str:
        """The 票据代码 under which bills of a kind are issued now."""
        return bill_code(self.province, kind.code, kind.template_year)

    def region_path(self, region_code: str) -> str:
        """The joined names of a region and those above it, without the province, e.g. 呼和浩特市新城区."""
        region = self.regions[region_code]
        above = self.regions.get(region.parent)
        return (self.region_path(above.code) if above and above.parent else "") + region.name

    def regions_upwards(self, region_code: str) -> list[str]:
        """The region and those above it, nearest first."""
        codes = [region_code]
        while parent := self.regions[codes[-1]].parent:
            codes.append(parent)
        return codes
