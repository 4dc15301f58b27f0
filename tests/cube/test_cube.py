"""数据查询: what departments ask of the lake, the same to the cent as the register."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import lxml.html
import pytest
from tests.support.browser import Browser
from tests.support.world import BAOTOU, HOHHOT, HUIMIN, PROVINCE, XINCHENG, World, a_world

from mingpiao.catalog.model import Catalog
from mingpiao.cube import store
from mingpiao.cube.asking import CubeRun
from mingpiao.cube.model import CUBE_DIMENSIONS, CUBE_MEASURES, CubeQuestion
from mingpiao.cube.store import check_question
from mingpiao.identity.model import Role
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.lake.model import Dataset
from mingpiao.portals.cube.shown import bills_of

site = a_world(spread=True)


def question(**changes: object) -> CubeQuestion:
    usual = {"measures": ("bills", "amount"), "rows": "city", "region_code": PROVINCE}
    days = {"first": today() - timedelta(days=40), "last": today()}
    return CubeQuestion(**(usual | days | changes))  # type: ignore[arg-type]


async def files_of(site: World, days: int = 40) -> Mapping[Dataset, Sequence[Path]]:
    """The lake's files of so many days, with all that was issued."""
    await site.lake.exporter.export()
    return await site.lake.cache.sync((today() - timedelta(days=days)).replace(day=1))


async def asked_of(site: World, browser: Browser, **fields: str) -> list[list[str]]:
    """The rows of the answer's table, that of the total last."""
    shown = await browser.get("/finance/cube")
    given = {
        "measure1": "bills",
        "measure2": "amount",
        "rows": "city",
        "from": str(today()),
        "to": str(today()),
    }
    sent = await browser.submit(shown, "/finance/cube", **(given | fields))
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]

    async def done() -> bool:
        return bool((await browser.get(f"{address}/state")).json()["finished"])

    await site.work_until(done)
    table = lxml.html.fromstring((await browser.get(address)).text).find(".//table")
    assert table is not None
    return [
        [cell.text_content().strip() for cell in row]
        for row in [*table.iterfind("tbody/tr"), *table.iterfind("tfoot/tr")]
    ]


async def test_a_department_asks_and_gets_what_the_register_has(site: World) -> None:
    await site.reverse(site.residents[BAOTOU], site.bills[BAOTOU][0])
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    rows = await asked_of(site, officer, measure3="reds", measure4="net")
    total = await site.value("SELECT sum(total) FROM bills WHERE color = 'blue'")
    net = await site.value("SELECT sum(total) FROM bills")
    by_city = {row[0]: row[1:] for row in rows}
    assert list(by_city) == ["呼和浩特市", "包头市", "合计"]
    assert [row[1] for row in rows] == ["6", "2", "8"]
    assert by_city["呼和浩特市"][1] == "75.00"
    assert by_city["合计"][2:] == [f"{total:,.2f}", "1", f"{net:,.2f}"]
    assert by_city["包头市"][3] == "1"
    # Alike questions share the answer as long as nothing was issued since.
    before = await site.value("SELECT max(question_id) FROM cube_questions")
    await asked_of(site, officer, measure3="reds", measure4="net")
    assert await site.value("SELECT max(question_id) FROM cube_questions") == before
    county = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    assert (await county.get(f"/finance/cube/{before}")).status_code == 404
    (own, *_) = await asked_of(site, county, rows="unit", columns="kind")
    assert own[-2] == "2"
    file = await officer.get(f"/finance/cube/{before}/export.csv")
    amount = await site.value(
        "SELECT sum(total) FROM bills WHERE color = 'blue' AND left(region_code, 4) IN ('1501', '1500')"
    )
    assert file.text.splitlines()[1] == f"呼和浩特市,6,75.00,{amount},0,{amount}"


async def test_what_is_wrong_stands_at_its_field(site: World) -> None:
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=HOHHOT)
    shown = await officer.get("/finance/cube")
    wrong = {
        "measure1": "",
        "measure2": "",
        "rows": "payer_name; DROP TABLE",
        "columns": "unit",
        "from": "2026-02-30",
        "to": "",
    }
    answer = await officer.submit(shown, "/finance/cube", **wrong)
    assert answer.status_code == 422
    assert answer.text.count("日期不正确，请按“年-月-日”填写。") >= 2
    days = {"from": "2026-03-01", "to": "2020-01-01"}
    answer = await officer.submit(shown, "/finance/cube", **(wrong | days))
    assert answer.status_code == 422
    for words in ("请选择1至4个指标。", "请选择行。", "列应与行不同", "结束日期早于开始日期"):
        assert words in answer.text, words
    elsewhere = {
        "measure1": "bills",
        "rows": "city",
        "from": "2026-01-01",
        "to": "2026-02-01",
        "region": BAOTOU,
    }
    assert (await officer.submit(shown, "/finance/cube", **elsewhere)).status_code in (404, 422)
    assert await site.value("SELECT count(*) FROM cube_questions") == 0
    handler = await site.browser(Role.UNIT_MANAGER)
    assert (await handler.get("/finance/cube")).status_code == 403


async def test_one_waits_for_one_answer_and_may_stop_it(site: World) -> None:
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = await officer.get("/finance/cube")
    given = {"measure1": "bills", "rows": "city", "from": str(today()), "to": str(today())}
    first = await officer.submit(shown, "/finance/cube", **given)
    second = await officer.submit(shown, "/finance/cube", **(given | {"rows": "kind"}))
    assert second.status_code == 422
    assert "您的上一个查询还没有完成" in second.text
    waiting = await officer.get(first.headers["location"])
    await officer.submit(waiting, f"{first.headers['location']}/stop")
    assert "查询已停止" in (await officer.get(first.headers["location"])).text
    third = await officer.submit(shown, "/finance/cube", **(given | {"rows": "kind"}))
    assert third.status_code == 303


async def test_every_dimension_and_measure_is_answered(site: World, tmp_path: Path) -> None:
    """Whatever the lines are, their total is the register's; bills of several items count once in it."""
    await site.reverse(site.residents[HUIMIN], site.bills[HUIMIN][0])
    files = await files_of(site)
    total = await site.value("SELECT sum(total) FROM bills WHERE color = 'blue'")
    run = CubeRun(tmp_path)
    try:
        for name in CUBE_DIMENSIONS:
            answer = run.answer(question(rows=name), files)
            assert answer.total.cells[-1] == ("8", f"{total:f}"), name
            assert sum(Decimal(line.cells[-1][1]) for line in answer.lines) == total, name
        for name, measure in CUBE_MEASURES.items():
            answer = run.answer(question(measures=(name,), rows="unit_type", columns="month"), files)
            if measure.additive:
                sums = sum(Decimal(line.cells[-1][0]) for line in answer.lines)
                assert sums == Decimal(answer.total.cells[-1][0]), name
        shares = run.answer(question(measures=("red_share", "average", "units")), files)
        assert shares.total.cells[-1][0] == "12.50"
        top = run.answer(question(rows="unit", top=1), files)
        assert (len(top.lines), top.rows, top.total.cells[-1][0]) == (1, 4, "8")
        empty = run.answer(
            question(first=today() - timedelta(days=40), last=today() - timedelta(days=39)), files
        )
        assert (empty.lines, empty.total.cells[-1]) == ((), ("0", "0.00"))
    finally:
        run.close()


async def test_the_year_before_stands_beside(site: World, tmp_path: Path) -> None:
    files = await files_of(site, 800)
    run = CubeRun(tmp_path)
    later = today().replace(year=today().year + 1, day=min(today().day, 28))
    asked = question(
        rows="month", first=later - timedelta(days=40), last=later + timedelta(days=9), year_before=True
    )
    try:
        answer = run.answer(asked, files)
    finally:
        run.close()
    assert answer.lines == ()
    assert answer.before[""][0] == "8"
    assert [key for key in answer.before if key] == [f"{later:%Y}-{today():%m}"]


async def test_a_run_that_is_stopped_ends(site: World, tmp_path: Path) -> None:
    files = await files_of(site)
    run = CubeRun(tmp_path)
    run.stop()
    with pytest.raises(duckdb.InterruptException):
        run.answer(question(), files)
    run.close()


async def test_a_question_whose_worker_was_killed_is_answered_by_the_next(site: World) -> None:
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = await officer.get("/finance/cube")
    sent = await officer.submit(
        shown, "/finance/cube", measure1="bills", rows="kind", **{"from": str(today()), "to": str(today())}
    )
    number = int(re.findall(r"\d+$", sent.headers["location"])[0])
    async with site.database.system() as connection:
        assert await store.begin(connection, number) is not None
        assert await store.advance(connection, number, 0.5)

    async def done() -> bool:
        return (await officer.get(f"/finance/cube/{number}/state")).json()["label"] == "已完成"

    await site.work_until(done)
    async with site.database.system() as connection:
        assert await store.begin(connection, number) is None


def test_a_line_leads_to_exactly_its_bills() -> None:
    asked = question(rows="city", kinds=("0601",))
    days = f"from={asked.first}&to={asked.last}"
    assert bills_of(asked, BAOTOU) == f"/finance/bills?{days}&region={BAOTOU}&color=blue&kind=0601"
    # The level of the province, or of a city, is not the region with all below it.
    assert bills_of(asked, PROVINCE) == bills_of(question(rows="region"), HOHHOT) == ""
    assert bills_of(question(rows="unit_type"), "school") == ""


def test_what_may_be_asked_is_limited() -> None:
    catalog = Catalog(province="15", regions={}, departments={}, categories={}, kinds={}, items={})
    for changes, field in (
        ({"measures": ()}, "measures"),
        ({"measures": ("bills", "bills")}, "measures"),
        ({"measures": ("bills", "amount", "reds", "net", "units")}, "measures"),
        ({"columns": "unit"}, "columns"),
        ({"columns": "city"}, "columns"),
        ({"first": today() - timedelta(days=2200)}, "first"),
        ({"kinds": ("9999",)}, "kinds"),
        ({"unit_types": ("hotel",)}, "unit_types"),
        ({"top": -1}, "top"),
        ({"columns": "month", "year_before": True}, "year_before"),
    ):
        with pytest.raises(Refusal) as refused:
            check_question(question(**changes), catalog)
        assert [each.field for each in refused.value.problems] == [field], changes
