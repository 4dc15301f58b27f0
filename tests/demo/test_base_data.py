"""Regions, kinds, charge items and units of the demonstration are what they claim to be."""

from collections import Counter
from decimal import Decimal

from mingpiao.catalog.model import ExtensionType, RateKind
from mingpiao.demo.charge_items import charge_items, demo_items
from mingpiao.demo.kinds import CATEGORIES, KINDS
from mingpiao.demo.regions import departments, province_regions
from mingpiao.demo.units import demo_units, profiles, shares
from mingpiao.kernel.codes import bill_code, is_uscc, region_covers
from mingpiao.kernel.text import unprintable
from mingpiao.layout.loading import shipped_templates
from mingpiao.units.model import UnitMode, UnitType


def test_region_tree_is_inner_mongolia() -> None:
    regions = {region.code: region for region in province_regions()}
    assert Counter(region.level for region in regions.values()) == {"province": 1, "city": 12, "county": 103}
    assert regions["150000"].name == "内蒙古自治区"
    assert regions["150000"].parent == ""
    assert regions["152500"].name == "锡林郭勒盟"
    assert regions["152500"].parent == "150000"
    assert regions["150603"].name == "康巴什区"
    assert regions["150603"].parent == "150600"
    assert all(region.parent in regions for region in regions.values() if region.level != "province")
    assert all(region_covers("150000", code) for code in regions)


def test_each_region_has_one_properly_named_department() -> None:
    names = {department.region_code: department.name for department in departments()}
    assert len(departments()) == len(names) == 116
    assert names["150000"] == "内蒙古自治区财政厅"
    assert names["150100"] == "呼和浩特市财政局"
    assert names["150102"] == "新城区财政局"
    assert names["150781"] == "满洲里市财政局"
    assert names["152501"] == "二连浩特市财政局"
    assert names["152900"] == "阿拉善盟财政局"


def test_kinds_belong_to_categories_and_make_bill_codes() -> None:
    categories = {category.code for category in CATEGORIES}
    assert len(KINDS) == len({kind.code for kind in KINDS}) == 14
    for kind in KINDS:
        assert kind.category_code == kind.code[:2]
        assert kind.category_code in categories
        assert kind.name.startswith("内蒙古自治区")
        assert kind.name.endswith("（电子）")
        assert bill_code("15", kind.code, kind.template_year) == f"15{kind.code}25"
        assert kind.template in shipped_templates()


def test_extension_fields_are_well_made() -> None:
    for kind in KINDS:
        names = [field.name for field in kind.extension_fields]
        assert len(names) == len(set(names))
        for field in kind.extension_fields:
            assert field.label
            assert bool(field.choices) == (field.type is ExtensionType.CHOICE)
        money = {field.name for field in kind.extension_fields if field.type is ExtensionType.MONEY}
        assert all(set(rule.fields) <= money for rule in kind.sum_rules)


def test_medical_kinds_split_the_total_and_only_settlement_and_donations_need_evidence() -> None:
    split = ("FundPayAmount", "OtherPayAmount", "AccountPayAmount", "OwnPayAmount")
    assert {kind.code for kind in KINDS if kind.sum_rules} == {"0601", "0602"}
    assert all(rule.fields == split for kind in KINDS for rule in kind.sum_rules)
    assert {kind.code for kind in KINDS if kind.needs_evidence} == {"0201", "0301"}


def test_charge_items_cover_every_kind_with_rates_and_a_basis() -> None:
    items = charge_items()
    assert len(items) == len({item.code for item in items}) == 110
    assert len({item.name for item in items}) == 110
    assert {kind for item in items for kind in item.kinds} == {kind.code for kind in KINDS}
    assert {item.rate.kind for item in items} == set(RateKind)
    for item in items:
        assert item.basis
        assert item.measure_unit
        assert Decimal(0) < item.rate.minimum <= item.rate.maximum
        assert (item.rate.minimum == item.rate.maximum) == (item.rate.kind is RateKind.FIXED)


def test_known_rates() -> None:
    rates = {item.name: item.rate for item in charge_items()}
    assert rates["不动产登记费（住宅类）"].minimum == Decimal(80)
    assert rates["不动产登记费（非住宅类）"].maximum == Decimal(550)
    assert rates["因私普通护照工本费"].allows(Decimal(120))
    assert not rates["因私普通护照工本费"].allows(Decimal("120.01"))
    assert not rates["水土保持补偿费"].allows(Decimal("1.8"))
    assert rates["案件受理费（劳动争议案件）"].maximum == Decimal(10)


def test_usual_rates_lie_within_the_rates() -> None:
    for entry in demo_items():
        for index in (0, entry.rates.count - 1):
            assert entry.item.rate.allows(entry.rates.value(index)), entry.item.name
        assert entry.rates.value(entry.rates.count - 1) <= entry.rates.high
        assert entry.quantities.low > 0
        assert entry.payers in {"1", "2", "12"}


def test_forty_made_up_units_with_right_codes() -> None:
    units = [entry.unit for entry in demo_units()]
    regions = {region.code for region in province_regions()}
    assert len(units) == len({unit.uscc for unit in units}) == len({unit.name for unit in units}) == 40
    for unit in units:
        assert is_uscc(unit.uscc)
        assert unit.uscc[2:8] == unit.region_code
        assert unit.region_code in regions
        assert "演示" in unit.name
        assert unit.receiving_account.startswith("0000")
        assert "-0000" in unit.phone
    by_mode = {
        unit_type: {unit.mode for unit in units if unit.unit_type is unit_type} for unit_type in UnitType
    }
    assert by_mode == {
        UnitType.HOSPITAL: {UnitMode.INTERFACE},
        UnitType.SCHOOL: {UnitMode.INTERFACE},
        UnitType.CHARITY: {UnitMode.ONLINE},
        UnitType.ASSOCIATION: {UnitMode.ONLINE},
        UnitType.COURT: {UnitMode.ONLINE},
        UnitType.OFFICE: {UnitMode.ONLINE},
    }


def test_units_lie_on_all_levels() -> None:
    levels = {region.code: region.level for region in province_regions()}
    assert {levels[entry.unit.region_code] for entry in demo_units()} == {"province", "city", "county"}


def test_units_may_use_their_kinds_and_have_items_for_each() -> None:
    items = {item.code: item for item in charge_items()}
    for entry in demo_units():
        usable = {kind for code in entry.item_codes for kind in items[code].kinds}
        assert set(entry.kinds) <= usable
        assert sum(entry.kinds.values()) == 100
        assert len({entry.handler, entry.checker, entry.manager}) == 3
    assert {kind for entry in demo_units() for kind in entry.kinds} == {kind.code for kind in KINDS}
    assert {entry.profile for entry in demo_units()} == set(profiles())


def test_units_of_one_sort_use_no_items_of_another() -> None:
    items = {item.code: item.name for item in charge_items()}
    names = {entry.profile: {items[code] for code in entry.item_codes} for entry in demo_units()}
    assert names["kindergarten"] == {"公办幼儿园保教费"}
    assert names["middle_school"] == {"普通高中学费", "普通高中住宿费", "代收水电费", "代收教材费"}
    assert "博士研究生学费" in names["university"] - names["vocational"]
    assert "高等职业教育学费" in names["vocational"] - names["university"]
    assert "床位费" in names["hospital"] - names["clinic"]


def test_shares_add_up() -> None:
    assert sum(shares(2000, demo_units()).values()) == 2000
    assert shares(2000, demo_units()) == {entry.ordinal: entry.bills for entry in demo_units()}
    assert sum(shares(137, demo_units()).values()) == 137
    assert min(shares(137, demo_units()).values()) >= 1
    assert sum(shares(0, demo_units()).values()) == 0


def test_every_text_may_stand_on_a_bill() -> None:
    texts = [item.name for item in charge_items()] + [item.measure_unit for item in charge_items()]
    texts += [kind.name for kind in KINDS] + [entry.unit.name for entry in demo_units()]
    assert [text for text in texts if unprintable(text) is not None] == []
