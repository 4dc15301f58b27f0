"""Step one: the bills of one month become a vector for each unit and kind, and small tables beside it.

One file of Parquet for each table, in a folder of the month. All reading is of the month's own bills, but for
reversals, whose blue bills may be older; those that are too old to be found count with the unit's most frequent kind.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

#: How far back the blue bill of a reversal is looked for.
LOOK_BACK_MONTHS = 3
TABLES = ("vectors", "items", "papers", "organisations", "accounts", "handlers", "pairs", "circles", "gone")
_BENFORD = [0.30103, 0.17609, 0.12494, 0.09691, 0.07918, 0.06695, 0.05799, 0.05115, 0.04576]


class Relations(NamedTuple):
    """SQL for the relations of `inputs.py`: a table's name, or `read_parquet(…)`."""

    bills: str
    reversals: str
    asks: str
    units: str


def extract_month(
    connection: duckdb.DuckDBPyConnection, relations: Relations, month: date, folder: Path
) -> None:
    """Write the tables of a month (its first day) into a folder that is there."""
    for name, query in _steps(relations, month):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    for name, query in _results(relations, month).items():
        target = (folder / f"{name}.parquet").as_posix().replace("'", "''")
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    for name, _ in _steps(relations, month):
        connection.execute(f"DROP TABLE {name}")


def _span(month: date, column: str = "issued_date") -> str:
    return f"{column} >= DATE '{month}' AND {column} < DATE '{after(month)}'"


def after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=32)).replace(day=1)


def before(month: date, months: int) -> date:
    """The first day of the month so many months earlier."""
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _steps(relations: Relations, month: date) -> list[tuple[str, str]]:
    """The temporary tables, in order: plain columns of the bills, and the reversals with their blue bills."""
    blue = f"""
        SELECT unit_id, bill_id, kind, issued_at, issued_date, issued_workday, total, payer_type, payer_subject,
               content_subject, payer_code = '' AND payer_account = '' AS nameless, coalesce(handler, '') AS handler,
               CASE WHEN payer_account <> '' THEN hash(payer_account) END AS account, evidence_count,
               coalesce(date_diff('day', paid_on, issued_date), NULL) AS gap
        FROM {relations.bills} WHERE {_span(month)}
    """
    red = f"SELECT * FROM {relations.reversals} WHERE {_span(month)}"
    older = f"""
        SELECT bill_id, unit_id, kind, coalesce(handler, '') AS handler, payer_name FROM {relations.bills}
        WHERE issued_date >= DATE '{before(month, LOOK_BACK_MONTHS)}' AND issued_date < DATE '{after(month)}'
          AND bill_id IN (SELECT blue_bill_id FROM red)
    """
    main = """
        SELECT unit_id, arg_max(kind, bills) AS kind FROM (SELECT unit_id, kind, count(*) AS bills FROM blue GROUP BY ALL)
        GROUP BY unit_id
    """
    again = """
        SELECT red.bill_id, count(*) AS times FROM red JOIN blue
        ON blue.unit_id = red.unit_id AND blue.content_subject = red.content_subject
           AND blue.payer_subject = red.payer_subject AND blue.bill_id <> red.blue_bill_id
           AND blue.issued_at BETWEEN red.issued_at - INTERVAL 1 HOUR AND red.issued_at + INTERVAL 5 DAY
        GROUP BY red.bill_id
    """
    # The same lines and sum, soon under another name; what is issued often anyway says nothing.
    moved = """
        SELECT red.bill_id, count(*) AS times FROM red JOIN blue
        ON blue.unit_id = red.unit_id AND blue.content_subject = red.content_subject
           AND blue.payer_subject <> red.payer_subject
           AND blue.issued_at BETWEEN red.issued_at - INTERVAL 1 HOUR AND red.issued_at + INTERVAL 3 DAY
        SEMI JOIN (SELECT unit_id, content_subject FROM blue GROUP BY ALL HAVING count(*) <= 4) AS seldom
        ON seldom.unit_id = red.unit_id AND seldom.content_subject = red.content_subject
        GROUP BY red.bill_id
    """
    joined = """
        SELECT red.unit_id, coalesce(older.kind, main.kind, '') AS kind, red.total, red.payer_subject, red.issued_date,
               date_trunc('month', red.blue_date) < date_trunc('month', red.issued_date) AS earlier,
               red.issued_date - red.blue_date AS days, coalesce(again.times, 0) > 0 AS reissued,
               coalesce(moved.times, 0) > 0 AS moved,
               count(*) OVER (PARTITION BY red.unit_id, red.payer_subject, red.content_subject) AS loop,
               older.payer_name AS payer, older.handler AS maker, coalesce(red.handler, '') AS taker
        FROM red LEFT JOIN older ON older.bill_id = red.blue_bill_id AND older.unit_id = red.unit_id
        LEFT JOIN main ON main.unit_id = red.unit_id LEFT JOIN again ON again.bill_id = red.bill_id
        LEFT JOIN moved ON moved.bill_id = red.bill_id
    """
    pairs = """
        SELECT unit_id, kind, maker, taker, count(*) AS times, sum(total) AS amount
        FROM joined WHERE maker <> '' AND taker <> '' AND maker <> taker GROUP BY ALL
    """
    return [
        ("blue", blue),
        ("red", red),
        ("older", older),
        ("main", main),
        ("again", again),
        ("moved", moved),
        ("joined", joined),
        ("pairs", pairs),
    ]


def _results(relations: Relations, month: date) -> dict[str, str]:
    lines = f"""
        SELECT unit_id, kind, unnest(items, max_depth := 2) FROM {relations.bills} WHERE {_span(month)}
    """
    items = f"""
        SELECT unit_id, kind, code, any_value(name) AS name, count(*) AS lines, sum(amount) AS amount,
               median(CAST(rate AS DOUBLE)) AS rate,
               count(*) FILTER (WHERE rate_maximum IS NOT NULL AND rate_kind <> 'free' AND rate > rate_maximum) AS over,
               count(*) FILTER (WHERE rate_kind = 'bounded' AND CAST(rate AS DOUBLE) >= 0.98 * CAST(rate_maximum AS DOUBLE)) AS top,
               count(*) FILTER (WHERE rate_kind = 'bounded') AS bounded
        FROM ({lines}) GROUP BY unit_id, kind, code
    """
    papers = f"""
        SELECT paper, unit_id, kind, bill_id, payer_subject, issued_date FROM (
            SELECT unit_id, kind, bill_id, payer_subject, issued_date, unnest(evidence_papers) AS paper FROM {relations.bills}
            WHERE {_span(month)} AND evidence_count > 0)
        WHERE paper IS NOT NULL
    """
    organisations = f"""
        SELECT payer_subject, any_value(payer_name) AS name, unit_id, kind, count(*) AS bills, sum(total) AS amount
        FROM {relations.bills} WHERE {_span(month)} AND payer_type = '2' GROUP BY payer_subject, unit_id, kind
    """
    accounts = f"""
        SELECT payer_account AS account, unit_id, kind, count(DISTINCT payer_subject) AS payers, count(*) AS bills,
               sum(total) AS amount
        FROM {relations.bills} WHERE {_span(month)} AND payer_account <> '' GROUP BY payer_account, unit_id, kind
    """
    return {
        "vectors": _vectors(relations, month, items),
        "items": items,
        "papers": papers,
        "organisations": organisations,
        "accounts": accounts,
        "handlers": "SELECT handler, unit_id, kind, count(*) AS bills, sum(total) AS amount FROM blue "
        "WHERE handler <> '' GROUP BY ALL",
        "pairs": "SELECT * FROM pairs",
        "circles": "SELECT unit_id, kind, coalesce(any_value(payer), '') AS payer, payer_subject, count(*) AS times, "
        "sum(total) AS amount FROM joined WHERE reissued GROUP BY unit_id, kind, payer_subject",
        "gone": "SELECT unit_id, blue_bill_id FROM red",
    }


def _vectors(relations: Relations, month: date, items: str) -> str:
    """One row for each unit and kind with bills or reversals in the month."""
    end = after(month) - timedelta(days=3)
    digits = ", ".join(f"count(*) FILTER (WHERE digit = {digit}) / count(*)" for digit in range(1, 10))
    expected = ", ".join(str(share) for share in _BENFORD)
    return f"""
    WITH marked AS (
        SELECT *, hour(issued_at + INTERVAL 8 HOUR) AS clock, CAST(total AS DOUBLE) AS yuan,
               CAST(floor(CAST(total AS DOUBLE) / pow(10, floor(log10(CAST(total AS DOUBLE))))) AS INTEGER) AS digit,
               pow(10, floor(log10(CAST(total AS DOUBLE)))) AS power
        FROM blue
    ), basic AS (
        SELECT unit_id, kind, count(*) AS bills, sum(yuan) AS amount, median(yuan) AS typical, max(yuan) AS largest,
               avg(CAST(nameless AS INTEGER)) AS nocode,
               sum(CASE WHEN payer_type = '2' THEN yuan ELSE 0 END) / sum(yuan) AS organisations,
               avg(CAST(clock >= 22 OR clock < 6 AS INTEGER)) AS night, avg(CAST(NOT issued_workday AS INTEGER)) AS weekend,
               avg(CAST(issued_date >= DATE '{end}' AS INTEGER)) AS month_end,
               sum(CASE WHEN issued_date >= DATE '{end}' THEN yuan ELSE 0 END) / sum(yuan) AS month_end_amount,
               avg(CAST(issued_date >= DATE '{end}' AND yuan >= 1000 AND yuan % 1000 = 0 AS INTEGER)) AS round_end,
               avg(CAST(yuan >= 1000 AND yuan % 1000 = 0 OR yuan >= 100 AND yuan < 1000 AND yuan % 100 = 0 AS INTEGER))
                   AS round_sums,
               avg(CAST(yuan >= 900 AND (yuan / power >= 9 OR yuan / power BETWEEN 4.5 AND 4.9999
                                         OR yuan / power BETWEEN 1.8 AND 1.9999) AS INTEGER)) AS near_limit,
               CASE WHEN count(*) >= 30 THEN
                   list_sum([abs(each[1] - each[2]) FOR each IN list_zip([{digits}], [{expected}])]) / 2 END AS benford,
               avg(CAST(evidence_count > 0 AS INTEGER)) AS evidence, median(gap) AS pay_gap
        FROM marked GROUP BY unit_id, kind
    ), by_payer AS (
        SELECT unit_id, kind, payer_subject, count(*) AS bills, sum(yuan) AS amount FROM marked GROUP BY ALL
    ), payers AS (
        SELECT unit_id, kind, count(*) AS payers, max(amount) / sum(amount) AS top_payer,
               sum(CASE WHEN bills = 1 THEN 1 ELSE 0 END) / sum(bills) AS once
        FROM by_payer GROUP BY ALL
    ), alike AS (
        SELECT unit_id, kind, sum(CASE WHEN payers >= 3 THEN bills ELSE 0 END) AS bills,
               sum(CASE WHEN nameless >= 3 AND nameless >= 0.95 * payers THEN nameless ELSE 0 END) AS nameless FROM (
            SELECT unit_id, kind, content_subject, count(*) AS bills, count(DISTINCT payer_subject) AS payers,
                   count(DISTINCT payer_subject) FILTER (WHERE nameless) AS nameless
            FROM blue GROUP BY ALL)
        GROUP BY ALL
    ), by_account AS (
        SELECT unit_id, kind, sum(CASE WHEN payers >= 3 THEN bills ELSE 0 END) AS bills FROM (
            SELECT unit_id, kind, account, count(*) AS bills, count(DISTINCT payer_subject) AS payers
            FROM blue WHERE account IS NOT NULL GROUP BY ALL)
        GROUP BY ALL
    ), days AS (
        SELECT unit_id, kind, max(bills) / sum(bills) AS biggest_day FROM (
            SELECT unit_id, kind, issued_date, count(*) AS bills FROM blue GROUP BY ALL)
        GROUP BY ALL
    ), near AS (
        SELECT unit_id, kind, count(*) OVER days AS near, sum(yuan) OVER days AS together, max(yuan) OVER days AS most,
               count(*) OVER (PARTITION BY unit_id, kind, payer_subject, yuan ORDER BY issued_date
                              RANGE BETWEEN INTERVAL 2 DAYS PRECEDING AND INTERVAL 2 DAYS FOLLOWING) AS equal
        FROM (FROM marked ANTI JOIN red ON red.blue_bill_id = marked.bill_id AND red.unit_id = marked.unit_id) AS standing
        SEMI JOIN (FROM by_payer WHERE bills >= 3) AS often USING (unit_id, kind, payer_subject)
        WINDOW days AS (PARTITION BY unit_id, kind, payer_subject ORDER BY issued_date
                        RANGE BETWEEN INTERVAL 2 DAYS PRECEDING AND INTERVAL 2 DAYS FOLLOWING)
    ), limited AS (
        SELECT *, pow(10, floor(log10(most))) AS power FROM near
    ), bounded AS (
        SELECT *, CASE WHEN most < 2 * power THEN 2 WHEN most < 5 * power THEN 5 ELSE 10 END * power AS bound FROM limited
    ), splits AS (
        SELECT unit_id, kind, count(*) FILTER (WHERE near >= 3) AS bills, max(near) AS biggest_split,
               count(*) FILTER (WHERE near >= 3 AND most >= 500 AND most >= 0.9 * bound AND together >= bound) AS limit_bills,
               count(*) FILTER (WHERE equal >= 3 AND most >= 500) AS equal_bills
        FROM bounded GROUP BY ALL
    ), lines AS (
        SELECT unit_id, kind, sum(lines) AS lines, sum(over) / sum(lines) AS over_rate, sum(top) / sum(lines) AS top_rate
        FROM ({items}) GROUP BY ALL
    ), handlers AS (
        SELECT unit_id, kind, count(*) FILTER (WHERE handler <> '') AS handlers,
               max(CASE WHEN handler <> '' THEN bills ELSE 0 END) / sum(bills) AS top_handler FROM (
            SELECT unit_id, kind, handler, count(*) AS bills FROM blue GROUP BY ALL)
        GROUP BY ALL
    ), reds AS (
        SELECT unit_id, kind, count(*) AS reversals, sum(total) AS red_amount,
               count(*) FILTER (WHERE days <= 3) AS quick, count(*) FILTER (WHERE reissued) AS reissued,
               count(*) FILTER (WHERE moved) AS moved,
               count(*) FILTER (WHERE loop >= 2) AS loops, count(*) FILTER (WHERE earlier) AS earlier_month,
               count(*) FILTER (WHERE maker <> '' AND taker <> '' AND maker <> taker) AS crossed
        FROM joined GROUP BY ALL
    ), mutual AS (
        SELECT one.unit_id, one.kind, sum(least(one.times, other.times)) AS mutual
        FROM pairs AS one JOIN pairs AS other
        ON one.unit_id = other.unit_id AND one.kind = other.kind AND one.maker = other.taker AND one.taker = other.maker
        GROUP BY ALL
    ), asked AS (
        SELECT unit_id, sum(refused) AS refused, sum(overridden) AS overridden
        FROM {relations.asks} WHERE month = DATE '{month}' GROUP BY unit_id
    ), keys AS (
        SELECT unit_id, kind FROM basic UNION SELECT unit_id, kind FROM reds
    ), counted AS (
        SELECT unit_id, sum(bills) AS unit_bills FROM basic GROUP BY unit_id
    )
    SELECT keys.unit_id, keys.kind, DATE '{month}' AS month, coalesce(basic.bills, 0) AS bills,
           coalesce(amount, 0) AS amount, typical, largest, payers, top_payer, once, nocode, organisations,
           coalesce(alike.bills, 0) / basic.bills AS alike, coalesce(by_account.bills, 0) / basic.bills AS shared_account,
           coalesce(alike.nameless, 0) / basic.bills AS alike_nameless, round_end,
           night, weekend, month_end, month_end_amount, biggest_day, round_sums, near_limit, benford,
           coalesce(splits.bills, 0) / basic.bills AS split, coalesce(biggest_split, 0) AS biggest_split,
           coalesce(limit_bills, 0) / basic.bills AS split_limit, coalesce(equal_bills, 0) / basic.bills AS split_equal,
           over_rate, top_rate, lines, handlers, top_handler, evidence, pay_gap, coalesce(reversals, 0) AS reversals,
           {", ".join(f"coalesce({name}, 0) / greatest(basic.bills, reversals, 1) AS {alias}" for name, alias in _REDS)},
           coalesce(red_amount, 0) / greatest(amount, red_amount, 1) AS reversed_amount,
           coalesce(asked.refused, 0) / unit_bills AS refused, coalesce(asked.overridden, 0) / unit_bills AS overridden
    FROM keys LEFT JOIN basic USING (unit_id, kind) LEFT JOIN payers USING (unit_id, kind)
    LEFT JOIN alike USING (unit_id, kind) LEFT JOIN by_account USING (unit_id, kind) LEFT JOIN days USING (unit_id, kind)
    LEFT JOIN splits USING (unit_id, kind) LEFT JOIN lines USING (unit_id, kind) LEFT JOIN handlers USING (unit_id, kind)
    LEFT JOIN reds USING (unit_id, kind) LEFT JOIN mutual USING (unit_id, kind) LEFT JOIN asked USING (unit_id)
    LEFT JOIN counted USING (unit_id)
    """


#: Counts of reversals, each as a share of the month's bills (or of its reversals where these are more).
_REDS = (
    ("reversals", "reversal"),
    ("quick", "quick"),
    ("reissued", "reissued"),
    ("moved", "moved"),
    ("loops", "loops"),
    ("earlier_month", "earlier_month"),
    ("crossed", "crossed"),
    ("mutual", "mutual"),
)
