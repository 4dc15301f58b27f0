"""Exports of lists: a short one is answered at once; a long one is written by a worker and downloaded later.

Rows are fetched page by page, each page in a transaction of its own, so that no database connection waits for
a browser or for a file.
"""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.response import Stream

from mingpiao.composition import Services
from mingpiao.exports.model import Export, ExportOrder
from mingpiao.exports.service import (
    ExportSettings,
    advance_export,
    ask_for_export,
    begin_export,
    end_export,
    file_key,
)
from mingpiao.identity.model import Account, Acting, AuditEntry
from mingpiao.identity.service import account_state, record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_columns import Column, Row
from mingpiao.portals.list_files import Batches, Layout, csv_pieces, write_list
from mingpiao.portals.list_filters import Here, Sources, sources_of
from mingpiao.portals.list_model import ExportFile, Listing, Query, read_list_query
from mingpiao.portals.list_packs import FORMAT, write_pack
from mingpiao.portals.proof import Sensitive, require_fresh
from mingpiao.portals.regions import home_region
from mingpiao.portals.session import PageRequest, known_visit, redirect
from mingpiao.portals.subjects import subjects
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

#: Rows fetched in one transaction.
_BATCH = 500
#: The longest export: nobody opens a longer file, and a narrower filter was probably meant.
_MOST_ROWS = 2_000_000
#: Files in a pack between two words about its progress.
_TOLD_EACH = 10
TYPES = {
    "csv": "text/csv",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def export_list(
    request: PageRequest, services: Services, listing: Listing[Any], ending: str, *, acting: Acting
) -> Response[bytes] | Stream:
    """Export all rows of an address's filter as a file, with an audit row; a worker writes long ones.

    Raises `Refusal` with the problems of the filter (422), `ProofNeeded` for many rows without a fresh proof.
    """
    account = _account_of(acting=acting)
    sources = sources_of(services)
    query = await _read(sources, account, listing, read_query(request))
    most = services.settings.of(ExportSettings).export_rows_at_once
    rows = [batch async for batch in _batches(sources, account, listing, query, most=most + 1)]
    settings = services.settings.of(ExportSettings)
    visit = known_visit(request)
    if visit is not None and sum(map(len, rows)) > settings.export_rows_unproved:
        await require_fresh(services, request, Sensitive.EXPORTS, visit.session)
    stem = _export_of(listing).file
    audit = await _audit_entry(sources, listing, query, ending, acting=acting)
    async with services.database.system() as connection:  # system: the audit trail is written
        if sum(map(len, rows)) > most:
            await ask_for_export(
                connection,
                account,
                _order(listing, query, f"training-{stem}" if sources.mark else stem, ending),
                audit,
            )
            return redirect(request, exports_address(account))
        await record(connection, audit)
    return short_file(stem, ending, layout_of(listing, sources), rows)


def _account_of(*, acting: Acting) -> Account:
    if acting.account is None:
        raise ValueError("only a person exports a list")
    return acting.account


def _order(listing: Listing[Any], query: Query, stem: str, ending: str) -> ExportOrder:
    return ExportOrder(
        list_name=listing.name,
        title=listing.title,
        file_name=file_name(stem, ending),
        format=ending,
        question={member: text for member, text in query.values.items() if text},
    )


def exports_address(account: Account) -> str:
    """The address of an account's list of exports."""
    if account.unit_id is not None:
        return "/unit/exports"
    return "/finance/exports" if account.region_code is not None else "/admin/exports"


def file_name(stem: str, ending: str) -> str:
    """The name under which an export that is requested now is saved."""
    return f"{stem}-{now():%Y%m%d-%H%M%S}.{ending}"


def file_answer(name: str, ending: str, pieces: AsyncIterator[bytes]) -> Stream:
    """An export as an attachment that no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Stream(pieces, media_type=TYPES[ending], headers=headers)


def layout_of(listing: Listing[Any], sources: Sources) -> Layout:
    """The headings of a list's export."""
    columns = _columns_of(listing)
    return Layout(
        columns=tuple(column.label for column in columns),
        kinds=tuple(column.exported_kind for column in columns),
        mark=sources.mark,
    )


def _columns_of(listing: Listing[Row]) -> Sequence[Column[Row]]:
    names = _export_of(listing).columns
    return [listing.column(name) for name in names] if names else listing.columns


def _export_of(listing: Listing[Any]) -> ExportFile:
    if listing.export is None:
        raise ValueError(f"the list {listing.name} has no export")
    return listing.export


async def _read(sources: Sources, account: Account, listing: Listing[Any], given: Mapping[str, str]) -> Query:
    """The filter of an export. Raises `Refusal` with its problems."""
    catalog = await sources.catalog.get()
    async with sources.database.scoped(listing.scope(account)) as connection:  # scope: the list's own
        here = Here(account=account, catalog=catalog, units=sources.units, connection=connection)
        query = await read_list_query(listing, here, given)
    if query.problems:
        raise Refusal(*query.problems)
    return query


async def _batches(
    sources: Sources, account: Account, listing: Listing[Row], query: Query, *, most: int
) -> Batches:
    """Rows of a filter as texts, in batches, up to `most` rows."""
    columns = _columns_of(listing)
    catalog = await sources.catalog.get()
    key, left = "", most
    while left > 0:
        async with sources.database.scoped(listing.scope(account)) as connection:  # scope: the list's own
            here = Here(account=account, catalog=catalog, units=sources.units, connection=connection)
            found = await listing.fetch(here, query.wanted, key, min(_BATCH, left))
        yield [[column.exported(row) for column in columns] for row in found.items]
        key, left = found.next_key, left - len(found.items)
        if not key:
            return


def short_file(stem: str, ending: str, layout: Layout, rows: Sequence[list[list[str]]]) -> Stream:
    """Rows that are in memory as an attachment. A workbook is complete before its first byte is sent."""

    async def batches() -> Batches:
        for batch in rows:
            yield batch

    async def workbook() -> AsyncIterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="mingpiao-export-") as folder:
            path = Path(folder) / "list.xlsx"
            await write_list(path, ending, layout, batches())
            yield path.read_bytes()

    pieces = csv_pieces(layout, batches()) if ending == "csv" else workbook()
    return file_answer(file_name(f"training-{stem}" if layout.mark else stem, ending), ending, pieces)


async def _audit_entry(
    sources: Sources, listing: Listing[Any], query: Query, ending: str, *, acting: Acting
) -> AuditEntry:
    region = home_region(_account_of(acting=acting), await sources.catalog.get())
    return AuditEntry(
        acting=acting,
        action=_export_of(listing).action,
        subject=f"region:{region}" if acting.unit_id is None else f"unit:{acting.unit_id}",
        unit_id=acting.unit_id,
        details={"format": ending} | {name: text for name, text in query.values.items() if text},
    )


# -- in the worker -------------------------------------------------------------------------------


async def write_export(sources: Sources, files: FileStore, export_id: int) -> None:
    """Write an export's file and store it; if it was interrupted, it is written again from the beginning.

    If the owner may not have it, or it cannot be written for a reason that concerns them, the list of exports
    says so.
    """
    async with sources.database.system() as connection:  # system: exports are an account's, no scope's
        export = await begin_export(connection, export_id)
    if export is None:
        return
    failure, size = "", 0
    try:
        size = await _write(sources, files, export)
    except Refusal as refusal:
        failure = refusal.problems[0].message
    async with sources.database.system() as connection:  # system: exports are an account's, no scope's
        await end_export(connection, export_id, size=size, failure=failure)


async def _write(sources: Sources, files: FileStore, export: Export) -> int:
    """The size of the file in bytes. Raises `Refusal`."""
    listing = listing_named(export.order.list_name)
    async with sources.database.system() as connection:  # system: no scope reads accounts
        account = (await account_state(connection, export.account_id)).account
    if not account.active or not allowed(account.role, _export_of(listing).right):
        raise refuse("access.denied", "该账户已停用或没有导出的权限，请联系管理员。", status=403)
    with tempfile.TemporaryDirectory(prefix="mingpiao-export-") as folder:
        path = Path(folder) / f"list.{export.order.format}"
        if export.order.format == FORMAT:
            await _write_pack(sources, path, listing, account, export)
        else:
            await _write_rows(sources, path, listing, account, export)
        await files.put_file(file_key(export.export_id), path)
        return path.stat().st_size


async def _write_rows(
    sources: Sources, path: Path, listing: Listing[Any], account: Account, export: Export
) -> None:
    query = await _read(sources, account, listing, export.order.question)
    batches = _batches(sources, account, listing, query, most=_MOST_ROWS + 1)
    told = _told(sources.database, export.export_id, batches)
    await write_list(path, export.order.format, layout_of(listing, sources), told)


async def _write_pack(
    sources: Sources, path: Path, listing: Listing[Any], account: Account, export: Export
) -> None:
    """Write a ZIP and record how many files it has: as it grows."""
    written = 0
    async for written in write_pack(sources, path, listing, account, export.order.question):
        if written % _TOLD_EACH == 0:
            await _tell(sources.database, export.export_id, written)
    await _tell(sources.database, export.export_id, written)


async def _tell(database: Database, export_id: int, written: int) -> None:
    async with database.system() as connection:  # system: exports are an account's, no scope's
        await advance_export(connection, export_id, written)


async def _told(database: Database, export_id: int, batches: Batches) -> Batches:
    """Pass batches on, and record the number of rows so far. Raises `Refusal` if there are too many."""
    written = 0
    async for batch in batches:
        yield batch
        written += len(batch)
        if written > _MOST_ROWS:
            raise refuse("export.too_long", "结果超过200万行，请缩小查询范围后重新导出。", status=422)
        await _tell(database, export_id, written)


def listing_named(name: str) -> Listing[Any]:
    """A list of the site by its name. Raises `Refusal` (`export.unknown`, 404) for one that no longer exists."""
    for listing in (each for subject in subjects() for each in subject.lists):
        if listing.name == name:
            return listing
    raise refuse("export.unknown", "该列表已不再提供，请从现有列表重新导出。", status=404)
