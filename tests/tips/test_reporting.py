"""线索举报 through the public pages: fill in, check, send, look, add."""

import re

import httpx
import pytest
from tests.support.browser import members_of
from tests.support.world import World, a_world
from tests.tips.reporters import PDF, PNG, WORDS, act, check, look, lookup_of, report, send

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock

world = a_world()
strict = a_world(tips_per_network=2, tip_files_per_network=3, tip_looks_per_network=2)


def problems(text: str) -> list[str]:
    summary = re.search(r'id="error-summary".*?</ul>', text, re.DOTALL)
    return re.findall(r"<li>(?:<a [^>]*>)?([^<]+)", summary[0]) if summary else []


async def test_a_tip_is_checked_sent_and_found_again(world: World) -> None:
    async with world.stranger() as browser:
        first = await browser.get("/tips")
        assert first.status_code == 200
        for label in (
            "收费不开票",
            "票据金额不符",
            "虚假票据",
            "重复报销",
            "超标准收费",
            "代开、转借票据",
            "其他",
        ):
            assert label in first.text
        checked = await check(
            browser,
            [("收据.png", PNG), ("流水.pdf", PDF)],
            kinds=["no_bill", "overcharge"],
            contact="13812345678",
        )
        assert checked.status_code == 200
        for shown in ("收费不开票、超标准收费", "某某医院", WORDS, "收据.png；流水.pdf", "13812345678"):
            assert shown in checked.text
        assert await world.value("SELECT count(*) FROM tips") == 0
        done = await send(browser, checked)
        lookup = lookup_of(done)
        again = await send(browser, checked)
        assert lookup_of(again) == lookup
    assert await world.value("SELECT count(*) FROM tips") == 1
    row = (await world.rows("SELECT * FROM tips"))[0]
    assert (row["region_code"], row["unit_id"], row["state"]) == ("150000", None, "new")
    assert row["contact_masked"] == "138****5678"
    assert b"13812345678" not in row["contact"]
    assert lookup.encode() not in row["code_hash"]
    seen = await look(world, lookup.lower().replace("-", " "))
    assert "待受理" in seen.text
    assert "附件：收据.png" in seen.text
    assert "内蒙古自治区财政厅" in seen.text
    assert "13812345678" not in seen.text
    address = await world.rows("SELECT address, unit_id FROM audit_log WHERE action LIKE 'tip:%'")
    assert [tuple(each) for each in address] == [("", None)]
    assert await world.value("SELECT title FROM messages") == "收到群众线索XS00000001"


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(world: World) -> None:
    async with world.stranger() as browser:
        shown = await check(
            browser,
            [("收据.png", PNG), ("木马.exe", b"MZ\x90\0")],
            kinds=[],
            unit_name="",
            words="太短",
            contact="微信号",
            code="1234",
            number="x",
        )
        assert shown.status_code == 422
        assert problems(shown.text) == [
            "票据代码应为 8 位数字，请按票面左上方填写。",
            "票据号码应为 10 位数字，请按票面右上方填写。",
            "请选择是什么问题，可以多选。",
            "请填写问题经过，不少于10个字。",
            "联系方式应为 11 位手机号码或电子邮箱，请核对；不想留的，可以不填。",
            "“木马.exe”：文件内容不是 PDF、OFD、PNG、JPEG 或 HEIC，请换一个文件。",
        ]
        assert 'value="微信号"' in shown.text
        assert "删除 收据.png" in shown.text
        draft = members_of(shown.text)["draft"]
        better = await check(browser, draft=draft)
        assert "收据.png" in better.text
        assert "提交线索" in better.text
        edited = await browser.post("/tips/edit", {"draft": members_of(better.text)["draft"]})
        assert WORDS in edited.text
        digest = re.search(r'name="drop" value="([0-9a-f]{64})"', edited.text)
        assert digest
        without = await check(browser, draft=members_of(edited.text)["draft"], drop=digest[1])
        assert "收据.png" not in without.text
    assert await world.value("SELECT count(*) FROM tips") == 0


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("words", "长" * 10_000, "问题经过不能超过1000字"),
        ("words", "有看不见的字符\x1b[31m以及别的内容", "问题经过里有无法显示的字符"),
        ("unit_name", "长" * 10_000, "单位名称不能超过100字"),
        ("contact", "a@b", "联系方式应为"),
        ("kinds", "drop table", "请选择是什么问题"),
        ("link", "https://example.com/", "这不是票据二维码的内容"),
        ("link", "http://[", "这不是票据二维码的内容"),
        ("website", "https://spam.example", "请清空“请勿填写”一栏"),
    ],
)
async def test_bad_input_is_refused(world: World, field: str, text: str, message: str) -> None:
    async with world.stranger() as browser:
        shown = await check(browser, **{field: text})
        assert shown.status_code == 422
        assert [each for each in problems(shown.text) if message in each]


async def test_sql_is_only_text(world: World) -> None:
    nasty = "'; DROP TABLE tips; -- <script>alert(1)</script>"
    _, tip_id = await report(world, unit_name=nasty, words=nasty)
    assert await world.value("SELECT unit_name FROM tips WHERE tip_id = $1", tip_id) == nasty
    officer = await world.browser(region="150000")
    shown = await officer.get(f"/finance/tips/{tip_id}")
    assert "<script>alert(1)" not in shown.text
    assert "&lt;script&gt;alert(1)" in shown.text


@pytest.mark.parametrize("draft", ["", "x", "AAAA", "é", "A" * 70_000])
async def test_a_foreign_draft_is_none(world: World, draft: str) -> None:
    async with world.stranger() as browser:
        for address in ("/tips/send", "/tips/edit"):
            shown = await browser.post(address, {"draft": draft[:15_000]})
            assert shown.status_code == 410
            assert problems(shown.text) == ["填写的内容已失效，没有提交，请重新填写。"]


async def test_a_draft_ends(world: World, clock: StoppedClock) -> None:
    async with world.stranger() as browser:
        shown = await check(browser)
        clock.move(hours=13)
        late = await send(browser, shown)
    assert late.status_code == 410
    assert await world.value("SELECT count(*) FROM tips") == 0


async def test_a_tip_goes_to_the_department_of_its_unit(world: World) -> None:
    hospital, office = world.province.hospital, world.province.office
    (bill,) = await world.issue(hospital, hospital.request())
    cases = [
        ({"code": bill.code, "number": bill.number, "unit_name": ""}, hospital),
        ({"link": f"https://site.test/verify?c={bill.code}&n={bill.number}&h=abc"}, hospital),
        ({"unit_name": office.unit.name}, office),
        ({"unit_name": office.unit.uscc}, office),
    ]
    for typed, resident in cases:
        _, tip_id = await report(world, **typed)
        row = (await world.rows("SELECT unit_id, region_code FROM tips WHERE tip_id = $1", tip_id))[0]
        assert tuple(row) == (resident.unit_id, resident.unit.region_code)
    _, unknown = await report(world, code="15060199", number="0000000001")
    row = (await world.rows("SELECT unit_id, region_code FROM tips WHERE tip_id = $1", unknown))[0]
    assert tuple(row) == (None, "150000")


async def test_strangers_learn_nothing_of_bills_and_codes(world: World) -> None:
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request())
    async with world.stranger() as browser:
        known = await check(browser, code=bill.code, number=bill.number)
        unknown = await check(browser, code=bill.code, number="9999999999")
        assert (known.status_code, unknown.status_code) == (200, 200)
        assert hospital.unit.name not in known.text
        missing = await browser.post("/tips/look", {"lookup": "ABCD-EFGH-2345-JKMN"})
    assert missing.status_code == 404
    assert problems(missing.text) == ["没有找到这个查询码，请核对后重新输入（16 位字母和数字，不分大小写）。"]


async def test_a_network_has_limits(strict: World, clock: StoppedClock) -> None:
    lookup, _ = await report(strict)
    await report(strict)
    async with strict.stranger() as browser:
        third = await check(browser)
        refused = await send(browser, third)
        assert refused.status_code == 429
        assert WORDS in refused.text
        four = [(f"{n}.png", PNG + bytes([n])) for n in range(4)]
        many = await check(browser, four)
        assert many.status_code == 429
        assert [each[:8] for each in problems(many.text)] == ["“3.png”："]
        for expected in (200, 200, 429):
            assert (await browser.post("/tips/look", {"lookup": lookup})).status_code == expected
        clock.move(days=1)
        assert (await send(browser, await check(browser))).status_code == 200
    assert await strict.value("SELECT count(*) FROM tips") == 3


async def test_six_files_are_too_many(world: World) -> None:
    async with world.stranger() as browser:
        shown = await check(browser, [(f"{n}.png", PNG + bytes([n])) for n in range(6)])
    assert problems(shown.text) == ["附件最多5个，请减少后重新上传。"]


async def test_the_reporter_adds_what_is_asked_for(world: World) -> None:
    lookup, tip_id = await report(world, [("收据.png", PNG)])
    early = await add(world, lookup, "补充材料")
    assert "现在不需要补充" not in early.text
    assert await world.value("SELECT count(*) FROM tip_steps") == 1
    officer = await world.browser(region="150000")
    await act(officer, tip_id, "ask", ask__question="请提供付款记录。")
    seen = await look(world, lookup)
    assert "请提供付款记录。" in seen.text
    assert "测试人员" not in seen.text
    empty = await add(world, lookup, "")
    assert problems(empty.text) == ["请填写补充内容。"]
    added = await add(world, lookup, "付款记录见附件。", ("记录.pdf", PDF), ("收据.png", PNG))
    assert "财政部门收到后继续办理" in added.text
    assert "待受理" in added.text
    page = await officer.get(f"/finance/tips/{tip_id}")
    assert page.text.count("收据.png") == 1
    assert "付款记录见附件。" in page.text
    titles = [row["title"] for row in await world.rows("SELECT title FROM messages ORDER BY message_id")]
    assert titles == ["收到群众线索XS00000001", "线索XS00000001已补充"]


async def add(world: World, lookup: str, words: str, *files: tuple[str, bytes]) -> httpx.Response:
    async with world.stranger() as browser:
        sent = [("files", each) for each in files or [("", b"")]]
        return await browser.client.post("/tips/add", data={"lookup": lookup, "words": words}, files=sent)


async def test_a_check_leads_to_the_form_with_the_bill(world: World) -> None:
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request())
    async with world.stranger() as browser:
        result = await browser.get("/verify", params={"c": bill.code, "n": bill.number, "h": bill.sm3})
        address = f"/tips?code={bill.code}&amp;number={bill.number}"
        assert address in result.text
        form = await browser.get("/tips", code=bill.code, number=bill.number)
    assert f'value="{bill.number}"' in form.text


async def test_who_is_signed_in_may_report_too(world: World) -> None:
    manager = await world.browser(Role.UNIT_MANAGER)
    assert (await manager.get("/tips")).status_code == 200
