"""监督检查 in their states: one concluded with a unit's statement, one at work, one that waits for people, one cancelled."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec

from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, handler_of
from mingpiao.identity.model import Acting, acting_for
from mingpiao.identity.service import find_persons
from mingpiao.inspections.model import (
    CHECKLIST,
    InspectedBill,
    InspectionFilter,
    InspectionPlan,
    InspectionQuery,
    PaperVerdict,
    PaperWish,
    Sample,
    SampleMethod,
    Stratum,
)
from mingpiao.inspections.service import (
    all_bills,
    answer_statement,
    ask_statement,
    cancel_inspection,
    conclude,
    draw_inspection,
    examine,
    get_inspection,
    list_inspections,
    plan_inspection,
    save_question,
    start_inspection,
    statements_of,
)
from mingpiao.kernel.clock import today

_CLEAN = dict.fromkeys(CHECKLIST, "yes")
_NOTE = "没有提供捐赠协议，缴款人与付款方不一致。"


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """An inspection of the demonstration; `examined` bills are looked at, of which the first `wrong` are wrong."""

    name: str
    kinds: tuple[str, ...]
    sample: Sample
    started: bool = True
    examined: int = 0
    wrong: int = 0
    ends: str = ""


_INSPECTIONS = (
    _Made(
        name="捐赠票据专项检查",
        kinds=("03",),
        sample=Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, each=3),
        examined=1_000,
        wrong=1,
        ends="concluded",
    ),
    _Made(
        name="住院票据大额抽查",
        kinds=("0602",),
        sample=Sample(method=SampleMethod.MONETARY, number=12),
        examined=5,
        wrong=1,
    ),
    _Made(
        name="往来票据使用检查",
        kinds=("0201",),
        sample=Sample(method=SampleMethod.RANDOM, number=20),
        started=False,
    ),
    _Made(
        name="会费票据检查",
        kinds=("04",),
        sample=Sample(method=SampleMethod.SYSTEMATIC, every=5),
        started=False,
        ends="cancelled",
    ),
)


async def bring_inspections(services: DemoServices, members: Sequence[Member], officer: str) -> None:
    """Make the inspections, by the officer with this user name; those that are there already stay as they are."""
    async with services.database.system() as connection:
        (account,) = await find_persons(connection, username=officer)
        acting = acting_for(account)
        known = {
            each.name
            for each in (await list_inspections(connection, InspectionFilter(), acting=acting)).items
        }
        catalog = await services.catalog.get()
        query = _query(("03",), Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, share=Decimal("0.1")))
        await save_question(connection, "捐赠票据季度抽查", query, catalog, rules={}, acting=acting)
    for made in _INSPECTIONS:
        if made.name not in known:
            await _make(services, made, members, acting=acting)


def _query(kinds: tuple[str, ...], sample: Sample) -> InspectionQuery:
    return InspectionQuery(periods=((today() - timedelta(days=89), today()),), kinds=kinds, sample=sample)


async def _make(services: DemoServices, made: _Made, members: Sequence[Member], *, acting: Acting) -> None:
    plan = InspectionPlan(
        name=made.name, query=_query(made.kinds, made.sample), due_on=today() + timedelta(days=30)
    )
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        number = await plan_inspection(connection, plan, catalog, rules={}, acting=acting)
    await draw_inspection(services.database, services.catalog, number)
    async with services.database.system() as connection:
        found = await get_inspection(connection, number, acting=acting)
        if not found.drawn:
            return
        if made.ends == "cancelled":
            await cancel_inspection(connection, number, revision=found.revision, acting=acting)
        if not made.started:
            return
        people = [acting.account_id or 0]
        started = await start_inspection(connection, number, people, revision=found.revision, acting=acting)
    await _examine(services, number, made, acting=acting)
    if made.ends == "concluded":
        await _conclude(services, number, started.revision, members, acting=acting)


async def _examine(services: DemoServices, number: int, made: _Made, *, acting: Acting) -> None:
    async with services.database.system() as connection:
        for place, bill in enumerate((await all_bills(connection, number))[: made.examined]):
            wish = _wish(bill, wrong=place < made.wrong)
            await examine(connection, number, bill.bill_id, wish, revision=bill.revision, acting=acting)


def _wish(bill: InspectedBill, *, wrong: bool) -> PaperWish:
    if not wrong:
        return PaperWish(verdict=PaperVerdict.CLEAN, checks=_CLEAN)
    checks = _CLEAN | {"evidence": "no"}
    return PaperWish(verdict=PaperVerdict.WRONG, checks=checks, note=_NOTE, wrong_amount=bill.total)


async def _conclude(
    services: DemoServices, number: int, revision: int, members: Sequence[Member], *, acting: Acting
) -> None:
    """Ask the unit whose bill is wrong, let it answer, and conclude."""
    async with services.database.system() as connection:
        wrong = [each for each in await all_bills(connection, number) if each.verdict is PaperVerdict.WRONG]
        for bill in wrong:
            question = "请说明这张捐赠票据的捐赠协议和付款方。"
            due_on = today() + timedelta(days=7)
            await ask_statement(connection, number, bill.unit_id, question, due_on, acting=acting)
        for statement in await statements_of(connection, number):
            member = next(each for each in members if each[0].unit_id == statement.unit_id)
            answer = "捐赠人委托他人付款，已补充委托书和捐赠协议。"
            await answer_statement(connection, statement.statement_id, answer, acting=handler_of(member))
        words = "样本总体规范；一张票据材料不全，单位已补充说明，不作违规处理。"
        await conclude(connection, number, words, revision=revision, acting=acting)
