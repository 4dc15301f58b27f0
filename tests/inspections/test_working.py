"""An inspection through its pages: plan, sample, tasks, working papers; and that its access ends with it."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from tests.inspections.drawn import LIST, act, plan, planned
from tests.support.locks import race, writing
from tests.support.world import BAOTOU, HOHHOT, World, a_world

from mingpiao.identity.model import Role, acting_for
from mingpiao.identity.service import account_by_id
from mingpiao.inspections.planning import draw_inspection
from mingpiao.inspections.service import examine
from mingpiao.inspections.work import CHECKLIST, PaperVerdict, PaperWish
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal

spread = a_world(spread=True)
CHECKS = {f"check-{name}": "yes" for name in CHECKLIST}


def of_today(more: str = "") -> str:
    return f"periods={today()}..{today()}{more}"


async def account_of(world: World, name: str) -> int:
    return int(await world.value("SELECT account_id FROM accounts WHERE username = $1", name))


async def test_a_plan_is_estimated_drawn_and_divided(spread: World) -> None:
    officer = await spread.browser(region="150000")
    shown = await officer.get(f"{LIST}/new?{of_today()}")
    assert "票据（张）" in shown.text
    number = await plan(officer, of_today("&sample.method=stratified&sample.by=unit&sample.each=1"))
    assert "正在抽样" in (await officer.get(f"{LIST}/{number}")).text
    await draw_inspection(spread.database, spread.catalog, number)
    await draw_inspection(spread.database, spread.catalog, number)
    text = (await officer.get(f"{LIST}/{number}")).text
    assert "8 张，4 家单位" in text
    assert "1.0 小时（每张 15 分钟）" in text
    assert "期间含有尚未结束的月份" in text
    assert await spread.value("SELECT count(*) FROM inspection_bills") == 4
    await spread.browser(region=BAOTOU)
    people = [
        await account_of(spread, name)
        for name in ("department_officer-150000", f"department_officer-{BAOTOU}")
    ]
    nobody = await act(officer, f"{number}/start", 2)
    assert (nobody.status_code, "请选择1至50名" in nobody.text) == (422, True)
    done = await act(officer, f"{number}/start", 2, inspectors=str(people[0]))
    assert done.status_code == 303
    again = await act(officer, f"{number}/start", 3, inspectors=str(people[1]))
    assert (again.status_code, "任务已经分派" in again.text) == (409, True)
    counts = await spread.rows("SELECT inspector_id, count(*) FROM inspection_bills GROUP BY 1")
    assert [tuple(row) for row in counts] == [(people[0], 4)]
    same = await officer.arrive(await act(officer, f"{number}/redraw", 0))
    assert "与样本完全一致" in same.text
    await spread.issue(spread.residents[HOHHOT], *spread.residents[HOHHOT].requests(12)[2:])
    listed = await officer.get(LIST)
    assert "捐赠票据专项检查" in listed.text


async def test_a_working_paper_is_written_and_each_look_recorded(spread: World) -> None:
    officer = await spread.browser(region="150000")
    number = await planned(spread, officer, of_today("&sample.method=random&sample.number=2"))
    own = await account_of(spread, "department_officer-150000")
    await act(officer, f"{number}/start", 2, inspectors=str(own))
    bill = await spread.value("SELECT bill_id FROM inspection_bills WHERE place = 1")
    address = f"{number}/bills/{bill:018d}"
    text = (await officer.get(f"{LIST}/{address}")).text
    assert "没有命中规则" in text
    assert re.search("票面要素齐全", text)
    looked = await spread.rows("SELECT details ->> 'bill' FROM audit_log WHERE action = 'inspection:look'")
    assert [row[0] for row in looked] == [f"{bill:018d}"]
    seen_by_units = "SELECT count(*) FROM audit_log WHERE action LIKE 'inspection:%' AND unit_id IS NOT NULL"
    assert await spread.value(seen_by_units) == 0
    for members, field, message in (
        ({}, "verdict", "请选择检查结果"),
        ({"verdict": "wrong", "wrong_amount": "99999999", "note": "金额与合同不符"} | CHECKS, "wrong_amount", "不超过票面金额"),
        ({"verdict": "wrong", "wrong_amount": "1.00", "note": ""} | CHECKS, "note", "请写明问题"),
        ({"verdict": "clean"}, "check-face", "请选择是、否或不适用"),
        ({"verdict": "wrong", "wrong_amount": "x"} | CHECKS, "wrong_amount", "请填写金额"),
        ({"verdict": "clean", "note": "长" * 1_001} | CHECKS, "note", "不能超过1000字"),
    ):  # fmt: skip
        refused = await act(officer, address, 1, **members)
        assert refused.status_code == 422, message
        assert message in refused.text
        assert f'id="{field}-error"' in refused.text
    saved = await officer.arrive(await act(officer, address, 1, verdict="clean", **CHECKS))
    assert "底稿已保存" in saved.text
    stale = await act(officer, address, 1, verdict="clean", **CHECKS)
    assert (stale.status_code, "刚才已有他人办理" in stale.text) == (409, True)
    head = await spread.browser(Role.DEPARTMENT_HEAD, region="150000")
    foreign = await act(head, address, 2, verdict="clean", **CHECKS)
    assert (foreign.status_code, "由测试人员检查" in foreign.text) == (409, True)
    assert (await officer.get(f"{LIST}/{number}/bills/1")).status_code == 404
    assert (await officer.get(f"{LIST}/{number}/bills/x")).status_code == 404


async def test_access_is_the_inspectors_alone_and_ends_with_the_inspection(spread: World) -> None:
    city = await spread.browser(region=BAOTOU)
    stranger = await spread.browser(region=HOHHOT)
    officer = await spread.browser(region="150000")
    number = await planned(spread, officer, of_today())
    inspector = await account_of(spread, f"department_officer-{BAOTOU}")
    await act(officer, f"{number}/start", 2, inspectors=str(inspector))
    bill = spread.bills[HOHHOT][0].bill_id
    address = f"{LIST}/{number}/bills/{bill:018d}"
    code = spread.bills[HOHHOT][0]
    assert (await city.get(f"/finance/bills/{code.code}/{code.number}")).status_code == 404
    assert (await city.get(address)).status_code == 200
    assert (await stranger.get(address)).status_code == 404
    assert (await stranger.get(f"{LIST}/{number}")).status_code == 404
    assert "捐赠票据专项检查" in (await city.get(LIST)).text
    assert "捐赠票据专项检查" not in (await stranger.get(LIST)).text
    refused = await act(city, f"{number}/cancel", 3)
    assert refused.status_code == 404
    ended = await officer.arrive(await act(officer, f"{number}/cancel", 3))
    assert "已取消" in ended.text
    assert (await city.get(address)).status_code == 404
    assert (await city.get(f"{LIST}/{number}")).status_code == 404
    assert "捐赠票据专项检查" not in (await city.get(LIST)).text
    assert (await officer.get(address)).status_code == 200


async def test_a_draw_that_is_cancelled_draws_nothing_and_one_that_finds_nothing_says_so(
    spread: World,
) -> None:
    officer = await spread.browser(region="150000")
    number = await plan(officer, of_today())
    await act(officer, f"{number}/cancel", 1)
    await draw_inspection(spread.database, spread.catalog, number)
    assert await spread.value("SELECT count(*) FROM inspection_bills") == 0
    assert await spread.value("SELECT state FROM inspections") == "cancelled"
    empty = await planned(spread, officer, of_today("&amount_over=999999999.00"))
    assert "没有找到符合条件的票据" in (await officer.get(f"{LIST}/{empty}")).text


async def test_more_than_there_is_takes_all_and_says_so(spread: World) -> None:
    officer = await spread.browser(region="150000")
    number = await planned(spread, officer, of_today("&sample.method=random&sample.number=300"))
    text = (await officer.get(f"{LIST}/{number}")).text
    assert "要抽的张数多于符合条件的票据，已全部列入检查" in text
    assert await spread.value("SELECT drawn FROM inspections") == 8


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"minutes_each": "0"}, "minutes_each"),
    ],
)
async def test_what_is_wrong_with_a_plan_stands_at_its_field(
    spread: World, change: dict[str, str], field: str
) -> None:
    officer = await spread.browser(region="150000")
    typed = {
        "name": "检查",
        "due_on": (today() + timedelta(days=3)).isoformat(),
        "minutes_each": "15",
    } | change
    sent = {"csrf_token": await officer.csrf_token(), "q.periods": f"{today()}..{today()}"} | typed
    answer = await officer.post(LIST, sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


async def test_of_two_papers_at_once_the_second_learns_of_the_first(spread: World) -> None:
    officer = await spread.browser(region="150000")
    number = await planned(spread, officer, of_today("&sample.method=random&sample.number=1"))
    own = await account_of(spread, "department_officer-150000")
    await act(officer, f"{number}/start", 2, inspectors=str(own))
    bill = await spread.value("SELECT bill_id FROM inspection_bills")
    async with spread.database.system() as connection:
        account = await account_by_id(connection, own)
    assert account is not None
    acting = acting_for(account)
    wish = PaperWish(verdict=PaperVerdict.CLEAN, checks=dict.fromkeys(CHECKLIST, "yes"))

    async def write() -> object:
        async with spread.database.system() as connection:
            return await examine(connection, number, bill, wish, revision=1, acting=acting)

    outcomes = await race(spread.url, writing("inspection_bills"), write(), write())
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.problems[0].code for each in refused] == ["inspection.changed"]


async def test_photographs_belong_to_a_working_paper(spread: World) -> None:
    officer = await spread.browser(region="150000")
    number = await planned(spread, officer, of_today("&sample.method=random&sample.number=1"))
    own = await account_of(spread, "department_officer-150000")
    bill = await spread.value("SELECT bill_id FROM inspection_bills")
    address = f"{LIST}/{number}/bills/{bill:018d}"
    photo = BytesIO()
    Image.new("RGB", (8, 8), "white").save(photo, "PNG")
    form = {"csrf_token": await officer.csrf_token()}
    too_early = await officer.post(f"{address}/files", form, files={"file": ("现场.png", photo.getvalue())})
    assert (too_early.status_code, "只有检查人员本人" in too_early.text) == (409, True)
    await act(officer, f"{number}/start", 2, inspectors=str(own))
    for _ in range(2):
        kept = await officer.post(f"{address}/files", form, files={"file": ("现场.png", photo.getvalue())})
        assert kept.status_code == 303
    wrong = await officer.post(f"{address}/files", form, files={"file": ("x.exe", b"MZ")})
    assert wrong.status_code in (415, 422, 400)
    assert 'id="file-error"' in wrong.text
    none = await officer.post(f"{address}/files", form)
    assert (none.status_code, "请选择文件" in none.text) == (422, True)
    file_id = await spread.value("SELECT file_id FROM inspection_files")
    got = await officer.get(f"{address}/files/{file_id}")
    assert got.content == photo.getvalue()
    assert got.headers["content-disposition"].startswith("attachment")
    assert (await officer.get(f"{address}/files/{file_id + 1}")).status_code == 404
    stranger = await spread.browser(region=BAOTOU)
    assert (await stranger.get(f"{address}/files/{file_id}")).status_code == 404
