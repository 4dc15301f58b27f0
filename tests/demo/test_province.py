"""The province is built through the rooms' verbs, and building it again changes nothing."""

import csv
from collections import Counter
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.invariants import assert_invariants

from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo.bills import reversal_reason
from mingpiao.demo.first_day import first_requests, issue, reverse_some
from mingpiao.demo.ground import INTERFACE_STOCK, admit_unit, lay_ground
from mingpiao.demo.province import build
from mingpiao.demo.seals import give_department_seal, give_unit_seal, stand_up_authority
from mingpiao.demo.services import open_demo_services
from mingpiao.demo.statements import BANK, TERMINAL
from mingpiao.demo.units import demo_units, shares
from mingpiao.identity.service import sign_in
from mingpiao.kernel.clock import SHANGHAI, now, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import kinds_of_unit, stock_levels
from mingpiao.paper.model import DestructionState
from mingpiao.paper.service import list_destructions, list_losses, list_stops
from mingpiao.rules.service import library_rules
from mingpiao.settings import Settings, load
from mingpiao.storage.database import Database
from mingpiao.ukeys.model import UKeyFilter, UKeyState
from mingpiao.ukeys.service import list_ukeys
from mingpiao.units.model import UnitMode
from mingpiao.units.service import load_profile
from mingpiao.writeoff.service import month_of, months_after

pytestmark = pytest.mark.whole

TABLES = (
    "regions",
    "departments",
    "bill_kinds",
    "charge_items",
    "number_pools",
    "units",
    "segments",
    "stocks",
)


async def counts(database: Database) -> dict[str, int]:
    async with database.pool.acquire() as connection:
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")
            for table in (*TABLES, "audit_log")
        }


async def test_ground_and_units_stand_once(database_url: str) -> None:
    database = await Database.open(database_url, pool_size=2)
    try:
        for _ in range(2):
            async with database.system() as connection:
                catalog = await lay_ground(connection)
            units = []
            for entry in demo_units():
                async with database.system() as connection:
                    units.append(await admit_unit(connection, entry, catalog))
            seen = await counts(database)
        assert seen["regions"] == seen["departments"] == 116
        assert (seen["bill_kinds"], seen["charge_items"], seen["number_pools"]) == (14, 110, 14)
        assert seen["units"] == 40
        assert seen["stocks"] == sum(len(entry.kinds) for entry in demo_units())
        async with database.system() as connection:
            for entry, unit in zip(demo_units(), units, strict=True):
                profile = await load_profile(connection, unit.unit_id)
                assert profile.unit.name == entry.unit.name
                assert profile.item_codes == set(entry.item_codes)
                assert await kinds_of_unit(connection, unit.unit_id) == sorted(entry.kinds)
                expected = INTERFACE_STOCK if unit.mode is UnitMode.INTERFACE else 0
                levels = await stock_levels(connection, unit.unit_id)
                assert [level.free for level in levels] == [expected] * len(entry.kinds)
        again = await counts(database)
        assert again == seen
    finally:
        await database.close()


SUPERVISION = {
    "rules": "SELECT count(*) FROM jsonb_object_keys((SELECT members FROM rule_sets ORDER BY ruleset_version DESC LIMIT 1))",
    "authors who approved their own": "SELECT count(*) FROM rule_versions WHERE decided_by = author",
    "bills without the file they need": """
        SELECT count(*) FROM bills WHERE kind_code IN ('0201', '0301') AND color = 'blue' AND NOT EXISTS (
            SELECT FROM evidence_uses
            WHERE evidence_uses.unit_id = bills.unit_id AND evidence_uses.bill_id = bills.bill_id)""",
    # At night, and where a reversed bill's amount comes again by chance, a careful handler is asked too.
    "bills that were asked about": """
        SELECT coalesce(sum(confirmed), 0) FROM rule_hits
        WHERE code NOT IN ('TIME-NIGHT-LARGE', 'REVERSAL-RECAST', 'REVERSAL-RECAST-MEDICAL')""",
    "units without a valid file": """
        SELECT count(*) FROM units WHERE NOT EXISTS (
            SELECT FROM qualifications WHERE qualifications.unit_id = units.unit_id
            AND state = 'accepted' AND valid_until > current_date)""",
    "in review": "SELECT count(*) FROM applications WHERE state = 'in_review'",
    "waiting for their handler": "SELECT count(*) FROM applications WHERE state = 'needs_confirmation'",
    "waiting for a second person": "SELECT count(*) FROM applications WHERE state = 'awaits_checker'",
    "sheets of bills": "SELECT count(*) FROM batches WHERE state = 'checked'",
    "rows with problems": "SELECT count(*) FROM batch_rows WHERE state = 'wrong'",
    "rows that are asked about": "SELECT count(*) FROM batch_rows WHERE state = 'asked'",
    "rows that can be issued": "SELECT count(*) FROM batch_rows WHERE state = 'ready'",
}


async def supervision(database_url: str) -> dict[str, int]:
    database = await Database.open(database_url, pool_size=1)
    try:
        async with database.pool.acquire() as connection:
            return {name: int(await connection.fetchval(query)) for name, query in SUPERVISION.items()}
    finally:
        await database.close()


#: Bills of the hour before the first day's, of four units: eight of each, and six that are reversed at once.
STANDING_OUT = 4 * (8 + 6)


async def history(database_url: str) -> int:
    """Bills before the first working day's: of the months before, and of the hour that alerts are about."""
    database = await Database.open(database_url, pool_size=1)
    try:
        months = await database.pool.fetchval(
            "SELECT count(*) FROM bills WHERE issued_at < $1",
            datetime.combine(month_of(today()), time.min, SHANGHAI),
        )
        return int(months) + STANDING_OUT
    finally:
        await database.close()


async def written_off_by_now(database_url: str, home: Path) -> None:
    """What the three months before look like: all written off, but one unit's last; and what arrived for that."""
    months = [months_after(month_of(today()), -back) for back in (3, 2, 1)]
    database = await Database.open(database_url, pool_size=1)
    try:
        written = await database.pool.fetch(
            "SELECT month, count(*), sum(exceptions) FROM writeoffs WHERE state = 'done' AND month >= $1 "
            "GROUP BY 1 ORDER BY 1",
            months[0],
        )
        left = await database.pool.fetch(
            "SELECT DISTINCT name, month FROM cycles JOIN units USING (unit_id) "
            "WHERE writeoff_id IS NULL AND campaign_id IS NULL"
        )
        cases = await database.pool.fetch(
            "SELECT units.name, count(*) FROM exception_cases JOIN units USING (unit_id) GROUP BY 1 ORDER BY 1"
        )
        issued = await database.pool.fetchval(
            "SELECT sum(total) FROM bills JOIN units USING (unit_id) WHERE name = $1 AND color = 'blue' "
            "AND bills.state = 'normal' AND issued_at >= $2 AND issued_at < $3",
            left[0]["name"],
            *(datetime.combine(day, time.min, SHANGHAI) for day in (months[-1], month_of(today()))),
        )
    finally:
        await database.close()
    assert [(row["month"], row["count"]) for row in written] == list(zip(months, (7, 7, 6), strict=True))
    assert [tuple(row) for row in left] == [("内蒙古演示大学附属医院", months[-1])]
    assert {row["name"] for row in cases} == {"内蒙古演示会计学会", "呼和浩特市演示中级人民法院"}
    assert sum(row["count"] for row in cases) == written[0]["sum"]
    with (home / "demo" / "statements" / BANK).open(encoding="gbk", newline="") as file:
        heading, *lines = csv.reader(file)
    assert heading[:3] == ["交易日期", "交易流水号", "贷方发生额"]
    assert 0 < sum(Decimal(line[2]) for line in lines) < issued
    assert (home / "demo" / "statements" / TERMINAL).exists()


async def campaign_by_now(database_url: str) -> None:
    """A campaign for the two months before these is half done."""
    old = [months_after(month_of(today()), -back) for back in (5, 4)]
    database = await Database.open(database_url, pool_size=1)
    try:
        campaigns = await database.pool.fetch(
            "SELECT *, revision = carried_revision AS carried FROM campaigns"
        )
        months = await database.pool.fetch(
            "SELECT month, count(DISTINCT unit_id), count(DISTINCT unit_id) FILTER (WHERE writeoff_id IS NULL) "
            "FROM cycles WHERE campaign_id IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        last = await database.pool.fetchval(
            "SELECT max(supply_until) FROM stock_limits WHERE supply_until_reason = 'writeoff_overdue'"
        )
        persons = await database.pool.fetch(
            "SELECT kind, proposed_by_name, approved_by_name FROM campaign_steps"
        )
    finally:
        await database.close()
    (campaign,) = campaigns
    assert (campaign["first_month"], campaign["last_month"]) == tuple(old)
    assert (campaign["stops"], campaign["carried"], campaign["ended_at"]) == (True, True, None)
    assert campaign["due_on"] == last > today()
    # The land office has begun nothing; hospital and university have the second month left.
    assert [tuple(row) for row in months] == [(old[0], 7, 1), (old[1], 7, 3)]
    assert [tuple(row) for row in persons] == [("opened", "白春梅", "云志强")]


async def exceptions_by_now(database_url: str) -> None:
    """Cases and notices in every state, and what those that are overdue stop."""
    database = await Database.open(database_url, pool_size=1)
    try:
        cases = await database.pool.fetch(
            "SELECT units.name, array_agg(exception_cases.state ORDER BY case_id) AS states "
            "FROM exception_cases JOIN units USING (unit_id) GROUP BY 1 ORDER BY 1"
        )
        notices = await database.pool.fetch(
            "SELECT units.name, rectifications.state, due_on, red_bill_id, new_bill_id FROM rectifications "
            "JOIN units USING (unit_id) LEFT JOIN corrections USING (rectification_id) ORDER BY 1, due_on"
        )
        stopped = await database.pool.fetch(
            "SELECT units.name, supply_until, issue_until FROM stock_limits JOIN units USING (unit_id) "
            "WHERE supply_until_reason = 'rectification_overdue' ORDER BY 1"
        )
        bills = await database.pool.fetch(
            "SELECT corrections.red_bill_id = old.related_bill_id AS paired, old.state, new.color, new.state "
            "FROM corrections JOIN exception_cases AS cases USING (case_id, unit_id) "
            "JOIN bills AS old ON old.unit_id = cases.unit_id AND old.bill_id = cases.bill_id "
            "JOIN bills AS new ON new.unit_id = cases.unit_id AND new.bill_id = new_bill_id"
        )
        asked = await database.pool.fetchval("SELECT asked_due_on FROM exception_cases WHERE state = 'asked'")
    finally:
        await database.close()
    society, court = "内蒙古演示会计学会", "呼和浩特市演示中级人民法院"
    states = {row["name"]: row["states"] for row in cases}
    assert states[society][:6] == ["cleared", "asked", "answered", "breached", "rectified", "rectifying"]
    assert states[court][:4] == ["rectifying", "rectifying", "cleared", "answered"]
    assert {*states[society][6:], *states[court][4:]} == {"open"}
    assert asked >= today()
    of_society = [row for row in notices if row["name"] == society]
    assert sorted(row["state"] for row in of_society) == ["accepted", "answered"]
    assert all(row["red_bill_id"] and row["new_bill_id"] for row in of_society)
    assert [tuple(row) for row in bills] == [(True, "reversed", "blue", "normal")] * 2
    overdue, ending = (row for row in notices if row["name"] == court)
    assert (overdue["state"], ending["state"]) == ("issued", "issued")
    assert overdue["due_on"] < today() <= ending["due_on"] <= today() + timedelta(days=7)
    # Only what the policy says is stopped: numbers for new stock, and no bill.
    assert [tuple(row) for row in stopped] == [(court, overdue["due_on"], None)]


async def paper_by_now(database_url: str) -> None:
    """Sheets in every state, a parcel on its way, a notice, lists at each stage, a difference, and units that end it."""
    database = await Database.open(database_url, pool_size=1)
    try:
        async with database.system() as connection:
            stops = {each.name: each for each in await list_stops(connection)}
            lists = [(each.holder_name, each.state) for each in await list_destructions(connection)]
            (notice,) = await list_losses(connection)
            sheets = await connection.execute(
                text("SELECT state, CAST(sum(sheet_count(sheets)) AS bigint) FROM paper_holdings GROUP BY 1")
            )
            states = {row[0]: row[1] for row in sheets}
            taken = await connection.execute(
                text("SELECT sheet_count(booked - counted) FROM paper_stocktakings ORDER BY 1")
            )
            missing = list(taken.scalars())
            open_ones = await connection.scalar(
                text(
                    "SELECT count(*) FROM paper_steps AS sent WHERE way IN ('allot', 'return') AND NOT EXISTS "
                    "(SELECT FROM paper_steps AS late WHERE late.answers = sent.step_id)"
                )
            )
            late = await connection.scalar(
                text("SELECT count(*) FROM paper_batches WHERE ordered_at > now() - interval '90 days'")
            )
    finally:
        await database.close()
    hospital, society = "内蒙古演示大学附属医院", "内蒙古演示会计学会"
    court, police = "呼和浩特市演示中级人民法院", "呼和浩特市演示公安局服务中心"
    assert {name: each.stage for name, each in stops.items()} == {
        society: "未停用",
        police: "已完成",
        court: "待核销",
    }
    assert lists == [
        (hospital, DestructionState.ASKED),
        (court, DestructionState.SIGNED),
        (court, DestructionState.DONE),
        (police, DestructionState.DONE),
    ]
    assert (notice.holder_name, sum(each.count for each in notice.ranges)) == (hospital, 2)
    assert states == {
        "transit": 200,
        "stock": 4_625,
        "used": 21,
        "void": 22,
        "lost": 2,
        "listed": 34,
        "destroyed": 96,
    }
    assert (missing, open_ones, late) == ([0, 2], 1, 0)


async def ukeys_by_now(database_url: str) -> None:
    """UKeys in each state; one person's is on hold as it was lost, and one is to be renewed."""
    database = await Database.open(database_url, pool_size=1)
    try:
        async with database.system() as connection:
            keys = (await list_ukeys(connection, UKeyFilter())).items
            ends = await connection.scalar(
                text("SELECT count(*) FROM messages WHERE topic LIKE 'ukey:%:ends:30:%'")
            )
            lost = await connection.scalar(
                text("SELECT string_agg(display_name, '') FROM accounts WHERE lost_at IS NOT NULL")
            )
            sessions = await connection.scalar(
                text("SELECT count(*) FROM sessions WHERE created_at > now() - interval '1 day'")
            )
    finally:
        await database.close()
    # The person of the one that is to be renewed, and the unit's manager.
    assert ends == 2
    states = Counter(each.state for each in keys)
    assert states == {
        UKeyState.REQUESTED: 2,
        UKeyState.REFUSED: 1,
        UKeyState.ISSUED: 1,
        UKeyState.DELIVERED: 1,
        UKeyState.ACTIVE: 2,
        UKeyState.HELD: 1,
        UKeyState.REVOKED: 1,
    }
    assert [each.state for each in keys if each.ends_soon(now())] == [UKeyState.ACTIVE]
    assert [each.holder_name for each in keys if each.state is UKeyState.HELD] == [lost]
    assert sessions == 0


async def alerts_by_now(database_url: str) -> None:
    """Quick reversals of four units: one alert waits, one is looked into, one explained, and one false and muted."""
    database = await Database.open(database_url, pool_size=1)
    try:
        states = await database.pool.fetch(
            "SELECT state, count(*) FROM alerts WHERE rule_code = 'WATCH-QUICK-REVERSALS' GROUP BY 1"
        )
        muted = await database.pool.fetchval("SELECT count(*) FROM alert_mutes WHERE until > current_date")
    finally:
        await database.close()
    assert dict(states) == {"new": 1, "taken": 1, "explained": 1, "false": 1}
    assert muted == 1


#: Profiles whose first unit has people or an app.
STAFFED = ("charity", "association", "court", "police", "land", "hospital", "university")


class CutOff(Exception):
    """What stops a build in these tests."""


def settings_for(database_url: str, home: Path) -> Settings:
    key = home / "master.key"
    if not key.exists():
        key.write_text(MasterKey.generate().hex())
    return load(
        {},
        database_url=database_url,
        data_dir=home,
        master_key_file=key,
        pool_size=3,
        demo=True,
        signer_processes=0,
    )


async def test_a_build_that_was_cut_off_is_completed(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    bills, units = 140, [next(e for e in demo_units() if e.profile == profile) for profile in STAFFED]

    def cut(stage: str, done: int, total: int) -> None:
        if stage == "开具票据" and done >= total // 2:
            raise CutOff

    with pytest.raises(CutOff):
        await build(settings, cut, bills=bills, units=units)
    before = await history(database_url)
    assert 70 <= await assert_invariants(database_url) - before < bills

    seen: list[tuple[str, int, int]] = []
    accounts = await build(settings, lambda *step: seen.append(step), bills=bills, units=units)
    assert seen[0] == ("登记用票单位并制章", 0, 7)
    assert ("开具票据", bills, bills) in seen
    assert seen[-1] == ("建立演示账号", len(accounts), len(accounts))
    reversed_bills = sum(
        reversal_reason(request.business_no, request.kind) is not None
        for entry in units
        for request in first_requests(entry, shares(bills, units)[entry.ordinal], today())
    )
    assert reversed_bills > 0
    assert await history(database_url) == before
    assert await assert_invariants(database_url) == before + bills + reversed_bills
    assert len({account.login for account in accounts}) == len(accounts)
    with pytest.raises(Refusal, match=r"account\.username_taken"):
        await build(settings, lambda *_: None, bills=bills, units=units)
    assert await assert_invariants(database_url) == before + bills + reversed_bills
    await written_off_by_now(database_url, tmp_path)
    await campaign_by_now(database_url)
    await exceptions_by_now(database_url)
    await paper_by_now(database_url)
    await ukeys_by_now(database_url)
    await alerts_by_now(database_url)
    assert await supervision(database_url) == {
        "rules": len(library_rules()),
        "authors who approved their own": 0,
        "bills without the file they need": 0,
        "bills that were asked about": 0,
        "units without a valid file": 0,
        "in review": 4,
        "waiting for their handler": 1,
        "waiting for a second person": 1,
        "sheets of bills": 1,
        "rows with problems": 1,
        "rows that are asked about": 1,
        "rows that can be issued": 7,
    }
    database = await Database.open(database_url, pool_size=2)
    try:
        people = [account for account in accounts if account.role != "接口应用"]
        for account in (people[0], people[-1]):
            await sign_in(database, account.login, account.password, address="192.0.2.7")
    finally:
        await database.close()


async def test_another_day_completes_what_stands(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    entry = demo_units()[28]
    async with open_demo_services(settings) as services:
        async with services.database.system() as connection:
            catalog = await lay_ground(connection)
            authority = await stand_up_authority(connection, services.master_key, now())
            keys = {"authority": authority, "master": services.master_key, "at": now()}
            await give_department_seal(connection, catalog.departments["150000"], **keys)
            unit = await admit_unit(connection, entry, catalog)
            await give_unit_seal(connection, unit, **keys)
        yesterday = first_requests(entry, 20, today() - timedelta(days=400))
        before = await issue(services.desk, unit.unit_id, yesterday)
        await reverse_some(services.desk, unit.unit_id, before)
        count = await assert_invariants(database_url)
        after = await issue(services.desk, unit.unit_id, first_requests(entry, 20, today()))
        await reverse_some(services.desk, unit.unit_id, after)
    assert [bill.identity for bill in after] == [bill.identity for bill in before]
    assert await assert_invariants(database_url) == count
