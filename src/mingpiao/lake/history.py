"""History aggregates of all past bills in one query, with the same meaning as at issue.

A window of d days covers d calendar days (Asia/Shanghai), the last of which is the bill's own day. It
holds only bills that came before this one in the order (issued_at, bill_id). Counts of similar bills leave
out those that were reversed by then. Medians use the same size classes as at issue and cover the days
before the bill's own; at issue they also contain lines of the same day that the worker has counted.

Every value is a difference of two sums: of all that came before the bill, and of all before the window.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal

from mingpiao.issuing.service import CLASSES_PER_DOUBLING, FEWEST_LINES, amount_of
from mingpiao.lake.model import Dataset
from mingpiao.lake.schema import columns
from mingpiao.rules.model import History
from mingpiao.rules.service import history_types, writeoff_columns

#: What is summed over the timeline, and the key whose rows are summed.
_SUMS = {
    "unit_count": ("CAST(NOT red AS BIGINT)", "unit_id"),
    "unit_sum": ("CASE WHEN red THEN 0 ELSE total END", "unit_id"),
    "unit_reversals": ("CAST(red AS BIGINT)", "unit_id"),
}
#: What is summed over the bills of one payer, and the column that identifies the payer.
_PAYER_SUMS = {
    "payer_count": ("CAST(NOT red AS BIGINT)", "payer_subject"),
    "payer_sum": ("CASE WHEN red THEN 0 ELSE total END", "payer_subject"),
    "twin_count": ("CAST(NOT red AS BIGINT)", "twin_subject"),
}
#: Counts of similar bills that leave out reversed ones: the column compared, and the expression subtracted.
_WITHOUT_REVERSED = {
    "payer_count": ("payer_subject", "count(*)"),
    "payer_sum": ("payer_subject", "sum(total)"),
    "twin_count": ("twin_subject", "count(*)"),
}
_MEDIANS = {"unit_median": "unit_id", "peer_median": "unit_type"}
#: Size classes of amounts from 0.01 to 999,999,999,999.99 元.
_BUCKETS = range(-7 * CLASSES_PER_DOUBLING, 40 * CLASSES_PER_DOUBLING)


def with_history(
    bills: str, reversals: str, wanted: Collection[str], needs: Collection[History]
) -> list[tuple[str, str]]:
    """Named queries in order; the last is `facts`, with the `wanted` columns and those of `needs`.

    `bills` and `reversals` are relations with the lake's columns.
    """
    events = sorted(need for need in needs if need.name not in _MEDIANS)
    standing = [need for need in events if need.name in _WITHOUT_REVERSED]
    queries = [("timeline", _timeline(bills, reversals, wanted))]
    queries.append(("reckoned", _reckoned(events)))
    if standing:
        queries.append(("bygone", f"SELECT * FROM {reversals}"))
        queries += [(f"gone_{need.column}", _gone(need)) for need in standing]
    queries.append(("facts", _joined(events, standing)))
    return queries


def _timeline(bills: str, reversals: str, wanted: Collection[str]) -> str:
    """Blue and red bills in one relation; a red one has no facts."""
    own = ["unit_id", "bill_id", "issued_at", "issued_date", "total"]
    own += ["payer_subject", "twin_subject", "content_subject"]
    known = columns(Dataset.BILLS) | dict.fromkeys(writeoff_columns(), "BOOLEAN")
    more = [name for name in sorted(wanted) if name not in own]
    blue = ", ".join(f'"{name}"' for name in [*own, *more])
    red = ", ".join([*own, *(f'CAST(NULL AS {known.get(name, "VARCHAR")}) AS "{name}"' for name in more)])
    return f"SELECT {blue}, FALSE AS red FROM {bills} UNION ALL SELECT {red}, TRUE AS red FROM {reversals}"


def _reckoned(events: Iterable[History]) -> str:
    sums = [f"{_sum(need)} AS {need.column}" for need in events]
    # Days are numbered from 1970-01-01 (day 0), so that a window is a difference of numbers.
    numbered = "SELECT *, issued_date - DATE '1970-01-01' AS day FROM timeline"
    return f"SELECT {', '.join(['*', *sums])} FROM ({numbered})"


def _sum(need: History) -> str:
    kind = history_types()[need.name]
    if need.name == "recast_count":
        alike = _windowed("CAST(red AS BIGINT)", "unit_id, content_subject", need.days)
        same_payer = _of_payer("CAST(red AS BIGINT)", "twin_subject", need.days)
        return f"CAST({alike} - ({same_payer}) AS {kind})"
    if need.name in _PAYER_SUMS:
        return f"CAST({_of_payer(*_PAYER_SUMS[need.name], need.days)} AS {kind})"
    return f"CAST({_windowed(*_SUMS[need.name], need.days)} AS {kind})"


def _name(subject: str) -> str:
    return f"({subject} >> 32)"


def _code(subject: str) -> str:
    """The half of a payer's hash that comes from the code; 0 without a code."""
    return f"({subject} & 4294967295)"


def _of_payer(summed: str, subject: str, days: int) -> str:
    """A sum over the same payer's bills: with the same code, or of the same name where either has no code."""
    by_name = _windowed(summed, f"unit_id, {_name(subject)}", days)
    bare = f"CASE WHEN {_code(subject)} = 0 THEN {summed} ELSE 0 END"
    by_code = _windowed(summed, f"unit_id, {_code(subject)}", days)
    by_bare_name = _windowed(bare, f"unit_id, {_name(subject)}", days)
    return f"CASE WHEN {_code(subject)} = 0 THEN {by_name} ELSE {by_code} + {by_bare_name} END"


def _windowed(summed: str, key: str, days: int) -> str:
    before = (
        f"sum({summed}) OVER (PARTITION BY {key} ORDER BY issued_at, bill_id "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    )
    earlier = (
        f"sum({summed}) OVER (PARTITION BY {key} ORDER BY day "
        f"RANGE BETWEEN UNBOUNDED PRECEDING AND {days} PRECEDING)"
    )
    return f"coalesce({before}, 0) - coalesce({earlier}, 0)"


def _gone(need: History) -> str:
    """The bills of a window that were reversed before a bill came."""
    subject, taken = _WITHOUT_REVERSED[need.name]
    own, other = f"bill.{subject}", f"bygone.{subject}"
    # Two joins by equality, since one join with OR would compare every bill with every reversal.
    by_code = _bygone(need, f"{_code(own)} = {_code(other)}", f"{_code(own)} <> 0")
    by_name = _bygone(need, f"{_name(own)} = {_name(other)}", f"({_code(own)} = 0 OR {_code(other)} = 0)")
    return f"SELECT unit_id, bill_id, {taken} AS gone FROM ({by_code} UNION ALL {by_name}) GROUP BY ALL"


def _bygone(need: History, alike: str, which: str) -> str:
    return (
        "SELECT bill.unit_id, bill.bill_id, bygone.total FROM reckoned AS bill "
        f"JOIN bygone ON bygone.unit_id = bill.unit_id AND {alike} "
        f"WHERE NOT bill.red AND {which} AND bygone.blue_date > bill.issued_date - {need.days} "
        "AND bygone.issued_date <= bill.issued_date "
        "AND (bygone.issued_at, bygone.bill_id) < (bill.issued_at, bill.bill_id)"
    )


def _joined(events: Iterable[History], standing: Iterable[History]) -> str:
    gone = list(standing)
    corrected = [
        f"CAST(reckoned.{need.column} - coalesce(gone_{need.column}.gone, 0) AS {history_types()[need.name]}) "
        f"AS {need.column}"
        for need in gone
    ]
    replaced = f" REPLACE ({', '.join(corrected)})" if corrected else ""
    joins = " ".join(
        f"LEFT JOIN gone_{need.column} ON gone_{need.column}.unit_id = reckoned.unit_id "
        f"AND gone_{need.column}.bill_id = reckoned.bill_id"
        for need in gone
    )
    return f"SELECT reckoned.*{replaced} FROM reckoned {joins} WHERE NOT reckoned.red"


# -- medians -------------------------------------------------------------------------------------


def with_medians(
    source: str, bills: str, members: Collection[str], needs: Collection[History]
) -> list[tuple[str, str]]:
    """Named queries in order; the last is `facts_of_items`: `source`, with medians in its items.

    `bills` are all past bills; `members` are the other members of an item that are needed.
    """
    wanted = sorted(needs)
    queries = [
        (
            "lines",
            "SELECT unit_id, unit_type, issued_date, issued_date - DATE '1970-01-01' AS day, item.code AS code, "
            f"CAST(floor({CLASSES_PER_DOUBLING} * ln(CAST(item.amount AS DOUBLE)) / ln(CAST(2 AS DOUBLE))) AS INTEGER) "
            f"AS bucket FROM (SELECT unit_id, unit_type, issued_date, unnest(items) AS item FROM {bills}) "
            "WHERE item.amount > 0",
        )
    ]
    queries += [(f"of_{need.column}", _medians(need)) for need in wanted]
    asked = (
        "SELECT bill_id AS asked_bill, unit_id AS asked_unit, unit_type, issued_date, unnest(items) AS item"
    )
    queries.append(("asked", f"{asked} FROM {source}"))
    packed = [f'"{name}" := asked.item."{name}"' for name in sorted(members)]
    packed += [f"{need.column} := of_{need.column}.amount" for need in wanted]
    joins = " ".join(
        f"LEFT JOIN of_{need.column} ON of_{need.column}.owner = asked.{'asked_unit' if _own(need) else 'unit_type'} "
        f"AND of_{need.column}.code = asked.item.code AND of_{need.column}.issued_date = asked.issued_date"
        for need in wanted
    )
    queries.append(
        (
            "priced",
            f"SELECT asked_unit, asked_bill, list(struct_pack({', '.join(packed)})) AS priced_items "
            f"FROM asked {joins} GROUP BY ALL",
        )
    )
    queries.append(
        (
            "facts_of_items",
            f"SELECT source.* REPLACE (priced_items AS items) FROM {source} AS source "
            "JOIN priced ON asked_unit = unit_id AND asked_bill = bill_id",
        )
    )
    return queries


def _own(need: History) -> bool:
    return _MEDIANS[need.name] == "unit_id"


def _medians(need: History) -> str:
    """The median of each owner, item and day over the days of the window before that day."""
    owner = _MEDIANS[need.name]
    window = (
        f"(PARTITION BY {owner}, code ORDER BY day RANGE BETWEEN {need.days - 1} PRECEDING AND 1 PRECEDING)"
    )
    reckoned = (
        f"SELECT {owner} AS owner, code, issued_date, quantile_disc(bucket, 0.5) OVER {window} AS middle, "
        f"count(*) OVER {window} AS lines FROM lines SEMI JOIN ("
        f"SELECT {owner}, code FROM lines GROUP BY ALL HAVING count(*) >= {FEWEST_LINES}) AS enough "
        f"USING ({owner}, code)"
    )
    return (
        "SELECT DISTINCT owner, code, issued_date, amount_of_bucket.amount "
        f"FROM ({reckoned}) JOIN amount_of_bucket ON bucket = middle WHERE lines >= {FEWEST_LINES}"
    )


def bucket_amounts() -> list[tuple[int, Decimal]]:
    """The amount (元) in the middle of each size class: rows of the table `amount_of_bucket`."""
    return [(bucket, amount_of(bucket)) for bucket in _BUCKETS]
