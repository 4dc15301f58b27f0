"""申领 by programs: granted or refused with the answer, once for a number, and looked up by it."""

from typing import Any

import pytest
from tests.gateway.conftest import Api
from tests.supply.asking import KIND, emptied, free_of, used
from tests.support.client import problem_of

from mingpiao.kernel.clock import StoppedClock

BODY = {"request_no": "SL-1", "kind": KIND, "quantity": 10, "purpose": "门诊收费"}


async def test_numbers_are_in_stock_with_the_answer(api: Api, clock: StoppedClock) -> None:
    await used(api.world, clock)
    answer = await api.hospital.post("/api/v1/requisitions", BODY)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["state"], made["state_name"], made["granted"], made["findings"]) == (
        "granted",
        "已发放",
        10,
        [],
    )
    assert int(made["last_number"]) - int(made["first_number"]) == 9
    assert len(made["first_number"]) == 10
    assert made["decided_at"].endswith("+08:00")
    assert (await api.hospital.post("/api/v1/requisitions", BODY)).json() == made
    assert (await api.hospital.get("/api/v1/requisitions/SL-1")).json() == made
    assert await free_of(api.world, api.province.hospital) == 10
    stranger = await api.other.get("/api/v1/requisitions/SL-1")
    assert problem_of(stranger) == (404, "supply.request_unknown", "")


async def test_what_is_refused_is_answered_with_each_reason(api: Api, clock: StoppedClock) -> None:
    await used(api.world, clock)
    await api.hospital.post("/api/v1/requisitions", BODY | {"quantity": 100_000})
    made = (await api.hospital.post("/api/v1/requisitions", BODY | {"request_no": "SL-2"})).json()
    assert (made["state"], made["granted"], made["first_number"], made["code"]) == ("refused", 0, "", "")
    assert [each["code"] for each in made["findings"]] == ["supply.enough"]


async def test_a_unit_without_use_states_it_and_waits(api: Api) -> None:
    await emptied(api.world, api.province.hospital)
    missing = await api.hospital.post("/api/v1/requisitions", BODY)
    assert problem_of(missing) == (422, "supply.request_invalid", "estimate")
    made = (await api.hospital.post("/api/v1/requisitions", BODY | {"estimate": 40})).json()
    assert (made["state"], made["decided_at"], made["proposed"]) == ("review", None, None)
    waiting = await api.hospital.post("/api/v1/requisitions", BODY | {"estimate": 40, "request_no": "SL-2"})
    assert problem_of(waiting) == (409, "supply.request_open", "")
    changed = await api.hospital.post("/api/v1/requisitions", BODY | {"estimate": 41})
    assert problem_of(changed) == (409, "supply.request_no_used", "request_no")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quantity": "10"}, (400, "request.wrong_type", "quantity")),
        ({"quantity": 1.5}, (400, "request.wrong_type", "quantity")),
        ({"quantity": 10**25}, (422, "supply.request_invalid", "quantity")),
        ({"quantity": -1}, (422, "supply.request_invalid", "quantity")),
        ({"request_no": "SL\x00"}, (422, "supply.request_invalid", "request_no")),
        ({"request_no": " SL-1"}, (422, "supply.request_invalid", "request_no")),
        ({"kind": "06\x00"}, (409, "unit.kind_not_granted", "kind")),
        ({"purpose": ""}, (422, "supply.request_invalid", "purpose")),
        ({"kind": "0301"}, (409, "unit.kind_not_granted", "kind")),
        ({"place": "001"}, (400, "request.field_unknown", "place")),
        ({"point": "001"}, (422, "point.not_of_unit", "point")),
        ({"point": "x" * 21}, (400, "request.value_invalid", "point")),
        ({"estimate": None}, (200, "", "")),
    ],
)
async def test_wrong_input_is_told_and_writes_nothing(
    api: Api, clock: StoppedClock, changes: dict[str, Any], told: tuple[int, str, str]
) -> None:
    await used(api.world, clock)
    answer = await api.hospital.post("/api/v1/requisitions", BODY | changes)
    if told[0] == 200:
        assert answer.status_code == 200
        return
    assert problem_of(answer) == told
    assert await api.world.value("SELECT count(*) FROM requisitions") == 0


@pytest.mark.parametrize("number", ["SL-9", "%00", "a%2Fb", "x" * 300, "%F0%9F%92%A9"])
async def test_an_unknown_number_is_not_found(api: Api, number: str) -> None:
    answer = await api.hospital.get(f"/api/v1/requisitions/{number}")
    assert answer.status_code == 404
