"""What a run finds becomes rows and pages, and what departments decide of it."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from tests.rules.people import person
from tests.support.world import BAOTOU, XINCHENG, World, a_world

from mingpiao.analysis import running
from mingpiao.analysis.judging import MONTHS, Standout
from mingpiao.analysis.keeping import keep_month, keep_ties, weights_of_patterns
from mingpiao.analysis.model import (
    Basis,
    Evidence,
    FindingFilter,
    FindingState,
    MonthFinding,
    PeerDrawing,
    TieEdge,
    TieKind,
)
from mingpiao.analysis.room import ANALYST
from mingpiao.analysis.service import decide_finding, list_findings
from mingpiao.analysis.ties import Tie
from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.writeoff.service import BREACH_TYPES

site = a_world("peopled", spread=True)
MONTH = date(2026, 10, 1)
LOCAL = person(20, region=XINCHENG)
REASON = "已调取合同和银行回单，属于正常的分期缴款。"


def standout(unit_id: int, pattern: str = "splitting", score: float = 61.5, **more: Any) -> Standout:
    drawing = PeerDrawing(
        measure="split",
        months=tuple(running.before(MONTH, back) for back in reversed(range(MONTHS))),
        own=(*(None,) * 4, *(0.01,) * 19, 0.4),
        low=(None, *(0.0,) * 23),
        middle=(None, *(0.005,) * 23),
        high=(None, *(0.02,) * 23),
    )
    values: Mapping[str, Any] = {
        "unit_id": unit_id,
        "kind": "0201",
        "month": MONTH,
        "pattern": pattern,
        "basis": Basis.PAST,
        "odds": 0.5,
        "score": score,
        "unlikely": 97,
        "peers": 11,
        "sentence": "2026年10月同一缴款人三日内开出多份票据（本月开票20份）：占比40.0%（8份），自身以往1.0%。",
        "evidence": (
            Evidence(measure="split", value=0.4, usual=0.01, peers=None, past_steps=9.0, peer_steps=None),
        ),
        "drawing": drawing,
    }
    return Standout(**(values | more))


async def keep(
    site: World, *found: Standout, bills: Mapping[tuple[int, str], tuple[int, ...]] | None = None
) -> int:
    async with site.database.system() as connection:
        return await keep_month(connection, MONTH, 4, found, bills or {})


async def findings(site: World) -> list[MonthFinding]:
    async with site.database.system() as connection:
        return list((await list_findings(connection, FindingFilter())).items)


async def decide(site: World, finding: MonthFinding, state: FindingState) -> MonthFinding:
    async with site.database.system() as connection:
        return await decide_finding(
            connection, finding.finding_id, state, REASON, revision=finding.revision, acting=LOCAL
        )


async def test_a_department_sees_ranks_and_decides_its_own(site: World) -> None:
    own, other = site.residents[XINCHENG].unit_id, site.residents[BAOTOU].unit_id
    bills = {(own, "splitting"): tuple(bill.bill_id for bill in site.bills[XINCHENG])}
    await keep(site, standout(own), standout(own, "month_end", 30), standout(other, score=90), bills=bills)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    listed = await officer.get("/finance/analysis")
    assert listed.status_code == 200
    assert listed.text.index("拆分开票</a>") < listed.text.index("月末突击开票</a>")
    assert site.residents[BAOTOU].unit.name not in listed.text
    finding = next(
        each for each in await findings(site) if (each.unit_id, each.pattern) == (own, "splitting")
    )
    at = f"/finance/analysis/{finding.finding_id}"
    shown = await officer.get(at)
    assert shown.status_code == 200
    assert "<polyline" in shown.text
    assert "不足六个月" not in shown.text
    assert "同类单位不足或无差别" in shown.text
    assert all(bill.number in shown.text for bill in site.bills[XINCHENG])
    thin = await officer.submit(shown, f"{at}/explain", explain_words="没问题")
    assert thin.status_code == 422
    assert 'id="explain_words"' in thin.text
    done = await officer.submit(shown, f"{at}/explain", explain_words=REASON)
    assert done.status_code == 303
    late = await officer.submit(shown, f"{at}/dismiss", dismiss_words=REASON)
    assert late.status_code == 409
    assert "已由测试人员办结" in late.text
    stranger = await site.browser(Role.DEPARTMENT_OFFICER, region=BAOTOU)
    assert (await stranger.get(at)).status_code == 404
    assert (
        await stranger.submit(await stranger.get("/finance/analysis"), f"{at}/explain")
    ).status_code == 404
    trail = await site.value("SELECT count(*)::int FROM audit_log WHERE action = 'finding:explain'")
    assert trail == 1
    shares = await officer.get("/finance/analysis/precision")
    assert "2026年10月" in shares.text


async def test_a_breach_becomes_a_case_and_a_watch_comes_from_a_finding(site: World) -> None:
    own = site.residents[XINCHENG].unit_id
    bills = {(own, "splitting"): tuple(bill.bill_id for bill in site.bills[XINCHENG])}
    await keep(site, standout(own), bills=bills)
    (finding,) = await findings(site)
    at = f"/finance/analysis/{finding.finding_id}"
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    shown = await officer.get(at)
    members = {"breach_type": "", "breach_basis": "《办法》第三条", "facts": REASON}
    assert (await officer.submit(shown, f"{at}/breach", **members)).status_code == 422
    chosen = str(site.bills[XINCHENG][0].bill_id)
    wrong = await officer.submit(shown, f"{at}/breach", **members | {"chosen": chosen})
    assert wrong.status_code == 422
    members |= {"breach_type": next(iter(BREACH_TYPES)), "chosen": chosen}
    assert (await officer.submit(shown, f"{at}/breach", **members)).status_code == 303
    assert await site.value("SELECT state FROM exception_cases WHERE bill_id = $1", int(chosen)) == "breached"
    done = await officer.get(f"{at}?done=breach")
    assert "发出整改通知" in done.text
    form = await officer.get(f"/finance/watches/new?unit={own}&source=analysis&id={finding.finding_id}")
    placed = await officer.submit(
        form,
        f"/finance/watches/new?id={finding.finding_id}",
        unit=site.residents[XINCHENG].unit.name,
        source="analysis",
        reason=REASON,
        last_day=today().isoformat(),
        bound="10000.00",
    )
    assert placed.status_code == 303
    assert "/finance/watches/" in (await officer.get(at)).text.split('id="watch-title"')[1]


async def test_what_is_decided_stays_and_what_is_not_follows_the_newest_run(site: World) -> None:
    own = site.residents[XINCHENG].unit_id
    await keep(site, standout(own), standout(own, "month_end", 40), standout(own, "rare", 1.5))
    first, second = await findings(site)
    assert [first.pattern, second.pattern] == ["splitting", "month_end"]
    await decide(site, first, FindingState.CONFIRMED)
    await keep(site, standout(own, score=1.0), standout(own, "collusion", 55.0, sentence="新的。"))
    assert [(each.pattern, each.score, each.standing) for each in await findings(site)] == [
        ("splitting", 6150, True),
        ("collusion", 5500, True),
    ]
    await keep(site, standout(own, "month_end", 40, sentence="又出现。"))
    again = {each.pattern: each for each in await findings(site)}
    assert again["month_end"].revision == second.revision + 1
    with pytest.raises(Refusal) as refused:
        await decide(site, second, FindingState.FALSE)
    assert (refused.value.status, refused.value.problems[0].code) == (409, "finding.changed")


async def test_of_two_officers_at_once_one_decides(site: World) -> None:
    await keep(site, standout(site.residents[XINCHENG].unit_id))
    (finding,) = await findings(site)
    answers = await asyncio.gather(
        decide(site, finding, FindingState.FALSE),
        decide(site, finding, FindingState.EXPLAINED),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in answers) == ["MonthFinding", "Refusal"]
    assert await site.value("SELECT count(*)::int FROM analysis_steps") == 1


async def test_verdicts_move_the_rank_of_a_pattern(site: World) -> None:
    own = site.residents[XINCHENG].unit_id
    await keep(site, standout(own), standout(own, "month_end", 40))
    for finding in await findings(site):
        state = FindingState.CONFIRMED if finding.pattern == "splitting" else FindingState.FALSE
        await decide(site, finding, state)
    async with site.database.system() as connection:
        weights = await weights_of_patterns(connection)
    assert round(weights["splitting"], 4) == round(7 / 11 / 0.6, 4)
    assert round(weights["month_end"], 4) == round(6 / 11 / 0.6, 4)
    assert weights["collusion"] == 1.0


async def test_ties_show_only_what_is_of_the_own_area(site: World) -> None:
    units = [site.residents[region].unit_id for region in (XINCHENG, BAOTOU)]
    edges = tuple(
        TieEdge(unit_id=unit, source="某某公司", target="", bills=3, amount=900.0) for unit in units
    )
    tie = Tie(
        kind=TieKind.PAYER,
        month=MONTH,
        name="某某公司",
        units=2,
        bills=6,
        amount=1800.0,
        score=4.2,
        edges=edges,
    )
    for _ in range(2):
        async with site.database.system() as connection:
            await keep_ties(connection, [tie])
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    listed = await officer.get("/finance/relations")
    assert "某某公司" in listed.text
    assert "900.00" in listed.text
    tie_id = await site.value("SELECT tie_id FROM analysis_ties")
    shown = await officer.get(f"/finance/relations/{tie_id}")
    assert "<path" in shown.text
    assert site.residents[XINCHENG].unit.name in shown.text
    assert site.residents[BAOTOU].unit.name not in shown.text
    assert "外地区单位" in shown.text
    async with site.database.system() as connection:
        await keep_ties(connection, [])
    assert (await officer.get(f"/finance/relations/{tie_id}")).status_code == 404


async def test_wrong_addresses_are_told(site: World) -> None:
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    for address, status in (
        ("/finance/analysis/999999999999999999999", 404),
        ("/finance/relations/999999999999999999999", 404),
        ("/finance/analysis?pattern=nothing", 422),
        ("/finance/analysis?month=2099-13", 200),
        ("/finance/relations?kind=nothing", 422),
    ):
        assert (await officer.get(address)).status_code == status, address


async def test_the_job_analyses_closed_months_alone(site: World, clock: StoppedClock) -> None:
    analyst = await site.house.get(ANALYST)
    await analyst.analyse()
    assert await site.value("SELECT count(*)::int FROM analysis_runs") == 0
    clock.move(days=31)
    await analyst.analyse()
    await analyst.analyse()
    runs = await site.rows("SELECT month, units FROM analysis_runs ORDER BY month")
    assert [(row["month"], row["units"]) for row in runs] == [(running.last_closed_month(today()), 4)]


def test_only_months_that_ended_are_judged() -> None:
    assert running.last_closed_month(date(2026, 11, 1)) == date(2026, 10, 1)
    assert running.last_closed_month(date(2026, 1, 31)) == date(2025, 12, 1)
