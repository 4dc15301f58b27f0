"""A province's units with half a year of use, and millions of segments behind them, loaded in seconds.

Rows are made by the database. What would judge each of them (triggers, foreign keys, the constraint that keeps segments
apart) rests meanwhile, since they are right by the way they are made; indexes are built once, at the end. Afterwards
everything is as if the rows had come one by one, and a segment over others is refused, which is tried.
"""

import asyncpg

from mingpiao.kernel.clock import today
from mingpiao.storage.embedded import OWNER, SUPERUSER, EmbeddedServer

#: Days of use of each unit.
_DAYS = 183
#: Numbers of each segment.
_WIDTH = 100
_UNITS_MADE = (
    """
    WITH counties AS (SELECT array_agg(code ORDER BY code) AS codes FROM regions WHERE right(code, 2) <> '00'),
    made AS (
        INSERT INTO units (uscc, name, region_code, mode, unit_type, receiving_account, receiving_bank, address, phone)
        SELECT lpad(n::text, 18, '0'), '单位' || n, codes[1 + n % cardinality(codes)], 'INTERFACE', 'hospital',
               '', '', '', ''
        FROM counties CROSS JOIN generate_series(1, $1::int) AS n
        RETURNING unit_id
    )
    SELECT min(unit_id) FROM made
    """,
    "INSERT INTO stock_limits (unit_id) SELECT unit_id FROM units WHERE unit_id >= $1",
    "INSERT INTO stocks (unit_id, kind_code) SELECT unit_id, $2 FROM units WHERE unit_id >= $1",
)
_USE_MADE = """
INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, issued_amount)
SELECT unit_id, $2, $3::date - n, region_code, 20 + unit_id % 80, 100
FROM units CROSS JOIN generate_series(1, $4::int) AS n
WHERE unit_id >= $1
"""
_SEGMENTS_MADE = """
INSERT INTO segments (unit_id, kind_code, code, first_number, last_number, state)
SELECT $1::bigint + n % $2::int, $3, $4, $5::bigint + n * $6::int, $5::bigint + (n + 1) * $6::int - 1, 'used'
FROM generate_series(0::bigint, $7::bigint - 1) AS n
"""
_REST = "UPDATE pg_index SET indisready = $2, indisvalid = $2 WHERE indrelid = $1::text::regclass"
_OVERLAPPING = """
INSERT INTO segments (unit_id, kind_code, code, first_number, last_number) VALUES ($1, $2, $3, $4, $4)
"""


async def load_province(server: EmbeddedServer, kind: str, code: str, *, units: int, segments: int) -> int:
    """Add interface units with a stock of a kind, use on each day of half a year, and used segments of a code, from
    where its pool stands. Returns the first unit's id; the others follow.
    """
    connection = await asyncpg.connect(server.url_of(OWNER, SUPERUSER))
    try:
        await connection.execute("SET session_replication_role = replica")
        first: int = await connection.fetchval(_UNITS_MADE[0], units)
        await connection.execute(_UNITS_MADE[1], first)
        await connection.execute(_UNITS_MADE[2], first, kind)
        await _made(connection, "daily_totals", _USE_MADE, first, kind, today(), _DAYS)
        begin = await connection.fetchval(
            "UPDATE number_pools SET next_number = next_number + $2 WHERE code = $1 RETURNING next_number - $2",
            code,
            segments * _WIDTH,
        )
        await _made(connection, "segments", _SEGMENTS_MADE, first, units, kind, code, begin, _WIDTH, segments)
        await connection.execute("VACUUM ANALYZE")
        if segments:
            await _require_apart(connection, first, kind, code, begin)
        # So that nothing of the loading is written to the disk later, while something is measured.
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return first


async def _made(connection: asyncpg.Connection, table: str, statement: str, *values: object) -> None:
    await connection.execute(_REST, table, False)
    await connection.execute(statement, *values)
    await connection.execute(_REST, table, True)
    # Writes the table anew with all of its indexes, each sorted in one go.
    await connection.execute(f"VACUUM FULL {table}")


async def _require_apart(
    connection: asyncpg.Connection, unit_id: int, kind: str, code: str, number: int
) -> None:
    try:
        await connection.execute(_OVERLAPPING, unit_id, kind, code, number)
    except asyncpg.ExclusionViolationError:
        return
    raise RuntimeError("the constraint that keeps segments apart does not know the loaded ones")
