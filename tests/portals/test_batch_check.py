"""批量查验: an office checks many bills at once, without an account."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest
from openpyxl import load_workbook
from tests.portals.public_site import PublicSite, open_public_site
from tests.support.province import ACTING
from tests.support.world import World, a_world, bill_of

from mingpiao.issuing.model import ReversalRequest
from mingpiao.kernel.money import plain

_LABELS = "票据代码,票据号码,校验码,开票日期,金额合计（元）"

world = a_world(demo=True, checked_batch_lines_per_hour=450)


@pytest.fixture
async def site(world: World) -> AsyncIterator[PublicSite]:
    async with open_public_site(world) as opened:
        yield opened


def _table(*faces: dict[str, str]) -> bytes:
    rows = [
        ",".join(face[name] for name in ("code", "number", "check_code", "issued_on", "amount"))
        for face in faces
    ]
    return "\n".join([_LABELS, *rows]).encode()


async def _check(site: PublicSite, *files: tuple[str, bytes]) -> httpx.Response:
    return await site.client.post("/verify/batch", files=[("files", file) for file in files])


def _rows(page: str) -> list[list[str]]:
    """The cells of each line of a page of results, without marks."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in found
    ]


def _carried(page: str) -> dict[str, str]:
    """What the page's form for a workbook sends, as browsers send it."""
    return {
        name: unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1]).replace("\n", "\r\n")  # type: ignore[index]
        for name in ("rows", "seal")
    }


async def test_the_form_offers_a_template(site: PublicSite) -> None:
    page = await site.client.get("/verify/batch")
    assert page.status_code == 200
    assert 'accept=".ofd,.pdf,.xml,.zip,.xlsx,.csv"' in page.text
    assert 'href="/verify/batch"' in (await site.client.get("/")).text
    csv = await site.client.get("/verify/batch/template.csv")
    assert csv.content.decode("utf-8-sig").strip() == _LABELS
    book = load_workbook(io.BytesIO((await site.client.get("/verify/batch/template.xlsx")).content))
    assert [cell.value for cell in book.worksheets[0][1]] == _LABELS.split(",")
    assert (await site.client.get("/verify/batch/template.exe")).status_code == 404


async def test_a_table_is_checked_line_by_line_by_the_rules_of_single_checks(site: PublicSite) -> None:
    right, wrong = site.face(), site.face(check_code="zzzzzz", number="9999999999")
    answer = await _check(site, ("list.csv", _table(right, wrong, site.face(code="1"), right)))
    assert answer.status_code == 200
    bill = site.bill
    day = right["issued_on"]
    first, second, third, fourth = _rows(answer.text)
    kind = first[6]
    assert first == [
        "1 / 4", "list.csv 第2行", bill.code, bill.number, "真实", "正常", kind, plain(bill.total), day, "1", "",
    ]  # fmt: skip
    assert kind
    assert second == ["2 / 4", "list.csv 第3行", bill.code, "9999999999", "查无此票", *[""] * 6]
    assert third[4:] == ["没有得出结果", *[""] * 5, "票据代码应为 8 位数字，请按票面左上方填写。"]
    assert fourth[9:] == ["2", "与第 1 张是同一张票据"]
    # Not more than a single check shows to who gave the right facts: nobody's name.
    assert bill.payer.name not in answer.text
    for sort, count in (("真实，可以使用", 2), ("查无此票", 1), ("没有得出结果", 1)):
        assert f"<li>{sort}：<strong>{count}</strong> 张</li>" in answer.text


async def test_a_wrong_line_shows_nothing_of_the_bill(site: PublicSite) -> None:
    answer = await _check(site, ("list.csv", _table(site.face(check_code="zzzzzz"))))
    (row,) = _rows(answer.text)
    assert row[4:] == ["查无此票", *[""] * 6]
    for secret in site.secrets():
        assert secret not in answer.text


async def test_files_and_archives_and_results_as_a_workbook(site: PublicSite) -> None:
    bill = site.bill
    document = await site.document()
    pdf = await site.services.documents.pdf(document)
    request = ReversalRequest(code=bill.code, number=bill.number, reason="退费", handler="王演示")
    red = bill_of((await site.services.desk.reverse(bill.unit_id, [request], acting=ACTING))[0])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("三月/一.ofd", await site.services.documents.ofd(document))
        opened.writestr("三月/二.xml", document.xml.replace(bill.payer.name.encode(), "顶替者".encode()))
        opened.writestr("__MACOSX/三月/._一.ofd", b"litter")
    answer = await _check(
        site, ("一.pdf", pdf), ("三月.zip", archive.getvalue()), ("=cmd.ofd", b"hello"), ("空.xml", b"")
    )
    rows = _rows(answer.text)
    assert [row[1] for row in rows] == [
        "一.pdf",
        "三月.zip：三月/一.ofd",
        "三月.zip：三月/二.xml",
        "=cmd.ofd",
        "空.xml",
    ]
    assert [row[4] for row in rows] == [
        "已冲红，不能报销", "已冲红，不能报销", "被篡改", "没有得出结果", "没有得出结果",
    ]  # fmt: skip
    assert rows[0][10] == f"红字票据 {red.code}-{red.number}"
    assert "与第 1 张是同一张票据" in rows[1][10]
    assert rows[2][5:] == [""] * 6
    carried = _carried(answer.text)
    file = await site.client.post("/verify/batch/results", data=carried)
    assert file.status_code == 200
    sheet = load_workbook(io.BytesIO(file.content)).worksheets[0]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0][:5] == ["序号", "来源", "票据代码", "票据号码", "查验结果"]
    assert values[1][:6] == [1, "一.pdf", bill.code, bill.number, "已冲红，不能报销", "已冲红"]
    assert values[1][7] == float(bill.total)
    assert values[4][1] == "=cmd.ofd"
    assert len(values) == 6
    forged = await site.client.post(
        "/verify/batch/results", data=carried | {"rows": carried["rows"].replace("被篡改", "真实")}
    )
    assert forged.status_code == 422


async def test_what_is_too_much_or_nothing_is_refused_before_anything_is_checked(site: PublicSite) -> None:
    right = site.face()
    many = [(f"{place}.xml", b"<a/>") for place in range(201)]
    full = _table(*[right] * 201)
    for files, status, sign in (
        ([("", b"")], 422, "没有选择票据"),
        (many, 413, "票据超过 200 张"),
        ([("list.csv", full)], 413, "最多导入 200 行"),
        ([("list.csv", b"a,b\n1,2")], 422, "文件第一行缺少"),
    ):
        answer = await _check(site, *files)
        assert answer.status_code == status
        assert sign in answer.text
        assert 'id="summary"' not in answer.text
    first = await site.client.post("/verify", data=right)
    assert "这是该票据第 <strong>1</strong> 次查验" in first.text


async def test_an_address_gets_so_many_lines_an_hour(site: PublicSite) -> None:
    files = [(f"{place}-{'长' * 80}.xml", b"<a/>") for place in range(200)]
    answers = [await _check(site, *files) for _ in range(3)]
    # Results of the longest batch fit into the form that asks for the workbook.
    assert len(_rows(answers[0].text)) == 200
    workbook = await site.client.post("/verify/batch/results", data=_carried(answers[0].text))
    assert workbook.status_code == 200
    assert load_workbook(io.BytesIO(workbook.content)).worksheets[0].max_row == 201
    statuses = [answer.status_code for answer in answers]
    # The hour may turn once on the way.
    assert statuses in ([200, 200, 429], [200, 200, 200])
    if statuses[2] == 429:
        assert "本网络这一小时批量查验的票据过多" in answers[2].text
        assert 0 < int(answers[2].headers["retry-after"]) <= 3600


async def test_lines_before_which_a_puzzle_would_come_are_not_checked(site: PublicSite) -> None:
    await _check(site, ("list.csv", _table(site.face(check_code="zzzzzz"))))
    await site.services.database.pool.execute(
        "UPDATE verification_failures SET failures = 10 WHERE subject LIKE 'bill:%'"
    )
    answer = await _check(site, ("list.csv", _table(site.face())))
    (row,) = _rows(answer.text)
    assert row[4] == "没有得出结果"
    assert "这一行没有查验" in row[10]
    assert plain(site.bill.total) not in answer.text
