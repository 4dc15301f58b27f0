"""The finance pages through HTTP: what is shown, and that nothing outside the region ever is."""

import csv
import json
import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from tests.support.province import ACTING
from tests.support.world import BAOTOU, HOHHOT, HUIMIN, PROVINCE, XINCHENG, World, a_world, bill_of

from mingpiao.identity.model import Role
from mingpiao.issuing.model import BillFilter, ReversalRequest
from mingpiao.issuing.service import list_bills
from mingpiao.kernel.clock import today
from mingpiao.kernel.money import plain
from mingpiao.portals.rendering import money
from mingpiao.storage.scope import DepartmentScope

# One site for the whole module: its tests read, and the two that change something come last.
pytestmark = pytest.mark.asyncio(loop_scope="module")


site = a_world(spread=True, scope="module", checked=False)


def _number(html: str, element: str) -> str:
    found = re.search(rf'id="{element}">([^<]*)<', html)
    assert found, element
    return found.group(1)


async def _total(site: World, *regions: str) -> str:
    return money(sum(bill.total for region in regions for bill in site.bills[region]))  # type: ignore[arg-type]


async def test_a_province_sees_all_bills_of_today(site: World) -> None:
    async with await site.browser(region=PROVINCE) as browser:
        answer = await browser.get("/finance")
    assert answer.status_code == 200
    assert _number(answer.text, "count-value") == "8"
    assert _number(answer.text, "amount-value") == await _total(site, BAOTOU, XINCHENG, HUIMIN, HOHHOT)
    assert "此前无数据可比" in answer.text
    charts = [json.loads(unescape(text)) for text in re.findall(r'data-chart="([^"]*)"', answer.text)]
    regions = charts[-1]
    assert dict(zip(regions["labels"], regions["values"], strict=True)) == {
        "呼和浩特市": 6,
        "包头市": 2,
        **{name: 0 for name in regions["labels"] if name not in ("呼和浩特市", "包头市")},
    }
    assert sum(charts[-2]["values"]) == 8


@pytest.mark.parametrize(
    ("region", "count", "regions"),
    [(HOHHOT, "6", (XINCHENG, HUIMIN, HOHHOT)), (XINCHENG, "2", (XINCHENG,)), (BAOTOU, "2", (BAOTOU,))],
)
async def test_a_department_sees_the_sums_of_its_region_alone(
    site: World, region: str, count: str, regions: tuple[str, ...]
) -> None:
    async with await site.browser(region=region) as browser:
        answer = await browser.get("/finance")
    assert _number(answer.text, "count-value") == count
    assert _number(answer.text, "amount-value") == await _total(site, *regions)


async def test_a_former_day_is_empty_and_says_so(site: World) -> None:
    day = today() - timedelta(days=40)
    async with await site.browser(region=HOHHOT) as browser:
        answer = await browser.get(f"/finance?day={day}")
    assert answer.status_code == 200
    assert "这段时间没有票据" in answer.text
    assert "data-chart" not in answer.text


@pytest.mark.parametrize("day", ["2999-01-01", "nonsense", "2026-13-01", "0000-00-00"])
async def test_a_wrong_day_is_told(site: World, day: str) -> None:
    async with await site.browser(region=HOHHOT) as browser:
        answer = await browser.get(f"/finance?day={day}")
    assert answer.status_code == 422
    assert "日期不正确或晚于今天" in answer.text


async def test_one_may_look_into_a_region_below_but_not_outside(site: World) -> None:
    async with await site.browser(region=HOHHOT) as browser:
        inside = await browser.get(f"/finance?region={XINCHENG}")
        assert _number(inside.text, "count-value") == "2"
        for path in ("/finance", "/finance/units", "/finance/bills"):
            for outside in (BAOTOU, PROVINCE, "999999", "x' OR 1=1"):
                answer = await browser.get(f"{path}?{urlencode({'region': outside})}")
                assert answer.status_code == 404, (path, outside)


@pytest.mark.parametrize(
    ("officer", "outside"), [(HOHHOT, BAOTOU), (XINCHENG, HUIMIN), (XINCHENG, HOHHOT), (BAOTOU, HOHHOT)]
)
async def test_nothing_outside_the_region_is_found(site: World, officer: str, outside: str) -> None:
    unit, bill = site.residents[outside].unit, site.bills[outside][0]
    async with await site.browser(region=officer) as browser:
        addresses = [f"/finance/units/{unit.unit_id}", f"/finance/bills/{bill.code}/{bill.number}"]
        addresses += [f"{addresses[1]}/{form}" for form in ("ofd", "pdf", "xml")]
        for address in addresses:
            answer = await browser.get(address)
            assert answer.status_code == 404, address
            assert unit.name not in answer.text
            assert bill.payer.name not in answer.text
        searched = await browser.get(f"/finance/units?{urlencode({'words': unit.uscc})}")
        assert "没有符合条件的用票单位" in searched.text
        by_unit = await browser.get(f"/finance/bills?{urlencode({'unit': unit.uscc})}")
        assert by_unit.status_code == 422
        assert "没有找到该用票单位" in by_unit.text
        everything = (await browser.get("/finance/bills?from=2020-01-01")).text
        assert f"/finance/bills/{bill.code}/{bill.number}" not in everything


async def test_units_are_searched_by_name_code_mode_and_region(site: World) -> None:
    async with await site.browser(region=PROVINCE) as browser:

        async def names(**query: str) -> list[str]:
            html = (await browser.get(f"/finance/units?{urlencode(query)}")).text
            return re.findall(r'<a href="/finance/units/\d+">([^<]+)</a>', html)

        resident = site.residents
        assert await names() == [resident[r].unit.name for r in (BAOTOU, XINCHENG, HUIMIN, HOHHOT)]
        assert await names(words=resident[XINCHENG].unit.uscc) == [resident[XINCHENG].unit.name]
        assert await names(words=resident[HUIMIN].unit.name[4:]) == [resident[HUIMIN].unit.name]
        assert await names(mode="INTERFACE") == [resident[r].unit.name for r in (BAOTOU, XINCHENG)]
        assert await names(region=HOHHOT) == [resident[r].unit.name for r in (XINCHENG, HUIMIN, HOHHOT)]
        assert await names(after="abc", words="%_\\") == []


async def test_a_units_page_shows_its_stock_and_its_month(site: World) -> None:
    resident = site.residents[BAOTOU]
    async with await site.browser(region=BAOTOU) as browser:
        html = (await browser.get(f"/finance/units/{resident.unit_id}")).text
    assert resident.unit.uscc in html
    assert "接口开票" in html
    assert "本月没有开票" not in html
    for bill in site.bills[BAOTOU]:
        assert f"/finance/bills/{bill.code}/{bill.number}" in html


async def test_a_bill_shows_face_items_history_and_documents(site: World) -> None:
    bill = site.bills[BAOTOU][0]
    async with await site.browser(region=PROVINCE) as browser:
        base = f"/finance/bills/{bill.code}/{bill.number}"
        html = (await browser.get(base)).text
        assert "<svg" in html
        assert bill.payer.name in html
        assert "开具" in html
        xml = await browser.get(f"{base}/xml")
        assert xml.headers["content-type"] == "application/xml"
        assert xml.headers["content-disposition"] == f'attachment; filename="{bill.code}-{bill.number}.xml"'
        assert bill.number.encode() in xml.content
        assert (await browser.get(f"{base}/ofd")).content[:2] == b"PK"
        assert (await browser.get(f"{base}/pdf")).content[:5] == b"%PDF-"
        assert (await browser.get(f"{base}/exe")).status_code == 404
        assert (await browser.get("/finance/bills/1/2")).status_code == 404
        assert (await browser.get("/finance/bills/15060126/9999999999")).status_code == 404


async def test_bills_are_filtered_by_everything(site: World) -> None:
    bill = site.bills[BAOTOU][0]
    async with await site.browser(region=PROVINCE) as browser:

        async def found(**query: str) -> set[tuple[str, str]]:
            answer = await browser.get(f"/finance/bills?{urlencode(query)}")
            assert answer.status_code == 200, answer.text
            return set(re.findall(r"<a href=\"/finance/bills/(\d{8})/(\d{10})\">", answer.text))

        here = {(each.code, each.number) for each in site.bills[BAOTOU]}
        everything = {(each.code, each.number) for bills in site.bills.values() for each in bills}
        assert await found() == everything
        assert await found(code=bill.code, number=bill.number) == {(bill.code, bill.number)}
        assert (bill.code, bill.number) in await found(payer=bill.payer.name)
        assert await found(unit=site.residents[BAOTOU].unit.name) == here
        assert await found(region=BAOTOU) == here
        assert await found(to=str(today() - timedelta(days=1))) == set()
        amount = plain(bill.total)
        assert (bill.code, bill.number) in await found(amount_from=amount, amount_to=amount, kind=bill.kind)
        assert await found(state="reversed") == set()


async def test_a_wrong_filter_is_told_and_lists_nothing(site: World) -> None:
    async with await site.browser(region=PROVINCE) as browser:
        answer = await browser.get("/finance/bills?from=2026-02-31&amount_from=NaN&number=12")
        assert answer.status_code == 422
        assert answer.text.count("invalid-feedback") == 3
        assert 'scope="row" class="code' not in answer.text
        assert (await browser.get("/finance/bills?after=garbage")).status_code == 422
        nul = await browser.get("/finance/bills?payer=%00%F0%9F%98%80%ff&unit=%00")
        assert nul.status_code == 200


@pytest.mark.parametrize("path", ["/finance", "/finance/units", "/finance/bills", "/finance/units/1"])
async def test_only_finance_comes_in(site: World, path: str) -> None:
    async with site.stranger() as stranger:
        answer = await stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=/finance")
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        assert (await browser.get(path)).status_code == 403
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        assert (await browser.get(path)).status_code == 200


async def test_a_reversal_counts_today_and_in_the_share(site: World) -> None:
    blue = site.bills[HUIMIN][0]
    request = ReversalRequest(code=blue.code, number=blue.number, reason="金额有误", handler="王五")
    red = bill_of((await site.services.desk.reverse(blue.unit_id, [request], acting=ACTING))[0])
    async with await site.browser(region=HUIMIN) as browser:
        overview = (await browser.get("/finance")).text
        assert (_number(overview, "count-value"), _number(overview, "reversal-value")) == ("2", "50.00")
        page = (await browser.get(f"/finance/bills/{blue.code}/{blue.number}")).text
        assert "该票据已冲红" in page
        assert f"/finance/bills/{red.code}/{red.number}" in page
        assert "被冲红" in page
        assert "金额有误" in page
        reds = (await browser.get("/finance/bills?color=red")).text
        assert reds.count('<th scope="row" class="code') == 1


async def test_the_health_page_tells_of_database_and_worker(site: World) -> None:
    async with site.stranger() as stranger:
        answer = await stranger.get("/healthz")
        assert answer.status_code == 200
        body = answer.json()
        assert (body["status"], body["database"]["ok"], body["worker"]["ok"]) == ("degraded", True, False)
        assert body["database"]["migration"] >= "0002"
        await site.services.database.pool.execute(
            "INSERT INTO worker_heartbeats VALUES ('test', now() - interval '3 seconds')"
        )
        body = (await stranger.get("/healthz")).json()
        assert (body["status"], body["worker"]["ok"]) == ("ok", True)
        assert 3 <= body["worker"]["age_s"] < 10
        await site.services.database.pool.execute(
            "UPDATE worker_heartbeats SET beat_at = now() - interval '1 minute'"
        )
        assert (await stranger.get("/healthz")).json()["status"] == "degraded"


async def test_an_export_holds_the_whole_filter_with_units_and_is_recorded(site: World) -> None:
    async with await site.browser(region=BAOTOU) as browser:
        answer = await browser.get("/finance/bills/export.csv?color=blue")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(answer.text.removeprefix("\ufeff").splitlines()))
        assert rows[0][:4] == ["用票单位", "地区", "票据代码", "票据号码"]
        assert {(row[0], row[1], row[2], row[3]) for row in rows[1:]} == {
            (site.residents[BAOTOU].unit.name, "包头市", bill.code, bill.number)
            for bill in site.bills[BAOTOU]
        }
        workbook = await browser.get("/finance/bills/export.xlsx?color=blue")
        sheet = load_workbook(BytesIO(workbook.content)).active
        assert sheet.max_row == 3
        assert isinstance(sheet.cell(2, rows[0].index("金额（元）") + 1).value, float | int)
        assert (await browser.get("/finance/bills/export.csv?from=x")).status_code == 422
        assert (await browser.get(f"/finance/bills/export.csv?region={HOHHOT}")).status_code == 404
    recorded = await site.services.database.pool.fetch(
        "SELECT subject, details->>'format' FROM audit_log WHERE action = 'bill:export' ORDER BY audit_id"
    )
    assert [tuple(row) for row in recorded] == [("region:150200", "csv"), ("region:150200", "xlsx")]


async def test_pages_of_many_regions_follow_one_another_without_gap_or_repeat(site: World) -> None:
    scope = DepartmentScope(HOHHOT)
    wanted = BillFilter(region_code=HOHHOT)
    async with site.services.database.scoped(scope) as connection:
        whole = [bill.bill_id for bill in (await list_bills(connection, wanted, limit=500)).items]
        for codes in ((), (HOHHOT, XINCHENG, HUIMIN)):
            found: list[int] = []
            after = ""
            while after or not found:
                page = await list_bills(connection, wanted, after=after, limit=2, region_codes=codes)
                found += [bill.bill_id for bill in page.items]
                after = page.next_key
                if not after:
                    break
            assert found == whole
        only = await list_bills(connection, BillFilter(), region_codes=[XINCHENG])
        assert {bill.region_code for bill in only.items} == {XINCHENG}


async def test_a_number_is_found_under_any_code(site: World) -> None:
    bill = site.bills[BAOTOU][0]
    async with await site.browser(region=PROVINCE) as browser:
        answer = await browser.get(f"/finance/bills?number={bill.number}")
    found = re.findall(r"<a href=\"/finance/bills/(\d{8})/(\d{10})\">", answer.text)
    assert (bill.code, bill.number) in found
    assert {number for _, number in found} == {bill.number}
