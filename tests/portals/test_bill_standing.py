"""核销状态 of bills on the pages of units and departments, and in the public check."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.support.world import World
from tests.writeoff.casework import cases
from tests.writeoff.casework import person as a_person
from tests.writeoff.months import FIRST, SECOND, ask, begin, check, close, on, receive, write_off
from tests.writeoff.test_cases import BREACH
from tests.writeoff.test_rectifications import DEMANDS

from mingpiao.approvals.service import approve
from mingpiao.identity.model import Role
from mingpiao.issuing.model import Bill, BillFilter, BillSums
from mingpiao.issuing.service import sum_bills
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.money import plain
from mingpiao.portals.bills import standing_filter
from mingpiao.writeoff.model import BillStanding
from mingpiao.writeoff.service import clear_case, issue_notice, last_day, mark_breach, propose_reopening


def _fact(answer: httpx.Response) -> str:
    """What a page says of 核销状态; empty if it says nothing."""
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<dt>核销状态</dt><dd>")[2].partition("</dd>")[0]


def _typed(bill: Bill) -> dict[str, str]:
    """What the public types to check a bill."""
    return {
        "code": bill.code,
        "number": bill.number,
        "check_code": bill.check_code,
        "issued_on": f"{bill.issued_at:%Y-%m-%d}",
        "amount": plain(bill.total),
    }


async def _shown(site: World, bill: Bill) -> list[str]:
    """The state on the unit's page, on the department's page and in the public check."""
    place = f"{bill.code}/{bill.number}"
    unit, department = await site.browser("manager"), await site.browser("officer")
    return [
        _fact(await unit.get(f"/unit/bills/{place}")),
        _fact(await department.get(f"/finance/bills/{place}")),
        _fact(await site.stranger().client.post("/verify", data=_typed(bill))),
    ]


async def _listed(site: World, bill: Bill) -> tuple[str, str]:
    """The state in both lists' exports."""
    found = []
    for browser, address in (
        (await site.browser("manager"), "/unit/bills"),
        (await site.browser("officer"), "/finance/bills"),
    ):
        answer = await browser.get(f"{address}/export.csv", number=bill.number)
        (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        page = await browser.get(address, number=bill.number)
        assert row["核销状态"] == "" or f">{row['核销状态']}</span>" in page.text
        found.append(row["核销状态"])
    return found[0], found[1]


async def test_a_bill_tells_where_it_stands(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    (early,) = await site.issue(site.unit, site.unit.request())
    assert await _shown(site, early) == ["", "", ""]
    assert await _listed(site, early) == ("", "")
    await begin(site)
    clock.set(on(SECOND))
    await close(site)
    waiting = "未核销，所在月份核销后变为已核销。"
    assert await _shown(site, early) == [waiting, waiting, "未核销"]
    assert await _listed(site, early) == ("未核销", "未核销")
    done = await write_off(site, site.unit)
    told = f"已核销，{today()}，核销编号 {done.serial}"
    assert await _shown(site, early) == [told, told, f"已核销，{today()}"]
    assert await _listed(site, early) == ("已核销", "已核销")


async def _checked(site: World, bill: Bill) -> str:
    """The page of the public check."""
    return (await site.stranger().client.post("/verify", data=_typed(bill))).text


async def _told_to_programs(site: World, bill: Bill, depth: str) -> dict[str, Any]:
    """The answer of the public check to a program."""
    answer = await site.stranger().client.post("/api/public/verify", json=_typed(bill) | {"depth": depth})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _in_a_batch(site: World, bill: Bill) -> list[str]:
    """The cells of the bill in a batch check: result, state and the sums at the end."""
    labels = "票据代码,票据号码,校验码,开票日期,金额合计（元）"
    sheet = "\n".join([labels, ",".join(_typed(bill).values())]).encode()
    answer = await site.stranger().client.post("/verify/batch", files=[("files", ("票据.csv", sheet))])
    cells = re.findall(r"<td[^>]*>(.*?)</td>", answer.text, re.DOTALL)
    return [re.sub("<[^>]*>", "", cells[4]), cells[5]]


async def test_the_public_hears_of_doubts_and_of_their_end(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    place = f"{bill.code}/{bill.number}"
    clock.set(on(SECOND))
    await receive(site, site.unit, FIRST, bill.total)
    done = await check(site, await ask(site, site.unit, partial=True))
    assert done.exceptions == 1
    told = "异常，核销时列为异常票据，由财政部门审核。"
    assert await _shown(site, bill) == [told, told, "财政部门正在核对"]
    assert await _listed(site, bill) == ("异常", "异常")
    checked = await _checked(site, bill)
    assert "查验结果：真实" in checked
    assert "票据状态：财政部门正在核对" in checked
    assert "verdict-caution" in checked
    assert "可以作为入账凭证" not in checked
    answer = await _told_to_programs(site, bill, "detailed")
    assert (answer["verdict"], answer["message"]) == (
        "genuine",
        "票据真实。财政部门正在核对，请暂缓报销和入账。",
    )
    assert (answer["bill"]["writeoff"], answer["bill"]["written_off"]) == ("exception", False)
    assert answer["bill"]["writeoff_name"] == "财政部门正在核对"
    simple = await _told_to_programs(site, bill, "simple")
    assert (simple["message"], simple["bill"]["writeoff"]) == (answer["message"], "exception")
    assert await _in_a_batch(site, bill) == ["真实，财政部门核对或整改中", "财政部门正在核对"]
    manager, department = await site.browser("manager"), await site.browser("officer")
    for browser, portal in ((manager, "unit"), (department, "finance")):
        page = (await browser.get(f"/{portal}/bills/{place}")).text
        assert '<span class="badge bg-green-lt">正常</span>' not in page
        assert '<span class="badge bg-orange-lt">异常</span>' in page
        assert "下载核销证明" not in page
        assert "列为异常票据" in page
    clock.set(on(SECOND + timedelta(days=40)))
    officer, (case,) = await a_person(site, Role.DEPARTMENT_OFFICER, region="150000"), await cases(site)
    async with site.database.system() as connection:
        await clear_case(
            connection, case.case_id, "核对合同与回单，款项已到账", revision=case.revision, acting=officer
        )
    told = f"已核销，{today()}，核销编号 {done.serial}"
    assert await _shown(site, bill) == [told, told, f"已核销，{today()}"]
    assert "可以作为入账凭证" in await _checked(site, bill)
    answer = await _told_to_programs(site, bill, "detailed")
    assert (answer["bill"]["writeoff_name"], answer["bill"]["written_off_on"]) == ("已核销", str(today()))
    assert "writeoff" not in (await _told_to_programs(site, bill, "simple"))["bill"]
    assert (await _in_a_batch(site, bill))[0] == "真实"
    # The sessions from before are over.
    manager, department = await site.browser("manager"), await site.browser("officer")
    for browser, portal in ((manager, "unit"), (department, "finance")):
        page = (await browser.get(f"/{portal}/bills/{place}")).text
        # The certificate was sealed before, without this bill.
        assert "下载核销证明" not in page
        assert '<strong>解除异常</strong><span class="text-break">：核对合同与回单，款项已到账' in page


async def test_the_public_hears_of_a_breach(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await check(site, await ask(site, site.unit, partial=True))
    officer, (case,) = await a_person(site, Role.DEPARTMENT_OFFICER, region="150000"), await cases(site)
    async with site.database.system() as connection:
        await mark_breach(connection, case.case_id, BREACH, revision=case.revision, acting=officer)
    simple = await _told_to_programs(site, bill, "simple")
    assert (simple["bill"]["writeoff"], simple["bill"]["writeoff_name"]) == (
        "breach",
        "财政部门已认定违规，尚未整改",
    )
    checked = await _checked(site, bill)
    assert "票据状态：财政部门已认定违规，尚未整改" in checked
    assert "请不要据此报销或入账" in checked
    async with site.database.system() as connection:
        await issue_notice(connection, case.unit_id, [case.case_id], DEMANDS, acting=officer)
    checked = await _checked(site, bill)
    assert "查验结果：真实" in checked
    assert "票据状态：财政部门已认定违规，正在整改" in checked
    assert "可以作为入账凭证" not in checked
    answer = await _told_to_programs(site, bill, "diagnostic")
    assert (answer["bill"]["writeoff"], answer["finance_check"]["Result"]) == ("rectifying", "真")


async def test_a_breach_stands_while_its_month_is_open_again(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    bill, other = await site.issue(site.unit, *site.unit.requests(2))
    clock.set(on(SECOND))
    await check(site, await ask(site, site.unit, partial=True))
    officer = await a_person(site, Role.DEPARTMENT_OFFICER, region="150000")
    head = await a_person(site, Role.DEPARTMENT_HEAD, region="150000")
    by_bill = {each.bill_id: each for each in await cases(site)}
    case = by_bill[bill.bill_id]
    async with site.database.system() as connection:
        await mark_breach(connection, case.case_id, BREACH, revision=case.revision, acting=officer)
        proposal = await propose_reopening(
            connection, case.writeoff_id, "到账有遗漏，重新核对", acting=officer
        )
        await approve(connection, proposal, acting=head)
    told = "违规，财政部门已认定。"
    assert await _shown(site, bill) == [told, told, "财政部门已认定违规，尚未整改"]
    assert await _listed(site, bill) == ("违规", "违规")
    assert (await _told_to_programs(site, bill, "simple"))["bill"]["writeoff"] == "breach"
    assert (await _in_a_batch(site, bill))[1] == "财政部门已认定违规，尚未整改"
    assert await _found(site, "breach") == [{bill.number}] * 2
    # What nobody had decided is examined anew with its month.
    assert "writeoff" not in (await _told_to_programs(site, other, "simple"))["bill"]
    assert await _listed(site, other) == ("未核销", "未核销")
    assert await _found(site, "open") == [{other.number}] * 2


async def _found(site: World, standing: str, **more: str) -> list[set[str]]:
    """Numbers of the bills that the lists of the unit and of its department find by their 核销状态."""
    found = []
    for who, address in (("manager", "/unit/bills"), ("officer", "/finance/bills")):
        browser = await site.browser(who)
        answer = await browser.get(f"{address}/export.csv", standing=standing, **more)
        assert answer.status_code == 200, answer.text
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        page = await browser.get(address, standing=standing, **more)
        assert page.status_code == 200
        assert all(f">{row['票据号码']}</a>" in page.text for row in rows)
        assert {row["核销状态"] for row in rows} <= {LABELS[standing]}
        found.append({row["票据号码"] for row in rows})
    return found


LABELS = {each.value: each.label for each in BillStanding}


async def test_lists_find_bills_by_where_they_stand(
    site: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(on(last_day(FIRST), 9))
    bills = await site.issue(site.unit, *site.unit.requests(5))
    everything = {"from": "2020-01-01"}
    # Where nothing must be written off, nothing is found to be written off or not to be.
    for standing in LABELS:
        assert await _found(site, standing, **everything) == [set(), set()]
    await begin(site)
    numbers = {each.number for each in bills}
    assert await _found(site, "open", **everything) == [numbers, numbers]
    clock.set(on(SECOND))
    await close(site)
    assert await _found(site, "open", **everything) == [numbers, numbers]
    # One of them is paid; the others are exceptions, of which two are breaches and one of these is named by a notice.
    receipt = await receive(site, site.unit, FIRST, bills[0].total)
    await site.database.pool.execute(
        "INSERT INTO receipt_matches VALUES ($1, $2, $3, $4, 'business_no')",
        receipt,
        site.unit.unit_id,
        bills[0].bill_id,
        bills[0].total,
    )
    await check(site, await ask(site, site.unit, partial=True))
    officer, found = await a_person(site, Role.DEPARTMENT_OFFICER, region="150000"), await cases(site)
    by_bill = {each.bill_id: each for each in found}
    async with site.database.system() as connection:
        for bill in bills[1:3]:
            await mark_breach(connection, by_bill[bill.bill_id].case_id, BREACH, revision=1, acting=officer)
        case = by_bill[bills[2].bill_id]
        await issue_notice(connection, case.unit_id, [case.case_id], DEMANDS, acting=officer)
        await clear_case(
            connection,
            by_bill[bills[3].bill_id].case_id,
            "核对合同与回单，款项已到账",
            revision=1,
            acting=officer,
        )
    (late,) = await site.issue(site.unit, site.unit.request(business_no="LATE-1"))
    expected = {
        "open": {late.number},
        "written_off": {bills[0].number, bills[3].number},
        "breach": {bills[1].number},
        "rectifying": {bills[2].number},
        "exception": {bills[4].number},
    }
    for standing, told in expected.items():
        assert await _found(site, standing) == [told, told]
        assert await _found(site, standing, **everything) == [told, told]
    assert await _found(site, "exception", **{"from": str(SECOND)}) == [set(), set()]
    assert await _found(site, "written_off", unit=site.unit.unit.name) == [expected["written_off"]] * 2
    wrong = await (await site.browser("manager")).get("/unit/bills", standing="lost")
    assert wrong.status_code == 422
    # Of days with too many bills those in question are found all the same.
    monkeypatch.setattr(standing_filter, "MOST_SIFTED", 3)
    for who, address, narrower in (
        ("manager", "/unit/bills", "请缩短日期范围。"),
        ("officer", "/finance/bills", "请选择用票单位、地区，或缩短日期范围。"),
    ):
        browser = await site.browser(who)
        broad = await browser.get(address, standing="open", **everything)
        assert broad.status_code == 422
        assert narrower in broad.text
        assert (await browser.get(address, standing="open", **{"from": str(SECOND)})).status_code == 200
        # What another filter cannot read has no place that would have too many bills.
        wrong = await browser.get(address, standing="open", code="1", amount_from="x", **everything)
        assert wrong.status_code == 422
        assert "逐份查找" not in wrong.text
    assert await _found(site, "breach", **everything) == [expected["breach"]] * 2
    async with site.database.system() as connection:
        few = await sum_bills(connection, BillFilter(standing="breach"), most=0)
        assert few == BillSums(blue_count=1, blue_amount=bills[1].total)
        assert await sum_bills(connection, BillFilter(standing="open"), most=0) is None
