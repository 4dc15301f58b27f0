"""开票申请 and 人工复核 through the pages, with real rules on a real desk."""

import csv
import json
import re
from datetime import date, timedelta
from html import unescape

import httpx
import msgspec
import pytest
import pytest_asyncio
from tests.support.browser import Browser, members_of
from tests.support.province import ACTING
from tests.support.rules import put_in_force
from tests.support.waiting import until
from tests.support.world import BAOTOU, HOHHOT, PROVINCE, World, a_world

from mingpiao.applications.model import Application, ApplicationState
from mingpiao.applications.service import get as get_application
from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.issuing.model import IssueRequest, NeedsConfirmation
from mingpiao.issuing.service import find_unusual_units
from mingpiao.kernel.clock import today
from mingpiao.rules.model import Confirmation, Rule, Severity

# One site for the whole module: each test brings its own applications.
pytestmark = pytest.mark.asyncio(loop_scope="module")

HANDLER = msgspec.structs.replace(ACTING, name="开票员甲")
STATE = ApplicationState
USUAL = "合同写明备注用语，原件已核对"
_NUMBERS = iter(range(1, 1_000))


def _rule(code: str, severity: Severity, remark: str) -> Rule:
    return Rule(
        code=code,
        name=f"备注不得为{remark}",
        basis="《演示办法》第一条",
        severity=severity,
        condition=f"remark = '{remark}'",
        message=f"备注为“{remark}”，金额{{total}}元",
        field="remark",
        effective_from=date(2026, 1, 1),
        reasons=(USUAL,),
    )


world = a_world(spread=True, scope="module", checked=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(world: World) -> World:
    """The world with two rules that ask."""
    await put_in_force(
        world.database, _rule("T-ASK", Severity.ASK, "请核实"), _rule("T-ALSO", Severity.ASK, "也核实")
    )

    async def heard() -> bool:
        return {"T-ASK", "T-ALSO"} <= {each.rule.code for each in (await world.services.rules.get()).rules}

    await until(heard, "the rule book was not told")
    return world


def request_of(site: World, region: str = HOHHOT, remark: str = "请核实") -> IssueRequest:
    resident = site.residents[region]
    return resident.request(business_no=f"WEB20261121{next(_NUMBERS):016x}", remark=remark)


async def appealed(site: World, region: str = HOHHOT, remark: str = "请核实") -> Application:
    brought = await site.services.applications.appeal_request(
        site.residents[region].unit_id, request_of(site, region, remark), "合同另有约定", acting=HANDLER
    )
    assert isinstance(brought, Application), brought
    return brought


async def asked(site: World) -> Application:
    """An application that waits for its handler: appealed, returned and sent again unchanged."""
    brought = await appealed(site)
    await site.services.reviews.return_for_correction(
        brought.application_id, "请更正", acting=await reviewer(site)
    )
    again = await site.services.applications.submit(
        brought.unit_id, msgspec.structs.replace(brought.request, remark="也核实"), acting=HANDLER
    )
    assert isinstance(again, NeedsConfirmation)
    return await now(site, brought)


async def reviewer(site: World, region: str = HOHHOT) -> Acting:
    async with await site.browser(region=region):
        row = await site.services.database.pool.fetchrow(
            "SELECT account_id, username, display_name, role FROM accounts WHERE username = $1",
            f"department_officer-{region}",
        )
    return acting_for(msgspec.convert(dict(row) | {"region_code": region}, Account))


async def now(site: World, application: Application) -> Application:
    async with site.services.database.system() as connection:
        return await get_application(connection, application.application_id)


async def bills_of(site: World, application: Application) -> int:
    found = await site.services.database.pool.fetchval(
        "SELECT count(*) FROM bills WHERE business_no = $1", application.business_no
    )
    return int(found)


async def send(browser: Browser, shown: httpx.Response, address: str, **members: str) -> httpx.Response:
    token = members_of(shown.text)["csrf_token"]
    return await browser.post(address, data={"csrf_token": token} | members)


def unit_page(application: Application) -> str:
    return f"/unit/applications/{application.application_id}"


def review_page(application: Application) -> str:
    return f"/finance/reviews/{application.application_id}"


# -- a unit ----------------------------------------------------------------------------------------


async def test_a_handler_confirms_with_a_reason(site: World) -> None:
    application = await asked(site)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        shown = await browser.get(unit_page(application))
        assert shown.status_code == 200
        for text in ("待确认", "备注不得为也核实", "《演示办法》第一条", "更正后重新提交"):
            assert text in shown.text, text
        missing = await send(browser, shown, unit_page(application) + "/confirm")
        assert missing.status_code == 422
        assert '<a href="#confirmations-T-ALSO">' in missing.text
        assert await bills_of(site, application) == 0
        done = await send(
            browser, shown, unit_page(application) + "/confirm", **{"confirmations-T-ALSO": "备注为合同原文"}
        )
        assert (done.status_code, done.headers["location"]) == (303, unit_page(application))
        after = await browser.get(unit_page(application))
    assert (await now(site, application)).state is STATE.IN_REVIEW
    assert await bills_of(site, application) == 0
    assert "备注为合同原文" in after.text
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get(review_page(application))
        for text in ("与退回时相比", "<mark>也核实</mark>", "备注（已更改）", "保存并处理下一件"):
            assert text in shown.text, text
        waiting = await appealed(site)
        done = await send(
            browser, shown, review_page(application) + "/approve", opinion="备注与合同原文一致", next="1"
        )
        assert done.headers["location"] == f"{review_page(waiting)}?next=1"
    assert (await now(site, application)).state is STATE.ISSUED
    assert await bills_of(site, application) == 1


async def test_what_a_department_let_stand_cannot_be_confirmed_alone(site: World) -> None:
    brought = await appealed(site)
    await site.services.reviews.return_for_correction(
        brought.application_id, "请更正", acting=await reviewer(site)
    )
    await site.services.applications.submit(brought.unit_id, brought.request, acting=HANDLER)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        shown = await browser.get(unit_page(brought))
        assert "不能自行确认" in shown.text
        assert "confirmations-T-ASK" not in shown.text
        answer = await send(
            browser, shown, unit_page(brought) + "/confirm", **{"confirmations-T-ASK": "备注为合同原文"}
        )
        assert answer.status_code == 409
        assert "不能自行确认" in answer.text
        empty = await send(browser, shown, unit_page(brought) + "/appeal", appeal="")
        assert empty.status_code == 422
        assert '<a href="#appeal">' in empty.text
        again = await send(browser, shown, unit_page(brought) + "/appeal", appeal="已按合同更正备注")
        assert again.headers["location"] == unit_page(brought)
        shown = await browser.get(unit_page(brought))
        assert "已提请呼和浩特市财政局人工复核" in shown.text
        assert "还剩 3 个工作日" in shown.text
        withdrawn = await send(browser, shown, unit_page(brought) + "/withdraw", withdrawal="不开了")
        assert withdrawn.status_code == 303
    assert (await now(site, brought)).state is STATE.WITHDRAWN
    assert await bills_of(site, brought) == 0


async def test_a_returned_application_is_corrected_in_the_form(site: World) -> None:
    brought = await appealed(site)
    await site.services.reviews.return_for_correction(
        brought.application_id, "备注写明用途", acting=await reviewer(site)
    )
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        shown = await browser.get(unit_page(brought))
        assert "备注写明用途" in shown.text
        found = re.search(r'href="(/unit/issue\?application=\d+)"', shown.text)
        assert found
        form = members_of((await browser.get(found[1])).text)
        assert form["business_no"] == brought.business_no
        assert form["payer-name"] == brought.request.payer.name
        checked = await browser.arrive(
            await browser.post("/unit/issue", data=form | {"action": "check", "remark": "2026年费用"})
        )
        assert "确认开具" in checked.text
        done = await browser.post("/unit/issue/confirm", data=members_of(checked.text) | {"action": "issue"})
        assert (done.status_code, done.headers["location"]) == (303, unit_page(brought)), done.text
    again = await now(site, brought)
    assert (again.state, again.request.remark) == (STATE.IN_REVIEW, "2026年费用")
    assert await bills_of(site, brought) == 0


async def test_the_list_filters_and_pages(site: World) -> None:
    brought, _ = await appealed(site), await asked(site)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        assert "件开票申请等待本单位办理" in (await browser.get("/unit")).text
        everything = (await browser.get("/unit/applications")).text
        assert f'href="{unit_page(brought)}"' in everything
        # Bills without files are appealed for too.
        assert f'<option value="{brought.kind}"' in everything
        found = await browser.get(f"/unit/applications?business_no={brought.business_no}&state=in_review")
        assert found.text.count('scope="row"') == 1
        none = await browser.get("/unit/applications?state=rejected&payer=没有这个人")
        assert "没有符合条件的开票申请" in none.text
        for query, field in (("state=odd", "state"), ("from=yesterday", "from"), ("to=1-1-1", "to")):
            wrong = await browser.get(f"/unit/applications?{query}")
            assert wrong.status_code == 422
            assert f'<a href="#{field}">' in wrong.text
        for after in ("abc", "-1", "9" * 40):
            assert (await browser.get(f"/unit/applications?after={after}")).status_code == 422


async def test_another_units_application_is_not_there(site: World) -> None:
    brought = await appealed(site, BAOTOU)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        own = await browser.get("/unit/applications")
        assert unit_page(brought) not in own.text
        for address in (unit_page(brought), unit_page(brought) + "/progress", "/unit/applications/999999999"):
            assert (await browser.get(address)).status_code == 404
        for verb in ("confirm", "appeal", "withdraw"):
            answer = await send(
                browser, await browser.get("/unit/bills"), f"{unit_page(brought)}/{verb}", appeal="x"
            )
            assert answer.status_code in (404, 422)
    assert await now(site, brought) == brought


async def test_a_checker_sees_and_does_nothing(site: World) -> None:
    application = await asked(site)
    async with await site.browser(Role.UNIT_CHECKER) as browser:
        shown = await browser.get(unit_page(application))
        assert shown.status_code == 200
        assert "/confirm" not in shown.text
        answer = await send(browser, shown, unit_page(application) + "/withdraw")
        assert answer.status_code == 403
    assert (await now(site, application)).state is STATE.NEEDS_CONFIRMATION


async def test_progress_is_told_until_it_has_moved(site: World) -> None:
    application = await asked(site)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        settled = await browser.get(unit_page(application) + "/progress")
        assert settled.headers["HX-Refresh"] == "true"
        await site.services.database.pool.execute(
            "UPDATE applications SET state = 'checking' WHERE application_id = $1", application.application_id
        )
        moving = await browser.get(unit_page(application) + "/progress")
    assert "HX-Refresh" not in moving.headers
    assert 'hx-trigger="every 1s"' in moving.text
    assert "<html" not in moving.text


# -- a department ----------------------------------------------------------------------------------


async def test_an_officer_reads_and_approves(site: World) -> None:
    brought = await appealed(site)
    async with await site.browser(region=HOHHOT) as browser:
        listed = await browser.get("/finance/reviews")
        assert f'href="{review_page(brought)}"' in listed.text
        shown = await browser.get(review_page(brought))
        for text in (
            "合同另有约定", "备注不得为请核实", "《演示办法》第一条", "拟开票据", "近 12 个月", "还剩 3 个工作日",
            brought.request.payer.name, "交由本部门人员办理", "上报内蒙古自治区财政厅",
        ):  # fmt: skip
            assert text in shown.text, text
        charts = [json.loads(unescape(text)) for text in re.findall(r'data-chart="([^"]*)"', shown.text)]
        assert len(charts[0]["labels"]) == 12
        assert charts[0]["values"][-1] >= 2
        done = await send(browser, shown, review_page(brought) + "/approve", opinion="合同约定分期付款")
        assert (done.status_code, done.headers["location"]) == (303, review_page(brought))
        after = await browser.get(review_page(brought))
        assert "已开具" in after.text
        assert 'href="/finance/bills/' in after.text
        assert "/approve" not in after.text
        late = await send(browser, shown, review_page(brought) + "/reject", opinion="不予开具")
        assert late.status_code == 409
        assert "测试人员" in late.text
    assert (await now(site, brought)).state is STATE.ISSUED
    assert await bills_of(site, brought) == 1


async def test_an_officer_chooses_a_usual_reason(site: World) -> None:
    first, second = await appealed(site), await appealed(site)
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get(review_page(first))
        assert "采信的理由（通过时）" in shown.text
        assert USUAL in shown.text
        chosen = {"usual-opinion": USUAL, "opinion": ""}
        # What lets pass is no reason to send back.
        returned = await send(browser, shown, review_page(first) + "/return", **chosen)
        assert returned.status_code == 422
        other = await send(
            browser, shown, review_page(first) + "/approve", **{"usual-opinion": "", "opinion": "属实"}
        )
        assert other.status_code == 422
        assert (await now(site, first)).state is STATE.IN_REVIEW
        done = await send(browser, shown, review_page(first) + "/approve", **chosen)
        assert done.status_code == 303
        both = chosen | {"opinion": "见合同第3页"}
        assert (await send(browser, shown, review_page(second) + "/approve", **both)).status_code == 303
    assert (await now(site, first)).decision_reason == USUAL
    assert (await now(site, second)).decision_reason == f"{USUAL}；见合同第3页"


async def test_a_handler_chooses_a_usual_reason_for_an_application(site: World) -> None:
    application = await asked(site)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        shown = await browser.get(unit_page(application))
        assert USUAL in shown.text
        given = {"usual-T-ALSO": USUAL, "confirmations-T-ALSO": ""}
        assert (await send(browser, shown, unit_page(application) + "/confirm", **given)).status_code == 303
    assert [each.reason for each in (await now(site, application)).request.confirmations] == [USUAL]


@pytest.mark.parametrize(
    ("verb", "field", "state"),
    [("return", "opinion", STATE.RETURNED), ("reject", "opinion", STATE.REJECTED)],
)
async def test_a_reason_is_asked_for(site: World, verb: str, field: str, state: ApplicationState) -> None:
    brought = await appealed(site)
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get(review_page(brought))
        empty = await send(browser, shown, f"{review_page(brought)}/{verb}", **{field: " "})
        assert empty.status_code == 422
        assert f'<a href="#{field}">' in empty.text
        assert await now(site, brought) == brought
        done = await send(browser, shown, f"{review_page(brought)}/{verb}", **{field: "<b>理由</b>不足"})
        assert done.status_code == 422
        done = await send(browser, shown, f"{review_page(brought)}/{verb}", **{field: "理由不足"})
        assert done.status_code == 303
    assert (await now(site, brought)).state is state
    assert await bills_of(site, brought) == 0


async def test_outside_the_area_nothing_is_there(site: World) -> None:
    brought = await appealed(site)
    async with await site.browser(region=BAOTOU) as browser:
        assert review_page(brought) not in (await browser.get("/finance/reviews?state=all&whose=all")).text
        assert (await browser.get(review_page(brought))).status_code == 404
        shown = await browser.get(review_page(await appealed(site, BAOTOU)))
        for verb in ("approve", "return", "reject", "assign", "pass-up", "take-over", "retry"):
            answer = await send(
                browser, shown, f"{review_page(brought)}/{verb}", opinion="x",
                passing="x", taking="x", officer="1",
            )  # fmt: skip
            assert answer.status_code == 404, verb
        assert (await browser.get(f"/finance/reviews/figures?region={HOHHOT}")).status_code == 404
    assert await now(site, brought) == brought


async def test_the_province_sees_and_takes_over(site: World) -> None:
    brought = await appealed(site)
    async with await site.browser(region=PROVINCE) as browser:
        assert review_page(brought) not in (await browser.get("/finance/reviews")).text
        assert review_page(brought) in (await browser.get("/finance/reviews?whose=all")).text
        shown = await browser.get(review_page(brought))
        assert "提级由本部门办理" in shown.text
        assert "/approve" not in shown.text
        denied = await send(browser, shown, review_page(brought) + "/approve")
        assert denied.status_code == 403
        taken = await send(browser, shown, review_page(brought) + "/take-over", taking="重大事项")
        assert taken.status_code == 303
        assert review_page(brought) in (await browser.get("/finance/reviews?whose=mine")).text
        done = await send(browser, shown, review_page(brought) + "/approve", opinion="备注为合同原文")
        assert done.status_code == 303
    assert (await now(site, brought)).state is STATE.ISSUED


async def test_an_officer_passes_on(site: World) -> None:
    brought = await appealed(site)
    async with await site.browser(Role.DEPARTMENT_HEAD, region=HOHHOT):
        head = await site.services.database.pool.fetchval(
            "SELECT account_id FROM accounts WHERE username = $1", f"department_head-{HOHHOT}"
        )
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get(review_page(brought))
        for officer in ("", "abc", "999999"):
            wrong = await send(browser, shown, review_page(brought) + "/assign", officer=officer)
            assert wrong.status_code == 422
            assert '<a href="#officer">' in wrong.text
        assert (
            await send(browser, shown, review_page(brought) + "/assign", officer=str(head))
        ).status_code == 303
        assert (await now(site, brought)).reviewer_id == head
        assert (
            await send(browser, shown, review_page(brought) + "/pass-up", passing="请厅里定")
        ).status_code == 303
        assert "/approve" not in (await browser.get(review_page(brought))).text
    assert (await now(site, brought)).reviewer_region == PROVINCE


async def test_an_administrator_looks_on(site: World) -> None:
    brought = await appealed(site)
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        assert review_page(brought) in (await browser.get("/finance/reviews")).text
        shown = await browser.get(review_page(brought))
        assert shown.status_code == 200
        assert "复核决定" not in shown.text
        assert (await send(browser, shown, review_page(brought) + "/approve")).status_code == 403
    assert await now(site, brought) == brought


async def test_a_batch_and_its_results(site: World) -> None:
    one, two, other = await appealed(site), await appealed(site), await appealed(site, remark="也核实")
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get("/finance/reviews?rule=T-ALSO")
        assert review_page(other) in shown.text
        assert review_page(one) not in shown.text
        token = members_of(shown.text)["csrf_token"]

        async def batch(chosen: list[Application], decision: str, reason: str) -> httpx.Response:
            numbers = [str(each.application_id) for each in chosen]
            return await browser.post(
                "/finance/reviews/batch",
                data={"csrf_token": token, "chosen": numbers, "decision": decision, "reason": reason},
            )

        assert (await batch([one, other], "approved", "同类")).status_code == 422
        assert '<a href="#decision">' in (await batch([one, two], "", "同类")).text
        assert '<a href="#reason">' in (await batch([one, two], "approved", "")).text
        assert (await batch([], "approved", "同类")).status_code == 422
        kept = (await batch([one, two], "approved", "")).text
        assert len(re.findall(r'name="chosen"[^>]* checked', kept)) == 2
        await site.services.reviews.reject(two.application_id, "先驳回", acting=await reviewer(site))
        done = await batch([one, two], "approved", "同类合同均已备案")
        assert done.status_code == 200
        assert "已办理 1 件，共 2 件" in done.text
        assert "已由测试人员" in done.text
    assert (await now(site, one)).state is STATE.ISSUED
    assert (await now(site, two)).state is STATE.REJECTED
    assert (await now(site, other)).state is STATE.IN_REVIEW


async def test_figures_and_their_export(site: World) -> None:
    brought = await appealed(site)
    await site.services.reviews.approve(brought.application_id, "备注为合同原文", acting=await reviewer(site))
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get("/finance/reviews/figures")
        assert shown.status_code == 200
        assert "备注不得为请核实" in shown.text
        assert len(re.findall("data-chart=", shown.text)) == 3
        exported = await browser.get("/finance/reviews/figures.csv?table=rules")
        rows = {row["规则编号"]: row for row in csv.DictReader(exported.text.lstrip("\ufeff").splitlines())}
        assert int(rows["T-ASK"]["复核推翻"]) >= 1
        departments = await browser.get("/finance/reviews/figures.csv?table=departments")
        assert "呼和浩特市财政局" in departments.text
        workbook = await browser.get("/finance/reviews/figures.xlsx")
        assert workbook.content[:2] == b"PK"
        for query in ("from=2026-12-01&to=2026-01-01", "from=x", "from=2020-01-01"):
            assert (await browser.get(f"/finance/reviews/figures?{query}")).status_code == 422
            assert (await browser.get(f"/finance/reviews/figures.csv?{query}")).status_code == 422
    audited = await site.services.database.pool.fetchval(
        "SELECT count(*) FROM audit_log WHERE action = 'review_figures:export'"
    )
    assert audited == 3


async def test_odd_addresses_are_answered_calmly(site: World) -> None:
    await appealed(site)
    async with await site.browser(region=HOHHOT) as browser:
        for query, status in (
            ("state=odd&due=odd&whose=odd", 422),
            ("after=1_2_3", 422),
            ("after=99999999999999999999_1", 422),
            ("unit=%00<&rule='", 200),
        ):
            assert (await browser.get(f"/finance/reviews?{query}")).status_code == status
        assert (await browser.get("/finance/reviews/0")).status_code == 404
        shown = await browser.get("/finance/reviews?due=soon")
        assert shown.status_code == 200
        assert (
            await send(browser, await browser.get("/finance/reviews"), "/finance/reviews/1/odd")
        ).status_code == 404


async def test_one_text_for_many_bills_is_listed(site: World) -> None:
    unit = site.residents[HOHHOT].unit_id
    for reason, times in (("备注为合同原文", 5), ("另附补充协议", 4)):
        given = (Confirmation(rule="T-ASK", reason=reason),)
        for _ in range(times):
            request = msgspec.structs.replace(request_of(site, HOHHOT), confirmations=given)
            await site.services.applications.submit(unit, request, acting=HANDLER)
    async with await site.browser(region=HOHHOT) as browser:
        shown = await browser.get("/finance/reasons")
        assert shown.status_code == 200
        assert "备注为合同原文" in shown.text
        assert "多票同一理由" in shown.text
        assert "常用理由" not in shown.text
        assert "另附补充协议" not in shown.text
        other = await browser.get("/finance/reasons?unit=99999&days=30")
        assert "备注为合同原文" not in other.text
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        assert (await browser.get("/finance/reasons")).status_code in (303, 403)


async def test_the_mornings_tiles_lead_to_what_waits(site: World) -> None:
    async with await site.browser(region=HOHHOT) as browser:

        async def tile(name: str) -> tuple[str, str]:
            home = await browser.get("/finance/")
            assert home.status_code == 200
            found = re.search(
                rf'href="([^"]+)" data-tile="{name}".*?<strong[^>]*>([^<]+)<', home.text, re.DOTALL
            )
            assert found
            return unescape(found[1]), found[2]

        _, before = await tile("reviews")
        brought = await appealed(site)
        address, after = await tile("reviews")
        assert int(after) == int(before) + 1
        assert review_page(brought) in (await browser.get(address)).text
        for name in (
            "proposals",
            "rules",
            "qualifications",
            "ending",
            "stopped",
            "failing",
            "overridden",
            "unusual",
        ):
            leads, _ = await tile(name)
            assert (await browser.get(leads)).status_code == 200, name


async def test_an_unusual_unit_is_told_with_its_reason(site: World) -> None:
    resident, elsewhere = site.residents[HOHHOT], site.residents[BAOTOU]
    for unit_id, day, issued, back in (
        (resident.unit_id, today() - timedelta(days=30), 1_000, 21),
        (resident.unit_id, today() - timedelta(days=2), 120, 18),
        (elsewhere.unit_id, today() - timedelta(days=30), 1_000, 0),
        (elsewhere.unit_id, today() - timedelta(days=2), 100, 50),
    ):
        await site.value(
            "INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, reversed_count) "
            "VALUES ($1, '0301', $2, '150100', $3, $4)",
            unit_id,
            day,
            issued,
            back,
        )
    await find_unusual_units(site.database)
    async with await site.browser(region=HOHHOT) as browser:
        home = (await browser.get("/finance/")).text
        assert re.search(r'data-tile="unusual".*?<strong[^>]*>1<', home, re.DOTALL)
        listed = (await browser.get("/finance/unusual")).text
        assert "近7天开具120张、冲红18张（15.0%），前8周平均2.1%。" in listed
        assert f'href="/finance/units/{resident.unit_id}"' in listed
        assert elsewhere.unit.name not in listed
        bills = re.search(r'href="(/finance/bills\?unit=[^"]+)"', listed)
        assert bills
        assert (await browser.get(unescape(bills[1]))).status_code == 200
        assert "冲红18张" in (await browser.get("/finance/unusual/export.csv")).text
    async with await site.browser(region=PROVINCE) as browser:
        listed = (await browser.get("/finance/unusual")).text
        assert listed.index(elsewhere.unit.name) < listed.index(resident.unit.name)
    async with await site.browser(Role.UNIT_HANDLER) as browser:
        assert (await browser.get("/finance/unusual")).status_code in (303, 403)


async def test_the_tile_of_overridden_rules_leads_to_them_alone(site: World) -> None:
    unit_id = site.residents[HOHHOT].unit_id
    for code, asked, confirmed in (("X-AWAY", 20, 17), ("X-HEEDED", 20, 16), ("X-SELDOM", 19, 19)):
        await site.value(
            "INSERT INTO rule_hits (unit_id, code, day, asked, confirmed) VALUES ($1, $2, $3, $4, $5)",
            unit_id,
            code,
            today(),
            asked,
            confirmed,
        )
    async with await site.browser(region=HOHHOT) as browser:
        home = (await browser.get("/finance/")).text
        found = re.search(r'href="([^"]+)" data-tile="overridden"', home)
        assert found
        assert "要求核实却多数照开的规则" in home
        shown = (await browser.get(unescape(found[1]))).text
        assert "其中八成以上由开票人说明后照样开具" in shown
        assert "X-AWAY" in shown
        assert "X-HEEDED" not in shown
        assert "X-SELDOM" not in shown
        assert "X-HEEDED" in (await browser.get("/finance/rules/running")).text
