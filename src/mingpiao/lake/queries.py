"""The queries of a back-test: the bills, their history, and which of them a rule hits."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from mingpiao.kernel.codes import region_prefix
from mingpiao.lake.history import with_history, with_medians
from mingpiao.lake.model import Dataset
from mingpiao.lake.parquet import from_bills, from_files, quoted
from mingpiao.lake.schema import columns
from mingpiao.rules.model import Rule
from mingpiao.rules.service import Condition, to_sql, writeoff_columns

MONTH = "CAST(date_trunc('month', issued_date) AS DATE)"


class PastBills(msgspec.Struct, frozen=True, kw_only=True):
    """Which bills: those of `months` months up to `today` (the first day of each counts), in a region."""

    today: date
    months: int
    region_code: str

    @property
    def first_day(self) -> date:
        """The first day of the oldest month."""
        return month_before(self.today, self.months - 1)

    def first_needed(self, condition: Condition) -> date:
        """The month from which bills are read; it is earlier when the condition's windows reach back further."""
        windows = [need.days for need in condition.history | condition.item_history]
        return (self.first_day - timedelta(days=max(windows, default=0))).replace(day=1)


def month_before(day: date, months: int) -> date:
    """The first day of the month that is `months` months before the month of `day`."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


class Queries(msgspec.Struct, frozen=True, kw_only=True):
    """The queries of one run. All text in them comes from the lake, or is escaped as a literal.

    `findings` names a table of what write-off found (`unit_id`, `bill_id`, and a column for each member);
    without it, as in a back-test, nothing was found of any bill.
    """

    rule: Rule
    condition: Condition
    files: Mapping[Dataset, Sequence[Path]]
    past: PastBills
    findings: str = ""

    def counts(self) -> str:
        """SQL that counts the bills in scope by month, with the moment of the newest."""
        return (
            f"SELECT {MONTH} AS month, count(*), max(issued_at) FROM {from_bills(self.files[Dataset.BILLS])} "
            f"WHERE {self._in_area()} AND {self._in_scope()} GROUP BY 1 ORDER BY 1"
        )

    def hits(self) -> str:
        """SQL that finds the bills which the rule hits."""
        queries, source = self._facts()
        named = ", ".join(f"{name} AS MATERIALIZED ({query})" for name, query in queries)
        return (
            f"{f'WITH {named} ' if named else ''}"
            f"SELECT unit_id, bill_id, issued_at, issued_date, total FROM {source} "
            f"WHERE {self._in_scope()} AND {to_sql(self.condition, 'duckdb')}"
        )

    def _facts(self) -> tuple[list[tuple[str, str]], str]:
        """Named queries, and the relation that has all columns of the condition."""
        condition = self.condition
        area = self._in_area()
        bills = f"(SELECT * FROM {with_findings(self.files[Dataset.BILLS], self.findings)} WHERE {area})"
        if not condition.history and not condition.item_history:
            return [], bills
        queries: list[tuple[str, str]] = []
        if condition.history:
            queries += with_history(bills, self._reversals(area), self._wanted(), condition.history)
            bills = "facts"
        if condition.item_history:
            dated = f"(SELECT * FROM {bills} WHERE issued_date >= DATE '{self.past.first_day}')"
            # Medians of peers cover units of the whole province, whatever the department's area.
            everywhere = from_bills(self.files[Dataset.BILLS])
            members = condition.item_columns | ({"code"} if self.rule.items else set())
            queries += with_medians(dated, everywhere, members, condition.item_history)
            bills = "facts_of_items"
        return queries, bills

    def _reversals(self, area: str) -> str:
        paths = self.files[Dataset.REVERSALS]
        if paths:
            return f"(SELECT * FROM {from_files(paths)} WHERE {area})"
        empty = ", ".join(
            f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns(Dataset.REVERSALS).items()
        )
        return f"(SELECT {empty} WHERE FALSE)"

    def _wanted(self) -> set[str]:
        """Columns of a bill that the condition or the scope reads."""
        scope = {"kind", "category", "unit_region", "unit_type"}
        return scope | self.condition.columns | ({"items"} if self.rule.items else set())

    def _in_area(self) -> str:
        return in_regions([self.past.region_code])

    def _in_scope(self) -> str:
        return f"issued_date >= DATE '{self.past.first_day}' AND {in_scope(self.rule)}"


def in_scope(rule: Rule) -> str:
    """SQL for the bills that a rule concerns, whatever their day."""
    tests = ["TRUE"]
    if rule.regions:
        tests.append(in_regions(rule.regions))
    if rule.kinds:
        tests.append(f"(kind IN ({_texts(rule.kinds)}) OR category IN ({_texts(rule.kinds)}))")
    if rule.unit_types:
        tests.append(f"unit_type IN ({_texts(rule.unit_types)})")
    if rule.items:
        tests.append(f"len(list_filter(items, lambda item: item.code IN ({_texts(rule.items)}))) > 0")
    return " AND ".join(tests)


def with_findings(paths: Sequence[Path], findings: str = "") -> str:
    """SQL for a relation of all bills of some files, with what write-off found of each."""
    names = writeoff_columns()
    if not findings:
        none = ", ".join(f"FALSE AS {name}" for name in names)
        return f"(SELECT *, {none} FROM {from_bills(paths)})"
    found = ", ".join(f"coalesce(found.{name}, FALSE) AS {name}" for name in names)
    return (
        f"(SELECT bills.*, {found} FROM {from_bills(paths)} AS bills "
        f"LEFT JOIN {findings} AS found USING (unit_id, bill_id))"
    )


def _texts(values: Sequence[str]) -> str:
    return ", ".join(quoted(value) for value in values)


def in_regions(codes: Sequence[str]) -> str:
    """SQL for bills of these regions and all below them. The province's code means no restriction."""
    prefixes = [region_prefix(code) for code in codes]
    return "(" + " OR ".join(f"starts_with(unit_region, {quoted(prefix)})" for prefix in prefixes) + ")"
