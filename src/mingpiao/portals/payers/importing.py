"""Import of payers from a file."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import Services
from mingpiao.drafts.model import KnownPayer
from mingpiao.drafts.service import import_payer
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.imports import (
    Import,
    ImportColumn,
    ImportRow,
    RowOutcome,
    RowReport,
    import_handlers,
)
from mingpiao.portals.payers.lists import PAYERS, TYPES
from mingpiao.portals.payers.rights import UNIT_PAYERS
from mingpiao.portals.session import require_right


async def _take(
    services: Services, rows: Sequence[ImportRow], *, dry_run: bool, acting: Acting
) -> list[RowReport]:
    if acting.unit_id is None:
        raise refuse("access.denied", "该页面只供用票单位使用。", status=403)
    # In one order, so that two imports at once wait for each other and never in a circle.
    ordered = sorted(rows, key=lambda row: (row.values["type"], row.values["name"], row.values["code"]))
    async with services.database.system() as connection:  # system: the unit's own book is written
        take = partial(_take_one, connection, acting.unit_id, dry_run=dry_run, acting=acting)
        return [await take(row) for row in ordered]


async def _take_one(
    connection: AsyncConnection, unit_id: int, row: ImportRow, *, dry_run: bool, acting: Acting
) -> RowReport:
    values: dict[str, Any] = dict(row.values)
    payer = KnownPayer(payer_id=0, **values)
    try:
        new = await import_payer(connection, unit_id, payer, dry_run=dry_run, acting=acting)
    except Refusal as refusal:
        return RowReport(row=row, outcome=RowOutcome.REFUSED, problems=refusal.problems)
    return RowReport(row=row, outcome=RowOutcome.CREATED if new else RowOutcome.UNCHANGED)


PAYERS_IMPORT = Import(
    title="导入缴款人",
    noun="缴款人",
    address=f"{PAYERS.address}/import",
    file_name="payers",
    crumbs=(*PAYERS.crumbs, (PAYERS.title, PAYERS.address)),
    columns=(
        ImportColumn(name="type", label="类型", required=True, choices=TYPES, example="单位"),
        ImportColumn(name="name", label="名称", required=True, example="呼和浩特市某某有限公司"),
        ImportColumn(name="code", label="统一社会信用代码", hint="单位填写18位代码，没有的留空。"),
        ImportColumn(name="account", label="账号"),
        ImportColumn(name="bank", label="开户行"),
        ImportColumn(name="mobile", label="手机号"),
    ),
    key="name",
    take=_take,
    max_rows=2_000,
    hint="名称和代码都相同的视为同一缴款人：内容相同的跳过，不同的请在名录中修改。",
)
HANDLERS: list[ControllerRouterHandler] = import_handlers(
    PAYERS_IMPORT, "/payers/import", [require_right(UNIT_PAYERS)]
)
