"""历史票据 by pages: a file is tried and imported, bills are looked at, a month is submitted."""

from decimal import Decimal

from asn1crypto import pem
from tests.former.files import (
    CODE,
    MONTH,
    archive,
    handler,
    row,
    sealed,
    seals,
    table,
    take,
    totals,
    work,
)
from tests.support.browser import Browser
from tests.support.world import World, a_world
from tests.writeoff.months import begin

from mingpiao.identity.model import Role
from mingpiao.writeoff.room import CHECKER

site = a_world("peopled", demo=True)
LIST = "/unit/former/imports"


async def _upload(browser: Browser, data: bytes, name: str = "原系统.csv", at: str = LIST) -> str:
    assert (await browser.get(at)).status_code == 200
    token = await browser.csrf_token()
    sent = await browser.post(at, {"csrf_token": token}, files={"file": (name, data)})
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"])


async def _press(browser: Browser, at: str, **members: str) -> int:
    token = await browser.csrf_token()
    return (await browser.post(at, {"csrf_token": token} | members)).status_code


async def _work(site: World) -> None:
    for each in await site.rows("SELECT import_id FROM former_imports ORDER BY import_id"):
        await work(site, each["import_id"])
    for each in await site.rows("SELECT writeoff_id FROM writeoffs WHERE state = 'checking'"):
        await (await site.house.get(CHECKER)).check(each["writeoff_id"])


async def test_a_table_is_tried_imported_and_its_month_written_off(site: World) -> None:
    await begin(site)
    browser = await site.browser("handler")
    assert "还没有导入过历史票据" in (await browser.get(LIST)).text
    bad = row(9, total="abc", amount="10.00")
    at = await _upload(browser, table(row(1), row(2, amount="7.50", total="7.50"), bad))
    assert "核对中" in (await browser.get(at)).text
    await _work(site)
    tried = (await browser.get(at)).text
    assert "2 份，17.50 元" in tried
    assert "合计金额应为数字" in tried
    assert await site.value("SELECT count(*) FROM former_bills") == 0
    assert await _press(browser, at) == 303
    await _work(site)
    await _work(site)
    assert "已导入" in (await browser.get(at)).text
    assert await totals(site, site.unit) == [(MONTH, "0301", 2, Decimal("17.50"), 0, Decimal("0.00"))]
    listed = (await browser.get("/unit/former", kind="0301", number="0000000002")).text
    assert "0000000002" in listed
    assert "0000000001" not in listed
    bill = (await browser.get(f"/unit/former/bills/{CODE}/0000000002")).text
    for words in ("历史票据，由原系统签章", "未核销", "无签名原件", "7.50", "李四", "a1b2c3"):
        assert words in bill
    assert (await browser.get(f"/unit/former/bills/{CODE}/0000000002/original.xml")).status_code == 404
    # The same file again is the same import.
    assert (
        await _upload(browser, table(row(1), row(2, amount="7.50", total="7.50"), bad)) == f"{at}?again=yes"
    )
    await _work(site)
    once_more = (await browser.get(at)).text
    for words in ("已导入", "再次核对，没有新的票据可以导入"):
        assert words in once_more
    assert f'method="post" action="{at}"' not in once_more
    month = "/unit/former/months/2023-05"
    assert "2023年5月" in (await browser.get("/unit/former/months")).text
    assert "待核销" in (await browser.get(month)).text
    token = await browser.csrf_token()
    asked = (await browser.post(month, {"csrf_token": token})).text
    for words in ("提交核销：2023年5月历史票据", "2 份", "17.50 元", "不能再导入和删除票据"):
        assert words in asked
    assert await site.value("SELECT count(*) FROM writeoffs") == 0
    assert await _press(browser, month, confirmed="yes") == 303
    assert "核对中" in (await browser.get(f"{month}/status")).text
    await _work(site)
    done = (await browser.get(month)).text
    assert "已核销" in done
    assert "佐证不可用" not in done
    assert "佐证材料不可用、没有对应的到账、登记与日志不符" in done
    assert await site.value("SELECT count(*) FROM exception_cases") == 0
    paper = await browser.get(f"{month}/certificate.pdf")
    assert paper.content.startswith(b"%PDF")
    assert "已核销" in (await browser.get(f"/unit/former/bills/{CODE}/0000000002")).text
    assert await site.value("SELECT count(*) FROM cycles") == 0
    head = await site.browser(Role.DEPARTMENT_HEAD, region="150000")
    months = f"/finance/units/{site.unit.unit_id}/months"
    assert "历史票据各月核销" in (await head.get(months)).text
    again = f"{months}/2023-05/reopen-former"
    assert "重新打开历史票据核销" in (await head.get(again)).text
    assert (await head.get(f"{months}/2023-05/reopen")).status_code == 404
    assert await _press(head, again, reason="") == 422
    assert await _press(head, again, reason="五月漏导入两份票据，单位已写明原因") == 303
    exported = await browser.get("/unit/former/export.csv")
    assert exported.status_code == 200
    assert "0000000002" in exported.text


async def test_seals_are_verified_by_registered_certificates(site: World) -> None:
    await begin(site)
    browser = await site.browser("manager")
    good, other = await sealed(site.unit, 1), await sealed(site.unit, 2)
    broken = other.replace(b"<TotalAmount>123.00<", b"<TotalAmount>124.00<")
    at = await _upload(browser, archive(a=good), "票据.zip")
    await _work(site)
    assert await _press(browser, at) == 303
    await _work(site)
    shown = (await browser.get("/unit/former")).text
    assert "未验证（无证书）" in shown
    original = await browser.get("/unit/former/bills/15030122/0000000001/original.xml")
    assert original.content == good
    head = await site.browser(Role.DEPARTMENT_HEAD, region="150000")
    certificates = "/finance/former/certificates"
    assert "还没有登记证书" in (await head.get(certificates)).text
    for party, name in ((seals().unit, "某医院"), (seals().supervisor, "某财政局")):
        text = pem.armor("CERTIFICATE", party.certificate).decode()
        days = {"used_from": "2023-01-01", "used_to": "2023-12-31"}
        assert await _press(head, certificates, name=name, pem=text, **days) == 303
        assert await _press(head, certificates, name=name, pem=text, **days) == 409
    assert await _press(head, certificates, name="", pem="x", used_from="", used_to="2023-01-01") == 422
    at = await _upload(browser, archive(b=broken, c=b"<a/>"), "票据2.zip")
    await _work(site)
    assert "XML" in (await browser.get(at)).text
    assert await _press(browser, at) == 303
    await _work(site)
    listed = (await browser.get("/unit/former", seal="broken")).text
    assert "0000000002" in listed
    assert await _press(browser, "/unit/former/months/2023-05", confirmed="yes") == 303
    await _work(site)
    rows = await site.rows("SELECT bill_id % 10000000000 AS number, rules FROM exception_cases ORDER BY 1")
    assert [(each["number"], "WRITEOFF-SEAL" in each["rules"]) for each in rows] == [(1, False), (2, True)]
    seal = await site.rows("SELECT seal FROM former_bills ORDER BY bill_id")
    assert [each["seal"] for each in seal] == ["valid", "broken"]
    case = await site.value("SELECT max(case_id) FROM exception_cases")
    assert "签名无效" in (await browser.get("/unit/former/bills/15030122/0000000002")).text
    for shown in (
        await browser.get(f"/unit/exceptions/{case}"),
        await head.get(f"/finance/exceptions/{case}"),
    ):
        assert shown.status_code == 200
        assert "项目名称" in shown.text


async def test_what_was_imported_wrongly_is_deleted_while_its_month_is_open(site: World) -> None:
    await begin(site)
    browser = await site.browser("handler")
    at = await _upload(browser, table(row(1), row(2, amount="75.00", total="75.00"), row(3)))
    await _work(site)
    assert await _press(browser, at) == 303
    await _work(site)
    bill = f"/unit/former/bills/{CODE}/0000000002"
    assert f'action="{bill}/delete"' in (await browser.get(bill)).text
    # One press only asks.
    assert await _press(browser, f"{bill}/delete") == 200
    assert await site.value("SELECT count(*) FROM former_bills") == 3
    assert await _press(browser, f"{bill}/delete", confirmed="yes") == 303
    assert await totals(site, site.unit) == [(MONTH, "0301", 2, Decimal("20.00"), 0, Decimal("0.00"))]
    assert (await browser.get(bill)).status_code == 404
    assert await _press(browser, f"{bill}/delete", confirmed="yes") == 404
    assert "这次导入的票据现有 2 份，其余已删除" in (await browser.get(at)).text
    told = await site.rows(
        "SELECT action, unit_id, details FROM audit_log WHERE action LIKE 'former:delete%'"
    )
    assert [(each["action"], each["unit_id"]) for each in told] == [("former:delete", site.unit.unit_id)]
    again = await _upload(browser, table(row(2, amount="7.50", total="7.50")), "更正.csv")
    await _work(site)
    assert await _press(browser, again) == 303
    await _work(site)
    assert "7.50" in (await browser.get(bill)).text

    # The whole import; its month stays with what the other one brought.
    token = await browser.csrf_token()
    asked = (await browser.post(f"{at}/delete", {"csrf_token": token})).text
    assert "2 份，20.00 元" in asked
    assert await _press(browser, f"{at}/delete", confirmed="yes") == 303
    assert await totals(site, site.unit) == [(MONTH, "0301", 1, Decimal("7.50"), 0, Decimal("0.00"))]
    assert await _press(browser, f"{at}/delete", confirmed="yes") == 409
    # Nothing that is submitted goes, nor what somebody else imported.
    assert await _press(browser, "/unit/former/months/2023-05", confirmed="yes") == 303
    await _work(site)
    shown = (await browser.get(bill)).text
    assert "请财政部门重新打开该月的核销" in shown
    assert f'action="{bill}/delete"' not in shown
    assert await _press(browser, f"{bill}/delete", confirmed="yes") == 409
    head = await site.browser(Role.DEPARTMENT_HEAD, region="150000")
    theirs = f"/finance/former/bills/{CODE}/0000000002"
    assert "由单位或其他财政部门导入" in (await head.get(theirs)).text
    assert await _press(head, f"{theirs}/delete", confirmed="yes") == 403
    assert await site.value("SELECT count(*) FROM former_bills") == 1


async def test_a_trial_shows_what_to_look_at(site: World) -> None:
    await begin(site)
    browser = await site.browser("handler")
    at = await _upload(browser, table(row(1), row(2, total="15.00", amount="12.00")))
    await _work(site)
    shown = (await browser.get(at)).text
    for words in ("1 份可以导入的票据有提示", "导入，有提示", "各项目金额合计12.00元"):
        assert words in shown
    only = (await browser.get(at, outcome="noticed")).text
    assert ("0000000002" in only, "0000000001" in only) == (True, False)


async def test_a_month_without_bills_is_no_month(site: World) -> None:
    await begin(site)
    browser = await site.browser("handler")
    at = await _upload(browser, table(row(1)))
    await _work(site)
    assert await _press(browser, at) == 303
    await _work(site)
    assert await _press(browser, f"{at}/delete", confirmed="yes") == 303
    assert await site.value("SELECT count(*) FROM former_cycles") == 0
    assert "还没有历史票据" in (await browser.get("/unit/former/months")).text
    # The same file once more brings them back.
    assert await _upload(browser, table(row(1))) == f"{at}?again=yes"
    await _work(site)
    assert await _press(browser, at) == 303
    await _work(site)
    assert await totals(site, site.unit) == [(MONTH, "0301", 1, Decimal("10.00"), 0, Decimal("0.00"))]


async def test_a_number_of_another_unit_is_not_missing(site: World) -> None:
    await begin(site)
    browser = await site.browser("handler")
    await take(site, table(row(3)), await handler(site, site.province.office))
    await take(site, table(row(1), row(4)), await handler(site, site.unit))
    shown = (await browser.get("/unit/former/months/2023-05")).text
    assert "0000000002至0000000003，其中1个由其他单位导入（缺 1 个）" in shown
