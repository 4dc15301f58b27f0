"""Import of units from a file, by their department."""

import re
from collections.abc import Sequence

from mingpiao.composition import Services
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import Problem
from mingpiao.portals.imports import (
    Import,
    ImportColumn,
    ImportRow,
    RowOutcome,
    RowReport,
    import_handlers,
)
from mingpiao.portals.session import require_right
from mingpiao.portals.units.lists import MODES, TYPES, UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import Unit, UnitMode, UnitType
from mingpiao.units.service import Imported, UnitWish, import_units

_BETWEEN = re.compile(r"[、,，;；\s]+")


async def _take(
    services: Services, rows: Sequence[ImportRow], *, dry_run: bool, acting: Acting
) -> list[RowReport]:
    # By code, so that two imports at once wait for each other and never in a circle.
    ordered = sorted(rows, key=lambda row: _code(row))
    seen: dict[str, ImportRow] = {}
    repeated = [row for row in ordered if seen.setdefault(_code(row), row) is not row]
    first = list(seen.values())
    catalog = await services.catalog.get()
    async with services.database.system() as connection:  # system: a verb writes
        found = await import_units(
            connection, [_wish(row) for row in first], catalog, dry_run=dry_run, acting=acting
        )
    reports = [_report(row, answer) for row, answer in zip(first, found, strict=True)]
    return reports + [_refused(row, (_TWICE,)) for row in repeated]


_TWICE = Problem(
    code="import.repeated", field="uscc", message="该代码在文件里出现了不止一次，请只保留一行。", status=422
)


def _code(row: ImportRow) -> str:
    return row.values["uscc"].replace(" ", "").upper()


def _wish(row: ImportRow) -> UnitWish:
    values = row.values
    unit = Unit(
        uscc=_code(row),
        name=values["name"],
        region_code=values["region_code"],
        mode=UnitMode(values["mode"]),
        unit_type=UnitType(values["unit_type"]),
        receiving_account=values["receiving_account"],
        receiving_bank=values["receiving_bank"],
        address=values["address"],
        phone=values["phone"],
    )
    return UnitWish(unit=unit, kinds=_several(values["kinds"]), items=_several(values["items"]))


def _several(text: str) -> tuple[str, ...]:
    return tuple(each for each in _BETWEEN.split(text) if each)


def _report(row: ImportRow, answer: Imported) -> RowReport:
    if isinstance(answer, list):
        return _refused(row, tuple(answer))
    return RowReport(row=row, outcome=RowOutcome.CREATED if answer[1] else RowOutcome.UNCHANGED)


def _refused(row: ImportRow, problems: tuple[Problem, ...]) -> RowReport:
    return RowReport(row=row, outcome=RowOutcome.REFUSED, problems=problems)


UNITS_IMPORT = Import(
    title="导入用票单位",
    noun="单位",
    address=f"{UNITS.address}/import",
    file_name="units",
    crumbs=((UNITS.title, UNITS.address),),
    columns=(
        ImportColumn(
            name="uscc",
            label="统一社会信用代码",
            required=True,
            example="12150000DEM00001XX",
            hint="18位，核对校验位",
        ),
        ImportColumn(name="name", label="单位名称", required=True, example="某某小学", hint="印在票面上"),
        ImportColumn(
            name="region_code",
            label="区划代码",
            required=True,
            example="150102",
            hint="六位，本部门所辖的地区",
        ),
        ImportColumn(name="unit_type", label="单位类型", required=True, example=TYPES[0][1], choices=TYPES),
        ImportColumn(
            name="mode", label="开票方式", required=True, example="在线开票", choices=tuple(MODES.items())
        ),
        ImportColumn(name="receiving_account", label="收款账号"),
        ImportColumn(name="receiving_bank", label="开户银行"),
        ImportColumn(name="address", label="地址"),
        ImportColumn(name="phone", label="联系电话"),
        ImportColumn(name="kinds", label="票据种类代码", example="0601、0602", hint="四位，几个用顿号分开"),
        ImportColumn(
            name="items",
            label="收款项目编码",
            example="全部",
            hint="几个用顿号分开；写“全部”为所列种类的全部项目",
        ),
    ),
    key="uscc",
    take=_take,
    max_rows=5_000,
    hint="已登记的相同单位会跳过（种类和项目不变），重复导入不会重复登记；内容不同的请到单位页面办理变更。",
)

HANDLERS = import_handlers(UNITS_IMPORT, "/units/import", [require_right(UNIT_MANAGE)])
