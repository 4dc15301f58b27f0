"""核销状态 of bills on the pages of units and departments, and in the public check."""

import csv
import io

import httpx
from tests.support.world import World
from tests.writeoff.months import FIRST, SECOND, ask, begin, check, close, on, receive, write_off

from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.money import plain
from mingpiao.writeoff.service import last_day


def _fact(answer: httpx.Response) -> str:
    """What a page says of 核销状态; empty if it says nothing."""
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<dt>核销状态</dt><dd>")[2].partition("</dd>")[0]


async def _shown(site: World, bill: Bill) -> list[str]:
    """The state on the unit's page, on the department's page and in the public check."""
    place = f"{bill.code}/{bill.number}"
    unit, department = await site.browser("manager"), await site.browser("officer")
    typed = {
        "code": bill.code,
        "number": bill.number,
        "check_code": bill.check_code,
        "issued_on": f"{bill.issued_at:%Y-%m-%d}",
        "amount": plain(bill.total),
    }
    return [
        _fact(await unit.get(f"/unit/bills/{place}")),
        _fact(await department.get(f"/finance/bills/{place}")),
        _fact(await site.stranger().client.post("/verify", data=typed)),
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


async def test_the_public_hears_nothing_of_an_exception(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await receive(site, site.unit, FIRST, bill.total)
    done = await check(site, await ask(site, site.unit, partial=True))
    assert done.exceptions == 1
    told = "异常，核销时列为异常票据，由财政部门审核。"
    assert await _shown(site, bill) == [told, told, "未核销"]
    assert await _listed(site, bill) == ("异常", "异常")
