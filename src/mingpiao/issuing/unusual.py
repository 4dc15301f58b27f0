"""用票异常: units whose last seven days are unlike their own eight weeks before.

A worker counts each morning from what is counted anyway (daily totals and hits of rules), unit by unit, and keeps
the few that stand out; pages read only these. Who is compared with itself needs no list of who is usual, and a
hospital is no louder than a school.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import BigInteger, Column, Date, Integer, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KeyColumn, Keyset, Page

#: Whole days that are looked at, and before them those that they are compared with.
RECENT_DAYS, EARLIER_DAYS = 7, 56
#: Fewer bills, or fewer of what is counted, say nothing.
LEAST_BILLS, LEAST_EARLIER_BILLS, LEAST_COUNT = 20, 100, 5
#: Units that one transaction looks at.
_PORTION = 2_000


class Measure(StrEnum):
    """What of a unit is compared, for each bill that it issued."""

    REVERSALS = "reversals"
    REFUSALS = "refusals"
    OVERRIDES = "overrides"
    HITS = "hits"


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of a unit that stands out: how many in the last seven days among how many bills, and before."""

    measure: Measure
    count: int
    bills: int
    earlier_count: int
    earlier_bills: int

    @property
    def sentence(self) -> str:
        """Why it stands out, with the numbers."""
        if self.measure is Measure.REVERSALS:
            return (
                f"近7天开具{self.bills}张、冲红{self.count}张（{_share(self.count, self.bills)}%），"
                f"前8周平均{_share(self.earlier_count, self.earlier_bills)}%"
            )
        return (
            f"近7天{_WORDS[self.measure]}{self.count}次（每百张{_share(self.count, self.bills)}次），"
            f"前8周平均每百张{_share(self.earlier_count, self.earlier_bills)}次"
        )


_WORDS = {
    Measure.REFUSALS: "被监管规则拦截",
    Measure.OVERRIDES: "经核实后照开",
    Measure.HITS: "被要求核实或提示",
}


def _share(count: int, bills: int) -> str:
    return f"{100 * count / bills:.1f}"


class UnusualUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that stands out on a day, with all its deviations, the strongest first. `score` orders units."""

    unit_id: int
    day: date
    score: int
    deviations: tuple[Deviation, ...]

    @property
    def sentence(self) -> str:
        """Why, in one sentence."""
        return "；".join(each.sentence for each in self.deviations) + "。"


# -- finding ---------------------------------------------------------------------------------------

_NEXT_UNITS = text("SELECT unit_id FROM listed_units WHERE unit_id > :after ORDER BY unit_id LIMIT :portion")
_FORGET = text("DELETE FROM unusual_units WHERE unit_id = ANY (:units)")
#: Expected is what the unit's own eight weeks make of the bills of this week; half a case stands for none. A count
#: strays from it by its root, so a score of 300 is three times that.
_FIND = text(
    """
    WITH bills AS (
        SELECT unit_id,
               coalesce(sum(issued_count) FILTER (WHERE day >= :recent), 0) AS bills,
               coalesce(sum(issued_count) FILTER (WHERE day < :recent), 0) AS earlier_bills,
               coalesce(sum(reversed_count) FILTER (WHERE day >= :recent), 0) AS reversals,
               coalesce(sum(reversed_count) FILTER (WHERE day < :recent), 0) AS earlier_reversals
        FROM daily_totals WHERE unit_id = ANY (:units) AND day BETWEEN :first AND :last
        GROUP BY unit_id
        HAVING sum(issued_count) FILTER (WHERE day >= :recent) >= :least_bills
           AND sum(issued_count) FILTER (WHERE day < :recent) >= :least_earlier_bills
    ), hits AS (
        SELECT unit_id,
               coalesce(sum(blocked) FILTER (WHERE day >= :recent), 0) AS refusals,
               coalesce(sum(blocked) FILTER (WHERE day < :recent), 0) AS earlier_refusals,
               coalesce(sum(confirmed) FILTER (WHERE day >= :recent), 0) AS overrides,
               coalesce(sum(confirmed) FILTER (WHERE day < :recent), 0) AS earlier_overrides,
               coalesce(sum(asked + warned) FILTER (WHERE day >= :recent), 0) AS hits,
               coalesce(sum(asked + warned) FILTER (WHERE day < :recent), 0) AS earlier_hits
        FROM counted_hits WHERE unit_id = ANY (:units) AND day BETWEEN :first AND :last
        GROUP BY unit_id
    ), measured AS (
        SELECT unit_id, measure, count, bills, earlier_count, earlier_bills,
               bills * (earlier_count + 0.5) / earlier_bills AS expected
        FROM bills LEFT JOIN hits USING (unit_id)
        CROSS JOIN LATERAL (VALUES
            ('reversals', reversals, earlier_reversals),
            ('refusals', coalesce(refusals, 0), coalesce(earlier_refusals, 0)),
            ('overrides', coalesce(overrides, 0), coalesce(earlier_overrides, 0)),
            ('hits', coalesce(hits, 0), coalesce(earlier_hits, 0))
        ) AS each (measure, count, earlier_count)
    )
    INSERT INTO unusual_units (unit_id, measure, day, count, bills, earlier_count, earlier_bills, score)
    SELECT unit_id, measure, :last, count, bills, earlier_count, earlier_bills,
           least(100 * (count - expected) / sqrt(expected + 1), 1000000)::integer
    FROM measured
    WHERE count >= :least_count AND count >= 2 * expected AND (count - expected) / sqrt(expected + 1) >= 3
    ON CONFLICT DO NOTHING
    """
)


async def find_unusual_units(database: Database, on: date | None = None) -> None:
    """Look at all units up to the day before `on` (today, Asia/Shanghai), a portion a transaction; safe to repeat."""
    last = (on or today()) - timedelta(days=1)
    after = 0
    while True:
        async with database.system() as connection:
            given = {"after": after, "portion": _PORTION}
            units = list((await connection.execute(_NEXT_UNITS, given)).scalars())
            if not units:
                return
            await _look_at(connection, units, last)
        after = units[-1]


async def _look_at(connection: AsyncConnection, units: Sequence[int], last: date) -> None:
    await connection.execute(_FORGET, {"units": units})
    days = {
        "first": last - timedelta(days=RECENT_DAYS + EARLIER_DAYS - 1),
        "recent": last - timedelta(days=RECENT_DAYS - 1),
        "last": last,
    }
    least = {
        "least_bills": LEAST_BILLS,
        "least_earlier_bills": LEAST_EARLIER_BILLS,
        "least_count": LEAST_COUNT,
    }
    await connection.execute(_FIND, {"units": units} | days | least)


# -- reading ---------------------------------------------------------------------------------------

_OF_UNITS = """
SELECT unit_id, max(day) AS day, max(score) AS score,
       jsonb_agg(jsonb_build_object('measure', measure, 'count', count, 'bills', bills,
                                    'earlier_count', earlier_count, 'earlier_bills', earlier_bills)
                 ORDER BY score DESC, measure) AS deviations
FROM unusual_units
WHERE :prefix = '' OR unit_id IN (SELECT unit_id FROM listed_units WHERE starts_with(region_code, :prefix))
GROUP BY unit_id
"""
_MOST_UNUSUAL_FIRST = Keyset(KeyColumn("score", int, True), KeyColumn("unit_id", int))


async def list_unusual_units(
    connection: AsyncConnection, *, region_prefix: str = "", after: str = "", limit: int = 50
) -> Page[UnusualUnit]:
    """A page of the units that stand out within the scope, the most unusual first.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    found = (
        text(_OF_UNITS)
        .bindparams(prefix=region_prefix)
        .columns(
            Column("unit_id", BigInteger),
            Column("day", Date),
            Column("score", Integer),
            Column("deviations", JSONB),
        )
        .subquery("found")
    )
    query = select(found).order_by(*_MOST_UNUSUAL_FIRST.order(found.c)).limit(limit + 1)
    if after:
        query = query.where(_MOST_UNUSUAL_FIRST.beyond(found.c, after))
    rows = (await connection.execute(query)).mappings()
    # SQLAlchemy's column names are a subclass of str, which msgspec refuses as keys.
    values = [{str(name): value for name, value in row.items()} for row in rows]
    return _MOST_UNUSUAL_FIRST.page([msgspec.convert(each, UnusualUnit) for each in values], limit)
