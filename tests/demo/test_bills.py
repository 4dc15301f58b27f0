"""Every generated request keeps the rules of its kind, and the same seed asks for the same bills."""

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache

import msgspec

from mingpiao.catalog.model import Catalog, ExtensionField, ExtensionType
from mingpiao.demo.bills import requests, reversal_reason, seeded
from mingpiao.demo.charge_items import charge_items
from mingpiao.demo.kinds import CATEGORIES, KINDS
from mingpiao.demo.people import organisation_check_digit
from mingpiao.demo.regions import departments, province_regions
from mingpiao.demo.units import DemoUnit, demo_units, shares
from mingpiao.issuing.checks import BillDraft, examine
from mingpiao.issuing.model import MAX_AUX_ITEMS, MAX_ITEMS, IssueRequest
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.money import line_amount, places
from mingpiao.kernel.text import unprintable
from mingpiao.units.model import UnitProfile

DAY = date(2026, 3, 2)
KIND = {kind.code: kind for kind in KINDS}
ITEM = {item.code: item for item in charge_items()}


@cache
def first_day() -> tuple[tuple[DemoUnit, IssueRequest], ...]:
    counts = shares(2000, demo_units())
    return tuple(
        (unit, msgspec.convert(request, IssueRequest))
        for unit in demo_units()
        for request in requests(unit, seeded(unit), counts[unit.ordinal], DAY)
    )


def test_two_thousand_bills_over_all_kinds_and_units() -> None:
    kinds = Counter(request.kind for _, request in first_day())
    assert sum(kinds.values()) == 2000
    assert set(kinds) == set(KIND)
    assert {unit.ordinal for unit, _ in first_day()} == set(range(1, 41))
    assert len({request.business_no for _, request in first_day()}) == 2000


def test_lines_and_totals_are_exact_and_within_rates() -> None:
    for unit, request in first_day():
        assert request.kind in unit.kinds
        assert 1 <= len(request.items) <= MAX_ITEMS
        assert len({line.code for line in request.items}) == len(request.items)
        for line in request.items:
            item = ITEM[line.code]
            assert line.code in unit.item_codes
            assert request.kind in item.kinds
            assert item.rate.allows(line.rate)
            assert line.quantity > 0
            assert places(line.quantity) <= 6
            assert places(line.rate) <= 6
            assert line.amount == line_amount(line.quantity, line.rate)
            assert line.amount > 0
        assert request.total == sum((line.amount for line in request.items), Decimal(0))
        assert places(request.total) == 2


def test_extensions_are_complete_and_of_the_right_types() -> None:
    for _, request in first_day():
        fields = {field.name: field for field in KIND[request.kind].extension_fields}
        assert set(request.extension) <= set(fields)
        assert all(request.extension.get(name) for name, field in fields.items() if field.required)
        for name, value in request.extension.items():
            assert_fits(fields[name], value)


def assert_fits(field: ExtensionField, value: str) -> None:
    assert len(value) <= field.max_length
    match field.type:
        case ExtensionType.DATE:
            assert date.fromisoformat(value) <= DAY
        case ExtensionType.MONEY:
            assert Decimal(value) >= 0
            assert places(Decimal(value)) == 2
        case ExtensionType.NUMBER:
            assert Decimal(value) > 0
        case ExtensionType.CHOICE:
            assert value in field.choices
        case ExtensionType.TEXT:
            assert value == value.strip()


def test_sum_rules_hold() -> None:
    checked = 0
    for _, request in first_day():
        for rule in KIND[request.kind].sum_rules:
            amounts = (Decimal(request.extension[name]) for name in rule.fields)
            assert sum(amounts, Decimal(0)) == request.total
            checked += 1
    assert checked > 500


def test_inpatients_deposits_cover_what_they_pay_in_cash() -> None:
    stays = [request.extension for _, request in first_day() if request.kind == "0602"]
    assert stays
    for extension in stays:
        paid = Decimal(extension["PrepayAmount"]) + Decimal(extension["RechargeAmount"])
        assert paid - Decimal(extension["RefundAmount"]) == Decimal(extension["OwnPayAmount"])


def test_detailed_lists_add_up_to_their_items() -> None:
    listed = 0
    for _, request in first_day():
        assert bool(request.aux_items) == (request.kind == "0602")
        assert len(request.aux_items) <= MAX_AUX_ITEMS
        amounts = {line.code: line.amount for line in request.items}
        for code in {entry.related_code for entry in request.aux_items}:
            parts = [entry.amount for entry in request.aux_items if entry.related_code == code]
            assert min(parts) > 0
            assert sum(parts, Decimal(0)) == amounts[code]
            listed += 1
    assert listed > 500


def test_payers_are_persons_without_codes_or_companies_with_right_ones() -> None:
    types = Counter(request.payer.type for _, request in first_day())
    assert types["1"] > types["2"] > 200
    for _, request in first_day():
        payer = request.payer
        assert payer.name
        if payer.type == "1":
            assert payer.code == ""
            assert "公司" not in payer.name
        else:
            assert is_uscc(payer.code)
            assert payer.code[16] == organisation_check_digit(payer.code[8:16])
            assert "演示" in payer.name


def test_names_and_texts_are_fit_for_a_face() -> None:
    for unit, request in first_day():
        assert (request.handler, request.checker) == (unit.handler, unit.checker)
        texts = (request.payer.name, request.remark, request.handler, *request.extension.values())
        assert all(unprintable(text) is None for text in texts)


def test_same_seed_same_bills_and_a_prefix_stays_a_prefix() -> None:
    unit = demo_units()[0]
    once = list(requests(unit, seeded(unit), 30, DAY))
    assert list(requests(unit, seeded(unit), 30, DAY)) == once
    assert list(requests(unit, seeded(unit), 12, DAY)) == once[:12]
    other = demo_units()[1]
    assert list(requests(other, seeded(other), 30, DAY)) != once


def test_business_numbers_do_not_depend_on_the_day() -> None:
    unit = demo_units()[28]
    later = date(2026, 11, 20)
    on_day = [request["business_no"] for request in requests(unit, seeded(unit), 5, DAY)]
    assert on_day == [request["business_no"] for request in requests(unit, seeded(unit), 5, later)]
    assert on_day[0] == "YS029-000001"


def test_the_desk_finds_nothing_wrong_with_them() -> None:
    catalog = Catalog(
        province="15",
        regions={region.code: region for region in province_regions()},
        departments={department.region_code: department for department in departments()},
        categories={category.code: category for category in CATEGORIES},
        kinds=KIND,
        items=ITEM,
    )
    for unit in demo_units():
        profile = UnitProfile(
            unit=unit.unit, item_codes=frozenset(unit.item_codes), kind_codes=frozenset(unit.kinds)
        )
        for request in requests(unit, seeded(unit), unit.bills, today()):
            file = {"evidence": ["0" * 64]} if KIND[request["kind"]].needs_evidence else {}
            verdict = examine(msgspec.convert(request | file, IssueRequest), profile, catalog)
            assert isinstance(verdict, BillDraft), verdict


def test_a_few_bills_are_reversed_for_a_reason() -> None:
    reasons = [reversal_reason(request.business_no, request.kind) for _, request in first_day()]
    reversed_count = sum(reason is not None for reason in reasons)
    assert 20 <= reversed_count <= 100
    assert all(reason is None or 5 <= len(reason) <= 100 for reason in reasons)
