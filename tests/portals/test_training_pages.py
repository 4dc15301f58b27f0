"""Pages, exports and accounts of a training site, and the way to it from the real one."""

import csv
import io
from pathlib import Path

from openpyxl import load_workbook
from tests.support.browser import members_of
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.founding.service import TrainingDesk, write_desks
from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account

site = a_world("training", training=True)
beside = a_world("peopled", training_url="https://lianxi.example.gov.cn")

BANNER = "演练环境，票据无效。"
PASSWORD = "Quiet-Harbour-57"


async def desk(site: World) -> None:
    async with site.database.system() as connection:
        await create_account(
            connection,
            username="lianxi",
            display_name="练习某",
            role=Role.UNIT_HANDLER,
            password=PASSWORD,
            unit_id=site.unit.unit_id,
            acting=ACTING,
        )
    known = TrainingDesk(role="开票人", place=site.unit.unit.name, login="lianxi", password=PASSWORD)
    write_desks(site.services.settings.data_dir, [known])


async def test_every_page_bears_the_banner_and_the_mark_for_paper(site: World, world: World) -> None:
    stranger = site.stranger()
    for address in ("/", "/login", "/help/public", "/verify/batch"):
        page = (await stranger.get(address)).text
        assert page.count(BANNER) == 1
        assert "<title>【演练】" in page
        assert 'class=" training"' in page
    real = (await world.stranger().get("/login")).text
    assert "演练" not in real


async def test_one_button_signs_in_and_the_shared_password_stays(site: World) -> None:
    await desk(site)
    browser = site.stranger()
    page = (await browser.get("/login")).text
    assert f"开票人　{site.unit.unit.name}（lianxi）" in page
    form = page[page.index('id="desks"') :]
    answer = await browser.post("/login", members_of(form))
    assert (answer.status_code, answer.headers["location"]) == (303, "/unit")
    home = (await browser.get("/unit")).text
    assert home.count(BANNER) == 1
    changed = await browser.post(
        "/password",
        members_of((await browser.get("/password")).text)
        | {"old_password": PASSWORD, "new_password": "Another-Harbour-58", "new_again": "Another-Harbour-58"},
    )
    assert changed.status_code == 409
    assert "演练账户是大家共用的，不能修改密码。" in changed.text
    assert (await site.stranger().sign_in("lianxi")).status_code == 303


async def test_a_site_without_training_shows_no_accounts_that_lie_there(world: World) -> None:
    write_desks(
        world.services.settings.data_dir,
        [TrainingDesk(role="开票人", place="某单位", login="lianxi", password=PASSWORD)],
    )
    assert "lianxi" not in (await world.stranger().get("/login")).text


async def test_each_row_of_an_export_says_it(site: World) -> None:
    await desk(site)
    await site.issue(site.unit, *site.unit.requests(2))
    browser = site.stranger()
    await browser.sign_in("lianxi")
    answer = await browser.get("/unit/bills/export.csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="training-')
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[-1] for row in rows] == ["数据来源", "演练数据，无效", "演练数据，无效"]
    book = load_workbook(io.BytesIO((await browser.get("/unit/bills/export.xlsx")).content))
    assert [row[-1] for row in book.active.iter_rows(values_only=True)] == [row[-1] for row in rows]
    assert book.active.oddHeader.center.text == "演练数据，无效"
    report = load_workbook(io.BytesIO((await browser.get("/unit/reports/export.xlsx")).content))
    assert {row[-1] for row in list(report.active.iter_rows(values_only=True))[1:]} == {"演练数据，无效"}


async def test_the_real_site_leads_to_it_and_the_training_site_does_not(beside: World, site: World) -> None:
    link = 'href="https://lianxi.example.gov.cn/login"'
    assert link in (await beside.stranger().get("/login")).text
    assert link in (await beside.stranger().get("/help/public")).text
    handler = await beside.browser("handler")
    assert link in (await handler.get("/unit")).text
    assert "打开演练环境" not in (await site.stranger().get("/help/public")).text


def test_desks_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    write_desks(tmp_path, [])
    assert (tmp_path / "desks.json").stat().st_mode & 0o777 == 0o600
