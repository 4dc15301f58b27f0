"""Programs of a unit and its 开票点: bills in the name of one."""

from tests.gateway.conftest import Api
from tests.supply.asking import KIND
from tests.supply.test_points import points
from tests.supply.test_returning import segments
from tests.supply.test_transfers import transfer
from tests.support.client import problem_of


async def test_a_bill_in_the_name_of_a_point(api: Api) -> None:
    hospital = api.province.hospital
    await points(api.world, hospital)
    (segment, *_) = await segments(api.world, hospital)
    await transfer(api.world, hospital, segment.segment_id, "MZ", 2)
    request = hospital.request(kind=KIND, business_no="P-1")
    made = await api.hospital.issue(request, point="MZ")
    assert made.status_code == 201, made.text
    bill = made.json()
    assert (bill["point"], int(bill["number"])) == ("MZ", segment.last - 1)
    assert (await api.hospital.get(f"/api/v1/bills/{bill['code']}/{bill['number']}")).json() == bill
    again = await api.hospital.issue(request, point="MZ")
    assert (again.status_code, again.json()) == (200, bill)
    assert problem_of(await api.hospital.issue(request))[:2] == (409, "bill.business_no_conflict")
    other = await api.hospital.issue(request, business_no="P-2", point=...)
    assert (other.json()["point"], int(other.json()["number"])) == ("", segment.first)


async def test_a_point_that_is_none_of_the_unit_is_refused_at_its_field(api: Api) -> None:
    hospital = api.province.hospital
    await points(api.world, hospital)
    await points(api.world, api.province.other_hospital, "WZ")
    request = hospital.request(kind=KIND, business_no="P-1")
    for point in ("XX", "WZ", "MZ\x00", "MZ ", "mz", "x" * 4000):
        answer = await api.hospital.issue(request, point=point)
        assert problem_of(answer) == (422, "point.not_of_unit", "point")
    assert problem_of(await api.hospital.issue(request, point=7)) == (400, "request.wrong_type", "point")
    assert await api.bill_count() == 0


async def test_points_and_who_has_which_numbers(api: Api) -> None:
    hospital = api.province.hospital
    assert (await api.hospital.get("/api/v1/points")).json() == {"points": []}
    await points(api.world, hospital)
    (segment, *_) = await segments(api.world, hospital)
    await transfer(api.world, hospital, segment.segment_id, "MZ", 2)
    await api.hospital.issue(hospital.request(kind=KIND, business_no="P-1"), point="MZ")
    empty = {"address": "", "active": True, "stock": []}
    assert (await api.hospital.get("/api/v1/points")).json()["points"] == [
        {"code": "MZ", "name": "MZ收费处"} | empty | {"stock": [{"kind": KIND, "free": 1}]},
        {"code": "ZY", "name": "ZY收费处"} | empty,
    ]
    (at_point,) = (await api.hospital.get("/api/v1/segments?point=MZ")).json()["segments"]
    assert at_point.pop("allotted_at").endswith("+08:00")
    assert at_point == {
        "kind": KIND,
        "code": segment.code,
        "first_number": f"{segment.last - 1:010d}",
        "last_number": f"{segment.last:010d}",
        "next_number": f"{segment.last:010d}",
        "free": 1,
        "point": "MZ",
        "state": "in_use",
        "state_name": "使用中",
    }
    common = (await api.hospital.get(f"/api/v1/segments?point=*&kind={KIND}")).json()["segments"]
    assert [(each["first_number"], each["last_number"]) for each in common] == [
        (f"{segment.first:010d}", f"{segment.last - 2:010d}")
    ]
    whole = (await api.hospital.get("/api/v1/segments")).json()
    page = (await api.hospital.get("/api/v1/segments?limit=1")).json()
    assert page["segments"] == whole["segments"][:1]
    rest = (await api.hospital.get(f"/api/v1/segments?after={page['mark']}")).json()
    assert rest == {"segments": whole["segments"][1:], "mark": ""}
    for query in ("kind=9999", "state=none", "point=XX", "point=%00", "kind=%00", "point=%F0%9F%92%A9"):
        found = await api.hospital.get(f"/api/v1/segments?{query}")
        assert (found.status_code, found.json()["segments"]) == (200, []), query
    for query, code in (("after=x", "list.key_malformed"), ("limit=0", "request.parameter_invalid")):
        assert problem_of(await api.hospital.get(f"/api/v1/segments?{query}"))[:2] == (400, code)


async def test_a_program_gives_numbers_back(api: Api) -> None:
    hospital = api.province.hospital
    await points(api.world, hospital)
    (segment, *_) = await segments(api.world, hospital)
    await transfer(api.world, hospital, segment.segment_id, "MZ", 2)
    body = {"code": segment.code, "first_number": f"{segment.last - 1:010d}", "reason": "窗口撤销"}
    answer = await api.hospital.post("/api/v1/returned-numbers", body)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made.pop("returned_at")
    assert made.pop("made_by")
    assert made == {
        "kind": KIND,
        "code": segment.code,
        "first_number": f"{segment.last - 1:010d}",
        "last_number": f"{segment.last:010d}",
        "quantity": 2,
        "way": "unit",
        "reason": "窗口撤销",
    }
    assert (await api.hospital.get("/api/v1/returned-numbers")).json()["returned"] == [answer.json()]
    assert (await api.other.get("/api/v1/returned-numbers")).json() == {"returned": [], "mark": ""}
    again = await api.hospital.post("/api/v1/returned-numbers", body)
    assert problem_of(again) == (409, "supply.segment_spent", "")
    whole = body | {"first_number": f"{segment.first:010d}"}
    for client, wrong, told in (
        (api.other, whole, (404, "supply.segment_unknown", "first_number")),
        (
            api.hospital,
            whole | {"first_number": "0000000002"},
            (404, "supply.segment_unknown", "first_number"),
        ),
        (api.hospital, whole | {"first_number": "1"}, (404, "supply.segment_unknown", "first_number")),
        (api.hospital, whole | {"code": "1506\x000125"}, (404, "supply.segment_unknown", "first_number")),
        (api.hospital, whole | {"reason": " "}, (422, "supply.return_invalid", "reason")),
        (api.hospital, whole | {"reason": "字" * 201}, (422, "supply.return_invalid", "reason")),
        (api.hospital, whole | {"reason": "撤\x00销"}, (422, "supply.return_invalid", "reason")),
        (api.hospital, whole | {"reason": 5}, (400, "request.wrong_type", "reason")),
        (api.hospital, whole | {"point": "MZ"}, (400, "request.field_unknown", "point")),
    ):
        assert problem_of(await client.post("/api/v1/returned-numbers", wrong)) == told
    assert await api.world.value("SELECT count(*) FROM returned_numbers") == 1
