"""关联分析: what ties units, payers, accounts and handlers together, from the small tables of step one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from mingpiao.analysis.extracting import before
from mingpiao.analysis.model import TieEdge, TieKind

#: Ties are looked for in so many months, the judged one among them.
TIE_MONTHS = 6
#: So many ties of one kind are kept, and so many edges of one tie.
MOST_TIES, MOST_EDGES = 200, 60


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A tie of the months up to `month`: its `name` with its kind tells it from others; `score` ranks it."""

    kind: TieKind
    month: date
    name: str
    units: int
    bills: int
    amount: float
    score: float
    edges: tuple[TieEdge, ...]


def find_ties(connection: duckdb.DuckDBPyConnection, folders: Mapping[date, Path], month: date) -> list[Tie]:
    """All ties of the months up to one, by kind, the strongest first."""
    own = [folders[each] for each in (before(month, back) for back in range(TIE_MONTHS)) if each in folders]
    if not own:
        return []
    return [
        tie
        for kind, query in _queries(own).items()
        for tie in _ties(kind, month, connection.execute(query).fetchall())
    ]


def _read(folders: Sequence[Path], table: str) -> str:
    names = ", ".join(
        "'" + (each / f"{table}.parquet").as_posix().replace("'", "''") + "'" for each in folders
    )
    return f"read_parquet([{names}])"


def _queries(own: Sequence[Path]) -> dict[TieKind, str]:
    """For each kind rows of (name, score, unit, source, target, bills, amount), of the strongest ties only."""
    shared = f"""
        WITH each AS (
            SELECT payer_subject, any_value(name) AS name, unit_id, sum(bills) AS bills, sum(amount) AS amount
            FROM {_read(own, "organisations")} GROUP BY payer_subject, unit_id
        ), ties AS (
            SELECT payer_subject, count(*) AS units, ln(1 + sum(amount)) * ln(count(*)) AS score FROM each
            GROUP BY ALL HAVING count(*) >= 3 ORDER BY score DESC, payer_subject LIMIT {MOST_TIES}
        )
        SELECT name, score, unit_id, name, '', bills, amount FROM each JOIN ties USING (payer_subject)
    """
    accounts = f"""
        WITH each AS (
            SELECT account, unit_id, max(payers) AS payers, sum(bills) AS bills, sum(amount) AS amount
            FROM {_read(own, "accounts")} GROUP BY account, unit_id
        ), ties AS (
            SELECT account, ln(1 + sum(amount)) * ln(sum(payers)) AS score FROM each
            GROUP BY ALL HAVING sum(payers) >= 5 ORDER BY score DESC, account LIMIT {MOST_TIES}
        )
        SELECT account, score, unit_id, account, '', bills, amount FROM each JOIN ties USING (account)
    """
    handlers = f"""
        WITH each AS (
            SELECT unit_id, maker, taker, sum(times) AS bills, sum(amount) AS amount FROM {_read(own, "pairs")}
            GROUP BY unit_id, maker, taker
        ), mutually AS (
            SELECT one.unit_id, least(one.maker, one.taker) AS name, greatest(one.maker, one.taker) AS other,
                   min(one.bills) AS mutual
            FROM each AS one JOIN each AS two
            ON one.unit_id = two.unit_id AND one.maker = two.taker AND one.taker = two.maker GROUP BY ALL
        ), ties AS (
            SELECT *, 3 * ln(1 + mutual) AS score FROM mutually WHERE mutual >= 2
            ORDER BY score DESC, unit_id, name LIMIT {MOST_TIES}
        )
        SELECT ties.name || '、' || ties.other || '@' || ties.unit_id, score, each.unit_id, taker, maker, bills, amount
        FROM each JOIN ties ON ties.unit_id = each.unit_id AND ties.name = least(maker, taker)
                            AND ties.other = greatest(maker, taker)
    """
    agents = f"""
        WITH each AS (
            SELECT handler, unit_id, sum(bills) AS bills, sum(amount) AS amount FROM {_read(own, "handlers")}
            GROUP BY handler, unit_id
        ), ties AS (
            SELECT handler, ln(1 + sum(bills)) * ln(count(*)) AS score FROM each
            GROUP BY ALL HAVING count(*) >= 3 ORDER BY score DESC, handler LIMIT {MOST_TIES}
        )
        SELECT handler, score, unit_id, handler, '', bills, amount FROM each JOIN ties USING (handler)
    """
    circles = f"""
        WITH each AS (
            SELECT unit_id, payer, sum(times) AS bills, sum(amount) AS amount FROM {_read(own, "circles")}
            GROUP BY unit_id, payer
        ), ties AS (
            SELECT unit_id, sum(bills) AS loops, 2 * ln(1 + sum(bills)) + ln(1 + sum(amount)) / 4 AS score FROM each
            GROUP BY ALL HAVING sum(bills) >= 3 ORDER BY score DESC, unit_id LIMIT {MOST_TIES}
        )
        SELECT unit_id::VARCHAR, score, unit_id, payer, '', bills, amount FROM each JOIN ties USING (unit_id)
    """
    return {
        TieKind.PAYER: shared,
        TieKind.ACCOUNT: accounts,
        TieKind.ROUND_TRIP: circles,
        TieKind.HANDLERS: handlers,
        TieKind.AGENT: agents,
    }


def _ties(kind: TieKind, month: date, rows: Sequence[Sequence[Any]]) -> list[Tie]:
    edges: dict[str, list[TieEdge]] = defaultdict(list)
    scores: dict[str, float] = {}
    for name, score, unit_id, source, target, bills, amount in rows:
        scores[name] = float(score)
        edges[name].append(
            TieEdge(unit_id=unit_id, source=source, target=target, bills=int(bills), amount=float(amount))
        )
    found = []
    for name, own in edges.items():
        listed = sorted(own, key=lambda each: (-each.bills, each.unit_id, each.source))
        found.append(
            Tie(
                kind=kind,
                month=month,
                name=name,
                units=len({each.unit_id for each in own}),
                bills=sum(each.bills for each in own),
                amount=round(sum(each.amount for each in own), 2),
                score=round(scores[name], 4),
                edges=tuple(listed[:MOST_EDGES]),
            )
        )
    return sorted(found, key=lambda each: (-each.score, each.name))
