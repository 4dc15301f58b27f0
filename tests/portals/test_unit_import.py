"""Import of thousands of units from a file: dry run, report, failed rows, and nothing twice."""

import io
import re
from collections.abc import Sequence
from html import unescape

import httpx
import openpyxl
from tests.support.browser import Browser, members_of
from tests.support.world import BAOTOU, PROVINCE, World, a_world

from mingpiao.demo.people import uscc
from mingpiao.identity.model import Role

world = a_world()
ADDRESS = "/finance/units/import"
HEADINGS = [
    "统一社会信用代码", "单位名称", "区划代码", "单位类型", "开票方式", "收款账号", "开户银行", "地址", "联系电话",
    "票据种类代码", "收款项目编码",
]  # fmt: skip


def row(number: int, region: str = "150102", *, kinds: str = "", items: str = "", **given: str) -> list[str]:
    cells = dict.fromkeys(HEADINGS, "") | {
        "统一社会信用代码": uscc("12", region, f"NMP{number:05d}"),
        "单位名称": f"演示导入单位{number}",
        "区划代码": region,
        "单位类型": "学校",
        "开票方式": "在线开票",
        "票据种类代码": kinds,
        "收款项目编码": items,
    }
    return list((cells | given).values())


def workbook(*rows: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    for each in (HEADINGS, *rows):
        book.active.append(list(each))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def tried(browser: Browser, data: bytes, action: str = "try") -> httpx.Response:
    return await browser.client.post(
        ADDRESS,
        data={"action": action, "csrf_token": await browser.csrf_token()},
        files={"file": ("units.xlsx", data)},
    )


async def press(browser: Browser, shown: httpx.Response, action: str) -> httpx.Response:
    found = re.search(r'<textarea name="rows" hidden>\n(.*?)</textarea>', shown.text, re.S)
    assert found
    rows = unescape(found[1]).replace("\r\n", "\n").replace("\n", "\r\n")
    token = members_of(shown.text)["csrf_token"]
    return await browser.post(ADDRESS, {"action": action, "rows": rows, "csrf_token": token})


def told(answer: httpx.Response) -> str:
    found = re.search(r'<p role="status">(.*?)</p>', answer.text)
    assert found, answer.text
    return found[1]


async def test_units_come_with_kinds_and_items_once_and_a_second_time_changes_nothing(world: World) -> None:
    catalog = await world.catalog.get()
    kind = sorted(catalog.kinds)[0]
    codes = sorted(code for code, item in catalog.items.items() if kind in item.kinds)
    data = workbook(
        row(1, kinds=kind, items="全部"), row(2, kinds=kind, items="、".join(codes[:2])), row(3, "150200")
    )
    async with await world.browser(region=PROVINCE) as browser:
        before = await world.value("SELECT count(*) FROM units")
        shown = await tried(browser, data)
        assert "新建 3" in told(shown)
        assert await world.value("SELECT count(*) FROM units") == before
        assert "新建 3" in told(await press(browser, shown, "import"))
        trail = await world.value("SELECT count(*) FROM audit_log")
        again = await tried(browser, data)
        assert "内容相同，跳过 3" in told(again)
        assert "内容相同，跳过 3" in told(await tried(browser, data, "import"))
        assert await world.value("SELECT count(*) FROM audit_log") == trail
    assert await world.value("SELECT count(*) FROM units") == before + 3
    items = await world.rows(
        "SELECT name, count(item_code) FROM units LEFT JOIN unit_charge_items USING (unit_id) "
        "WHERE name LIKE '演示导入%' GROUP BY name ORDER BY name"
    )
    assert [tuple(each) for each in items] == [
        ("演示导入单位1", len(codes)), ("演示导入单位2", 2), ("演示导入单位3", 0),
    ]  # fmt: skip
    kinds = await world.value(
        "SELECT count(*) FROM stocks JOIN units USING (unit_id) WHERE name LIKE '演示导入%'"
    )
    assert kinds == 2


async def test_each_wrong_row_is_told_and_the_others_come(world: World) -> None:
    data = workbook(
        row(1),
        row(1, 单位名称="另一个"),
        row(2, 统一社会信用代码="123"),
        row(3, BAOTOU),
        row(4, 单位类型="工厂"),
        row(5, kinds="9999"),
        row(6, kinds="", items="X1"),
        row(7, 单位名称=""),
    )
    async with await world.browser(region="150102") as browser:
        shown = await tried(browser, data)
        for message in (
            "应为18位",
            "本部门所辖地区",
            "单位类型只能填写",
            "没有票据种类9999",
            "收款项目X1",
            "请填写单位名称",
        ):
            assert message in shown.text, message
        await press(browser, shown, "import")
        failed = openpyxl.load_workbook(io.BytesIO((await press(browser, shown, "failed")).content))
    rows = list(failed.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert len(rows) >= 6
    assert await world.value("SELECT count(*) FROM units WHERE name LIKE '演示导入%' OR name = '另一个'") <= 1


async def test_a_row_that_differs_from_a_registered_unit_is_refused(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        await press(browser, await tried(browser, workbook(row(1))), "import")
        shown = await tried(browser, workbook(row(1, 单位名称="改了名称")))
        assert "已登记为“演示导入单位1”" in shown.text
        await press(browser, shown, "import")
    assert await world.value("SELECT count(*) FROM units WHERE name = '改了名称'") == 0


async def test_two_thousand_units_in_one_file(world: World) -> None:
    kind = sorted((await world.catalog.get()).kinds)[0]
    data = workbook(*(row(number, kinds=kind, items="全部") for number in range(2000)))
    async with await world.browser(region=PROVINCE) as browser:
        shown = await tried(browser, data)
        assert "新建 2000" in told(shown).replace(",", "")
        await press(browser, shown, "import")
    count = await world.value(
        "SELECT count(*) FROM stocks JOIN units USING (unit_id) WHERE name LIKE '演示导入%'"
    )
    assert count == 2000


async def test_only_departments_import(world: World) -> None:
    for role in (Role.ADMINISTRATOR, Role.UNIT_MANAGER):
        async with await world.browser(role) as browser:
            assert (await tried(browser, workbook(row(1)))).status_code == 403
    assert await world.value("SELECT count(*) FROM units WHERE name LIKE '演示导入%'") == 0
