"""实时监控: an area's figures beside what is usual of them, and one question a second for all who look."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import lxml.html
import msgspec
import pytest
from sqlalchemy import text
from tests.supervision.watching import count_all, fresh, put_hour, put_minute
from tests.support.waiting import until
from tests.support.world import BAOTOU, HOHHOT, HUIMIN, PROVINCE, XINCHENG, World, a_world

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.monitor import board as pages
from mingpiao.portals.monitor.outlines import WIDTH, map_of
from mingpiao.supervision.board import Board
from mingpiao.supervision.room import BOARD
from mingpiao.supervision.usual import Usual, usual_of

world = a_world("peopled")
site = a_world("peopled", spread=True)

#: A Wednesday, half past ten.
NOON = datetime(2026, 11, 25, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def board(world: World, clock: StoppedClock) -> AsyncIterator[Board]:
    clock.set(NOON)
    opened = Board(world.url)
    yield opened
    await opened.close()


def test_what_is_usual_is_the_middle_of_past_weeks() -> None:
    assert usual_of([]) == usual_of([5, 5]) == Usual(low=None, middle=None, high=None)
    assert usual_of([9, 1, 5]) == Usual(low=1, middle=5, high=9)
    assert usual_of([1, 2, 3, 4, 5, 6, 7, 100]) == Usual(low=3, middle=4, high=6)
    assert usual_of([4, 4, 4, 4]) == Usual(low=4, middle=4, high=4)


async def test_an_area_beside_what_is_usual(world: World, board: Board) -> None:
    ten = NOON - timedelta(minutes=30)
    for week, bills in enumerate((10, 20, 30), start=1):
        await put_hour(world, XINCHENG, ten - week * WEEK, bills=bills)
        await put_hour(world, XINCHENG, ten - 2 * HOUR - week * WEEK, bills=100)
        # Another weekday says nothing.
        await put_hour(world, XINCHENG, ten - week * WEEK + timedelta(days=1), bills=999)
    await put_hour(world, XINCHENG, ten - 4 * WEEK, bills=10)
    await put_hour(world, XINCHENG, ten - timedelta(weeks=4, hours=12), bills=1)
    await put_hour(world, XINCHENG, ten - 2 * HOUR, bills=7, amount=Decimal(70), reds=1)
    await put_hour(world, XINCHENG, ten, bills=5, amount=Decimal("50.50"))
    await put_hour(world, BAOTOU, ten, kind="0201", unit_type="school", bills=3, refused=2)
    await put_minute(world, XINCHENG, NOON - timedelta(minutes=1), 4)
    await put_minute(world, BAOTOU, NOON - timedelta(minutes=30), 2)
    await put_minute(world, BAOTOU, NOON - timedelta(minutes=61), 9)

    county = await board.area(XINCHENG)
    assert (county.hour.bills, county.hour.amount) == (5, Decimal("50.50"))
    assert (county.today.bills, county.today.amount, county.today.reds) == (12, Decimal("120.50"), 1)
    assert county.usual_hour == Usual(low=10, middle=10, high=20)
    # Eight o'clock had 0 in the first of the four weeks: the lower middle of 0, 100, 100, 100, and half of ten o'clock.
    assert county.usual_today.middle == 105
    assert county.hours == (0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 5)
    assert (county.minute.bills, sum(county.minutes), county.minutes[-1]) == (4, 4, 4)

    province = await board.area(PROVINCE)
    assert (province.hour.bills, province.hour.refused, province.today.bills) == (8, 2, 15)
    assert (sum(province.minutes), province.minutes[-30]) == (6, 2)
    assert {each.key: (each.hour.bills, each.usual_bills) for each in province.regions} == {
        "1501": (5, 10),
        "1502": (3, None),
    }
    assert {each.key: each.today.bills for each in province.kinds} == {"0601": 12, "0201": 3}
    assert {each.key: each.today.bills for each in province.unit_types} == {"hospital": 12, "school": 3}
    assert (await board.area(HOHHOT)).today.bills == 12
    assert (await board.area(HUIMIN)).today.bills == 0


async def test_an_area_of_three_days_has_nothing_usual(world: World, board: Board) -> None:
    await put_hour(world, XINCHENG, NOON - timedelta(days=3, minutes=30), bills=10)
    await put_hour(world, XINCHENG, NOON - timedelta(minutes=30), bills=10)
    found = await board.area(XINCHENG)
    assert found.usual_hour == found.usual_today == Usual(low=None, middle=None, high=None)


async def test_all_viewers_share_one_question_a_second(world: World, board: Board) -> None:
    for region in (PROVINCE, XINCHENG):
        await board.area(region)
    before = board.questions
    await asyncio.gather(*(board.area(region) for region in (PROVINCE, XINCHENG) for _ in range(50)))
    assert board.questions - before <= 1


async def test_the_hour_before_is_read_again(
    world: World, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingpiao.supervision.board.FRESH_SECONDS", 0.0)
    nine = NOON - timedelta(minutes=90)
    await put_hour(world, XINCHENG, nine, bills=1)
    assert (await board.area(XINCHENG)).today.bills == 1
    await world.value("UPDATE region_hours SET bills = 2 RETURNING 1")
    assert (await board.area(XINCHENG)).hours[9] == 2


async def test_a_question_that_takes_too_long_shows_what_was_there(
    world: World, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingpiao.supervision.board.FRESH_SECONDS", 0.0)
    await put_hour(world, XINCHENG, NOON - timedelta(minutes=30), bills=1)
    await board.area(XINCHENG)
    monkeypatch.setattr("mingpiao.supervision.board.STATEMENT_SECONDS", 0.05)
    held = "SELECT pg_sleep(1), true AS is_hour, now() AS at, '' AS region_code, '' AS unit_type, '' AS kind_code"
    monkeypatch.setattr("mingpiao.supervision.board._CHANGING", text(held))
    assert (await board.area(XINCHENG)).today.bills == 1
    with pytest.raises(Refusal) as refused:
        await board.area(BAOTOU)
    assert [problem.code for problem in refused.value.problems] == ["monitor.busy"]


# -- pages ----------------------------------------------------------------------------------------------


async def test_the_page_of_a_county_shows_its_own(site: World) -> None:
    await count_all(site.database)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    shown = await officer.get("/finance/monitor")
    assert shown.status_code == 200
    assert 'data-live="today.bills">2<' in shown.text
    resident = site.residents[XINCHENG]
    name = await site.value("SELECT name FROM units WHERE unit_id = $1", resident.unit_id)
    assert name in shown.text
    assert (await officer.get(f"/finance/monitor?region={BAOTOU}")).status_code == 404
    assert (await officer.get(f"/finance/monitor/feed?region={BAOTOU}")).status_code == 404


async def test_the_page_of_the_province_leads_down(site: World) -> None:
    await count_all(site.database)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = (await officer.get("/finance/monitor")).text
    assert 'data-live="today.bills">8<' in shown
    assert 'data-live="regions.1501.bills">6<' in shown
    assert 'data-live="regions.1502.bills">2<' in shown
    assert f'href="/finance/monitor?region={HOHHOT}"' in shown
    city = (await officer.get(f"/finance/monitor?region={HOHHOT}")).text
    assert 'data-live="regions.150102.bills">2<' in city
    assert 'data-live="regions.1501.bills">2<' not in city
    assert "呼和浩特市本级" in city


async def test_what_a_merged_region_did_stays_in_its_city(site: World) -> None:
    await count_all(site.database)
    await site.tamper(
        "UPDATE regions SET ended_on = current_date, successors = $2 WHERE code = $1", XINCHENG, [HUIMIN]
    )
    async with site.beside() as later:
        officer = await later.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
        city = (await officer.get(f"/finance/monitor?region={HOHHOT}")).text
    assert "新城区（已撤并）" in city
    assert 'data-live="regions.150102.bills">2<' in city


async def test_the_feed_says_what_changed(
    site: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr("mingpiao.supervision.board.FRESH_SECONDS", 0.05)
    await count_all(site.database)
    board = await site.house.get(BOARD)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)

    async def looked() -> None:
        """Somebody has looked at all that is there now."""
        seen = board.questions
        await until(lambda: board.questions > seen + 1)

    # The feed ends by the clock, which stands.
    listening = asyncio.create_task(officer.get("/finance/monitor/feed"))
    await until(lambda: board.questions > 0)
    await looked()
    resident = site.residents[XINCHENG]
    await site.issue(resident, *fresh(resident, 3))
    await count_all(site.database)
    await looked()
    clock.move(seconds=pages.FEED_LASTS.total_seconds())
    answer = await listening
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [
        msgspec.json.decode(line.removeprefix("data: "), type=dict[str, str])
        for line in answer.text.splitlines()
        if line.startswith("data: ")
    ]
    assert told[0]["today.bills"] == "2"
    assert [each["today.bills"] for each in told[1:] if "today.bills" in each] == ["5"]


async def test_the_map_tells_what_the_table_tells(site: World) -> None:
    await count_all(site.database)
    await put_hour(site, XINCHENG, now().replace(minute=0, second=0, microsecond=0), bills=30)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = await officer.get("/finance/monitor")
    drawn = re.findall(
        r'href="/finance/monitor\?region=(\d{6})" data-told="[^"]+" aria-label="([^"]+)">.*?data-shade="(\d)"',
        shown.text,
        re.DOTALL,
    )
    assert [code for code, _, _ in drawn] == sorted(
        code for code, region in (await site.catalog.get()).regions.items() if region.parent == PROVINCE
    )
    told = {code: (words, shade) for code, words, shade in drawn}
    assert told[HOHHOT][1] == "4"
    assert told[HOHHOT][0].startswith("呼和浩特市：今天36份，本小时")
    assert told[BAOTOU][1] == "1"
    assert told["150300"] == ("乌海市：今天0份，本小时0份（通常—份）", "0")


async def test_what_waits_too_long_is_late(site: World, clock: StoppedClock) -> None:
    await site.value(
        "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, uploaded_by, uploaded_at) "
        "SELECT unit_id, sha256('a'), region_code, '合同.pdf', 'application/pdf', 1, 'account:1', $2::timestamptz "
        "FROM units WHERE unit_id = $1 RETURNING 1",
        site.residents[XINCHENG].unit_id,
        now() - timedelta(minutes=75),
    )

    async def rows(region: str) -> list[list[str]]:
        officer = await site.browser(Role.DEPARTMENT_OFFICER, region=region)
        table = lxml.html.fromstring((await officer.get("/finance/monitor")).text).get_element_by_id("late")
        return [[cell.text_content() for cell in row] for row in table.iterfind("tbody/tr")]

    papers = ["资质证书识别", "0", "没有等待", "正常"]
    assert await rows(XINCHENG) == [["佐证材料识别", "1", "最早的已等待1小时15分钟", "延迟"], papers]
    assert await rows(BAOTOU) == [["佐证材料识别", "0", "没有等待", "正常"], papers]
    of_province = await rows(PROVINCE)
    assert of_province[0][3] == "延迟"
    assert [row[0] for row in of_province[2:]] == ["短信发送", "后台任务"]


def test_neighbours_on_the_map_share_their_border() -> None:
    drawn = map_of(("150100", "150200", "150900", "999900"))
    assert drawn is not None
    assert [each.code for each in drawn.outlines] == ["150100", "150200", "150900"]
    points = [set(re.findall(r"[\d.]+ [\d.]+", each.path)) for each in drawn.outlines]
    assert len(points[0] & points[1]) > 5
    assert len(points[0] & points[2]) > 5
    for each in drawn.outlines:
        assert 0 <= each.x <= WIDTH
        assert 0 <= each.y <= drawn.height
        assert each.room > 0
    assert map_of(("999900",)) is None


def test_what_is_no_unit_of_its_own_is_drawn_by_its_districts() -> None:
    # 市辖区 and 县 of 重庆 are lines of the table of codes and no area of any map.
    drawn = map_of(("500100", "500200"))
    assert drawn is not None
    assert [each.code for each in drawn.outlines] == ["500100", "500200"]


async def test_the_feed_does_not_prolong_a_session(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "FEED_LASTS", timedelta(0))
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    await site.value("UPDATE sessions SET seen_at = now() - interval '10 minutes' RETURNING 1")
    before = await site.value("SELECT max(seen_at) FROM sessions")
    assert (await officer.get("/finance/monitor/feed")).status_code == 200
    assert await site.value("SELECT max(seen_at) FROM sessions") == before
    await officer.get("/finance/monitor")
    assert await site.value("SELECT max(seen_at) FROM sessions") > before


async def test_who_is_signed_out_gets_no_feed(site: World) -> None:
    answer = await site.stranger().get("/finance/monitor/feed")
    assert answer.status_code in (302, 303, 401)
