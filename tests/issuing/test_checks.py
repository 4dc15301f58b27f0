"""Every way in which a request can be wrong, one row each: code and field, and nothing is issued."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from tests.support.province import ACTING, Resident
from tests.support.world import World, codes_of

from mingpiao.issuing.model import IssueRequest, Payer, RequestAuxItem
from mingpiao.kernel.clock import today

replace = msgspec.structs.replace
Change = Callable[[IssueRequest], IssueRequest]


def item(request: IssueRequest, **changes: object) -> IssueRequest:
    return replace(request, items=(replace(request.items[0], **changes), *request.items[1:]))


def one_item(request: IssueRequest, quantity: str, rate: str, amount: str) -> IssueRequest:
    line = replace(request.items[0], quantity=Decimal(quantity), rate=Decimal(rate), amount=Decimal(amount))
    return replace(request, items=(line,), total=Decimal(amount))


def extension(request: IssueRequest, **changes: str) -> IssueRequest:
    return replace(request, extension=request.extension | changes)


def without(request: IssueRequest, name: str) -> IssueRequest:
    return replace(request, extension={k: v for k, v in request.extension.items() if k != name})


def payer(request: IssueRequest, **changes: str) -> IssueRequest:
    return replace(request, payer=replace(request.payer, **changes))


TOMORROW = (today() + timedelta(days=1)).isoformat()

CASES: list[tuple[str, Change, str, str]] = [
    ("unknown kind", lambda r: replace(r, kind="9801"), "bill.kind_unknown", "kind"),
    ("kind with junk", lambda r: replace(r, kind="06 1'"), "bill.kind_unknown", "kind"),
    ("kind not for this unit", lambda r: replace(r, kind="0301"), "bill.kind_not_allowed", "kind"),
    ("no items", lambda r: replace(r, items=()), "bill.items_count", "items"),
    ("201 items", lambda r: replace(r, items=r.items[:1] * 201), "bill.items_count", "items"),
    ("unknown item", lambda r: item(r, code="nope"), "item.unknown", "items/0/code"),
    ("item not for the kind", lambda r: item(r, code="020101"), "item.not_for_kind", "items/0/code"),
    ("total off by one", lambda r: replace(r, total=r.total + 1), "bill.total_mismatch", "total"),
    ("amount off", lambda r: one_item(r, "2", "10", "19.99"), "item.amount_mismatch", "items/0/amount"),
    ("amount zero", lambda r: one_item(r, "1", "10", "0"), "amount.not_positive", "items/0/amount"),
    ("amount negative", lambda r: one_item(r, "1", "10", "-10"), "amount.not_positive", "items/0/amount"),
    ("quantity zero", lambda r: one_item(r, "0", "10", "10"), "amount.not_positive", "items/0/quantity"),
    (
        "15 digits",
        lambda r: one_item(r, "1", "1234567890123.45", "1234567890123.45"),
        "amount.too_large",
        "total",
    ),
    ("exponent", lambda r: one_item(r, "1", "1E+400", "1E+400"), "amount.too_large", "items/0/rate"),
    ("not a number", lambda r: one_item(r, "NaN", "10", "10"), "amount.not_finite", "items/0/quantity"),
    ("infinite", lambda r: replace(r, total=Decimal("Infinity")), "amount.not_finite", "total"),
    (
        "three decimals",
        lambda r: one_item(r, "1", "10.005", "10.005"),
        "amount.too_precise",
        "items/0/amount",
    ),
    (
        "rate of 7 places",
        lambda r: one_item(r, "1", "10.0000001", "10.00"),
        "amount.too_precise",
        "items/0/rate",
    ),
    ("no payer", lambda r: payer(r, name=""), "text.required", "payer/name"),
    ("payer of 600", lambda r: payer(r, name="王" * 600), "text.too_long", "payer/name"),
    ("control character", lambda r: payer(r, name="王\x07五"), "text.bad_character", "payer/name"),
    ("NUL", lambda r: payer(r, name="王\x00五"), "text.bad_character", "payer/name"),
    ("emoji", lambda r: payer(r, name="王五😀"), "text.bad_character", "payer/name"),
    ("script", lambda r: payer(r, name="<script>alert(1)</script>"), "text.bad_character", "payer/name"),
    ("bidi override", lambda r: payer(r, name="王‮五"), "text.bad_character", "payer/name"),
    ("lone surrogate", lambda r: payer(r, name="王\ud800"), "text.bad_character", "payer/name"),
    ("no font", lambda r: payer(r, name="王\U00031350"), "text.no_glyph", "payer/name"),
    ("a script without a font", lambda r: payer(r, name="ไทย"), "text.no_glyph", "payer/name"),
    ("no font in a remark", lambda r: replace(r, remark="𮯰"), "text.no_glyph", "remark"),
    ("padded", lambda r: payer(r, name=" 王五 "), "text.padded", "payer/name"),
    (
        "wrong credit code",
        lambda r: replace(r, payer=Payer(type="2", name="某公司", code="91150000MA0000000X")),
        "payer.uscc_invalid",
        "payer/code",
    ),
    ("no handler", lambda r: replace(r, handler=""), "text.required", "handler"),
    ("no business number", lambda r: replace(r, business_no=""), "text.required", "business_no"),
    ("long remark", lambda r: replace(r, remark="长" * 201), "text.too_long", "remark"),
    ("unknown extension", lambda r: extension(r, Nope="1"), "extension.unknown", "extension/Nope"),
    (
        "red marker",
        lambda r: extension(r, RelatedInvoiceCode="1"),
        "extension.unknown",
        "extension/RelatedInvoiceCode",
    ),
    ("missing extension", lambda r: without(r, "Gender"), "text.required", "extension/Gender"),
    ("not a choice", lambda r: extension(r, Gender="无"), "extension.not_a_choice", "extension/Gender"),
    (
        "future date",
        lambda r: extension(r, MedicalDate=TOMORROW),
        "extension.bad_date",
        "extension/MedicalDate",
    ),
    (
        "no such date",
        lambda r: extension(r, MedicalDate="2026-02-30"),
        "extension.bad_date",
        "extension/MedicalDate",
    ),
    ("not a date", lambda r: extension(r, MedicalDate="昨天"), "extension.bad_date", "extension/MedicalDate"),
    (
        "split does not add up",
        lambda r: extension(r, FundPayAmount="99999.99"),
        "extension.sum_mismatch",
        "extension/FundPayAmount",
    ),
    (
        "split not a number",
        lambda r: extension(r, FundPayAmount="1e999"),
        "extension.bad_number",
        "extension/FundPayAmount",
    ),
    (
        "split negative",
        lambda r: extension(r, FundPayAmount="-1"),
        "extension.bad_number",
        "extension/FundPayAmount",
    ),
    (
        "detail of no item",
        lambda r: replace(
            r,
            aux_items=(RequestAuxItem(related_code="x", name="药", quantity=Decimal(1), amount=Decimal(1)),),
        ),
        "aux_item.unrelated",
        "aux_items/0/related_code",
    ),
]


@pytest.fixture
def hospital(world: World) -> Resident:
    return world.province.hospital


async def test_each_wrong_request_is_refused_with_its_code(world: World, hospital: Resident) -> None:
    good = hospital.request(kind="0601", aux_items=())
    requests = [change(good) for _, change, _, _ in CASES]
    outcomes = await world.desk.issue(hospital.unit_id, requests, acting=ACTING)
    missed = [
        (name, codes_of(outcome))
        for (name, _, code, field), outcome in zip(CASES, outcomes, strict=True)
        if (code, field) not in codes_of(outcome)
    ]
    assert missed == []
    assert await world.database.pool.fetchval("SELECT count(*) FROM bills") == 0
    assert await world.database.pool.fetchval("SELECT count(*) FROM events") == 0
    assert await world.database.pool.fetchval("SELECT max(next_number) FROM stocks") == 1


async def test_a_rate_outside_its_bounds_names_the_bounds(world: World) -> None:
    unit = world.province.office
    catalog_rows = await world.database.pool.fetch(
        "SELECT code, kinds, rate_minimum FROM charge_items JOIN unit_charge_items ON item_code = code "
        "WHERE unit_id = $1 AND rate_kind = 'fixed' AND rate_minimum > 1",
        unit.unit_id,
    )
    row = catalog_rows[0]
    rate = row["rate_minimum"] + 1
    good = unit.request(kind=row["kinds"][0])
    line = replace(
        good.items[0], code=row["code"], quantity=Decimal(1), rate=rate, amount=rate.quantize(Decimal("0.01"))
    )
    wrong = replace(good, items=(line,), total=line.amount)
    problems = (await world.desk.check(unit.unit_id, wrong)).problems
    assert [(problem.code, problem.field) for problem in problems] == [
        ("item.rate_out_of_bounds", "items/0/rate")
    ]
    assert f"{row['rate_minimum'].normalize():f}元" in problems[0].message


async def test_an_item_that_finance_did_not_allow_this_unit(world: World, hospital: Resident) -> None:
    request = hospital.request(kind="0601")
    async with world.database.system() as connection:
        from mingpiao.units.service import allow_items

        await allow_items(connection, hospital.unit_id, ["060001"], acting=ACTING)
    # The notice travels through the database: the directory forgets what it held at its arrival.
    for _ in range(100):
        problems = (await world.desk.check(hospital.unit_id, request)).problems
        if problems:
            break
    assert {problem.code for problem in problems} == {"item.not_allowed"}


async def test_all_problems_come_at_once(world: World, hospital: Resident) -> None:
    wrong = hospital.request(kind="0601", handler="", total=Decimal("0.001"), business_no="")
    problems = (await world.desk.check(hospital.unit_id, wrong)).problems
    assert {problem.field for problem in problems} >= {"handler", "total", "business_no"}
    assert all(problem.message.endswith("。") for problem in problems)


async def test_problems_are_bounded(world: World, hospital: Resident) -> None:
    good = hospital.request(kind="0601")
    bad_line = replace(good.items[0], code="nope", quantity=Decimal(-1), remark="\x00")
    problems = (await world.desk.check(hospital.unit_id, replace(good, items=(bad_line,) * 200))).problems
    assert len(problems) == 50
