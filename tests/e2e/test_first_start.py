"""From an empty database to a signed-in administrator, on the pages of the first start, at a desk and on a phone."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.e2e.steps import set_up_app
from tests.support.site import Site
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

_SCREENSHOTS = Path("build/screenshots")
_SIZES = {"desk": (1366, 768), "phone": (390, 844)}


@pytest.fixture
def unset() -> Iterator[Site]:
    """A web process that nobody has set up, beside an empty database that it does not know."""
    directory = Path(tempfile.mkdtemp(prefix="mingpiao-first-"))
    site = Site(directory, durable=False)
    for name in ("MINGPIAO_DATABASE_URL", "MINGPIAO_MASTER_KEY"):
        del site.environment[name]
    try:
        site.server.start()
        site.start_web()
        yield site
    finally:
        site.close()
        shutil.rmtree(directory, ignore_errors=True)


def token_of(site: Site) -> str:
    """The token that the process has printed, once it answers: it prints first, and listens then."""
    answered(site)
    found = re.search(r"一次性令牌：(\S+)", site.log())
    assert found is not None, site.log()
    return found[1]


def answered(site: Site, *status: int) -> None:
    """Wait until the site answers `/healthz`, with one of these states where any are given."""
    wait_until(lambda: _answers(site, status), "the site does not answer")


def _answers(site: Site, status: tuple[int, ...]) -> bool:
    try:
        found = httpx.get(f"{site.address}/healthz").status_code
    except httpx.TransportError:
        return False
    return not status or found in status


def picture(page: Page, name: str) -> None:
    page.screenshot(path=_SCREENSHOTS / f"first-start-{name}.png", full_page=True)


@pytest.mark.parametrize("size", list(_SIZES))
def test_a_province_begins_in_a_browser(browser: Browser, unset: Site, size: str) -> None:
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    token = token_of(unset)
    width, height = _SIZES[size]
    context = browser.new_context(viewport=ViewportSize(width=width, height=height), base_url=unset.address)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    try:
        page.goto("/unit/bills")
        picture(page, f"{size}-token")
        page.fill("#token", token)
        page.get_by_role("button", name="开始设置").click()
        page.fill("#database_url", unset.url)
        page.fill("#public_url", unset.address)
        picture(page, f"{size}-database")
        page.get_by_role("button", name="检查并继续").click()
        page.select_option("#province-code", label="内蒙古自治区")
        picture(page, f"{size}-province")
        page.get_by_role("button", name="继续").click()
        for label, name in {"#key-conductor": "赵六", "#key-witness": "钱七", "#holder-1": "张三"}.items():
            page.fill(label, name)
        page.get_by_role("button", name="开始分发").click()
        expect(page.locator("#error-summary")).to_contain_text("份额持有人应为 2 至")
        picture(page, f"{size}-key")
        page.fill("#holder-2", "李四")
        page.get_by_role("button", name="开始分发").click()
        for holder in ("张三", "李四"):
            page.get_by_role("button", name=f"我是 {holder}，显示份额").click()
            line = page.locator("#share").inner_text()
            picture(page, f"{size}-share")
            page.fill("#typed", line[-4:])
            page.get_by_role("button", name="我已抄写并收好").click()
        picture(page, f"{size}-seal")
        page.get_by_role("button", name="制作监制章并继续").click()
        page.get_by_label("06 医疗收费票据").check()
        picture(page, f"{size}-starter")
        page.get_by_role("button", name="继续").click()
        for duty, name in {"system": "孙八", "security": "周九", "audit": "吴十"}.items():
            page.fill(f"#{duty}-name", name)
            page.fill(f"#{duty}-username", f"first-{duty}")
        picture(page, f"{size}-administrators")
        page.get_by_role("button", name="建立账户").click()
        password = page.locator(".user-select-all").first.inner_text()
        picture(page, f"{size}-passwords")
        page.get_by_role("button", name="完成设置").click()
        expect(page.get_by_text("首次设置完成")).to_be_visible()
        picture(page, f"{size}-finished")
        # The real site has taken the place of the first setup.
        answered(unset, 200)
        assert page.goto("/setup").status == 404  # type: ignore[union-attr]
        page.goto("/login")
        page.fill("#username", "first-system")
        page.fill("#password", password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.fill("#old_password", password)
        page.fill("#new_password", f"Neu-{password}")
        page.fill("#new_again", f"Neu-{password}")
        page.get_by_role("button", name="修改密码").click()
        page.goto("/admin")
        set_up_app(page)
        page.goto("/admin")
        expect(page.get_by_role("heading", name="需要处理")).to_be_visible()
        picture(page, f"{size}-state")
        assert troubles == []
    finally:
        context.close()
