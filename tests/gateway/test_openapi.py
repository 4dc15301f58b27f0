"""The OpenAPI document tells the truth, all of it and in Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from tests.gateway.conftest import Api

from mingpiao.gateway import reference
from mingpiao.gateway.contract import OPTION, Contract
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.openapi import document, problems_of
from mingpiao.gateway.router import RESOURCES
from mingpiao.issuing import checks
from mingpiao.issuing.model import MAX_AUX_ITEMS, MAX_ITEMS

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(RESOURCES)))
SOURCE = Path(checks.__file__).parents[1]
CHINESE = re.compile(r"[一-鿿]")
#: Rooms whose refusals can reach a caller of the interface.
ROOMS = ("gateway", "applications", "issuing", "numbering", "units/service.py", "catalog/store.py",
         "crypto/keystore.py", "sealing/signer.py",
         "sealing/keys.py", "sealing/errors.py", "sealing/parties.py", "evidence/uploads.py",
         "evidence/scanning.py")  # fmt: skip
#: Refusals of those rooms that only pages, set-up or the command line can meet.
ELSEWHERE = {
    "numbering.supply_stopped", "numbering.not_by_levels", "numbering.request_no_used", "numbering.move_invalid",
    "unit.uscc_invalid", "numbering.count_invalid", "sealing.xml_malformed",
    "sealing.seal_malformed", "crypto.master_key_missing", "crypto.master_key_unreadable",
    "crypto.master_key_malformed", "application.not_yours", "application.already_decided", "application.batch_size",
    "application.not_alike", "application.officer_unknown", "application.no_department_above",
    "application.not_below", "bill.superseded", "evidence.type_unknown", "kind.unknown",
    "access.denied", "kind.template_day", "application.already_checked", "application.checker_keyless", "application.checker_lost",
    "application.own_request",
    "bill.must_be_checked", "checking_demand.empty", "checking_demand.kind_unknown",
    "checking_demand.item_unknown", "checking_demand.amount_invalid", "checking_demand.exists",
    "checking_demand.too_many", "checking_demand.unknown", "point.not_yours", "numbering.same_holder",
    "numbering.segment_short", "numbering.segment_spent",
}  # fmt: skip


async def test_the_document_and_its_page_are_open_to_all(api: Api) -> None:
    described = await api.http.get("/api/v1/openapi.json")
    assert described.headers["content-type"] == "application/json"
    assert described.json() == DOCUMENT
    page = await api.http.get("/api/v1/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    style = await api.http.get("/api/v1/docs/style.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"


def test_the_page_needs_nobody_else() -> None:
    page = reference.render(DOCUMENT)
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', page) == []
    assert "<script" not in page
    assert "style=" not in page
    linked = set(re.findall(r'href="#([^"]+)"', page))
    assert linked <= set(re.findall(r' id="([^"]+)"', page))
    for operation in operations():
        assert operation["summary"] in page
    for code in ERROR_TYPES:
        assert f'id="{code}"' in page


def operations() -> list[dict[str, Any]]:
    return [operation for item in DOCUMENT["paths"].values() for operation in item.values()]


def test_every_route_is_described() -> None:
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert len(described) == len(RESOURCES) == 37
    assert ("POST", "/bills/{code}/{number}/reversal") in described
    assert ("GET", "/bills/{code}/{number}/document.ofd") in described
    assert len({operation["operationId"] for operation in operations()}) == 37


def _texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, member in value.items():
            if key in {"description", "summary", "title"} and isinstance(member, str):
                yield f"{place}/{key}", member
            else:
                yield from _texts(member, f"{place}/{key}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts(member, f"{place}/{index}")


def test_every_description_is_chinese() -> None:
    assert [place for place, text in _texts(DOCUMENT) if CHINESE.search(text) is None] == []


def test_every_field_parameter_and_answer_is_described() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    bare = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, member in schema["properties"].items()
        if not member.get("description")
    ]
    assert bare == []
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    for operation in operations():
        assert operation["summary"]
        assert operation["description"]
        assert all(parameter["description"] for parameter in operation["parameters"])
        assert all(response["description"] for response in operation["responses"].values())


def test_the_limits_are_those_that_are_checked() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, table in (("IssueRequest", checks._TEXTS), ("Payer", checks._PAYER_TEXTS)):
        for field, _, longest, required in table:
            member = schemas[name]["properties"][field]
            assert (member["maxLength"], member.get("minLength", 0)) == (longest, int(required)), (
                name,
                field,
            )
    for field, _, longest in checks._AUX_TEXTS:
        assert schemas["RequestAuxItem"]["properties"][field]["maxLength"] == longest
    assert schemas["IssueRequest"]["properties"]["items"]["maxItems"] == MAX_ITEMS
    assert schemas["IssueRequest"]["properties"]["aux_items"]["maxItems"] == MAX_AUX_ITEMS


def _codes_in(file: Path) -> Iterator[tuple[str, int | None]]:
    """Every problem code in a source file, with its status where that is written beside it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        first = named.get("code") or (node.args[0] if node.args else None)
        called = getattr(node.func, "id", "")
        if called not in {"Problem", "refuse", "_problem", "_refusal"} or not isinstance(first, ast.Constant):
            continue
        status = named.get("status")
        yield first.value, status.value if isinstance(status, ast.Constant) else None


def test_every_error_code_is_known_with_its_status() -> None:
    found: dict[str, set[int]] = {}
    for room in ROOMS:
        place = SOURCE / room
        for file in [place] if place.is_file() else sorted(place.glob("*.py")):
            for code, status in _codes_in(file):
                found.setdefault(code, set()).update([status] if status else [])
    assert set(found) - ELSEWHERE - set(ERROR_TYPES) == set()
    for code, statuses in found.items():
        if code not in ELSEWHERE:
            assert statuses <= {ERROR_TYPES[code].status}, code


def test_every_known_error_code_is_promised_somewhere() -> None:
    promised: set[str] = set()
    for handler in RESOURCES:
        contract: Contract = handler.opt[OPTION]
        promised.update(problems_of(contract))
    off_the_routes = {"request.path_unknown", "request.method_not_allowed"}
    assert set(ERROR_TYPES) - promised == off_the_routes


def test_examples_of_bills_fit_the_document() -> None:
    """What a client generator would make of the values: amounts are texts, never floats."""
    bill = DOCUMENT["components"]["schemas"]["BillView"]["properties"]
    assert bill["total"]["type"] == "string"
    amount = DOCUMENT["components"]["schemas"]["RequestItem"]["properties"]["amount"]
    assert [kind["type"] for kind in amount["oneOf"]] == ["string", "number"]
