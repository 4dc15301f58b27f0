"""What several stories have in common."""

from pathlib import Path

from playwright.sync_api import Page, expect

from mingpiao.identity.totp import code_at
from mingpiao.kernel.clock import now


def fill_bill(page: Page, *, payer: str, item: str, quantity: str = "1") -> None:
    """Fill the open form of 开具票据 with one item, by mouse."""
    page.fill("#payer-name", payer)
    page.locator("#items-0-code").press_sequentially(item)
    page.locator("[role=listbox] [role=option]").filter(has_text=item).first.click()
    expect(page.locator("#items-0-quantity")).to_be_focused()
    page.fill("#items-0-quantity", quantity)


def issue_bill(page: Page, *, payer: str, item: str = "临时居民身份证工本费") -> tuple[str, str]:
    """Issue a bill of 0101 as the police's handler; returns its code and number."""
    page.goto("/unit/issue?kind=0101")
    fill_bill(page, payer=payer, item=item)
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").click()
    page.wait_for_url("**/unit/issue/done/**")
    code, number = page.url.rsplit("/", 2)[1:]
    return code, number


def follow(page: Page, link: str) -> None:
    """Follow a link, and wait until the page that it leads to is there whole."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).click()


def download(page: Page, link: str, directory: Path) -> Path:
    """Follow a link that leads to a file, and keep the file under its own name."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).click()
    file = directory / coming.value.suggested_filename
    coming.value.save_as(file)
    return file


def set_up_app(page: Page) -> None:
    """Whoever works for finance or administers scans a code right after the password, and gets ten for paper."""
    expect(page.locator("main")).to_contain_text("请先设置动态口令")
    page.get_by_role("button", name="开始设置").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("手机上的6位数字").fill(code_at(secret, now()))
    page.get_by_role("button", name="启用动态口令").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="已保管好，继续").click()
