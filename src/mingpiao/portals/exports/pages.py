"""我的导出: the exports that an account requested and a worker writes, in all portals."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from mingpiao.exports.model import Export, ExportState
from mingpiao.exports.service import file_key, get_export, list_exports
from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import refuse
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_exports import file_answer
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import PageCall, in_turn
from mingpiao.storage.files import FileStore
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM

_COLOURS = {ExportState.READY: "green", ExportState.FAILED: "red"}


async def _fetch(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[Export]:
    return await list_exports(here.connection, here.account.account_id, after=key, limit=limit)


def _state(export: Export) -> Parts:
    return Parts((Badge(export.state.label, _COLOURS.get(export.state, "blue")), Note(export.failure)))


def _columns(base: str) -> tuple[Column[Export], ...]:
    return (
        Column(name="asked", label="导出时间", kind="moment", value=lambda each: each.asked_at),
        Column(name="title", label="内容", head=True, value=lambda each: each.order.title),
        Column(
            name="file",
            label="文件",
            kind="code",
            value=lambda each: each.order.file_name,
            link=lambda each: f"{base}/{each.export_id}/file" if each.state is ExportState.READY else "",
            link_label=lambda each: f"下载 {each.order.file_name}",
        ),
        Column(name="state", label="状态", value=_state),
        Column(name="written", label="行数", kind="count", phone=False, value=lambda each: each.written),
        Column(
            name="until", label="文件保留至", kind="moment", phone=False, value=lambda each: each.expires_at
        ),
    )


def _listing(portal: str) -> Listing[Export]:
    base = f"/{portal}/exports"
    return Listing(
        name=f"{portal}_exports",
        address=base,
        title="我的导出",
        columns=_columns(base),
        fetch=_fetch,
        # Exports belong to an account, which the portals' scopes do not restrict.
        scope=lambda _account: SYSTEM,
        empty=("没有导出", "较大的列表导出后在后台生成文件，完成后在这里下载。"),
        moving=lambda each: each.state.open,
    )


@get("/exports/{export_id:int}/file", middleware=[in_turn])
async def download(
    call: NamedDependency[PageCall],
    files: NamedDependency[FileStore],
    export_id: FromPath[int],
) -> Stream:
    """Download the file of an export of one's own, with an audit row."""
    async with call.services.database.system() as connection:  # system: exports are an account's, no scope's
        export = await get_export(connection, call.acting.account_id or 0, export_id)
        pieces = await files.stream(file_key(export_id)) if export.state is ExportState.READY else None
        if pieces is None:
            raise refuse("export.not_ready", "文件还没有生成或已过期清理，请在“我的导出”中查看。", status=404)
        entry = AuditEntry(
            acting=call.acting,
            action="export:download",
            subject=f"export:{export_id}",
            unit_id=call.acting.unit_id,
            details={"file": export.order.file_name},
        )
        await record(connection, entry)
    return file_answer(export.order.file_name, export.order.format, pieces)


LISTS = {portal: _listing(portal) for portal in ("unit", "finance", "admin")}


def handlers(portal: str) -> Sequence[HTTPRouteHandler]:
    """The pages of one portal."""
    return [*list_handlers(LISTS[portal]), download]
