"""Rules in force in each process: they arrive within a second, judge where they should, and fail loudly."""

import asyncio
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

import msgspec
from tests.rules.people import (
    BAOTOU,
    CITY_OFFICER,
    HEAD,
    HOHHOT,
    OFFICER,
    PROVINCE,
    XINCHENG,
    listening,
    local_rule,
    rule,
    was_tried,
)
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load, save_items, save_kinds
from mingpiao.identity.model import Acting, platform
from mingpiao.kernel.clock import now, today
from mingpiao.messages.service import list_messages
from mingpiao.rules.model import History, LoadedRule, Rule, Severity, Stage
from mingpiao.rules.service import (
    BillRules,
    RuleBook,
    RuleSet,
    approve,
    create,
    failure_figures,
    judge,
    record_failures,
    resume,
    start_version,
    submit,
    suspend,
)
from mingpiao.storage.database import Database

SYSTEM = platform("test")
FACE = frozenset({Stage.FACE})
TODAY = date(2026, 11, 21)


async def catalog_of(database: Database) -> Catalog:
    async with database.system() as connection:
        return await load(connection)


async def make_live(database: Database, catalog: Catalog, content: Rule, by: Acting = OFFICER) -> None:
    await was_tried(database, content)
    async with database.system() as connection:
        draft = await create(connection, catalog, content, acting=by)
        submitted = await submit(connection, catalog, content.code, 1, revision=draft.revision, acting=by)
        await approve(connection, catalog, content.code, 1, revision=submitted.revision, acting=HEAD)


def codes_of(rules: RuleSet, region: str = XINCHENG, **changes: Any) -> list[str]:
    upwards = {PROVINCE: [PROVINCE], HOHHOT: [HOHHOT, PROVINCE], BAOTOU: [BAOTOU, PROVINCE]}
    asked: dict[str, Any] = {"kind": "0601", "unit_type": "hospital", "stages": FACE, "on": TODAY}
    found = rules.for_bill(
        regions_upwards=upwards.get(region, [XINCHENG, HOHHOT, PROVINCE]), **asked | changes
    )
    return [each.rule.code for each in found.rules]


async def test_two_processes_hear_of_an_approval_and_a_suspension(province_url: str) -> None:
    async with (
        listening(province_url) as (database, notices),
        listening(province_url) as (other, other_notices),
    ):
        books = RuleBook(database, notices), RuleBook(other, other_notices)
        await notices.start()
        await other_notices.start()
        catalog = await catalog_of(database)
        assert [(await book.get()).version for book in books] == [0, 0]

        async def until_both_know(codes: list[str]) -> None:
            deadline = monotonic() + PATIENCE_SECONDS
            while [codes_of(await book.get()) for book in books] != [codes, codes]:
                assert monotonic() < deadline, "a process did not hear of it"
                await asyncio.sleep(0.01)

        await make_live(database, catalog, rule())
        await until_both_know(["P-001"])
        async with other.system() as connection:
            await suspend(connection, catalog, "P-001", acting=HEAD, reason="演练")
        await until_both_know([])
        async with other.system() as connection:
            await resume(connection, catalog, "P-001", acting=HEAD, reason="演练结束")
        await until_both_know(["P-001"])
        versions = [(await book.get()).version for book in books]
        assert versions[0] == versions[1] > 0
        # Nothing changes meanwhile: the very same set is handed out again.
        assert await books[0].get() is await books[0].get()


async def test_a_change_while_loading_is_not_lost(province_url: str) -> None:
    async with listening(province_url) as (database, notices):
        book = RuleBook(database, notices)
        await notices.start()
        catalog = await catalog_of(database)
        for number in range(5):
            loading = [asyncio.create_task(book.get()) for _ in range(3)]
            await make_live(database, catalog, rule(f"P-{number}"))
            await asyncio.gather(*loading)
            await asyncio.sleep(0.2)
            assert len(codes_of(await book.get())) == number + 1


async def test_which_rules_judge_which_bill(province_url: str) -> None:
    async with listening(province_url) as (database, notices):
        book = RuleBook(database, notices)
        await notices.start()
        catalog = await catalog_of(database)
        await make_live(database, catalog, rule("A-WARN", severity=Severity.WARN))
        await make_live(database, catalog, rule("B-KIND", kinds=("0602",)))
        await make_live(database, catalog, rule("C-CATEGORY", kinds=("06",), severity=Severity.ASK))
        await make_live(database, catalog, rule("D-SCHOOL", unit_types=("school",)))
        await make_live(database, catalog, rule("E-BAOTOU", regions=(BAOTOU,)))
        await make_live(database, catalog, rule("F-EVIDENCE", stage=Stage.EVIDENCE))
        await make_live(
            database,
            catalog,
            rule("G-DATES", effective_from=date(2026, 12, 1), effective_to=date(2026, 12, 31)),
        )
        await make_live(database, catalog, local_rule(), CITY_OFFICER)
        await make_live(database, catalog, local_rule(number="002", regions=(XINCHENG,)), CITY_OFFICER)
        rules = await book.get()
        local = ["L150100-001", "L150100-002"]
        # Blocks first, then asks, then warnings, each by code.
        assert codes_of(rules) == [*local, "C-CATEGORY", "A-WARN"]
        assert codes_of(rules, HOHHOT) == ["L150100-001", "C-CATEGORY", "A-WARN"]
        assert codes_of(rules, BAOTOU) == ["E-BAOTOU", "C-CATEGORY", "A-WARN"]
        assert codes_of(rules, kind="0602") == ["B-KIND", *local, "C-CATEGORY", "A-WARN"]
        assert codes_of(rules, kind="0201") == [*local, "A-WARN"]
        assert codes_of(rules, kind="0201", unit_type="school") == ["D-SCHOOL", *local, "A-WARN"]
        assert codes_of(rules, stages=frozenset({Stage.EVIDENCE})) == ["F-EVIDENCE"]
        for day, expected in (("11-30", False), ("12-01", True), ("12-31", True)):
            found = codes_of(rules, on=date.fromisoformat(f"2026-{day}"))
            assert ("G-DATES" in found) == expected
        assert codes_of(rules, on=date(2027, 1, 1)) == codes_of(rules)
        # The same question gives the very same value, so that what follows from rules is worked out once.
        asked = ("0601", "hospital", (XINCHENG, HOHHOT, PROVINCE), FACE, TODAY)
        assert rules.for_bill(*asked) is rules.for_bill(*asked)


def test_what_follows_from_rules_comes_with_them() -> None:
    plain = LoadedRule(
        rule=rule("A"),
        region_code=PROVINCE,
        version=1,
        predicate=lambda _facts: None,
        history=frozenset(),
        item_history=frozenset(),
    )
    change = msgspec.structs.replace
    unit_sum, median = frozenset({History("unit_sum", 30)}), frozenset({History("unit_median", 90)})
    rules = [
        change(plain, rule=rule("A", severity=Severity.BLOCK)),
        change(plain, rule=rule("B", severity=Severity.BLOCK), history=unit_sum),
        change(plain, rule=rule("C", severity=Severity.BLOCK), item_history=median),
        change(plain, rule=rule("D", severity=Severity.BLOCK, stage=Stage.EVIDENCE)),
        change(plain, rule=rule("E", severity=Severity.ASK)),
        change(plain, rule=rule("F", severity=Severity.BLOCK, kinds=("0201",)), history=unit_sum),
    ]
    stages = frozenset({Stage.FACE, Stage.EVIDENCE})
    found = RuleSet(7, rules, {}).for_bill("0601", "hospital", [PROVINCE], stages, TODAY)
    assert found == BillRules(
        ruleset_version=7,
        rules=tuple(rules[:5]),
        history=unit_sum,
        item_history=median,
        face_blocks=(rules[0],),
    )


async def test_a_local_rule_only_ever_adds_hits(province_url: str) -> None:
    async with listening(province_url) as (database, notices):
        book = RuleBook(database, notices)
        await notices.start()
        catalog = await catalog_of(database)
        await make_live(database, catalog, rule())
        facts = {"total": Decimal(150_000), "items": []}
        before = judge((await book.get()).rules, facts)
        await make_live(database, catalog, local_rule(condition="total < 0"), CITY_OFFICER)
        await make_live(database, catalog, local_rule(number="002", condition="total > 10"), CITY_OFFICER)
        await asyncio.sleep(0.3)
        after = judge((await book.get()).rules, facts)
        assert [hit.rule for hit in before] == ["P-001"]
        assert set(before) < set(after)
        assert [hit.rule for hit in after] == ["L150100-002", "P-001"]


async def test_a_live_rule_on_a_retired_item_goes_on_and_alerts_its_owner_once(province_url: str) -> None:
    async with listening(province_url) as (database, notices):
        book = RuleBook(database, notices)
        await notices.start()
        catalog = await catalog_of(database)
        item = next(iter(catalog.items.values()))
        await make_live(database, catalog, rule(items=(item.code,), condition="total > 0"))
        await book.get()
        async with database.system() as connection:
            await save_items(connection, [msgspec.structs.replace(item, retired=True)], acting=SYSTEM)
        for _ in range(2):
            await asyncio.sleep(0.3)
            rules = await book.get()
            async with database.system() as connection:
                await save_items(connection, [msgspec.structs.replace(item, retired=True)], acting=SYSTEM)
        assert rules.failures == {}
        facts = {"total": Decimal(1), "items": [{"code": item.code}]}
        assert [hit.failed for hit in judge(rules.rules, facts)] == [False]
        async with database.system() as connection:
            told = [m for m in (await list_messages(connection, 1, PROVINCE)).items if m.urgent]
        assert [(m.title, m.link) for m in told] == [
            ("监管规则“单笔金额过大”需要修订", "/finance/rules/P-001")
        ]
        assert item.name in told[0].body


async def test_a_rule_that_no_longer_compiles_fails_by_its_severity_and_is_told(province_url: str) -> None:
    async with listening(province_url) as (database, notices):
        book = RuleBook(database, notices)
        await notices.start()
        catalog = await catalog_of(database)
        kind = next(kind for kind in catalog.kinds.values() if kind.extension_fields)
        name = kind.extension_fields[0].name
        content = rule(kinds=(kind.code,), condition=f"extension.{name} IS NULL", severity=Severity.BLOCK)
        await make_live(database, catalog, content)
        await make_live(database, catalog, rule("P-002", condition="total > 10"))
        assert (await book.get()).failures == {}
        async with database.system() as connection:
            bare = msgspec.structs.replace(kind, extension_fields=(), sum_rules=())
            await save_kinds(connection, [bare], acting=SYSTEM)
        await asyncio.sleep(0.3)
        rules = await book.get()
        assert list(rules.failures) == ["P-001"]
        hits = judge(rules.rules, {"total": Decimal(1), "items": []})
        assert [(hit.rule, hit.failed, hit.severity) for hit in hits] == [("P-001", True, Severity.BLOCK)]
        async with database.system() as connection:
            titles = [m.title for m in (await list_messages(connection, 1, PROVINCE)).items if m.urgent]
        assert titles == ["监管规则“单笔金额过大”需要修订"]
        # Each failing bill counts; the department sees how many and why.
        async with database.pool.acquire() as raw:
            await record_failures(raw, [*hits, *hits], now())
            await record_failures(raw, hits, now())
            await record_failures(raw, [], now())
        async with database.system() as connection:
            (figure,) = await failure_figures(connection, today(), today())
        assert (figure.code, figure.version, figure.failures) == ("P-001", 1, 3)
        assert figure.last_error.startswith("RuleBroken: ")


async def test_a_version_is_compiled_once(province_url: str) -> None:
    async with listening(province_url) as (database, notices):
        book = RuleBook(database, notices)
        await notices.start()
        catalog = await catalog_of(database)
        await make_live(database, catalog, rule())
        (before,) = (await book.get()).rules
        await make_live(database, catalog, rule("P-002"))
        await asyncio.sleep(0.3)
        kept = {each.rule.code: each for each in (await book.get()).rules}
        assert kept["P-001"] is before
        async with database.system() as connection:
            second = await start_version(connection, catalog, rule(name="新"), acting=OFFICER)
            handed_in = await submit(
                connection, catalog, "P-001", 2, revision=second.revision, acting=OFFICER
            )
            await approve(connection, catalog, "P-001", 2, revision=handed_in.revision, acting=HEAD)
        await asyncio.sleep(0.3)
        assert {each.rule.code: each.version for each in (await book.get()).rules} == {"P-001": 2, "P-002": 1}
