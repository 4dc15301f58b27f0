"""The item libraries and code lists of the demonstration."""

from mingpiao.catalog.model import CodeEntry, CodeList, ItemLibrary
from mingpiao.demo.kinds import INSURANCE_TYPES
from mingpiao.demo.units import demo_units
from mingpiao.units.model import UnitType


def item_libraries() -> tuple[ItemLibrary, ...]:
    """For each type of unit the items that the demonstration's units of this type use."""
    return tuple(
        ItemLibrary(
            code=unit_type.value,
            name=f"{unit_type.label}常用收费项目",
            industry=unit_type.label,
            items=tuple(
                sorted(
                    {
                        code
                        for entry in demo_units()
                        if entry.unit.unit_type is unit_type
                        for code in entry.item_codes
                    }
                )
            ),
        )
        for unit_type in UnitType
    )


def code_lists() -> tuple[CodeList, ...]:
    """A list that a kind's field may refer to."""
    entries = tuple(
        CodeEntry(code=f"{number:02d}", name=name) for number, name in enumerate(INSURANCE_TYPES, start=1)
    )
    return (CodeList(code="insurance", name="医保类型", entries=entries),)
