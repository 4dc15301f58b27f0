"""纸质票据 in its states: the hospital's for 换开, and ordinary paper of three units, two of which end it.

The steps are taken through the room's verbs under the moved clock, all of them in one transaction.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.demo.regions import moved
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, handler_of, manager_of, officer_of
from mingpiao.demo.stories import Story, tell
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.paper.model import PaperPurpose, WantedDestruction, WantedPaper
from mingpiao.paper.service import (
    allot_to_region,
    allot_to_unit,
    answer_parcel,
    ask_destruction,
    countersign_destruction,
    decide_destruction,
    list_batches,
    move_to_point,
    order_batch,
    receive_batch,
    report_loss,
    return_paper,
    sign_destruction,
    stop_paper,
    take_next_sheet,
    take_stock,
    void_sheets,
)
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import save_point

_PRINTER = "内蒙古演示票据印务有限公司"
_CITY, _COUNTY = "150100", "150105"
_MEDICAL, _COURT = "0691", "0193"
_STOPPED = "自本月起全部开具电子票据。"
_POINTS = (("MZ", "门诊收费处"), ("ZY", "住院收费处"))
_DESTROYED = WantedDestruction(destroyed_on=None, place="市财政局票据库房，粉碎", witnesses="包晓峰、陈丽华")


class _Desk(msgspec.Struct, kw_only=True):
    """One transaction, who acts in it, the year of the sheets' codes, and how many forms were filled in."""

    connection: AsyncConnection
    catalog: Catalog
    year: int
    forms: int = 0

    @property
    def province(self) -> Acting:
        return officer_of(f"{self.catalog.province}0000")

    def officer(self, region: str) -> Acting:
        return officer_of(moved(region, f"{self.catalog.province}0000"))

    def lines(self, kind: str, first: int, last: int) -> str:
        code = f"{self.catalog.province}{kind}{self.year % 100:02d}"
        return f"{code} {first:010d} {last:010d}"

    def number(self) -> str:
        """The number of a new form."""
        self.forms += 1
        return f"demo-{self.forms}"


async def bring_paper(services: DemoServices, members: Sequence[Member]) -> None:
    """Bring paper in each state, unless there is paper already. There is a hospital, a court, police and an association."""
    first = {entry.profile: (unit, entry) for unit, entry in reversed(members)}
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        if await list_batches(connection, limit=1):
            return
        desk = _Desk(connection=connection, catalog=catalog, year=today().year)
        await tell(
            _print(desk),
            _pass_down(desk),
            _exchange_paper(desk, first["hospital"]),
            _goes_on(desk, first["association"]),
            _has_ended(desk, first["police"]),
            _half_done(desk, first["court"]),
        )


async def _print(desk: _Desk) -> Story:
    """A batch for exchange, of which a part has not arrived, and one of ordinary paper."""
    for days, kind, code, purpose, count, arrived, plan in (
        (95, "0601", _MEDICAL, PaperPurpose.EXCHANGE, 5_000, 4_000, "内财票印〔2026〕12号"),
        (94, "0103", _COURT, PaperPurpose.ORDINARY, 1_000, 1_000, "内财票印〔2026〕3号"),
    ):
        wanted = WantedPaper(
            kind_code=kind,
            purpose=purpose.value,
            sheets=desk.lines(code, 1, count),
            printer=_PRINTER,
            plan_no=plan,
            request_no=desk.number(),
        )
        yield days
        batch = await order_batch(desk.connection, wanted, desk.catalog, acting=desk.province)
        yield days - 1
        await receive_batch(
            desk.connection,
            batch,
            desk.lines(code, 1, arrived),
            request_no=desk.number(),
            note="外包装完好，抽检号码无误",
            acting=desk.province,
        )


async def _pass_down(desk: _Desk) -> Story:
    """The city has paper of both kinds and passes some on to a county; a parcel is on its way to it."""
    city, county = desk.officer(_CITY), desk.officer(_COUNTY)
    for days, giver, taker, lines in (
        (80, desk.province, city, desk.lines(_MEDICAL, 1_001, 2_000)),
        (78, desk.province, city, desk.lines(_COURT, 1, 400)),
        (70, city, county, desk.lines(_MEDICAL, 1_001, 1_300)),
        (1, desk.province, city, desk.lines(_MEDICAL, 2_001, 2_200)),
    ):
        yield days
        parcel = await allot_to_region(
            desk.connection,
            lines,
            taker.region_code or "",
            desk.catalog,
            request_no=desk.number(),
            acting=giver,
        )
        if days > 1:
            yield days - 1
            await answer_parcel(desk.connection, parcel, accept=True, acting=taker)


async def _given(desk: _Desk, days: int, member: Member, lines: str, giver: Acting) -> Story:
    """A unit gets sheets from its department and accepts them on the next day."""
    yield days
    parcel = await allot_to_unit(
        desk.connection, lines, member[0].unit_id, request_no=desk.number(), acting=giver
    )
    yield days - 1
    await answer_parcel(desk.connection, parcel, accept=True, acting=handler_of(member))


async def _exchange_paper(desk: _Desk, hospital: Member) -> Story:
    """The hospital has sheets at its points and in its store; some are spoilt, lost, returned, and asked to be destroyed."""
    connection, handler, manager = desk.connection, handler_of(hospital), manager_of(hospital)
    async for days in _given(desk, 75, hospital, desk.lines(_MEDICAL, 1, 500), desk.province):
        yield days
    yield 60
    for place, (code, name) in enumerate(_POINTS):
        point = IssuingPoint(unit_id=hospital[0].unit_id, code=code, name=name, people=handler.name)
        await save_point(connection, point, acting=desk.province)
        lines = desk.lines(_MEDICAL, 100 * place + 1, 100 * place + 100)
        await move_to_point(connection, lines, code, request_no=desk.number(), acting=handler)
    yield 41
    why = "打印机卡纸，票面污损"
    spoilt = desk.lines(_MEDICAL, 1, 6)
    await void_sheets(connection, spoilt, request_no=desk.number(), note=why, acting=handler)
    yield 30
    await report_loss(
        connection,
        desk.lines(_MEDICAL, 101, 102),
        today() - timedelta(days=1),
        "我单位不慎遗失下列医疗收费票据（换开专用），声明作废。如有拾到或发现使用的，请与我单位联系。",
        desk.catalog,
        request_no=desk.number(),
        note="住院收费处搬迁时遗失，已在院内查找并向保卫部门登记",
        acting=manager,
    )
    yield 20
    back = await return_paper(
        connection,
        desk.lines(_MEDICAL, 401, 500),
        desk.catalog,
        request_no=desk.number(),
        note="换开的票据减少，余票退回",
        acting=handler,
    )
    yield 18
    await answer_parcel(connection, back, accept=True, acting=desk.province)
    yield 6
    await _ask(desk, hospital, desk.lines(_MEDICAL, 1, 4), "票面污损，不能使用")


async def _goes_on(desk: _Desk, member: Member) -> Story:
    """A unit that uses ordinary paper, and has not stopped."""
    async for days in _given(desk, 72, member, desk.lines(_COURT, 401, 450), desk.province):
        yield days
    yield 60
    await _use(desk, member, 5)


async def _has_ended(desk: _Desk, member: Member) -> Story:
    """A unit that stopped: what it had left is counted, void and destroyed."""
    city, left = desk.officer(_CITY), desk.lines(_COURT, 5, 50)
    async for days in _given(desk, 71, member, desk.lines(_COURT, 1, 50), city):
        yield days
    yield 59
    await _use(desk, member, 4)
    yield 45
    await stop_paper(desk.connection, member[0].unit_id, note=_STOPPED, acting=city)
    yield 44
    await _count(desk, member, left)
    yield 43
    await _void(desk, member, left)
    async for days in _destroyed(desk, 42, member, left, city, is_done=True):
        yield days


async def _half_done(desk: _Desk, member: Member) -> Story:
    """A unit that stopped and found two sheets missing; a part is destroyed, and a list waits for its second signature."""
    city = desk.officer(_CITY)
    async for days in _given(desk, 71, member, desk.lines(_COURT, 51, 250), city):
        yield days
    yield 58
    await _use(desk, member, 12)
    yield 45
    await stop_paper(desk.connection, member[0].unit_id, note=_STOPPED, acting=city)
    yield 40
    why = "账上有而没有盘到的两张夹在已用存根中，正在核对；盘点由财务和审计共同进行。"
    await _count(desk, member, desk.lines(_COURT, 65, 250), why)
    yield 38
    await _void(desk, member, desk.lines(_COURT, 151, 250))
    for first, last, since in ((151, 200, 36), (201, 230, 9)):
        sheets = desk.lines(_COURT, first, last)
        async for days in _destroyed(desk, since, member, sheets, city, is_done=since > 9):
            yield days


async def _use(desk: _Desk, member: Member, count: int) -> None:
    for number in range(1, count + 1):
        await take_next_sheet(
            desk.connection,
            member[0].unit_id,
            "",
            "0103",
            reference=f"手工收据{number:04d}",
            purpose=PaperPurpose.ORDINARY,
            acting=handler_of(member),
        )


async def _count(desk: _Desk, member: Member, found: str, explanation: str = "") -> None:
    await take_stock(
        desk.connection,
        found,
        counted_by=member[1].checker,
        explanation=explanation,
        request_no=desk.number(),
        acting=manager_of(member),
    )


async def _void(desk: _Desk, member: Member, lines: str) -> None:
    note, acting = "停用传统纸质票据", manager_of(member)
    await void_sheets(desk.connection, lines, request_no=desk.number(), note=note, acting=acting)


async def _ask(desk: _Desk, member: Member, lines: str, reason: str) -> int:
    return await ask_destruction(
        desk.connection,
        lines,
        desk.catalog,
        request_no=desk.number(),
        note=reason,
        acting=manager_of(member),
    )


async def _destroyed(
    desk: _Desk, days: int, member: Member, lines: str, city: Acting, *, is_done: bool
) -> Story:
    """Void sheets are put on a list, which is approved and signed; the second signature only where it `is_done`."""
    yield days
    listed = await _ask(desk, member, lines, "停用传统纸质票据，剩余票据销毁")
    yield days - 2
    await decide_destruction(desk.connection, listed, approve=True, acting=city)
    yield days - 4
    said = msgspec.structs.replace(_DESTROYED, destroyed_on=today())
    await sign_destruction(desk.connection, listed, said, acting=manager_of(member))
    if is_done:
        yield days - 5
        await countersign_destruction(desk.connection, listed, acting=city)
