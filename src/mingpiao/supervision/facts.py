"""The facts of hours of units, set-based: what was counted, what is usual, and what only the bills tell.

The names are those that rules of monitoring ask, `watch.bills` as `watch_bills` (`rules/language/catalogue.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.workdays import is_workday

#: Days in which the same hour is looked at; how many of them there must be, and on how many of those the unit must have
#: issued or reversed something in this hour, before anything is called usual.
USUAL_DAYS, FEWEST_DAYS, FEWEST_ACTIVE = 60, 14, 5

_LEARN = text(
    """
    INSERT INTO watched_hours (unit_id, hour, usual_bills, usual_amount, usual_reds)
    SELECT wanted.unit_id, wanted.hour, past.bills, past.amount, past.reds
    FROM unnest(CAST(:units AS bigint[]), CAST(:hours AS timestamptz[])) AS wanted(unit_id, hour)
    LEFT JOIN LATERAL (
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(same.bills, 0)) AS bills,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(same.amount, 0)) AS amount,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(same.reds, 0)) AS reds
        FROM generate_series(1, :days) AS back
        LEFT JOIN LATERAL (
            SELECT sum(bills)::bigint AS bills, sum(amount) AS amount, sum(reds)::bigint AS reds FROM unit_hours AS known
            WHERE known.unit_id = wanted.unit_id AND known.hour = wanted.hour - make_interval(days => back)
        ) AS same ON true
        WHERE wanted.hour - make_interval(days => back)
              >= (SELECT min(hour) FROM unit_hours AS first WHERE first.unit_id = wanted.unit_id)
        HAVING count(*) >= :fewest AND count(*) FILTER (WHERE same.bills > 0 OR same.reds > 0) >= :active
    ) AS past ON true
    WHERE NOT EXISTS (SELECT FROM watched_hours AS known WHERE known.unit_id = wanted.unit_id AND known.hour = wanted.hour)
    ON CONFLICT DO NOTHING
    """
)
_FACTS = text(
    """
    SELECT units.unit_id, units.name AS unit_name, units.uscc AS unit_code, units.unit_type, units.mode AS unit_mode,
           units.region_code AS unit_region, wanted.hour,
           sums.bills AS watch_bills, sums.amount AS watch_amount, sums.largest AS watch_largest,
           sums.reds AS watch_reds, sums.red_amount AS watch_red_amount, sums.quick_reds AS watch_quick_reds,
           sums.exchanges AS watch_exchanges, sums.refused AS watch_refused, sums.asked AS watch_asked,
           sums.rounds AS watch_rounds, sums.near_limits AS watch_near_limits,
           known.usual_bills AS watch_usual_bills, known.usual_amount AS watch_usual_amount,
           known.usual_reds AS watch_usual_reds, known.silent_hours AS watch_silent_hours,
           known.alike AS watch_alike, known.payer_bills AS watch_payer_bills,
           known.payer_amount AS watch_payer_amount, known.payer_units AS watch_payer_units,
           known.new_items AS watch_new_items
    FROM unnest(CAST(:units AS bigint[]), CAST(:hours AS timestamptz[])) AS wanted(unit_id, hour)
    JOIN listed_units AS units USING (unit_id)
    JOIN watched_hours AS known USING (unit_id, hour)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(bills), 0) AS bills, coalesce(sum(amount), 0) AS amount,
               coalesce(max(largest), 0) AS largest, coalesce(sum(reds), 0) AS reds,
               coalesce(sum(red_amount), 0) AS red_amount, coalesce(sum(quick_reds), 0) AS quick_reds,
               coalesce(sum(exchanges), 0) AS exchanges, coalesce(sum(refused), 0) AS refused,
               coalesce(sum(asked), 0) AS asked, coalesce(sum(rounds), 0) AS rounds,
               coalesce(sum(near_limits), 0) AS near_limits
        FROM unit_hours AS counted WHERE counted.unit_id = wanted.unit_id AND counted.hour = wanted.hour
    ) AS sums
    ORDER BY units.unit_id, wanted.hour
    """
)


async def facts_of_hours(
    connection: AsyncConnection, hours: Sequence[tuple[int, datetime]]
) -> list[dict[str, Any]]:
    """The facts of these hours, by unit and hour; what is usual of them is learnt first, once for each."""
    given = {"units": [unit for unit, _ in hours], "hours": [hour for _, hour in hours]}
    await connection.execute(
        _LEARN, given | {"days": USUAL_DAYS, "fewest": FEWEST_DAYS, "active": FEWEST_ACTIVE}
    )
    return [facts_from(row) for row in (await connection.execute(_FACTS, given)).mappings()]


def facts_from(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of an hour as facts: numbers are Decimal, and what follows from them and from the clock is added."""
    facts = {str(name): _value(value) for name, value in row.items() if name != "unit_id"}
    bills, reds = facts["watch_bills"], facts["watch_reds"]
    local = to_shanghai(facts["hour"])
    # The unit's number is one for the platform, and a number of the rule language.
    return facts | {
        "unit": row["unit_id"],
        "unit_id": _value(row["unit_id"]),
        "watch_red_share": (100 * reds / bills).quantize(Decimal(1)) if bills else None,
        "watch_hour": _value(local.hour),
        "watch_weekday": _value(local.isoweekday()),
        "watch_workday": is_workday(local.date()),
    }


def _value(value: Any) -> Any:
    return Decimal(1) * value if isinstance(value, int) else value
