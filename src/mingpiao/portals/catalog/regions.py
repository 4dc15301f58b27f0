"""行政区划 as texts, and their pages; a region is merged or split by a form of its own."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals.service import address_of
from mingpiao.catalog import service as catalogs
from mingpiao.catalog.model import Catalog, EarlierName, Region
from mingpiao.catalog.service import REGIONS, NewRegion, RegionReform
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.catalog.fields import DataField, FieldReader, Texts, shown_rows
from mingpiao.portals.catalog.pages import DataPage, found_value, read_texts
from mingpiao.portals.catalog.rights import CATALOG_EDIT
from mingpiao.portals.list_model import Button
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right

_FIELDS = (
    DataField(
        name="code", label="区划代码", required=True, example="150105", hint="GB/T 2260 六位代码；建立后不能修改"
    ),
    DataField(name="name", label="名称", required=True, example="赛罕区"),
    DataField(
        name="parent", label="上级区划", example="150100", phone=True,
        hint="上级的代码；不填按代码推定（省直辖的县填省的代码）",
    ),
    DataField(
        name="since", label="更名日期", kind="date", shown=False, example="",
        hint="更名时填写自何日起使用新名称，不晚于今天；此前的票据仍显示原名称",
    ),
)  # fmt: skip
_NEW = DataField(
    name="new",
    label="新设区划",
    kind="rows",
    columns=(DataField(name="code", label="区划代码"), DataField(name="name", label="名称")),
)
_REFORM = (
    DataField(name="on", label="生效日期", kind="date", required=True, hint="不晚于今天"),
    DataField(name="into", label="并入区划", hint="撤销本区划时，填写用票单位转入的区划代码（可以是下面新设的）；本区划保留的不填"),
    _NEW,
)  # fmt: skip


def _parent_of(code: str, catalog: Catalog) -> str:
    """The region above by the code: a county's city, or the province where there is no such city."""
    province = f"{catalog.province}0000"
    city = f"{code[:4]}00"
    if code == province:
        return ""
    return city if not code.endswith("00") and city in catalog.regions else province


def _read(texts: Texts, before: Region | None, catalog: Catalog) -> Region:
    reader = FieldReader(texts, _FIELDS)
    code, name = reader.text("code"), reader.text("name")
    since = reader.day("since") or today()
    if since > today():
        reader.wrong("since", "不能晚于今天，请在更名当天办理。")
    parent = reader.text("parent") or (before.parent if before else _parent_of(code, catalog))
    level = "province" if not parent else ("city" if code.endswith("00") else "county")
    region = Region(code=code, name=name, parent=parent, level=level)
    if before is not None:
        region = msgspec.structs.replace(before, name=name, parent=parent)
        if name != before.name:
            if before.earlier and since <= before.earlier[-1].until:
                reader.wrong("since", "不能早于上一次更名的日期，请修改。")
            earlier = (*before.earlier, EarlierName(name=before.name, until=since))
            region = msgspec.structs.replace(region, earlier=earlier)
    reader.done()
    return region


def _buttons(code: str) -> tuple[Button, ...]:
    return (Button(label="撤并与拆分", address=f"/finance/regions/{code}/reform"),)


REGION_PAGES: DataPage[Region] = DataPage(
    data=REGIONS,
    name="finance_regions",
    address="/finance/regions",
    noun="个行政区划",
    hint="按 GB/T 2260 的行政区划。新建和更名立即生效；撤并与拆分由一人提交、另一人审核。票据和历史数据保留当时的区划和名称。",
    fields=_FIELDS,
    texts=lambda region: {"code": region.code, "name": region.name, "parent": region.parent, "since": ""},
    read=_read,
    max_rows=5_000,
    import_hint="只需“区划代码”和“名称”两列，可以直接使用 GB/T 2260 的代码表。名称不同的视为今天起更名，文件里没有的区划不受影响。",
    buttons=_buttons,
)


@get("/regions/{code:str}/reform", guards=[require_right(CATALOG_EDIT)])
async def reform_form(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """The form to merge or split a region."""
    return await _form(call, code, {"on": today().isoformat()})


@post("/regions/{code:str}/reform", guards=[require_right(CATALOG_EDIT)], status_code=200)
async def reform_region(
    call: NamedDependency[PageCall], code: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Propose a merger or a split."""
    texts = await read_texts(call.request)
    reader = FieldReader(texts, (*_REFORM, *_NEW.columns))
    try:
        on = reader.day("on")
        if on is None and not reader.problems:
            reader.wrong("on", "不能为空，请填写。")
        reader.done()
        reform = RegionReform(
            code=code,
            on=on or today(),
            new=tuple(
                NewRegion(code=row.get("code", ""), name=row.get("name", "")) for _, row in reader.rows(_NEW)
            ),
            into=reader.text("into"),
        )
        async with call.services.database.system() as connection:  # system: a verb writes
            proposal_id = await catalogs.propose_reform(
                connection, reform, reason=texts.get("reason", ""), acting=call.acting
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _form(call, code, texts, refusal.problems)
    return redirect(call.request, address_of(proposal_id))


async def _form(call: PageCall, code: str, texts: Texts, problems: tuple[Problem, ...] = ()) -> Response[str]:
    catalog = await call.services.catalog.get()
    catalogs.require_province(catalog, acting=call.acting)
    region = found_value(REGION_PAGES, catalog, code)
    here = f"{REGION_PAGES.address}/{code}"
    return page(
        call.request,
        "catalog/edit.html",
        title=f"撤并与拆分 {code} {region.name}",
        crumbs=[*REGION_PAGES.crumbs, (code, here)],
        by_two=True,
        address=f"{here}/reform",
        cancel=here,
        fields=_REFORM,
        options={},
        texts=texts,
        rows={_NEW.name: shown_rows(texts, _NEW)},
        touched="",
        problems=problems,
    )


REFORM_HANDLERS = [reform_form, reform_region]
