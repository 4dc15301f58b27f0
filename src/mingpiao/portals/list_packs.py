"""Packs: a ZIP of the documents of chosen rows, or of all that a filter finds. A worker writes it, like a long export.

The question of the export has the filter, and `documents`, the ending of the files in it; `chosen` has the ids of
rows where not the whole filter is wanted.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from mingpiao.exports.model import ExportOrder
from mingpiao.exports.service import ask_for_export
from mingpiao.identity.model import Account, AuditEntry
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.forms import clean
from mingpiao.portals.list_filters import Here, Sources, sources_of
from mingpiao.portals.list_model import Listing, Pack, read_list_query
from mingpiao.portals.proof import Sensitive, require_proof
from mingpiao.portals.session import PageCall, visitor_of

CHOSEN = "chosen"
DOCUMENTS = "documents"
FORMAT = "zip"
_FILTER = "filter-"
#: Rows fetched in one transaction.
_BATCH = 500


async def order_pack(call: PageCall, listing: Listing[Any], account: Account, file_name: str) -> None:
    """Take the list's form and ask a worker for the pack. Raises `Refusal`, and `ProofNeeded` for one of all that a
    filter finds without a fresh proof.
    """
    pack, export = pack_of(listing), listing.export
    if export is None:
        raise ValueError(f"the list {listing.name} has no export")
    form = await call.request.form()
    ending = str(form.get(DOCUMENTS) or "")
    if ending not in pack.endings:
        raise refuse("pack.documents_unknown", "没有这种文件格式，请从列表中选择。", status=422)
    given = {
        name: clean(str(form.get(_FILTER + name) or "")) for each in listing.filters for name in each.names
    }
    question = {name: text for name, text in given.items() if text} | {DOCUMENTS: ending}
    if str(form.get("extent") or "") == "all":
        await require_proof(
            call.services,
            call.request,
            Sensitive.EXPORTS,
            call.session,
            visitor=visitor_of(call.request),
            acting=call.acting,
        )
    else:
        question[CHOSEN] = ",".join(_ids_of(pack, [str(each) for each in form.getall(CHOSEN, [])]))
    await _check(sources_of(call.services), listing, account, question)
    order = ExportOrder(
        list_name=listing.name,
        title=f"{listing.title}（{ending.upper()}）",
        file_name=file_name,
        format=FORMAT,
        question=question,
    )
    audit = AuditEntry(
        acting=call.acting,
        action=export.action,
        subject=f"unit:{account.unit_id}",
        unit_id=account.unit_id,
        details={"format": FORMAT} | question,
    )
    async with call.services.database.system() as connection:  # system: exports are an account's, no scope's
        await ask_for_export(connection, account, order, audit)


def _ids_of(pack: Pack, chosen: list[str]) -> list[str]:
    """The chosen ids, each once. Raises `Refusal` for none, for too many, and for a text that is no id."""
    ids = list(dict.fromkeys(chosen))
    if not ids:
        raise refuse("pack.none_chosen", "没有选择，请在列表里勾选后再打包下载。", status=422)
    if len(ids) > pack.most:
        raise _too_many(pack)
    if not all(map(pack.is_row_id, ids)):
        raise refuse("pack.row_unknown", "所选的行无法识别，请刷新列表后重新勾选。", status=422)
    return ids


def _too_many(pack: Pack) -> Refusal:
    message = f"一次最多打包{pack.most}份，请缩小查询范围后分批下载。"
    return refuse("pack.too_many", message, status=422)


async def _check(
    sources: Sources, listing: Listing[Any], account: Account, question: Mapping[str, str]
) -> None:
    """Refuse a filter that cannot be read before anybody waits for its answer."""
    async with sources.database.scoped(listing.scope(account)) as connection:  # scope: the list's own
        here = Here(
            account=account, catalog=await sources.catalog.get(), units=sources.units, connection=connection
        )
        query = await read_list_query(listing, here, question)
    if query.problems:
        raise Refusal(*query.problems)


def pack_of(listing: Listing[Any]) -> Pack:
    """How a list is packed; for lists that are."""
    if listing.pack is None:
        raise ValueError(f"the list {listing.name} has no pack")
    return listing.pack


async def write_pack(
    sources: Sources, path: Path, listing: Listing[Any], account: Account, question: Mapping[str, str]
) -> AsyncIterator[int]:
    """Write the ZIP, and tell after each file how many are in it. Raises `Refusal`."""
    pack, ending = pack_of(listing), question[DOCUMENTS]
    ids = await _ids(sources, listing, account, question)
    scope = listing.scope(account)
    # Documents are compressed themselves.
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for written, row_id in enumerate(ids, start=1):
            name, content = await pack.document(sources, scope, row_id, ending)
            await asyncio.to_thread(archive.writestr, name, content)
            yield written


async def _ids(
    sources: Sources, listing: Listing[Any], account: Account, question: Mapping[str, str]
) -> list[str]:
    """The rows to pack, each once. Raises `Refusal` (`pack.too_many`, `pack.row_unknown`)."""
    pack = pack_of(listing)
    if CHOSEN in question:
        return _ids_of(pack, question[CHOSEN].split(","))
    found: list[str] = []
    key = ""
    catalog = await sources.catalog.get()
    while True:
        async with sources.database.scoped(listing.scope(account)) as connection:  # scope: the list's own
            here = Here(account=account, catalog=catalog, units=sources.units, connection=connection)
            query = await read_list_query(listing, here, question)
            rows = await listing.fetch(here, query.wanted, key, _BATCH)
        found += [pack.row_id(row) for row in rows.items]
        if len(found) > pack.most:
            raise _too_many(pack)
        key = rows.next_key
        if not key:
            return found
