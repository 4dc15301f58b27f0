"""Values of 数据查询: what may be asked (measures, dimensions, filters), and what an answer holds.

Each measure and each dimension is defined once, here; pages and exports take name, unit and formula from it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

#: Months that one question may span, and how many rows and columns its answer may have.
MAX_MONTHS, MAX_ROWS, MAX_COLUMNS = 60, 10_000, 60
#: Measures beside one another.
MAX_MEASURES = 4


class CubeMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: name, Chinese name, unit, formula, and how DuckDB reckons it over rows of facts.

    The sum of an `additive` measure over lines is that of their total, so that shares of it can be told.
    """

    name: str
    label: str
    unit: str
    formula: str
    sql: str
    additive: bool = True


CUBE_MEASURES: Mapping[str, CubeMeasure] = {
    each.name: each
    for each in (
        CubeMeasure(
            name="bills",
            label="开票份数",
            unit="份",
            formula="期间内开具的蓝字票据份数，包括后来冲红的",
            sql="count(DISTINCT bill_id) FILTER (WHERE blue)",
        ),
        CubeMeasure(
            name="amount",
            label="开票金额",
            unit="元",
            formula="期间内开具的蓝字票据金额之和；按收款项目时是项目行金额之和",
            sql="coalesce(sum(amount) FILTER (WHERE blue), 0)",
        ),
        CubeMeasure(
            name="average",
            label="份均金额",
            unit="元",
            formula="开票金额除以开票份数",
            sql="round(sum(amount) FILTER (WHERE blue) / nullif(count(DISTINCT bill_id) FILTER (WHERE blue), 0), 2)",
            additive=False,
        ),
        CubeMeasure(
            name="reds",
            label="冲红份数",
            unit="份",
            formula="期间内开具的红字票据份数，原票据可以是以前开具的",
            sql="count(DISTINCT bill_id) FILTER (WHERE NOT blue)",
        ),
        CubeMeasure(
            name="red_amount",
            label="冲红金额",
            unit="元",
            formula="期间内开具的红字票据金额的绝对值之和",
            sql="coalesce(sum(amount) FILTER (WHERE NOT blue), 0)",
        ),
        CubeMeasure(
            name="net",
            label="净额",
            unit="元",
            formula="开票金额减冲红金额",
            sql="coalesce(sum(CASE WHEN blue THEN amount ELSE -amount END), 0)",
        ),
        CubeMeasure(
            name="red_share",
            label="冲红占比",
            unit="%",
            formula="冲红份数除以开票份数",
            sql=(
                "round(100.0 * count(DISTINCT bill_id) FILTER (WHERE NOT blue)"
                " / nullif(count(DISTINCT bill_id) FILTER (WHERE blue), 0), 2)"
            ),
            additive=False,
        ),
        CubeMeasure(
            name="units",
            label="用票单位数",
            unit="家",
            formula="期间内开过票的单位数",
            sql="count(DISTINCT unit_id) FILTER (WHERE blue)",
            additive=False,
        ),
    )
}


class CubeDimension(msgspec.Struct, frozen=True, kw_only=True):
    """What lines are made by: name, Chinese name, and the value of a row of facts as DuckDB says it.

    Only a dimension that is `narrow` has few enough values for columns; a `timely` one is shown in its own order and
    not by size.
    """

    name: str
    label: str
    sql: str
    narrow: bool = False
    timely: bool = False


CUBE_DIMENSIONS: Mapping[str, CubeDimension] = {
    each.name: each
    for each in (
        CubeDimension(name="city", label="盟市", sql="left(unit_region, 4) || '00'", narrow=True),
        CubeDimension(name="region", label="旗县区", sql="unit_region"),
        CubeDimension(name="unit_type", label="单位类型", sql="unit_type", narrow=True),
        CubeDimension(name="unit", label="用票单位", sql="CAST(unit_id AS VARCHAR)"),
        CubeDimension(name="category", label="票据大类", sql="category", narrow=True),
        CubeDimension(name="kind", label="票据种类", sql="kind", narrow=True),
        CubeDimension(name="item", label="收款项目", sql="item"),
        CubeDimension(name="pay_mode", label="交款方式", sql="pay_mode"),
        CubeDimension(name="payer_type", label="缴款人类型", sql="payer_type", narrow=True),
        CubeDimension(name="year", label="年", sql="strftime(issued_date, '%Y')", narrow=True, timely=True),
        CubeDimension(
            name="quarter",
            label="季度",
            sql="strftime(issued_date, '%Y') || '-' || quarter(issued_date)",
            narrow=True,
            timely=True,
        ),
        CubeDimension(
            name="month", label="月", sql="strftime(issued_date, '%Y-%m')", narrow=True, timely=True
        ),
        CubeDimension(name="day", label="日", sql="strftime(issued_date, '%Y-%m-%d')", timely=True),
        CubeDimension(
            name="weekday", label="星期", sql="CAST(isodow(issued_date) AS VARCHAR)", narrow=True, timely=True
        ),
    )
}


class CubeQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked: measures by rows and perhaps columns, of bills issued (or reversed) from `first` to `last`, both
    included, in a region and all below it.

    `top` keeps the rows that have most of the first measure; 0 keeps all. With `year_before` each measure has the
    same days of the year before beside it.
    """

    measures: tuple[str, ...]
    rows: str
    first: date
    last: date
    region_code: str
    columns: str = ""
    kinds: tuple[str, ...] = ()
    unit_types: tuple[str, ...] = ()
    top: int = 0
    year_before: bool = False


class CubeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line: its key, and for each column (the last one is the total) its measures as text, "" for none."""

    key: str
    cells: tuple[tuple[str, ...], ...]


class CubeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: keys of columns in order, lines in order, and the line of all (also of rows that `top` left out).

    `before` are the lines of the year before by key, with that year's total at "". `as_of` is the moment of the newest
    bill that the lake had; None without any.
    """

    columns: tuple[str, ...]
    lines: tuple[CubeLine, ...]
    total: CubeLine
    rows: int
    as_of: datetime | None = None
    before: Mapping[str, tuple[str, ...]] = {}


class CubeState(StrEnum):
    """Where a question stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _STATES[self.value]

    @property
    def finished(self) -> bool:
        return self not in (CubeState.WAITING, CubeState.RUNNING)


_STATES = {"waiting": "等待", "running": "计算中", "done": "已完成", "stopped": "已停止", "failed": "未成功"}


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it is kept; `estimate` is how many bills the lake has in its months, `progress` 0 to 1."""

    question_id: int
    region_code: str
    question: CubeQuestion
    state: CubeState
    progress: float
    estimate: int
    failure: str
    answer: CubeAnswer | None
    asked_by_name: str
    asked_at: datetime
