"""A unit's paper on its pages, lists of destruction, and notices that everybody may read."""

from tests.paper.sheets import CODE, answer, down, given, lines, officer, stocked
from tests.support.browser import members_of
from tests.support.world import World, a_world

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import today

site = a_world("peopled")
HOME = "/unit/paper"


async def test_a_unit_voids_counts_loses_and_destroys(site: World) -> None:
    office = site.province.office
    region = office.unit.region_code
    province = await stocked(site, purpose="ordinary")
    manager = await site.browser(Role.UNIT_MANAGER)
    assert "没有纸质票据" in (await manager.get(HOME)).text
    above = await officer(site, region)
    if region != "150000":
        for step_region in (region,) if region.endswith("00") else (f"{region[:4]}00", region):
            giver = (
                province if step_region[:4] + "00" == step_region else await officer(site, f"{region[:4]}00")
            )
            await answer(site, await officer(site, step_region), await down(site, giver, step_region, 1, 100))
    await given(site, above, office, 1, 20)
    assert "0000000001至0000000020" in (await manager.get(HOME)).text
    void = f"{HOME}/void"
    form = members_of((await manager.get(void)).text) | {"sheets": lines(1, 4), "note": "打印错位"}
    asked = await manager.post(void, form)
    assert (asked.status_code, "作废的纸质票据不能再使用" in asked.text) == (200, True)
    assert (await manager.post(void, form | {"confirmed": "yes"})).status_code == 303
    assert "已作废" in (await manager.get(HOME)).text
    lose = f"{HOME}/lose"
    words = {"notice": "本单位不慎遗失下列纸质票据，声明作废。", "lost_on": f"{today():%Y-%m-%d}"}
    form = members_of((await manager.get(lose)).text) | {"sheets": lines(9, 9), "note": "搬家"} | words
    assert (await manager.post(lose, form | {"confirmed": "yes", "notice": "丢"})).status_code == 422
    assert (await manager.post(lose, form | {"confirmed": "yes"})).status_code == 303
    stranger = site.stranger()
    public = (await stranger.get("/paper-losses")).text
    assert (office.unit.name in public, "声明作废" in public, "搬家" in public) == (True, True, False)
    assert "没有遗失公告" in (await stranger.get("/paper-losses", code=CODE, number="0000000010")).text
    counts = f"{HOME}/counts"
    form = members_of((await manager.get(counts)).text) | {"sheets": lines(1, 8), "counted_by": "王五"}
    wrong = await manager.post(counts, form)
    assert (wrong.status_code, "账上有而没有盘到" in wrong.text) == (422, True)
    assert (await manager.post(counts, form | {"explanation": "其余在财务科"})).status_code == 303
    form = members_of((await manager.get(f"{HOME}/destroy")).text) | {"sheets": lines(1, 4), "note": "污损"}
    assert (await manager.post(f"{HOME}/destroy", form)).status_code == 303
    place = "/finance/paper/destructions/1"
    finance = await site.browser(Role.DEPARTMENT_OFFICER, region=region)
    form = members_of((await finance.get(place)).text)
    assert (await finance.post(f"{place}/decide", form | {"decision": "approve"})).status_code == 303
    own = f"{HOME}/destructions/1"
    form = members_of((await manager.get(own)).text) | {
        "destroyed_on": f"{today():%Y-%m-%d}",
        "place": "县档案馆，粉碎",
    }
    assert (await manager.post(f"{own}/sign", form | {"witnesses": "张三"})).status_code == 422
    assert (await manager.post(f"{own}/sign", form | {"witnesses": "张三、李四"})).status_code == 303
    form = members_of((await finance.get(place)).text)
    assert "从此是已销毁" in (await finance.post(f"{place}/countersign", form)).text
    assert (await finance.post(f"{place}/countersign", form | {"confirmed": "yes"})).status_code == 303
    assert (await manager.get(f"{own}/list.pdf")).content.startswith(b"%PDF")
    stops = "/finance/paper/stops"
    assert "未停用" in (await finance.get(f"{stops}/units")).text
    form = members_of((await finance.get(f"{stops}/units")).text)
    told = await finance.post(f"{stops}/{office.unit_id}", form)
    assert "停用以后不能恢复" in told.text
    assert (
        await finance.post(f"{stops}/{office.unit_id}", form | {"confirmed": "yes", "note": "已上线"})
    ).status_code == 303
    assert "本单位已停用传统纸质票据" in (await manager.get(HOME)).text
    assert "待核销" in (await finance.get(stops)).text
