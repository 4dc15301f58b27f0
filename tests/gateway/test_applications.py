"""开票申请 through the interface: appeal, follow, withdraw; and that nobody meets another's."""

import pytest
from tests.evidence import hostile
from tests.gateway.conftest import Api
from tests.gateway.judging import officer_of, put_remarks_under_rules, request_of
from tests.support.checking import demand_of, somebody_of
from tests.support.client import problem_of, wire

from mingpiao.applications.room import REVIEWS
from mingpiao.applications.service import Checkers
from mingpiao.identity.model import Role
from mingpiao.rules.model import Severity

ADDRESS = "/api/v1/applications"


@pytest.fixture
async def judged(api: Api) -> Api:
    """An interface with a rule that asks and one that blocks."""
    await put_remarks_under_rules(api, T_ASK=(Severity.ASK, "请核实"), T_BLOCK=(Severity.BLOCK, "拦截"))
    return api


async def test_an_appeal_is_followed_to_its_bill(judged: Api) -> None:
    request = request_of(judged)
    refused = await judged.hospital.issue(request)
    assert problem_of(refused) == (409, "rule.confirmation_needed", "remark")
    brought = await judged.hospital.post(ADDRESS, {"request": wire(request), "reason": "合同另有约定"})
    assert brought.status_code == 202
    view = brought.json()
    where = f"{ADDRESS}/{view['id']}"
    assert brought.headers["location"] == where
    assert (view["state"], view["business_no"], view["bill"]) == ("in_review", "SQ-1", None)
    assert (view["submitted_at"][-6:], view["due_at"][-6:]) == ("+08:00", "+08:00")
    assert [finding["rule"] for finding in view["findings"]] == ["T-ASK"]
    assert "error" not in view["findings"][0]
    # Asked for once more it is the same application, and no bill.
    again = await judged.hospital.issue(request)
    assert (again.status_code, again.json()["id"]) == (202, view["id"])
    other = await judged.hospital.issue(
        request, remark="另一内容", confirmations=[{"rule": "T-ASK", "reason": "无误"}]
    )
    assert problem_of(other) == (409, "application.in_progress", "business_no")
    done = await (await judged.world.house.get(REVIEWS)).approve(
        view["id"], "备注为合同原文", acting=await officer_of(judged, view["id"])
    )
    assert done.bill_id is not None
    shown = (await judged.hospital.get(where)).json()
    assert shown["state"] == "issued"
    bill = await judged.hospital.get("/api/v1/bills/by-business-no/SQ-1")
    assert shown["bill"] == {"code": bill.json()["code"], "number": bill.json()["number"]}
    assert (await judged.hospital.get(f"{ADDRESS}/by-business-no/SQ-1")).json() == shown
    late = await judged.hospital.post(f"{where}/withdraw", {})
    assert problem_of(late) == (409, "application.wrong_state", "")


async def test_returned_then_appealed_again_then_withdrawn(judged: Api) -> None:
    request = request_of(judged)
    brought = (
        await judged.hospital.post(ADDRESS, {"request": wire(request), "reason": "按合同分期支付"})
    ).json()
    where = f"{ADDRESS}/{brought['id']}"
    early = await judged.hospital.post(f"{where}/appeal", {"reason": "按合同分期支付"})
    assert problem_of(early)[1] == "application.wrong_state"
    await (await judged.world.house.get(REVIEWS)).return_for_correction(
        brought["id"], "请更正", acting=await officer_of(judged, brought["id"])
    )
    alone = await judged.hospital.issue(request, confirmations=[{"rule": "T-ASK", "reason": "无误"}])
    assert problem_of(alone) == (409, "application.review_required", "confirmations")
    assert problem_of(await judged.hospital.issue(request))[1] == "rule.confirmation_needed"
    appealed = await judged.hospital.post(f"{where}/appeal", {"reason": "已补充协议原文"})
    assert (appealed.status_code, appealed.json()["state"]) == (200, "in_review")
    gone = await judged.hospital.post(f"{where}/withdraw", {"reason": "不开了"})
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert await judged.services.database.pool.fetchval("SELECT count(*) FROM bills") == 0


async def test_what_cannot_be_appealed(judged: Api) -> None:
    blocked = await judged.hospital.post(
        ADDRESS, {"request": wire(request_of(judged, remark="拦截")), "reason": "按合同分期支付"}
    )
    assert problem_of(blocked)[:2] == (409, "application.not_appealable")
    assert [error["code"] for error in blocked.json()["errors"]] == [
        "application.not_appealable",
        "rule.violation",
    ]
    plain = await judged.hospital.post(
        ADDRESS, {"request": wire(request_of(judged, remark="")), "reason": "按合同分期支付"}
    )
    assert problem_of(plain)[1] == "application.nothing_to_appeal"
    empty = await judged.hospital.post(ADDRESS, {"request": wire(request_of(judged)), "reason": " "})
    assert problem_of(empty) == (422, "application.reason_required", "reason")
    odd = await judged.hospital.post(
        ADDRESS, {"request": wire(request_of(judged, "坏\x00号")), "reason": "按合同分期支付"}
    )
    assert odd.status_code == 409
    assert await judged.services.database.pool.fetchval("SELECT count(*) FROM applications") == 0


async def test_another_units_application_is_not_there(judged: Api) -> None:
    request = request_of(judged)
    brought = (
        await judged.hospital.post(ADDRESS, {"request": wire(request), "reason": "按合同分期支付"})
    ).json()
    where = f"{ADDRESS}/{brought['id']}"
    for answer in (
        await judged.other.get(where),
        await judged.other.post(f"{where}/appeal", {"reason": "按合同分期支付"}),
        await judged.other.post(f"{where}/withdraw", {}),
        await judged.other.get(f"{ADDRESS}/by-business-no/SQ-1"),
        await judged.other.get(f"{ADDRESS}/0"),
        await judged.other.get(f"{ADDRESS}/{10**30}"),
        await judged.other.get(f"{ADDRESS}/by-business-no/%00"),
    ):
        assert problem_of(answer)[:2] == (404, "application.unknown")
    assert (await judged.hospital.get(where)).json() == brought


async def test_a_file_that_is_not_read_yet_makes_an_application(api: Api) -> None:
    file = await api.hospital.send(
        "POST",
        "/api/v1/evidence?name=a.pdf",
        hostile.plain_pdf("An agreement between two parties", pages=1),
        **{"Content-Type": "application/pdf"},
    )
    request = request_of(api, remark="")
    answer = await api.hospital.issue(request, evidence=[file.json()["digest"]])
    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["bill"]) == ("checking", None)
    where = answer.headers["location"]
    assert (await api.hospital.get(where)).json() == answer.json()
    again = await api.hospital.issue(request, evidence=[file.json()["digest"]])
    assert again.json() == answer.json()
    early = await api.hospital.post(f"{where}/appeal", {"reason": "按合同分期支付"})
    assert problem_of(early) == (409, "application.wrong_state", "")
    assert (await api.hospital.post(f"{where}/withdraw", {})).json()["state"] == "withdrawn"


async def test_a_bill_that_must_be_checked_is_an_application_until_somebody_agrees(judged: Api) -> None:
    hospital = judged.province.hospital
    await demand_of(judged.world, hospital)
    request = request_of(judged, remark="")
    named = await judged.hospital.issue(request)
    assert problem_of(named) == (422, "bill.checker_not_agreed", "checker")
    waiting = await judged.hospital.issue(request, checker="")
    assert (waiting.status_code, waiting.json()["state"]) == (202, "awaits_checker")
    assert waiting.headers["location"] == f"{ADDRESS}/{waiting.json()['id']}"
    again = await judged.hospital.issue(request, checker="")
    assert (again.status_code, again.json()) == (202, waiting.json())
    several = await judged.hospital.post(
        "/api/v1/bills/batch",
        {"bills": [wire(request) | {"checker": "", "business_no": number} for number in ("SQ-1", "SQ-2")]},
    )
    assert several.json()["counts"]["pending"] == 2
    checkers = Checkers(judged.services.database, judged.world.services.applications)
    second = somebody_of(hospital, Role.UNIT_CHECKER)
    sent_back = await checkers.send_back(
        several.json()["results"][1]["application"]["id"], "缴款人名称与收据不符", acting=second
    )
    shown = (await judged.hospital.get(f"{ADDRESS}/{sent_back.application_id}")).json()
    assert (shown["state"], shown["decision_reason"]) == ("returned", "缴款人名称与收据不符")
    corrected = await judged.hospital.issue(request, checker="", business_no="SQ-2", remark="已更正")
    assert (corrected.status_code, corrected.json()["state"]) == (202, "awaits_checker")
    await checkers.agree(waiting.json()["id"], acting=second)
    issued = await judged.hospital.issue(request, checker="")
    assert (issued.status_code, issued.json()["business_no"]) == (200, "SQ-1")
    assert await judged.services.database.pool.fetchval("SELECT count(*) FROM bills") == 1
