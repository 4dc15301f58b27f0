"""票据申领 by pages: stock and use, asking, the decision of a department, standing orders, limits."""

import csv
import io
import re

from tests.supply.asking import KIND, emptied, free_of, used
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.province import ACTING, Resident
from tests.support.world import World, a_world

from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account
from mingpiao.kernel.clock import StoppedClock

site = a_world("peopled", demo=True)
HOME = "/unit/supply"


async def of_unit(site: World, resident: Resident, role: Role) -> Browser:
    """Somebody of a unit, signed in."""
    name = f"{role.value}-{resident.unit_id}"
    async with site.database.system() as connection:
        await create_account(
            connection,
            username=name,
            display_name="医院人员",
            role=role,
            password=PASSWORD,
            unit_id=resident.unit_id,
            acting=ACTING,
        )
    return await site.browser(name)


async def test_a_unit_asks_and_has_its_numbers(site: World, clock: StoppedClock) -> None:
    await used(site, clock)
    hospital = site.province.hospital
    browser = await of_unit(site, hospital, Role.UNIT_HANDLER)
    home = (await browser.get(HOME)).text
    assert "库存不多" in home
    form = await browser.get(f"{HOME}/ask/{KIND}")
    proposed = members_of(form.text)["quantity"]
    assert int(proposed) > 0
    assert f"建议{int(proposed):,}个" in form.text
    assert "预计每月用量（份）" not in form.text
    wrong = await browser.submit(form, f"{HOME}/ask/{KIND}", quantity="很多", purpose="")
    assert wrong.status_code == 422
    assert "请填写1至1,000,000之间的数量" in wrong.text
    assert "请写明用途" in wrong.text
    assert 'value="很多"' in wrong.text
    sent = await browser.submit(form, f"{HOME}/ask/{KIND}", quantity="1,0", purpose="门诊收费窗口")
    again = await browser.submit(form, f"{HOME}/ask/{KIND}", quantity="1,0", purpose="门诊收费窗口")
    assert (sent.status_code, sent.headers["location"]) == (303, again.headers["location"])
    shown = (await browser.arrive(sent)).text
    assert "已发放10个号码" in shown
    assert await free_of(site, hospital) == 10
    listed = (await browser.get(f"{HOME}/requests")).text
    assert listed.count("已发放") >= 1
    exported = await browser.get(f"{HOME}/requests/export.csv")
    (row,) = csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig")))
    assert (row["申领数量"], row["发放数量"], row["用途"], row["状态"]) == (
        "10",
        "10",
        "门诊收费窗口",
        "已发放",
    )


async def test_a_refusal_says_why_and_where_to_go(site: World) -> None:
    """The hospital's stock lasts for years, and it has not issued for a whole month."""
    hospital = site.province.hospital
    browser = await of_unit(site, hospital, Role.UNIT_HANDLER)
    form = await browser.get(f"{HOME}/ask/{KIND}")
    assert "预计每月用量（份）" in form.text
    missing = await browser.submit(form, f"{HOME}/ask/{KIND}", quantity="10", purpose="门诊")
    assert (missing.status_code, "请填写预计每月用多少份" in missing.text) == (422, True)
    assert (await browser.get(f"{HOME}/ask/9999")).status_code == 404
    assert (await browser.get(f"{HOME}/999999")).status_code == 404
    assert (await browser.get(f"{HOME}/ask/%3Cb%3E")).status_code == 404


async def test_a_department_decides_what_the_audit_leaves_to_it(site: World) -> None:
    hospital = site.province.hospital
    await emptied(site, hospital)
    unit = await of_unit(site, hospital, Role.UNIT_HANDLER)
    form = await unit.get(f"{HOME}/ask/{KIND}")
    sent = await unit.submit(form, f"{HOME}/ask/{KIND}", quantity="100", purpose="门诊 & 急诊", estimate="40")
    assert "等待财政部门审核" in (await unit.arrive(sent)).text
    assert "查看待审核的申领" in (await unit.get(HOME)).text
    officer = await site.browser("officer")
    listed = await officer.get("/finance/supply")
    (address,) = set(re.findall(r"/finance/supply/\d+", listed.text))
    page = await officer.get(address)
    assert "门诊 &amp; 急诊" in page.text
    assert members_of(page.text)["estimate"] == "40"
    wrong = await officer.submit(page, f"{address}/grant", quantity="101")
    assert (wrong.status_code, "请填写1至100之间的数量" in wrong.text) == (422, True)
    silent = await officer.submit(page, f"{address}/refuse", reason="")
    assert (silent.status_code, "请写明不予发放的原因" in silent.text) == (422, True)
    assert (await officer.submit(page, f"{address}/nonsense")).status_code == 404
    done = await officer.submit(page, f"{address}/grant", quantity="60", reason="先发一部分")
    assert done.status_code == 303
    late = await officer.submit(page, f"{address}/refuse", reason="改变主意")
    assert (late.status_code, "刚才已由他人办理" in late.text) == (409, True)
    assert await free_of(site, hospital) == 60
    assert "先发一部分" in (await unit.get(address.replace("/finance/", "/unit/"))).text
    elsewhere = await site.browser("elsewhere")
    assert (await elsewhere.get(address)).status_code == 404
    assert address not in (await elsewhere.get("/finance/supply", state="all")).text
    other = await of_unit(site, site.province.other_hospital, Role.UNIT_HANDLER)
    assert (await other.get(address.replace("/finance/", "/unit/"))).status_code == 404


async def test_a_unit_withdraws_its_request(site: World) -> None:
    hospital = site.province.hospital
    await emptied(site, hospital)
    browser = await of_unit(site, hospital, Role.UNIT_HANDLER)
    form = await browser.get(f"{HOME}/ask/{KIND}")
    sent = await browser.submit(form, f"{HOME}/ask/{KIND}", quantity="9", purpose="门诊", estimate="4")
    at = sent.headers["location"]
    page = await browser.get(at)
    assert (await browser.submit(page, f"{at}/withdraw")).status_code == 303
    assert "已撤回" in (await browser.get(at)).text
    assert (await browser.submit(page, f"{at}/withdraw")).status_code == 409


async def test_a_manager_orders_and_nobody_else(site: World, clock: StoppedClock) -> None:
    await used(site, clock)
    hospital = site.province.hospital
    at = f"{HOME}/automatic/{KIND}"
    handler = await of_unit(site, hospital, Role.UNIT_HANDLER)
    looked = await handler.get(at)
    assert "由本单位的票据管理员开启或关闭" in looked.text
    token = await handler.csrf_token()
    assert (await handler.post(at, {"csrf_token": token, "below": "5"})).status_code == 403
    manager = await of_unit(site, hospital, Role.UNIT_MANAGER)
    form = await manager.get(at)
    wrong = await manager.submit(form, at, below="0")
    assert (wrong.status_code, "请填写1至1,000,000之间的数量" in wrong.text) == (422, True)
    assert (await manager.submit(form, at, below="25")).status_code == 303
    assert "自动申领：低于25个" in (await manager.get(HOME)).text
    on = await manager.get(at)
    assert "关闭自动申领" in on.text
    token = await manager.csrf_token()
    assert (await manager.post(at, {"csrf_token": token, "active": "no"})).status_code == 303
    assert "自动申领：未开启" in (await manager.get(HOME)).text


async def test_an_online_unit_sees_its_stock_and_asks_for_nothing(site: World) -> None:
    browser = await site.browser("handler")
    home = (await browser.get(HOME)).text
    assert "在线开票不需要申领" in home
    assert "/unit/supply/ask/" not in home
    assert "/unit/supply/automatic/" not in home


async def test_the_head_of_the_province_sets_the_limits(site: World) -> None:
    at = "/finance/supply/settings"
    assert "由省级财政部门负责人修改" in (await (await site.browser("officer")).get(at)).text
    head = await site.browser("head")
    form = await head.get(at)
    wrong = await head.submit(form, at, months_at_most="13", review_above="x")
    assert (wrong.status_code, 'value="13"' in wrong.text) == (422, True)
    assert (await head.submit(form, at, months_at_most="4", all_written_off="yes")).status_code == 303
    assert (await head.submit(form, at, months_at_most="5")).status_code == 409
    assert "4 个月的用量" in (await (await site.browser("officer")).get(at)).text


async def test_numbers_are_passed_down_and_given_back_by_pages(site: World) -> None:
    officer = await site.browser("officer")
    stock, allot, moves = "/finance/supply/stock", "/finance/supply/stock/allot", "/finance/supply/moves"
    assert "9,999,999,999" in (await officer.get(stock)).text
    assert "没有下发或退回过号码" in (await officer.get(moves)).text
    assert "全省现由省级统一发放号码" in (await officer.get(allot)).text
    head = await site.browser(Role.DEPARTMENT_HEAD, region="150000")
    settings = "/finance/supply/settings"
    await head.submit(await head.get(settings), settings, by_levels="yes")
    assert "逐级下发" in (await officer.get("/finance/supply/settings")).text
    form = members_of((await officer.get(allot)).text)
    catalog = await site.catalog.get()
    present = catalog.bill_code(catalog.kinds[KIND])
    wrong = await officer.post(allot, form | {"to_region": "150102", "code": present, "quantity": "0"})
    assert (wrong.status_code, "请选择本级直接管理的下级地区" in wrong.text) == (422, True)
    assert "请填写1至1,000,000,000之间的数量" in wrong.text
    right = form | {"to_region": "150100", "code": present, "quantity": "5,000", "note": "上半年"}
    for _ in range(2):
        assert (await officer.post(allot, right)).status_code in (200, 303)
    assert await site.value("SELECT count(*) FROM number_moves") == 1
    shown = (await officer.get(stock)).text
    assert f'href="{stock}?region=150100"' in shown
    city = await site.browser(Role.DEPARTMENT_OFFICER, region="150100")
    assert "5,000" in (await city.get(stock)).text
    assert (await city.get(stock, region="150200")).status_code == 404
    back = "/finance/supply/stock/return"
    form = members_of((await city.get(back)).text)
    code = await site.value("SELECT code FROM number_lots")
    short = await city.post(back, form | {"code": code, "quantity": "5001"})
    assert "只有5,000个号码" in short.text
    assert (await city.post(back, form | {"code": code, "quantity": "1000"})).status_code in (200, 303)
    listed = (await city.get(moves)).text
    assert listed.count("<tr") == 3
    county = await site.browser(Role.DEPARTMENT_OFFICER, region="150102")
    assert "没有下发或退回过号码" in (await county.get(moves)).text
    assert "没有可以退回的号码" in (await county.get(back)).text
    assert "本级没有下级地区" in (await county.get(allot)).text
    unit = await of_unit(site, site.province.hospital, Role.UNIT_MANAGER)
    assert (await unit.post(allot, right)).status_code == 403
    assert "省级的号码就在号码池里" in (await officer.get(back)).text
