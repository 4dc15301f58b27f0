"""待审变更: the worklist, one change before and after, and the decision."""

import msgspec
from tests.rules.people import person
from tests.support.proposals import propose_items
from tests.support.world import HOHHOT, PROVINCE, World, a_world

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
