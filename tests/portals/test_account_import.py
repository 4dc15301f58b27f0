"""Import of accounts from a file: template, dry run, report, failed rows, passwords once, harmless again."""

import io
import re
from collections.abc import Sequence
from html import unescape

import httpx
import openpyxl
from tests.support.browser import Browser, members_of
from tests.support.world import World

ADDRESS = "/unit/accounts/import"
HEADINGS = ["用户名", "姓名", "角色"]
#: Whoever has no numbers may leave the last column out.
ALL = [*HEADINGS, "手机号码"]


def workbook(*rows: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(answer: httpx.Response) -> list[list[str]]:
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [
        ["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)
    ]


async def try_file(browser: Browser, data: bytes, name: str = "accounts.xlsx") -> httpx.Response:
    return await browser.client.post(
        ADDRESS,
        data={"action": "try", "csrf_token": await browser.csrf_token()},
        files={"file": (name, data)},
    )


def carried(answer: httpx.Response, name: str = "rows") -> str:
    found = re.search(rf'<textarea name="{name}" hidden>\n(.*?)</textarea>', answer.text, re.S)
    assert found
    return unescape(found[1]).replace("\r\n", "\n").replace("\n", "\r\n")


async def press(browser: Browser, shown: httpx.Response, action: str, name: str = "rows") -> httpx.Response:
    members = {
        "action": action,
        name: carried(shown, name),
        "csrf_token": members_of(shown.text)["csrf_token"],
    }
    return await browser.post(ADDRESS, members)


def told(answer: httpx.Response) -> str:
    found = re.search(r'<p role="status">(.*?)</p>', answer.text)
    assert found
    return found[1]


async def test_from_the_template_to_signing_in(site: World) -> None:
    browser = await site.browser("manager")
    assert f'href="{ADDRESS}"' in (await browser.get("/unit/accounts")).text
    template = await browser.get(f"{ADDRESS}/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    assert [cell.value for cell in book["账户"][1]] == ALL
    assert [row[0].value for row in book["填写说明"].iter_rows(min_row=2)] == ALL
    assert (
        await browser.get(f"{ADDRESS}/template.csv")
    ).content.decode() == "\ufeff用户名,姓名,角色,手机号码\r\n"
    assert (await browser.get(f"{ADDRESS}/template.exe")).status_code == 404
    book["账户"].append(["wang.wu", "王五", "开票人"])
    book["账户"].append([])
    book["账户"].append(["zhao-liu", "赵六", "复核人"])
    file = io.BytesIO()
    book.save(file)
    before = await site.services.database.pool.fetchval("SELECT count(*) FROM accounts")

    tried = await try_file(browser, file.getvalue())
    assert tried.status_code == 200
    assert told(tried) == "新建 2 行。"
    assert "还没有写入任何内容" in tried.text
    assert re.findall(r'<td class="text-end">(\d+)</td>', tried.text) == ["2", "4"]
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM accounts") == before

    done = await press(browser, tried, "import")
    assert "导入完成" in done.text
    assert "已新建 2 个账户" in done.text
    results = rows_of(await press(browser, done, "results", "secret_results"))
    assert results[0] == [*ALL, "一次性密码"]
    assert [row[:3] for row in results[1:]] == [["wang.wu", "王五", "开票人"], ["zhao-liu", "赵六", "复核人"]]
    assert [entry for entry in await site.audit() if entry[0].startswith("account:")] == [
        ("account:create", f"account:{await account_id(site, 'wang.wu')}"),
        ("account:create", f"account:{await account_id(site, 'zhao-liu')}"),
    ]
    newcomer = site.stranger()
    assert (await newcomer.sign_in("wang.wu", results[1][4])).status_code == 303
    assert (await newcomer.get("/unit")).headers["location"] == "/password"

    # Once more, the same file: nothing happens, and no password is told again.
    again = await press(browser, tried, "import")
    assert told(again) == "内容相同，跳过 2 行。"
    assert "secret_results" not in again.text
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM accounts") == before + 2


async def account_id(site: World, username: str) -> int:
    found = await site.services.database.pool.fetchval(
        "SELECT account_id FROM accounts WHERE username = $1", username
    )
    assert isinstance(found, int)
    return found


async def test_each_row_is_told_why_and_failed_rows_come_as_a_file(site: World) -> None:
    browser = await site.browser("manager")
    data = workbook(
        ["角色", "用户名*", "备注", "姓名"],
        ["开票人", "handler", "", "开票员甲"],
        ["复核人", "checker", "", "别的名字"],
        ["开票人", "other", "", "外单位"],
        ["开票人", "good.one", "随便", "好一"],
        ["票据管理员", "m2", "", ""],
        ["开票人", "GOOD.ONE", "", "好二"],
        ["开票人", "+cmd()", "", "好三"],
    )
    tried = await try_file(browser, data)
    assert told(tried) == "新建 1 行，内容相同，跳过 1 行，不能导入 5 行。"
    reasons = [
        "本单位已有该用户名的账户（复核员乙，复核人），姓名或角色不同，请核对。",
        "该用户名已被使用，请换一个。",
        "请填写姓名。角色只能填写：开票人、复核人。",
        "用户名与第5行相同，请只保留一行。",
        "用户名须为3至64位字母、数字或 . _ @ -，以字母或数字开头。",
    ]
    failed = rows_of(await press(browser, tried, "failed"))
    assert failed[0] == [*ALL, "未导入原因"]
    assert [row[4] for row in failed[1:]] == reasons
    assert failed[5][:3] == ["+cmd()", "好三", "开票人"]
    done = await press(browser, tried, "import")
    assert "已新建 1 个账户" in done.text
    assert "不能导入 5 行" in done.text
    # The file of failed rows is a file to import: mended, it goes in, and its reasons are left out.
    failed[1] = ["checker", "复核员乙", "复核人", "", failed[1][4]]
    mended = await try_file(browser, workbook(*failed[:2]))
    assert told(mended) == "内容相同，跳过 1 行。"


async def test_a_file_that_is_none(site: World) -> None:
    browser = await site.browser("manager")
    cases = [
        (b"", "请选择要导入的文件。"),
        (b"%PDF-1.7\x00", "文件不是 XLSX 或 CSV"),
        (workbook(["用户名", "姓名"], ["a.b", "甲"]), "文件第一行缺少：角色。"),
        (workbook(HEADINGS), "文件里只有表头"),
        (workbook(HEADINGS, *[[f"user.{n}", "甲", "开票人"] for n in range(201)]), "一次最多导入 200 行"),
    ]
    for data, message in cases:
        answer = await try_file(browser, data, "accounts.xlsx" if data else "")
        assert answer.status_code in (413, 422)
        assert f'href="#file">{message}' in answer.text


async def test_only_the_manager_imports(site: World) -> None:
    browser = await site.browser("handler")
    assert (await browser.get(ADDRESS)).status_code == 403
    assert (await try_file(browser, workbook(HEADINGS, ["new.one", "甲", "开票人"]))).status_code == 403


async def test_rows_that_were_tried_wait_for_their_author(site: World) -> None:
    browser = await site.browser("manager")
    tried = await try_file(browser, workbook(HEADINGS, ["new.one", "甲", "开票人"]))
    await site.services.database.pool.execute("DELETE FROM sessions")
    late = await press(browser, tried, "import")
    assert late.headers["location"] == "/login?ended=kept"
    answer = await browser.sign_in("manager")
    shown = await browser.get(answer.headers["location"])
    assert shown.url.path == ADDRESS
    assert told(shown) == "新建 1 行。"
    assert "已新建 1 个账户" in (await press(browser, shown, "import")).text
