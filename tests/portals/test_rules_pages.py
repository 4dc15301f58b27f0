"""The pages of supervision rules through HTTP, without their script: what the server holds."""

import json
import re
from html import escape, unescape
from typing import Any

import httpx
import pytest
from tests.rules.people import was_tried
from tests.support.browser import Browser, members_of
from tests.support.waiting import until
from tests.support.world import BAOTOU, HOHHOT, PROVINCE, World, a_world

from mingpiao.identity.model import Role
from mingpiao.rules.service import get_version

# One site for the whole module; each test has rules of its own.
pytestmark = pytest.mark.asyncio(loop_scope="module")
HEAD, OFFICER = Role.DEPARTMENT_HEAD, Role.DEPARTMENT_OFFICER
FORM: dict[str, Any] = {
    "name": "单笔金额过大",
    "basis": "《财政票据管理办法》",
    "stage": "face",
    "severity": "block",
    "message": "合计{total}元超过限额。",
    "field": "total",
    "effective_from": "2026-01-01",
    "effective_to": "",
    "condition": "total > 100000",
    "revision": "0",
    "note": "",
}


site = a_world(spread=True, scope="module", checked=False)


async def _post(
    browser: Browser, path: str, data: dict[str, Any] | None = None, **more: Any
) -> httpx.Response:
    """Post with the session's CSRF token, as it stands on any page."""
    token = re.search(r'name="csrf-token" content="([^"]+)"', (await browser.get("/finance/rules")).text)
    assert token
    return await browser.post(path, data=data, headers={"X-CSRF-Token": token[1]}, **more)


def _revision(html: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', html)
    assert found
    return found[1]


async def _make(browser: Browser, code: str, **changes: Any) -> str:
    """Make a rule; its address."""
    answer = await _post(browser, "/finance/rules/new", FORM | {"code": code} | changes)
    assert answer.status_code == 303, re.findall(r"<li>(.*?)</li>", answer.text)
    return f"/finance/rules/{code}"


async def _do(browser: Browser, address: str, version: int, action: str, reason: str = "") -> httpx.Response:
    seen = await browser.get(f"{address}?version={version}")
    form = {"revision": _revision(seen.text) if "revision" in seen.text else "0", "reason": reason}
    return await _post(browser, f"{address}/versions/{version}/{action}", form)


async def _approve(site: World, head: Browser, address: str, version: int) -> httpx.Response:
    """Approve a version that was back-tested, through the page that says what follows."""
    code = address.rpartition("/")[2]
    async with site.database.system() as connection:
        content = (await get_version(connection, code, version)).rule
    await was_tried(site.database, content)
    at = f"{address}/versions/{version}/approve"
    asked = await _do(head, address, version, "approve", "同意，可以运行")
    assert asked.status_code == 200
    back = await _post(head, at, members_of(asked.text) | {"revised": "yes"})
    assert "同意，可以运行</textarea>" in back.text
    assert 'value="同意，可以运行"' not in back.text
    return await _post(head, at, members_of(asked.text))


async def test_from_the_form_to_a_rule_that_runs(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        address = await _make(officer, "T-RUN", kinds=["06", "0201"], unit_types="hospital")
        drafted = await officer.get(address)
        assert "草稿" in drafted.text
        assert "提交审核" in drafted.text
        assert ("删除草稿</button>" in drafted.text, "撤回</button>" in drafted.text) == (True, False)
        assert "医疗机构" in drafted.text
        assert (await _do(officer, address, 1, "submit")).status_code == 303
        assert "由省级财政部门负责人审核" in (await officer.get(address)).text
        untried = await _do(head, address, 1, "approve")
        assert "这一版还没有试过，不能通过" in untried.text
        assert "确认通过" not in untried.text
        refused = await _post(head, f"{address}/versions/1/approve", {"revision": "2", "confirmed": "yes"})
        assert refused.status_code == 409
        assert (await _approve(site, head, address, 1)).status_code == 303
        running = await head.get(address)
        assert "运行中" in running.text
        assert "立即暂停" in running.text
        listed = await officer.get("/finance/rules?words=T-RUN&state=live")
        assert "T-RUN" in listed.text

        async def is_in_force() -> bool:
            return "T-RUN" in {each.rule.code for each in (await site.services.rules.get()).rules}

        await until(is_in_force, "the rule book was not told")
        # 暂停 needs a reason, works at once, and 恢复 brings it back.
        refused = await _post(head, f"{address}/suspend", {"reason": ""})
        assert refused.status_code == 422
        assert "请填写暂停的原因" in refused.text
        assert (await _post(head, f"{address}/suspend", {"reason": "误伤较多"})).status_code == 303
        assert "：误伤较多</div>" in (await officer.get(address)).text
        assert "规则已暂停" in (await officer.get(address)).text
        empty = await _post(head, f"{address}/resume", {"reason": " "})
        assert (empty.status_code, "请填写恢复运行的原因" in empty.text) == (422, True)
        assert (await _post(officer, f"{address}/resume", {"reason": "已核实"})).status_code == 403
        # What follows is told first, with who stopped it and why.
        asked = await _post(head, f"{address}/resume", {"reason": "已核实"})
        assert asked.status_code == 200
        for words in ("第1版立即对全部适用票据重新生效", "：误伤较多", "已核实", "不会补查"):
            assert words in asked.text
        assert "规则已暂停" in (await officer.get(address)).text
        # Going back keeps the reason that was typed, and changes nothing.
        back = await head.post(f"{address}/resume", members_of(asked.text) | {"revised": "yes"})
        assert (back.status_code, 'name="reason" value="已核实"' in back.text) == (200, True)
        assert "规则已暂停" in back.text
        assert (await head.post(f"{address}/resume", members_of(asked.text))).status_code == 303
        assert "规则已暂停" not in (await officer.get(address)).text
        twice = await head.post(f"{address}/resume", members_of(asked.text))
        assert (twice.status_code, "已经恢复运行" in twice.text) == (409, True)


async def test_usual_reasons_are_written_with_the_rule_and_say_something(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        thin = await _post(officer, "/finance/rules/new", FORM | {"code": "T-USUAL", "reasons": "情况属实"})
        assert thin.status_code == 422
        assert "常用理由“情况属实”不少于5个字" in thin.text
        many = "\n".join(f"合同第{number}条另有约定，原件已核对" for number in range(9))
        answer = await _post(officer, "/finance/rules/new", FORM | {"code": "T-USUAL", "reasons": many})
        assert "常用理由最多8条" in answer.text
        assert "合同第8条另有约定" in answer.text
        written = "  合同约定分期付款 \r\n\r\n合同约定分期付款\r\n对方上年未索取票据"
        address = await _make(officer, "T-USUAL", reasons=written)
        assert "合同约定分期付款；对方上年未索取票据" in (await officer.get(address)).text
        assert (
            "合同约定分期付款\n对方上年未索取票据</textarea>" in (await officer.get(f"{address}/edit")).text
        )
        file = (await officer.get("/finance/rules/export.yaml", words="T-USUAL")).text
        assert "reasons: [合同约定分期付款, 对方上年未索取票据]" in file


async def test_ones_own_work_is_not_ones_own_to_approve(site: World) -> None:
    async with await site.browser(HEAD, region=PROVINCE) as head:
        address = await _make(head, "T-OWN")
        assert (await _do(head, address, 1, "submit")).status_code == 303
        seen = await head.get(address)
        assert "请由其他负责人审核" in seen.text
        assert f"{address}/versions/1/approve" not in seen.text
        answer = await _post(head, f"{address}/versions/1/approve", {"revision": "2"})
        assert answer.status_code == 403
        assert "不能自己审核" in answer.text


async def test_a_head_finds_rules_that_wait_from_the_changes_and_from_home(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        waiting = f"/finance/rules?state=submitted&region={PROVINCE}"
        link, tile = re.escape(escape(waiting)), r'data-tile="rules".*?<strong[^>]*>(\d+)<'

        async def told() -> tuple[int, int]:
            """How many the worklist of changes names, and how many the tile of home counts."""
            changes, home = (await head.get("/finance/approvals")).text, (await head.get("/finance/")).text
            named = re.search(rf'>(\d+)</strong> 条监管规则待审核.*?href="{link}"', changes)
            counted = re.search(rf'href="{link}" {tile}', home, re.DOTALL)
            assert counted
            return int(named[1]) if named else 0, int(counted[1])

        # Other tests of the module have rules that wait as well.
        before, _ = await told()
        address = await _make(officer, "T-FOUND")
        await _make(officer, "T-DRAFT")
        await _do(officer, address, 1, "submit")
        assert await told() == (before + 1, before + 1)
        listed = (await head.get(waiting)).text
        assert ("T-FOUND" in listed, "T-DRAFT" in listed) == (True, False)
        # 撤回 is for those who brought it: who decides has 通过 and 退回.
        take_back = f'action="{address}/versions/1/withdraw"'
        assert take_back in (await officer.get(address)).text
        decided = (await head.get(address)).text
        assert (take_back in decided, f"{address}/versions/1/approve" in decided) == (False, True)


async def test_an_officer_may_not_decide_nor_an_administrator_write(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(Role.ADMINISTRATOR) as administrator,
    ):
        address = await _make(officer, "T-RIGHTS")
        await _do(officer, address, 1, "submit")
        assert (await _post(officer, f"{address}/versions/1/approve", {"revision": "2"})).status_code == 403
        assert (await _post(officer, f"{address}/suspend", {"reason": "x"})).status_code == 403
        assert (await administrator.get(address)).status_code == 200
        assert (await administrator.get("/finance/rules/new")).status_code == 403
        assert (
            await _post(administrator, "/finance/rules/new", FORM | {"code": "T-ADMIN"})
        ).status_code == 403
        assert (await officer.post("/finance/rules/new", data=FORM | {"code": "T-CSRF"})).status_code == 403
    async with await site.browser(Role.UNIT_MANAGER) as manager:
        assert (await manager.get("/finance/rules")).status_code == 403
    async with site.stranger() as stranger:
        assert (await stranger.get("/finance/rules")).status_code == 303


async def test_what_is_wrong_is_told_at_its_place_and_nothing_typed_is_lost(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        wrong = FORM | {
            "code": "T-WRONG",
            "name": "",
            "condition": "total > 1\nAND payer.shoe = '<b>'",
            "message": "{payer.shoe}",
            "kinds": ["0601"],
        }
        answer = await _post(officer, "/finance/rules/new", wrong)
        assert answer.status_code == 422
        for told in ("请填写规则名称", "第2行第5字", "{payer.shoe}不是可用的字段"):
            assert told in unescape(answer.text)
        assert "AND <mark>payer.shoe</mark> = " in answer.text
        assert 'href="#condition"' in answer.text
        assert re.search(r'value="0601" checked', answer.text)
        assert "<b>" not in answer.text
        assert (await officer.get("/finance/rules/T-WRONG")).status_code == 404


async def test_of_two_officers_editing_the_second_keeps_what_was_typed(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        address = await _make(officer, "T-EDIT")
        begun = _revision((await officer.get(f"{address}/edit")).text)
        first = await _post(head, f"{address}/edit", FORM | {"name": "负责人改的", "revision": begun})
        assert first.status_code == 303
        second = await _post(officer, f"{address}/edit", FORM | {"name": "经办人改的", "revision": begun})
        assert second.status_code == 409
        assert "已被他人保存" in second.text
        assert "经办人改的" in second.text
        assert "<del>负责人改的</del>" in second.text
        assert "<ins>经办人改的</ins>" in second.text
        assert "负责人改的" in (await officer.get(address)).text
        # Having seen both, one may mean it.
        meant = FORM | {"name": "经办人改的", "revision": _revision(second.text)}
        assert (await _post(officer, f"{address}/edit", meant)).status_code == 303
        assert "经办人改的" in (await officer.get(address)).text
        # The code is not the form's to change.
        renamed = FORM | {
            "code": "T-OTHER",
            "revision": _revision((await officer.get(f"{address}/edit")).text),
        }
        assert (await _post(officer, f"{address}/edit", renamed)).status_code == 303
        assert (await officer.get("/finance/rules/T-OTHER")).status_code == 404


async def test_versions_side_by_side_and_back(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        address = await _make(officer, "T-BACK")
        await _do(officer, address, 1, "submit")
        await _approve(site, head, address, 1)
        changed = FORM | {"condition": "total > 200000", "severity": "ask", "revision": "0"}
        assert (await _post(officer, f"{address}/edit", changed)).status_code == 303
        await _do(officer, address, 2, "submit")
        await _approve(site, head, address, 2)
        compared = await officer.get(f"{address}/compare")
        assert "两版有2处不同：处置、条件。" in compared.text
        assert "<del>total &gt; 100000</del>" in compared.text
        assert "<ins>total &gt; 200000</ins>" in compared.text
        assert "恢复这一版" not in (await officer.get(f"{address}?version=2")).text
        assert "恢复这一版" in (await officer.get(f"{address}?version=1")).text
        asked = await _do(officer, address, 1, "roll_back")
        assert asked.status_code == 200
        assert "第1版的内容成为第3版，提交审核。" in asked.text
        assert "在那以前，第2版照常运行。" in asked.text
        assert "恢复第1版" not in (await officer.get(address)).text
        done = await _post(officer, f"{address}/versions/1/roll_back", members_of(asked.text))
        assert done.status_code == 303
        third = await officer.get(address)
        assert "恢复第1版" in third.text
        assert "两版内容相同" in (await officer.get(f"{address}/compare?before=1&after=3")).text


async def test_a_trial_is_ended_and_the_version_that_acts_is_not_offered_again(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        address = await _make(officer, "T-ENDED")
        await _do(officer, address, 1, "submit")
        await _approve(site, head, address, 1)
        trial = FORM | {"condition": "total > 200000", "mode": "shadow", "revision": "0"}
        assert (await _post(officer, f"{address}/edit", trial)).status_code == 303
        await _do(officer, address, 2, "submit")
        assert (await _do(head, address, 2, "approve")).status_code == 303
        first = (await officer.get(f"{address}?version=1")).text
        assert "运行中" in first
        assert "恢复这一版" not in first
        assert "结束试运行" not in first
        assert "结束试运行" in (await officer.get(f"{address}?version=2")).text
        asked = await _do(officer, address, 2, "end_trial")
        assert (asked.status_code, "第1版照常运行。" in asked.text) == (200, True)
        assert "试运行中" in (await officer.get(f"{address}?version=2")).text
        done = await _post(officer, f"{address}/versions/2/end_trial", members_of(asked.text))
        assert done.status_code == 303
        ended = (await officer.get(address)).text
        assert "试运行中" not in ended
        assert "已撤回" in ended
        again = await _post(officer, f"{address}/versions/2/end_trial", {"confirmed": "yes"})
        assert (again.status_code, "第2版不在试运行，请刷新页面查看。" in again.text) == (409, True)


async def test_a_condition_reads_as_a_sentence_where_it_is_decided(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        condition = "total > 30000 AND unit.type = 'hospital'"
        address = await _make(officer, "T-TOLD", condition=condition)
        told = "合计金额大于30000，并且单位类型等于“医疗机构”"
        assert told in (await officer.get(address)).text
        await _do(officer, address, 1, "submit")
        asked = await _do(head, address, 1, "approve")
        assert asked.status_code == 200
        assert told in asked.text


async def test_a_returned_rule_tells_why(site: World) -> None:
    async with await site.browser(region=HOHHOT) as city, await site.browser(HEAD, region=PROVINCE) as head:
        begun = await city.get("/finance/rules/new")
        assert f'value="L{HOHHOT}-"' in begun.text
        address = await _make(city, f"L{HOHHOT}-T1", regions=[])
        await _do(city, address, 1, "submit")
        nothing = await _do(head, address, 1, "return")
        assert nothing.status_code == 422
        assert (await _do(head, address, 1, "return", "依据不足")).status_code == 303
        seen = (await city.get(address)).text
        assert "依据不足" in seen
        assert "<dd>呼和浩特市全部</dd>" in seen
        assert "<dt>审核</dt>" in seen
    async with await site.browser(region=BAOTOU) as elsewhere:
        assert (await elsewhere.get(address)).status_code == 404
        assert f"L{HOHHOT}-T1" not in (await elsewhere.get("/finance/rules")).text


async def test_condition_and_form_are_made_from_each_other(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:

        async def ask(**question: Any) -> dict[str, Any]:
            asked = {"kinds": [], "stage": "face"} | question
            answer = await _post(officer, "/finance/rules/condition", json=asked)
            assert answer.status_code == 200
            told: dict[str, Any] = answer.json()
            return told

        text = "total > 100 AND (remark = '' OR any_item(item.amount > 5))"
        told = await ask(text=text)
        assert told["problems"] == []
        again = await ask(tree=told["tree"])
        assert again["tree"] == told["tree"]
        assert "any_item" in again["text"]
        wrong = await ask(text="total >\n shoe")
        assert wrong["tree"] is None
        assert (wrong["problems"][0]["line"], wrong["problems"][0]["column"]) == (2, 2)
        medical = await ask(text="total > 1", kinds=["0601"])
        everything = {entry["insert"] for entry in medical["fields"]}
        assert {"payer.name", "unit_sum(天数)"} <= everything
        assert any(path.startswith("extension.") for path in everything)
        assert any(value.startswith("extension/") for value, _ in medical["positions"])
        assert not any(value.startswith("extension/") for value, _ in told["positions"])
        assert "<script" not in medical["catalogue"]
        for body in (
            b"",
            b"[]",
            b'{"kinds": 1}',
            b"[" * 100_000,
            b'{"kinds":[],"stage":"x","tree":{"all":[]}}',
        ):
            answer = await _post(officer, "/finance/rules/condition", content=body)
            assert answer.status_code in (200, 400)


async def test_files_out_and_in(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        await _make(officer, "T-FILE-1")
        await _make(officer, "T-FILE-2")
        exported = await officer.get("/finance/rules/export.yaml?words=T-FILE")
        assert exported.headers["content-type"].startswith("application/yaml")
        assert re.findall(r"^code: (.*)$", exported.text, re.MULTILINE) == ["T-FILE-1", "T-FILE-2"]
        one = await officer.get("/finance/rules/T-FILE-1/export.yaml")
        assert exported.text.split("---\n")[0] == one.text
        assert (await officer.get("/finance/rules/export.yaml?words=nothing-like-it")).status_code == 404
        file = exported.text.replace("T-FILE-1", "T-FILE-3") + "---\ncode: T-FILE-4\n"
        tried = await _post(
            officer, "/finance/rules/import", {"action": "try"}, files={"file": ("r.yaml", file)}
        )
        assert tried.status_code == 200
        assert "新建草稿 1 条" in tried.text
        assert "内容相同，跳过 1 条" in tried.text
        assert "不能导入 1 条" in tried.text
        assert (await officer.get("/finance/rules/T-FILE-3")).status_code == 404
        carried = re.search(r'<textarea name="text" hidden>\n(.*?)</textarea>', tried.text, re.DOTALL)
        assert carried
        done = await _post(
            officer,
            "/finance/rules/import",
            {"action": "import", "text": unescape(carried[1]).replace("\n", "\r\n")},
        )
        assert "已写入 1 条草稿" in done.text
        assert "草稿" in (await officer.get("/finance/rules/T-FILE-3")).text
        for data in (b"", b"a: &x [*x]", b"\xff", b"x" * 1_000_001):
            answer = await _post(
                officer, "/finance/rules/import", {"action": "try"}, files={"file": ("r.yaml", data)}
            )
            assert answer.status_code == 422, data[:20]


async def test_how_rules_do(site: World) -> None:
    unit_id = site.residents[HOHHOT].unit_id
    await site.services.database.pool.execute(
        "INSERT INTO rule_hits (unit_id, code, day, blocked, asked) VALUES ($1, $2, current_date, 12345, 67)",
        unit_id,
        f"L{HOHHOT}-T2",
    )
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(region=HOHHOT) as city,
        await site.browser(region=BAOTOU) as elsewhere,
    ):
        await _make(city, f"L{HOHHOT}-T2")
        await site.services.database.pool.execute(
            f"INSERT INTO rule_failures VALUES ('L{HOHHOT}-T2', 1, current_date, 8, 'KeyError: x', now())"
        )
        seen = await officer.get("/finance/rules/running")
        assert "12,345" in seen.text
        assert "KeyError: x" in seen.text
        assert "12,345" in (await city.get(f"/finance/rules/L{HOHHOT}-T2")).text
        other = await elsewhere.get("/finance/rules/running")
        assert "12,345" not in other.text
        assert "KeyError" not in other.text
        for query in ("?from=x", "?from=2026-02-02&to=2026-01-01", "?to=9999-99-99"):
            answer = await officer.get(f"/finance/rules/running{query}")
            assert answer.status_code == 422
            assert "日期不正确" in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/finance/rules?state=bogus&stage=x&severity=y&after=%00%27", 422),
        ("/finance/rules?words=%25%27%22%3Cscript%3E", 200),
        ("/finance/rules?after=ZZZZ", 422),
    ],
)
async def test_odd_addresses_of_the_list_are_answered(site: World, address: str, status: int) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        answer = await officer.get(address)
    assert answer.status_code == status
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/finance/rules/NOPE",
        "/finance/rules/NOPE/edit",
        "/finance/rules/NOPE/compare",
        "/finance/rules/NOPE/export.yaml",
        "/finance/rules/%27",
        "/finance/rules/%00",
        "/finance/rules/%FF%FE",
    ],
)
async def test_rules_that_do_not_exist(site: World, path: str) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        assert (await officer.get(path)).status_code == 404


async def test_actions_that_do_not_exist(site: World) -> None:
    async with await site.browser(HEAD, region=PROVINCE) as head:
        assert (await _post(head, "/finance/rules/NOPE/versions/1/explode", {})).status_code == 404
        assert (await _post(head, "/finance/rules/NOPE/explode", {})).status_code == 404
        assert (await _post(head, "/finance/rules/NOPE/suspend", {"reason": "x"})).status_code == 404
        assert (await _post(head, "/finance/rules/%00/suspend", {"reason": "x"})).status_code == 404
        address = await _make(head, "T-HUGE")
        for version in ("9999999999999", "99999999999999999999999", "0"):
            answer = await _post(head, f"{address}/versions/{version}/submit", {"revision": "1"})
            assert answer.status_code == 404
        assert (await _post(head, "/finance/rules/NOPE/versions/9999999999999/approve", {})).status_code in (
            404,
            409,
        )


async def test_the_editor_offers_the_form_its_data(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        address = await _make(officer, "T-DATA", condition="total > 1 AND remark <> '\"<'")
        seen = await officer.get(f"{address}/edit")
    tree = re.search(r'data-tree="([^"]*)"', seen.text)
    assert tree
    assert json.loads(unescape(tree[1])) == {
        "all": [
            {"field": "total", "operator": ">", "value": "1"},
            {"field": "remark", "operator": "<>", "value": '"<'},
        ]
    }
    fields = re.search(r'data-fields="([^"]*)"', seen.text)
    assert fields
    assert {"insert", "name", "kind", "group"} <= json.loads(unescape(fields[1]))[0].keys()


async def _work_on(site: World, address: str) -> None:
    """What a worker does with a trial."""
    handler = next(each for each in site.lake.handlers() if each.name == "backtest")
    await handler.work({"backtest_id": int(address.rsplit("/", 1)[1])})


async def test_a_trial_tells_what_would_have_been_hit(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(region=BAOTOU) as elsewhere,
        await site.browser(Role.ADMINISTRATOR) as administrator,
    ):
        address = await _make(officer, "T-TRIAL", condition="total > 0")
        started = await _post(officer, f"{address}/backtests", {"version": "1", "months": "3"})
        assert started.status_code == 303
        trial = started.headers["location"]
        waiting = await officer.get(trial)
        assert "停止试算" in waiting.text
        state = (await officer.get(f"{trial}/state")).json()
        assert (state["progress"], state["finished"]) == (0, False)
        for stranger in (elsewhere, administrator):
            assert (await stranger.get(trial)).status_code in (403, 404)
            assert (await _post(stranger, f"{trial}/stop")).status_code in (403, 404)
        await _work_on(site, trial)
        assert (await officer.get(f"{trial}/state")).json()["finished"]
        done = await officer.get(trial)
        assert "这条规则会命中适用范围内的每一张票据" in done.text
        chart = re.search(r'data-chart="([^"]*)"', done.text)
        assert chart
        # Eight bills, one of them reversed: the past holds all that were issued.
        assert sum(json.loads(unescape(chart[1]))["values"]) == 8
        bill = re.search(r'href="(/finance/bills/\d+/\d+)"', done.text)
        assert bill
        assert (await officer.get(bill[1])).status_code == 200
        # In the area of another department only its own bills count.
        begun = FORM | {"code": f"L{BAOTOU}-T9", "condition": "total > 0", "months": "1"}
        local = (await _post(elsewhere, "/finance/rules/backtests", begun)).headers["location"]
        await _work_on(site, local)
        counted = re.search(r'data-chart="([^"]*)"', (await elsewhere.get(local)).text)
        assert counted
        assert sum(json.loads(unescape(counted[1]))["values"]) == 2


def _trials(html: str) -> list[list[str]]:
    """The rows of the table of trials without their times, which are links; the link's address first."""
    table = re.split("历次试算[^<]*</caption>", html)[-1].partition("</table>")[0]
    rows = re.findall(r'<tr>\s*<th[^>]*><a href="([^"]+)">[^<]+</a></th>(.*?)</tr>', table, re.DOTALL)
    return [
        [link, *(re.sub(r"<[^>]+>|\s", "", cell) for cell in cells.split("</td>")[:-1])]
        for link, cells in rows
    ]


async def test_a_rules_page_tells_what_was_tried_before(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(region=BAOTOU) as elsewhere,
        await site.browser(Role.ADMINISTRATOR) as administrator,
    ):
        address = await _make(officer, "T-TRIED", condition="total > 0")
        other = await _make(officer, "T-UNTRIED")
        assert "本部门还没有试算过这条规则" in (await officer.get(address)).text
        first = await _post(officer, f"{address}/backtests", {"version": "1", "months": "3"})
        await _work_on(site, first.headers["location"])
        form = FORM | {"code": "T-TRIED", "condition": "total > 1", "months": "12"}
        second = await _post(officer, "/finance/rules/backtests", form)
        waiting = [
            second.headers["location"],
            "未保存的内容",
            "最近12个月",
            "等待",
            "—",
            "—",
            "—",
            "测试人员",
        ]
        money = sum(bill.total for bills in site.bills.values() for bill in bills)
        done = [
            first.headers["location"],
            "第1版",
            "最近3个月",
            "已完成",
            "8",
            "4",
            f"{money:,.2f}",
            "测试人员",
        ]
        assert _trials((await officer.get(address)).text) == [waiting, done]
        assert _trials((await officer.get(f"{address}/backtests")).text) == [waiting, done]
        await _post(officer, f"{waiting[0]}/stop")
        assert _trials((await officer.get(address)).text)[0][3] == "已停止"
        # Trials are a department's own; who may not try sees none.
        assert "本部门还没有试算过这条规则" in (await officer.get(other)).text
        assert (await elsewhere.get(f"{address}/backtests")).status_code == 404, "a draft of the province"
        assert "历次试算" not in (await administrator.get(address)).text
        assert (await administrator.get(f"{address}/backtests")).status_code == 403


async def test_trials_have_pages(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        address = await _make(officer, "T-MANY")
        started = await _post(officer, f"{address}/backtests", {"version": "1", "months": "1"})
        await _post(officer, f"{started.headers['location']}/stop")
        await site.services.database.pool.execute(
            "INSERT INTO backtests (region_code, rule, version, months, state, asked_by) "
            "SELECT region_code, rule, number, 1, 'stopped', asked_by FROM backtests, generate_series(2, 42) AS number "
            "WHERE rule ->> 'code' = 'T-MANY'"
        )
        shown = await officer.get(address)
        assert [row[1] for row in _trials(shown.text)] == [f"第{number}版" for number in range(42, 22, -1)]
        assert f'href="{address}/backtests">查看全部试算' in shown.text
        seen: list[str] = []
        following = f"{address}/backtests"
        while following:
            answer = await officer.get(following)
            seen += [row[1] for row in _trials(answer.text)]
            link = re.search(r'href="([^"]+)" rel="next"', answer.text)
            following = link[1] if link else ""
        assert seen == [f"第{number}版" for number in range(42, 0, -1)]
        for odd in ("x", "-1", "9" * 19, "9" * 30):
            assert (await officer.get(f"{address}/backtests?before={odd}")).status_code == 422, odd


async def test_a_trial_is_stopped_and_a_wrong_one_never_begins(site: World) -> None:
    async with await site.browser(region=PROVINCE) as officer:
        address = await _make(officer, "T-STOP")
        for wrong in ("0", "37", "999"):
            answer = await _post(officer, f"{address}/backtests", {"version": "1", "months": wrong})
            assert answer.status_code == 422
            assert "试算月数应为1至36" in answer.text
        started = await _post(officer, f"{address}/backtests", {"version": "1", "months": "12"})
        trial = started.headers["location"]
        assert (await _post(officer, f"{trial}/stop")).status_code == 303
        assert "试算已停止" in (await officer.get(trial)).text
        bad = await _post(
            officer, "/finance/rules/backtests", FORM | {"code": "T-BAD", "condition": "shoe > 1"}
        )
        assert bad.status_code == 422
        assert "第1行第1字" in bad.text
        for path in ("/finance/rules/backtests/999999", "/finance/rules/backtests/99999999999999999999"):
            assert (await officer.get(path)).status_code == 404


async def test_a_rule_on_trial_is_put_to_work_by_a_second_person(site: World) -> None:
    async with (
        await site.browser(region=PROVINCE) as officer,
        await site.browser(HEAD, region=PROVINCE) as head,
    ):
        address = await _make(officer, "T-SHADOW", severity="warn", mode="shadow")
        await _do(officer, address, 1, "submit")
        assert "只记录会命中的票据" in (await head.get(address)).text
        assert (await _do(head, address, 1, "approve")).status_code == 303
        seen = (await officer.get(address)).text
        assert "试运行中" in seen
        assert "还没有命中" in seen
        assert "第1版试运行" in (await officer.get("/finance/rules?words=T-SHADOW")).text
        empty = await officer.get(f"{address}/shadow")
        assert (empty.status_code, "还没有命中" in empty.text) == (200, True)
        assert (await _do(officer, address, 1, "put_to_work")).status_code == 303
        # The trial goes on until a second person has approved the version that acts.
        waiting = (await officer.get(address)).text
        assert "由省级财政部门负责人审核" in waiting
        assert "第1版试运行，近" in waiting
        twice = await _do(officer, address, 1, "put_to_work")
        assert twice.status_code == 409
        early = await _do(head, address, 2, "approve")
        assert "第1版试运行 0 天，不满7天：会命中 0 份票据" in early.text
        assert "确认通过" not in early.text
        assert (await _approve(site, head, address, 2)).status_code == 303
        done = (await officer.get(address)).text
        assert "运行中" in done
        assert "试运行，近" not in done
        late = await _do(officer, address, 1, "put_to_work")
        assert late.status_code == 409
        running = await officer.get("/finance/rules/running")
        assert "试运行" in running.text
