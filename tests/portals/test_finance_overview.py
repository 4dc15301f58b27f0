"""概览 as values."""

from datetime import date, timedelta
from decimal import Decimal

from mingpiao.catalog.model import BillKind, Catalog, Region
from mingpiao.issuing.model import DayTotal
from mingpiao.portals.overview.figures import Share, build_overview

DAY = date(2026, 11, 20)
CATALOG = Catalog(
    province="15",
    regions={
        code: Region(code=code, name=name, parent=parent, level=level)
        for code, name, parent, level in (
            ("150000", "内蒙古自治区", "", "province"),
            ("150100", "呼和浩特市", "150000", "city"),
            ("150102", "新城区", "150100", "county"),
            ("150103", "回民区", "150100", "county"),
            ("150200", "包头市", "150000", "city"),
        )
    },
    departments={},
    categories={},
    kinds={
        code: BillKind(code=code, name=name, category_code=code[:2], template="general", template_year=2026)
        for code, name in (("0601", "门诊"), ("0602", "住院"))
    },
    items={},
)


def _total(
    days_ago: int, kind: str, region: str, issued: int, amount: str, reversed_count: int = 0
) -> DayTotal:
    return DayTotal(
        day=DAY - timedelta(days=days_ago),
        kind=kind,
        region_code=region,
        issued_count=issued,
        issued_amount=Decimal(amount),
        reversed_count=reversed_count,
        reversed_amount=Decimal(reversed_count),
    )


TOTALS = [
    _total(4, "0601", "150102", 10, "100.00"),
    _total(1, "0601", "150102", 20, "200.00", 3),
    _total(1, "0602", "150100", 10, "500.00"),
    _total(0, "0601", "150102", 15, "150.00", 1),
    _total(0, "0602", "150100", 5, "250.50"),
    _total(0, "0601", "150103", 0, "0.00", 1),
]


def test_a_day_is_compared_with_the_days_since_the_first_bill() -> None:
    overview = build_overview(TOTALS, DAY, "150100", CATALOG)
    assert overview.compared_days == 4
    assert (overview.count.value, overview.count.average) == (Decimal(20), Decimal("10.00"))
    assert overview.count.change == Decimal("100.0")
    assert (overview.amount.value, overview.amount.average) == (Decimal("400.50"), Decimal("200.00"))
    assert overview.amount.change == Decimal("100.2")
    assert (overview.reversal_share.value, overview.reversal_share.average) == (
        Decimal("10.00"),
        Decimal("7.50"),
    )
    assert len(overview.days) == 31
    assert [each.issued_count for each in overview.days[-5:]] == [10, 0, 0, 30, 20]


def test_kinds_and_direct_children_with_the_own_level() -> None:
    overview = build_overview(TOTALS, DAY, "150100", CATALOG)
    assert overview.kinds == (
        Share(code="0601", name="门诊", count=15, amount=Decimal("150.00"), average_count=Decimal("7.5")),
        Share(code="0602", name="住院", count=5, amount=Decimal("250.50"), average_count=Decimal("2.5")),
    )
    assert [(share.code, share.name, share.count) for share in overview.regions] == [
        ("150102", "新城区", 15),
        ("", "呼和浩特市本级", 5),
        ("150103", "回民区", 0),
    ]


def test_a_province_adds_up_its_cities() -> None:
    overview = build_overview(TOTALS, DAY, "150000", CATALOG)
    assert [(share.name, share.count) for share in overview.regions] == [("呼和浩特市", 20), ("包头市", 0)]


def test_a_county_stands_for_itself() -> None:
    overview = build_overview([_total(0, "0601", "150102", 1, "1.00")], DAY, "150102", CATALOG)
    assert [(share.name, share.count) for share in overview.regions] == [("新城区", 1)]
    assert overview.count.average is None
    assert overview.count.change is None


def test_nothing_at_all_is_empty() -> None:
    overview = build_overview([], DAY, "150200", CATALOG)
    assert overview.empty
    assert overview.compared_days == 0
    assert overview.kinds == ()
    assert overview.reversal_share.value == 0
