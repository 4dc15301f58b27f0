"""佐证材料 in the lists of units and departments: rows, filters, pages, exports, and the bills of a file."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import httpx
import openpyxl
import pytest
from tests.evidence.test_listing import put, says
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.issuing.model import Bill, ReversalRequest
from mingpiao.kernel.clock import now
from mingpiao.portals.rendering import moment

START = now().replace(microsecond=0) - timedelta(days=2)


async def _put(site: World, number: int, **more: object) -> str:
    """A file of the charity, each a minute younger than the one before."""
    given = {"at": START + timedelta(minutes=number)} | more
    return await put(site.services.database, site.unit, number, **given)  # type: ignore[arg-type]


async def _issue(site: World, digest: str, *numbers: str) -> list[Bill]:
    """Bills of the charity on a file."""
    requests = [site.unit.request(kind="0301", business_no=number, evidence=(digest,)) for number in numbers]
    outcomes = await site.services.desk.issue(site.unit.unit_id, requests, acting=ACTING)
    return [bill_of(outcome) for outcome in outcomes]


def _rows(answer: httpx.Response) -> list[list[str]]:
    """The cells of a list's rows as texts."""
    assert answer.status_code == 200, answer.text
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def _names(answer: httpx.Response) -> list[str]:
    return [row[1] for row in _rows(answer)]


async def test_a_unit_sees_its_files_with_what_is_used_and_left(site: World) -> None:
    browser = await site.browser("checker")
    empty = await browser.get("/unit/evidence")
    assert "没有符合条件的佐证材料" in empty.text
    assert "export.csv" not in empty.text
    await _put(site, 1, name="坏.pdf")
    digest = await _put(site, 2, name="<合同>.pdf", extraction=says("100000.00"))
    await put(site.services.database, site.province.office, 3, name="别家.pdf")
    (bill, gone) = await _issue(site, digest, "B-1", "B-2")
    reversal = ReversalRequest(code=gone.code, number=gone.number, reason="开错", handler="张三")
    await site.services.desk.reverse(site.unit.unit_id, [reversal], acting=ACTING)
    shown = await browser.get("/unit/evidence")
    left = Decimal(100_000) - bill.total
    first, second = moment(START + timedelta(minutes=1)), moment(START + timedelta(minutes=2))
    used = f"{bill.total:,.2f}"
    assert _rows(shown) == [
        [f"{second} 甲", "&lt;合同&gt;.pdf", "已识别", "合同", "100,000.00", used, f"{left:,.2f}", "1"],
        [f"{first} 甲", "坏.pdf", "无法识别", "—", "—", "0.00", "—", "0"],
    ]
    assert f'href="/unit/evidence/{digest}"' in shown.text
    assert f'href="/unit/bills?evidence={digest}"' in shown.text
    assert re.search(r'href="/unit/evidence" aria-current="page"', shown.text)
    assert _names(await (await site.browser("other")).get("/unit/evidence")) == ["别家.pdf"]


async def test_a_files_page_tells_what_a_large_model_pointed_at(site: World) -> None:
    browser = await site.browser("handler")
    plain = await _put(site, 1, extraction=says("100000.00"))
    assert "大模型的指认" not in (await browser.get(f"/unit/evidence/{plain}")).text
    found = {"total": ("12000.00", "1.2万元"), "status": ("<草案>", "<草案>")}
    pointed = says("100000.00") | {
        "pointed": [
            {"fact": fact, "found": {"value": value, "text": text}} for fact, (value, text) in found.items()
        ]
    }
    shown = (await browser.get(f"/unit/evidence/{await _put(site, 2, extraction=pointed)}")).text
    assert "大模型的指认" in shown
    assert re.search(r"应付金额.*?12000\.00.*?材料状态.*?&lt;草案&gt;", shown, re.DOTALL)


async def test_a_files_page_leads_to_its_bills_and_its_bills_to_it(site: World) -> None:
    digest = await _put(site, 1, name="合同.pdf", extraction=says("100000.00"))
    other_file = await _put(site, 2, extraction=says("100000.00"))
    bills = await _issue(site, digest, *(f"B-{n}" for n in range(21)))
    await _issue(site, other_file, "C-1")
    browser = await site.browser("handler")
    shown = await browser.get(f"/unit/evidence/{digest}")
    used = sum(bill.total for bill in bills)
    for label, value in (
        ("材料类别", "合同"),
        ("有效票据已使用（元）", f"{used:,.2f}"),
        ("剩余（元）", f"{Decimal(100_000) - used:,.2f}"),
        ("使用它的有效票据（份）", "21"),
        ("上传人", "甲"),
    ):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in shown.text
    assert len(_rows(shown)) == 20
    assert f'<a href="/unit/bills?evidence={digest}">查看全部票据</a>' in shown.text
    listed = await browser.get("/unit/bills", evidence=digest)
    numbers = re.findall(r'href="/unit/bills/\d{8}/(\d{10})"', listed.text)
    assert numbers == [bill.number for bill in reversed(bills)]
    assert f'<a href="/unit/evidence/{digest}">这份佐证材料</a>' in listed.text
    assert f'name="evidence" value="{digest}"' in listed.text
    assert f"/unit/bills/export.csv?evidence={digest}" in listed.text
    wrong = await browser.get("/unit/bills", evidence="x")
    assert (wrong.status_code, "没有这份佐证材料" in wrong.text) == (422, True)
    stranger = await site.browser("other")
    assert (await stranger.get(f"/unit/evidence/{digest}")).status_code == 404
    assert "没有符合条件的票据" in (await stranger.get("/unit/bills", evidence=digest)).text
    assert (await browser.get("/unit/evidence/nothing")).status_code == 404


async def test_a_unused_file_says_so(site: World) -> None:
    digest = await _put(site, 1)
    shown = await (await site.browser("handler")).get(f"/unit/evidence/{digest}")
    assert "还没有使用这份材料开具的票据" in shown.text
    assert "<dt>载明金额（元）</dt><dd>未载明</dd>" in shown.text


async def test_filters_restrict_and_wrong_ones_are_told(site: World) -> None:
    await _put(site, 1, name="合同甲.pdf")
    await _put(site, 2, name="合同乙.pdf", extraction=says("1.00"))
    browser = await site.browser("handler")
    day = START.date().isoformat()
    assert _names(await browser.get("/unit/evidence", name="甲")) == ["合同甲.pdf"]
    assert _names(await browser.get("/unit/evidence", state="read")) == ["合同乙.pdf"]
    assert _names(await browser.get("/unit/evidence", **{"from": day, "name": "合同"})) == [
        "合同乙.pdf",
        "合同甲.pdf",
    ]
    assert "没有符合条件" in (await browser.get("/unit/evidence", to="2020-01-01")).text
    for query, field in (
        ({"from": "2026-13-01"}, "from"),
        ({"to": "x"}, "to"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ({"state": "gone"}, "state"),
    ):
        told = await browser.get("/unit/evidence", **query)
        assert (told.status_code, f'<a href="#{field}">' in told.text, "<td" in told.text) == (
            422,
            True,
            False,
        )
        assert 400 <= (await browser.get("/unit/evidence/export.csv", **query)).status_code < 500
    for odd in ("x", "1_2_3", f"{'9' * 16}_1_{'0' * 64}"):
        assert (await browser.get("/unit/evidence", after=odd)).status_code == 422, odd


async def test_pages_follow_one_another_and_keep_the_filter(site: World) -> None:
    for number in range(1, 104):
        await _put(site, number, name=f"{number}.pdf")
    browser = await site.browser("handler")
    seen: list[str] = []
    pages, address = 0, "/unit/evidence?name=pdf"
    while address:
        answer = await browser.get(address)
        seen += _names(answer)
        pages += 1
        following = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = following[1].replace("&amp;", "&") if following else ""
        assert "name=pdf" in address or not address
    assert (pages, seen) == (3, [f"{number}.pdf" for number in range(103, 0, -1)])


async def test_exports_have_the_whole_filter(site: World) -> None:
    digest = await _put(site, 1, name="=合同.pdf", extraction=says("1000.00"), used=("0", 0))
    await _put(site, 2, name="坏.pdf")
    browser = await site.browser("checker")
    answer = await browser.get("/unit/evidence/export.csv", state="read")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [",".join(row) for row in rows] == [
        "上传时间,文件名,状态,材料类别,页数,载明金额（元）,已使用（元）,剩余（元）,使用票据（份）,上传人,说明,SM3摘要",
        f"{moment(START + timedelta(minutes=1))},'=合同.pdf,已识别,合同,0,1000.00,0.00,1000.00,0,甲,,{digest}",
    ]
    assert re.search(r'filename="evidence-\d{8}-\d{6}\.csv"', answer.headers["content-disposition"])
    workbook = openpyxl.load_workbook(io.BytesIO((await browser.get("/unit/evidence/export.xlsx")).content))
    cells = [[cell.value for cell in row[1:9]] for row in workbook.active.iter_rows(min_row=2)]  # type: ignore[union-attr]
    assert cells == [
        ["坏.pdf", "无法识别", "", 0, "", 0, "", 0],
        ["=合同.pdf", "已识别", "合同", 0, 1000, 0, 1000, 0],
    ]
    audit = await site.services.database.pool.fetch(
        "SELECT subject, details FROM audit_log WHERE action = 'evidence:export' ORDER BY audit_id"
    )
    unit = f"unit:{site.unit.unit_id}"
    assert [tuple(row) for row in audit] == [
        (unit, {"format": "csv", "state": "read"}),
        (unit, {"format": "xlsx"}),
    ]


async def test_a_department_sees_the_files_of_its_units(site: World) -> None:
    office = site.province.office
    digest = await _put(site, 1, name="慈善.pdf", extraction=says("100000.00"))
    (bill,) = await _issue(site, digest, "B-1")
    same = await put(site.services.database, office, 1, name="机关.pdf", at=START)
    old = now() - timedelta(days=40)
    await put(site.services.database, office, 2, name="旧.pdf", at=old)
    assert same == digest, "the same file of two units"
    browser = await site.browser("officer")
    shown = await browser.get("/finance/evidence")
    unit = site.unit.unit
    assert [row[1:4] for row in _rows(shown)] == [
        ["慈善.pdf", unit.name, "已识别"],
        ["机关.pdf", office.unit.name, "无法识别"],
    ]
    base = f"/finance/evidence/{site.unit.unit_id}/{digest}"
    bills = f"/finance/bills?evidence={digest}&unit={unit.uscc}"
    assert f'href="{base}"' in shown.text
    assert f'href="{bills.replace("&", "&amp;")}"' in shown.text
    assert _names(await browser.get("/finance/evidence", unit=office.unit.name)) == ["机关.pdf", "旧.pdf"]
    assert _names(await browser.get("/finance/evidence", unit=unit.uscc)) == ["慈善.pdf"]
    assert _names(await browser.get("/finance/evidence", **{"from": old.date().isoformat()})) == [
        "慈善.pdf",
        "机关.pdf",
        "旧.pdf",
    ]
    assert _names(await browser.get("/finance/evidence", to=old.date().isoformat())) == ["旧.pdf"]
    assert "没有找到该用票单位" in (await browser.get("/finance/evidence", unit="没有的单位")).text
    page = await browser.get(base)
    assert f'href="/finance/units/{site.unit.unit_id}">{unit.name}' in page.text
    assert f'href="/finance/bills/{bill.code}/{bill.number}"' in page.text
    listed = await browser.get(bills)
    assert re.findall(r'href="/finance/bills/\d{8}/(\d{10})"', listed.text) == [bill.number]
    assert f'<a href="{base}">这份佐证材料</a>' in listed.text
    exported = (await browser.get("/finance/evidence/export.csv", unit=unit.uscc)).content.decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(exported)))[1:]
    catalog = await site.services.catalog.get()
    assert [*row[:3], row[4]] == [unit.name, unit.uscc, catalog.region_path(unit.region_code), "慈善.pdf"]


@pytest.mark.parametrize("region", ["own", "below", "outside"])
async def test_a_list_is_held_to_a_region(site: World, region: str) -> None:
    await _put(site, 1, name="慈善.pdf")
    digest = await put(site.services.database, site.province.hospital, 2, name="医院.pdf", at=START)
    officer, elsewhere = await site.browser("officer"), await site.browser("elsewhere")
    if region == "own":
        assert _names(await officer.get("/finance/evidence")) == ["慈善.pdf", "医院.pdf"]
        assert "没有符合条件的佐证材料" in (await elsewhere.get("/finance/evidence")).text
    elif region == "below":
        await site.services.database.pool.execute(
            "UPDATE evidence_files SET region_code = '150102' WHERE name = '慈善.pdf'"
        )
        assert _names(await officer.get("/finance/evidence", region="150100")) == ["慈善.pdf"]
    else:
        hospital = site.province.hospital.unit_id
        assert (await elsewhere.get("/finance/evidence", region="150100")).status_code == 404
        assert (await elsewhere.get("/finance/evidence/export.csv", region="150100")).status_code == 404
        assert (await elsewhere.get(f"/finance/evidence/{hospital}/{digest}")).status_code == 404
        assert (await officer.get(f"/finance/evidence/{'9' * 20}/{digest}")).status_code == 404
        exported = (await elsewhere.get("/finance/evidence/export.csv")).content.decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(exported)))) == 1
