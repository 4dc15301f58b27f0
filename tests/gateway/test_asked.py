"""What rules ask and warn of programs' requests is listed for the unit and its department."""

import pytest
from tests.gateway.conftest import Api
from tests.gateway.judging import officer_of, put_remarks_under_rules, request_of
from tests.support.client import problem_of, wire

from mingpiao.applications.model import AskedFilter, AskEnding
from mingpiao.applications.room import REVIEWS
from mingpiao.applications.service import list_asked
from mingpiao.issuing.service import WarnedFilter, list_warned, rules_that_warned
from mingpiao.rules.model import Severity
from mingpiao.storage.scope import DepartmentScope, UnitScope


@pytest.fixture
async def judged(api: Api) -> Api:
    """An interface with a rule that asks and one that warns."""
    await put_remarks_under_rules(api, T_ASK=(Severity.ASK, "请核实"), T_WARN=(Severity.WARN, "请留意"))
    return api


async def endings(api: Api) -> list[tuple[str, AskEnding]]:
    async with api.services.database.system() as connection:
        found = await list_asked(connection, AskedFilter())
    return [(each.business_no, each.ending) for each in found.items]


async def test_a_question_and_the_bill_that_its_reason_got(judged: Api) -> None:
    request = request_of(judged)
    for _ in range(2):
        refused = await judged.hospital.issue(request)
        assert problem_of(refused) == (409, "rule.confirmation_needed", "remark")
    assert await endings(judged) == [("SQ-1", AskEnding.WAITING)]
    done = await judged.hospital.issue(request, confirmations=[{"rule": "T-ASK", "reason": "备注为合同原文"}])
    assert done.status_code == 201
    assert await endings(judged) == [("SQ-1", AskEnding.CONFIRMED)]
    async with judged.services.database.system() as connection:
        (kept,) = (await list_asked(connection, AskedFilter())).items
    assert (kept.times, kept.bill_id) == (2, int(done.json()["code"] + done.json()["number"]))


async def test_a_review_ends_it(judged: Api) -> None:
    request = request_of(judged)
    await judged.hospital.issue(request)
    brought = await judged.hospital.post(
        "/api/v1/applications", {"request": wire(request), "reason": "合同另有约定"}
    )
    assert await endings(judged) == [("SQ-1", AskEnding.APPEALED)]
    number = brought.json()["id"]
    await (await judged.world.house.get(REVIEWS)).approve(
        number, "备注为合同原文", acting=await officer_of(judged, number)
    )
    assert await endings(judged) == [("SQ-1", AskEnding.REVIEWED)]


async def test_questions_of_a_batch_are_kept_and_other_bills_are_not(judged: Api) -> None:
    remarks = {"A": "请核实", "B": "", "C": "请核实", "D": "请留意"}
    bills = [wire(request_of(judged, number, remark)) for number, remark in remarks.items()]
    answer = await judged.hospital.post("/api/v1/bills/batch", {"bills": bills})
    assert [result["status"] for result in answer.json()["results"]] == [409, 201, 409, 201]
    assert await endings(judged) == [("C", AskEnding.WAITING), ("A", AskEnding.WAITING)]


async def test_each_scope_sees_its_own(judged: Api) -> None:
    await judged.hospital.issue(request_of(judged))
    warned = await judged.hospital.issue(request_of(judged, "SQ-2", "请留意"))
    assert [each["rule"] for each in warned.json()["warnings"]] == ["T-WARN"]
    hospital = judged.province.hospital.unit_id
    seen = {
        UnitScope(unit_id=hospital): (1, 1),
        UnitScope(unit_id=judged.province.office.unit_id): (0, 0),
        DepartmentScope(region_code="150000"): (1, 1),
        DepartmentScope(region_code="150900"): (0, 0),
    }
    for scope, expected in seen.items():
        async with judged.services.database.scoped(scope) as connection:
            asked = await list_asked(connection, AskedFilter(business_no="SQ-1"))
            bills = await list_warned(connection, WarnedFilter(business_no="SQ-2"))
        assert (len(asked.items), len(bills.items)) == expected, scope


async def test_a_warning_is_found_by_rule_and_unit(judged: Api) -> None:
    first = await judged.hospital.issue(request_of(judged, "SQ-1", "请留意"))
    second = await judged.hospital.issue(request_of(judged, "SQ-2", "请留意"))
    await judged.hospital.issue(request_of(judged, "SQ-3", ""))
    assert (first.status_code, second.status_code) == (201, 201)
    async with judged.services.database.system() as connection:
        page = await list_warned(connection, WarnedFilter(rule="T-WARN"), limit=1)
        rest = await list_warned(connection, WarnedFilter(rule="T-WARN"), after=page.next_key)
        other = await list_warned(connection, WarnedFilter(rule="T-ASK"))
        elsewhere = await list_warned(connection, WarnedFilter(unit_id=judged.province.office.unit_id))
        assert await rules_that_warned(connection) == [("T-WARN", "备注含有请留意")]
    assert [each.business_no for each in (*page.items, *rest.items)] == ["SQ-2", "SQ-1"]
    assert [hit.message for hit in page.items[0].warnings] == ["备注为“请留意”。"]
    assert (page.items[0].identity.number, page.items[0].reversed) == (second.json()["number"], False)
    assert (other.items, elsewhere.items) == ((), ())
