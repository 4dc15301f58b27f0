"""Lists of 佐证材料 within the connection's scope. Pages continue from a key and never count all rows."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    CHAR,
    ColumnElement,
    DateTime,
    LargeBinary,
    Numeric,
    RowMapping,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.comparing.money import stated_for
from mingpiao.evidence.model import EvidenceFilter, EvidenceState, Extraction, ListedEvidence
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.errors import refuse
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 50
_NEWEST_FIRST = Keyset(
    KeyColumn("uploaded_at", datetime, True),
    KeyColumn("unit_id", int, True),
    KeyColumn("digest", bytes, True),
)
_files = table(
    "evidence_files",
    column("unit_id"),
    column("digest", LargeBinary),
    column("region_code", CHAR(6)),
    column("name", Text),
    column("pages"),
    column("state", Text),
    column("extraction", JSONB),
    column("failure"),
    column("uploaded_by_name"),
    column("uploaded_at", DateTime(timezone=True)),
    column("used_amount", Numeric),
    column("used_bills"),
    column("paper", LargeBinary),
)
#: The first file of each file's paper, which has the counters of all of them.
_papers = _files.alias("papers")
_units = table("units", column("unit_id"), column("name"), column("uscc"))
# The parts of an extraction that lists read; they leave out the text of its pages, which may be long.
_FACTS = func.jsonb_build_object(
    "kind", _files.c.extraction["kind"],
    "pages", func.jsonb_build_array(),
    "amounts", func.coalesce(_files.c.extraction["amounts"], func.jsonb_build_array()),
    "parties", func.coalesce(_files.c.extraction["parties"], func.jsonb_build_array()),
)  # fmt: skip
_paper_name = case((_files.c.paper.is_(None), ""), else_=_papers.c.name).label("paper_name")
_READ_BY_OCR = _files.c.extraction["pages"].contains([{"method": "ocr"}])


async def list_evidence(
    connection: AsyncConnection, wanted: EvidenceFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[ListedEvidence]:
    """A page of files, newest first; `after` is the `next_key` of an earlier page.

    A unit's page is read from the index evidence_files_recent, a page of regions from evidence_files_region,
    region by region. Raises `Refusal` (`list.key_malformed`) for any other `after`.
    """
    keys = _keys(wanted)
    if after:
        keys = keys.where(_NEWEST_FIRST.beyond(_files.c, after))
    if wanted.region_codes and wanted.unit_id is None:
        keys = _newest_of_each(keys, wanted.region_codes, limit + 1)
    else:
        keys = _within(keys, wanted.region_codes).order_by(*_NEWEST_FIRST.order(_files.c)).limit(limit + 1)
    found = [_file(row) for row in (await connection.execute(_rows_of(keys))).mappings()]
    return _NEWEST_FIRST.page(
        found, limit, lambda file: (file.uploaded_at, file.unit_id, bytes.fromhex(file.digest))
    )


async def get_listed(connection: AsyncConnection, unit_id: int, digest: str) -> ListedEvidence:
    """One file as lists show it; raises `Refusal` (`evidence.not_found`, 404) outside the scope."""
    own = _files.c.unit_id == unit_id, _files.c.digest == bytes.fromhex(digest)
    keys = select(_files.c.unit_id, _files.c.digest, _files.c.uploaded_at).where(*own)
    row = (await connection.execute(_rows_of(keys))).mappings().one_or_none()
    if row is None:
        raise refuse("evidence.not_found", "没有找到该佐证材料，或您无权查看。", status=404)
    return _file(row)


def _keys(wanted: EvidenceFilter) -> Select[Any]:
    return select(_files.c.unit_id, _files.c.digest, _files.c.uploaded_at).where(*_conditions(wanted))


def _conditions(wanted: EvidenceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        found.append(_files.c.unit_id == wanted.unit_id)
    if wanted.state:
        found.append(_files.c.state == wanted.state)
    if wanted.name:
        found.append(_files.c.name.icontains(wanted.name, autoescape=True))
    if wanted.uploaded_from:
        found.append(_files.c.uploaded_at >= datetime.combine(wanted.uploaded_from, time.min, SHANGHAI))
    if wanted.uploaded_to:
        end = datetime.combine(wanted.uploaded_to, time.min, SHANGHAI) + timedelta(days=1)
        found.append(_files.c.uploaded_at < end)
    return found


def _within(keys: Select[Any], region_codes: Sequence[str]) -> Select[Any]:
    return keys.where(_files.c.region_code.in_(region_codes)) if region_codes else keys


def _newest_of_each(keys: Select[Any], region_codes: Sequence[str], count: int) -> Select[Any]:
    """The newest files of several regions, taken from the newest of each: the index is ordered within a region."""
    place = func.unnest(cast(list(region_codes), ARRAY(Text))).table_valued("code").render_derived("place")
    own = keys.where(_files.c.region_code == cast(place.c.code, CHAR(6)))
    newest = own.order_by(*_NEWEST_FIRST.order(_files.c)).limit(count).lateral("own")
    found = select(newest).select_from(place.join(newest, true()))
    return found.order_by(*_NEWEST_FIRST.order(newest.c)).limit(count)


def _rows_of(keys: Select[Any]) -> Select[Any]:
    """The rows of the chosen keys. Only these rows are read from the table; the keys come from an index."""
    chosen = keys.subquery("chosen")
    shown = [
        each for each in _files.c if each.name not in ("extraction", "paper", "used_amount", "used_bills")
    ]
    paper = _papers.c.used_amount, _papers.c.used_bills, _paper_name
    unit = _units.c.name.label("unit_name"), _units.c.uscc.label("unit_code")
    facts = _FACTS.label("facts"), _READ_BY_OCR.label("read_by_ocr")
    same = (_files.c.unit_id == chosen.c.unit_id) & (_files.c.digest == chosen.c.digest)
    first = (_papers.c.unit_id == _files.c.unit_id) & (
        _papers.c.digest == func.coalesce(_files.c.paper, _files.c.digest)
    )
    joined = chosen.join(_files, same).join(_papers, first).join(_units, _units.c.unit_id == chosen.c.unit_id)
    return select(*shown, *paper, *unit, *facts).select_from(joined).order_by(*_NEWEST_FIRST.order(chosen.c))


def _file(row: RowMapping) -> ListedEvidence:
    values: dict[str, Any] = dict(row)
    says, read_by_ocr = values.pop("facts"), bool(values.pop("read_by_ocr"))
    extraction = msgspec.convert(says, Extraction) if says["kind"] else None
    return ListedEvidence(
        **values | {"digest": values["digest"].hex(), "state": EvidenceState(values["state"])},
        kind=extraction.kind if extraction else "",
        stated=stated_for(row["unit_name"], extraction, read_by_ocr=read_by_ocr) if extraction else None,
    )
