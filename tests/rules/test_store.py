"""Rules from draft to approval: who may, what is refused, what the trail and the departments are told."""

import asyncio
from datetime import date

import asyncpg
import msgspec
import pytest
from sqlalchemy import text
from tests.rules.desk import RuleDesk, rule_desk_of
from tests.rules.people import (
    BAOTOU,
    CITY_HEAD,
    CITY_OFFICER,
    COLLEAGUE,
    COUNTY_OFFICER,
    ELSEWHERE,
    HEAD,
    HOHHOT,
    OFFICER,
    OTHER_HEAD,
    PROVINCE,
    XINCHENG,
    codes,
    local_rule,
    person,
    refused,
    rule,
    was_tried,
)
from tests.support.world import World

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load, save_items
from mingpiao.identity.model import Role, platform
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.model import RuleMode, RuleVersion, Severity, Stage, VersionState
from mingpiao.rules.service import (
    RuleFilter,
    approve,
    check_rule,
    compare,
    get_rule,
    install_library,
    list_rules,
    live_versions,
    versions_of,
)
from mingpiao.storage.scope import DepartmentScope


@pytest.fixture
async def desk(world: World) -> RuleDesk:
    return await rule_desk_of(world)


async def test_from_draft_to_live_with_trail_and_messages(desk: RuleDesk) -> None:
    draft = await desk.create(rule())
    assert (draft.version, draft.state, draft.revision, draft.makers) == (
        1,
        VersionState.DRAFT,
        1,
        ("account:1",),
    )
    assert draft.rule == rule()
    saved = await desk.save(rule(condition="total > 200000"), draft)
    assert (saved.revision, saved.rule.condition) == (2, "total > 200000")
    submitted = await desk.submit(saved)
    assert submitted.state is VersionState.SUBMITTED
    assert await desk.live() == {}
    approved = await desk.approve(submitted)
    assert (approved.state, approved.decided_by, approved.decided_by_name) == (
        VersionState.APPROVED,
        "account:3",
        "人员3",
    )
    assert await desk.live() == {"P-001": 1}
    assert await desk.trail("P-001") == [
        ("account:1", "rule:create"),
        ("account:1", "rule:save"),
        ("account:1", "rule:submit"),
        ("account:3", "rule:approve"),
    ]
    assert await desk.told(PROVINCE) == [
        ("监管规则已通过：单笔金额过大", "/finance/rules/P-001?version=1"),
        ("监管规则待审核：单笔金额过大", "/finance/rules/P-001?version=1"),
    ]


async def test_nobody_is_asked_to_approve_what_was_decided_or_withdrawn(world: World, desk: RuleDesk) -> None:
    async def asked() -> list[str]:
        waiting = "SELECT topic FROM messages WHERE topic LIKE 'rule:submitted:%' AND settled_at IS NULL"
        return [row["topic"] for row in await world.rows(waiting)]

    first = await desk.submit(await desk.create(rule()))
    # The topic names the revision that was handed in, which is the one before.
    assert await asked() == [f"rule:submitted:P-001:1:{first.revision - 1}"]
    back = await desk.send_back(first, "条件过宽，请收紧")
    assert await asked() == []
    second = await desk.submit(back)
    assert await asked() == [f"rule:submitted:P-001:1:{second.revision - 1}"]
    await desk.withdraw(second)
    assert await asked() == []
    await desk.approve(await desk.submit(await desk.create(rule("P-002"))))
    assert await asked() == []


async def test_nobody_approves_what_they_wrote_or_touched(desk: RuleDesk) -> None:
    own = await desk.submit(await desk.create(rule(), HEAD), HEAD)
    assert await refused(desk.approve(own, HEAD)) == [("rule.approver_is_maker", "")]
    # Who saved or submitted another's draft has written it too.
    draft = await desk.create(rule("P-002"))
    touched = await desk.save(rule("P-002", name="改过的名称"), draft, HEAD)
    by_officer = await desk.submit(touched)
    assert await refused(desk.approve(by_officer, HEAD)) == [("rule.approver_is_maker", "")]
    handed_in = await desk.submit(await desk.create(rule("P-003")), HEAD)
    assert await refused(desk.approve(handed_in, HEAD)) == [("rule.approver_is_maker", "")]
    assert await desk.live() == {}
    assert (await desk.approve(own, OTHER_HEAD)).state is VersionState.APPROVED


async def test_the_database_refuses_an_approval_by_a_maker_too(desk: RuleDesk) -> None:
    await desk.submit(await desk.create(rule()))
    for by in ("'account:1'", "NULL"):
        with pytest.raises(asyncpg.CheckViolationError):
            await desk.database.pool.execute(
                f"UPDATE rule_versions SET state = 'approved', decided_by = {by}"
            )


async def test_only_a_head_of_the_province_decides(desk: RuleDesk) -> None:
    submitted = await desk.submit(await desk.create(rule()))
    administrator = person(9, Role.ADMINISTRATOR, None)
    for somebody in (COLLEAGUE, CITY_HEAD, administrator):
        assert await refused(desk.approve(submitted, somebody)) == [("rule.not_approver", "")]
        assert await refused(desk.send_back(submitted, "理由", somebody)) == [("rule.not_approver", "")]
        assert await refused(desk.switch("P-001", False, acting=somebody)) == [("rule.not_approver", "")]
    assert await refused(desk.create(rule("P-009"), administrator)) == [("rule.not_writer", "")]


async def test_a_returned_version_is_revised_and_handed_in_again(desk: RuleDesk) -> None:
    submitted = await desk.submit(await desk.create(local_rule(), CITY_OFFICER), CITY_OFFICER)
    assert await refused(desk.send_back(submitted, " ")) == [("rule.reason_missing", "reason")]
    returned = await desk.send_back(submitted, "限额依据不足")
    assert (returned.state, returned.decision_reason) == (VersionState.RETURNED, "限额依据不足")
    assert await desk.told(HOHHOT) == [
        ("监管规则被退回：单笔金额过大", "/finance/rules/L150100-001?version=1")
    ]
    revised = await desk.save(local_rule(condition="total > 50000"), returned, CITY_OFFICER)
    assert revised.state is VersionState.DRAFT
    again = await desk.submit(revised, CITY_OFFICER)
    assert (again.decided_by, again.decision_reason) == (None, "")
    await desk.approve(again)
    assert await desk.live() == {"L150100-001": 1}
    assert ("account:3", "rule:return") in await desk.trail("L150100-001")


async def test_of_two_officers_editing_the_second_is_told(desk: RuleDesk) -> None:
    draft = await desk.create(rule())
    mine, theirs = rule(name="第一人"), rule(name="第二人")
    outcomes = await asyncio.gather(
        desk.save(mine, draft), desk.save(theirs, draft, COLLEAGUE), return_exceptions=True
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, RuleVersion)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [codes(outcome) for outcome in lost] == [[("rule.edited_meanwhile", "")]]
    assert lost[0].status == 409
    assert (await desk.version("P-001", 1)).rule.name == won[0].rule.name
    assert (await desk.version("P-001", 1)).revision == 2
    # Submitting and approving what was edited meanwhile is refused alike.
    assert await refused(desk.submit(draft)) == [("rule.edited_meanwhile", "")]


async def test_of_two_heads_deciding_one_wins(desk: RuleDesk) -> None:
    submitted = await desk.submit(await desk.create(rule()))
    outcomes = await asyncio.gather(
        desk.approve(submitted, HEAD),
        desk.send_back(submitted, "不妥", OTHER_HEAD),
        return_exceptions=True,
    )
    lost = [codes(outcome) for outcome in outcomes if isinstance(outcome, Refusal)]
    assert lost == [[("rule.wrong_state", "")]]
    decided = await desk.version("P-001", 1)
    assert (decided.state is VersionState.APPROVED) == (await desk.live() == {"P-001": 1})


async def test_of_two_publications_at_once_the_newest_set_holds_both(desk: RuleDesk) -> None:
    waiting = [await desk.submit(await desk.create(rule(f"P-{n}"))) for n in range(4)]
    await asyncio.gather(*(desk.approve(each) for each in waiting))
    assert await desk.live() == {f"P-{n}": 1 for n in range(4)}
    assert await desk.database.pool.fetchval("SELECT count(*) FROM rule_sets") == 4


async def test_a_new_version_leaves_the_live_one_until_approved(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    second = await desk.start(rule(severity=Severity.ASK))
    assert second.version == 2
    assert await refused(desk.start(rule(name="又一版"))) == [("rule.version_open", "")]
    assert await desk.live() == {"P-001": 1}
    await desk.approve(await desk.submit(second))
    assert await desk.live() == {"P-001": 2}


async def test_roll_back_submits_the_old_content_as_a_new_version(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    await desk.approve(await desk.submit(await desk.start(rule(condition="total > 5"))))
    third = await desk.roll_back("P-001", 1)
    assert (third.version, third.state, third.rule, third.note) == (
        3,
        VersionState.SUBMITTED,
        rule(),
        "恢复第1版",
    )
    assert await desk.live() == {"P-001": 2}
    await desk.approve(third)
    assert await desk.live() == {"P-001": 3}
    assert await refused(desk.roll_back("P-001", 3)) == [("rule.wrong_state", "")]
    fourth = await desk.start(rule(name="没有通过"))
    await desk.withdraw(fourth)
    assert await refused(desk.roll_back("P-001", 4)) == [("rule.wrong_state", "")]
    assert await refused(desk.roll_back("P-001", 9)) == [("rule.unknown", "")]


async def test_withdrawn_is_over_and_a_further_version_may_begin(desk: RuleDesk) -> None:
    withdrawn = await desk.withdraw(await desk.submit(await desk.create(rule())))
    assert withdrawn.state is VersionState.WITHDRAWN
    assert await refused(desk.approve(withdrawn)) == [("rule.wrong_state", "")]
    assert await refused(desk.save(rule(), withdrawn)) == [("rule.wrong_state", "")]
    assert (await desk.start(rule())).version == 2


async def test_suspending_works_at_once_and_resuming_too(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    assert await refused(desk.switch("P-001", False, reason="")) == [("rule.reason_missing", "reason")]
    await desk.switch("P-001", False)
    assert await desk.live() == {}
    assert await refused(desk.switch("P-001", False)) == [("rule.wrong_state", "")]
    # Approving a suspended rule's new version does not put it into force by the back door.
    await desk.approve(await desk.submit(await desk.start(rule(name="新版"))))
    assert await desk.live() == {}
    await desk.switch("P-001", True)
    assert await desk.live() == {"P-001": 2}
    assert [action for _, action in await desk.trail("P-001")][-1] == "rule:resume"


async def test_a_local_rule_stays_in_its_area_and_leaves_others_alone(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    assert await refused(desk.create(rule("P-002"), CITY_OFFICER)) == [("rule.code_not_local", "code")]
    assert await refused(desk.create(local_rule(BAOTOU), CITY_OFFICER)) == [("rule.code_not_local", "code")]
    assert await refused(desk.create(rule(), CITY_OFFICER)) == [("rule.code_not_local", "code")]
    assert await refused(desk.create(local_rule(regions=(BAOTOU,)), CITY_OFFICER)) == [
        ("rule.region_outside", "regions")
    ]
    assert await refused(desk.create(local_rule(regions=(PROVINCE,)), CITY_OFFICER)) == [
        ("rule.region_outside", "regions")
    ]
    # Another department's rule is not theirs to change, though they may see it.
    assert await refused(desk.start(rule(), CITY_OFFICER)) == [("rule.not_own", "")]
    assert await refused(desk.roll_back("P-001", 1, CITY_OFFICER)) == [("rule.not_own", "")]
    assert await refused(desk.create(local_rule())) == [("rule.code_reserved", "code")]
    below = await desk.create(local_rule(regions=(XINCHENG,)), CITY_OFFICER)
    assert await refused(desk.save(local_rule(), below, COUNTY_OFFICER)) == [("rule.not_own", "")]
    assert await refused(desk.save(local_rule(), below, OFFICER)) == [("rule.not_own", "")]


async def test_who_sees_which_rules(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    await desk.create(rule("P-DRAFT"))
    await desk.create(local_rule(), CITY_OFFICER)
    await desk.create(local_rule(XINCHENG), COUNTY_OFFICER)
    await desk.create(local_rule(BAOTOU), ELSEWHERE)
    everything = ["L150100-001", "L150102-001", "L150200-001", "P-001", "P-DRAFT"]
    assert await desk.codes_seen(PROVINCE) == everything
    assert await desk.codes_seen(HOHHOT) == ["L150100-001", "L150102-001", "P-001"]
    assert await desk.codes_seen(XINCHENG) == ["L150102-001", "P-001"]
    assert await desk.codes_seen(BAOTOU) == ["L150200-001", "P-001"]
    async with desk.database.scoped(DepartmentScope(BAOTOU)) as connection:
        with pytest.raises(Refusal, match=r"rule\.unknown"):
            await get_rule(connection, "L150100-001")
        with pytest.raises(Refusal, match=r"rule\.unknown"):
            await versions_of(connection, "P-DRAFT")


async def test_lists_filter_and_page(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    await desk.create(rule("P-002", name="备注用语", severity=Severity.WARN, stage=Stage.EVIDENCE))
    await desk.create(local_rule(), CITY_OFFICER)
    assert await desk.codes_seen(PROVINCE, RuleFilter(state=VersionState.DRAFT)) == ["L150100-001", "P-002"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(live=True)) == ["P-001"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(live=False)) == ["L150100-001", "P-002"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(stage=Stage.EVIDENCE)) == ["P-002"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(severity=Severity.WARN)) == ["P-002"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(region_prefix="1501")) == ["L150100-001"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(words="备注")) == ["P-002"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(words="p-00")) == ["P-001", "P-002"]
    assert await desk.codes_seen(PROVINCE, RuleFilter(words="%' OR true --")) == []
    await desk.switch("P-001", False)
    assert await desk.codes_seen(PROVINCE, RuleFilter(suspended=True)) == ["P-001"]
    async with desk.database.system() as connection:
        first = await list_rules(connection, RuleFilter(), limit=2)
        rest = await list_rules(connection, RuleFilter(), limit=2, after=first.next_key)
    assert [each.code for each in first.items] == ["L150100-001", "P-001"]
    assert ([each.code for each in rest.items], rest.next_key) == (["P-002"], "")
    assert [each.live_version for each in first.items] == [None, None]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": "lower"}, [("rule.code_invalid", "code")]),
        ({"code": "X" * 41}, [("rule.code_invalid", "code")]),
        ({"name": " "}, [("rule.member_missing", "name")]),
        ({"basis": ""}, [("rule.member_missing", "basis")]),
        ({"message": ""}, [("rule.member_missing", "message")]),
        ({"name": "名" * 101}, [("rule.member_too_long", "name")]),
        ({"name": "a\u202eb"}, [("rule.member_unprintable", "name")]),
        ({"field": "payer/shoe"}, [("rule.field_unknown", "field")]),
        ({"field": "extension/Number"}, [("rule.field_unknown", "field")]),
        ({"kinds": ("0699",)}, [("rule.scope_unknown", "kinds")]),
        ({"items": ("NOPE",)}, [("rule.scope_unknown", "items")]),
        ({"unit_types": ("bank",)}, [("rule.scope_unknown", "unit_types")]),
        ({"regions": ("110000",)}, [("rule.scope_unknown", "regions")]),
        ({"unit_types": ("court", "court")}, [("rule.scope_repeated", "unit_types")]),
        ({"effective_from": date(1999, 1, 1)}, [("rule.date_invalid", "effective_from")]),
        ({"effective_to": date(2025, 1, 1)}, [("rule.dates_reversed", "effective_to")]),
        ({"message": "{payer.shoe}"}, [("rule.placeholder_unknown", "message")]),
        ({"message": "{item.name}"}, [("rule.placeholder_unknown", "message")]),
        ({"message": "{unit_sum(0)}"}, [("rule.placeholder_unknown", "message")]),
        ({"message": "{unit_median(30)}"}, [("rule.placeholder_unknown", "message")]),
        ({"message": "{evidence.amount}"}, [("rule.placeholder_unknown", "message")]),
        ({"message": "{total"}, [("rule.placeholder_invalid", "message")]),
        ({"name": "", "basis": ""}, [("rule.member_missing", "name"), ("rule.member_missing", "basis")]),
    ],
)
def test_what_cannot_be_saved_is_named_at_its_place(
    catalog: Catalog, changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    problems = check_rule(msgspec.structs.replace(rule(), **changes), PROVINCE, catalog)
    assert [(problem.code, problem.field) for problem in problems] == expected
    assert all(problem.status == 422 for problem in problems)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("{payer.shoe}", "提示语中的{payer.shoe}不是可用的字段，请从字段表中选择。"),
        ("{item.name}", "提示语中的{item.name}每个项目各不相同，请改用整张票据的字段。"),
        ("{unit_sum(400)}", "提示语中的{unit_sum(400)}的天数应为1至366的整数，请改正。"),
    ],
)
def test_a_placeholder_is_refused_with_its_reason(catalog: Catalog, message: str, told: str) -> None:
    problems = check_rule(rule(message=message), PROVINCE, catalog)
    assert [problem.message for problem in problems] == [told]


async def test_what_cannot_be_saved_leaves_nothing(desk: RuleDesk) -> None:
    expected = [("rule.member_missing", "name"), ("rule.member_missing", "basis")]
    assert await refused(desk.create(rule(name="", basis=""))) == expected
    assert await desk.database.pool.fetchval("SELECT count(*) FROM rules") == 0


async def test_a_wrong_condition_is_marked_at_its_place(desk: RuleDesk) -> None:
    with pytest.raises(Refusal) as caught:
        await desk.create(rule(condition="total > 1\nAND payer.shoe = 'x'"))
    (problem,) = caught.value.problems
    assert (problem.field, problem.status) == ("condition", 422)
    assert problem.code.startswith("rule.condition_")
    assert (problem.facts["line"], problem.facts["column"], problem.facts["length"]) == (2, 5, 10)


async def test_a_retired_item_is_refused_at_every_step(desk: RuleDesk) -> None:
    item = next(iter(desk.catalog.items.values()))
    draft = await desk.create(rule(items=(item.code,)))
    waiting = await desk.submit(await desk.create(rule("P-002", items=(item.code,))))
    live = await desk.make_live(rule("P-003", items=(item.code,)))
    await desk.approve(await desk.submit(await desk.start(rule("P-003"))))
    async with desk.database.system() as connection:
        await save_items(connection, [msgspec.structs.replace(item, retired=True)], acting=platform("t"))
        later = RuleDesk(desk.database, await load(connection))
    expected = [("rule.item_retired", "items")]
    assert await refused(later.save(rule(items=(item.code,)), draft)) == expected
    assert await refused(later.submit(draft)) == expected
    assert await refused(later.approve(waiting)) == expected
    assert await refused(later.roll_back("P-003", live.version)) == expected
    assert await refused(later.create(rule("P-004", items=(item.code,)))) == expected
    assert await later.live() == {"P-003": 2}
    # Taking it out of the scope helps.
    assert (await later.save(rule(), draft)).revision == 2


async def test_a_code_is_given_once(desk: RuleDesk) -> None:
    outcomes = await asyncio.gather(
        desk.create(rule()), desk.create(rule(), COLLEAGUE), return_exceptions=True
    )
    lost = [codes(outcome) for outcome in outcomes if isinstance(outcome, Refusal)]
    assert lost == [[("rule.code_taken", "code")]]


async def test_versions_compare_member_by_member(desk: RuleDesk) -> None:
    after = rule(condition="total > 5", kinds=("06",), effective_to=date(2027, 1, 1))
    found = compare(rule(), after, desk.catalog)
    assert [each.member for each in found] == [
        "code",
        "name",
        "basis",
        "stage",
        "severity",
        "mode",
        "regions",
        "kinds",
        "unit_types",
        "items",
        "effective_from",
        "effective_to",
        "field",
        "message",
        "reasons",
        "condition",
    ]
    assert [(each.label, each.before, each.after) for each in found if each.changed] == [
        ("票据种类", "全部", f"06 {desk.catalog.categories['06'].name}"),
        ("失效日期", "长期", "2027-01-01"),
        ("条件", "total > 100000", "total > 5"),
    ]


async def test_the_library_is_installed_once_and_leaves_what_stands(desk: RuleDesk) -> None:
    await desk.create(rule("P-002", name="本省自己的"))
    library = [rule(), rule("P-002")]
    acting = platform("demo", name="演示")
    async with desk.database.system() as connection:
        assert await install_library(connection, desk.catalog, library, acting=acting) == ["P-001"]
    async with desk.database.system() as connection:
        assert await install_library(connection, desk.catalog, library, acting=acting) == []
    assert await desk.live() == {"P-001": 1}
    assert (await desk.version("P-002", 1)).rule.name == "本省自己的"
    assert await desk.trail("P-001") == [("system:demo", "rule:install")]
    async with desk.database.system() as connection:
        with pytest.raises(Refusal, match=r"rule\.condition_"):
            await install_library(
                connection, desk.catalog, [rule("P-5", condition="nonsense >")], acting=acting
            )


async def test_a_verb_that_fails_half_way_leaves_nothing(desk: RuleDesk) -> None:
    submitted = await desk.submit(await desk.create(rule()))
    await was_tried(desk.database, rule())

    async def interrupted() -> None:
        async with desk.database.system() as connection:
            await approve(connection, desk.catalog, "P-001", 1, revision=submitted.revision, acting=HEAD)
            await connection.execute(text("SELECT 1 / 0"))

    with pytest.raises(Exception, match="division by zero"):
        await interrupted()
    assert (await desk.version("P-001", 1)).state is VersionState.SUBMITTED
    assert await desk.live() == {}
    assert [action for _, action in await desk.trail("P-001")] == ["rule:create", "rule:submit"]


async def test_a_version_on_trial_stands_beside_the_one_that_acts(desk: RuleDesk, world: World) -> None:
    acts = await desk.create(rule())
    await desk.approve(await desk.submit(acts))
    tried = await desk.start(rule(condition="total > 5", mode=RuleMode.SHADOW))
    await desk.approve(await desk.submit(tried))
    async with desk.database.system() as connection:
        summary = await get_rule(connection, "P-001")
        _, live = await live_versions(connection)
    assert (summary.live_version, summary.shadow_version) == (1, 2)
    assert [(each.version, each.rule.mode) for each in live] == [
        (1, RuleMode.ACTING),
        (2, RuleMode.SHADOW),
    ]
