"""One bill however it is written: numbers, empty members, codes; and what is told where it is not taken."""

import json
from typing import Any

import msgspec
import pytest
from tests.gateway.conftest import Api
from tests.gateway.test_bad_input import NO_NUMBERS, refused, with_extension, with_item, with_payer
from tests.support.client import problem_of, wire

from mingpiao.issuing.digests import first_digest
from mingpiao.issuing.model import IssueRequest
from mingpiao.sealing.service import parse_sealed

BILLS = "/api/v1/bills"
AMOUNTS = ("FundPayAmount", "OtherPayAmount", "AccountPayAmount")


def ten(api: Api, **changes: Any) -> dict[str, Any]:
    """A bill of 10.00 元."""
    body = wire(api.province.hospital.request(kind="0601"), business_no="TEN-1", aux_items=[])
    item = {"code": "060010", "quantity": "1", "rate": "10", "amount": "10.00"}
    required = ("PatientNumber", "MedicalDate", "OrgType", "Gender", "MedicalInsuranceType")
    extension = {name: body["extension"][name] for name in required}
    extension |= dict.fromkeys(AMOUNTS, "0.00") | {"OwnPayAmount": "10.00"}
    return body | {"items": [item], "total": "10.00", "extension": extension} | changes


async def xml_of(api: Api, bill: dict[str, Any]) -> bytes:
    response = await api.hospital.get(f"{BILLS}/{bill['code']}/{bill['number']}/document.xml")
    return response.content


async def test_the_same_numbers_by_other_libraries_are_the_same_bill(api: Api) -> None:
    good = ten(api)
    first = (await api.hospital.post(BILLS, good)).json()
    assert first["items"][0] | {"name": "", "unit": ""} == {
        "code": "060010", "name": "", "unit": "", "quantity": "1", "rate": "10", "amount": "10.00", "remark": "",
    }  # fmt: skip
    text = json.dumps(good, ensure_ascii=False)
    written = [
        with_item(good | {"total": 10.0}, amount=10),
        with_item(good | {"total": "10"}, amount="10.0", quantity="1.000", rate=10.0),
        with_extension(good, FundPayAmount="0", OwnPayAmount="10.0"),
    ]
    bodies = [json.dumps(body).encode() for body in written]
    bodies.append(text.replace('"total": "10.00"', '"total": 1E+1').encode())
    bodies.append(text.replace('"amount": "10.00"', '"amount": 1000e-2').encode())
    for body in bodies:
        again = await api.hospital.send("POST", BILLS, body)
        assert (again.status_code, again.json()["number"]) == (200, first["number"]), body
    other = await api.hospital.post(BILLS, good | {"remark": "另一张"})
    assert problem_of(other) == (409, "bill.business_no_conflict", "business_no")
    assert await api.bill_count() == 1


async def test_a_bill_is_sealed_and_answered_in_one_form(api: Api) -> None:
    body = ten(api, business_no="FORM-1", total=1e1)
    body = with_item(body, amount="10", rate="10.000000", quantity="1.0")
    body = with_extension(body, FundPayAmount="0", OwnPayAmount="10.0", MedicalInsuranceID="")
    bill = (await api.hospital.post(BILLS, body)).json()
    face = parse_sealed(await xml_of(api, bill))
    assert f"{face.total}" == "10.00"
    assert [(f"{item.quantity}", item.standard, f"{item.amount}") for item in face.items] == [
        ("1", "10", "10.00")
    ]
    money = {name: face.extension.get(name) for name in (*AMOUNTS, "OwnPayAmount")}
    assert money == {
        "FundPayAmount": "0.00", "OtherPayAmount": "0.00", "AccountPayAmount": "0.00", "OwnPayAmount": "10.00",
    }  # fmt: skip
    assert bill["extension"] == dict(face.extension)


async def test_an_optional_member_left_empty_is_no_member(api: Api) -> None:
    good = ten(api)
    good = {name: value for name, value in good.items() if value not in ("", [], None)}
    first = await api.hospital.post(BILLS, good)
    assert first.status_code == 201, first.text
    optional = {"checker", "pay_mode", "remark", "aux_items", "evidence", "confirmations"} - set(good)
    for empty in (None, ""):
        body = good | {
            name: ([] if name in ("aux_items", "evidence", "confirmations") and empty == "" else empty)
            for name in optional
        }
        body = with_payer(body, code=empty, account=empty, bank=empty)
        body = with_item(with_extension(body, MedicalInsuranceID=empty), remark=empty)
        again = await api.hospital.post(BILLS, body)
        assert (again.status_code, again.json().get("number")) == (200, first.json()["number"]), again.text


async def test_what_the_first_release_issued_is_found_again(api: Api) -> None:
    """Its digest was made of the numbers as sent, and it took what the grammar refuses."""
    good = ten(api)
    first = (await api.hospital.post(BILLS, good)).json()
    for written in ("10.00", "+10.00", "010.00", "1e1"):
        body = good | {"total": written}
        request = msgspec.json.decode(json.dumps(body), type=IssueRequest)
        await api.world.tamper("UPDATE business_numbers SET request_digest = $1", first_digest(request))
        again = await api.hospital.post(BILLS, body)
        assert (again.status_code, again.json()["number"]) == (200, first["number"]), written
        batch = (await api.hospital.post(f"{BILLS}/batch", {"bills": [body]})).json()
        assert batch["counts"]["repeated"] == 1
    fresh = await api.hospital.post(BILLS, good | {"total": "+10.00", "business_no": "TEN-2"})
    assert problem_of(fresh) == (422, "amount.not_finite", "total")
    assert await api.bill_count() == 1


async def test_texts_that_are_no_numbers_are_refused_wherever_they_stand(api: Api) -> None:
    good = ten(api)
    aux = {"related_code": "060010", "name": "针", "quantity": "1", "amount": "1.00"}
    for text in NO_NUMBERS:
        for body, place in (
            (with_item(good, quantity=text), "items/0/quantity"),
            (good | {"aux_items": [aux, aux | {"amount": text}]}, "aux_items/1/amount"),
            (good | {"aux_items": [aux | {"quantity": text}]}, "aux_items/0/quantity"),
        ):
            assert problem_of(await api.hospital.post(BILLS, body)) == (422, "amount.not_finite", place), text
    batch = {"bills": [good | {"total": "1_0.00"}, good | {"business_no": "TEN-3"}]}
    answer = (await api.hospital.post(f"{BILLS}/batch", batch)).json()
    assert [result["status"] for result in answer["results"]] == [422, 201]
    assert answer["results"][0]["problem"]["field"] == "total"
    appeal = {"request": good | {"total": "1_0.00"}, "reason": "无误"}
    response = await api.hospital.post("/api/v1/applications", appeal)
    assert problem_of(response) == (422, "amount.not_finite", "request/total")


async def test_a_money_member_of_another_grammar(api: Api) -> None:
    for text in ("0_0", "٠", "0e5", "-0", "00010.00", "1e1", "-1", "1.001", " 1", "0x0", "零"):
        problems = await refused(await api.hospital.post(BILLS, with_extension(ten(api), FundPayAmount=text)))
        assert {(status, at) for status, _, at in problems} == {(422, "extension/FundPayAmount")}, text
        assert await api.bill_count() == 0, text


async def test_a_date_member_of_another_grammar(api: Api) -> None:
    for text in ("2026-W40-1", "20260101T0", "2026W40101", "2026-02-29", "2026-1-1", "20260101"):
        response = await api.hospital.post(BILLS, with_extension(ten(api), MedicalDate=text))
        assert problem_of(response) == (422, "extension.bad_date", "extension/MedicalDate"), text
        assert "2026-01-31" in response.json()["detail"], text


async def test_detailed_lines_fit_their_item(api: Api) -> None:
    aux = {"related_code": "060010", "name": "针", "quantity": "1", "amount": "10.0000"}
    for amount, expected in (
        ("10.001", (422, "amount.too_precise", "aux_items/0/amount")),
        ("99999", (422, "aux_item.sum_exceeds", "aux_items/0/amount")),
        ("10.02", (422, "aux_item.sum_exceeds", "aux_items/0/amount")),
    ):
        body = ten(api, aux_items=[aux | {"amount": amount}])
        assert problem_of(await api.hospital.post(BILLS, body)) == expected
    two = [aux | {"amount": "6.00"}, aux | {"amount": "4.03"}]
    over = await api.hospital.post(BILLS, ten(api, aux_items=two))
    assert problem_of(over) == (422, "aux_item.sum_exceeds", "aux_items/1/amount")
    assert await api.bill_count() == 0
    for number, lines in enumerate(([aux], [aux | {"amount": "10.01"}], [aux | {"amount": "0.01"}])):
        fine = await api.hospital.post(BILLS, ten(api, business_no=f"AUX-{number}", aux_items=lines))
        assert fine.status_code == 201, fine.text


async def test_a_batch_with_two_lists_is_refused(api: Api) -> None:
    one = json.dumps(ten(api))
    for body in (f'{{"bills": [{one}], "bills": [{one}]}}', f'{{"bills":[],"b\\u0069lls":[{one}]}}'):
        response = await api.hospital.send("POST", f"{BILLS}/batch", body.encode())
        assert problem_of(response) == (400, "request.member_repeated", "")
    twice = one.replace('"total":', '"total": "10.00", "total":')
    answer = (await api.hospital.send("POST", f"{BILLS}/batch", f'{{"bills": [{twice}]}}'.encode())).json()
    assert answer["results"][0]["problem"]["code"] == "request.member_repeated"
    assert await api.bill_count() == 0


async def test_a_packed_body_is_told_so(api: Api) -> None:
    body = json.dumps(ten(api)).encode()
    response = await api.hospital.send("POST", BILLS, body, **{"Content-Encoding": "gzip"})
    assert problem_of(response) == (415, "request.encoding", "")
    assert "gzip" in response.json()["detail"]
    identity = await api.hospital.send("POST", BILLS, body, **{"Content-Encoding": "identity"})
    assert identity.status_code == 201


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("931840199001010012", "末位校验码应为1"),
        ("110105194912310021", "末位校验码应为X"),
        ("110105194913310021", ""),
    ],
)
async def test_a_persons_wrong_number_is_blocked(api: Api, code: str, told: str) -> None:
    response = await api.hospital.post(BILLS, with_payer(ten(api), type="1", name="苏和", code=code))
    assert problem_of(response) == (422, "payer.resident_id_invalid", "payer/code")
    assert told in response.json()["detail"]
    assert "留空" in response.json()["detail"]


@pytest.mark.parametrize(
    "code", ["911124198108030024", "931840199001010011", "944840199001010016", "11010519491231002X", ""]
)
async def test_a_persons_right_number_passes(api: Api, code: str) -> None:
    response = await api.hospital.post(BILLS, with_payer(ten(api), type="1", name="苏和", code=code))
    assert (response.status_code, response.json()["warnings"]) == (201, [])


@pytest.mark.parametrize("code", ["12440600MB2C07549J", "92141127MA0KD1Y64A"])
async def test_a_units_code_has_one_form_and_a_hint(api: Api, code: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    for number, written in enumerate((code, code.lower(), f"{code[:8]} {code[8:]}", wide)):
        body = with_payer(
            ten(api, business_no=f"U-{number}"), type="2", name="演示云川商贸公司", code=written
        )
        response = await api.hospital.post(BILLS, body)
        assert response.status_code == 201, response.text
        bill = response.json()
        assert bill["payer"]["code"] == code
        assert parse_sealed(await xml_of(api, bill)).payer.code == code
        hints = [hint["field"] for hint in bill["warnings"] if hint["rule"] == "PAYER-CODE-FORM"]
        assert hints == ([] if written == code else ["payer/code"])


async def test_a_unit_without_a_code_has_a_way(api: Api) -> None:
    unit = with_payer(ten(api), type="2", name="演示云川商贸公司")
    response = await api.hospital.post(BILLS, with_payer(unit, code="150105000123456"))
    assert problem_of(response) == (422, "payer.uscc_invalid", "payer/code")
    assert "15位" in response.json()["detail"]
    assert "请留空" in response.json()["detail"]
    wrong = await api.hospital.post(BILLS, with_payer(unit, code="12440600MB2C07549K"))
    assert "末位校验码应为J" in wrong.json()["detail"]
    assert (await api.hospital.post(BILLS, with_payer(unit, code=""))).status_code == 201
