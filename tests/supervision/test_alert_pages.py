"""The pages of 预警: the list, an alert and what is done with it, and the rules with a trial."""

import re

from tests.rules.people import BAOTOU, XINCHENG
from tests.supervision.test_alerts import REASON, alerts_of, judge_all, watch
from tests.support.rules import put_in_force
from tests.support.world import World, a_world

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import today
from mingpiao.supervision.model import AlertState

site = a_world("peopled", spread=True)


async def raised(site: World) -> int:
    """The alert of the county's unit, of a rule that hits all units."""
    await put_in_force(site.database, watch("W-1", "watch.bills >= 2"))
    await judge_all(site)
    (alert,) = await alerts_of(site, unit_id=site.residents[XINCHENG].unit_id)
    return alert.alert_id


async def test_a_department_sees_and_decides_its_own_alerts(site: World) -> None:
    alert_id = await raised(site)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    listed = await officer.get("/finance/alerts")
    assert listed.status_code == 200
    assert listed.text.count("本小时开票2份。") == 1
    shown = await officer.get(f"/finance/alerts/{alert_id}")
    assert shown.status_code == 200
    assert all(bill.number in shown.text for bill in site.bills[XINCHENG])
    refused = await officer.submit(shown, f"/finance/alerts/{alert_id}/explain", words="没问题")
    assert refused.status_code == 422
    assert "情况说明" in refused.text
    await officer.submit(shown, f"/finance/alerts/{alert_id}/explain", words=REASON)
    (alert,) = await alerts_of(site, unit_id=site.residents[XINCHENG].unit_id)
    assert alert.state is AlertState.EXPLAINED
    late = await officer.submit(shown, f"/finance/alerts/{alert_id}/dismiss", false_reason=REASON)
    assert late.status_code == 409
    assert "办结" in late.text
    stranger = await site.browser(Role.DEPARTMENT_OFFICER, region=BAOTOU)
    assert (await stranger.get(f"/finance/alerts/{alert_id}")).status_code == 404


async def test_wrong_input_is_told_at_its_field(site: World) -> None:
    alert_id = await raised(site)
    at = f"/finance/alerts/{alert_id}"
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    shown = await officer.get(at)
    for verb, members, status in (
        ("mute", {"until": "二月三十日", "mute_reason": REASON}, 422),
        ("mute", {"until": today().isoformat(), "mute_reason": ""}, 422),
        ("breach", {"breach_type": "", "breach_basis": "《办法》第三条", "facts": REASON}, 422),
        ("take", {"revision": "9" * 30}, 409),
        ("vanish", {}, 404),
    ):
        answer = await officer.submit(shown, f"{at}/{verb}", **members)
        assert answer.status_code == status, verb
    assert (await officer.get("/finance/alerts/999999999999999999999999")).status_code == 404
    await officer.submit(shown, f"{at}/mute", until=today().isoformat(), mute_reason=REASON)
    muted = await officer.get(at)
    assert "暂不预警" in muted.text
    await officer.submit(muted, f"{at}/unmute")
    assert await site.value("SELECT count(*) FROM alert_mutes WHERE until >= $1", today()) == 0


async def test_rules_with_precision_and_a_trial(site: World) -> None:
    await raised(site)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=XINCHENG)
    rules = await officer.get("/finance/alerts/rules")
    assert "W-1" in rules.text
    one = await officer.get("/finance/alerts/rules/W-1")
    assert one.status_code == 200
    await site.value("UPDATE unit_hours SET hour = hour - interval '1 day' RETURNING 1")
    tried = await officer.submit(one, "/finance/alerts/rules/W-1", condition="watch.bills >= 1", days="7")
    assert re.search(r"近 7 天有 1 个时段符合条件", tried.text)
    for members in (
        {"condition": "watch.bills >", "days": "7"},
        {"condition": "watch.bills > 1", "days": "x"},
    ):
        wrong = await officer.submit(one, "/finance/alerts/rules/W-1", **members)
        assert wrong.status_code == 422
    assert (await officer.get("/finance/alerts/rules/NOPE")).status_code == 404
