"""Which bills a finding is about: for each pattern the bills of the month that show it most, by one query a pattern."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from mingpiao.analysis.deriving import earlier
from mingpiao.analysis.extracting import Relations, after
from mingpiao.analysis.judging import Standout

#: So many bills of a finding are kept.
MOST_BILLS = 30
_LINES = "len(list_filter(items, lambda line: {test}))"
_OVER = _LINES.format(
    test="line.rate_maximum IS NOT NULL AND line.rate_kind <> 'free' AND line.rate > line.rate_maximum"
)
_AT_TOP = _LINES.format(
    test="line.rate_kind = 'bounded' AND CAST(line.rate AS DOUBLE) >= 0.98 * CAST(line.rate_maximum AS DOUBLE)"
)


def examples_of(
    connection: duckdb.DuckDBPyConnection,
    relations: Relations,
    folders: Mapping[date, Path],
    found: Sequence[Standout],
) -> dict[tuple[int, str], tuple[int, ...]]:
    """Bills by (unit, pattern), those that show it most first. `found` are findings of one month."""
    by_pattern: dict[str, list[Standout]] = defaultdict(list)
    for each in found:
        by_pattern[each.pattern].append(each)
    bills: dict[tuple[int, str], tuple[int, ...]] = {}
    for pattern, own in by_pattern.items():
        rows = connection.execute(_query(pattern, own, relations, folders)).fetchall()
        listed: dict[int, list[int]] = defaultdict(list)
        for unit_id, bill_id in rows:
            listed[unit_id].append(bill_id)
        bills |= {(unit_id, pattern): tuple(ids) for unit_id, ids in listed.items()}
    return bills


def _query(
    pattern: str, found: Sequence[Standout], relations: Relations, folders: Mapping[date, Path]
) -> str:
    month = found[0].month
    asked = ", ".join(f"({each.unit_id}, '{each.kind}')" for each in found)
    span = f"issued_date >= DATE '{month}' AND issued_date < DATE '{after(month)}'"
    return f"""
    WITH asked (unit_id, kind) AS (VALUES {asked}),
    chosen AS (SELECT own.* FROM {relations.bills} AS own SEMI JOIN asked USING (unit_id, kind) WHERE {span}),
    reds AS (SELECT own.* FROM {relations.reversals} AS own SEMI JOIN asked USING (unit_id) WHERE {span}),
    {_papers(folders, month)},
    counted AS (
        SELECT *, count(*) OVER (PARTITION BY unit_id, kind, payer_subject) AS of_payer,
               count(*) OVER (PARTITION BY unit_id, kind, content_subject) AS alike,
               count(*) OVER (PARTITION BY unit_id, kind, payer_account) AS of_account,
               bill_id IN (SELECT blue_bill_id FROM reds) AS reversed
        FROM chosen
    ), weighed AS (SELECT unit_id, kind, bill_id, total, {_weight(pattern, month)} AS weight FROM counted)
    SELECT unit_id, bill_id FROM weighed WHERE weight > 0
    QUALIFY row_number() OVER (PARTITION BY unit_id, kind ORDER BY weight DESC, total DESC, bill_id) <= {MOST_BILLS}
    ORDER BY unit_id, kind, weight DESC, total DESC, bill_id
    """


def _weight(pattern: str, month: date) -> str:
    """How much a bill shows a pattern; 0 for one that does not."""
    last_days = after(month) - timedelta(days=3)
    return {
        "splitting": "CASE WHEN of_payer >= 3 THEN of_payer ELSE 0 END",
        "wash_reversal": "CASE WHEN reversed THEN alike ELSE 0 END",
        "collusion": "CAST(reversed AS INTEGER)",
        "borrowed_bills": "CASE WHEN payer_type = '2' THEN total ELSE 0 END",
        "above_rate": f"{_OVER} * 100 + {_AT_TOP}",
        "ghost_payers": "CAST(payer_code = '' AND payer_account = '' AS INTEGER) * 2 + CAST(alike >= 3 AS INTEGER)"
        " + CASE WHEN payer_account <> '' AND of_account >= 3 THEN 2 ELSE 0 END",
        "month_end": f"CAST(issued_date >= DATE '{last_days}' AS INTEGER)",
        "evidence_reuse": "CASE WHEN list_has_any(coalesce(evidence_papers, []), (SELECT list(paper) FROM often))"
        " THEN 1 ELSE 0 END",
    }.get(pattern, "total")


def _papers(folders: Mapping[date, Path], month: date) -> str:
    """Files that more than one bill stands on."""
    own = [folders[each] for each in (month, *earlier(month)) if each in folders]
    names = ", ".join("'" + (each / "papers.parquet").as_posix().replace("'", "''") + "'" for each in own)
    return f"often AS (SELECT paper FROM read_parquet([{names}]) GROUP BY paper HAVING count(DISTINCT bill_id) > 1)"
