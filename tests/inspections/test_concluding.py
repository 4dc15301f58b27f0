"""What comes of an inspection: the unit's statement, breaches and their notice, the conclusion, the report."""

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pypdfium2
from lxml import etree
from tests.inspections.drawn import LIST, act, planned
from tests.support.browser import Browser
from tests.support.world import HOHHOT, World, a_world

from mingpiao.identity.model import Role
from mingpiao.inspections.work import CHECKLIST
from mingpiao.kernel.clock import StoppedClock, today

spread = a_world(spread=True)
CHECKS = {f"check-{name}": "yes" for name in CHECKLIST}
WRONG = {"verdict": "wrong", "wrong_amount": "1.00", "note": "没有收到款项就开了票。"} | CHECKS
BREACH = {"breach_type": "other", "breach_basis": "《财政票据管理办法》第三十条", "facts": ""}


async def examined(world: World, officer: Browser, *wrong: int) -> int:
    """An inspection of the office's two bills whose papers are written; `wrong` are the places with a problem."""
    uscc = world.residents[HOHHOT].unit.uscc
    number = await planned(world, officer, f"periods={today()}..{today()}&units={uscc}")
    own = await world.value("SELECT account_id FROM accounts WHERE username = 'department_officer-150000'")
    await act(officer, f"{number}/start", 2, inspectors=str(own))
    for row in await world.rows(
        "SELECT bill_id, place FROM inspection_bills WHERE inspection_id = $1", number
    ):
        members = WRONG if row["place"] in wrong else {"verdict": "clean"} | CHECKS
        answer = await act(officer, f"{number}/bills/{row['bill_id']:018d}", 1, **members)
        assert answer.status_code == 303
    return number


async def test_a_unit_is_asked_once_and_answers_once(spread: World) -> None:
    officer = await spread.browser(region="150000")
    number = await examined(spread, officer, 1)
    unit = spread.residents[HOHHOT]
    due_on = (today() + timedelta(days=5)).isoformat()
    asked = {
        "ask__unit": str(unit.unit_id),
        "ask__question": "请说明这张票据的收款情况。",
        "ask__due_on": due_on,
    }
    short = await act(officer, f"{number}/ask", 0, **(asked | {"ask__question": "为何"}))
    assert (short.status_code, 'id="ask-question-error"' in short.text) == (422, True)
    late = await act(officer, f"{number}/ask", 0, **(asked | {"ask__due_on": "2020-01-01"}))
    assert (late.status_code, 'id="ask-due_on-error"' in late.text) == (422, True)
    other = str(spread.province.charity.unit_id)
    clean = await act(officer, f"{number}/ask", 0, **(asked | {"ask__unit": other}))
    assert (clean.status_code, "没有“有问题”的票据" in clean.text) == (409, True)
    done = await officer.arrive(await act(officer, f"{number}/ask", 0, **asked))
    assert "已请单位说明" in done.text
    again = await act(officer, f"{number}/ask", 0, **asked)
    assert again.status_code == 409
    early = await act(officer, f"{number}/conclude", 3, conclude__conclusion="没有发现其他问题。")
    assert (early.status_code, "还有1家单位" in early.text) == (409, True)
    manager = await spread.browser(Role.UNIT_MANAGER)
    listed = await manager.get("/unit/inspections")
    statement = await spread.value("SELECT statement_id FROM inspection_statements")
    assert f"/unit/inspections/{statement}" in listed.text
    shown = await manager.get(f"/unit/inspections/{statement}")
    assert "没有收到款项就开了票" in shown.text
    assert "捐赠票据专项检查" not in shown.text
    said = {"csrf_token": await manager.csrf_token(), "answer": "款项在次日到账，附有回单。"}
    thin = await manager.post(f"/unit/inspections/{statement}", said | {"answer": "有"})
    assert (thin.status_code, 'id="answer-error"' in thin.text) == (422, True)
    assert (await manager.post(f"/unit/inspections/{statement}", said)).status_code == 303
    assert (await manager.post(f"/unit/inspections/{statement}", said)).status_code == 409
    assert (await manager.get(f"/unit/inspections/{2**70}")).status_code == 404
    assert "款项在次日到账" in (await officer.get(f"{LIST}/{number}")).text


async def test_a_breach_goes_to_a_notice_of_rectification_and_the_conclusion_ends_all(
    spread: World, clock: StoppedClock
) -> None:
    officer = await spread.browser(region="150000")
    number = await examined(spread, officer, 1)
    bills = await spread.rows("SELECT bill_id FROM inspection_bills ORDER BY place")
    wrong, clean = (f"{number}/bills/{row['bill_id']:018d}" for row in bills)
    refused = await act(officer, f"{wrong}/breach", 0, **(BREACH | {"breach_type": ""}))
    assert (refused.status_code, 'id="breach_type-error"' in refused.text) == (422, True)
    not_wrong = await act(officer, f"{clean}/breach", 0, **BREACH)
    assert (not_wrong.status_code, "不能认定违规" in not_wrong.text) == (409, True)
    marked = await officer.arrive(await act(officer, f"{wrong}/breach", 0, **BREACH))
    assert "已认定违规" in marked.text
    again = await act(officer, f"{wrong}/breach", 0, **BREACH)
    assert again.status_code == 409
    rewritten = await act(officer, wrong, 3, verdict="clean", **CHECKS)
    assert (rewritten.status_code, "底稿不能再改" in rewritten.text) == (409, True)
    case = (await spread.rows("SELECT state, breach_amount, rules FROM exception_cases"))[0]
    assert (case["state"], str(case["breach_amount"]), case["rules"]) == ("breached", "1.00", ["INSPECTION"])
    unit_id = spread.residents[HOHHOT].unit_id
    notice = await officer.get(f"/finance/rectifications/new/{unit_id}")
    assert "没有收到款项就开了票" in notice.text
    ended = await officer.arrive(
        await act(officer, f"{number}/conclude", 3, conclude__conclusion="发现一张票据没有收款。")
    )
    assert "已办结" in ended.text
    assert await spread.value("SELECT state FROM inspections") == "concluded"
    late = await act(officer, wrong, 3, verdict="clean", **CHECKS)
    assert late.status_code == 409
    more = await act(officer, f"{clean}/breach", 0, **BREACH)
    assert more.status_code == 409


async def test_nothing_is_concluded_before_all_is_examined(spread: World) -> None:
    officer = await spread.browser(region="150000")
    number = await planned(spread, officer, f"periods={today()}..{today()}")
    early = await act(officer, f"{number}/conclude", 2, conclude__conclusion="没有发现问题。")
    assert (early.status_code, "只有“检查中”的检查可以办结" in early.text) == (409, True)
    own = await spread.value("SELECT account_id FROM accounts WHERE username = 'department_officer-150000'")
    await act(officer, f"{number}/start", 2, inspectors=str(own))
    left = await act(officer, f"{number}/conclude", 3, conclude__conclusion="没有发现问题。")
    assert (left.status_code, "还有8张票据没有填写底稿" in left.text) == (409, True)
    assert (await act(officer, f"{number}/forge", 3)).status_code == 404


async def test_the_report_tells_what_was_found_with_the_name_of_the_draw_and_the_present_one(
    spread: World,
) -> None:
    officer = await spread.browser(region="150000")
    number = await examined(spread, officer, 2)
    unit = spread.residents[HOHHOT]
    await spread.value("UPDATE units SET name = '演示更名后的单位' WHERE unit_id = $1", unit.unit_id)
    answer = await officer.get(f"{LIST}/{number}/report/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_bounded() for page in document))
    assert "监督检查报告" in text
    assert unit.unit.name + "（现名演示更名后的单位）" in text
    assert "有问题1张" in text
    assert "全部检查，结果就是总体的情况" in text
    docx = await officer.get(f"{LIST}/{number}/report/docx")
    with ZipFile(BytesIO(docx.content)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    words = "".join(body.itertext())
    assert "演示更名后的单位" in words
    assert len(body.findall(".//{*}tbl/{*}tr")) == 2
    assert (await officer.get(f"{LIST}/{number}/report/exe")).status_code == 404
    trail = await spread.rows(
        "SELECT details ->> 'format' FROM audit_log WHERE action = 'inspection:report' ORDER BY 1"
    )
    assert [row[0] for row in trail] == ["docx", "pdf"]
