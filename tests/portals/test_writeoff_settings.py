"""核销设置, 自动核销, 核销证明 and the comparison of totals, on pages."""

from decimal import Decimal

from tests.support.browser import Browser, members_of
from tests.support.world import World
from tests.writeoff.months import FIRST, SECOND, begin, close, on, total_of, unit_of, write_off

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.service import DeclaredLine, declare_totals, last_day, load_policies, standing_order

SETTINGS = "/finance/writeoff/settings"


async def _form(browser: Browser, address: str) -> dict[str, str]:
    """The members of a page's forms."""
    return members_of((await browser.get(address)).text)


async def _begins_on(site: World) -> object:
    async with site.database.system() as connection:
        return (await load_policies(connection)).of("150000").policy.begins_on


async def test_a_province_begins_and_its_home_tells_until_then(site: World) -> None:
    head, officer = await site.browser("head"), await site.browser("officer")
    assert "核销还没有启用" in (await head.get("/finance")).text
    assert "由财政部门负责人修改" in (await officer.get(SETTINGS)).text
    answer = await officer.post(SETTINGS, {"begins_on": FIRST.isoformat()})
    assert answer.status_code == 403
    form = await _form(head, SETTINGS)
    assert (form["tolerance"], form["seal_share"], form["revision"]) == ("0.00", "1", "0")
    wrong = form | {"interface_workdays": "0", "tolerance": "1.001", "begins_on": FIRST.isoformat()}
    answer = await head.post(SETTINGS, wrong)
    assert "请填写数字，最多两位小数。" in answer.text
    answer = await head.post(SETTINGS, wrong | {"tolerance": "x"})
    assert "请填写1至22之间的工作日数。" in answer.text
    assert "允许的差额应在0至1000000元之间。" in answer.text
    assert await _begins_on(site) is None
    good = form | {
        "begins_on": FIRST.isoformat(),
        "tolerance": "0.50",
        "seal_share": "2.5",
        "decision_workdays": "7",
    }
    assert (await head.post(SETTINGS, good)).status_code == 303
    assert await _begins_on(site) == FIRST
    # Somebody else's page, opened before, would undo it.
    assert "设置已被他人修改" in (await head.post(SETTINGS, good)).text
    assert "核销还没有启用" not in (await head.get("/finance")).text
    kept = await _form(head, SETTINGS)
    assert (kept["seal_share"], kept["decision_workdays"]) == ("2.5", "7")


async def test_a_city_inherits_until_it_sets_its_own(site: World) -> None:
    await begin(site, tolerance=Decimal("7.00"))
    city = await site.browser(Role.DEPARTMENT_HEAD, region="150900")
    assert "没有自己的设置，沿用" in (await city.get(SETTINGS)).text
    form = await _form(city, SETTINGS)
    assert (form["tolerance"], form["revision"]) == ("7.00", "0")
    assert "begins_on" not in form
    assert (
        await city.post(SETTINGS, form | {"tolerance": "1.00", "begins_on": "2099-01-01"})
    ).status_code == 303
    async with site.database.system() as connection:
        policies = await load_policies(connection)
    assert [policies.of(code).policy.tolerance for code in ("150000", "150900")] == [Decimal(7), Decimal(1)]
    assert policies.of("150900").policy.begins_on == FIRST


async def test_a_manager_switches_the_standing_order_and_a_handler_reads_it(site: World) -> None:
    address = "/unit/writeoff/automatic"
    handler, manager = await site.browser("handler"), await site.browser("manager")
    assert "由本单位的票据管理员开启或关闭" in (await handler.get(address)).text
    assert (await handler.post(address, {"active": "yes"})).status_code == 403
    form = await _form(manager, address)
    assert form["active"] == "yes"
    assert (await manager.post(address, form)).status_code == 303
    async with site.database.system() as connection:
        assert (await standing_order(connection, site.unit.unit_id)).active
    assert (await _form(manager, address))["active"] == "no"


async def test_a_month_leads_to_its_certificate_and_its_totals(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    bills = await site.issue(site.unit, *site.unit.requests(2))
    clock.set(on(SECOND))
    await close(site)
    line = DeclaredLine(
        day=last_day(FIRST), kind_code=bills[0].kind, blue_count=1, blue_amount=total_of(bills[0])
    )
    async with site.database.system() as connection:
        await declare_totals(
            connection,
            site.unit.unit_id,
            FIRST,
            [line],
            catalog=await site.catalog.get(),
            acting=unit_of(site.unit),
        )
    handler = await site.browser("handler")
    month = f"/unit/writeoff/{FIRST:%Y-%m}"
    assert f'href="{month}/totals"' in (await handler.get(month)).text
    shown = (await handler.get(f"{month}/totals")).text
    assert "处不一致" in shown
    assert bills[1].number in shown
    done = await write_off(site, site.unit)
    place = f"{month}/certificate.pdf"
    assert f'href="{place}"' in (await handler.get(month)).text
    assert f'href="{place}"' in (await handler.get(f"/unit/bills/{bills[0].code}/{bills[0].number}")).text
    answer = await handler.get(place)
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer.headers["content-disposition"] == f'attachment; filename="{done.serial}.pdf"'
    officer = await site.browser("officer")
    assert (await officer.get(f"/finance/writeoffs/{done.writeoff_id}/certificate")).content == answer.content
    for stranger, address in (
        (await site.browser("elsewhere"), f"/finance/writeoffs/{done.writeoff_id}/certificate"),
    ):
        assert (await stranger.get(address)).status_code == 404
    assert await site.value("SELECT count(*) FROM audit_log WHERE action = 'writeoff:certificate'") == 2
