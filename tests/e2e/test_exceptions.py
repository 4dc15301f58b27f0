"""异常票据 and 整改: a department asks, a unit explains, and what is a breach is put right by a notice."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from playwright.sync_api import expect
from tests.e2e.steps import follow
from tests.e2e.test_evidence import donation_agreement
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

from mingpiao.kernel.clock import now

pytestmark = pytest.mark.browser

_FINDINGS = (
    '[{"rule": "writeoff_unpaid", "version": 0, "name": "平台核对",'
    ' "message": "按到账逐笔核对，这张票据没有对应的到账。"}]'
)
_ANSWER = "款项在次月三日存入本会账户，回单已附上"
_FACTS = "捐赠协议约定以培训名额作为回报"


async def _found(url: str) -> list[int]:
    """Two bills of the charity's present month, as if it were over and write-off had found them."""
    connection = await asyncpg.connect(url)
    try:
        bills = await connection.fetch(
            "SELECT bills.* FROM bills JOIN units USING (unit_id) "
            "WHERE bills.kind_code = '0301' AND bills.state = 'normal' AND bills.color = 'blue' "
            "ORDER BY bills.issued_at DESC, bills.bill_id DESC LIMIT 2"
        )
        unit_id, region = bills[0]["unit_id"], bills[0]["region_code"]
        moment = now()
        month = bills[0]["issued_at"].date().replace(day=1)
        writeoff_id = await connection.fetchval(
            "INSERT INTO writeoffs (unit_id, month, region_code, state, issued_net, received, tolerance, "
            "submitted_by, submitted_by_name, submitted_at, finished_at, exceptions) "
            "VALUES ($1, $2, $3, 'done', 0, 0, 0, 'system:test', '系统', $4, $4, 2) RETURNING writeoff_id",
            unit_id,
            month,
            region,
            moment,
        )
        return [
            await connection.fetchval(
                "INSERT INTO exception_cases (unit_id, bill_id, month, kind_code, region_code, total, writeoff_id, "
                "findings, rules, opened_at, waits_since) "
                "VALUES ($1, $2, $3, '0301', $4, $5, $6, $7, '{writeoff_unpaid}', $8, $8) RETURNING case_id",
                unit_id,
                bill["bill_id"],
                month,
                region,
                bill["total"],
                writeoff_id,
                _FINDINGS,
                moment,
            )
            for bill in bills
        ]
    finally:
        await connection.close()


def test_an_exception_is_explained_another_one_is_put_right(
    town: Town, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    # The browser's driver has the loop of this thread.
    with ThreadPoolExecutor(1) as pool:
        first, second = pool.submit(asyncio.run, _found(town.site.url)).result()
    officer, unit = visit("czt-jingban"), visit("cishan-guanli")
    desk = officer.open("/finance/exceptions?whose=all")
    main = desk.locator("main")
    expect(main).to_contain_text("平台核对")
    officer.look_closely()
    desk.goto(f"/finance/exceptions/{first}")
    officer.look_closely()
    desk.get_by_text("要求单位说明").click()
    desk.fill("#question", "请说明款项为何没有到账")
    desk.get_by_role("button", name="要求说明").click()
    expect(main).to_contain_text("待说明")
    officer.look_closely()

    page = unit.open("/unit/exceptions")
    unit.look_closely()
    page.goto(f"/unit/exceptions/{first}")
    page.fill("#explanation", _ANSWER)
    page.set_input_files("#evidence-files", [donation_agreement(tmp_path, payer="乌兰", total="500.00")])
    expect(page.locator(".evidence-item")).to_have_count(1)
    unit.look_closely()
    page.get_by_role("button", name="提交说明").click()
    expect(page.locator("main")).to_contain_text("已说明")

    desk.reload()
    expect(main).to_contain_text(_ANSWER)
    desk.fill("#reason", "核对银行回单，款项已经到账")
    desk.get_by_role("button", name="解除异常").click()
    expect(main).to_contain_text("已解除")
    officer.look_closely()

    desk.goto(f"/finance/exceptions/{second}")
    desk.get_by_text("标记违规", exact=True).first.click()
    desk.select_option("#breach_type", "donation")
    desk.fill("#breach_basis", "《公益事业捐赠票据使用管理办法》第八条")
    desk.fill("#facts", _FACTS)
    officer.look_closely()
    desk.get_by_role("button", name="下一步：核对后标记").click()
    expect(main).to_contain_text("财政部门已认定违规")
    officer.look_closely()
    desk.get_by_role("button", name="确认标记违规").click()
    expect(main).to_contain_text("还没有发出整改通知")
    follow(desk, "发出整改通知")
    officer.look_closely()
    desk.fill("#demands", "退回所附回报，冲红后按实际捐赠重新开具")
    desk.get_by_role("button", name="下一步：核对通知").click()
    expect(main).to_contain_text("还没有发出")
    expect(main).to_contain_text(_FACTS)
    officer.look_closely()
    desk.get_by_role("button", name="发出整改通知").click()
    expect(main).to_contain_text("财票整改〔")
    officer.look_closely()
    notice = desk.url.rsplit("/", 1)[1]

    page.goto("/unit/rectifications")
    unit.look_closely()
    page.goto(f"/unit/rectifications/{notice}")
    page.fill("#measures", "已与捐赠人解除回报约定，退回培训名额")
    expect(page.locator("main")).to_contain_text("没有冲红的票据（1 份）")
    page.get_by_label("不冲红的原因").fill("已经撤销回报，款项仍是捐赠，票面不变")
    unit.look_closely()
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.locator("main")).to_contain_text("已报送")

    desk.goto("/finance/rectifications?whose=all")
    expect(main).to_contain_text("待验收")
    officer.look_closely()
    desk.goto(f"/finance/rectifications/{notice}")
    desk.fill("#opinion", "材料齐全，整改到位")
    desk.get_by_role("button", name="通过整改").click()
    expect(main).to_contain_text("已完成")
    officer.look_closely()
    page.reload()
    expect(page.locator("main")).to_contain_text("整改已通过")
    desk.goto(f"/finance/units/{_unit_of(desk.locator('main').inner_html())}/months")
    officer.look_closely()


def _unit_of(html: str) -> str:
    """The unit that a page links to."""
    return html.split('href="/finance/units/', 1)[1].split('"', 1)[0]
