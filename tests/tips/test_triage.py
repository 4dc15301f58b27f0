"""群众线索 through the pages of departments: accept, refuse, pass on, ask, merge, answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.support.locks import race, writing
from tests.support.world import HOHHOT, World, a_world
from tests.tips.reporters import PNG, act, look, report

from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.tips.model import Tip
from mingpiao.tips.service import accept_tip, merge_tip, refuse_tip
from mingpiao.tips.settings import TipSettings
from mingpiao.tips.triage import tell_of_overdue

world = a_world()
spread = a_world(spread=True)
NOTE = "已电话核实单位名称。"
ANSWER = "经核实，该单位已补开票据，财政部门已责令其整改。"


async def test_a_tip_is_accepted_and_answered(world: World) -> None:
    lookup, tip_id = await report(world)
    officer = await world.browser(region="150000")
    listed = await officer.get("/finance/tips")
    assert "XS00000001" in listed.text
    await act(officer, tip_id, "accept", accept__note=NOTE)
    assert "办理中" in (await look(world, lookup)).text
    early = await act(officer, tip_id, "close", close__answer="")
    assert "请填写答复，不少于4个字。" in early.text
    await act(officer, tip_id, "close", close__answer=ANSWER, close__note=NOTE)
    seen = await look(world, lookup)
    assert ANSWER in seen.text
    assert NOTE not in seen.text
    shown = await officer.get(f"/finance/tips/{tip_id}")
    assert f"内部备注：{NOTE}" in shown.text
    assert "办结并答复" not in shown.text
    late = await officer.post(
        f"/finance/tips/{tip_id}/close",
        {"csrf_token": await officer.csrf_token(), "revision": "3", "close-answer": ANSWER},
    )
    assert late.status_code == 409
    assert "该线索的状态是“已办结”（测试人员）" in late.text
    actions = [
        row["action"]
        for row in await world.rows(
            "SELECT action FROM audit_log WHERE action LIKE 'tip:%' ORDER BY audit_id"
        )
    ]
    assert actions == ["tip:submit", "tip:accept", "tip:close"]


async def test_a_refusal_has_a_reason_for_the_reporter(world: World) -> None:
    lookup, tip_id = await report(world)
    officer = await world.browser(region="150000")
    unfounded = await act(officer, tip_id, "refuse", refuse__answer="略")
    assert "请填写不予受理的理由，不少于4个字。" in unfounded.text
    await act(officer, tip_id, "refuse", refuse__answer="反映的事项不属于财政票据管理。", refuse__note=NOTE)
    seen = await look(world, lookup)
    assert "反映的事项不属于财政票据管理。" in seen.text
    assert NOTE not in seen.text


async def test_a_tip_is_passed_on_and_leaves(world: World) -> None:
    lookup, tip_id = await report(world)
    above, beside = await world.browser(region="150000"), await world.browser(region="150200")
    assert (await beside.get(f"/finance/tips/{tip_id}")).status_code == 404
    wrong = await act(above, tip_id, "transfer", transfer__region="火星", transfer__note="属于当地职责")
    assert "请选择要转交的财政部门" in wrong.text
    await act(above, tip_id, "transfer", transfer__region="150200", transfer__note="属于当地职责")
    assert (await beside.get(f"/finance/tips/{tip_id}")).status_code == 200
    assert "转交包头市财政局办理。" in (await look(world, lookup)).text
    assert await world.value("SELECT title FROM messages WHERE region_code = '150200'") == (
        "收到转办的群众线索XS00000001"
    )
    await act(beside, tip_id, "transfer", transfer__region="150100", transfer__note="属于呼和浩特")
    assert (await beside.get(f"/finance/tips/{tip_id}")).status_code == 404
    assert (await above.get(f"/finance/tips/{tip_id}")).status_code == 200


async def test_alike_tips_share_an_answer(world: World) -> None:
    name = world.province.office.unit.name
    first, leading = await report(world, unit_name=name)
    second, tip_id = await report(world, unit_name=name)
    third, last = await report(world, unit_name=name)
    _, other = await report(world)
    officer = await world.browser(region="150000")
    refused = await act(officer, tip_id, "merge", merge__into=str(other))
    assert "请选择要并入的线索" in refused.text
    itself = await act(officer, tip_id, "merge", merge__into=str(tip_id))
    assert "请选择要并入的线索" in itself.text
    await act(officer, last, "merge", merge__into=str(tip_id))
    await act(officer, tip_id, "merge", merge__into=str(leading))
    assert await world.value("SELECT merged_into FROM tips WHERE tip_id = $1", last) == leading
    await act(officer, leading, "accept")
    await act(officer, leading, "close", close__answer=ANSWER)
    for lookup in (first, second, third):
        assert ANSWER in (await look(world, lookup)).text


async def test_who_reads_the_contact_is_on_record(world: World) -> None:
    _, tip_id = await report(world, contact="zhang@example.com")
    officer = await world.browser(region="150000")
    shown = await officer.get(f"/finance/tips/{tip_id}")
    assert "z***@example.com" in shown.text
    assert "zhang@example.com" not in shown.text
    assert "zhang@example.com" in (await act(officer, tip_id, "contact")).text
    details = await world.value("SELECT details->>'contact' FROM audit_log WHERE action = 'tip:read_contact'")
    assert details == "z***@example.com"


async def test_a_file_is_saved_by_its_department_alone(world: World) -> None:
    _, tip_id = await report(world, [("收据.png", PNG)])
    file_id = await world.value("SELECT file_id FROM tip_files")
    officer, beside = await world.browser(region="150000"), await world.browser(region="150200")
    saved = await officer.get(f"/finance/tips/{tip_id}/files/{file_id}")
    assert saved.content == PNG
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert (await beside.get(f"/finance/tips/{tip_id}/files/{file_id}")).status_code == 404
    assert (await officer.get(f"/finance/tips/{tip_id}/files/{2**70}")).status_code == 404
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'tip:download'") == 1


async def test_no_unit_sees_anything(spread: World) -> None:
    office = spread.residents[HOHHOT]
    _, tip_id = await report(spread, unit_name=office.unit.name, contact="13812345678")
    manager = await spread.browser(Role.UNIT_MANAGER)
    assert (await manager.get(f"/finance/tips/{tip_id}")).status_code == 403
    for address in ("/unit", "/unit/messages", "/unit/audit"):
        assert "线索" not in (await manager.get(address)).text
    county = await spread.browser(region="150102")
    assert (await county.get(f"/finance/tips/{tip_id}")).status_code == 404
    assert "XS0000" not in (await county.get("/finance/tips", params={"state": "all"})).text
    administrator = await spread.browser(Role.ADMINISTRATOR)
    assert "受理</button>" not in (await administrator.get(f"/finance/tips/{tip_id}")).text


async def test_the_list_filters_sorts_and_exports(world: World, clock: StoppedClock) -> None:
    await report(world, kinds=["fake"])
    clock.move(days=30)
    await report(world, unit_name=world.province.office.unit.name)
    officer = await world.browser(region="150000")
    late = await officer.get("/finance/tips", state="overdue")
    assert "XS00000001" in late.text
    assert "XS00000002" not in late.text
    assert "逾期未办" in late.text
    fake = await officer.get("/finance/tips", kind="fake", sort="due")
    assert "XS00000001" in fake.text
    assert "XS00000002" not in fake.text
    unit = await officer.get("/finance/tips", unit=world.province.office.unit.name)
    assert "XS00000002" in unit.text
    assert "XS00000001" not in unit.text
    assert (await officer.get("/finance/tips", state="x")).status_code == 422
    exported = await officer.get("/finance/tips/export.csv", params={"state": "all"})
    assert exported.text.count("XS0000") == 2


async def test_a_department_is_told_once_that_it_is_late(world: World, clock: StoppedClock) -> None:
    _, tip_id = await report(world)
    await tell_of_overdue(world.database)
    clock.move(days=20)
    for _ in range(2):
        await tell_of_overdue(world.database)
    topics = "SELECT count(*) FROM messages WHERE topic LIKE 'tip:overdue:%'"
    assert await world.value(topics) == 1
    officer = await world.browser(region="150000")
    await act(officer, tip_id, "accept")
    open_topics = f"{topics} AND settled_at IS NULL"
    assert await world.value(open_topics) == 0
    clock.move(days=90)
    await tell_of_overdue(world.database)
    assert await world.value(open_topics) == 1


@pytest.mark.parametrize("tip_id", ["0", "99", str(2**70), "x"])
async def test_a_tip_that_is_none(world: World, tip_id: str) -> None:
    officer = await world.browser(region="150000")
    assert (await officer.get(f"/finance/tips/{tip_id}")).status_code == 404


def _officer(name: str) -> Acting:
    role = Role.DEPARTMENT_OFFICER
    return acting_for(
        Account(account_id=1, username=name, display_name=name, role=role, region_code="150000")
    )


async def test_of_two_officers_at_once_one_is_told(world: World) -> None:
    _, tip_id = await report(world)
    async with world.beside() as other:
        outcomes = await race(
            world.url,
            writing("tips"),
            _do(world, accept_tip, tip_id, "", settings=TipSettings(), revision=1, acting=_officer("甲")),
            _do(other, refuse_tip, tip_id, ANSWER, "", revision=1, acting=_officer("乙")),
        )
    (refused,) = [each for each in outcomes if isinstance(each, Refusal)]
    assert refused.problems[0].code == "tip.changed"
    assert len([each for each in outcomes if isinstance(each, Tip)]) == 1
    assert await world.value("SELECT count(*) FROM tip_steps WHERE kind <> 'submitted'") == 1


async def test_two_that_are_merged_into_each_other(world: World) -> None:
    name = world.province.office.unit.name
    _, one = await report(world, unit_name=name)
    _, two = await report(world, unit_name=name)
    async with world.beside() as other:
        outcomes = await race(
            world.url,
            writing("tips"),
            _do(world, merge_tip, one, two, "", revision=1, acting=_officer("甲")),
            _do(other, merge_tip, two, one, "", revision=1, acting=_officer("乙")),
        )
    (refused,) = [each for each in outcomes if isinstance(each, Refusal)]
    assert refused.problems[0].code == "tip.changed"
    assert await world.value("SELECT count(*) FROM tips WHERE state = 'merged'") == 1


async def _do(world: World, verb: Callable[..., Awaitable[Tip]], *args: Any, **kwargs: Any) -> Tip:
    async with world.database.system() as connection:
        return await verb(connection, *args, **kwargs)
