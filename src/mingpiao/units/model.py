"""用票单位: organisations that issue bills."""

from enum import StrEnum

import msgspec


class UnitMode(StrEnum):
    """ONLINE units (在线) use the web, INTERFACE units (接口) connect their own system."""

    ONLINE = "ONLINE"
    INTERFACE = "INTERFACE"


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


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One issuing unit. `uscc` is its 统一社会信用代码; `unit_id` is 0 until it is stored."""

    uscc: str
    name: str
    region_code: str
    mode: UnitMode
    unit_type: UnitType
    unit_id: int = 0
    receiving_account: str = ""
    receiving_bank: str = ""
    address: str = ""
    phone: str = ""


class InterfaceApp(msgspec.Struct, frozen=True, kw_only=True):
    """接口应用: the account with which a unit's own system calls the API, here without its secret."""

    app_id: str
    unit_id: int
    name: str
    active: bool = True


class UnitProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the charge items and bill kinds that finance allows it to use, both by code."""

    unit: Unit
    item_codes: frozenset[str]
    kind_codes: frozenset[str]
