"""佐证比对设置 on pages."""

from tests.support.browser import members_of
from tests.support.world import World

SETTINGS = "/finance/evidence/settings"


async def test_a_head_chooses_on_a_page_and_an_officer_reads(site: World) -> None:
    chief, officer = await site.browser("head"), await site.browser("officer")
    page = (await officer.get(SETTINGS)).text
    assert "还没有设置过，以下是平台的默认值。" in page
    assert "由财政部门负责人修改。" in page
    assert (await officer.post(SETTINGS, {"caution": "strict", "revision": "0"})).status_code == 403
    form = members_of((await chief.get(SETTINGS)).text)
    assert (form["caution"], form["revision"]) == ("usual", "0")
    strict = form | {"caution": "strict"}
    assert (await chief.post(SETTINGS, strict)).status_code == 303
    page = (await chief.get(SETTINGS)).text
    assert "内蒙古自治区自己的设置" in page
    assert "以往的设置" in page
    assert "设置已被他人修改" in (await chief.post(SETTINGS, form)).text
    assert "请选择宽松、标准或者从严。" in (await chief.post(SETTINGS, form | {"caution": "x"})).text
    assert "从严：把握不大的也判为不符" in (await officer.get(SETTINGS)).text
    assert await site.value("SELECT count(*) FROM evidence_cautions") == 1
    assert await site.value("SELECT count(*) FROM audit_log WHERE action = 'evidence_caution:set'") == 1
