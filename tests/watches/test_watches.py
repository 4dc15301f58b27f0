"""重点监控 through the pages of departments: place, extend, take over, end; who sees it."""

from datetime import date, timedelta

import httpx
import pytest
from tests.rules.desk import rule_desk_of
from tests.rules.people import rule
from tests.support.browser import Browser, members_of
from tests.support.locks import race, writing
from tests.support.province import ACTING
from tests.support.waiting import until
from tests.support.world import HOHHOT, World, a_world, codes_of
from tests.tips.reporters import report

from mingpiao.identity.model import Acting, Role, acting_for
from mingpiao.identity.service import account_by_id
from mingpiao.issuing.model import Issued
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.watches.model import Watch
from mingpiao.watches.placing import end_watches
from mingpiao.watches.service import end_watch, extend_watch

world = a_world()
spread = a_world(spread=True)
REASON = "群众反映该单位多次收费不开票。"


async def place(
    browser: Browser, unit: str, address: str = "/finance/watches/new", **changes: str
) -> httpx.Response:
    """Put a unit under watch as the form does."""
    shown = await browser.get(address)
    typed = {"unit": unit, "reason": REASON, "bound": "500.00"} | changes
    return await browser.post(address, members_of(shown.text) | typed)


async def act(browser: Browser, watch_id: int, verb: str, **members: str) -> httpx.Response:
    shown = await browser.get(f"/finance/watches/{watch_id}")
    known = members_of(shown.text)
    given = {"csrf_token": known["csrf_token"], "revision": known.get("revision", "")}
    typed = {name.replace("__", "-"): value for name, value in members.items()}
    return await browser.post(f"/finance/watches/{watch_id}/{verb}", given | typed)


async def test_a_unit_is_watched_until_a_day_and_marked_for_departments_alone(world: World) -> None:
    unit = world.province.office
    officer = await world.browser(region="150000")
    before = await officer.get(f"/finance/units/{unit.unit_id}")
    assert f"/finance/watches/new?unit={unit.unit_id}" in before.text
    done = await officer.arrive(await place(officer, unit.unit.name))
    assert "已列入重点监控，单位不会收到消息" in done.text
    assert REASON in done.text
    after = await officer.get(f"/finance/units/{unit.unit_id}")
    assert '<span class="badge bg-red-lt">重点监控</span>' in after.text
    listed = await officer.get("/finance/watches")
    assert unit.unit.name in listed.text
    manager = await world.browser(Role.UNIT_MANAGER)
    for address in ("/unit", "/unit/profile", "/unit/messages", "/unit/audit"):
        assert "监控" not in (await manager.get(address)).text
    assert (await manager.get("/finance/watches")).status_code == 403
    assert await world.value("SELECT count(*) FROM messages") == 0
    assert await world.value("SELECT unit_id FROM audit_log WHERE action = 'watch:place'") is None
    again = await place(officer, unit.unit.name)
    assert again.status_code == 409
    assert "本部门已把该单位列入重点监控" in again.text


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("unit", "没有这个单位", "请填写一个用票单位的全称"),
        ("unit", "' OR 1=1 --", "请填写一个用票单位的全称"),
        ("source", "x", "请选择来源"),
        ("reason", "", "请填写原因"),
        ("reason", "违规", "不少于5个字"),
        ("reason", "长" * 10_000, "原因不能超过500字"),
        ("last_day", "", "请按“年-月-日”填写结束日期"),
        ("last_day", "2020-01-01", "结束日期应在"),
        ("last_day", "2099-01-01", "结束日期应在"),
        ("bound", "很多", "请填写大额界限"),
        ("bound", "0", "请填写大额界限"),
        ("bound", "-1", "请填写大额界限"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(world: World, field: str, text: str, message: str) -> None:
    officer = await world.browser(region="150000")
    typed = {"unit": world.province.office.unit.name} | {field: text}
    refused = await place(officer, **typed)
    assert refused.status_code == 422
    assert message in refused.text
    assert f'id="{field}-error"' in refused.text
    assert await world.value("SELECT count(*) FROM watches") == 0


async def test_what_is_longer_than_any_field_is_refused_and_not_cut(world: World) -> None:
    officer = await world.browser(region="150000")
    refused = await place(officer, world.province.office.unit.name, reason="长" * 20_001)
    assert refused.status_code == 422
    assert "填写的内容超过20,000字，请分几次办理。" in refused.text


async def test_other_regions_units_are_no_department_s_to_watch(spread: World) -> None:
    office = spread.residents[HOHHOT]
    county = await spread.browser(region="150102")
    assert (await place(county, office.unit.name)).status_code == 422
    city = await spread.browser(region=HOHHOT)
    await place(city, office.unit.name)
    watch_id = await spread.value("SELECT watch_id FROM watches")
    assert (await county.get(f"/finance/watches/{watch_id}")).status_code == 404
    above = await spread.browser(region="150000")
    assert (await above.get(f"/finance/watches/{watch_id}")).status_code == 200
    assert (await above.get(f"/finance/watches/{2**70}")).status_code == 404
    token = await county.csrf_token()
    foreign = await county.post(
        f"/finance/watches/{watch_id}/end", {"csrf_token": token, "revision": "1", "end-reason": REASON}
    )
    assert foreign.status_code == 404


async def test_a_watch_is_extended_once_taken_over_and_ended(world: World, clock: StoppedClock) -> None:
    officer = await world.browser(region="150000")
    await place(officer, world.province.office.unit.name, last_day=(today() + timedelta(days=10)).isoformat())
    watch_id = await world.value("SELECT watch_id FROM watches")
    later = (today() + timedelta(days=20)).isoformat()
    sooner = (today() + timedelta(days=9)).isoformat()
    wrong = await act(officer, watch_id, "extend", extend__last_day=sooner, extend__reason=REASON)
    assert "结束日期应在" in wrong.text
    await act(officer, watch_id, "extend", extend__last_day=later, extend__reason=REASON)
    twice = await act(officer, watch_id, "extend", extend__last_day=later, extend__reason=REASON)
    assert twice.status_code == 409
    assert "只能延长一次" in twice.text
    own = await act(officer, watch_id, "take")
    assert "您已经是监控人" in own.text
    other = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    await act(other, watch_id, "take")
    assert await world.value("SELECT revision FROM watches") == 3
    await act(other, watch_id, "end", end__reason="已核查，未发现问题。")
    ended = await other.get(f"/finance/watches/{watch_id}")
    assert "已解除" in ended.text
    assert "解除监控</button>" not in ended.text
    late = await act(other, watch_id, "end", end__reason=REASON)
    assert late.status_code == 409
    steps = await world.rows("SELECT kind FROM watch_steps ORDER BY revision")
    assert [row["kind"] for row in steps] == ["placed", "extended", "taken", "ended"]
    assert await world.value("SELECT last_day FROM watch_days") == today()


async def test_a_watch_ends_with_its_last_day(world: World, clock: StoppedClock) -> None:
    officer = await world.browser(region="150000")
    name = world.province.office.unit.name
    await place(officer, name, last_day=today().isoformat())
    await end_watches(world.database)
    assert await world.value("SELECT count(*) FROM watches WHERE ended_at IS NOT NULL") == 0
    clock.move(days=1)
    officer = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    assert name not in (await officer.get("/finance/watches")).text
    for _ in range(2):
        await end_watches(world.database)
    assert await world.value("SELECT end_reason FROM watches") == "监控期满"
    assert [row["title"] for row in await world.rows("SELECT title FROM messages")] == [
        f"{name}的重点监控已期满"
    ]
    await place(officer, name)
    assert await world.value("SELECT count(*) FROM watches") == 2


async def test_a_tip_leads_to_a_watch(world: World) -> None:
    name = world.province.office.unit.name
    _, tip_id = await report(world, unit_name=name)
    officer = await world.browser(region="150000")
    address = f"/finance/watches/new?unit={world.province.office.unit_id}&source=tip&id={tip_id}"
    tip = await officer.get(f"/finance/tips/{tip_id}")
    assert address.replace("&", "&amp;") in tip.text
    form = await officer.get(address)
    assert f'value="{name}"' in form.text
    await officer.post(f"/finance/watches/new?id={tip_id}", members_of(form.text) | {"reason": REASON})
    watch_id = await world.value("SELECT watch_id FROM watches WHERE source = 'tip'")
    assert f"/finance/watches/{watch_id}" in (await officer.get(f"/finance/tips/{tip_id}")).text
    assert f"/finance/tips/{tip_id}" in (await officer.get(f"/finance/watches/{watch_id}")).text


async def test_a_rule_is_stricter_for_watched_units(world: World) -> None:
    rules = await rule_desk_of(world)
    await rules.make_live(rule(condition="unit.watched AND total > 0", message="请先到财政部门说明情况。"))
    officer = await world.browser(region="150000")
    office, charity = world.province.office, world.province.charity
    await place(officer, office.unit.name)

    async def is_watched() -> bool:
        return (await world.units.profile(office.unit_id)).is_watched(today())

    await until(is_watched)
    (refused,) = await world.desk.issue(office.unit_id, [office.request()], acting=ACTING)
    assert codes_of(refused) == [("rule.violation", "total")]
    (issued,) = await world.desk.issue(charity.unit_id, [charity.request()], acting=ACTING)
    assert isinstance(issued, Issued)


async def test_of_two_officers_at_once_one_is_told(world: World) -> None:
    officer = await world.browser(region="150000")
    await place(officer, world.province.office.unit.name)
    row = (await world.rows("SELECT watch_id, watcher_id FROM watches"))[0]
    async with world.database.system() as connection:
        account = await account_by_id(connection, row["watcher_id"])
    assert account is not None
    acting = acting_for(account)
    later = today() + timedelta(days=200)
    async with world.beside() as other:
        outcomes = await race(
            world.url,
            writing("watches"),
            _end(world, row["watch_id"], acting),
            _extend(other, row["watch_id"], later, acting),
        )
    (refused,) = [each for each in outcomes if isinstance(each, Refusal)]
    assert refused.problems[0].code == "watch.changed"
    assert len([each for each in outcomes if isinstance(each, Watch)]) == 1


async def _end(world: World, watch_id: int, acting: Acting) -> Watch:
    async with world.database.system() as connection:
        return await end_watch(connection, watch_id, REASON, revision=1, acting=acting)


async def _extend(world: World, watch_id: int, later: date, acting: Acting) -> Watch:
    async with world.database.system() as connection:
        return await extend_watch(connection, watch_id, later, REASON, revision=1, acting=acting)
