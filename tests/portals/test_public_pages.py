"""票据查验 as a visitor meets it, without JavaScript."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from html import unescape

import pytest
from tests.portals.public_site import PublicSite, open_public_site
from tests.support.province import ACTING
from tests.support.puzzles import solved
from tests.support.world import World, a_world, bill_of
from tests.verification.tampering import covered

from mingpiao.issuing.model import ReversalRequest
from mingpiao.kernel.clock import now, set_to, to_shanghai
from mingpiao.kernel.errors import Refusal
from mingpiao.verification.service import read_face_query

world = a_world(demo=True)


@pytest.fixture
async def site(world: World) -> AsyncIterator[PublicSite]:
    async with open_public_site(world) as opened:
        yield opened


async def test_each_way_has_a_form_of_its_own(site: PublicSite) -> None:
    for way, sign in (("", "校验码"), ("face", "校验码"), ("scan", "摄像头"), ("file", "OFD")):
        answer = await site.client.get("/", params={"way": way})
        assert answer.status_code == 200
        assert sign in answer.text
        assert "onclick" not in answer.text


async def test_the_right_face_shows_the_bill(site: PublicSite) -> None:
    answer = await site.client.post("/verify", data=site.face())
    assert answer.status_code == 200
    assert "查验结果：真实" in answer.text
    assert "票据状态：正常" in answer.text
    assert "这是该票据第 <strong>1</strong> 次查验" in answer.text
    assert site.bill.payer.name in answer.text
    assert "开票单位签名" in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_what_people_type_is_understood(site: PublicSite) -> None:
    face = site.face()
    typed = {
        "code": f" {face['code'][:4]} {face['code'][4:]} ",
        "number": face["number"].translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "check_code": face["check_code"].upper(),
        "issued_on": "{}年{}月{}日".format(*face["issued_on"].split("-")),
        "amount": f"¥{site.bill.total:,.2f}元",
    }
    assert "查验结果：真实" in (await site.client.post("/verify", data=typed)).text


async def test_one_wrong_fact_tells_nothing_and_keeps_what_was_typed(site: PublicSite) -> None:
    for changes in (
        {"check_code": "zzzzzz"},
        {"amount": "0.01"},
        {"issued_on": "2020-01-01"},
        {"number": "9999999999"},
    ):
        typed = site.face(**changes)
        answer = await site.client.post("/verify", data=typed)
        assert answer.status_code == 200
        assert "票据信息有误，或查无此票" in answer.text
        for secret in set(site.secrets()) - set(typed.values()):
            assert secret not in answer.text
        assert f'value="{typed["code"]}"' in answer.text


async def test_every_malformed_field_is_named_and_linked(site: PublicSite) -> None:
    typed = {"code": "1", "number": "x", "check_code": "<b>", "issued_on": "2026-02-30", "amount": "1e9"}
    answer = await site.client.post("/verify", data=typed)
    assert answer.status_code == 400
    for field in typed:
        assert f'<a href="#{field}">' in answer.text
        assert f'id="{field}-error' in answer.text
    assert "<b>" not in answer.text


async def test_the_limit_says_when_to_come_back(site: PublicSite) -> None:
    await site.client.post("/verify", data=site.face(check_code="zzzzzz"))
    await site.services.database.pool.execute("UPDATE verification_failures SET failures = 30")
    answer = await site.client.post("/verify", data=site.face())
    assert answer.status_code == 429
    assert "超过当日限制查验次数，请明日再查" in answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert site.bill.payer.name not in answer.text


async def test_where_others_were_wrong_too_often_a_sum_comes_first(site: PublicSite) -> None:
    for place in range(10):
        await site.services.own["verifier"].by_face(
            read_face_query(**site.face(check_code=f"{place:06x}")), address=f"203.0.113.{place}"
        )
    asked = await site.client.post("/verify", data=site.face())
    assert asked.status_code == 429
    assert '<img class="puzzle" src="data:image/png;base64,' in asked.text
    assert "等于多少？" not in asked.text
    # Who does not see it is asked in words, and what was typed stays.
    asked = await site.client.post("/verify", data=site.face(puzzle_way="words"))
    assert "<img" not in asked.text.partition("<main")[2]
    assert f'value="{site.bill.check_code}"' in asked.text
    found = re.search(r'name="puzzle_token" value="([^"]+)"', asked.text)
    question = re.search(r"请回答：([^<]+?等于多少？)", asked.text)
    assert found is not None
    assert question is not None
    reply = {"puzzle_token": found[1], "puzzle_answer": solved(question[1]), "puzzle_way": "words"}
    early = await site.client.post("/verify", data=site.face() | reply)
    assert early.status_code == 429
    assert "秒后再点一次" in early.text
    assert f'value="{reply["puzzle_answer"]}"' in early.text
    assert site.bill.payer.name not in early.text
    with set_to(now() + timedelta(seconds=16)):
        answer = await site.client.post("/verify", data=site.face() | reply)
    assert "查验结果：真实" in answer.text


async def test_the_qr_address_shows_the_bill_in_three_depths(site: PublicSite) -> None:
    simple = await site.client.get("/verify", params=site.link())
    assert simple.status_code == 200
    assert "查验结果：真实" in simple.text
    assert "二维码查验" in simple.text
    assert simple.text.count("<details") == 2
    assert simple.text.count(" open id=") == 0
    detailed = await site.client.get("/verify", params=site.link(depth="detailed"))
    assert detailed.text.count(" open id=") == 1
    diagnostic = await site.client.get("/verify", params=site.link(depth="diagnostic"))
    assert diagnostic.text.count(" open id=") == 2
    assert "与财政部门登记的票据比对" in diagnostic.text
    assert "不通过" not in diagnostic.text


async def test_a_wrong_hash_shows_nothing(site: PublicSite) -> None:
    answer = await site.client.get("/verify", params=site.link(h="0" * 64))
    assert answer.status_code == 200
    assert "查验结果：查无此票" in answer.text
    for secret in site.secrets():
        assert secret not in answer.text


async def test_a_broken_qr_address_is_explained(site: PublicSite) -> None:
    for changes in ({"h": ""}, {"h": "zz"}, {"c": "1"}, {"n": "<script>"}, {"h": "\x00" * 64}):
        answer = await site.client.get("/verify", params=site.link(**changes))
        assert answer.status_code == 400
        assert "无效的电子票据二维码" in answer.text
        assert "<script>" not in answer.text


async def test_the_bare_address_leads_to_the_form(site: PublicSite) -> None:
    answer = await site.client.get("/verify")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_all_three_files_are_genuine(site: PublicSite) -> None:
    document = await site.document()
    ofd = await site.services.documents.ofd(document)
    pdf = await site.services.documents.pdf(document)
    for name, data in (("bill.xml", document.xml), ("bill.ofd", ofd), ("bill.pdf", pdf)):
        answer = await site.upload(data, name)
        assert answer.status_code == 200, answer.text
        assert "查验结果：真实" in answer.text
    assert "第 <strong>3</strong> 次查验" in answer.text


async def test_an_altered_file_is_called_altered(site: PublicSite) -> None:
    xml = (await site.document()).xml
    answer = await site.upload(xml.replace(site.bill.payer.name.encode(), "顶替者".encode()))
    assert answer.status_code == 200
    assert "查验结果：被篡改" in answer.text
    assert "请不要接受、报销或入账" in answer.text
    assert "票据状态：" not in answer.text


async def test_a_reversed_bill_says_so(site: PublicSite) -> None:
    bill = site.bill
    request = ReversalRequest(code=bill.code, number=bill.number, reason="退费", handler="王演示")
    red = bill_of((await site.services.desk.reverse(bill.unit_id, [request], acting=ACTING))[0])
    answer = await site.client.post("/verify", data=site.face())
    assert '<h1 id="verdict">已冲红，不能报销</h1>' in answer.text
    assert "查验结果：真实" in answer.text
    assert "票据状态：已冲红" in answer.text
    assert red.number in answer.text
    assert f"{to_shanghai(red.issued_at).date().isoformat()} 开具" in answer.text
    assert "不能再用于报销" in answer.text
    # Each page of the face is marked, and nothing else: the documents stay what was signed.
    assert answer.text.count('class="bill-face"') == answer.text.count('class="bill-mark"') == 1
    document = await site.document()
    for ending, data in (
        ("ofd", await site.services.documents.ofd(document)),
        ("pdf", await site.services.documents.pdf(document)),
    ):
        assert (await site.client.get(f"/verify/document/{ending}", params=site.link())).content == data
    of_red = await site.client.get("/verify", params={"c": red.code, "n": red.number, "h": red.sm3})
    assert "bill-mark" not in of_red.text
    assert "已冲红，不能报销" not in of_red.text


async def test_who_holds_a_bill_sees_its_face_and_takes_its_documents_along(site: PublicSite) -> None:
    answer = await site.client.post("/verify", data=site.face())
    assert answer.text.count('<svg xmlns="http://www.w3.org/2000/svg" class="bill-face"') == 1
    assert "bill-mark" not in answer.text
    document = await site.document()
    expected = {
        "ofd": ("application/ofd", await site.services.documents.ofd(document)),
        "pdf": ("application/pdf", await site.services.documents.pdf(document)),
    }
    links = re.findall(r'href="(/verify/document/(ofd|pdf)\?[^"]+)"', answer.text)
    assert [ending for _, ending in links] == ["ofd", "pdf"]
    for address, ending in links:
        file = await site.client.get(unescape(address))
        assert (file.headers["content-type"], file.content) == expected[ending]
        assert file.headers["content-disposition"] == (
            f'attachment; filename="{site.bill.code}-{site.bill.number}.{ending}"'
        )
    # To take a file along is no check.
    assert "第 <strong>2</strong> 次查验" in (await site.client.get("/verify", params=site.link())).text


async def test_documents_are_for_holders_alone(site: PublicSite) -> None:
    for path, changes, status in (
        ("pdf", {"h": "0" * 64}, 404),
        ("pdf", {"n": "9999999999"}, 404),
        ("pdf", {"h": "x"}, 400),
        ("xml", {}, 404),
    ):
        answer = await site.client.get(f"/verify/document/{path}", params=site.link(**changes))
        assert answer.status_code == status
        for secret in set(site.secrets()):
            assert secret not in answer.text
    limit = site.services.own["verifier"]
    for _ in range(60):
        with suppress(Refusal):
            await limit.document(site.bill.code, site.bill.number, "0" * 64, address="203.0.113.5")
    with pytest.raises(Refusal) as refused:
        await limit.document(site.bill.code, site.bill.number, site.bill.sm3, address="203.0.113.5")
    assert refused.value.problems[0].code == "verification.too_many_downloads"


async def test_files_without_a_bill_are_explained(site: PublicSite) -> None:
    for data, status, sign in (
        (b"", 400, "文件是空的"),
        (b"hello", 400, "既不是 OFD、PDF，也不是 XML"),
        (b"PK\x03\x04 not a zip", 400, "未识别到有效电子票据信息"),
        (b"%PDF-1.7 broken", 422, "PDF"),
        (b"<a/>", 400, "这不是财政电子票据"),
        (b"\x00" * (11 * 1024 * 1024), 413, "文件超过 10 MB"),
        (b"\x00" * (20 * 1024 * 1024), 413, "文件超过 10 MB"),
    ):
        answer = await site.upload(data, "bill.ofd")
        assert answer.status_code == status
        assert sign in answer.text


async def test_a_form_without_a_file_or_with_a_field_instead(site: PublicSite) -> None:
    for answer in (
        await site.client.post("/verify/file", data={"file": "text"}),
        await site.client.post("/verify/file"),
        await site.client.post(
            "/verify/file", content=b"--x", headers={"content-type": "multipart/form-data"}
        ),
    ):
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Mozilla/5.0 (compatible; DingTalkBot-LinkService/1.0)"},
        {"user-agent": "WhatsApp/2.23.20.0"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b"},
        {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Microsoft Outlook 16.0)"},
        {"user-agent": "Mozilla/5.0 Chrome/140.0", "sec-purpose": "prefetch;prerender"},
        {"user-agent": ""},
    ],
)
async def test_previews_of_mail_and_chat_programs_are_no_checks(
    site: PublicSite, headers: dict[str, str]
) -> None:
    assert (await site.client.head("/verify", params=site.link(), headers=headers)).status_code == 200
    seen = await site.client.get("/verify", params=site.link(), headers=headers)
    assert "查验结果：真实" in seen.text
    person = {"user-agent": "Mozilla/5.0 (Linux; Android 15) MicroMessenger/8.0 MMWEBID/1"}
    counted = await site.client.get("/verify", params=site.link(), headers=person)
    assert "这是该票据第 <strong>1</strong> 次查验" in counted.text


async def test_a_covered_pdf_shows_the_platforms_own_picture(site: PublicSite) -> None:
    pdf = await site.services.documents.pdf(await site.document())
    answer = await site.upload(covered(pdf), "bill.pdf")
    assert answer.status_code == 200
    assert "查验结果：版面不是平台生成的" in answer.text
    assert 'class="verdict verdict-foreign_look"' in answer.text
    assert "可以作为入账凭证" not in answer.text
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="bill-face"' in answer.text
    assert f"{site.bill.total:,.2f}" in answer.text
