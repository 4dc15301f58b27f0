"""待审变更: the worklist, one change before and after, and the decision."""

from urllib.parse import urlencode

import httpx
import msgspec
from tests.rules.people import person
from tests.support.proposals import propose_items
from tests.support.world import HOHHOT, PROVINCE, World, a_world

from mingpiao.approvals.service import reject
from mingpiao.identity.model import Role

site = a_world()
OFFICER = person(9_001)


async def _proposed(site: World, name: str = "新名称费") -> int:
    code = sorted((await site.units.profile(site.unit.unit_id)).item_codes)[0]
    item = msgspec.structs.replace((await site.catalog.get()).items[code], name=name)
    async with site.database.system() as connection:
        return await propose_items(connection, [item], reason="规范名称", acting=OFFICER)


async def test_a_head_sees_what_changes_and_approves(site: World) -> None:
    proposal_id = await _proposed(site)
    here = f"/finance/approvals/{proposal_id}"
    browser = await site.browser(Role.DEPARTMENT_HEAD, region=PROVINCE)
    listed = await browser.get("/finance/approvals")
    assert f'href="{here}"' in listed.text
    assert "共 1 条" in listed.text
    shown = await browser.get(here)
    assert shown.status_code == 200
    for words in ("新名称费", "规范名称", "人员9001", "涉及1家用票单位", "待审"):
        assert words in shown.text
    assert "撤回" not in shown.text
    missing = await browser.submit(shown, here, decision="return", opinion="")
    assert missing.status_code == 422
    assert "请填写退回意见，便于提交人修改。" in missing.text
    wrong = await browser.submit(shown, here, decision="maybe")
    assert wrong.status_code == 400
    answer = await browser.submit(shown, here, decision="approve", opinion="同意")
    assert answer.headers["location"] == here
    done = await browser.get(here)
    for words in ("已通过", "同意", "测试人员"):
        assert words in done.text
    assert 'name="decision"' not in done.text
    assert "新名称费" in {item.name for item in (await site.catalog.get()).items.values()}
    assert "没有待审的变更" in (await browser.get("/finance/approvals")).text
    assert f'href="{here}"' in (await browser.get("/finance/approvals?state=all")).text
    again = await browser.submit(shown, here, decision="return", opinion="晚了")
    assert again.status_code == 409
    assert "这项变更已通过" in again.text


async def test_others_look_on_or_see_nothing(site: World) -> None:
    proposal_id = await _proposed(site)
    here = f"/finance/approvals/{proposal_id}"
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = await officer.get(here)
    assert shown.status_code == 200
    assert 'name="decision"' not in shown.text
    token = await officer.csrf_token()
    refused = await officer.post(here, data={"csrf_token": token, "decision": "approve"})
    assert refused.status_code == 403
    withdrawn = await officer.post(f"{here}/withdraw", data={"csrf_token": token})
    assert withdrawn.status_code == 403
    assert "只能撤回自己提交的变更" in withdrawn.text
    city = await site.browser(Role.DEPARTMENT_HEAD, region=HOHHOT)
    assert (await city.get(here)).status_code == 404
    assert "没有待审的变更" in (await city.get("/finance/approvals")).text
    assert await site.value("SELECT state FROM proposals") == "open"


async def test_several_are_seen_and_approved_together_and_each_has_its_result(site: World) -> None:
    codes = sorted((await site.units.profile(site.unit.unit_id)).item_codes)[:3]
    items = (await site.catalog.get()).items
    ids = []
    for place, code in enumerate(codes):
        item = msgspec.structs.replace(items[code], name=f"新名称{place}费")
        async with site.database.system() as connection:
            ids.append(await propose_items(connection, [item], reason="规范名称", acting=OFFICER))
    browser = await site.browser(Role.DEPARTMENT_HEAD, region=PROVINCE)
    token = await browser.csrf_token()
    address = "/finance/approvals/batch"
    chosen = [("csrf_token", token), *(("chosen", str(each)) for each in (*ids, ids[0], 999_999))]

    async def post(members: list[tuple[str, str]]) -> httpx.Response:
        return await browser.client.post(
            address,
            content=urlencode(members),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

    asked = (await post(chosen)).text
    for words in ("新名称0费", "新名称1费", "新名称2费", "不能一起通过", "通过这 3 项"):
        assert words in asked
    assert await site.value("SELECT count(*) FROM proposals WHERE state = 'open'") == 3
    # Meanwhile another head returns one of them.
    async with site.database.system() as connection:
        await reject(
            connection, ids[1], opinion="名称不规范", acting=person(9_002, role=Role.DEPARTMENT_HEAD)
        )
    confirmed = [each for each in chosen if each[1] != "999999"] + [("confirmed", "yes"), ("opinion", "同意")]
    done = (await post(confirmed)).text
    assert "已通过 2 项，共 3 项" in done
    assert done.count("未办理") == 1
    states = await site.rows("SELECT proposal_id, state, opinion FROM proposals ORDER BY proposal_id")
    assert [tuple(each) for each in states] == [
        (ids[0], "approved", "同意"),
        (ids[1], "returned", "名称不规范"),
        (ids[2], "approved", "同意"),
    ]
    names = {item.name for item in (await site.catalog.get()).items.values()}
    assert {name for name in names if name.startswith("新名称")} == {"新名称0费", "新名称2费"}
    assert (await post([("csrf_token", token)])).status_code == 422
    assert (
        await post([("csrf_token", token), *(("chosen", str(n)) for n in range(1, 60))])
    ).status_code == 422


async def test_who_may_not_decide_one_may_not_decide_many(site: World) -> None:
    proposal_id = await _proposed(site)
    officer = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    members = {"csrf_token": await officer.csrf_token(), "chosen": str(proposal_id), "confirmed": "yes"}
    assert (await officer.post("/finance/approvals/batch", members)).status_code == 403
    city = await site.browser(Role.DEPARTMENT_HEAD, region=HOHHOT)
    members["csrf_token"] = await city.csrf_token()
    assert "已通过 0 项，共 1 项" in (await city.post("/finance/approvals/batch", members)).text
    assert await site.value("SELECT state FROM proposals") == "open"
