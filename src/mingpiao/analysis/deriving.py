"""Step two: what a month says beside the twelve before it and beside other units, from the tables of step one."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from mingpiao.analysis.extracting import before

#: So many earlier months are looked at.
PAST_MONTHS = 12
#: Fewer months of its own, or other units of its kind, say nothing of a unit.
FEWEST_MONTHS, FEWEST_PEERS = 3, 5
#: A file under more bills than this is a list or a frame contract, and no receipt.
MOST_OF_A_PAPER = 8


def derive_month(
    connection: duckdb.DuckDBPyConnection, units: str, folders: Mapping[date, Path], month: date
) -> None:
    """Write `derived.parquet` into the month's folder. Earlier months without a folder have no bills."""
    past = [folders[each] for each in earlier(month) if each in folders]
    own = folders[month]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {_read([own, *past], 'gone')}")
    target = (own / "derived.parquet").as_posix().replace("'", "''")
    connection.execute(
        f"COPY ({_derived(units, own, past)}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.execute("DROP TABLE gone")


def earlier(month: date) -> list[date]:
    """The twelve months before one, the newest first."""
    return [before(month, back) for back in range(1, PAST_MONTHS + 1)]


def _read(folders: list[Path], table: str) -> str:
    names = ", ".join(
        "'" + (folder / f"{table}.parquet").as_posix().replace("'", "''") + "'" for folder in folders
    )
    return f"SELECT * FROM read_parquet([{names}])"


def _past(own: Path, past: list[Path], table: str) -> str:
    """The table of the earlier months; an empty one of the same columns where there are none."""
    return _read(past, table) if past else f"{_read([own], table)} WHERE FALSE"


def _derived(units: str, own: Path, past: list[Path]) -> str:
    return f"""
    WITH now AS ({_read([own], "vectors")}), was AS ({_past(own, past, "vectors")}),
    items AS ({_read([own], "items")}), old_items AS ({_past(own, past, "items")}),
    types AS (SELECT unit_id, unit_type FROM {units}),
    {_reused(own, past)},
    {_mixes()},
    {_rates()},
    {_organisations(own, past)},
    quiet AS (
        SELECT unit_id, kind, date_diff('month', max(was.month), any_value(now.month)) - 1 AS quiet_months
        FROM now JOIN was USING (unit_id, kind) WHERE was.bills > 0 AND now.bills > 0 GROUP BY ALL
    )
    SELECT unit_id, kind, now.month, coalesce(reused.bills, 0) / greatest(now.bills, 1) AS reused,
           coalesce(misused.bills, 0) / greatest(now.bills, 1) AS misused, odd_items, mix_change,
           mix_unlike, strange_items, rate_level, new_organisations, quiet_months
    FROM now LEFT JOIN reused USING (unit_id, kind) LEFT JOIN misused USING (unit_id, kind)
    LEFT JOIN odd USING (unit_id, kind) LEFT JOIN own_mix USING (unit_id, kind)
    LEFT JOIN peer_mix USING (unit_id, kind) LEFT JOIN levels USING (unit_id, kind)
    LEFT JOIN fresh USING (unit_id, kind) LEFT JOIN quiet USING (unit_id, kind)
    """


def _reused(own: Path, past: list[Path]) -> str:
    """Bills of the month whose file is under another bill as well; what was reversed stands on nothing."""
    return f"""
    papers AS (FROM ({_read([own], "papers")}) AS each ANTI JOIN gone
               ON gone.blue_bill_id = each.bill_id AND gone.unit_id = each.unit_id),
    old_papers AS (FROM ({_read([own, *past], "papers")}) AS each ANTI JOIN gone
                   ON gone.blue_bill_id = each.bill_id AND gone.unit_id = each.unit_id),
    counted AS (
        SELECT paper, count(DISTINCT bill_id) AS bills, count(DISTINCT payer_subject) AS payers,
               max(issued_date) - min(issued_date) AS days FROM old_papers GROUP BY paper
    ),
    often AS (SELECT paper FROM counted WHERE bills > 1),
    -- A contract is paid in parts, a list stands under many bills, and what several pay together they pay together;
    -- but a receipt of one is no receipt of another, days later.
    strange AS (SELECT paper FROM counted WHERE payers > 1 AND bills <= {MOST_OF_A_PAPER} AND days >= 3),
    misused AS (
        SELECT unit_id, kind, count(DISTINCT bill_id) AS bills FROM papers SEMI JOIN strange USING (paper) GROUP BY ALL
    ),
    reused AS (
        SELECT unit_id, kind, count(DISTINCT bill_id) AS bills FROM papers SEMI JOIN often USING (paper) GROUP BY ALL
    )"""


def _mixes() -> str:
    """How the month's amounts lie on charge items: beside the unit's own past, and beside units of its type."""
    return f"""
    shares AS (
        SELECT unit_id, kind, code, amount / sum(amount) OVER (PARTITION BY unit_id, kind) AS share FROM items
        WHERE amount > 0
    ), old_sums AS (SELECT unit_id, kind, code, sum(amount) AS amount FROM old_items GROUP BY ALL),
    old_shares AS (
        SELECT unit_id, kind, code, amount / sum(amount) OVER (PARTITION BY unit_id, kind) AS share FROM old_sums
        WHERE amount > 0
    ), known AS (SELECT unit_id, kind FROM was WHERE bills > 0 GROUP BY ALL HAVING count(*) >= {FEWEST_MONTHS}),
    own_mix AS (
        SELECT unit_id, kind, sum(abs(coalesce(shares.share, 0) - coalesce(old_shares.share, 0))) / 2 AS mix_change
        FROM shares FULL JOIN old_shares USING (unit_id, kind, code)
        WHERE (unit_id, kind) IN (SELECT (unit_id, kind) FROM known)
          AND (unit_id, kind) IN (SELECT (unit_id, kind) FROM shares)
        GROUP BY ALL
    ), old_lines AS (
        SELECT unit_id, kind, code, sum(amount) / sum(lines) AS mean, sum(lines) AS lines FROM old_items GROUP BY ALL
    ), odd AS (
        SELECT unit_id, kind, sum(CASE WHEN items.amount / items.lines >= 2.5 * mean AND old_lines.lines >= 5
                                       THEN items.amount ELSE 0 END) / sum(items.amount) AS odd_items
        FROM items JOIN known USING (unit_id, kind) LEFT JOIN old_lines USING (unit_id, kind, code)
        WHERE items.amount > 0 GROUP BY ALL
    ), typed AS (SELECT types.unit_type, shares.* FROM shares JOIN types USING (unit_id)),
    sizes AS (
        SELECT unit_type, kind, count(DISTINCT unit_id) AS units FROM typed GROUP BY ALL
        HAVING count(DISTINCT unit_id) > {FEWEST_PEERS}
    ), usual AS (
        SELECT unit_type, kind, code, sum(share) / any_value(units) AS share,
               (count(*) - 1) / any_value(units) AS used
        FROM typed JOIN sizes USING (unit_type, kind) GROUP BY ALL
    ), peer_mix AS (
        SELECT unit_id, kind, 1 - sum(least(typed.share, usual.share)) AS mix_unlike,
               sum(CASE WHEN used < 0.1 THEN typed.share ELSE 0 END) AS strange_items
        FROM typed JOIN usual USING (unit_type, kind, code) GROUP BY ALL
    )"""


def _rates() -> str:
    """What the unit asks for its items beside what units of its type ask for the same ones, weighted by amount."""
    return f"""
    asked AS (SELECT unit_type, items.* FROM items JOIN types USING (unit_id) WHERE rate > 0),
    medians AS (
        SELECT unit_type, code, median(rate) AS rate FROM asked GROUP BY ALL
        HAVING count(DISTINCT unit_id) > {FEWEST_PEERS}
    ), levels AS (
        SELECT unit_id, kind, exp(sum(ln(asked.rate / medians.rate) * amount) / sum(amount)) AS rate_level
        FROM asked JOIN medians USING (unit_type, code) WHERE amount > 0 GROUP BY ALL
    )"""


def _organisations(own: Path, past: list[Path]) -> str:
    return f"""
    paying AS ({_read([own], "organisations")}),
    fresh AS (
        SELECT unit_id, kind, coalesce(sum(paying.amount), 0) / any_value(now.amount) AS new_organisations
        FROM now SEMI JOIN known USING (unit_id, kind)
        LEFT JOIN (FROM paying ANTI JOIN ({_past(own, past, "organisations")}) AS old USING (unit_id, kind, payer_subject))
            AS paying USING (unit_id, kind)
        WHERE now.amount > 0 GROUP BY ALL
    )"""
