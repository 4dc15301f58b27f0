"""操作留痕 for people: who, what, where and when, with the values before and after; each side reads its own."""

import csv
import io
from datetime import timedelta

import pytest
from tests.support.browser import PASSWORD
from tests.support.province import ACTING
from tests.support.world import BAOTOU, HOHHOT, HUIMIN, World, a_world

from mingpiao.identity.model import ChangedValue, Role, acting_for
from mingpiao.identity.service import create_account, differences, invite, set_active, set_expiry
from mingpiao.kernel.clock import today
from mingpiao.units.model import UnitDetails
from mingpiao.units.service import amend

pytestmark = pytest.mark.asyncio(loop_scope="module")
site = a_world("peopled", spread=True, scope="module", checked=False)


async def _by_officer(site: World, name: str, region: str, phone: str) -> None:
    """An officer of a department gives a unit of the region another phone number."""
    resident = site.residents[HUIMIN]
    async with site.database.system() as connection:
        officer = await create_account(
            connection,
            username=name,
            display_name=f"经办{name}",
            role=Role.DEPARTMENT_OFFICER,
            password=PASSWORD,
            region_code=region,
            acting=ACTING,
        )
        details = UnitDetails(unit_type=resident.unit.unit_type, phone=phone)
        acting = acting_for(officer, address="192.0.2.77")
        await amend(connection, resident.unit_id, details, acting=acting)


async def test_what_was_and_what_is_stand_side_by_side_under_the_name_of_the_person(site: World) -> None:
    await _by_officer(site, "wang-jb", HOHHOT, "0471-1111111")
    await _by_officer(site, "zhao-jb", HOHHOT, "0471-2222222")
    async with await site.browser(region=HOHHOT) as browser:
        page = (await browser.get("/finance/audit", person="经办zhao", action="修改单位")).text
        assert "经办zhao-jb（zhao-jb）" in page
        assert "呼和浩特" in page
        assert "财政经办" in page
        assert "<del>0471-1111111</del>" in page
        assert "<ins>0471-2222222</ins>" in page
        assert "经办wang-jb" not in page
        assert f"用票单位 {site.residents[HUIMIN].unit.name}</span></a>" in page
        assert "account:" not in page
        by_login = (await browser.get("/finance/audit", person="wang-jb")).text
        assert "<ins>0471-1111111</ins>" in by_login
        assert "zhao-jb" not in by_login


async def test_a_department_reads_of_its_region_alone(site: World) -> None:
    await _by_officer(site, "sun-jb", HOHHOT, "0471-3333333")
    async with await site.browser(region=BAOTOU) as browser:
        page = (await browser.get("/finance/audit")).text
        assert "sun-jb" not in page
        assert "0471-3333333" not in page
        bill = site.bills[HUIMIN][0]
        assert (
            "没有符合条件的留痕"
            in (await browser.get("/finance/audit", subject=bill.code + bill.number)).text
        )
        bill = site.bills[BAOTOU][0]
        own = (await browser.get("/finance/audit", subject=bill.code + bill.number)).text
        assert f"票据 {bill.code} {bill.number}</span></a>" in own
    async with await site.browser("handler") as browser:
        assert (await browser.get("/unit/audit")).status_code == 403
        assert (await browser.get("/finance/audit")).status_code == 403


async def test_a_department_reads_who_invited_its_people_and_no_other_does(site: World) -> None:
    async with site.database.system() as connection:
        for name, region in (("new-hohhot", HOHHOT), ("new-baotou", BAOTOU)):
            await invite(
                connection,
                username=name,
                display_name="新来的人",
                role=Role.DEPARTMENT_OFFICER,
                region_code=region,
                acting=ACTING,
            )
    async with await site.browser(region=HOHHOT) as browser:
        page = (await browser.get("/finance/audit", action="邀请")).text
        assert "账户 new-hohhot</span></a>" in page
        assert "new-baotou" not in page
        chosen = (await browser.get("/finance/audit", action="邀请", region=HOHHOT)).text
        assert "new-hohhot" in chosen
        below = (await browser.get("/finance/audit", action="邀请", region=HUIMIN)).text
        assert "new-hohhot" not in below


async def test_a_units_seal_is_a_line_of_the_unit(site: World) -> None:
    unit = site.residents[HUIMIN].unit
    async with await site.browser(region=HOHHOT) as browser:
        address = f"/finance/units/{unit.unit_id}/seal"
        made = await browser.submit(await browser.get(address), address, source="drawn")
        assert made.status_code == 303
        page = (await browser.get("/finance/audit", unit=unit.uscc, action="签章密钥")).text
        assert page.count(f"签章密钥 {unit.name}</span></a>") == 2
        assert "停用签章密钥" in page
        assert "保存签章密钥" in page


async def test_a_code_is_found_without_its_kind(site: World) -> None:
    await site.database.pool.execute(
        "INSERT INTO audit_log (actor, action, subject, address, details, actor_name, actor_user, actor_role, "
        "actor_region)"
        " VALUES ('account:1', 'rule:create', 'rule:DUES-OVER-30K', '192.0.2.8', '{}', '旧人', 'jiuren', "
        "'department_officer', $1)",
        HOHHOT,
    )
    async with await site.browser(region=HOHHOT) as browser:
        for typed in ("DUES-OVER-30K", "dues-over-30k", "rule:DUES-OVER-30K"):
            page = (await browser.get("/finance/audit", subject=typed)).text
            assert "监管规则 DUES-OVER-30K</span></a>" in page, typed
        assert "没有符合条件的留痕" in (await browser.get("/finance/audit", subject="DUES-OVER")).text


async def test_a_unit_reads_of_itself_and_of_others_only_the_office(site: World) -> None:
    await _by_officer(site, "li-jb", HOHHOT, "0471-4444444")
    async with site.database.system() as connection:
        manager = acting_for(site.accounts["manager"], address="192.0.2.5")
        await set_active(connection, site.accounts["checker"], False, acting=manager)
        await set_active(connection, site.accounts["checker"], True, acting=manager)
    async with await site.browser("manager") as browser:
        page = (await browser.get("/unit/audit")).text
        assert "<ins>0471-4444444</ins>" in page
        assert "li-jb" not in page
        assert "192.0.2.77" not in page
        assert "账户 checker</span></a>" in page
        assert f"{site.accounts['manager'].display_name}（manager）" in page
        assert "192.0.2.5" in page
        stopped = (await browser.get("/unit/audit", action="停用账户")).text
        assert "启用：<" in stopped
        assert "<del>是</del>" in stopped
        other = site.bills[BAOTOU][0]
        assert (
            "没有符合条件的留痕" in (await browser.get("/unit/audit", subject=other.code + other.number)).text
        )


async def test_days_are_bounded_unless_a_unit_or_a_subject_is_named(site: World) -> None:
    long_ago = (today() - timedelta(days=200)).isoformat()
    async with await site.browser(Role.AUDIT_ADMINISTRATOR) as browser:
        refused = await browser.get("/admin/audit", **{"from": long_ago})
        assert refused.status_code == 422
        assert "一次最多查询92天" in refused.text
        unit = site.residents[HUIMIN].unit
        assert (await browser.get("/admin/audit", unit=unit.uscc, **{"from": long_ago})).status_code == 200
        assert (await browser.get("/admin/audit", subject="unit:1", **{"from": long_ago})).status_code == 200
        usual = (await browser.get("/admin/audit")).text
        assert f'value="{(today() - timedelta(days=30)).isoformat()}"' in usual
        unknown = await browser.get("/admin/audit", action="没有这种操作")
        assert unknown.status_code == 422
        assert "没有这种操作，请换一个词" in unknown.text
        region = (await browser.get("/admin/audit", region=BAOTOU, action="开具")).text
        assert site.residents[BAOTOU].unit.name in region
        assert unit.name not in region


async def test_nothing_is_cut_and_the_export_has_everything(site: World) -> None:
    words = "很长的说明" * 100
    await site.database.pool.execute(
        "INSERT INTO audit_log (actor, action, subject, address, details, actor_name, actor_user, actor_role, actor_region, changed)"
        " VALUES ('account:1', 'application:returned', 'application:77', '192.0.2.8', "
        "jsonb_build_object('note', $1::text), '旧人', 'jiuren', 'department_head', '150000', "
        """ '[{"name": "state", "before": "in_review", "after": "returned"}]')""",
        words,
    )
    async with await site.browser(Role.AUDIT_ADMINISTRATOR) as browser:
        page = (await browser.get("/admin/audit", subject="application:77")).text
        assert words in page
        assert "（共503字）</summary>" in page
        answer = await browser.get("/admin/audit/export.csv", subject="application:77")
        (line,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert line["操作者"] == "旧人（jiuren）"
    assert line["细节"] == f"说明：{words}"
    assert line["变更（原值 → 新值）"] == "状态：待复核 → 已退回"
    assert (line["对象"], line["对象编号"]) == ("开票申请 77", "application:77")
    assert line["操作者单位和角色"] == "内蒙古自治区财政厅，财政负责人"


async def test_verbs_that_change_something_say_what_it_was(site: World) -> None:
    handler = site.accounts["handler"]
    async with site.database.system() as connection:
        day = today() + timedelta(days=100)
        await set_expiry(connection, handler, day, acting=ACTING)
        await set_expiry(connection, handler, None, acting=ACTING)
    rows = await site.rows(
        "SELECT changed FROM audit_log WHERE action = 'account:set_expiry' AND subject = $1 ORDER BY audit_id",
        handler.actor,
    )
    told = [[(each["name"], each["before"], each["after"]) for each in row["changed"]] for row in rows]
    assert told == [
        [("valid_until", "长期", day.isoformat())],
        [("valid_until", day.isoformat(), "长期")],
    ]
    # No password, secret or code is among what any verb says.
    names = await site.rows(
        "SELECT DISTINCT each ->> 'name' AS name FROM audit_log, jsonb_array_elements(changed) AS each"
    )
    assert not {row["name"] for row in names} & {"password_hash", "encrypted_secret", "code_hash", "token"}


async def test_differences_are_texts_of_what_differs() -> None:
    assert differences(
        {"a": None, "b": True, "c": ["x"]}, {"a": "1", "b": False, "c": ["x"], "d": {"2", "1"}}
    ) == (
        ChangedValue(name="a", before="", after="1"),
        ChangedValue(name="b", before="是", after="否"),
        ChangedValue(name="d", before="", after="1、2"),
    )
