"""演练: sign in without a password, issue a bill, and hear on both sites that it is none."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.steps import fill_bill
from tests.e2e.visitor import Visitor
from tests.support.browser import PASSWORD
from tests.support.province import ACTING, MASTER, settle_training
from tests.support.site import Site

from mingpiao.founding.service import TrainingDesk, write_desks
from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account
from mingpiao.storage.database import Database

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def drill(browser: Browser) -> Iterator[Site]:
    """A training site beside the town. Playwright runs already, so it is built by another thread."""
    directory = Path(tempfile.mkdtemp(prefix="mingpiao-e2e-"))
    (directory / "master.key").write_text(MASTER.hex())
    site = Site(directory, durable=False, settings={"MINGPIAO_TRAINING": "true"})
    try:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(site.prepare).result()
            thread.submit(lambda: asyncio.run(_settle(site))).result()
        yield site
    finally:
        site.close()
        shutil.rmtree(directory, ignore_errors=True)


async def _settle(site: Site) -> None:
    database = await Database.open(site.url)
    try:
        office = (await settle_training(database)).office
        async with database.system() as connection:
            await create_account(
                connection,
                username="lianxi",
                display_name=office.entry.handler,
                role=Role.UNIT_HANDLER,
                password=PASSWORD,
                unit_id=office.unit_id,
                acting=ACTING,
            )
    finally:
        await database.close()
    desk = TrainingDesk(role="开票人", place=office.unit.name, login="lianxi", password=PASSWORD)
    write_desks(site.directory, [desk])
    site.start_web()
    await site.until_healthy()


@pytest.fixture
def trainee(drill: Site, browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, drill.address)
    yield visitor
    assert visitor.complaints() == []
    visitor.leave()


def test_a_trainees_bill_is_none_on_either_site(trainee: Visitor, visit: Callable[..., Visitor]) -> None:
    page = trainee.open("/login")
    expect(page.get_by_label("演练说明")).to_contain_text("演练环境，票据无效。")
    trainee.look_closely()
    page.get_by_role("button", name="（lianxi）").click()
    page.wait_for_url("**/unit")
    page.goto("/unit/issue?kind=0101")
    fill_bill(page, payer="练习的人", item="临时居民身份证工本费")
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").click()
    page.wait_for_url("**/unit/issue/done/**")
    code, number = page.url.rsplit("/", 2)[1:]
    assert code.startswith("990101")
    page.goto(f"/unit/bills/{code}/{number}")
    expect(page.locator("svg.bill-face text").filter(has_text="演练票据 无效")).to_have_count(3)
    trainee.look_closely()
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载 OFD").click()
    for visitor in (trainee, visit()):
        checked = visitor.open("/?way=file")
        checked.set_input_files("#file", coming.value.path())
        checked.get_by_role("button", name="查验").click()
        expect(checked.locator("#verdict")).to_have_text("查验结果：演练票据，不是真票")
        visitor.look_closely()
