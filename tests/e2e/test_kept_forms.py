"""The session ends while somebody fills a form in: after signing in again the form is there."""

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import fill_bill
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser
LOGIN = "gongan-kaipiao"


def end_sessions(town: Town) -> None:
    """End what sessions the account has, as an administrator or the clock would."""
    town.sessions.pop(LOGIN, None)
    town.site.server.run_sql(
        f"DELETE FROM sessions USING accounts WHERE sessions.account_id = accounts.account_id AND username = '{LOGIN}'",
        database="mingpiao",
    )


def bills_of(town: Town, payer: str) -> str:
    return town.site.server.run_sql(
        f"SELECT count(*) FROM bills WHERE payer_name = '{payer}'", database="mingpiao"
    ).strip()


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_a_bill_typed_before_the_session_ended_is_issued_once(
    visit: Callable[..., Visitor], town: Town, scripted: bool
) -> None:
    payer = f"会话结束{'甲' if scripted else '乙'}"
    visitor = visit(java_script_enabled=scripted)
    visitor.sign_in(town.accounts[LOGIN])
    page = visitor.open("/unit/issue?kind=0101")
    if scripted:
        fill_bill(page, payer=payer, item="临时居民身份证工本费", quantity="3")
    else:
        page.fill("#payer-name", payer)
        page.fill("#items-0-code", "011103")
        page.fill("#items-0-quantity", "3")
    page.fill("#remark", "原样“保留”")
    number = page.input_value("[name=business_no]")

    end_sessions(town)
    page.get_by_role("button", name="核对并开具").click()
    expect(page.get_by_text("刚才填写的内容已保留")).to_be_visible()
    if scripted:
        visitor.look_closely()
    page.fill("#username", LOGIN)
    page.fill("#password", town.accounts[LOGIN].password)
    page.click("button[type=submit]")

    expect(page.locator("#kept-form")).to_contain_text("刚才填写的内容还在，尚未提交")
    if scripted:
        expect(page.locator("#kept-form")).to_be_focused()
    expect(page.locator("#payer-name")).to_have_value(payer)
    expect(page.locator("#items-0-code")).to_have_value("临时居民身份证工本费")
    expect(page.locator("#items-0-quantity")).to_have_value("3")
    expect(page.locator("#remark")).to_have_value("原样“保留”")
    expect(page.locator("#total")).to_contain_text("合计 30.00 元")
    assert page.input_value("[name=business_no]") == number
    if scripted:
        visitor.look_closely()

    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").wait_for()
    # Once more, at the last step.
    end_sessions(town)
    page.get_by_role("button", name="确认开具").click()
    page.fill("#username", LOGIN)
    page.fill("#password", town.accounts[LOGIN].password)
    page.click("button[type=submit]")
    expect(page.locator("#payer-name")).to_have_value(payer)
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").click()
    page.wait_for_url("**/unit/issue/done/**")
    assert bills_of(town, payer) == "1"
    town.sessions[LOGIN] = (monotonic(), visitor.context.cookies())
