"""制样 in the pages: designing, preview, approval by another person, files, and who may what."""

import json
from typing import Any

import httpx
import pytest
from tests.rules.people import person
from tests.support.browser import Browser, members_of
from tests.support.world import HOHHOT, PROVINCE, World, a_world

from mingpiao.identity.model import Role
from mingpiao.layout.service import extract_xml_from_pdf, get_version

site = a_world()
KIND = "0301"
HERE = f"/finance/faces/{KIND}"
EDIT = f"{HERE}/2/edit"
OFFICER = person(9_001)


@pytest.fixture
async def designer(site: World) -> Browser:
    return await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)


@pytest.fixture
async def head(site: World) -> Browser:
    return await site.browser(Role.DEPARTMENT_HEAD, region=PROVINCE)


async def send(
    browser: Browser,
    shown: httpx.Response,
    address: str,
    members: dict[str, str] | None = None,
    *,
    files: Any = None,
    headers: dict[str, str] | None = None,
    **more: str,
) -> httpx.Response:
    """Send what a page's forms hold, with some members changed."""
    given = members_of(shown.text) | (members or {}) | more
    given.pop("file", None)
    return await browser.post(address, given, files=files, headers=headers)


async def started(designer: Browser) -> str:
    """The designer's page of a fresh draft."""
    shown = await designer.get(HERE)
    answer = await send(designer, shown, f"{HERE}/start")
    assert answer.headers["location"] == EDIT
    return EDIT


async def test_from_the_list_to_a_published_face(site: World, designer: Browser, head: Browser) -> None:
    listed = await designer.get("/finance/faces")
    assert f'href="{HERE}"' in listed.text
    await started(designer)
    bench = await designer.get(EDIT)
    for words in ("捐赠人：", 'data-place="qr"', "可以送审"):
        assert words in bench.text
    saved = await send(designer, bench, EDIT, do="finish", members={"face/qr/x": "13.5"}, note="二维码右移")
    assert saved.headers["location"] == HERE
    shown = await designer.get(HERE)
    assert "二维码右移" in shown.text
    missing = await send(designer, shown, f"{HERE}/2/submit", reason="")
    assert missing.status_code == 422
    assert "请填写变更原因" in missing.text
    sent = await send(designer, shown, f"{HERE}/2/submit", reason="换新式样")
    proposal = sent.headers["location"]
    assert "正在待审" in (await designer.get(HERE)).text
    decided = await head.get(proposal)
    for words in ("二维码位置", "左12，上5", "左13.5，上5", "第2版"):
        assert words in decided.text
    answer = await send(head, decided, proposal, decision="approve", opinion="")
    assert answer.headers["location"] == proposal
    done = await designer.get(HERE)
    assert "已发布" in done.text
    assert (await designer.get(EDIT)).status_code == 409
    exported = await designer.get(f"{HERE}/2/export.json")
    assert json.loads(exported.content)["template"]["qr"]["x"] == 13.5


async def test_numbers_that_are_none_are_told_at_their_inputs(site: World, designer: Browser) -> None:
    await started(designer)
    bench = await designer.get(EDIT)
    wrong = await send(
        designer,
        bench,
        EDIT,
        do="save",
        members={"face/qr/x": "abc", "face/table/panels": "1.5", "face/ink": "red"},
    )
    assert wrong.status_code == 422
    for words in ("请填写毫米数，如 12.5。", "请填写整数，如 3。", "请选择颜色", 'value="abc"'):
        assert words in wrong.text
    async with site.database.system() as connection:
        assert (await get_version(connection, KIND, 2)).revision == 1


async def test_a_finding_stands_at_its_part_and_blocks_submission(site: World, designer: Browser) -> None:
    await started(designer)
    bench = await designer.get(EDIT)
    drawn = await send(designer, bench, EDIT, do="draw", members={"face/qr/y": "20"})
    assert drawn.status_code == 200
    assert "“二维码”与“票据代码”重叠" in drawn.text
    assert 'href="#qr"' in drawn.text
    await send(designer, bench, EDIT, do="finish", members={"face/qr/y": "20"})
    shown = await designer.get(HERE)
    refused = await send(designer, shown, f"{HERE}/2/submit", reason="换新式样")
    assert refused.status_code == 422
    assert "重叠" in refused.text
    assert await site.value("SELECT count(*) FROM proposals") == 0


async def test_lists_grow_move_and_shrink_without_a_script(designer: Browser) -> None:
    await started(designer)
    bench = await designer.get(EDIT)
    more = await send(designer, bench, EDIT, do="add:lines")
    assert 'name="face/lines/0/x1"' in more.text
    fewer = await send(designer, more, EDIT, do="remove:lines/0")
    assert 'name="face/lines/0/x1"' not in fewer.text
    moved = await send(designer, bench, EDIT, do="down:fields/0")
    assert 'name="face/fields/1/label" value="票据代码："' in moved.text
    assert 'name="face/fields/0/label" value="票据号码："' in moved.text
    for odd in ("remove:fields/99", "up:nothing/1", "add:key", "down:fields/-1"):
        assert (await send(designer, bench, EDIT, do=odd)).status_code == 200


async def test_a_script_gets_the_part_that_changes(designer: Browser) -> None:
    await started(designer)
    bench = await designer.get(EDIT)
    part = await send(
        designer, bench, EDIT, do="draw", headers={"HX-Request": "true"}, members={"face/qr/x": "x"}
    )
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "请填写毫米数" in part.text


async def test_a_real_bill_is_shown_and_its_sample_file_is_in_the_audit_trail(
    site: World, designer: Browser
) -> None:
    (bill,) = await site.issue(site.unit, site.unit.request(kind=KIND))
    await started(designer)
    bench = await designer.get(f"{EDIT}?sample={bill.code}-{bill.number}")
    assert bill.number in bench.text
    for ending in ("ofd", "pdf"):
        sample = f"{bill.code}-{bill.number}"
        answer = await send(designer, bench, f"{HERE}/2/preview/{ending}", sample=sample)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{KIND}-02-sample.{ending}"'
    assert bill.number.encode() in extract_xml_from_pdf(answer.content)
    assert await site.value("SELECT count(*) FROM audit_log WHERE action = 'face:preview'") == 2
    made_up = await send(designer, bench, f"{HERE}/2/preview/pdf", sample="longest")
    assert made_up.content.startswith(b"%PDF")
    assert await site.value("SELECT count(*) FROM audit_log WHERE action = 'face:preview'") == 2


async def test_what_is_no_text_for_the_database_is_left_out_and_the_choice_is_quoted(
    site: World, designer: Browser
) -> None:
    await started(designer)
    bench = await designer.get(EDIT)
    saved = await send(designer, bench, EDIT, do="save", note="一\0二", sample="a&b=\0 c")
    assert saved.headers["location"] == f"{EDIT}?saved=yes&sample=a%26b%3D+c"
    assert await site.value("SELECT note FROM face_versions") == "一二"


async def test_two_designers_do_not_overwrite_each_other(designer: Browser, head: Browser) -> None:
    await started(designer)
    first, second = await designer.get(EDIT), await head.get(EDIT)
    await send(designer, first, EDIT, do="save", note="一")
    late = await send(head, second, EDIT, do="save", note="二")
    assert late.status_code == 409
    assert "已被他人保存" in late.text
    assert "二" in late.text


async def test_a_file_is_tried_before_it_becomes_a_draft(site: World, designer: Browser) -> None:
    address = f"{HERE}/import"
    form = await designer.get(address)
    small = json.dumps({"extends": "donation", "qr": {"x": 14}}).encode()
    tried = await send(designer, form, address, action="try", files={"file": ("a.json", small)})
    assert tried.status_code == 200
    assert "左14，上5" in tried.text
    assert await site.value("SELECT count(*) FROM face_versions") == 0
    done = await send(designer, tried, address, action="import", text=small.decode())
    assert done.headers["location"] == EDIT
    again = await send(designer, form, address, action="import", text=small.decode())
    assert again.status_code == 409
    for bad, words in (
        (b"{", "不是可用的票面样式文件"),
        (b"[" * 100_000, "不是可用的票面样式文件"),
        (b'{"extends": "nothing"}', "不存在或循环继承"),
        (b'{"kind": "0101", "template": {}}', "0101"),
        (b'{"template": 1, "kind": "0301"}', "不是可用的票面样式文件"),
        (b"\xff\xfe", "UTF-8"),
        (json.dumps({"extends": "donation", "shadow": 1}).encode(), "shadow"),
        (json.dumps({"extends": "donation", "title_color": "\0"}).encode(), "U+0000"),
    ):
        refused = await send(designer, form, address, action="try", files={"file": ("a.json", bad)})
        assert refused.status_code == 422, bad[:20]
        assert words in refused.text, bad[:20]


async def test_others_look_on(site: World, designer: Browser) -> None:
    await started(designer)
    city = await site.browser(Role.DEPARTMENT_HEAD, region=HOHHOT)
    shown = await city.get(HERE)
    assert shown.status_code == 200
    assert "送审原因" not in shown.text
    assert (await city.get(EDIT)).status_code == 403
    token = await city.csrf_token()
    for address in (f"{HERE}/start", f"{HERE}/2/submit", f"{HERE}/2/discard", f"{HERE}/import", EDIT):
        assert (await city.post(address, data={"csrf_token": token})).status_code == 403
    assert (await designer.get("/finance/faces/9999")).status_code == 404
    assert (await designer.get("/finance/faces/0101/7/edit")).status_code == 404
    assert (await designer.get("/finance/faces/0101/999999999999/export.json")).status_code in (400, 404)


async def test_a_draft_is_deleted(site: World, designer: Browser) -> None:
    await started(designer)
    shown = await designer.get(HERE)
    gone = await send(designer, shown, f"{HERE}/2/discard")
    assert gone.headers["location"] == HERE
    assert await site.value("SELECT count(*) FROM face_versions") == 0


async def test_what_is_typed_when_the_session_ends_is_there_again(site: World) -> None:
    browser = await site.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    await started(browser)
    bench = await browser.get(EDIT)
    await site.services.database.pool.execute("DELETE FROM sessions")
    late = await browser.post(
        EDIT,
        members_of(bench.text) | {"face/qr/x": "17.5", "do": "draw"},
        headers={"HX-Request": "true", "Referer": str(bench.url)},
    )
    assert late.headers["hx-redirect"] == "/login?ended=kept"
    answer = await browser.sign_in(f"{Role.DEPARTMENT_OFFICER.value}-{PROVINCE}")
    shown = await browser.get(answer.headers["location"])
    assert shown.url.path == EDIT
    assert members_of(shown.text)["face/qr/x"] == "17.5"
