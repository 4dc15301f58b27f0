"""What the checks and a rule of the library both refuse is told once: by the check, with the rule's legal basis."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, cast

import msgspec
import pytest
from tests.rules.wellformed import catalog, loaded
from tests.support.province import ACTING, Resident
from tests.support.rules import put_in_force
from tests.support.world import World

from mingpiao.catalog.model import Catalog
from mingpiao.demo.units import demo_units
from mingpiao.issuing.checks import examine
from mingpiao.issuing.model import IssueRequest, Refused
from mingpiao.issuing.overseer import Overseer
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.rules.library import library, library_rules
from mingpiao.rules.model import LoadedRule, Rule
from mingpiao.rules.service import RuleBook, RuleSet
from mingpiao.storage.database import Database
from mingpiao.units.model import UnitProfile

replace = msgspec.structs.replace
Change = Callable[[IssueRequest], IssueRequest]
#: Code and field of a problem, and the rule that it tells or whose basis it has.
Told = tuple[str, str, str]

TOMORROW = (today() + timedelta(days=1)).isoformat()


class Known:
    """Gives always the same, as a store that nothing changes."""

    def __init__(self, value: object) -> None:
        self._value = value

    async def get(self) -> Any:
        return self._value


@cache
def rule_of(code: str) -> Rule:
    return next(rule for rule in library_rules() if rule.code == code)


@cache
def _catalog() -> Catalog:
    """The demonstration's base data; these tests are not about files."""
    kinds = {code: replace(kind, needs_evidence=False) for code, kind in catalog().kinds.items()}
    return replace(catalog(), kinds=kinds)


async def _told(request: IssueRequest, resident: Resident, rules: list[LoadedRule]) -> tuple[Problem, ...]:
    profile = UnitProfile(
        unit=resident.unit,
        item_codes=frozenset(_catalog().items) - {"011102"},
        kind_codes=frozenset(resident.entry.kinds),
    )
    problems = examine(request, profile, _catalog())
    assert isinstance(problems, tuple), "the checks have nothing against this request"
    overseer = Overseer(
        cast(Database, None),
        cast(RuleBook, Known(RuleSet(1, rules, {}))),
    )
    return await overseer.refusals(request, profile, _catalog(), problems)


def _resident(kind: str) -> Resident:
    entry = next(entry for entry in demo_units() if kind in entry.kinds)
    return Resident(unit=entry.unit, entry=entry)


@cache
def _library() -> list[LoadedRule]:
    return [loaded(rule) for rule in library_rules()]


def item(**changes: Any) -> Change:
    return lambda r: replace(r, items=(replace(r.items[0], **changes), *r.items[1:]))


def priced(rate: str, **changes: str) -> Change:
    """One of the first item at another rate, and nothing else wrong with the sums."""

    def change(r: IssueRequest) -> IssueRequest:
        amount = Decimal(rate)
        line = replace(r.items[0], quantity=Decimal(1), rate=amount, amount=amount, **changes)
        return replace(r, items=(line,), total=amount)

    return change


def extension(**changes: str) -> Change:
    return lambda r: replace(r, extension=r.extension | changes)


def payer(**changes: str) -> Change:
    return lambda r: replace(r, payer=replace(r.payer, **changes))


def total(change: str) -> Change:
    return lambda r: replace(r, total=r.total + Decimal(change))


def both(*changes: Change) -> Change:
    def change(request: IssueRequest) -> IssueRequest:
        for each in changes:
            request = each(request)
        return request

    return change


MISMATCH = ("bill.total_mismatch", "total", "FACE-TOTAL-SUM")
SPLIT = ("extension.sum_mismatch", "extension/FundPayAmount", "MEDICAL-SPLIT")
BOUNDS = ("item.rate_out_of_bounds", "items/0/rate")
CASES: list[tuple[str, str, Change, list[Told]]] = [
    ("total", "0101", total("1"), [MISMATCH]),
    ("total of shares", "0601", total("1"), [MISMATCH, SPLIT]),
    (
        "total zero",
        "0101",
        lambda r: replace(r, total=Decimal(0)),
        [("amount.not_positive", "total", "FACE-TOTAL-POSITIVE")],
    ),
    ("total in mils", "0101", total("0.001"), [("amount.too_precise", "total", "")]),
    ("shares", "0602", extension(FundPayAmount="0.01"), [SPLIT]),
    (
        "share that is no number",
        "0601",
        extension(FundPayAmount="1,5"),
        [("extension.bad_number", "extension/FundPayAmount", "")],
    ),
    (
        "amount",
        "0101",
        both(lambda r: item(amount=r.items[0].amount + 1)(r), total("1")),
        [("item.amount_mismatch", "items/0/amount", "FACE-LINE-AMOUNT")],
    ),
    ("quantity zero", "0101", item(quantity=Decimal(0)), [("amount.not_positive", "items/0/quantity", "")]),
    ("rate too high", "0101", priced("25", code="011101"), [(*BOUNDS, "TARIFF-HIGH")]),
    ("rate too low", "0101", priced("15", code="011101"), [(*BOUNDS, "TARIFF-LOW")]),
    ("dues", "0401", priced("99999999"), [(*BOUNDS, "DUES-STANDARD")]),
    ("item unknown", "0101", item(code="nope"), [("item.unknown", "items/0/code", "SCOPE-ITEM-LISTED")]),
    (
        "item not for kind",
        "0101",
        item(code="020101"),
        [("item.not_for_kind", "items/0/code", "SCOPE-ITEM-LISTED")],
    ),
    (
        "item not allowed",
        "0101",
        priced("40", code="011102"),
        [("item.not_allowed", "items/0/code", "SCOPE-ITEM-ALLOWED")],
    ),
    (
        "payer's code",
        "0101",
        payer(type="2", code="91150100DEC0000188"),
        [("payer.uscc_invalid", "payer/code", "PAYER-USCC")],
    ),
    (
        "a person's number",
        "0101",
        payer(type="1", code="110105194912310021"),
        [("payer.resident_id_invalid", "payer/code", "PAYER-RESIDENT-ID")],
    ),
    ("payer's name", "0101", payer(name=""), [("text.required", "payer/name", "FACE-PAYER-NAME")]),
    ("handler", "0101", lambda r: replace(r, handler=""), [("text.required", "handler", "FACE-HANDLER")]),
    ("case", "0103", extension(Custom1=""), [("text.required", "extension/Custom1", "FACE-COURT-CASE")]),
    (
        "decision",
        "0104",
        extension(Custom1=""),
        [("text.required", "extension/Custom1", "FACE-PENALTY-DECISION")],
    ),
    ("student", "0105", extension(StudentID=""), [("text.required", "extension/StudentID", "FACE-STUDENT")]),
    ("period", "0503", extension(Custom1=""), [("text.required", "extension/Custom1", "FACE-PERIOD")]),
    (
        "payment code",
        "0101",
        extension(PayCode="1" * 21),
        [("text.too_long", "extension/PayCode", "FACE-PAYMENT-CODE")],
    ),
    (
        "business date",
        "0102",
        extension(BusinessDate=TOMORROW),
        [("extension.bad_date", "extension/BusinessDate", "DATE-FUTURE-BUSINESS")],
    ),
    (
        "medical date",
        "0601",
        extension(MedicalDate=TOMORROW),
        [("extension.bad_date", "extension/MedicalDate", "DATE-FUTURE-MEDICAL")],
    ),
    (
        "what only a rule sees stays",
        "0101",
        both(total("1"), payer(name="测试01")),
        [MISMATCH, ("rule.violation", "payer/name", "PAYER-TEST")],
    ),
]


@pytest.mark.parametrize(
    ("kind", "change", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
async def test_each_fault_is_told_once(kind: str, change: Change, expected: list[Told]) -> None:
    resident = _resident(kind)
    told = await _told(change(resident.request(kind=kind)), resident, _library())
    assert [(problem.code, problem.field) for problem in told] == [each[:2] for each in expected]
    for problem, (_, _, rule) in zip(told, expected, strict=True):
        assert problem.facts.get("basis", "") == (rule_of(rule).basis if rule else "")
        assert problem.facts.get("rule", "") == (rule if problem.code == "rule.violation" else "")


def test_every_rule_that_restates_a_check_is_tried() -> None:
    """So that what the files name are codes and fields that the checks do give."""
    tried = {rule for case in CASES for code, _, rule in case[3] if rule and code != "rule.violation"}
    assert {entry.rule.code for entry in library() if entry.overlap.restates} == tried


async def test_a_rule_that_was_changed_or_cannot_run_is_told_by_itself() -> None:
    resident = _resident("0101")
    request = total("1")(resident.request(kind="0101"))
    changed = loaded(replace(rule_of("FACE-TOTAL-SUM"), condition="total <> items.sum AND total > 0.5"))
    assert [problem.code for problem in await _told(request, resident, [changed])] == [
        "bill.total_mismatch",
        "rule.violation",
    ]
    broken = replace(loaded(rule_of("FACE-TOTAL-SUM")), predicate=lambda _: 1 // 0 > 0)
    told = await _told(request, resident, [broken])
    assert [problem.code for problem in told] == ["bill.total_mismatch", "rule.violation"]
    assert "暂时无法运行" in told[1].message


async def test_the_desk_tells_it_once(world: World) -> None:
    await put_in_force(world.database, rule_of("FACE-TOTAL-SUM"), rule_of("PAYER-USCC"))
    hospital = world.province.hospital
    request = payer(type="2", code="91150100DEC0000188")(hospital.request(total=Decimal("1.23")))
    (outcome,) = await world.desk.issue(hospital.unit_id, [request], acting=ACTING)
    checked = await world.desk.check(hospital.unit_id, request)
    assert isinstance(outcome, Refused)
    assert outcome.problems == checked.problems
    told = {problem.code: problem.facts.get("basis") for problem in outcome.problems}
    assert len(told) == len(outcome.problems)
    assert told["payer.uscc_invalid"] == rule_of("PAYER-USCC").basis
    assert told["bill.total_mismatch"] == rule_of("FACE-TOTAL-SUM").basis
    assert "rule.violation" not in told
