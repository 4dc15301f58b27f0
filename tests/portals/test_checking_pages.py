"""复核 through the pages: the manager demands, the handler sends, the second person decides."""

import re

import httpx
import pytest
from tests.batches.sheets import desk_of, rows_of, take_in
from tests.portals.test_unit_issue import FILLED, KIND
from tests.support.browser import Browser, members_of
from tests.support.checking import demand_of
from tests.support.province import ACTING
from tests.support.world import World

from mingpiao.applications.model import Application, Pending
from mingpiao.identity.model import Acting, acting_for
from mingpiao.issuing.service import get_document
from mingpiao.sealing.service import parse_sealed

WORKLIST, DEMANDS = "/unit/checks", "/unit/demands"


def handler_of(site: World) -> Acting:
    return acting_for(site.accounts["handler"], address="192.0.2.7")


async def waiting(site: World, number: int = 1, *, payer: str = "") -> Application:
    """A request that its handler sent and that waits for the checker."""
    request = site.unit.request(business_no=f"WEB20261121{number:016x}", checker="", handler="开票员甲")
    answer = await site.services.applications.submit(site.unit.unit_id, request, acting=handler_of(site))
    assert isinstance(answer, Pending), answer
    return answer.application


def page_of(application: Application) -> str:
    return f"{WORKLIST}/{application.application_id}"


async def bills(site: World) -> int:
    return int(await site.value("SELECT count(*) FROM bills"))


def chosen_rows(html: str) -> list[str]:
    return re.findall(r'name="chosen" value="(\d+)"', html)


async def send(browser: Browser, shown: httpx.Response, address: str, **members: str) -> httpx.Response:
    token = members_of(shown.text)["csrf_token"]
    return await browser.post(address, data={"csrf_token": token} | members)


# -- which bills must be checked -------------------------------------------------------------------


async def test_the_manager_demands_and_switches_off_again(site: World) -> None:
    browser = await site.browser("manager")
    empty = await browser.get(DEMANDS)
    assert "没有复核规则" in empty.text
    assert "复核员乙" in empty.text
    form = await browser.get(f"{DEMANDS}/new")
    refused = await browser.submit(form, f"{DEMANDS}/new")
    assert "全部票据都要复核的，起点金额填0" in refused.text
    wrong = await browser.submit(form, f"{DEMANDS}/new", kind=KIND, amount_from="很多")
    assert "起点金额应为最多两位小数的数字" in wrong.text
    assert f'value="{KIND}" selected' in wrong.text
    added = await browser.submit(form, f"{DEMANDS}/new", kind=KIND, amount_from="300")
    assert (added.status_code, added.headers["location"]) == (303, DEMANDS)
    shown = await browser.get(DEMANDS)
    assert "300.00" in shown.text
    again = await browser.submit(form, f"{DEMANDS}/new", kind=KIND, amount_from="300.00")
    assert "本单位已有内容相同的复核规则" in again.text
    number = await site.value("SELECT demand_id FROM checking_demands")
    for verb, active in (("disable", False), ("enable", True)):
        done = await send(browser, shown, f"{DEMANDS}/{number}/{verb}")
        assert (done.status_code, done.headers["location"]) == (303, DEMANDS)
        assert await site.value("SELECT active FROM checking_demands") is active
    for address in (f"{DEMANDS}/{number}/delete", f"{DEMANDS}/999999/enable"):
        assert (await send(browser, shown, address)).status_code == 404


@pytest.mark.parametrize("who", ["handler", "checker"])
async def test_only_the_manager_sees_the_rules(site: World, who: str) -> None:
    browser = await site.browser(who)
    token = await browser.csrf_token()
    assert (await browser.get(DEMANDS)).status_code == 403
    posted = await browser.post(f"{DEMANDS}/new", data={"csrf_token": token, "amount_from": "0"})
    assert posted.status_code == 403
    assert await site.value("SELECT count(*) FROM checking_demands") == 0


@pytest.mark.parametrize("who", ["handler", "manager"])
async def test_only_checkers_decide(site: World, who: str) -> None:
    await demand_of(site, site.unit)
    application = await waiting(site)
    browser = await site.browser(who)
    token = await browser.csrf_token()
    assert (await browser.get(WORKLIST)).status_code == 403
    assert (await browser.get(page_of(application))).status_code == 403
    for address in (f"{page_of(application)}/agree", f"{WORKLIST}/batch"):
        members = {"csrf_token": token, "decision": "agreed", "chosen": str(application.application_id)}
        assert (await browser.post(address, data=members)).status_code == 403
    assert await bills(site) == 0


# -- from the form to the bill ---------------------------------------------------------------------


async def test_from_the_handlers_form_to_the_checkers_consent(site: World) -> None:
    await demand_of(site, site.unit, kind=KIND)
    handler, checker = await site.browser("handler"), await site.browser("checker")
    form = await handler.get("/unit/issue", kind=KIND)
    assert "须复核的票据由同意的人填写" in form.text
    members = members_of(form.text) | FILLED | {"action": "check"}
    check = await handler.arrive(await handler.post("/unit/issue", members))
    assert "该票据须经复核人同意" in check.text
    assert "送复核人" in check.text
    sent = await handler.arrive(await handler.submit(check, "/unit/issue/confirm", action="issue"))
    assert "待复核人复核" in sent.text
    assert await bills(site) == 0
    home = await checker.get("/unit")
    assert "有 1 张票据等待您复核" in home.text
    listed = await checker.get(WORKLIST)
    assert "测试缴款人" in listed.text
    (number,) = chosen_rows(listed.text)
    shown = await checker.get(f"{WORKLIST}/{number}")
    for text in ("测试缴款人", "助学项目", "300.50", "没有违反监管规则", "复核决定"):
        assert text in shown.text
    done = await send(checker, shown, f"{WORKLIST}/{number}/agree")
    assert done.headers["location"] == f"{WORKLIST}/{number}"
    issued = await checker.get(f"{WORKLIST}/{number}")
    assert "票据已开具" in issued.text
    bill_id = await site.value("SELECT bill_id FROM bills")
    async with site.database.system() as connection:
        face = parse_sealed((await get_document(connection, bill_id)).xml)
    assert (face.handler, face.checker) == ("开票员甲", "复核员乙")
    assert "有 1 张票据等待您复核" not in (await checker.get("/unit")).text


async def test_what_is_sent_back_is_corrected_from_what_was_stored(site: World) -> None:
    await demand_of(site, site.unit)
    application = await waiting(site)
    checker, handler = await site.browser("checker"), await site.browser("handler")
    shown = await checker.get(page_of(application))
    empty = await send(checker, shown, f"{page_of(application)}/return", opinion=" ")
    assert "请填写退回原因" in empty.text
    thin = await send(checker, shown, f"{page_of(application)}/return", opinion="不对")
    assert "不对" in thin.text
    assert thin.status_code == 422
    done = await send(
        checker, shown, f"{page_of(application)}/return", opinion="缴款人名称与收据不符", next="1"
    )
    assert done.headers["location"] == WORKLIST
    told = await handler.get(f"/unit/applications/{application.application_id}")
    assert "复核人复核员乙退回" in told.text
    assert "缴款人名称与收据不符" in told.text
    form = await handler.get("/unit/issue", application=str(application.application_id))
    assert application.payer_name in form.text
    members = members_of(form.text) | {"payer-name": "更正后的缴款人", "action": "check"}
    check = await handler.arrive(await handler.post("/unit/issue", members))
    sent = await handler.arrive(await handler.submit(check, "/unit/issue/confirm", action="issue"))
    assert "待复核人复核" in sent.text
    again = await checker.get(page_of(application))
    assert "更正后的缴款人" in again.text
    await send(checker, again, f"{page_of(application)}/agree")
    assert await site.value("SELECT payer_name FROM bills") == "更正后的缴款人"


async def test_the_next_one_follows(site: World) -> None:
    await demand_of(site, site.unit)
    first, second = await waiting(site, 1), await waiting(site, 2)
    checker = await site.browser("checker")
    shown = await checker.get(page_of(first))
    done = await send(checker, shown, f"{page_of(first)}/agree", next="1")
    assert done.headers["location"] == f"{page_of(second)}?next=1"
    done = await send(checker, shown, f"{page_of(second)}/agree", next="1")
    assert done.headers["location"] == WORKLIST
    assert await bills(site) == 2


async def test_several_are_decided_together(site: World) -> None:
    await demand_of(site, site.unit)
    first, second, third = [await waiting(site, number) for number in (1, 2, 3)]
    checker = await site.browser("checker")
    listed = await checker.get(WORKLIST)
    assert chosen_rows(listed.text) == [str(each.application_id) for each in (first, second, third)]
    token = members_of(listed.text)["csrf_token"]
    undecided = await checker.post(
        f"{WORKLIST}/batch", data={"csrf_token": token, "chosen": str(first.application_id)}
    )
    assert (undecided.status_code, "请选择同意或退回" in undecided.text) == (422, True)
    nothing = await checker.post(f"{WORKLIST}/batch", data={"csrf_token": token, "decision": "agreed"})
    assert "请选择1至100件申请" in nothing.text
    await site.services.applications.withdraw(
        site.unit.unit_id, third.application_id, acting=handler_of(site)
    )
    chosen = [str(each.application_id) for each in (first, second, third)]
    done = await checker.post(
        f"{WORKLIST}/batch", data={"csrf_token": token, "decision": "agreed", "chosen": chosen}
    )
    assert "已办理 2 件，共 3 件" in done.text
    assert done.text.count("已开具") == 2
    assert "该申请现在的状态是“已撤回”" in done.text
    assert await bills(site) == 2


async def test_a_checker_does_not_reach_other_units(site: World) -> None:
    office = site.province.office
    await demand_of(site, office)
    answer = await site.services.applications.submit(
        office.unit_id, office.request(checker="", business_no="QT-1"), acting=ACTING
    )
    assert isinstance(answer, Pending)
    checker = await site.browser("checker")
    shown = await checker.get(WORKLIST)
    assert chosen_rows(shown.text) == []
    assert "没有等待复核的票据" in shown.text
    address = page_of(answer.application)
    assert (await checker.get(address)).status_code == 404
    token = await checker.csrf_token()
    assert (await checker.post(f"{address}/agree", data={"csrf_token": token})).status_code == 404
    done = await checker.post(
        f"{WORKLIST}/batch",
        data={
            "csrf_token": token,
            "decision": "agreed",
            "chosen": str(answer.application.application_id),
        },
    )
    assert "没有找到该开票申请" in done.text
    assert await bills(site) == 0


async def test_a_row_of_a_sheet_that_was_sent_back_is_corrected_in_the_form(site: World) -> None:
    await demand_of(site, site.unit)
    desk = await desk_of(site)
    batch = await take_in(site, *await rows_of(site, 1))
    started = await desk.start(batch.batch_id, acting=handler_of(site))
    await desk.run(batch.batch_id, started.run)
    number = await site.value("SELECT application_id FROM batch_rows WHERE state = 'to_checker'")
    handler, checker = await site.browser("handler"), await site.browser("checker")
    listed = await handler.get(f"/unit/batches/{batch.batch_id}")
    assert f'href="/unit/applications/{number}"' in listed.text
    shown = await checker.get(f"{WORKLIST}/{number}")
    await send(checker, shown, f"{WORKLIST}/{number}/return", opinion="缴款人名称与收据不符")
    told = await handler.get(f"/unit/applications/{number}")
    assert f'href="/unit/issue?application={number}"' in told.text
    form = await handler.get("/unit/issue", application=str(number))
    members = members_of(form.text) | {"payer-name": "更正后的缴款人", "action": "check"}
    check = await handler.arrive(await handler.post("/unit/issue", members))
    sent = await handler.submit(check, "/unit/issue/confirm", action="issue")
    assert sent.headers["location"] == f"/unit/applications/{number}"
    await send(checker, shown, f"{WORKLIST}/{number}/agree")
    bill = await site.rows("SELECT payer_name, business_no FROM bills")
    assert [tuple(row) for row in bill] == [("更正后的缴款人", f"PL{batch.batch_id:08d}-00002")]
