"""What of an hour only its bills tell: alike bills, payers, items that are new to the unit; and who fell silent.

It is looked up once a minute for units whose hour went on, not with each bill: a busy hospital is read sixty times
an hour and not ten thousand times.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.storage.database import Database
from mingpiao.supervision.facts import facts_of_hours

#: Units with fewer bills in an hour have nothing alike to speak of; so many are looked at in one transaction.
FEWEST_BILLS, PORTION = 5, 500
#: After an hour has ended it is looked at for so long: the last bills arrive late.
_SETTLING = timedelta(minutes=5)

_GROWN = text(
    """
    SELECT unit_id, sum(bills)::bigint AS bills FROM unit_hours
    WHERE hour = :hour AND bills > 0 AND unit_id > :after
    GROUP BY unit_id
    HAVING sum(bills) >= :fewest AND sum(bills) > coalesce((
        SELECT detailed FROM watched_hours AS known WHERE known.unit_id = unit_hours.unit_id AND known.hour = :hour), 0)
    ORDER BY unit_id LIMIT :portion
    """
)
_DETAIL = text(
    """
    WITH issued AS MATERIALIZED (
        SELECT unit_id, total, payer_type, payer_name, items FROM bills_of_months
        WHERE unit_id = ANY (:units) AND color = 'blue'
          AND issued_at >= CAST(:hour AS timestamptz) AND issued_at < CAST(:hour AS timestamptz) + interval '1 hour'
    ), alike AS (
        SELECT unit_id, max(count) AS alike FROM (
            SELECT unit_id, count(*) AS count FROM issued
            GROUP BY unit_id, total, jsonb_path_query_array(items, '$[*].code')) AS runs GROUP BY 1
    ), payers AS (
        SELECT unit_id, payer_name, count(*) AS bills, sum(total) AS amount FROM issued GROUP BY 1, 2
    ), top AS (
        SELECT DISTINCT ON (unit_id) unit_id, bills, amount FROM payers ORDER BY unit_id, bills DESC, amount DESC
    ), organisations AS (
        -- Many people have the same name.
        INSERT INTO payer_days (day, payer, unit_id)
        SELECT DISTINCT CAST(:day AS date), hashtextextended(payer_name, 0), unit_id FROM issued WHERE payer_type <> '1'
        ON CONFLICT DO NOTHING
    ), new_items AS (
        SELECT unit_id, count(DISTINCT code) AS items FROM (
            SELECT unit_id, jsonb_array_elements(items) ->> 'code' AS code FROM issued) AS used
        WHERE NOT EXISTS (SELECT FROM used_items AS before
                          WHERE before.unit_id = used.unit_id AND before.item_code = used.code AND before.day < CAST(:day AS date))
        GROUP BY 1
    )
    UPDATE watched_hours AS known SET
        detailed = grown.bills, alike = alike.alike, payer_bills = top.bills, payer_amount = top.amount,
        new_items = CASE WHEN known.usual_bills IS NULL THEN 0 ELSE coalesce(new_items.items, 0) END
    FROM unnest(CAST(:units AS bigint[]), CAST(:counts AS bigint[])) AS grown(unit_id, bills)
    JOIN alike USING (unit_id) JOIN top USING (unit_id) LEFT JOIN new_items USING (unit_id)
    WHERE known.unit_id = grown.unit_id AND known.hour = CAST(:hour AS timestamptz)
    """
)
_PAYER_UNITS = text(
    """
    UPDATE watched_hours AS known SET payer_units = found.units
    FROM (
        SELECT here.unit_id, max(there.units) AS units
        FROM payer_days AS here
        CROSS JOIN LATERAL (SELECT count(*) AS units FROM payer_days AS other
                            WHERE other.day = CAST(:day AS date) AND other.payer = here.payer) AS there
        WHERE here.day = CAST(:day AS date) AND here.unit_id = ANY (:units) GROUP BY 1
    ) AS found
    WHERE known.unit_id = found.unit_id AND known.hour = CAST(:hour AS timestamptz)
    """
)
_WAIT = text(
    "INSERT INTO waiting_hours AS known (unit_id, hour) SELECT unit_id, CAST(:hour AS timestamptz) FROM unnest(CAST(:units AS bigint[])) "
    "AS each(unit_id) ORDER BY 1 ON CONFLICT (unit_id, hour) DO UPDATE SET hour = excluded.hour"
)
#: Units that issued in this hour of the day on at least four of the last seven days, and not in this one.
_SILENT = text(
    """
    SELECT unit_id FROM unit_hours
    WHERE hour = ANY (:before) AND bills > 0
    GROUP BY unit_id HAVING count(DISTINCT hour) >= 4
       AND NOT EXISTS (SELECT FROM unit_hours AS present
                       WHERE present.unit_id = unit_hours.unit_id AND present.hour = CAST(:hour AS timestamptz) AND present.bills > 0)
    ORDER BY unit_id
    """
)
_SILENCE = text(
    """
    UPDATE watched_hours AS known SET silent_hours = (
        SELECT count(*) FROM generate_series(1, 24) AS back
        WHERE CAST(:hour AS timestamptz) - make_interval(hours => back - 1) > (
                  SELECT max(last.hour) FROM unit_hours AS last
                  WHERE last.unit_id = known.unit_id AND last.bills > 0 AND last.hour < CAST(:hour AS timestamptz))
          AND (SELECT count(DISTINCT usual.hour) FROM unit_hours AS usual
               WHERE usual.unit_id = known.unit_id AND usual.bills > 0
                 AND usual.hour IN (SELECT CAST(:hour AS timestamptz) - make_interval(hours => back - 1, days => days)
                                    FROM generate_series(1, 7) AS days)) >= 4)
    WHERE known.unit_id = ANY (:units) AND known.hour = CAST(:hour AS timestamptz)
    """
)


async def look_closer(database: Database) -> None:
    """Look at the bills of this hour's units whose hour went on, and of the last hour while it settles."""
    moment = now()
    hour = moment.replace(minute=0, second=0, microsecond=0)
    for each in (hour, hour - timedelta(hours=1)):
        if moment - each < timedelta(hours=1) + _SETTLING:
            await _look_at(database, each)


async def _look_at(database: Database, hour: datetime) -> None:
    after = 0
    while True:
        async with database.system() as connection:
            given = {"hour": hour, "after": after, "fewest": FEWEST_BILLS, "portion": PORTION}
            grown = {row.unit_id: row.bills for row in await connection.execute(_GROWN, given)}
            if not grown:
                return
            await _detail(connection, hour, grown)
        after = max(grown)


async def _detail(connection: AsyncConnection, hour: datetime, grown: dict[int, int]) -> None:
    units = list(grown)
    await facts_of_hours(connection, [(unit, hour) for unit in units])
    given = {"units": units, "hour": hour, "day": to_shanghai(hour).date()}
    await connection.execute(_DETAIL, given | {"counts": list(grown.values())})
    await connection.execute(_PAYER_UNITS, given)
    await connection.execute(_WAIT, {"units": units, "hour": hour})


async def notice_silence(database: Database) -> None:
    """Find the units that were busy at this time of the day and issued nothing in the hour that has just ended."""
    hour = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    before = [hour - timedelta(days=day) for day in range(1, 8)]
    async with database.system() as connection:
        units = list((await connection.execute(_SILENT, {"hour": hour, "before": before})).scalars())
    for start in range(0, len(units), PORTION):
        portion = units[start : start + PORTION]
        async with database.system() as connection:
            await facts_of_hours(connection, [(unit, hour) for unit in portion])
            await connection.execute(_SILENCE, {"units": portion, "hour": hour})
            await connection.execute(_WAIT, {"units": portion, "hour": hour})
