"""Many clients at the same moment."""

import asyncio
from collections import Counter

from tests.gateway.conftest import Api
from tests.support.client import wire


async def test_one_business_number_from_fifty_clients_is_one_bill(api: Api) -> None:
    request = api.province.hospital.request(kind="0601")
    answers = await asyncio.gather(*(api.hospital.issue(request) for _ in range(50)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 49}
    assert len({answer.content for answer in answers}) == 1
    assert await api.bill_count() == 1


async def test_fifty_different_bills_under_one_business_number(api: Api) -> None:
    hospital = api.province.hospital
    calls = [api.hospital.issue(hospital.request(kind="0601"), remark=f"第{index}次") for index in range(50)]
    answers = await asyncio.gather(*calls)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    first = next(answer.json() for answer in answers if answer.status_code == 201)
    original = {"code": first["code"], "number": first["number"]}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "bill.business_no_conflict"
    }
    assert all(answer.json()["facts"] == original for answer in answers if answer.status_code == 409)
    assert await api.bill_count() == 1


async def test_ten_reversals_at_once_make_one_red_bill(api: Api) -> None:
    blue = (await api.hospital.issue(api.province.hospital.request(kind="0601"))).json()
    answers = await asyncio.gather(*(api.hospital.reverse(blue, reason=f"退费{i}") for i in range(10)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}
    red = next(answer.json() for answer in answers if answer.status_code == 201)
    identity = {name: red[name] for name in ("code", "number", "check_code", "issued_at")}
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert [(refusal["code"], refusal["facts"]) for refusal in refusals] == [
        ("bill.already_reversed", identity)
    ] * 9
    assert await api.bill_count() == 2


async def test_a_batch_of_one_business_number_is_one_bill(api: Api) -> None:
    body = {"bills": [wire(api.province.hospital.request(kind="0601"))] * 30}
    results = (await api.hospital.post("/api/v1/bills/batch", body)).json()["results"]
    assert Counter(result["status"] for result in results) == {201: 1, 200: 29}
    assert await api.bill_count() == 1


async def test_two_batches_and_single_calls_at_once_issue_each_bill_once(api: Api) -> None:
    hospital = api.province.hospital
    bodies = [wire(request) for request in hospital.requests(60, kind="0601")]
    answers = await asyncio.gather(
        api.hospital.post("/api/v1/bills/batch", {"bills": bodies[:40]}),
        api.hospital.post("/api/v1/bills/batch", {"bills": bodies[20:]}),
        *(api.hospital.post("/api/v1/bills", body) for body in bodies[::5]),
    )
    fresh = sum(answer.json()["counts"]["issued"] for answer in answers[:2])
    fresh += sum(answer.status_code == 201 for answer in answers[2:])
    assert fresh == 60
    assert {answer.status_code for answer in answers[2:]} <= {200, 201}
    assert await api.bill_count() == 60
