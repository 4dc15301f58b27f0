"""Paper on pages: from the print order to the unit."""

from tests.paper.sheets import CODE, KIND, given, officer, tried
from tests.support.browser import members_of
from tests.support.world import World, a_world

from mingpiao.identity.model import Role
from mingpiao.kernel.codes import BillIdentity
from mingpiao.paper.service import take_sheet

site = a_world("peopled")
HOME = "/finance/paper"


async def test_paper_goes_down_by_pages(site: World) -> None:
    head = await site.browser("officer")
    city = await site.browser(Role.DEPARTMENT_OFFICER, region="150100")
    assert "没有纸质票据" in (await head.get(HOME)).text
    assert "由省级财政部门统一印制" in (await city.get(f"{HOME}/order")).text
    form = members_of((await head.get(f"{HOME}/order")).text)
    typed = form | {"kind": KIND, "purpose": "exchange", "printer": "内蒙古印制厂", "plan_no": "印2026-1"}
    wrong = await head.post(f"{HOME}/order", typed | {"sheets": f"{CODE} 0000000009 0000000001"})
    assert (wrong.status_code, "终止号码小于起始号码" in wrong.text, "内蒙古印制厂" in wrong.text) == (
        422,
        True,
        True,
    )
    ordered = await head.post(f"{HOME}/order", typed | {"sheets": f"{CODE} 0000000001 0000001000"})
    assert ordered.status_code == 303
    batch = f"{HOME}/batches/1"
    assert f'href="{batch}"' in (await head.get(f"{HOME}/batches")).text
    shown = await head.get(batch)
    assert f"{CODE} 0000000001 0000001000</textarea>" in shown.text
    assert (
        await head.post(
            f"{batch}/receive", members_of(shown.text) | {"sheets": f"{CODE} 0000000001 0000001000"}
        )
    ).status_code == 303
    assert "已全部入库" in (await head.get(batch)).text
    allot = await head.get(f"{HOME}/allot", sheets=f"{CODE} 0000000001 0000000100")
    sent = members_of(allot.text) | {"to_region": "150100", "note": "第一批"}
    sent["sheets"] = f"{CODE} 0000000001 0000000100"
    for _ in range(2):
        assert (await head.post(f"{HOME}/allot", sent)).status_code == 303
    parcels = (await city.get(f"{HOME}/parcels")).text
    assert ("第一批" in parcels, "0000000001至0000000100" in parcels) == (True, True)
    step = await site.value("SELECT max(step_id) FROM paper_steps")
    form = members_of(parcels)
    refused = await city.post(f"{HOME}/parcels/{step}/decline", form | {"note": ""})
    assert (refused.status_code, "请写明拒收的原因" in refused.text) == (422, True)
    assert (await city.post(f"{HOME}/parcels/{step}/accept", form)).status_code == 303
    assert "0000000001至0000000100" in (await city.get(f"{HOME}/own")).text
    assert (await city.get(HOME, region="150200")).status_code == 404
    # From the city to a unit, and the way of one of its sheets.
    hospital = site.province.other_hospital
    manager = await given(site, await officer(site, "150100"), hospital, 1, 10, point="A")
    sheet = BillIdentity(CODE, "0000000007")
    await tried(site, take_sheet, hospital.unit_id, "A", sheet, reference="15060126-1", acting=manager)
    trace = (await city.get(f"{HOME}/trace", code=CODE, number=sheet.number)).text
    assert ("已使用" in trace, f"{hospital.unit.name}（开票点A）" in trace, "用于15060126-1" in trace) == (
        True,
    ) * 3
    assert "没有找到这张纸质票据" in (await city.get(f"{HOME}/trace", code=CODE, number="0000000999")).text
    assert "票据代码是8位数字" in (await city.get(f"{HOME}/trace", code="1", number="2")).text
    unit_form = members_of((await city.get(f"{HOME}/allot-unit")).text) | {"sheets": f"{CODE} 0000000011"}
    unknown = await city.post(f"{HOME}/allot-unit", unit_form | {"unit": "没有的单位"})
    assert "全称或统一社会信用代码" in unknown.text
    assert (
        await city.post(f"{HOME}/allot-unit", unit_form | {"unit": hospital.unit.uscc})
    ).status_code == 303
    listed = (await city.get(f"{HOME}/steps")).text
    assert listed.count("<tr") == 8
