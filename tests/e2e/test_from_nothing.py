"""From an empty database to the first bill and its check, by pages and commands alone."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Browser, Page, expect
from tests.e2e.steps import set_up_app
from tests.e2e.test_bill_life import check_by_face, expect_verdict
from tests.e2e.test_first_start import answered
from tests.e2e.visitor import Visitor
from tests.support.client import ApiClient
from tests.support.site import Site

from mingpiao.cli import main
from mingpiao.demo.accounts import DemoAccount
from mingpiao.demo.people import uscc
from mingpiao.founding.service import Distribution
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem
from mingpiao.setup import terminal

pytestmark = pytest.mark.browser

_SETUP_PASSWORD = re.compile(r"用户名 (xitong|anquan)  密码 (\S+)")
_CHOSEN = "Calm-River-2418"
_UNIT = "内蒙古自治区人事考试院"
_PLAN = """
[database]
url = "{url}"

[province]
code = "150000"
name = "内蒙古自治区"
regions = "none"

[key]
file = "{folder}/master.key"
holders = ["张三", "李四"]
threshold = 2
conductor = "赵六"
witness = "钱七"

[starter]
categories = ["01"]

[[administrators]]
duty = "system"
username = "xitong"
name = "孙八"

[[administrators]]
duty = "security"
username = "anquan"
name = "周九"

[[administrators]]
duty = "audit"
username = "shenji"
name = "吴十"

[settings]
public_url = "{address}"
"""


class Province:
    """A site that was set up by `mingpiao setup --file`, and one-time passwords of administrators by user name."""

    def __init__(self, site: Site, directory: Path, passwords: dict[str, str]) -> None:
        self.site = site
        self.directory = directory
        self.passwords = passwords


def _share_is_copied(_: terminal.TerminalHall, distribution: Distribution) -> str:
    """What a holder types back: the last digits of the share that is shown."""
    share = distribution.next_share
    assert share is not None
    return share.line()[-4:]


def _command(*words: str) -> Result:
    """Run a command; in a thread, since Playwright's event loop is running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, main, words).result()


@pytest.fixture
def province(monkeypatch: pytest.MonkeyPatch) -> Iterator[Province]:
    directory = Path(tempfile.mkdtemp(prefix="mingpiao-nothing-"))
    site = Site(directory, durable=False)
    # What the setup has written is what the web process works with.
    for name in ("MINGPIAO_DATABASE_URL", "MINGPIAO_MASTER_KEY"):
        del site.environment[name]
    monkeypatch.setattr(terminal.TerminalHall, "show", _share_is_copied)
    try:
        site.server.start()
        plan = directory / "province.toml"
        plan.write_text(_PLAN.format(url=site.url, folder=directory, address=site.address), "utf-8")
        done = _command("setup", "--data-dir", str(directory), "--file", str(plan))
        assert done.exit_code == 0, done.output
        assert f"mingpiao serve --data-dir {directory}" in done.output
        passwords = dict(_SETUP_PASSWORD.findall(done.output))
        assert set(passwords) == {"xitong", "anquan"}
        site.start_web()
        answered(site, 200)
        yield Province(site, directory, passwords)
    finally:
        site.close()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def arrive(province: Province, browser: Browser) -> Iterator[Callable[[], Visitor]]:
    """Make visitors of the new site."""
    visitors: list[Visitor] = []

    def make() -> Visitor:
        visitors.append(Visitor(browser, province.site.address))
        return visitors[-1]

    yield make
    try:
        assert [each for visitor in visitors for each in visitor.complaints()] == []
    finally:
        for visitor in visitors:
            visitor.leave()


def test_from_nothing_to_the_first_bill(
    province: Province, arrive: Callable[[], Visitor], tmp_path: Path
) -> None:
    codes = _invite_department(arrive(), arrive(), province)
    officer, head = arrive(), arrive()
    _begin(officer, "ting-jingban", codes["ting-jingban"])
    set_up_app(officer.page)
    _begin(head, "ting-fuze", codes["ting-fuze"])
    set_up_app(head.page)
    _add_item(officer.page, head.page)
    _make_library(officer.page)
    manager, handler = arrive(), arrive()
    _begin(manager, "ksy-guanli", _open_unit(officer))
    _begin(handler, "ksy-kaipiao", _make_handler(manager.page))
    face = _issue(handler.page, tmp_path / "first.ofd")
    visitor = arrive()
    check_by_face(visitor, *face, amount="120.00")
    expect_verdict(visitor.page, "真实", "正常")
    _verify(province, tmp_path)


def test_from_nothing_to_the_first_bill_of_a_program(
    province: Province, arrive: Callable[[], Visitor]
) -> None:
    """An interface unit is registered by page, and its program issues with the secret that was shown once."""
    codes = _invite_department(arrive(), arrive(), province)
    officer, head = arrive(), arrive()
    _begin(officer, "ting-jingban", codes["ting-jingban"])
    set_up_app(officer.page)
    _begin(head, "ting-fuze", codes["ting-fuze"])
    set_up_app(head.page)
    _add_item(officer.page, head.page)
    _make_library(officer.page)
    app_id, secret = _open_interface_unit(officer)
    bill = _issue_by_program(province.site.address, app_id, secret)
    visitor = arrive()
    check_by_face(visitor, bill["code"], bill["number"], bill["check_code"], amount="120.00")
    expect_verdict(visitor.page, "真实", "正常")
    page = officer.open("/finance/bills")
    expect(page.locator("main")).to_contain_text(bill["number"])


def _open_interface_unit(officer: Visitor) -> tuple[str, str]:
    """Register an interface unit; grant kind, item and numbers; the id and secret of its program."""
    page = officer.open("/finance/units")
    page.get_by_role("link", name="登记单位").first.click()
    _register(page, "接口开票")
    page.get_by_role("link", name="发放号码", exact=True).first.click()
    page.select_option("#kind", "0101")
    page.fill("#count", "100")
    page.get_by_role("button", name="发放号码").click()
    page.get_by_role("link", name="建立接口应用", exact=True).first.click()
    page.fill("#name", "考务系统")
    officer.look_closely()
    page.get_by_role("button", name="建立接口应用").click()
    app_id, secret = page.locator("dd").first.inner_text(), page.locator("#app-secret").inner_text()
    officer.look_closely()
    page.get_by_role("link", name="已记下，返回").click()
    expect(page.locator("main")).to_contain_text(app_id)
    expect(page.locator("main")).not_to_contain_text(secret)
    return app_id, secret


def _issue_by_program(address: str, app_id: str, secret: str) -> dict[str, Any]:
    """What a program gets for its first bill, and for the same request once more; a wrong secret gets nothing."""
    amount = Decimal("120.00")
    request = IssueRequest(
        business_no="KWXT-0001",
        kind="0101",
        payer=Payer(type="1", name="张晓明"),
        items=(RequestItem(code="010188", quantity=Decimal(2), rate=Decimal(60), amount=amount),),
        total=amount,
        handler="考务系统",
    )

    async def call() -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=address) as http:
            stranger = await ApiClient(http, app_id, "0" * len(secret)).issue(request)
            assert stranger.status_code == 401, stranger.text
            answer, again = [await ApiClient(http, app_id, secret).issue(request) for _ in range(2)]
        assert (answer.status_code, again.status_code) == (201, 200), (answer.text, again.text)
        bill: dict[str, Any] = answer.json()
        assert again.json()["number"] == bill["number"]
        return bill

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, call()).result()


def _invite_department(visitor: Visitor, security: Visitor, province: Province) -> dict[str, str]:
    """One administrator invites two people, another one gives them roles; their codes by user name."""
    _sign_in_first(visitor, "xitong", province.passwords["xitong"])
    visitor.page.get_by_role("link", name="返回首页").click()
    set_up_app(visitor.page)
    page = visitor.open("/admin")
    expect(page.locator("main")).to_contain_text("请系统管理员在“全部账户”中邀请负责人和经办人")
    _sign_in_first(security, "anquan", province.passwords["anquan"])
    security.page.get_by_role("link", name="返回首页").click()
    set_up_app(security.page)
    codes = {}
    for role, username, name in (
        ("财政负责人", "ting-fuze", "赵敏"),
        ("财政经办", "ting-jingban", "钱江"),
    ):
        page.get_by_role("link", name="全部账户").first.click()
        page.get_by_role("link", name="邀请新账户").click()
        page.fill("#username", username)
        page.fill("#display_name", name)
        page.get_by_role("button", name="生成邀请").click()
        codes[username] = page.locator("#invitation-code").inner_text()
        page.get_by_role("link", name="已交给本人，返回").click()
        _give_role(security.open("/admin/roles"), role, username, province)
    page = visitor.open("/admin")
    expect(page.locator("main")).not_to_contain_text("省级财政账户")
    return codes


def _give_role(page: Page, role: str, username: str, province: Province) -> None:
    """The only 安全管理员 proposes a role, and the keeper of the server confirms it."""
    page.get_by_role("link", name=username, exact=True).click()
    page.get_by_label(role, exact=True).check()
    page.select_option("#region_code", label="内蒙古自治区财政厅")
    page.fill("#reason", "省厅任命")
    page.get_by_role("button", name="提交确认").click()
    expect(page.locator("main")).to_contain_text("请由另一位安全管理员审核")
    number, folder = page.url.rpartition("/")[2], str(province.directory)
    confirmed = _command("administrators", "confirm", number, "--by", "王五", "--data-dir", folder)
    assert confirmed.exit_code == 0, confirmed.output
    assert role in confirmed.output


def _begin(visitor: Visitor, username: str, code: str) -> None:
    """Somebody who was invited chooses a password and signs in with it."""
    page = visitor.open("/invitation")
    page.fill("#code", code)
    page.fill("#password", _CHOSEN)
    page.fill("#again", _CHOSEN)
    page.get_by_role("button", name="设置密码").click()
    page.get_by_role("link", name="去登录").click()
    visitor.sign_in(DemoAccount(role="", place="", login=username, password=_CHOSEN))


def _sign_in_first(visitor: Visitor, username: str, password: str) -> None:
    """Sign in with a one-time password and change it."""
    visitor.sign_in(DemoAccount(role="", place="", login=username, password=password))
    page = visitor.page
    page.fill("#old_password", password)
    page.fill("#new_password", _CHOSEN)
    page.fill("#new_again", _CHOSEN)
    page.get_by_role("button", name="修改密码").click()
    expect(page.locator("main")).to_contain_text("密码已修改")


def _add_item(officer: Page, head: Page) -> None:
    """One person proposes a charge item, another one approves it."""
    officer.get_by_role("link", name="基础数据", exact=True).click()
    officer.get_by_role("link", name="收款项目", exact=True).click()
    officer.get_by_role("link", name="新建").click()
    for name, value in {"code": "010188", "name": "考试报名费", "measure_unit": "人次"}.items():
        officer.fill(f"#{name}", value)
    officer.select_option("#rate_kind", "fixed")
    officer.fill("#rate_minimum", "60")
    officer.get_by_label(re.compile("^0101")).check()
    officer.fill("#reason", "新批准的收费")
    officer.get_by_role("button", name="提交审核").click()
    expect(officer.locator("main")).to_contain_text("请由另一位负责人审核")
    head.get_by_role("link", name="待审变更", exact=True).click()
    head.get_by_role("link", name=re.compile("010188")).click()
    head.fill("#opinion", "同意")
    head.get_by_role("button", name="通过", exact=True).click()
    expect(head.locator("main")).to_contain_text("已通过")


def _make_library(page: Page) -> None:
    page.goto("/finance/libraries/new")
    for name, value in {"code": "exam", "name": "考试常用项目", "industry": "教育"}.items():
        page.fill(f"#{name}", value)
    page.fill("#items", "010188")
    page.fill("#reason", "起始")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text("考试常用项目")


def _open_unit(officer: Visitor) -> str:
    """Register a unit with all that it needs; the invitation code of its manager."""
    page = officer.open("/finance/units")
    page.get_by_role("link", name="登记单位").first.click()
    _register(page, "在线开票")
    page.get_by_role("link", name="邀请票据管理员", exact=True).click()
    page.fill("#username", "ksy-guanli")
    page.fill("#display_name", "乌兰")
    page.get_by_role("button", name="邀请票据管理员").click()
    code = page.locator("#invitation-code").inner_text()
    page.get_by_role("link", name="已交给本人，返回").click()
    page.get_by_role("link", name="返回单位，查看开通进度").click()
    expect(page.locator("main")).to_contain_text("已邀请，等待本人设置密码")
    expect(page.locator("main")).to_contain_text("尚未开通")
    officer.look_closely()
    return code


def _register(page: Page, mode: str) -> None:
    """The unit itself with kind, item and seal."""
    page.fill("#uscc", uscc("12", "150000", "NXE00002"))
    page.fill("#name", _UNIT)
    page.select_option("#unit_type", label="学校")
    page.get_by_label(mode).check()
    page.get_by_role("button", name="登记单位").click()
    page.get_by_role("link", name="核定票据种类", exact=True).click()
    page.get_by_label("0101").check()
    page.get_by_role("button", name="核定所选种类").click()
    page.get_by_role("link", name="考试常用项目（1 项）").click()
    expect(page.get_by_label("010188")).to_be_checked()
    page.get_by_role("button", name="保存收款项目").click()
    page.get_by_role("link", name="制作电子签章", exact=True).click()
    page.get_by_role("button", name="制作签章").click()
    page.get_by_role("link", name="返回单位，查看开通进度").click()


def _make_handler(page: Page) -> str:
    """The manager makes the account of who issues; the invitation code."""
    page.get_by_role("link", name="建立开票人账户").click()
    page.fill("#username", "ksy-kaipiao")
    page.fill("#display_name", "苏和")
    page.get_by_label("开票人").check()
    page.locator("main form button[type=submit]").last.click()
    return page.locator(".secret").inner_text()


def _issue(page: Page, file: Path) -> tuple[str, str, str]:
    """Issue the first bill and keep its OFD; code, number and check code."""
    page.goto("/unit")
    page.get_by_role("link", name="开具第一张票据").click()
    page.fill("#payer-name", "张晓明")
    page.locator("#items-0-code").press_sequentially("考试报名")
    page.locator("[role=listbox] [role=option]").first.click()
    page.fill("#items-0-quantity", "2")
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").click()
    page.wait_for_url("**/unit/issue/done/**")
    code, number, check_code = page.locator(".alert strong").all_inner_texts()[:3]
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载 OFD").click()
    coming.value.save_as(file)
    return code, number, check_code


def _verify(province: Province, folder: Path) -> None:
    """`mingpiao verify` on another machine, which has the public certificates only."""
    certificates = folder / "certificates"
    exported = _command("export-certificates", "--data-dir", str(province.site.directory), str(certificates))
    assert exported.exit_code == 0, exported.output
    checked = _command("verify", "--trust", str(certificates), str(folder / "first.ofd"))
    assert checked.exit_code == 0, checked.output
