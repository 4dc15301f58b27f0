"""Base data: load all of it, and save parts of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.data import (
    CATEGORIES,
    CODE_LISTS,
    DEPARTMENTS,
    ITEMS,
    KINDS,
    LIBRARIES,
    REGIONS,
    BaseData,
)
from mingpiao.catalog.model import (
    BillCategory,
    BillKind,
    Catalog,
    ChargeItem,
    CodeList,
    DataVersion,
    Department,
    Region,
    TemplateDay,
)
from mingpiao.catalog.tables import catalog_versions, regions, template_days
from mingpiao.catalog.wording import changed_rows, members_of
from mingpiao.identity.model import Acting, AuditEntry, platform
from mingpiao.identity.service import changed_values, differences, record, record_all
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse
from mingpiao.letters.service import names_on_faces
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.notices import Notices, notify
from mingpiao.storage.remembered import Remembered

Value = TypeVar("Value", bound=msgspec.Struct)

#: Changes of base data run one after another, each on what the one before it left.
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
    catalog = await _read(connection)
    if not catalog.province:
        raise refuse("catalog.empty", "系统尚未初始化基础数据，请联系系统管理员。", status=503)
    return catalog


async def _read(connection: AsyncConnection) -> Catalog:
    """The catalog as far as there is one; before a province was set up, its `province` is empty."""
    found = await _all(connection, REGIONS)
    province = next((region.code for region in found.values() if region.level == "province"), "")
    lists = await _all(connection, CODE_LISTS)
    kinds = await _all(connection, KINDS)
    days = await _template_days(connection)
    return Catalog(
        province=province[:2],
        regions=found,
        departments=await _all(connection, DEPARTMENTS),
        categories=await _all(connection, CATEGORIES),
        kinds={
            code: msgspec.structs.replace(_with_choices(kind, lists), template_days=days.get(code, ()))
            for code, kind in kinds.items()
        },
        items=await _all(connection, ITEMS),
        libraries=await _all(connection, LIBRARIES),
        code_lists=lists,
    )


async def _all(connection: AsyncConnection, data: BaseData[Value]) -> dict[str, Value]:
    rows = await connection.execute(select(data.table).order_by(data.table.c[data.key]))
    return {row[data.key]: data.decode(row) for row in rows.mappings()}


async def _template_days(connection: AsyncConnection) -> dict[str, tuple[TemplateDay, ...]]:
    query = select(template_days).order_by(template_days.c.kind_code, template_days.c.version)
    rows = (await connection.execute(query)).mappings().all()
    return {
        code: tuple(TemplateDay(version=row["version"], valid_from=row["valid_from"]) for row in found)
        for code, found in groupby(rows, key=lambda row: str(row["kind_code"]))
    }


def _with_choices(kind: BillKind, lists: dict[str, CodeList]) -> BillKind:
    """The kind with the choices of its fields taken from the code lists that they refer to."""
    if not any(field.code_list for field in kind.extension_fields):
        return kind
    fields = tuple(
        msgspec.structs.replace(
            field,
            choices=tuple(each.name for each in lists[field.code_list].entries if not each.retired),
        )
        if field.code_list in lists
        else field
        for field in kind.extension_fields
    )
    return msgspec.structs.replace(kind, extension_fields=fields)


async def current(
    connection: AsyncConnection, data: BaseData[Value], codes: Iterable[str]
) -> dict[str, Value]:
    """The present contents with these codes, as they are stored."""
    column = data.table.c[data.key]
    rows = await connection.execute(select(data.table).where(column.in_(sorted(set(codes)))))
    return {row[data.key]: data.decode(row) for row in rows.mappings()}


async def save(
    connection: AsyncConnection,
    data: BaseData[Value],
    values: Sequence[Value],
    *,
    reason: str = "",
    valid_from: date | None = None,
    entry: AuditEntry | None = None,
    acting: Acting,
) -> tuple[str, ...]:
    """Insert or update base data, and put each new content down as a version; returns the codes that changed.

    `valid_from` is today by default; the audit trail gets `entry`, or a row for each code. A content that is
    there already is no change. Raises `Refusal` (422: `text.bad_character`, `text.no_glyph`) for names that no
    face can show; checks nothing else, since people change base data through `catalog.changing`.
    """
    names_on_faces(*(name for value in values for name in data.on_face(value)))
    await connection.execute(BASE_DATA.clause)
    before = await current(connection, data, [data.code(value) for value in values])
    plain = {data.code(value): data.plain(value) for value in values}
    changed = {code: value for code, value in plain.items() if before.get(code) != value}
    if not changed:
        return ()
    await _upsert(connection, data.table, data.key, [data.row(value) for value in changed.values()])
    first = {code: before[code] for code in changed if code in before}
    await _put_down(
        connection, data, changed, first, reason=reason, valid_from=valid_from or today(), acting=acting
    )
    codes = tuple(sorted(changed))
    if entry is None:
        await _record_each(connection, data, changed, first, reason, acting=acting)
    else:
        await record(connection, entry)
    await notify(connection, CHANNEL)
    return codes


async def _record_each(
    connection: AsyncConnection,
    data: BaseData[Value],
    changed: Mapping[str, Value],
    before: Mapping[str, Value],
    reason: str,
    *,
    acting: Acting,
) -> None:
    """A line of the audit trail for each content, with what it was."""
    catalog = await _read(connection)
    entries = []
    for code, value in sorted(changed.items()):
        old = members_of(data, before[code], catalog) if code in before else ()
        rows = changed_rows(old, members_of(data, value, catalog))
        entries.append(
            AuditEntry(
                acting=acting,
                action="catalog:save",
                subject=f"{data.word}:{code}",
                details={"data": data.label, "name": str(getattr(value, "name", "")), "reason": reason},
                changed=changed_values(rows),
            )
        )
    await record_all(connection, entries)


async def _upsert(connection: AsyncConnection, table: Table, key: str, rows: list[dict[str, Any]]) -> None:
    statement = upsert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name != key}
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed), rows)


async def _put_down(
    connection: AsyncConnection,
    data: BaseData[Value],
    changed: dict[str, Value],
    before: dict[str, Value],
    *,
    reason: str,
    valid_from: date,
    acting: Acting,
) -> None:
    """Add versions. What was there before versions were kept becomes the first one."""
    query = (
        select(catalog_versions.c.code, func.max(catalog_versions.c.version).label("newest"))
        .where(catalog_versions.c.subject == data.word, catalog_versions.c.code.in_(sorted(changed)))
        .group_by(catalog_versions.c.code)
    )
    newest = {row.code: row.newest for row in await connection.execute(query)}
    rows: list[dict[str, Any]] = []
    for code, value in changed.items():
        number = newest.get(code, 0)
        if number == 0 and code in before:
            number = 1
            rows.append(_version(data, code, number, before[code], _FIRST_REASON, valid_from, acting=_BEFORE))
        rows.append(_version(data, code, number + 1, value, reason, valid_from, acting=acting))
    await connection.execute(insert(catalog_versions), rows)


_BEFORE = platform("catalog")
_FIRST_REASON = "开始记录变更历史时的内容"


def _version(
    data: BaseData[Value], code: str, number: int, value: Value, reason: str, since: date, *, acting: Acting
) -> dict[str, Any]:
    return {
        "subject": data.word,
        "code": code,
        "version": number,
        "value": msgspec.to_builtins(value),
        "reason": reason,
        "actor": acting.actor,
        "actor_name": acting.name,
        "valid_from": since,
    }


async def versions_of(connection: AsyncConnection, data: BaseData[Value], code: str) -> list[DataVersion]:
    """All versions of one piece of base data, the newest first."""
    query = (
        select(catalog_versions)
        .where(catalog_versions.c.subject == data.word, catalog_versions.c.code == code)
        .order_by(catalog_versions.c.version.desc())
    )
    rows = (await connection.execute(query)).mappings()
    return [DataVersion(**{str(name): value for name, value in row.items()}) for row in rows]


async def count_kinds_with_lists(connection: AsyncConnection, codes: Sequence[str]) -> int:
    """How many bill kinds have a field that takes its choices from one of these code lists."""
    kinds = (await _all(connection, KINDS)).values()
    return sum(any(field.code_list in codes for field in kind.extension_fields) for kind in kinds)


async def region_has_ended(connection: AsyncConnection, code: str, day: date) -> bool:
    """Whether a region had ended by a day; one that does not exist has not."""
    query = select(regions.c.code).where(regions.c.code == code, regions.c.ended_on <= day)
    return (await connection.execute(query)).first() is not None


async def save_regions(connection: AsyncConnection, values: Sequence[Region], *, acting: Acting) -> None:
    """Insert or update regions."""
    await save(connection, REGIONS, values, acting=acting)


async def save_departments(
    connection: AsyncConnection, values: Sequence[Department], *, acting: Acting
) -> None:
    """Insert or update departments; their regions must exist."""
    await save(connection, DEPARTMENTS, values, acting=acting)


async def save_categories(
    connection: AsyncConnection, values: Sequence[BillCategory], *, acting: Acting
) -> None:
    """Insert or update bill categories."""
    await save(connection, CATEGORIES, values, acting=acting)


async def save_kinds(connection: AsyncConnection, values: Sequence[BillKind], *, acting: Acting) -> None:
    """Insert or update bill kinds; their categories must exist. Their template days stay as they are."""
    await save(connection, KINDS, values, acting=acting)


async def save_items(connection: AsyncConnection, values: Sequence[ChargeItem], *, acting: Acting) -> None:
    """Insert or update charge items; missing pinyin initials are derived from the name."""
    await save(connection, ITEMS, values, acting=acting)


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
    await connection.execute(BASE_DATA.clause)
    found = (await current(connection, KINDS, [kind_code])).get(kind_code)
    if found is None:
        raise refuse("kind.unknown", "没有该票据种类，请刷新页面后重试。", status=404)
    value = msgspec.structs.replace(found, needs_evidence=needed)
    words = "须附佐证材料" if needed else "可不附佐证材料"
    entry = AuditEntry(
        acting=acting,
        action="kind:mark_evidence",
        subject=f"kind:{kind_code}",
        details={"needs_evidence": "是" if needed else "否"},
        changed=differences({"needs_evidence": not needed}, {"needs_evidence": needed}),
    )
    return bool(await save(connection, KINDS, [value], reason=words, entry=entry, acting=acting))
