"""复制开具 and 按原内容重开."""

import asyncio

import httpx
from tests.portals.test_drafts import _issue, _typed
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.issuing.model import Bill, BillFilter
from mingpiao.issuing.service import list_bills

SAME = (
    "kind", "payer-type", "payer-name", "items-0-search", "items-0-quantity", "items-0-rate",
    "extension-Custom1", "extension-Custom2", "pay_mode", "checker", "remark",
)  # fmt: skip


async def _bills(site: World) -> list[Bill]:
    async with site.database.system() as connection:
        return list((await list_bills(connection, BillFilter(unit_id=site.unit.unit_id))).items)


async def _press(browser: Browser, verb: str, bill: Bill) -> httpx.Response:
    token = await browser.csrf_token()
    return await browser.post(f"/unit/issue/{verb}/{bill.code}/{bill.number}", {"csrf_token": token})


async def test_a_bill_is_copied_into_a_new_draft(site: World) -> None:
    browser = await site.browser("handler")
    first = await _typed(browser) | {"remark": "发放过桥补助", "pay_mode": "现金"}
    await _issue(browser, first)
    (bill,) = await _bills(site)
    # What the account chose since is not what the bill says.
    other = await _typed(browser) | {"pay_mode": "转账"}
    await _issue(browser, other)
    for page in ("/unit/bills", f"/unit/bills/{bill.code}/{bill.number}"):
        assert f'action="/unit/issue/copy/{bill.code}/{bill.number}"' in (await browser.get(page)).text
    copied = await _press(browser, "copy", bill)
    assert copied.status_code == 303
    members = members_of((await browser.get(copied.headers["location"])).text)
    assert {name: members[name] for name in SAME} == {name: first[name] for name in SAME}
    assert members["business_no"] != first["business_no"]
    assert (await _issue(browser, members)).status_code == 303
    assert len(await _bills(site)) == 3


async def test_a_reversed_bill_is_issued_again_and_linked(site: World) -> None:
    browser = await site.browser("handler")
    await _issue(browser, await _typed(browser) | {"remark": "发放过桥补助"})
    (bill,) = await _bills(site)
    assert (await _press(browser, "reissue", bill)).status_code == 409
    await site.reverse(site.unit, bill)
    base = f"/unit/bills/{bill.code}/{bill.number}"
    assert "按原内容重开" in (await browser.get(base)).text
    assert "按原内容重开" in (await browser.get(f"{base}/reversed")).text
    opened = await _press(browser, "reissue", bill)
    # Pressed again, it is the same draft.
    assert (await _press(browser, "reissue", bill)).headers["location"] == opened.headers["location"]
    assert await site.value("SELECT count(*) FROM bill_forms") == 1
    members = members_of((await browser.get(opened.headers["location"])).text)
    assert members["remark"] == "发放过桥补助"
    assert "重开为" not in (await browser.get(base)).text
    assert (await _issue(browser, members)).status_code == 303
    new, red, _ = await _bills(site)
    assert (
        f'重开为：<a class="code" href="/unit/bills/{new.code}/{new.number}">'
        in (await browser.get(base)).text
    )
    of_red = (await browser.get(f"/unit/bills/{red.code}/{red.number}")).text
    assert f'重开为：<a class="code" href="/unit/bills/{new.code}/{new.number}">' in of_red
    of_new = (await browser.get(f"/unit/bills/{new.code}/{new.number}")).text
    assert f'重开自：<a class="code" href="{base}">' in of_new
    assert "按原内容重开" not in (await browser.get(base)).text
    again = await _press(browser, "reissue", bill)
    assert again.status_code == 409
    assert f"这张票据已经重开为{new.code}-{new.number}" in again.text
    told = await site.rows("SELECT subject FROM audit_log WHERE action = 'draft:reissue'")
    assert [row["subject"] for row in told] == [f"bill:{bill.bill_id}"]


async def test_after_its_draft_was_deleted_a_bill_may_be_reissued_again(site: World) -> None:
    browser = await site.browser("handler")
    await _issue(browser, await _typed(browser))
    (bill,) = await _bills(site)
    await site.reverse(site.unit, bill)
    first = (await _press(browser, "reissue", bill)).headers["location"]
    business_no = first.rpartition("=")[2]
    await browser.post(f"/unit/drafts/{business_no}/delete", {"csrf_token": await browser.csrf_token()})
    second = await _press(browser, "reissue", bill)
    assert second.status_code == 303
    assert second.headers["location"] != first
    assert await site.value("SELECT count(*) FROM reissues") == 1


async def test_many_presses_make_one_link(site: World) -> None:
    browser = await site.browser("handler")
    await _issue(browser, await _typed(browser))
    (bill,) = await _bills(site)
    await site.reverse(site.unit, bill)
    await asyncio.gather(*(_press(browser, "reissue", bill) for _ in range(4)))
    assert await site.value("SELECT count(*) FROM reissues") == 1


async def test_red_bills_and_those_of_others_are_not_copied(site: World) -> None:
    browser = await site.browser("handler")
    await _issue(browser, await _typed(browser))
    (bill,) = await _bills(site)
    red = await site.reverse(site.unit, bill)
    assert (await _press(browser, "copy", red)).status_code == 409
    stranger = await site.browser("other")
    for verb in ("copy", "reissue"):
        assert (await _press(stranger, verb, bill)).status_code == 404
        assert (await _press(await site.browser("manager"), verb, bill)).status_code == 403
    assert await site.value("SELECT count(*) FROM bill_forms") == 0
