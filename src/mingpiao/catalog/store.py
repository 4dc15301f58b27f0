"""Base data: load all of it, and save parts of it."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Table, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import (
    BillCategory,
    BillKind,
    Catalog,
    ChargeItem,
    Department,
    Rate,
    RateKind,
    Region,
    TemplateDay,
)
from mingpiao.catalog.tables import (
    bill_categories,
    bill_kinds,
    charge_items,
    departments,
    regions,
    template_days,
)
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import refuse
from mingpiao.letters.service import names_on_faces
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.notices import Notices, notify
from mingpiao.storage.remembered import Remembered

BILL_KINDS = NamedLock("bill kinds")
#: Approved changes of base data run one after another, each on what the one before it left.
BASE_DATA = NamedLock("base data").statement("SELECT pg_advisory_xact_lock(hashtext('catalog'))")

CHANNEL = "catalog_changed"


class CatalogStore:
    """The process's copy of the catalog, which is dropped when PostgreSQL notifies a change."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._kept = Remembered[None, Catalog](self._load)
        notices.subscribe(CHANNEL, lambda _payload: self._kept.forget())

    async def get(self) -> Catalog:
        """The current catalog; raises `Refusal` (`catalog.empty`) before a province was set up."""
        return await self._kept.get(None)

    async def _load(self, _key: None) -> Catalog:
        async with self._database.system() as connection:
            return await load(connection)


async def load(connection: AsyncConnection) -> Catalog:
    """Read the whole catalog; raises `Refusal` (`catalog.empty`) before a province was set up."""
    region_rows = (await connection.execute(select(regions))).mappings().all()
    found = {row["code"]: Region(**row) for row in region_rows}
    province = next((region.code for region in found.values() if region.level == "province"), None)
    if province is None:
        raise refuse("catalog.empty", "系统尚未初始化基础数据，请联系系统管理员。", status=503)
    department_rows = (await connection.execute(select(departments))).mappings()
    category_rows = (await connection.execute(select(bill_categories))).mappings()
    kind_rows = (await connection.execute(select(bill_kinds).order_by(bill_kinds.c.code))).mappings()
    days = await _template_days(connection)
    item_rows = (await connection.execute(select(charge_items).order_by(charge_items.c.code))).mappings()
    return Catalog(
        province=province[:2],
        regions=found,
        departments={row["region_code"]: Department(**row) for row in department_rows},
        categories={row["code"]: BillCategory(**row) for row in category_rows},
        kinds={row["code"]: _kind(row, days.get(row["code"], ())) for row in kind_rows},
        items={row["code"]: _item(dict(row)) for row in item_rows},
    )


async def _template_days(connection: AsyncConnection) -> dict[str, tuple[TemplateDay, ...]]:
    query = select(template_days).order_by(template_days.c.kind_code, template_days.c.version)
    rows = (await connection.execute(query)).mappings().all()
    return {
        code: tuple(TemplateDay(version=row["version"], valid_from=row["valid_from"]) for row in found)
        for code, found in groupby(rows, key=lambda row: str(row["kind_code"]))
    }


def _kind(row: RowMapping, days: tuple[TemplateDay, ...]) -> BillKind:
    # SQLAlchemy's column names are a subclass of str, which msgspec refuses as keys.
    kind = msgspec.convert({str(name): value for name, value in row.items()}, BillKind)
    return msgspec.structs.replace(kind, template_days=days)


def _item(row: dict[str, Any]) -> ChargeItem:
    rate = Rate(
        kind=RateKind(row.pop("rate_kind")), minimum=row.pop("rate_minimum"), maximum=row.pop("rate_maximum")
    )
    return ChargeItem(**(row | {"kinds": tuple(row["kinds"]), "rate": rate}))


async def save_regions(connection: AsyncConnection, values: Sequence[Region], *, acting: Acting) -> None:
    """Insert or update regions."""
    await _save(connection, regions, [msgspec.structs.asdict(value) for value in values], acting=acting)


async def save_departments(
    connection: AsyncConnection, values: Sequence[Department], *, acting: Acting
) -> None:
    """Insert or update departments; their regions must exist. Raises `Refusal` as `check_items`."""
    names_on_faces(*(("name", f"财政部门{each.region_code}的名称", each.name) for each in values))
    await _save(connection, departments, [msgspec.structs.asdict(value) for value in values], acting=acting)


async def save_categories(
    connection: AsyncConnection, values: Sequence[BillCategory], *, acting: Acting
) -> None:
    """Insert or update bill categories."""
    await _save(
        connection, bill_categories, [msgspec.structs.asdict(value) for value in values], acting=acting
    )


async def save_kinds(connection: AsyncConnection, values: Sequence[BillKind], *, acting: Acting) -> None:
    """Insert or update bill kinds; their categories must exist. Their template days stay as they are.

    Raises `Refusal` as `check_items`.
    """
    names_on_faces(*(("name", f"票据种类{each.code}的名称", each.name) for each in values))
    rows = [msgspec.to_builtins(value) for value in values]
    for row in rows:
        del row["template_days"]
    await _save(connection, bill_kinds, rows, acting=acting)


async def add_template_day(
    connection: AsyncConnection, kind_code: str, version: int, valid_from: date
) -> None:
    """Have bills of a kind bear a template version from a day on; for the verb that publishes the version,
    which also records it.

    Raises `Refusal` (`kind.template_day`, 409) for a day before that of the version before it.
    """
    query = select(template_days.c.valid_from).where(template_days.c.kind_code == kind_code)
    known: Sequence[date] = (await connection.execute(query)).scalars().all()
    if known and valid_from < max(known):
        raise refuse(
            "kind.template_day",
            f"已有样式定于{max(known):%Y-%m-%d}启用，新版本的启用日期不能早于这一天，请改后重新送审。",
            status=409,
        )
    row = {"kind_code": kind_code, "version": version, "valid_from": valid_from}
    await connection.execute(insert(template_days).values(row))
    await notify(connection, CHANNEL)


async def mark_evidence(connection: AsyncConnection, kind_code: str, needed: bool, *, acting: Acting) -> bool:
    """Set whether bills of a kind need evidence files; False when nothing changes.

    Raises `Refusal` (`kind.unknown`, 404).
    """
    query = BILL_KINDS.on(select(bill_kinds.c.needs_evidence).where(bill_kinds.c.code == kind_code))
    before = (await connection.execute(query)).scalar_one_or_none()
    if before is None:
        raise refuse("kind.unknown", "没有该票据种类，请刷新页面后重试。", status=404)
    if before == needed:
        return False
    changed = update(bill_kinds).where(bill_kinds.c.code == kind_code).values(needs_evidence=needed)
    await connection.execute(changed)
    entry = AuditEntry(
        acting=acting,
        action="kind:mark_evidence",
        subject=f"kind:{kind_code}",
        details={"needs_evidence": "是" if needed else "否"},
    )
    await record(connection, entry)
    await notify(connection, CHANNEL)
    return True


async def save_items(connection: AsyncConnection, values: Sequence[ChargeItem], *, acting: Acting) -> None:
    """Insert or update charge items; missing pinyin initials are derived from the name. Raises as `check_items`."""
    check_items(values)
    await _save(connection, charge_items, [_item_row(value) for value in values], acting=acting)


def check_items(values: Sequence[ChargeItem]) -> None:
    """Raise `Refusal` (422: `text.bad_character`, `text.no_glyph`) for charge items that no face can show."""
    names_on_faces(
        *(("name", f"收款项目{each.code}的名称", each.name) for each in values),
        *(("measure_unit", f"收款项目{each.code}的计量单位", each.measure_unit) for each in values),
    )


def _item_row(item: ChargeItem) -> dict[str, Any]:
    row = msgspec.structs.asdict(item)
    rate: Rate = row.pop("rate")
    return row | {
        "kinds": list(item.kinds),
        "pinyin": item.pinyin or pinyin_initials(item.name),
        "rate_kind": rate.kind.value,
        "rate_minimum": rate.minimum,
        "rate_maximum": rate.maximum,
    }


def pinyin_initials(name: str) -> str:
    """First letters of a name's pinyin, lower case, e.g. 西药费 → xyf."""
    # Imported here, since its dictionaries take a third of a second to load and few callers need them.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


async def _save(
    connection: AsyncConnection, table: Table, rows: list[dict[str, Any]], *, acting: Acting
) -> None:
    if not rows:
        return
    statement = insert(table)
    key = [column.name for column in table.primary_key.columns]
    changed = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in key
    }
    await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="catalog:save",
            subject=f"table:{table.name}",
            details={"codes": ",".join(str(row[key[0]]) for row in rows)[:2000]},
        ),
    )
    await notify(connection, CHANNEL)
