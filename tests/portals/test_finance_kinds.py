"""票据种类: seen by all of finance, marked by the head of the province only."""

import re
from typing import Any

from sqlalchemy import text
from tests.support.world import HOHHOT, PROVINCE, World, a_world

from mingpiao.identity.model import Role

site = a_world(spread=True)


def _members(html: str, code: str) -> dict[str, str]:
    form = re.search(
        rf'<form method="post" action="/finance/kinds/{code}/evidence"[^>]*>(.*?)</form>', html, re.DOTALL
    )
    assert form is not None
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]))


async def _needs(site: World, code: str) -> Any:
    async with site.services.database.system() as connection:
        query = text("SELECT needs_evidence FROM bill_kinds WHERE code = :code")
        return await connection.scalar(query, {"code": code})


async def test_the_head_of_the_province_marks_a_kind(site: World) -> None:
    browser = await site.browser(Role.DEPARTMENT_HEAD, region=PROVINCE)
    shown = await browser.get("/finance/kinds")
    assert shown.status_code == 200
    members = _members(shown.text, "0102")
    assert members["needed"] == "1"
    for _ in range(2):
        answer = await browser.post("/finance/kinds/0102/evidence", data=members)
        assert answer.headers["location"] == "/finance/kinds"
        assert await _needs(site, "0102") is True
    async with site.services.database.system() as connection:
        query = text("SELECT count(*) FROM audit_log WHERE action = 'kind:mark_evidence'")
        assert await connection.scalar(query) == 1
    unknown = await browser.post("/finance/kinds/7777/evidence", data=members)
    assert unknown.status_code == 404
    back = await browser.post("/finance/kinds/0102/evidence", data=members | {"needed": "0"})
    assert back.headers["location"] == "/finance/kinds"
    assert await _needs(site, "0102") is False


async def test_nobody_else_does(site: World) -> None:
    for role, region in ((Role.DEPARTMENT_OFFICER, PROVINCE), (Role.DEPARTMENT_HEAD, HOHHOT)):
        browser = await site.browser(role, region=region)
        shown = await browser.get("/finance/kinds")
        assert shown.status_code == 200
        assert "改为须附" not in shown.text
        token = re.search(r'name="csrf_token" value="([^"]*)"', shown.text)
        members = {"needed": "1"} | ({"csrf_token": token[1]} if token else {})
        answer = await browser.post("/finance/kinds/0102/evidence", data=members)
        assert answer.status_code == 403
    assert await _needs(site, "0102") is False
