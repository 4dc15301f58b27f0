"""Issuing, reversing, looking up and downloading through the interface."""

import hashlib
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import msgspec
from tests.gateway.conftest import SITE, Api
from tests.support.client import problem_of, wire


async def issued(api: Api, kind: str = "0601", **changes: Any) -> dict[str, Any]:
    response = await api.hospital.issue(api.province.hospital.request(kind=kind), **changes)
    assert response.status_code == 201, response.text
    bill: dict[str, Any] = response.json()
    return bill


async def test_an_issued_bill_shows_what_was_asked(api: Api) -> None:
    request = api.province.hospital.request(kind="0601", business_no="HIS-1")
    response = await api.hospital.issue(request)
    bill = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/bills/{bill['code']}/{bill['number']}"
    assert (bill["code"][2:6], bill["number"]) == ("0601", "0000000001")
    assert (bill["kind"], bill["color"], bill["state"]) == ("0601", "blue", "normal")
    assert (bill["business_no"], bill["handler"]) == ("HIS-1", request.handler)
    assert bill["total"] == f"{request.total:.2f}"
    assert bill["payer"] == {"type": "1", "name": request.payer.name, "code": ""}
    assert [(i["code"], Decimal(i["amount"])) for i in bill["items"]] == [
        (i.code, i.amount) for i in request.items
    ]
    assert bill["extension"] == request.extension
    assert bill["issued_at"].endswith("+08:00")
    assert (bill["related"], bill["reason"]) == (None, "")
    place = f"{SITE}/api/v1/bills/{bill['code']}/{bill['number']}/document"
    assert bill["documents"] == {kind: f"{place}.{kind}" for kind in ("ofd", "pdf", "xml")}
    assert bill["check_url"] == f"{SITE}/verify?c={bill['code']}&n={bill['number']}&h={bill['sm3']}"


async def test_a_bill_is_found_in_every_way_and_only_by_its_unit(api: Api) -> None:
    bill = await issued(api, business_no="门诊/2026 001?#%")
    for target in (
        f"/api/v1/bills/{bill['code']}/{bill['number']}",
        f"/api/v1/bills/by-business-no/{quote(bill['business_no'], safe='')}",
        f"/api/v1/bills/by-hash/{bill['sm3']}",
        f"/api/v1/bills/by-hash/{bill['sm3'].upper()}",
    ):
        assert (await api.hospital.get(target)).json() == bill
        assert problem_of(await api.other.get(target)) == (404, "bill.unknown", "")


UNKNOWN = [
    "15060125/0000000002",
    "15069925/0000000001",
    "1506012/0000000001",
    "15060125/1",
    "١٥٠٦٠١٢٥/0000000001",
    "by-business-no/HIS-2",
    "by-business-no/%00",
    "by-business-no/%ff%fe",
    "by-business-no/" + "9" * 51,
    "by-hash/" + "0" * 64,
    "15060125/0000000002/document.ofd",
    "x/y/document.xml",
]


async def test_what_does_not_exist_is_not_found(api: Api) -> None:
    await issued(api, business_no="HIS-1")
    for target in UNKNOWN:
        assert problem_of(await api.hospital.get(f"/api/v1/bills/{quote(target, safe='/%')}")) == (
            404,
            "bill.unknown",
            "",
        )


async def test_a_malformed_hash_is_told(api: Api) -> None:
    response = await api.hospital.get("/api/v1/bills/by-hash/xyz")
    assert problem_of(response) == (400, "bill.hash_malformed", "sm3")


async def test_the_same_request_gives_the_same_bill(api: Api) -> None:
    request = api.province.hospital.request(kind="0601")
    first = await api.hospital.issue(request)
    second = await api.hospital.issue(request)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.content == first.content
    assert await api.bill_count() == 1


async def test_another_request_under_the_same_business_number_tells_the_original(api: Api) -> None:
    bill = await issued(api)
    response = await api.hospital.issue(api.province.hospital.request(kind="0601"), remark="改")
    assert problem_of(response) == (409, "bill.business_no_conflict", "business_no")
    assert response.json()["facts"] == {"code": bill["code"], "number": bill["number"]}
    assert await api.bill_count() == 1


async def test_two_units_may_use_one_business_number(api: Api) -> None:
    await issued(api, business_no="SAME")
    response = await api.other.issue(api.province.other_hospital.request(business_no="SAME"))
    assert response.status_code == 201
    assert await api.bill_count() == 2


async def test_the_documents_of_a_bill(api: Api) -> None:
    bill = await issued(api)
    found = {}
    for ending, media_type in (
        ("xml", "application/xml"),
        ("ofd", "application/ofd"),
        ("pdf", "application/pdf"),
    ):
        target = bill["documents"][ending].removeprefix(SITE)
        response = await api.hospital.get(target)
        assert response.status_code == 200
        assert response.headers["content-type"] == media_type
        name = f"{bill['code']}-{bill['number']}.{ending}"
        assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert problem_of(await api.other.get(target)) == (404, "bill.unknown", "")
        found[ending] = response.content
    assert hashlib.new("sm3", found["xml"]).hexdigest() == bill["sm3"]
    assert found["ofd"][:4] == b"PK\x03\x04"
    assert found["pdf"][:5] == b"%PDF-"


async def test_a_reversal_makes_a_linked_red_bill(api: Api) -> None:
    blue = await issued(api)
    response = await api.hospital.reverse(blue, reason="退费")
    red = response.json()
    assert response.status_code == 201
    assert (red["color"], red["state"], red["reason"]) == ("red", "normal", "退费")
    assert Decimal(red["total"]) == -Decimal(blue["total"])
    assert [Decimal(i["amount"]) for i in red["items"]] == [-Decimal(i["amount"]) for i in blue["items"]]
    assert red["related"] == {"code": blue["code"], "number": blue["number"]}
    now = (await api.hospital.get(f"/api/v1/bills/{blue['code']}/{blue['number']}")).json()
    assert now == blue | {"state": "reversed", "related": {"code": red["code"], "number": red["number"]}}


async def test_a_bill_is_reversed_once_and_a_red_one_never(api: Api) -> None:
    blue = await issued(api)
    red = (await api.hospital.reverse(blue)).json()
    for reason in ("退费", "重开", "开错"):
        again = await api.hospital.reverse(blue, reason=reason)
        assert problem_of(again) == (409, "bill.already_reversed", "")
        assert again.json()["facts"] == {
            name: red[name] for name in ("code", "number", "check_code", "issued_at")
        }
    assert problem_of(await api.hospital.reverse(red)) == (409, "bill.red_not_reversible", "")
    assert await api.bill_count() == 2


async def test_a_reversed_bill_is_never_given_again_as_a_success(api: Api) -> None:
    body = wire(api.province.hospital.request(kind="0601"))
    blue = (await api.hospital.post("/api/v1/bills", body)).json()
    red = (await api.hospital.reverse(blue)).json()
    facts = {
        "code": blue["code"], "number": blue["number"], "red_code": red["code"], "red_number": red["number"],
    }  # fmt: skip
    for again in (body, body | {"remark": "另一张"}):
        answer = await api.hospital.post("/api/v1/bills", again)
        assert problem_of(answer) == (409, "bill.business_no_reversed", "business_no")
        assert answer.json()["facts"] == facts
    batch = (await api.hospital.post("/api/v1/bills/batch", {"bills": [body, body]})).json()
    assert [each["status"] for each in batch["results"]] == [409, 409]
    assert [each["problem"]["facts"] for each in batch["results"]] == [facts, facts]
    assert batch["counts"] | {"refused": 2} == batch["counts"]
    assert await api.bill_count() == 2


async def test_a_reversals_address_answers_no_reading(api: Api) -> None:
    blue = await issued(api)
    address = f"/api/v1/bills/{blue['code']}/{blue['number']}/reversal"
    for method in ("GET", "HEAD"):
        assert (await api.hospital.send(method, address, b"")).status_code == 405
    assert await api.bill_count() == 1


async def test_a_batch_that_comes_again_with_corrections_is_answered_one_by_one(api: Api) -> None:
    bodies = [wire(request) for request in api.province.hospital.requests(60, kind="0601")]
    first = (await api.hospital.post("/api/v1/bills/batch", {"bills": bodies[:50]})).json()
    corrected = [dict(body) for body in bodies]
    for place in range(5):
        corrected[place]["remark"] = "已更正"
    twice = [bodies[place] | {"remark": "同号不同内容"} for place in (57, 58, 59)]
    answer = (await api.hospital.post("/api/v1/bills/batch", {"bills": corrected + twice})).json()
    assert [each["status"] for each in answer["results"]] == [409] * 5 + [200] * 45 + [201] * 10 + [409] * 3
    assert [each["bill"]["number"] for each in answer["results"][5:50]] == [
        each["bill"]["number"] for each in first["results"][5:]
    ]
    assert answer["counts"] == {
        "issued": 10, "repeated": 45, "refused": 8, "unresolved": 0, "needs_confirmation": 0, "pending": 0,
    }  # fmt: skip
    assert await api.bill_count() == 60


async def test_another_units_bill_cannot_be_reversed(api: Api) -> None:
    blue = await issued(api)
    assert problem_of(await api.other.reverse(blue)) == (404, "bill.unknown", "")
    assert await api.bill_count() == 1


WRONG_REVERSALS = [
    ({"reason": ""}, (422, "text.required", "reason")),
    ({"reason": "退" * 201}, (422, "text.too_long", "reason")),
    ({"reason": "退\u0000费"}, (422, "text.bad_character", "reason")),
    ({"handler": ""}, (422, "text.required", "handler")),
    ({"reason": 1}, (400, "request.wrong_type", "reason")),
    ({"amount": "1.00"}, (400, "request.field_unknown", "amount")),
]


async def test_a_reversal_that_is_wrong_is_refused(api: Api) -> None:
    blue = await issued(api)
    for changes, expected in WRONG_REVERSALS:
        assert problem_of(await api.hospital.reverse(blue, **changes)) == expected
        assert await api.bill_count() == 1


async def test_changes_are_complete_and_in_order(api: Api) -> None:
    bills = [await issued(api, business_no=f"C-{index}") for index in range(5)]
    red = (await api.hospital.reverse(bills[0])).json()
    await api.other.issue(api.province.other_hospital.request())
    first = (await api.hospital.get("/api/v1/bills/changes?limit=4")).json()
    second = (await api.hospital.get(f"/api/v1/bills/changes?after={first['mark']}&limit=4")).json()
    third = (await api.hospital.get(f"/api/v1/bills/changes?after={second['mark']}")).json()
    assert [first["complete"], second["complete"], third["complete"]] == [False, True, True]
    numbers = [bill["number"] for bill in first["bills"] + second["bills"]]
    assert numbers == [bill["number"] for bill in [*bills, red]]
    assert third == {"bills": [], "mark": second["mark"], "complete": True}


WRONG_PARAMETERS = [
    ("after=zzz", (400, "list.key_malformed", "after")),
    ("after=%ff", (400, "list.key_malformed", "after")),
    ("after=" + "A" * 101, (400, "request.parameter_invalid", "after")),
    ("limit=0", (400, "request.parameter_invalid", "limit")),
    ("limit=501", (400, "request.parameter_invalid", "limit")),
    ("limit=x", (400, "request.parameter_invalid", "limit")),
    ("limit=9999999999999999999999", (400, "request.parameter_invalid", "limit")),
]


async def test_wrong_parameters_are_told(api: Api) -> None:
    for query, expected in WRONG_PARAMETERS:
        assert problem_of(await api.hospital.get(f"/api/v1/bills/changes?{query}")) == expected


async def test_stock_counts_down(api: Api) -> None:
    before = {level["kind"]: level for level in (await api.hospital.get("/api/v1/stock")).json()["levels"]}
    await issued(api)
    after = {level["kind"]: level for level in (await api.hospital.get("/api/v1/stock")).json()["levels"]}
    assert after["0601"]["free"] == before["0601"]["free"] - 1
    assert after["0601"]["used"] == before["0601"]["used"] + 1
    assert after["0601"]["name"] == "内蒙古自治区医疗门诊收费票据（电子）"
    assert after["0602"] == before["0602"]
    assert (after["0601"]["locks"], after["0601"]["valid_until"]) == ([], None)


async def test_the_catalog_is_the_units_own(api: Api) -> None:
    kinds = (await api.hospital.get("/api/v1/catalog/kinds")).json()["kinds"]
    assert [kind["code"] for kind in kinds] == sorted(api.province.hospital.entry.kinds)
    outpatient = next(kind for kind in kinds if kind["code"] == "0601")
    gender = next(field for field in outpatient["extension"] if field["name"] == "Gender")
    assert (gender["label"], gender["type"], gender["choices"]) == ("性别", "choice", ["男", "女", "未说明"])
    items = (await api.hospital.get("/api/v1/catalog/items")).json()["items"]
    assert [item["code"] for item in items] == sorted(api.province.hospital.entry.item_codes)
    inpatient = (await api.hospital.get("/api/v1/catalog/items?kind=0602")).json()["items"]
    assert inpatient == [item for item in items if "0602" in item["kinds"]]
    assert 0 < len(inpatient) < len(items)
    assert (await api.hospital.get("/api/v1/catalog/items?kind=0301")).json() == {"items": []}


async def test_a_batch_is_answered_item_by_item(api: Api) -> None:
    hospital = api.province.hospital
    before = await api.hospital.issue(hospital.request(kind="0601", business_no="B-0"))
    fresh = [hospital.request(kind="0601", business_no=f"B-{index}") for index in range(5)]
    good = [msgspec.json.encode(request) for request in fresh]
    bad_sum = msgspec.json.encode(msgspec.structs.replace(fresh[0], business_no="B-9", total=Decimal("0.01")))
    parts = [
        good[0],
        good[1],
        b"17",
        bad_sum,
        good[2],
        b'{"business_no": "\xff"}',
        good[3],
        good[1],
        b"{}",
        good[4],
    ]
    response = await api.hospital.send(
        "POST", "/api/v1/bills/batch", b'{"bills":[' + b",".join(parts) + b"]}"
    )
    assert response.status_code == 200, response.text
    answer = response.json()
    results = answer["results"]
    assert [result["index"] for result in results] == list(range(10))
    assert [result["status"] for result in results] == [200, 201, 400, 422, 201, 400, 201, 200, 400, 201]
    assert answer["counts"] == {
        "issued": 4,
        "repeated": 2,
        "refused": 4,
        "unresolved": 0,
        "needs_confirmation": 0,
        "pending": 0,
    }
    assert results[0]["bill"] == before.json()
    assert results[7]["bill"] == results[1]["bill"]
    problems = [
        (results[index]["problem"]["code"], results[index]["problem"]["field"]) for index in (2, 3, 5, 8)
    ]
    assert problems == [
        ("request.wrong_type", ""),
        ("bill.total_mismatch", "total"),
        ("request.not_utf8", ""),
        ("request.field_missing", "business_no"),
    ]
    assert all(("bill" in result) != ("problem" in result) for result in results)
    assert await api.bill_count() == 5


NO_BATCHES = [
    (b'{"bills":[]}', (400, "batch.count", "bills")),
    (b'{"bills":[' + b",".join([b"1"] * 10_001) + b"]}", (400, "batch.count", "bills")),
    (b"[]", (400, "request.wrong_type", "")),
    (b"{}", (400, "request.field_missing", "bills")),
    (b'{"bills":{}}', (400, "request.wrong_type", "bills")),
    (b'{"bills":[1,2}', (400, "request.malformed", "")),
    (b'{"bills":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}", (400, "request.malformed", "")),
    (b'{"bills":[{}],"mode":1}', (400, "request.field_unknown", "mode")),
    (b'{"bills":["' + b"x" * (40 * 1024 * 1024) + b'"]}', (413, "request.too_large", "")),
]


async def test_a_batch_that_is_none_is_refused(api: Api) -> None:
    for body, expected in NO_BATCHES:
        assert problem_of(await api.hospital.send("POST", "/api/v1/bills/batch", body)) == expected
        assert await api.bill_count() == 0
