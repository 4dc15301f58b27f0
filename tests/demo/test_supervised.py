"""The first day's bills under the library's rules: what a careful unit issues is let pass."""

from collections import Counter
from datetime import datetime
from decimal import Decimal

from tests.rules.wellformed import catalog, covers, loaded

from mingpiao.demo.first_day import first_requests
from mingpiao.demo.units import demo_units
from mingpiao.issuing.facts import facts_of
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.rules.model import LoadedRule, Severity, Stage
from mingpiao.rules.service import history_needs, judge, library_rules
from mingpiao.units.model import UnitProfile

#: A Thursday morning.
AT = datetime(2026, 3, 12, 10, tzinfo=SHANGHAI)


def rules_of(kind: str, unit_type: str) -> list[LoadedRule]:
    return [
        loaded(rule)
        for rule in library_rules()
        if rule.stage is Stage.FACE and covers(rule, kind) and unit_type in (rule.unit_types or [unit_type])
    ]


def test_no_rule_has_anything_to_say_about_the_face_of_a_first_bill() -> None:
    seen: Counter[tuple[str, Severity]] = Counter()
    for entry in demo_units():
        profile = UnitProfile(
            unit=entry.unit, item_codes=frozenset(entry.item_codes), kind_codes=frozenset(entry.kinds)
        )
        for request in first_requests(entry, entry.bills, AT.date()):
            rules = rules_of(request.kind, entry.unit.unit_type.value)
            needs, item_needs = history_needs(rules)
            facts = facts_of(request, profile, catalog(), AT)
            facts |= {need.column: Decimal(0) for need in needs}
            for item in facts["items"]:
                item |= {need.column: None for need in item_needs}
            seen.update((hit.rule, hit.severity) for hit in judge(rules, facts))
    assert seen == {}
