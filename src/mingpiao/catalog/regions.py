"""Regions that are merged or split, by two people: the region ends on a day, its units move to another one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.catalog.changing import open_departments, require_province
from mingpiao.catalog.checking import problems_of
from mingpiao.catalog.data import REGIONS
from mingpiao.catalog.model import Catalog, Region
from mingpiao.catalog.store import BASE_DATA, load, save
from mingpiao.catalog.wording import title_of
from mingpiao.house.model import ChangedRow, ProposalKind, Topic
from mingpiao.house.rooms import listeners
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse


class NewRegion(msgspec.Struct, frozen=True, kw_only=True):
    """A region that a reform makes."""

    code: str
    name: str


class RegionReform(msgspec.Struct, frozen=True, kw_only=True):
    """撤并与拆分: what becomes of a region from the day `on`.

    `new` are regions that are made. With `into`, an existing or a new region, the region itself ends and its
    units move there; without, it stays, and some of its units may be moved later one by one.
    """

    code: str
    on: date
    new: tuple[NewRegion, ...] = ()
    into: str = ""


class OnMoved(Protocol):
    """Is told that a region ended and which one goes on for it, in the transaction of the change."""

    async def __call__(
        self, connection: AsyncConnection, region_code: str, successor: str, /, *, acting: Acting
    ) -> None: ...


REGION_ENDED: Topic[OnMoved] = Topic(name="catalog.region_ended")


async def propose_reform(
    connection: AsyncConnection, reform: RegionReform, *, reason: str, acting: Acting
) -> int:
    """Put a merger or a split down for a second person of the province, and return the proposal's id.

    Raises `Refusal` for anybody else (`catalog.not_province`, 403), with all problems of the reform
    (`catalog.*`), and what `approvals.service.propose` raises.
    """
    catalog = await load(connection)
    require_province(catalog, acting=acting)
    problems = _problems(reform, catalog)
    if problems:
        raise Refusal(*problems)
    return await propose(
        connection,
        REFORM_PROPOSAL,
        reform.code,
        msgspec.to_builtins(reform),
        title=title_of(REGIONS, catalog.regions[reform.code]),
        reason=reason,
        acting=acting,
    )


def _problems(reform: RegionReform, catalog: Catalog) -> list[Problem]:
    region = catalog.regions.get(reform.code)
    if region is None or region.ended_on is not None or not region.parent:
        raise refuse("catalog.region_unknown", "没有该区划，或已撤并，请刷新页面查看。", status=404)
    problems: list[Problem] = []
    if reform.on > today():
        problems.append(_wrong("on", "day_to_come", "生效日期不能晚于今天，请在生效当天办理。"))
    if not reform.new and not reform.into:
        problems.append(_wrong("into", "nothing_to_do", "请选择并入的区划，或填写新设的区划。"))
    grown = catalog
    for place, new in enumerate(reform.new):
        if new.code in grown.regions:
            problems.append(
                _wrong(f"new/{place}/code", "region_exists", f"区划代码{new.code}已经存在，请修改。")
            )
        made = _made(new, region)
        for problem in problems_of(REGIONS, made, None, grown):
            problems.append(msgspec.structs.replace(problem, field=f"new/{place}/{problem.field}"))
        grown = REGIONS.added(grown, made)
    heir = grown.regions.get(reform.into)
    if reform.into and (heir is None or heir.ended_on is not None or heir.code == region.code):
        problems.append(_wrong("into", "heir_unknown", "并入的区划不存在、已撤并或就是本区划，请重新选择。"))
    below = [each.name for each in catalog.live_regions() if each.parent == region.code]
    if reform.into and below:
        message = f"请先处理下级区划：{'、'.join(below[:5])}。"
        problems.append(_wrong("into", "region_has_others", message))
    return problems


def _wrong(field: str, code: str, message: str) -> Problem:
    return Problem(code=f"catalog.{code}", field=field, message=message, status=422)


def _made(new: NewRegion, region: Region) -> Region:
    return Region(code=new.code, name=new.name, parent=region.parent, level=region.level)


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    catalog = await load(connection)
    reform = _fitting(payload, catalog)
    names = {code: each.name for code, each in catalog.regions.items()} | {
        each.code: each.name for each in reform.new
    }
    rows = [ChangedRow(label="新设区划", before="", after=f"{each.code} {each.name}") for each in reform.new]
    if reform.into:
        into = f"{reform.into} {names[reform.into]}"
        rows += [
            ChangedRow(label="本区划", before="存续", after=f"自 {reform.on} 起撤销"),
            ChangedRow(label="单位归属", before=f"{reform.code} {names[reform.code]}", after=into),
        ]
    return rows


def _fitting(payload: Mapping[str, Any], catalog: Catalog) -> RegionReform:
    reform = msgspec.convert(payload, RegionReform)
    try:
        problems = _problems(reform, catalog)
    except Refusal as refusal:
        raise stale(f"行政区划{reform.code}") from refusal
    if problems:
        raise Refusal(*problems)
    return reform


async def _apply(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    await connection.execute(BASE_DATA.clause)
    catalog = await load(connection)
    reform = _fitting(payload, catalog)
    region = catalog.regions[reform.code]
    made = [_made(each, region) for each in reform.new]
    reason = "撤并与拆分"
    await save(connection, REGIONS, made, reason=reason, valid_from=reform.on, acting=acting)
    grown = catalog
    for each in made:
        grown = REGIONS.added(grown, each)
    codes = [each.code for each in made]
    await open_departments(connection, grown, codes, reason=reason, acting=acting)
    if not reform.into:
        return
    others = sorted({*codes, reform.into} - {reform.into})
    ended = msgspec.structs.replace(region, ended_on=reform.on, successors=(reform.into, *others))
    await save(connection, REGIONS, [ended], reason=reason, valid_from=reform.on, acting=acting)
    for moved in listeners(REGION_ENDED):
        await moved(connection, region.code, reform.into, acting=acting)


REFORM_PROPOSAL = ProposalKind(
    kind="region_reform",
    label="行政区划撤并",
    describe=_describe,
    apply=_apply,
    page=lambda key: f"/finance/regions/{key}",
)
