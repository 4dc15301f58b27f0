"""The 40 units of the demonstration, from `units.csv` and `profiles.toml` beside this file.

Names contain the word 演示, and telephone numbers and accounts begin with zeros, so that none can be mistaken
for a real one.
"""

import csv
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from random import Random

import msgspec

from mingpiao.demo.charge_items import items_of_families
from mingpiao.demo.people import person_name, uscc
from mingpiao.demo.regions import PROVINCE, moved, region_name
from mingpiao.units.model import Unit, UnitMode, UnitType

_AREA_CODES = {
    "1500": "0471", "1501": "0471", "1502": "0472", "1503": "0473", "1504": "0476", "1505": "0475",
    "1506": "0477", "1507": "0470", "1508": "0478", "1509": "0474", "1522": "0482", "1525": "0479",
    "1529": "0483",
}  # fmt: skip


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile: what units of one sort are and may issue; `kinds` maps a kind to its share of their bills."""

    unit_type: UnitType
    mode: UnitMode
    uscc: str
    bills: int
    kinds: dict[str, int]
    families: tuple[str, ...]


class DemoUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A demonstration unit with what it may issue and who works there.

    `ordinal` counts from 1 in the order of the file; `kinds` maps a kind to its share of the bills;
    `handler`, `checker` and `manager` are people's names.
    """

    ordinal: int
    profile: str
    unit: Unit
    bills: int
    kinds: dict[str, int]
    item_codes: tuple[str, ...]
    handler: str
    checker: str
    manager: str


@cache
def profiles() -> dict[str, Profile]:
    """The profiles by name."""
    table = tomllib.loads(_data("profiles.toml"))
    return msgspec.convert(table, dict[str, Profile])


@cache
def demo_units(province: str = PROVINCE) -> tuple[DemoUnit, ...]:
    """Every demonstration unit, in the order of its file, in a province with the demonstration's regions."""
    rows = csv.DictReader(_data("units.csv").splitlines())
    return tuple(
        _demo_unit(ordinal, row if province == PROVINCE else _elsewhere(row, province))
        for ordinal, row in enumerate(rows, start=1)
    )


def _elsewhere(row: dict[str, str], province: str) -> dict[str, str]:
    """The same unit in another province, whose name it bears."""
    return row | {
        "region_code": moved(row["region_code"], province),
        "name": row["name"].replace("内蒙古", region_name(province)),
    }


def shares(total: int, units: Sequence[DemoUnit]) -> dict[int, int]:
    """How many of `total` bills each of the units issues, by its ordinal; the sum is exact."""
    weight = sum(unit.bills for unit in units)
    counts: dict[int, int] = {}
    before = 0
    for unit in units:
        after = before + unit.bills
        counts[unit.ordinal] = total * after // weight - total * before // weight
        before = after
    return counts


def _demo_unit(ordinal: int, row: dict[str, str]) -> DemoUnit:
    profile = profiles()[row["profile"]]
    code = uscc(profile.uscc, row["region_code"], f"DEM{ordinal:05d}")
    handler, checker, manager = _staff(code)
    return DemoUnit(
        ordinal=ordinal,
        profile=row["profile"],
        unit=_unit(ordinal, code, row, profile),
        bills=profile.bills,
        kinds=profile.kinds,
        item_codes=tuple(
            entry.item.code
            for entry in items_of_families(profile.families)
            if not profile.kinds.keys().isdisjoint(entry.item.kinds)
        ),
        handler=handler,
        checker=checker,
        manager=manager,
    )


def _unit(ordinal: int, code: str, row: dict[str, str], profile: Profile) -> Unit:
    place = region_name(row["region_code"])
    return Unit(
        uscc=code,
        name=row["name"],
        region_code=row["region_code"],
        mode=profile.mode,
        unit_type=profile.unit_type,
        receiving_account=f"0000{ordinal:015d}",
        receiving_bank=f"演示银行{place}分行",
        address=f"{place}演示大街{ordinal}号",
        phone=f"{_AREA_CODES[moved(row['region_code'], PROVINCE)[:4]]}-0000{ordinal:03d}",
    )


def _staff(code: str) -> tuple[str, str, str]:
    rng = Random(f"staff:{code}")
    names: dict[str, None] = {}
    while len(names) < 3:
        names.setdefault(person_name(rng))
    handler, checker, manager = names
    return handler, checker, manager


def _data(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
