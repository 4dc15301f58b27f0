"""Departments register units and grant what they may issue, by pages alone."""

import re

import httpx
import pytest
from sqlalchemy import text
from tests.support.browser import Browser, members_of
from tests.support.world import BAOTOU, HOHHOT, PROVINCE, XINCHENG, World, a_world

from mingpiao.demo.people import uscc
from mingpiao.identity.model import Role
from mingpiao.kernel.clock import today

world = a_world()
#: For tests that change nothing.
unchanged = a_world(scope="module")

CODE = uscc("12", XINCHENG, "NEW00001")
GIVEN = {
    "uscc": CODE,
    "name": "演示新城区第一小学",
    "region_code": XINCHENG,
    "unit_type": "school",
    "mode": "INTERFACE",
    "receiving_account": "0000123456789",
    "receiving_bank": "演示银行",
    "address": "演示大街1号",
    "phone": "0471-0000001",
}


async def register(browser: Browser, **changes: str) -> httpx.Response:
    shown = await browser.get("/finance/units/new")
    assert shown.status_code == 200
    return await browser.post("/finance/units/new", members_of(shown.text) | GIVEN | changes)


async def post(browser: Browser, address: str, **members: str | list[str]) -> httpx.Response:
    return await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})


async def _registered(browser: Browser) -> str:
    answer = await register(browser)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_a_county_registers_a_unit_grants_kinds_items_and_numbers(world: World) -> None:
    async with await world.browser(region=XINCHENG) as browser:
        address = await _registered(browser)
        shown = (await browser.get(address)).text
        for step in ("核定票据种类", "核定收款项目", "发放号码"):
            assert step in shown
        assert (await browser.get("/finance/units/new")).text.count('value="150102"') == 1
        catalog = await world.catalog.get()
        kind = sorted(code for code in catalog.kinds)[0]
        codes = sorted(code for code, item in catalog.items.items() if kind in item.kinds)
        answer = await post(browser, f"{address}/kinds", kinds=[kind])
        assert answer.headers["location"] == f"{address}/items"
        marked = (await browser.get(f"{address}/items?all={kind}")).text
        assert marked.count(" checked") == len(codes)
        answer = await post(browser, f"{address}/items", items=codes[:2])
        assert answer.headers["location"] == address
        answer = await post(browser, f"{address}/numbers", kind=kind, count="2,500")
        assert answer.headers["location"] == address
        shown = (await browser.get(address)).text
        assert "2,500" in shown
        assert "开通进度" in shown
        assert "尚未开通" in shown
        assert "没有登记期限" in shown
        for untrue in ("正常用票", "长期", ">正常<"):
            assert untrue not in shown, untrue
    unit_id = int(address.rsplit("/", 1)[1])
    profile = await world.units.profile(unit_id)
    assert (profile.unit.name, profile.unit.uscc) == (GIVEN["name"], CODE)
    assert profile.kind_codes == {kind}
    assert profile.item_codes == set(codes[:2])
    (segment,) = await world.rows(
        "SELECT code, last_number - first_number + 1 AS count FROM segments WHERE unit_id = $1", unit_id
    )
    assert (segment["code"], segment["count"]) == (catalog.bill_code(catalog.kinds[kind]), 2500)
    actions = await world.rows("SELECT action FROM audit_log WHERE unit_id = $1 ORDER BY audit_id", unit_id)
    assert [row["action"] for row in actions] == [
        "unit:register", "stock:open", "unit:allow_items", "segment:allot",
    ]  # fmt: skip


async def test_a_library_marks_its_items_as_far_as_the_unit_may_have_them(world: World) -> None:
    catalog = await world.catalog.get()
    items = sorted(catalog.items.values(), key=lambda item: item.code)
    inside = items[0]
    kind = sorted(inside.kinds)[0]
    within, beside = inside.code, next(item.code for item in items if kind not in item.kinds)
    async with await world.browser(region=PROVINCE) as browser:
        for code, listed in {"mixed": f"{within}、{beside}", "foreign": beside}.items():
            made = {"code": code, "name": f"项目库{code}", "items": listed, "state": "live", "reason": "起始"}
            assert (await post(browser, "/finance/libraries/new", **made)).status_code == 303
    async with await world.browser(region=XINCHENG) as browser:
        address = await _registered(browser)
        await post(browser, f"{address}/kinds", kinds=[kind])
        shown = (await browser.get(f"{address}/items")).text
        assert f'href="{address}/items?library=mixed"' in shown
        assert "项目库mixed（1 项）" in shown
        assert "项目库foreign" not in shown
        assert " checked" not in shown
        marked = (await browser.get(f"{address}/items?library=mixed&library=foreign&library=none")).text
        assert re.findall(r'value="(\w+)" checked', marked) == [within]
        assert (
            f'href="{address}/items?library=mixed&amp;library=foreign&amp;library=none&amp;all={kind}"'
            in marked
        )


async def test_sent_twice_it_is_one_unit_and_other_data_is_refused(world: World) -> None:
    async with await world.browser(region=XINCHENG) as browser:
        address = await _registered(browser)
        assert (await register(browser)).headers["location"] == address
        differs = await register(browser, name="另一个名称")
        assert differs.status_code == 409
        assert "已登记为“演示新城区第一小学”" in differs.text
    async with await world.browser(region=BAOTOU) as browser:
        elsewhere = await register(browser, region_code=BAOTOU)
        assert elsewhere.status_code == 409
        assert "已在其他地区登记" in elsewhere.text
        assert GIVEN["name"] not in re.sub(r'value="[^"]*"', "", elsewhere.text)
    assert await world.value("SELECT count(*) FROM units WHERE uscc = $1", CODE) == 1


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"uscc": CODE[:17] + ("0" if CODE[17] != "0" else "1")}, f"最后一位校验位应为{CODE[17]}"),
        ({"uscc": "123"}, "应为18位数字和大写字母"),
        ({"name": " "}, "请填写单位名称"),
        ({"name": "<b>学校"}, "单位名称第1个字"),
        ({"region_code": BAOTOU}, "请选择本部门所辖的地区"),
        ({"region_code": "999999"}, "请选择本部门所辖的地区"),
        ({"region_code": ""}, "请选择所属地区"),
        ({"mode": "BOTH"}, "请选择开票方式"),
        ({"unit_type": ""}, "请选择单位类型"),
        ({"phone": "电话"}, "联系电话只能有"),
        ({"receiving_account": "账号"}, "收款账号只能有"),
    ],
)
async def test_each_problem_stands_at_its_field_and_nothing_is_lost(
    unchanged: World, changes: dict[str, str], told: str
) -> None:
    async with await unchanged.browser(region=XINCHENG) as browser:
        answer = await register(browser, **changes)
    assert 400 <= answer.status_code < 500
    assert told in answer.text
    assert GIVEN["address"] in answer.text
    assert await unchanged.value("SELECT count(*) FROM units WHERE uscc = $1", CODE) == 0


async def test_all_problems_of_a_form_are_told_together(world: World) -> None:
    async with await world.browser(region=XINCHENG) as browser:
        answer = await register(browser, uscc="1", name="", unit_type="", mode="")
    for told in ("应为18位", "请填写单位名称", "请选择单位类型", "请选择开票方式"):
        assert told in answer.text


async def test_a_region_that_does_not_exist_is_told_to_the_province_too(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        answer = await register(browser, region_code="159999")
    assert answer.status_code == 422
    assert "请选择本部门所辖的地区" in answer.text


async def test_among_many_regions_one_searches_without_a_script(world: World) -> None:
    name = (await world.catalog.get()).region_path(XINCHENG)
    async with await world.browser(region=PROVINCE) as browser:
        shown = (await browser.get("/finance/units/new")).text
        assert 'id="region_code" name="region_code" value=""' in shown
        assert 'list="region_code-options"' in shown
        assert f'<option value="{name}（{XINCHENG}）"></option>' in shown
        # 开票方式 has to be chosen, and says so as the other fields do.
        assert '开票方式<span class="required-mark"' in shown
        many = await register(browser, region_code="市")
        assert many.status_code == 422
        assert "写全名称或区划代码" in many.text
        assert 'name="region_code" value="市"' in many.text
        again = await register(browser, region_code=XINCHENG, uscc="x")
        assert f'name="region_code" value="{name}（{XINCHENG}）"' in again.text
        made = await register(browser, region_code=f"{name}（{XINCHENG}）")
        assert made.status_code == 303, made.text
    assert await world.value("SELECT region_code FROM units WHERE uscc = $1", CODE) == XINCHENG


async def test_a_region_that_has_ended_takes_no_unit(world: World) -> None:
    charity = world.province.charity
    async with world.database.system() as connection:
        await connection.execute(
            text("UPDATE regions SET ended_on = :day WHERE code = :code"), {"day": today(), "code": XINCHENG}
        )
    async with await world.browser(region=PROVINCE) as browser:
        answer = await register(browser)
        moved = await post(
            browser,
            f"/finance/units/{charity.unit_id}/changes/region",
            confirmed="yes",
            after=XINCHENG,
            effective_on=today().isoformat(),
            reason="迁移",
        )
    assert answer.status_code == 422
    assert "请选择本部门所辖的地区" in answer.text
    assert moved.status_code == 422
    assert "该地区已撤并" in moved.text
    assert await world.value("SELECT count(*) FROM units WHERE region_code = $1", XINCHENG) == 0


async def test_a_number_or_a_nul_that_no_row_can_have_is_no_page(world: World) -> None:
    charity = world.province.charity
    async with await world.browser(region=PROVINCE) as browser:
        for number in (2**63 - 1, 2**63, 10**30):
            for page in (f"units/{number}", f"units/{number}/accounts", f"approvals/{number}"):
                assert (await browser.get(f"/finance/{page}")).status_code == 404, page
        assert (await browser.get(f"/finance/faces/0301/{2**31}/edit")).status_code == 404
        for address in (f"units/{charity.unit_id}/planned/{2**63}/withdraw", f"units/{2**63}/changes/close"):
            assert (await post(browser, f"/finance/{address}")).status_code == 404, address
        assert (await post(browser, f"/finance/units/{charity.unit_id}/apps/%00")).status_code == 404
    async with await world.browser(Role.UNIT_HANDLER) as clerk:
        assert (await post(clerk, "/unit/drafts/%00/delete")).status_code == 404
        assert (await clerk.get(f"/unit/payers/{2**63}")).status_code == 404


async def test_another_county_touches_nothing(world: World) -> None:
    async with await world.browser(region=XINCHENG) as browser:
        address = await _registered(browser)
    unit_id = int(address.rsplit("/", 1)[1])
    before = await world.rows("SELECT * FROM units WHERE unit_id = $1", unit_id)
    trails = await world.value("SELECT count(*) FROM audit_log")
    for role, region, status in (
        (Role.DEPARTMENT_HEAD, BAOTOU, 404),
        (Role.ADMINISTRATOR, None, 403),
        (Role.UNIT_MANAGER, None, 403),
    ):
        async with await world.browser(role, region=region) as browser:
            trails = await world.value("SELECT count(*) FROM audit_log")
            for page in ("edit", "kinds", "items", "numbers"):
                if role is not Role.UNIT_MANAGER:
                    assert (await browser.get(f"{address}/{page}")).status_code == status, page
                answer = await post(
                    browser, f"{address}/{page}", kinds=["0601"], items=[], kind="0601", count="5",
                    unit_type="school", phone="1",
                )  # fmt: skip
                assert answer.status_code in (403, 404), page
            assert await world.value("SELECT count(*) FROM audit_log") == trails
    assert await world.rows("SELECT * FROM units WHERE unit_id = $1", unit_id) == before
    assert await world.value("SELECT count(*) FROM stocks WHERE unit_id = $1", unit_id) == 0


async def test_the_city_above_changes_accounts_and_a_second_time_writes_nothing(world: World) -> None:
    async with await world.browser(region=XINCHENG) as browser:
        address = await _registered(browser)
    unit_id = int(address.rsplit("/", 1)[1])
    async with await world.browser(region=HOHHOT) as browser:
        shown = await browser.get(f"{address}/edit")
        for _ in range(2):
            answer = await browser.submit(shown, f"{address}/edit", phone="0471-1111111", unit_type="office")
            assert answer.headers["location"] == address
        refused = await browser.submit(shown, f"{address}/edit", phone="x" * 40)
        assert refused.status_code == 400
    unit = (await world.units.profile(unit_id)).unit
    assert (unit.phone, unit.unit_type, unit.receiving_account) == ("0471-1111111", "office", "0000123456789")
    trail = await world.rows("SELECT changed FROM audit_log WHERE action = 'unit:amend'")
    assert [row["changed"] for row in trail] == [
        [
            {"name": "unit_type", "before": "school", "after": "office"},
            {"name": "phone", "before": "0471-0000001", "after": "0471-1111111"},
        ]
    ]


async def test_a_kind_is_taken_away_after_a_page_that_tells_what_follows(world: World) -> None:
    unit_id = world.province.hospital.unit_id
    kind = sorted(world.province.hospital.entry.kinds)[0]
    address = f"/finance/units/{unit_id}/kinds/{kind}/withdraw"
    free = await world.value(
        "SELECT sum(last_number - first_number + 1) FROM segments WHERE unit_id = $1 AND kind_code = $2",
        unit_id,
        kind,
    )
    async with await world.browser(region=PROVINCE) as browser:
        assert f'formaction="{address}"' in (await browser.get(f"/finance/units/{unit_id}/kinds")).text
        asked = await post(browser, address)
        assert f"退回未用的号码 {int(free):,} 个" in asked.text
        assert "没有该种类的草稿、未办结的申请和未完成的批次。" in asked.text
        refused = await post(browser, address, confirmed="yes", reason=" ")
        assert "请填写收回的原因，不超过200个字" in refused.text
        assert await world.value("SELECT count(*) FROM stocks WHERE withdrawn") == 0
        done = await post(browser, address, confirmed="yes", reason="业务已划转")
        assert done.headers["location"] == f"/finance/units/{unit_id}"
        assert f'formaction="{address}"' not in (await browser.get(f"/finance/units/{unit_id}/kinds")).text
        assert (await post(browser, address)).status_code == 404
        assert (await post(browser, address, confirmed="yes", reason="再一次")).status_code == 409
        again = await post(browser, f"/finance/units/{unit_id}/kinds", kinds=[kind])
        assert again.status_code == 303
    assert kind in (await world.units.profile(unit_id)).kind_codes
    async with await world.browser(region=XINCHENG) as browser:
        assert (await post(browser, address, confirmed="yes", reason="不是本地区")).status_code == 404


async def test_an_online_unit_gets_no_numbers_in_advance(world: World) -> None:
    unit_id = world.province.office.unit_id
    async with await world.browser(region=PROVINCE) as browser:
        address = f"/finance/units/{unit_id}/numbers"
        assert (await browser.get(address)).status_code == 409
        kind = sorted(world.province.office.entry.kinds)[0]
        assert (await post(browser, address, kind=kind, count="10")).status_code == 409
    assert await world.value("SELECT count(*) FROM segments WHERE unit_id = $1", unit_id) == 0


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("count", ["0", "1000001", "-5", "1e3", "", "１０", "99999999999999"])
async def test_the_number_of_numbers_has_limits(unchanged: World, count: str) -> None:
    unit_id = unchanged.province.hospital.unit_id
    before = await unchanged.value("SELECT count(*) FROM segments WHERE unit_id = $1", unit_id)
    async with await unchanged.browser(region=PROVINCE) as browser:
        kind = sorted(unchanged.province.hospital.entry.kinds)[0]
        answer = await post(browser, f"/finance/units/{unit_id}/numbers", kind=kind, count=count)
    assert answer.status_code == 400
    assert "每次发放1至1,000,000个号码" in answer.text
    assert await unchanged.value("SELECT count(*) FROM segments WHERE unit_id = $1", unit_id) == before


async def test_the_list_tells_stock_last_issue_and_what_stops_a_unit(world: World) -> None:
    hospital, office = world.province.hospital, world.province.office
    await world.issue(office, office.request())
    async with await world.browser(region=PROVINCE) as browser:
        idle = (await browser.get("/finance/units?standing=idle")).text
        assert office.unit.name not in idle
        assert hospital.unit.name in idle
        assert "种，300,000" in idle
        for standing in ("stopped", "ending", "no_kinds"):
            assert "没有符合条件的用票单位" in (await browser.get(f"/finance/units?standing={standing}")).text
        await world.value(
            "UPDATE stock_limits SET locks = ARRAY['writeoff_overdue'] WHERE unit_id = $1", hospital.unit_id
        )
        stopped = (await browser.get("/finance/units?standing=stopped")).text
        assert hospital.unit.name in stopped
        assert "核销逾期" in stopped
        assert office.unit.name not in stopped
        exported = (await browser.get("/finance/units/export.csv?standing=stopped")).text
        assert "核销逾期" in exported
