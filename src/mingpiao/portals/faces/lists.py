"""The list of 制样: each kind with the version of its face that holds now, what comes, and what is drafted."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.catalog.model import BillKind
from mingpiao.kernel.clock import today
from mingpiao.layout.model import FaceVersion
from mingpiao.layout.service import face_drafts
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import Listing
from mingpiao.storage.paging import Page


class FaceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kind, its name without the province's, and its draft if there is one."""

    kind: BillKind
    name: str
    draft: FaceVersion | None


async def _fetch(here: Here, _wanted: Mapping[str, Any], _key: str, _limit: int) -> Page[FaceRow]:
    """The catalog is in memory, so one page has all kinds."""
    drafts = await face_drafts(here.connection)
    rows = tuple(
        FaceRow(kind=kind, name=kind_name(here.catalog, kind.code), draft=drafts.get(kind.code))
        for kind in here.catalog.kinds.values()
        if not kind.retired
    )
    return Page(items=rows)


def current_version(kind: BillKind) -> str:
    """The version that bills of today bear, in words."""
    return f"第{kind.version_on(today()).lstrip('0')}版"


def coming_version(kind: BillKind) -> str:
    """The versions that begin later, in words; empty without one."""
    later = [each for each in kind.template_days if each.valid_from > today()]
    return "、".join(f"第{each.version}版，{each.valid_from:%Y-%m-%d}起" for each in later)


FACES: Listing[FaceRow] = Listing(
    name="finance_faces",
    address="/finance/faces",
    title="制样",
    columns=(
        Column(name="code", label="编码", kind="code", value=lambda row: row.kind.code),
        Column(
            name="name",
            label="票据种类",
            kind="wide",
            head=True,
            value=lambda row: row.name,
            link=lambda row: f"/finance/faces/{row.kind.code}",
        ),
        Column(name="current", label="现用版本", value=lambda row: current_version(row.kind)),
        Column(name="coming", label="将启用", phone=False, value=lambda row: coming_version(row.kind)),
        Column(
            name="draft",
            label="制作中",
            value=lambda row: Badge(f"第{row.draft.version}版草稿", "orange") if row.draft else "",
        ),
    ),
    fetch=_fetch,
    empty=("没有票据种类", "请先在票据种类中添加。"),
)
