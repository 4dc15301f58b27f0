"""监督检查 through the pages: a request, its query as chips and as an address, the form, and what is kept."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.support.browser import Browser, members_of
from tests.support.world import World, a_world

from mingpiao.identity.model import Role

world = a_world("peopled", demo=True)
ASK = "/finance/inspections/ask"
REQUEST = "查2026年三季度民办学校开具的、金额超过5万元且当月冲红的捐赠票据，按单位随机抽10%"


async def asked(browser: Browser, request: str) -> str:
    answer = await browser.post(ASK, {"csrf_token": await browser.csrf_token(), "request": request})
    assert answer.status_code == 200
    return answer.text


def link_of(text: str) -> str:
    found = re.search(r'href="([^"]+)">这组条件的链接', text)
    assert found
    return found[1].replace("&amp;", "&")


async def test_a_request_becomes_chips_an_address_and_a_form(world: World) -> None:
    officer = await world.browser(region="150000")
    text = await asked(officer, REQUEST)
    assert '<mark title="没有看懂，未列入检查条件">民办</mark>' in text
    assert "票据状态：当月冲红" in text
    assert "按单位分层随机抽样，抽10%" in text
    address = link_of(text)
    assert ("amount_over", "50000.00") in parse_qsl(urlsplit(address).query)
    shared = await (await world.browser(Role.DEPARTMENT_HEAD, region="150000")).get(address)
    assert "金额：超过50,000元" in shared.text
    assert "民办" not in shared.text
    refined = await officer.get(
        ASK.replace("ask", "refine") + "?periods=2026-07-01至2026-09-30&kinds=捐赠票据、0601"
    )
    assert refined.status_code == 303
    assert parse_qsl(urlsplit(refined.headers["location"]).query) == [
        ("periods", "2026-07-01..2026-09-30"), ("kinds", "03"), ("kinds", "0601"),
    ]  # fmt: skip


async def test_what_is_personal_stays_out_of_the_address(world: World) -> None:
    officer = await world.browser(region="150000")
    text = await asked(officer, "缴款人为王小明、手机13800138000的上季度门诊票据")
    assert "是个人信息，检查条件里不能写" in text
    assert "13800138000" not in link_of(text)
    assert await world.value("SELECT count(*) FROM audit_log WHERE details::text LIKE '%13800138000%'") == 0


async def test_a_query_is_kept_for_the_department_and_deleted(world: World) -> None:
    officer = await world.browser(region="150000")
    shown = await asked(officer, "上季度的会费票据")
    hidden = {name: value for name, value in members_of(shown).items() if name.startswith("q.")}
    token = {"csrf_token": await officer.csrf_token()}
    nameless = await officer.post("/finance/inspections/questions", token | hidden | {"name": " "})
    assert nameless.status_code == 422
    assert 'id="name-error"' in nameless.text
    saved = await officer.arrive(
        await officer.post("/finance/inspections/questions", token | hidden | {"name": "会费季查"})
    )
    assert "已保存" in saved.text
    again = await officer.post("/finance/inspections/questions", token | hidden | {"name": "会费季查"})
    assert again.status_code == 303
    assert await world.rows("SELECT name, query->'kinds' FROM inspection_questions") == [("会费季查", ["04"])]
    elsewhere = await world.browser(region="150100")
    assert "会费季查" not in (await elsewhere.get(ASK)).text
    number = await world.value("SELECT question_id FROM inspection_questions")
    place = f"/finance/inspections/questions/{number}/forget"
    foreign = await elsewhere.post(place, {"csrf_token": await elsewhere.csrf_token()})
    assert foreign.status_code == 404
    assert "已删除" in (await officer.arrive(await officer.post(place, token))).text
    assert (await officer.post(place, token)).status_code == 404
    actions = await world.rows(
        "SELECT action FROM audit_log WHERE action LIKE 'inspection:%' ORDER BY audit_id"
    )
    assert [row[0] for row in actions] == [
        "inspection:save_question", "inspection:save_question", "inspection:forget_question",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("periods=x", 422, "检查条件里有无法识别的内容"),
        ("nothing=1", 422, "检查条件里有无法识别的内容"),
        ("kinds=0777", 200, "没有这个票据种类"),
        ("regions=110000&periods=2026-01-01..2026-02-01", 200, "不属于本地区"),
    ],
)
async def test_a_wrong_address_is_told(world: World, query: str, status: int, message: str) -> None:
    officer = await world.browser(region="150000")
    shown = await officer.get(f"{ASK}?{query}")
    assert shown.status_code == status
    assert message in shown.text


async def test_a_request_that_is_too_long_is_told_at_its_field(world: World) -> None:
    officer = await world.browser(region="150000")
    answer = await officer.post(ASK, {"csrf_token": await officer.csrf_token(), "request": "查" * 10_000})
    assert answer.status_code == 422
    assert "检查要求不能超过1000字" in answer.text


async def test_units_have_no_inspections(world: World) -> None:
    manager = await world.browser(Role.UNIT_MANAGER)
    assert (await manager.get(ASK)).status_code == 403
