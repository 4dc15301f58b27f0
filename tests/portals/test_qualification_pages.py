"""资质证书 in the browser of a unit and of a department: upload, fields beside the picture, submit, decide."""

import re
from datetime import timedelta
from html import unescape

import msgspec
import pytest
from tests.qualifications.desk import PICTURE, KnownReader, in_order
from tests.qualifications.files import Facts, draw
from tests.support.browser import Browser, members_of
from tests.support.province import ACTING, MASTER
from tests.support.world import World

from mingpiao.evidence.service import EvidenceStore, NoScanner
from mingpiao.kernel.clock import today
from mingpiao.qualifications.model import Qualification, QualificationType
from mingpiao.qualifications.service import QualificationDesk, get
from mingpiao.reading.model import PageLines
from mingpiao.reading.service import FileUnreadable

LIST = "/unit/qualifications"


class Town(msgspec.Struct, frozen=True):
    """The unit's site with a department beside it, and a reader that knows its answers."""

    site: World
    reader: KnownReader

    @property
    def desk(self) -> QualificationDesk:
        return self.site.services.qualifications

    def facts(self, **changes: object) -> Facts:
        unit = self.site.unit.unit
        return msgspec.structs.replace(in_order(unit), **changes)

    async def visitor(self, username: str) -> Browser:
        return await self.site.browser(username)

    async def qualification(self, answer: list[PageLines] | Exception | None = None) -> Qualification:
        """A qualification of the charity as it stands after the reading."""
        data = PICTURE + f"file {len(self.reader.answers)}".encode()
        self.reader.answers[data] = lines(self.facts()) if answer is None else answer
        qualification, _ = await self.desk.upload(self.site.unit.unit_id, "证书.png", data, acting=ACTING)
        await self.desk.read({"qualification_id": qualification.qualification_id})
        return await self.get(qualification.qualification_id)

    async def get(self, qualification_id: int) -> Qualification:
        async with self.site.services.database.system() as connection:
            return await get(connection, qualification_id)


def lines(facts: Facts) -> list[PageLines]:
    return draw(facts, layout=0, seed=3).lines()


@pytest.fixture
def town(site: World) -> Town:
    reader = KnownReader()
    store = EvidenceStore(site.database, site.files, MASTER, NoScanner())
    desk = QualificationDesk(site.database, store, reader)
    services = msgspec.structs.replace(site.services, qualifications=desk)
    return Town(msgspec.structs.replace(site, services=services), reader)


async def _upload(browser: Browser, data: bytes, name: str = "证书.png") -> object:
    form = {"csrf_token": await browser.csrf_token()}
    return await browser.client.post(LIST, data=form, files={"file": (name, data)})


async def test_upload_read_submit_and_accepted(town: Town) -> None:
    manager = await town.visitor("manager")
    assert "平台上还没有本单位的资质证书" in (await manager.get("/unit")).text
    data = PICTURE + b"one"
    town.reader.answers[data] = lines(town.facts())
    answer = await _upload(manager, data)
    assert answer.status_code == 303
    address = answer.headers["location"]
    waiting = await manager.get(address)
    assert "正在识别" in waiting.text
    assert (await manager.get(f"{address}/state")).json() == {"state": "reading"}
    await town.desk.read({"qualification_id": int(address.rsplit("/", 1)[1])})
    shown = await manager.get(address)
    members = members_of(shown.text)
    unit = town.site.unit.unit
    assert (members["name"], members["code"], members["qualification_type"]) == (
        unit.name,
        unit.uscc,
        "charity",
    )
    assert members["valid_until"] == town.facts().valid_until.isoformat()
    marks = set(re.findall(r'data-mark="(\w+)"', shown.text))
    assert {"name", "code", "valid_until", "qualification_type", "representative", "issuer"} <= marks
    picture = await manager.get(f"{address}/pages/1")
    assert (picture.headers["content-type"], picture.content) == ("image/png", PICTURE)
    file = await manager.get(f"{address}/file")
    assert file.content == data
    assert file.headers["content-disposition"].startswith("attachment")
    done = await manager.submit(shown, f"{address}/submit", unlimited="")
    assert (done.status_code, done.headers["location"]) == (303, address)
    assert "已认定有效" in (await manager.get(address)).text
    assert "还有400天" in (await manager.get(LIST)).text
    assert "平台上还没有本单位的资质证书" not in (await manager.get("/unit")).text


async def test_a_corrected_field_goes_to_the_department_which_decides(town: Town) -> None:
    qualification = await town.qualification()
    manager = await town.visitor("manager")
    address = f"{LIST}/{qualification.qualification_id}"
    shown = await manager.get(address)
    await manager.submit(shown, f"{address}/submit", representative="巴特尔", unlimited="")
    assert "已提交财政部门审核" in (await manager.get(address)).text

    officer = await town.visitor("officer")
    listed = await officer.get("/finance/qualifications")
    target = f"/finance/qualifications/{qualification.qualification_id}"
    assert target in listed.text
    page = await officer.get(target)
    assert "法定代表人（负责人）与识别的内容不同" in page.text
    assert "识别为：乌云其木格" in page.text
    assert (await officer.get(f"{target}/pages/1")).content == PICTURE
    head = await town.visitor("head")
    seen_by_head = await head.get(target)
    wrong = await officer.submit(page, f"{target}/decide", decision="reject", reason="")
    assert wrong.status_code == 422
    assert "请写明原因" in wrong.text
    done = await officer.submit(page, f"{target}/decide", decision="accept", reason="已电话核实")
    assert done.status_code == 303
    late = await head.submit(seen_by_head, f"{target}/decide", decision="reject", reason="看不清")
    assert late.status_code == 409
    assert "经办某" in late.text
    assert (await town.get(qualification.qualification_id)).state == "accepted"
    assert "没有符合条件的证书" in (await officer.get("/finance/qualifications")).text


async def test_messages_reach_unit_and_department_and_are_marked_read(town: Town) -> None:
    qualification = await town.qualification()
    manager = await town.visitor("manager")
    address = f"{LIST}/{qualification.qualification_id}"
    shown = await manager.get(address)
    await manager.submit(shown, f"{address}/submit", representative="巴特尔", unlimited="")
    region = town.site.unit.unit.region_code
    pool = town.site.services.database.pool
    assert await pool.fetchval("SELECT region_code FROM messages") == region
    target = f"/finance/qualifications/{qualification.qualification_id}"
    officer = await town.visitor("officer")
    page = await officer.get(target)
    await officer.submit(page, f"{target}/decide", decision="reject", reason="法定代表人与登记不符")
    handler = await town.visitor("handler")
    for browser in (manager, handler):
        assert "消息，1 条未读" in (await browser.get("/unit")).text
    inbox = await manager.get("/unit/messages")
    assert "法定代表人与登记不符" in inbox.text
    found = re.search(r'action="(/unit/messages/\d+/open)"', inbox.text)
    assert found
    followed = await manager.submit(inbox, found[1])
    assert followed.headers["location"] == address
    assert "条未读" not in (await manager.get("/unit")).text
    assert "消息，1 条未读" in (await handler.get("/unit")).text
    inbox = await handler.get("/unit/messages")
    await handler.submit(inbox, "/unit/messages/read")
    assert "条未读" not in (await handler.get("/unit")).text
    other = await town.visitor("other")
    assert "没有消息" in (await other.get("/unit/messages")).text
    assert (await other.submit(await other.get("/unit/messages"), found[1])).status_code in (403, 404)
    token = {"csrf_token": await other.csrf_token()}
    assert (await other.post(found[1], token)).status_code == 404
    assert (await officer.get("/unit/messages")).status_code == 403
    assert (await officer.get("/finance/messages")).status_code == 200


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"GIF89a", 422, "文件内容不是 PDF、OFD、PNG 或 JPEG"),
        (b"", 422, "文件是空的"),
        (PICTURE + b"x" * (20 * 1024 * 1024), 413, "文件超过 20 MB"),
        (PICTURE + b"x" * (22 * 1024 * 1024), 413, "文件超过 20 MB"),
        (PICTURE + b"x" * (40 * 1024 * 1024), 413, "内容过大"),
    ],
    ids=["not a picture", "empty", "too large", "larger", "far too large"],
)
async def test_what_is_no_qualification_is_told_beside_the_form(
    town: Town, data: bytes, status: int, sentence: str
) -> None:
    manager = await town.visitor("manager")
    answer = await _upload(manager, data)
    assert answer.status_code == status
    assert sentence in answer.text
    assert "还没有上传过证书" in (await manager.get(LIST)).text


async def test_the_same_file_leads_to_the_qualification_that_stands(town: Town) -> None:
    manager = await town.visitor("manager")
    data = PICTURE + b"same"
    first, second = await _upload(manager, data), await _upload(manager, data)
    assert second.headers["location"] == first.headers["location"] + "?again=yes"
    assert "没有重复保存" in (await manager.get(second.headers["location"])).text


async def test_an_encrypted_file_says_what_to_do(town: Town) -> None:
    qualification = await town.qualification(
        FileUnreadable("evidence.encrypted", "文件设有打开密码，请去除密码后重新上传。")
    )
    manager = await town.visitor("manager")
    page = await manager.get(f"{LIST}/{qualification.qualification_id}")
    assert "文件设有打开密码" in page.text
    assert "/submit" not in page.text
    assert (await manager.get(f"{LIST}/{qualification.qualification_id}/pages/1")).status_code == 404


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(town: Town) -> None:
    qualification = await town.qualification()
    manager = await town.visitor("manager")
    address = f"{LIST}/{qualification.qualification_id}"
    shown = await manager.get(address)
    answer = await manager.submit(
        shown, f"{address}/submit", code="123", valid_until=str(today() - timedelta(days=1)), unlimited=""
    )
    assert answer.status_code == 422
    text = unescape(answer.text)
    assert "校验位不正确" in text
    assert "到期，请上传换发后的新证书" in text
    assert members_of(answer.text)["code"] == "123"
    for changes in ({"valid_until": "2026-02-31"}, {"qualification_type": "nonsense"}, {"valid_from": "x"}):
        answer = await manager.submit(shown, f"{address}/submit", **changes, unlimited="")
        assert answer.status_code == 422, changes
    stale = await manager.submit(shown, f"{address}/submit", revision="0", unlimited="")
    assert stale.status_code == 409
    assert (await town.get(qualification.qualification_id)).state == "read"


async def test_another_units_qualification_and_other_roles(town: Town) -> None:
    qualification = await town.qualification()
    address = f"{LIST}/{qualification.qualification_id}"
    other = await town.visitor("other")
    for path in (address, f"{address}/pages/1", f"{address}/file", f"{address}/state", f"{LIST}/{10**30}"):
        assert (await other.get(path)).status_code == 404, path
    handler = await town.visitor("handler")
    shown = await handler.get(address)
    assert shown.status_code == 200
    assert "/submit" not in shown.text
    assert 'type="file"' not in (await handler.get(LIST)).text
    token = {"csrf_token": await handler.csrf_token()}
    for path in (LIST, f"{address}/submit", f"{address}/withdraw"):
        assert (await handler.post(path, token)).status_code == 403, path
    elsewhere = await town.visitor("elsewhere")
    target = f"/finance/qualifications/{qualification.qualification_id}"
    for path in (target, f"{target}/pages/1", f"{target}/file"):
        assert (await elsewhere.get(path)).status_code == 404, path
    token = {"csrf_token": await elsewhere.csrf_token(), "decision": "accept", "revision": "2"}
    assert (await elsewhere.post(f"{target}/decide", token)).status_code == 404
    assert (await town.get(qualification.qualification_id)).state == "read"


async def test_a_withdrawn_qualification(town: Town) -> None:
    qualification = await town.qualification()
    manager = await town.visitor("manager")
    address = f"{LIST}/{qualification.qualification_id}"
    shown = await manager.get(address)
    assert (await manager.submit(shown, f"{address}/withdraw")).headers["location"] == LIST
    assert "已撤回" in (await manager.get(LIST)).text


async def _accepted(town: Town, **changes: object) -> Qualification:
    facts = town.facts(**changes)
    qualification = await town.qualification(lines(facts))
    manager = await town.visitor("manager")
    address = f"{LIST}/{qualification.qualification_id}"
    shown = await manager.get(address)
    given = {} if facts.unlimited else {"unlimited": ""}
    assert (await manager.submit(shown, f"{address}/submit", **given)).status_code == 303
    return await town.get(qualification.qualification_id)


async def test_the_home_page_warns_before_and_after_the_end(town: Town) -> None:
    qualification = await _accepted(town, valid_until=today() + timedelta(days=60))
    manager = await town.visitor("manager")
    assert "资质证书还有60天到期" in (await manager.get("/unit")).text
    pool = town.site.services.database.pool
    for days, sentence in ((61, ""), (0, "资质证书今天到期"), (-1, "资质证书已到期，开票功能已锁定")):
        await pool.execute(
            "UPDATE qualifications SET valid_until = $2 WHERE qualification_id = $1",
            qualification.qualification_id,
            today() + timedelta(days=days),
        )
        text = (await manager.get("/unit")).text
        assert ("查看资质证书" in text) is bool(sentence)
        assert sentence in text


async def test_lists_are_filtered_and_exported(town: Town) -> None:
    soon = await _accepted(town, valid_until=today() + timedelta(days=20))
    open_qualification = await town.qualification()
    officer = await town.visitor("officer")

    async def found(query: str) -> list[int]:
        html = (await officer.get(f"/finance/qualifications?{query}")).text
        return [int(key) for key in re.findall(r'<a href="/finance/qualifications/(\d+)">', html)]

    both = [open_qualification.qualification_id, soon.qualification_id]
    assert await found("state=all") == both
    assert await found("state=read") == both[:1]
    assert await found("expiry=30") == both[1:]
    assert await found("expiry=7") == []
    assert await found("expiry=over") == []
    assert await found("state=all&type=charity") == both
    assert await found("state=all&type=association") == []
    assert await found(f"state=all&words={town.site.unit.unit.uscc}") == both
    assert await found(f"state=all&region={town.site.unit.unit.region_code}") == both
    assert (await officer.get("/finance/qualifications?region=999999")).status_code == 404
    assert (await officer.get("/finance/qualifications?after=x")).status_code == 422
    csv = (await officer.get("/finance/qualifications/export.csv?state=all")).text
    assert csv.count(town.site.unit.unit.name) == 2
    assert soon.valid_until.isoformat() in csv
    workbook = await officer.get("/finance/qualifications/export.xlsx?expiry=60")
    assert workbook.content[:2] == b"PK"
    assert "qualifications-" in workbook.headers["content-disposition"]
    recorded = await town.site.services.database.pool.fetchval(
        "SELECT count(*) FROM audit_log WHERE action = 'qualification:export'"
    )
    assert recorded == 2


async def test_a_qualification_that_is_no_longer_used_is_taken_out(town: Town) -> None:
    old = await _accepted(town, qualification_type=QualificationType.ASSOCIATION)
    officer = await town.visitor("officer")
    target = f"/finance/qualifications/{old.qualification_id}"
    assert "停用这份证书" not in (await officer.get(target)).text
    await _accepted(town)
    page = await officer.get(target)
    empty = await officer.submit(page, f"{target}/decide", decision="retire", reason="")
    assert empty.status_code == 422
    nonsense = await officer.submit(page, f"{target}/decide", decision="burn", reason="x")
    assert nonsense.status_code == 404
    done = await officer.submit(page, f"{target}/decide", decision="retire", reason="已变更登记类型")
    assert done.status_code == 303
    assert (await town.get(old.qualification_id)).state == "retired"
    manager = await town.visitor("manager")
    assert "已变更登记类型" in (await manager.get(f"{LIST}/{old.qualification_id}")).text


async def test_a_revoked_qualification_locks_and_both_sides_see_why(town: Town) -> None:
    qualification = await _accepted(town)
    target, own = (
        f"{side}/qualifications/{qualification.qualification_id}" for side in ("/finance", "/unit")
    )
    officer, head, manager = [await town.visitor(name) for name in ("officer", "head", "manager")]
    page = await officer.get(target)
    assert "撤销认定" not in (await manager.get(own)).text
    late = await head.get(target)
    asked = await officer.submit(page, f"{target}/decide", decision="revoke")
    assert "这是该单位唯一有效的证书" in asked.text
    assert f"/finance/units/{qualification.unit_id}/changes/suspend" in asked.text
    assert f"<dd>{town.site.unit.unit.name}</dd>" in asked.text
    empty = await officer.submit(asked, f"{target}/decide", decision="revoke", confirmed="yes", reason=" ")
    assert empty.status_code == 422
    assert "请写明原因" in empty.text
    assert empty.text.count('id="reason"') == 1
    elsewhere = await town.visitor("elsewhere")
    token = {"csrf_token": await elsewhere.csrf_token(), "decision": "revoke", "reason": "x", "revision": "5"}
    for confirmed in ("", "yes"):
        answer = await elsewhere.post(f"{target}/decide", token | {"confirmed": confirmed})
        assert answer.status_code == 404
    done = await officer.submit(
        asked, f"{target}/decide", decision="revoke", confirmed="yes", reason="系伪造"
    )
    proposal = done.headers["location"]
    assert proposal.startswith("/finance/approvals/")
    waits = (await officer.get(target)).text
    assert f'<a href="{proposal}">' in waits
    assert 'value="revoke"' not in waits
    assert "开票功能已锁定" not in (await manager.get("/unit")).text
    told = await head.submit(late, f"{target}/decide", decision="revoke", confirmed="yes", reason="系伪造")
    assert told.status_code == 409
    assert "已有一项变更待审" in told.text
    decided = await head.submit(await head.get(proposal), proposal, decision="approve")
    assert decided.status_code == 303
    late = await head.submit(late, f"{target}/decide", decision="revoke", confirmed="yes", reason="系伪造")
    assert late.status_code == 409
    assert "负责某" in late.text
    shown = (await officer.get(target)).text
    assert "已撤销认定" in shown
    assert 'value="revoke"' not in shown
    assert target in (await officer.get("/finance/qualifications?state=revoked")).text
    unit = (await officer.get(f"/finance/units/{qualification.unit_id}")).text
    assert "资质证书的认定已撤销" in unit
    for address in ("/unit", LIST):
        seen = (await manager.get(address)).text
        assert "资质证书的认定已撤销，开票功能已锁定" in seen
        assert "系伪造" in seen
        assert "目前不影响开票" not in seen
    assert "认定已撤销" in (await manager.get(own)).text
    assert "系伪造" in (await manager.get("/unit/messages")).text
    again = await town.qualification()
    assert "此后的证书由财政部门审核" in (await manager.get(f"{LIST}/{again.qualification_id}")).text
