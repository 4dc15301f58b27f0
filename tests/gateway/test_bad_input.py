"""Every bad input that the interface may meet: its status, its code, its field, and no bill."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.gateway.conftest import Api, build_app
from tests.support.client import problem_of, wire

from mingpiao.issuing.model import IssueRequest

BILLS = "/api/v1/bills"
#: Texts that `Decimal` or some other reader of numbers takes, and the grammar does not.
NO_NUMBERS = (
    "1_0.00", "１０.００", "١٠", "१०", " 10.00 ", "10.00\n", "\t10", "+10.00", "010.00", "00", "10.", ".5", "-.5",
    "1e1", "1E+1", "1e400", "1e999999999999999999", "1e-999999999999999999", "1,000.00", "1 000", "0x10", "10元",
    "十元", "", "-", "--1", "10.0.0", "nan", "NaN1", "inf", "Infinity", "−10", "1٫5", "\u200b10",
)  # fmt: skip
Expected = tuple[int, str, str]


def with_item(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body with its first item changed; `...` leaves a member out."""
    first = {name: value for name, value in (body["items"][0] | changes).items() if value is not ...}
    return body | {"items": [first, *body["items"][1:]]}


def with_payer(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    payer = {name: value for name, value in (body["payer"] | changes).items() if value is not ...}
    return body | {"payer": payer}


def with_extension(body: dict[str, Any], **changes: str) -> dict[str, Any]:
    return body | {"extension": body["extension"] | changes}


def what_is_asked(good: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Expected]]:
    """Kinds, items, rates and sums that finance does not allow."""
    yield good | {"kind": "9999"}, (422, "bill.kind_unknown", "kind")
    yield good | {"kind": ""}, (422, "bill.kind_unknown", "kind")
    yield good | {"kind": "0301"}, (422, "bill.kind_not_allowed", "kind")
    yield with_item(good, code="999999"), (422, "item.unknown", "items/0/code")
    yield good | {"items": []}, (422, "bill.items_count", "items")
    yield good | {"items": good["items"] * 201}, (422, "bill.items_count", "items")
    yield with_item(good, rate="999999", amount="999999.00"), (422, "item.rate_out_of_bounds", "items/0/rate")
    yield with_item(good, amount="0.01"), (422, "item.amount_mismatch", "items/0/amount")
    total = str(Decimal(good["total"]) + 1)
    yield good | {"total": total}, (422, "bill.total_mismatch", "total")


def amounts(good: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Expected]]:
    """Numbers that are no amounts of money."""
    for field, place in (("total", "total"), ("amount", "items/0/amount"), ("rate", "items/0/rate")):
        for value, code in (
            ("0", "amount.not_positive"),
            (0, "amount.not_positive"),
            ("-0.00", "amount.not_positive"),
            ("-1.00", "amount.not_positive"),
            (-1.5, "amount.not_positive"),
            ("NaN", "amount.not_finite"),
            ("-Infinity", "amount.not_finite"),
            ("sNaN", "amount.not_finite"),
            ("1000000000000.00", "amount.too_large"),
            ("123456789012345", "amount.too_large"),
            ("9" * 5_000, "amount.too_large"),
            ("1.2345678", "amount.too_precise"),
            *((text, "amount.not_finite") for text in NO_NUMBERS),
        ):
            body = good | {"total": value} if field == "total" else with_item(good, **{field: value})
            yield body, (422, code, place)
    yield good | {"total": "1.005"}, (422, "amount.too_precise", "total")
    yield with_item(good, amount="1.005"), (422, "amount.too_precise", "items/0/amount")


def texts(good: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Expected]]:
    """Names that may not stand on a bill."""
    bad_characters = [
        "张\u0001三",
        "张\u0000三",
        "张三😀",
        "<script>alert(1)</script>",
        "张\u202e三",
        "张\n三",
        "张\u200b三",
        "巴\u034f特尔",
        "巴特尔\u3164",
        "巴特\u00a0尔",
        "巴特\u3000尔",
        "巴特\u2003尔",
        "巴特尔\U000e0100",
        "\u115f\u1160",
        "张\uffa0丽",
        "\u2800",
        "葛\ufe00",
        "张\u180b三",
        "张\u202f三",
        "⻓江",
        "e" + "\u0301" * 12,
        "\u0301e",
        "张\u20dd",
    ]
    for name in bad_characters:
        yield with_payer(good, name=name), (422, "text.bad_character", "payer/name")
        yield good | {"handler": name}, (422, "text.bad_character", "handler")
    yield with_payer(good, name="三" * 600), (422, "text.too_long", "payer/name")
    yield with_payer(good, name=""), (422, "text.required", "payer/name")
    yield with_payer(good, name=" 张三"), (422, "text.padded", "payer/name")
    yield good | {"business_no": ""}, (422, "text.required", "business_no")
    yield good | {"business_no": "9" * 51}, (422, "text.too_long", "business_no")
    yield with_payer(good, type="2", code="12345"), (422, "payer.uscc_invalid", "payer/code")
    yield with_extension(good, MedicalDate="2999-01-01"), (422, "extension.bad_date", "extension/MedicalDate")
    yield with_extension(good, MedicalDate="2026-02-30"), (422, "extension.bad_date", "extension/MedicalDate")
    yield with_extension(good, MedicalDate="昨天"), (422, "extension.bad_date", "extension/MedicalDate")
    yield with_extension(good, Gender="甲"), (422, "extension.not_a_choice", "extension/Gender")
    yield with_extension(good, Nothing="1"), (422, "extension.unknown", "extension/Nothing")


def shapes(good: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Expected]]:
    """Members that are missing, unknown or of another type."""
    for name in ("business_no", "kind", "payer", "items", "total", "handler"):
        without = {key: value for key, value in good.items() if key != name}
        yield without, (400, "request.field_missing", name)
        yield good | {name: None}, (400, "request.wrong_type", name)
    yield with_payer(good, name=...), (400, "request.field_missing", "payer/name")
    yield with_item(good, code=...), (400, "request.field_missing", "items/0/code")
    yield good | {"amount": "1"}, (400, "request.field_unknown", "amount")
    yield with_payer(good, 姓名="张三"), (400, "request.field_unknown", "payer/姓名")
    yield with_item(good, price="1"), (400, "request.field_unknown", "items/0/price")
    yield good | {"business_no": 17}, (400, "request.wrong_type", "business_no")
    yield good | {"items": {}}, (400, "request.wrong_type", "items")
    yield good | {"items": [1]}, (400, "request.wrong_type", "items/0")
    yield good | {"payer": "张三"}, (400, "request.wrong_type", "payer")
    yield good | {"extension": []}, (400, "request.wrong_type", "extension")
    yield good | {"extension": {"Gender": 1}}, (422, "extension.wrong_type", "extension/Gender")
    yield good | {"extension": {"Gender": "男", "FundPayAmount": 0.0}}, (
        422, "extension.wrong_type", "extension/FundPayAmount",
    )  # fmt: skip
    yield good | {"total": True}, (400, "request.wrong_type", "total")
    yield with_item(good, quantity=[1]), (400, "request.wrong_type", "items/0/quantity")
    yield with_payer(good, type="3"), (400, "request.value_invalid", "payer/type")


@pytest.mark.parametrize("table", [what_is_asked, amounts, texts, shapes])
async def test_a_wrong_request_is_refused_field_by_field(api: Api, table: Any) -> None:
    good = wire(api.province.hospital.request(kind="0601", business_no="BAD-1"))
    for body, expected in table(good):
        problem = await refused(await api.hospital.post(BILLS, body))
        assert expected in problem, (expected, problem)
    assert await api.bill_count() == 0
    # What was left as it was is in order: the refusals came of the changes alone.
    assert (await api.hospital.post(BILLS, good)).status_code == 201


async def refused(response: httpx.Response) -> list[Expected]:
    """All problems of an answer, as (status, code, field)."""
    status, _, _ = problem_of(response)
    return [(status, error["code"], error["field"]) for error in response.json()["errors"]]


async def test_an_item_of_another_unit_or_kind(api: Api) -> None:
    hospital = api.province.hospital
    good = wire(hospital.request(kind="0601"))
    inpatient = {item.code for request in hospital.requests(50, kind="0602") for item in request.items}
    catalog = await api.services.catalog.get()
    foreign = next(code for code in sorted(inpatient) if "0601" not in catalog.items[code].kinds)
    response = await api.hospital.post(BILLS, with_item(good, code=foreign))
    assert (422, "item.not_for_kind", "items/0/code") in await refused(response)
    charity = next(code for code, item in catalog.items.items() if code not in hospital.entry.item_codes)
    response = await api.hospital.post(BILLS, with_item(good, code=charity))
    assert (422, "item.not_allowed", "items/0/code") in await refused(response)
    assert await api.bill_count() == 0


async def test_all_that_is_wrong_is_told_at_once(api: Api) -> None:
    body = wire(api.province.hospital.request(kind="0601"), handler="", total="0.01")
    response = await api.hospital.post(BILLS, with_payer(body, name="<b>"))
    found = await refused(response)
    assert {(code, field) for _, code, field in found} >= {
        ("text.required", "handler"),
        ("text.bad_character", "payer/name"),
        ("bill.total_mismatch", "total"),
    }


def raw_bodies(good: bytes) -> Iterator[tuple[bytes, Expected]]:
    yield b"", (400, "request.malformed", "")
    yield b"{", (400, "request.malformed", "")
    yield b"null", (400, "request.wrong_type", "")
    yield b"[]", (400, "request.wrong_type", "")
    yield good + b"}", (400, "request.malformed", "")
    yield good[:-1], (400, "request.malformed", "")
    yield b"\xef\xbb\xbf" + good, (400, "request.malformed", "")
    yield gzip.compress(good), (415, "request.encoding", "")
    yield good.decode().encode("utf-16"), (400, "request.not_utf8", "")
    yield good.replace(b'"handler": ', b'"handler": "A", "handler": '), (400, "request.member_repeated", "")
    yield (
        good.replace(b'"handler": ', b'"h\\u0061ndler": "A", "handler": '),
        (400, "request.member_repeated", ""),
    )
    yield good.replace(b'"rate": ', b'"rate": "1", "rate": ', 1), (400, "request.member_repeated", "")
    yield (
        good.replace(b'"Gender": ', b'"Gender": "\xe7\x94\xb7", "Gender": '),
        (400, "request.member_repeated", ""),
    )
    yield good.replace(b'"handler": "', b'"handler": "\xff\xfe'), (400, "request.not_utf8", "")
    yield good.replace(b'"handler": "', b'"handler": "\xed\xa0\x80'), (400, "request.not_utf8", "")
    yield good.replace(b'"handler": "', b'"handler": "\\ud800'), (400, "request.malformed", "")
    yield good.replace(b'"handler": "', b'"handler": "\x00'), (400, "request.malformed", "")
    yield good.replace(b'"handler": "', b'"handler": NaN, "x": "'), (400, "request.malformed", "")
    yield b'{"kind":' + b"[" * 200_000, (400, "request.wrong_type", "kind")
    yield b'{"a":' * 100_000, (400, "request.field_unknown", "a")
    yield b"<bill/>", (400, "request.malformed", "")


async def test_bytes_that_are_no_request(api: Api) -> None:
    request: IssueRequest = api.province.hospital.request(kind="0601")
    good = json.dumps(wire(request), ensure_ascii=False).encode()
    for body, expected in raw_bodies(good):
        assert problem_of(await api.hospital.send("POST", BILLS, body)) == expected, body[:40]
    assert await api.bill_count() == 0


async def test_a_body_of_twenty_megabytes_is_not_even_read(api: Api) -> None:
    body = b'{"remark":"' + b"x" * (20 * 1024 * 1024) + b'"}'
    assert problem_of(await api.hospital.send("POST", BILLS, body)) == (413, "request.too_large", "")
    target = f"{BILLS}/15060125/0000000001/reversal"
    assert problem_of(await api.hospital.send("POST", target, body)) == (413, "request.too_large", "")


async def test_a_body_that_hides_its_length_is_stopped_too(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b"x" * (1024 * 1024)

    headers = api.hospital.headers("POST", BILLS, b"")
    response = await api.http.post(BILLS, content=endless(), headers=headers)
    assert problem_of(response) == (413, "request.too_large", "")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "json"]
)
async def test_another_media_type(api: Api, media_type: str) -> None:
    response = await api.hospital.send("POST", BILLS, b"{}", **{"Content-Type": media_type})
    assert problem_of(response) == (415, "request.media_type", "")


async def test_a_client_that_hangs_up_in_mid_request_is_no_error_of_ours(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    headers = api.hospital.headers("POST", BILLS, b"{}")
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": BILLS,
        "raw_path": BILLS.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await build_app(api.services)(scope, receive, send)
    assert sent[0]["status"] == 400
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert await api.bill_count() == 0


async def test_json_by_its_other_names(api: Api) -> None:
    for media_type in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.bill+json"):
        response = await api.hospital.send("POST", BILLS, b"{}", **{"Content-Type": media_type})
        assert problem_of(response) == (400, "request.field_missing", "business_no")


async def test_unknown_paths_and_methods_are_problems_too(api: Api) -> None:
    for method, target, expected in (
        ("GET", "/api/v1/nothing", (404, "request.path_unknown", "")),
        ("GET", "/api/v1", (404, "request.path_unknown", "")),
        ("GET", "/api/v2/bills", (404, "request.path_unknown", "")),
        ("GET", "/api/v1/bills/a/b/c/d", (404, "request.path_unknown", "")),
        ("GET", "/api/v1/bills/%00/%00/%00/%00", (404, "request.path_unknown", "")),
        ("DELETE", BILLS, (405, "request.method_not_allowed", "")),
        ("PUT", f"{BILLS}/15060125/0000000001", (405, "request.method_not_allowed", "")),
        ("GET", f"{BILLS}/15060125/0000000001/reversal", (405, "request.method_not_allowed", "")),
        ("PATCH", "/api/v1/docs", (405, "request.method_not_allowed", "")),
    ):
        response = await api.hospital.send(method, target)
        assert problem_of(response) == expected, target
        assert (response.status_code == 405) == ("allow" in response.headers)


async def test_what_nobody_foresaw_tells_a_reference_and_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(api.services.catalog), "get", fail)
    response = await api.hospital.get("/api/v1/catalog/kinds")
    assert problem_of(response) == (500, "internal", "")
    assert "secret detail" not in response.text
    assert response.json()["facts"]["reference"] in caplog.text
