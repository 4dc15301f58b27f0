"""批量开具 on the pages: from the template to the result file, corrections on the way, and who may do what."""

import io
import re
import zipfile
from typing import Any
from urllib.parse import unquote

import httpx
import openpyxl
from tests.support.browser import Browser, members_of
from tests.support.province import ACTING
from tests.support.waiting import until
from tests.support.world import World

from mingpiao.catalog.service import mark_evidence
from mingpiao.identity.model import Role
from mingpiao.sealing.service import parse_sealed

KIND = "0301"
NEW = "/unit/batches/new"


async def _template(browser: Browser) -> openpyxl.Workbook:
    answer = await browser.get(f"/unit/batches/template/{KIND}.xlsx")
    assert answer.status_code == 200
    assert unquote(answer.headers["content-disposition"]).endswith("批量开具模板.xlsx")
    return openpyxl.load_workbook(io.BytesIO(answer.content))


async def _filled(browser: Browser, count: int) -> openpyxl.Workbook:
    """The template with the example's row, each time with another payer."""
    book = await _template(browser)
    example = [cell.value or "" for cell in book["示例"][2]]
    for number in range(1, count + 1):
        book["票据"].append([f"捐赠人{number}" if text == "张三" else text for text in example])
    return book


def _bytes(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


async def _send(browser: Browser, address: str, data: bytes, name: str = "捐赠.xlsx") -> httpx.Response:
    form = {"kind": KIND, "csrf_token": await browser.csrf_token()}
    return await browser.post(address, form, files={"file": (name, data)})


async def _uploaded(browser: Browser, book: openpyxl.Workbook) -> str:
    answer = await _send(browser, NEW, _bytes(book))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def _press(browser: Browser, address: str, **members: str) -> httpx.Response:
    return await browser.post(address, members | {"csrf_token": await browser.csrf_token()})


async def _start(browser: Browser, at: str) -> httpx.Response:
    """Press 开具, read what comes, and agree to it."""
    asked = await _press(browser, f"{at}/start")
    return await _press(browser, f"{at}/start", confirmed="yes", **_agreed(asked))


async def test_whoever_agreed_to_other_bills_is_asked_again(site: World) -> None:
    browser = await site.browser("handler")
    at = await _uploaded(browser, await _filled(browser, 3))
    agreed = members_of((await _press(browser, f"{at}/start")).text)
    dropped = await _press(browser, f"{at}/rows/2", action="drop")
    assert dropped.status_code == 303, dropped.text
    for told in (agreed, {"count": "3"}, {"count": "2", "total": "1e9"}, {}):
        late = {name: told.get(name, "") for name in ("count", "total")}
        asked = await _press(browser, f"{at}/start", confirmed="yes", **late)
        assert asked.status_code == 409
        assert "张数或合计与您看到的不同，请按现在的数字重新确认。" in asked.text
        assert "确认开具 2 张" in asked.text
    assert await site.value("SELECT state FROM batches") == "checked"
    assert (await _press(browser, f"{at}/start", confirmed="yes", **_agreed(asked))).status_code == 303
    await site.work_until(lambda: _finished(site))
    assert await site.value("SELECT count(*) FROM bills") == 2


def _agreed(asked: httpx.Response) -> dict[str, str]:
    told = members_of(asked.text)
    return {name: told[name] for name in ("count", "total")}


def _rows(data: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))


async def _finished(site: World) -> bool:
    return bool(await site.value("SELECT bool_and(state = 'finished') FROM batches"))


async def test_the_template_tells_every_column_and_offers_what_a_cell_may_hold(site: World) -> None:
    browser = await site.browser("handler")
    sheet = (await _template(browser))["票据"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:9] == [
        "单据序号", "缴款人类型*", "缴款人名称*", "缴款人代码", "缴款人账号", "缴款人开户行", "收款项目1*", "数量1", "标准1",
    ]  # fmt: skip
    assert all(cell.comment is not None for cell in sheet[1])
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert "G2:G10001" in {str(rule.sqref) for rule in lists}
    page = await browser.get(NEW)
    assert "各列怎样填写" in page.text


async def test_from_the_template_to_numbers_and_documents(site: World) -> None:
    browser = await site.browser("handler")
    at = await _uploaded(browser, await _filled(browser, 3))
    page = (await browser.get(at)).text
    assert "开具 3 张票据" in page
    assert await site.value("SELECT count(*) FROM bills") == 0
    # One question with number and sum; nothing is issued before it is answered.
    asked = await _press(browser, f"{at}/start")
    total = await site.value("SELECT sum(total) FROM batch_rows")
    assert (asked.status_code, "确认开具 3 张" in asked.text, f"{total:,.2f} 元" in asked.text) == (
        200,
        True,
        True,
    )
    assert await site.value("SELECT state FROM batches") == "checked"
    started = await _start(browser, at)
    assert started.headers["location"] == at
    shown = (await browser.get(at)).text
    assert 'hx-get="/unit/batches/1/status"' in shown
    assert "停止开具" in shown
    again = await _press(browser, f"{at}/start")
    assert (again.status_code, "正在开具，不必重复开始" in again.text) == (409, True)
    await site.work_until(lambda: _finished(site))
    assert (await browser.get(f"{at}/status")).headers["hx-refresh"] == "true"
    result = _rows((await browser.get(f"{at}/result.xlsx")).content)
    assert result[0][:3] == ("行", "结果", "业务流水号")
    bills = await site.rows("SELECT bill_id, check_code FROM bills ORDER BY bill_id")
    assert [(row[5] + row[6], row[7]) for row in result[1:]] == [
        (f"{bill['bill_id']:018d}", bill["check_code"]) for bill in bills
    ]
    assert (await _press(browser, f"{at}/pack")).headers["location"] == at
    twice = await _press(browser, f"{at}/pack")
    assert (twice.status_code, "该批次的OFD正在打包" in twice.text) == (409, True)

    async def packed() -> bool:
        return bool(await site.value("SELECT pack_state = 'ready' FROM batches"))

    await site.work_until(packed)
    answer = await browser.get(f"{at}/ofd.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert all(archive.read(name).startswith(b"PK") for name in names)
    assert names == [f"{row[0]:>05}-{row[5]}-{row[6]}.ofd" for row in result[1:]]
    noted = await site.rows("SELECT action FROM audit_log WHERE action LIKE 'batch:%' ORDER BY audit_id")
    assert [row["action"] for row in noted] == [
        "batch:upload", "batch:start", "batch:finish", "batch:download", "batch:pack", "batch:download",
    ]  # fmt: skip


async def test_problems_stand_at_their_columns_and_are_corrected_in_the_page(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 3)
    book["票据"]["B3"] = "某人"
    book["票据"]["H3"] = "x"
    at = await _uploaded(browser, book)
    wrong = (await browser.get(at, state="wrong")).text
    assert "缴款人类型应为个人、单位之一，现为“某人”，请修改。" in wrong
    assert "数量1应为数字，现为“x”，请修改。" in wrong
    assert "捐赠人1" not in wrong
    # The row leads back to the rows with problems, of which one sees that it is done.
    row = f"{at}/rows/3?state=wrong"
    assert f'<a href="{row}" aria-label="修改第3行">修改</a>' in wrong
    shown = await browser.get(row)
    assert 'id="items-0-quantity-error"' in shown.text
    half = await browser.submit(shown, row, payer__type="个人", action="save")
    assert (half.status_code, "缴款人类型应为" in half.text) == (200, False)
    assert "数量1应为数字" in half.text
    done = await browser.submit(half, row, items__0__quantity="2", action="save")
    assert done.headers["location"] == f"{at}?state=wrong&saved=3"
    left = (await browser.get(done.headers["location"])).text
    assert ("第 3 行已保存" in left, "没有符合条件的行" in left) == (True, True)
    assert "开具 3 张票据" in (await browser.get(at)).text
    gone = await browser.submit(shown, f"{at}/rows/3", action="drop")
    assert gone.headers["location"] == at
    assert (await browser.get(f"{at}/rows/3")).status_code == 404


async def test_rows_are_corrected_in_a_file(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 3)
    book["票据"]["C3"] = ""
    at = await _uploaded(browser, book)
    wrong = openpyxl.load_workbook(io.BytesIO((await browser.get(f"{at}/open.xlsx")).content))
    sheet = wrong.worksheets[0]
    assert [sheet.cell(2, 1).value, sheet.cell(2, sheet.max_column).value] == ["3", "请填写缴款人名称。"]
    sheet.cell(2, 4).value = "补上的人"
    assert (await _send(browser, f"{at}/correct", _bytes(wrong))).headers["location"] == at
    assert await site.value("SELECT payer_name FROM batch_rows WHERE row_no = 3") == "补上的人"
    sheet.cell(2, 1).value = "99"
    refused = await _send(browser, f"{at}/correct", _bytes(wrong))
    assert (refused.status_code, "批内行号99不在本批次中" in refused.text) == (422, True)


async def test_a_bill_with_many_items_takes_rows_of_one_slip(site: World) -> None:
    """Six items in two rows, beside a bill of one row; the correction file tells them in two rows as well."""
    browser = await site.browser("handler")
    book = await _filled(browser, 2)
    sheet = book["票据"]
    headings = [cell.value for cell in sheet[1]]
    item, count, rate = (headings.index(name) + 1 for name in ("收款项目1*", "数量1", "标准1"))
    sheet["A2"] = 7
    for more in (3, 6, 9):
        for column, value in ((item, sheet.cell(2, item).value), (count, 1), (rate, 100 + more)):
            sheet.cell(2, column + more).value = value
    sheet.cell(4, 1).value = "7"
    for more, price in ((0, 500), (3, "x")):
        for column, value in ((item, sheet.cell(2, item).value), (count, 2), (rate, price)):
            sheet.cell(4, column + more).value = value
    at = await _uploaded(browser, book)
    assert await site.rows("SELECT row_no, state FROM batch_rows ORDER BY row_no") == [
        (2, "wrong"),
        (3, "ready"),
    ]
    assert "标准6应为数字，现为“x”，请修改。" in (await browser.get(at, state="wrong")).text
    shown = (await browser.get(f"{at}/rows/2")).text
    assert ('id="items-5-rate"' in shown, 'id="items-6-rate"' in shown) == (True, False)
    open_rows = openpyxl.load_workbook(io.BytesIO((await browser.get(f"{at}/open.xlsx")).content))
    lines = [[cell.value for cell in row] for row in open_rows.worksheets[0].iter_rows(min_row=2)]
    assert [(line[0], line[1], line[3]) for line in lines] == [("2", "7", "捐赠人1"), ("2", "7", None)]
    open_rows.worksheets[0].cell(3, rate + 4).value = 50
    assert (await _send(browser, f"{at}/correct", _bytes(open_rows))).headers["location"] == at
    await _start(browser, at)
    await site.work_until(lambda: _finished(site))
    bills = await site.rows(
        "SELECT total, jsonb_array_length(items) AS items, xml FROM bills ORDER BY bill_id"
    )
    example = parse_sealed(bills[1]["xml"]).items[0].amount
    assert [(bill["total"], bill["items"]) for bill in bills] == [
        (example + 103 + 106 + 109 + 1000 + 100, 6),
        (example, 1),
    ]


async def test_rows_of_one_slip_that_contradict_or_repeat_each_other_are_told(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 3)
    sheet = book["票据"]
    sheet.cell(5, 3).value = sheet.cell(4, 3).value
    for row, slip in ((2, "A"), (3, "A"), (4, "B"), (5, "B")):
        sheet.cell(row, 1).value = slip
        for place in range(2, sheet.max_column + 1) if row == 5 else ():
            sheet.cell(5, place).value = sheet.cell(4, place).value
    page = (await browser.get(await _uploaded(browser, book))).text
    assert "缴款人名称：同一单据序号的第2行与首行不同，首行是“捐赠人1”，请改为一致，或只在首行填写。" in page
    assert "同一单据序号的第2行与首行完全相同，请删除一行；同一项目有几份的，改为填写数量。" in page
    assert await site.value("SELECT count(*) FROM batch_rows WHERE state = 'wrong'") == 2


async def test_a_template_of_before_without_slips_is_read(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 2)
    book["票据"].delete_cols(1)
    at = await _uploaded(browser, book)
    assert "开具 2 张票据" in (await browser.get(at)).text


async def test_a_copied_row_of_a_correction_file_doubles_no_items(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 1)
    book["票据"]["C2"] = ""
    at = await _uploaded(browser, book)
    wrong = openpyxl.load_workbook(io.BytesIO((await browser.get(f"{at}/open.xlsx")).content))
    sheet = wrong.worksheets[0]
    sheet.append([cell.value for cell in sheet[2]])
    refused = await _send(browser, f"{at}/correct", _bytes(wrong))
    assert "批内行号2在文件里不止一行" in refused.text
    for place in range(1, sheet.max_column + 1):
        sheet.cell(3, place).value = None
    for row in range(3, 60):
        for place, value in ((1, "2"), (2, "9"), *((n, sheet.cell(2, 8).value) for n in (8, 11, 14, 17))):
            sheet.cell(row, place).value = value
    sheet.cell(2, 2).value = "9"
    refused = await _send(browser, f"{at}/correct", _bytes(wrong))
    assert "单据序号9的收款项目超过200个" in refused.text


async def test_cells_that_look_empty_are_told_and_excel_dates_are_read(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 4)
    sheet = book["票据"]
    sheet["H2"] = "=1+1"
    sheet.merge_cells("C3:C4")
    sheet["D5"] = 110101199003070000
    at = await _uploaded(browser, book)
    page = (await browser.get(at)).text
    assert "数量1：单元格是公式，文件里没有保存计算结果" in page
    assert page.count("缴款人名称：单元格与其他单元格合并，请取消合并，逐格填写。") == 2
    assert "缴款人代码被表格软件变成了科学计数" in page


async def test_the_same_file_leads_to_its_batch_and_other_files_are_refused(site: World) -> None:
    browser = await site.browser("handler")
    book = await _filled(browser, 2)
    at = await _uploaded(browser, book)
    again = await _send(browser, NEW, _bytes(book), "改了名字.xlsx")
    assert again.headers["location"] == f"{at}?again=yes"
    assert "这份文件已经上传过" in (await browser.get(at, again="yes")).text
    book["票据"]["Z1"] = "自己加的列"
    strange = await _send(browser, NEW, _bytes(book))
    assert (strange.status_code, "有模板中没有的列：自己加的列" in strange.text) == (422, True)
    broken = await _send(browser, NEW, b"PK\x03\x04 no workbook")
    assert broken.status_code == 422
    missing = await _send(browser, NEW, "缴款人名称\n张三\n".encode())
    assert "文件第一行缺少：缴款人类型、收款项目1" in missing.text
    nothing = await _press(browser, NEW, kind=KIND)
    assert "请选择填写好的文件。" in nothing.text
    assert await site.value("SELECT count(*) FROM batches") == 1


async def test_the_list_shows_batches_and_deleting_leaves_nothing(site: World) -> None:
    browser = await site.browser("handler")
    empty = (await browser.get("/unit/batches")).text
    assert "还没有批量开具过" in empty
    assert f'<a href="{NEW}">选择票据种类、下载模板</a>' in empty
    looker = (await (await site.browser("manager")).get("/unit/batches")).text
    assert ("还没有批量开具过" in looker, f'href="{NEW}"' in looker) == (True, False)
    at = await _uploaded(browser, await _filled(browser, 2))
    assert "捐赠.xlsx" in (await browser.get("/unit/batches")).text
    assert (await _press(browser, f"{at}/drop")).headers["location"] == "/unit/batches"
    assert (await browser.get(at)).status_code == 404
    assert (await _press(browser, f"{at}/start")).status_code == 404


async def test_a_unit_without_a_kind_for_batches_is_told_on_the_list(site: World) -> None:
    browser = await site.browser("handler")
    codes = (await site.units.profile(site.unit.unit_id)).kind_codes
    mixed = (await browser.get("/unit/batches")).text
    assert (f'href="{NEW}"' in mixed, "本单位不能批量开具" in mixed) == (True, False)
    async with site.database.system() as connection:
        for code in codes:
            await mark_evidence(connection, code, True, acting=ACTING)

    async def is_told() -> bool:
        return "本单位不能批量开具" in (await browser.get("/unit/batches")).text

    await until(is_told, "the catalog was not read again")
    shown = (await browser.get("/unit/batches")).text
    assert f'href="{NEW}"' not in shown
    assert "没有可以批量开具的票据种类" in shown
    assert "还没有批量开具过" not in shown


async def test_others_of_the_unit_look_on_and_other_units_see_nothing(site: World) -> None:
    at = await _uploaded(browser := await site.browser("handler"), await _filled(browser, 2))
    manager = await site.browser("manager")
    page = (await manager.get(at)).text
    assert ("捐赠人1" in page, "开具 2 张票据" in page, "修改第2行" in page) == (True, False, False)
    assert (await _press(manager, f"{at}/start")).status_code == 403
    assert (await manager.get(f"{at}/rows/2")).status_code == 403
    stranger = await site.browser(Role.UNIT_MANAGER)
    assert "捐赠.xlsx" not in (await stranger.get("/unit/batches")).text
    for path in ("", "/status", "/result.xlsx", "/ofd.zip"):
        assert (await stranger.get(at + path)).status_code == 404
    assert await site.value("SELECT count(*) FROM bills") == 0


async def test_addresses_that_name_nothing_are_not_found(site: World) -> None:
    browser = await site.browser("handler")
    at = await _uploaded(browser, await _filled(browser, 1))
    for address in (
        "/unit/batches/x",
        "/unit/batches/99",
        f"{at}/rows/x",
        f"{at}/open.xlsx",
        f"{at}/ofd.zip",
    ):
        assert (await browser.get(address)).status_code == 404
    assert (await browser.get("/unit/batches/template/9999.xlsx")).status_code == 404
    assert (await _press(browser, f"{at}/anything")).status_code == 404
    asked = await _press(browser, f"{at}/answer", rule="X")
    assert (asked.status_code, "请填写核实说明" in asked.text) == (422, True)
    assert re.search(r"第1行|行号", (await browser.get(at, row="x")).text)
