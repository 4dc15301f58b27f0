"""The library of rules on its page: seen by all departments, taken over by the province's head at once."""

import re

import httpx
import pytest
from tests.support.browser import Browser
from tests.support.world import HOHHOT, PROVINCE, World, a_world

from mingpiao.identity.model import Role
from mingpiao.rules.service import library_rules, live_versions

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGE = "/finance/rules/library"
COUNT = len(library_rules())


site = a_world(spread=True, scope="module", checked=False)


async def adopt(browser: Browser, confirmed: str = "yes") -> httpx.Response:
    token = re.search(r'name="csrf-token" content="([^"]+)"', (await browser.get(PAGE)).text)
    assert token
    return await browser.post(PAGE, {"confirmed": confirmed}, headers={"X-CSRF-Token": token[1]})


async def live(site: World) -> int:
    async with site.services.database.system() as connection:
        return len((await live_versions(connection))[1])


async def test_only_the_provinces_head_takes_the_library_over_and_once(site: World) -> None:
    async with (
        await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE) as officer,
        await site.browser(Role.DEPARTMENT_HEAD, region=HOHHOT) as city,
        await site.browser(Role.DEPARTMENT_HEAD, region=PROVINCE) as head,
    ):
        for browser in (officer, city):
            seen = (await browser.get(PAGE)).text
            assert f"还有{COUNT}条没有启用" in seen
            assert "<button" not in seen.split("<main", 1)[1]
            assert (await adopt(browser)).status_code == 403
            assert (await adopt(browser, "")).status_code == 403
        assert await live(site) == 0

        seen = (await head.get(PAGE)).text
        assert f"启用其余{COUNT}条规则" in seen
        assert seen.count("未启用") == COUNT
        asked = await adopt(head, "")
        assert f"启用{COUNT}条规则</button>" in asked.text
        units = await site.value("SELECT count(*) FROM units WHERE state <> 'closed'")
        assert f"<dt>用票单位</dt><dd>{units} 家</dd>" in asked.text
        assert await live(site) == 0
        answer = await adopt(head)
        assert (answer.status_code, answer.headers["location"]) == (303, "/finance/rules")
        assert await live(site) == COUNT

        again = (await head.get(PAGE)).text
        assert "全部规则都已启用。" in again
        assert f'href="/finance/rules/{library_rules()[0].code}"' in again
        assert (await adopt(head)).status_code == 303
        assert await live(site) == COUNT
