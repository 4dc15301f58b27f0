"""Mobile numbers: a manager keeps those of the unit's people, everybody their own with the password."""

from tests.support.browser import PASSWORD, Browser
from tests.support.world import World, a_world

site = a_world("peopled")
MOBILE = "13900001234"


async def press(browser: Browser, address: str, **members: str) -> str:
    answer = await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})
    return (await browser.arrive(answer)).text


async def stored(site: World, username: str) -> str:
    return str(await site.value("SELECT mobile FROM accounts WHERE username = $1", username))


async def test_a_manager_sets_a_handlers_number(site: World) -> None:
    address = f"/unit/accounts/{site.accounts['handler'].account_id}/mobile"
    async with await site.browser("manager") as manager:
        assert "没有登记" in (await manager.get(address)).text
        assert "手机号码须为11位数字" in await press(manager, address, mobile="12345")
        page = await press(manager, address, mobile=MOBILE)
        assert ("139****1234" in page, MOBILE in page) == (True, False)
        assert (
            await manager.get(f"/unit/accounts/{site.accounts['other'].account_id}/mobile")
        ).status_code == 404
        own = await manager.get(f"/unit/accounts/{site.accounts['manager'].account_id}/mobile")
        assert own.headers["location"] == "/mobile"
        await press(manager, address, mobile=MOBILE)
        assert "新建账户" in (await manager.get("/unit/accounts/new")).text
        made = await press(
            manager,
            "/unit/accounts/new",
            username="xiaoli",
            display_name="小李",
            role="unit_handler",
            mobile="1",
        )
        assert "手机号码须为11位数字" in made
    assert await stored(site, "handler") == MOBILE
    rows = await site.rows("SELECT changed FROM audit_log WHERE action = 'account:set_mobile'")
    assert [row["changed"] for row in rows] == [[{"name": "mobile", "before": "", "after": "139****1234"}]]
    async with await site.browser("handler") as handler:
        assert (await handler.get(address)).status_code == 403


async def test_ones_own_number_needs_the_password(site: World) -> None:
    async with await site.browser("officer") as officer:
        assert "/mobile" in (await officer.get("/password")).text
        assert "密码不正确" in await press(officer, "/mobile", mobile=MOBILE, password="Wrong-Guess-1")
        assert await stored(site, "officer") == ""
        page = await press(officer, "/mobile", mobile=MOBILE, password=PASSWORD)
        assert ("手机号码已保存" in page, "139****1234" in page) == (True, True)
        assert "手机号码须为11位数字" in await press(officer, "/mobile", mobile="abc", password=PASSWORD)
        assert await stored(site, "officer") == MOBILE
        await press(officer, "/mobile", mobile="", password=PASSWORD)
    assert await stored(site, "officer") == ""


async def test_the_number_of_before_is_told_and_the_person_too(site: World) -> None:
    address = f"/unit/accounts/{site.accounts['handler'].account_id}/mobile"
    async with await site.browser("manager") as manager:
        await press(manager, address, mobile=MOBILE)
        await press(manager, address, mobile=MOBILE)
        assert await site.rows("SELECT template, mobile FROM sms_messages") == []
        await press(manager, address, mobile="13900005678")
        await press(manager, address, mobile="")
    assert await site.rows("SELECT template, mobile FROM sms_messages ORDER BY sms_id") == [
        ("mobile_changed", "139****1234"),
        ("mobile_changed", "139****5678"),
    ]
    told = "SELECT body FROM messages WHERE to_account_id = $1 AND topic LIKE 'mobile:%' ORDER BY message_id"
    bodies = [body for (body,) in await site.rows(told, site.accounts["handler"].account_id)]
    assert ["改为139****5678" in bodies[0], "您的手机号码删除" in bodies[1]] == [True, True]
    async with await site.browser("officer") as officer:
        for number in (MOBILE, "13900005678"):
            await press(officer, "/mobile", mobile=number, password=PASSWORD)
    assert await site.value("SELECT count(*) FROM sms_messages WHERE mobile = '139****1234'") == 2
    assert await site.rows(told, site.accounts["officer"].account_id) == []
