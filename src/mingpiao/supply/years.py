"""年度换码: the province opens the codes of a year, and every interface unit gets its first numbers of them.

The numbers of the old codes are used up first; the new ones lie behind them. A job goes through the units in portions,
each a transaction that notes how far it got: a worker that is killed loses its portion, and the next one goes on there.
Where numbers go down by levels, departments have none at first: units get theirs as soon as their department does.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.identity.model import Acting, AuditEntry, Role, platform
from mingpiao.identity.service import record, record_all
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import bill_code
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.service import add_first_segments, hold_stocks, lacking_first, open_code
from mingpiao.storage.database import Database
from mingpiao.supply.policies import load_supply_policy
from mingpiao.units.service import MAX_ALLOTMENT

OPEN_YEAR_JOB, FOLLOW_YEAR_JOB = "open_year", "follow_year"
_PORTION = 400
_MONTHS = 6
_WORKER = platform("open_year", name="年度换码")
_PRESENT = text("SELECT * FROM year_openings WHERE year = :year")
_ALL = text("SELECT * FROM year_openings ORDER BY year DESC")
_START = text("""
INSERT INTO year_openings (year, least, units_total, started_by_name, started_at)
SELECT :year, :least, count(*), :name, :at FROM managed_units WHERE mode = 'INTERFACE' AND state = 'active'
ON CONFLICT (year) DO UPDATE
    SET least = excluded.least, units_total = excluded.units_total, started_by_name = excluded.started_by_name,
        started_at = excluded.started_at, state = 'running', run = year_openings.run + 1, after_unit = 0,
        units_done = 0, units_given = 0, numbers = 0, done_at = NULL
    WHERE year_openings.state = 'done'
RETURNING run
""")
_RUNNING = text("SELECT * FROM year_openings WHERE year = :year AND run = :run AND state = 'running'")
_NEXT_UNITS = text("""
SELECT unit_id FROM managed_units WHERE unit_id > :after AND mode = 'INTERFACE' AND state = 'active'
ORDER BY unit_id LIMIT :portion
""")
_UNITS_OF_REGION = text("""
SELECT unit_id FROM managed_units
WHERE unit_id > :after AND region_code = :region AND mode = 'INTERFACE' AND state = 'active'
ORDER BY unit_id LIMIT :portion
""")
_ADD_UP = text(
    "UPDATE year_openings SET units_given = units_given + :given, numbers = numbers + :numbers WHERE year = :year"
)
_USED = text("""
SELECT unit_id, kind_code, CAST(sum(issued_count + reversed_count) AS bigint) AS used FROM day_sums
WHERE unit_id = ANY (:ids) AND day >= :first AND day < :before GROUP BY unit_id, kind_code
""")
_NOTE = text("""
UPDATE year_openings SET after_unit = :after, units_done = units_done + :done, units_given = units_given + :given,
       numbers = numbers + :numbers
WHERE year = :year AND run = :run AND after_unit = :before
""")
_END = text("UPDATE year_openings SET state = 'done', done_at = :at WHERE year = :year")


class YearOpening(msgspec.Struct, frozen=True, kw_only=True):
    """The opening of a year's codes, and how far it is. `units_given` units got `numbers` numbers.

    Units without a number of their own use get `least` of each kind. `run`: how often it was started.
    """

    year: int
    least: int
    state: str
    run: int
    units_total: int
    units_done: int
    units_given: int
    numbers: int
    started_by_name: str
    started_at: datetime
    done_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.state == "running"


async def year_openings(connection: AsyncConnection) -> list[YearOpening]:
    """All openings, newest year first."""
    return [_opening(row) for row in (await connection.execute(_ALL)).mappings()]


def _opening(row: Any) -> YearOpening:
    values = {name: row[name] for name in YearOpening.__struct_fields__}
    return YearOpening(**values | {"started_at": to_shanghai(row["started_at"])})


def codes_of_year(catalog: Catalog, year: int) -> dict[str, str]:
    """The 票据代码 of a year for each kind in use."""
    return {
        kind.code: bill_code(catalog.province, kind.code, year)
        for kind in catalog.kinds.values()
        if not kind.retired
    }


async def codes_to_pass_down(
    connection: AsyncConnection, catalog: Catalog, kind_code: str = ""
) -> dict[str, str]:
    """The 票据代码 of the kinds in use, or of one, with their kind: of the present year and of later ones that were opened."""
    opened = [each.year for each in await year_openings(connection)]
    return {
        bill_code(catalog.province, kind.code, year): kind.code
        for kind in catalog.kinds.values()
        if not kind.retired and kind_code in ("", kind.code)
        for year in (kind.template_year, *(each for each in opened if each > kind.template_year))
    }


async def open_year(
    connection: AsyncConnection, year: int, least: int, catalog: Catalog, *, acting: Acting
) -> YearOpening:
    """Open the codes of a year for all kinds in use, and have a worker give the units their first numbers.

    A year that was opened can be opened again, for units that came since; who has numbers of it gets no more. Raises
    `Refusal`: `access.denied` (403) for anybody but the head of the province's department and the platform itself,
    `supply.year_running` (409) while the same year is being opened, and every problem of the values (422, by field:
    `supply.year_invalid`).
    """
    is_platform = acting.account is None and acting.unit_id is None
    is_head = acting.role is Role.DEPARTMENT_HEAD and acting.region_code == f"{catalog.province}0000"
    if not (is_platform or is_head):
        raise refuse("access.denied", "年度换码由省级财政部门负责人办理。", status=403)
    problems = []
    if year not in (today().year, today().year + 1):
        problems.append(_wrong("year", "请选择今年或者明年。"))
    if not 1 <= least <= MAX_ALLOTMENT:
        problems.append(_wrong("least", f"请填写1至{MAX_ALLOTMENT:,}之间的数量。"))
    if problems:
        raise Refusal(*problems)
    given = {"year": year, "least": least, "name": acting.name, "at": now()}
    run = (await connection.execute(_START, given)).scalar_one_or_none()
    if run is None:
        raise refuse("supply.year_running", f"{year}年的票据代码正在启用，请等它完成。", status=409)
    codes = codes_of_year(catalog, year)
    for kind_code, code in sorted(codes.items(), key=lambda each: each[1]):
        await open_code(connection, code, kind_code)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="year:open",
            subject=f"region:{catalog.province}0000",
            details={"year": str(year), "least": str(least), "codes": "、".join(sorted(codes.values()))},
            region_code=f"{catalog.province}0000",
        ),
    )
    payload = {"year": year, "run": run}
    await enqueue(connection, OPEN_YEAR_JOB, payload, key=f"{OPEN_YEAR_JOB}:{year}:{run}")
    return _opening((await connection.execute(_PRESENT, {"year": year})).mappings().one())


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="supply.year_invalid", field=field, message=message, status=422)


async def follow_numbers(
    connection: AsyncConnection, region: str, code: str, move_id: int, catalog: Catalog
) -> bool:
    """Have a worker give the units of a region their first numbers of a code that its department just got, where the
    code's year was opened: units had nothing to get before. Whether there is something to do.
    """
    years = [
        each.year
        for each in await year_openings(connection)
        if code in codes_of_year(catalog, each.year).values()
    ]
    if not years:
        return False
    payload = {"year": years[0], "region": region}
    await enqueue(connection, FOLLOW_YEAR_JOB, payload, key=f"{FOLLOW_YEAR_JOB}:{move_id}")
    return True


async def give_in_region(database: Database, year: int, region: str) -> None:
    """Give the interface units of a region what they lack of a year's first numbers, as far as its department has them.

    Portions are transactions; a worker that is killed begins again, and who has numbers already gets no more.
    """
    async with database.system() as connection:
        catalog = await load(connection)
    after: int | None = 0
    while after is not None:
        after = await _do_region(database, year, region, after, catalog)


async def _do_region(database: Database, year: int, region: str, after: int, catalog: Catalog) -> int | None:
    """Do the next units of a region; the last of them, None when there are no more."""
    async with database.system() as connection:
        row = (await connection.execute(_PRESENT, {"year": year})).mappings().one_or_none()
        given = {"region": region, "after": after, "portion": _PORTION}
        units = list((await connection.execute(_UNITS_OF_REGION, given)).scalars())
        if row is None or not units:
            return None
        numbers = await _give(connection, units, codes_of_year(catalog, year), row["least"])
        await _record(connection, year, numbers)
        added = {"year": year, "given": len(numbers), "numbers": sum(numbers.values())}
        await connection.execute(_ADD_UP, added)
    last: int = units[-1]
    return last


async def open_year_for_units(database: Database, year: int, run: int) -> None:
    """Go on with an opening until all units were looked at; nothing happens to one that is done."""
    async with database.system() as connection:
        catalog = await load(connection)
    while await do_portion(database, year, run, catalog):
        pass


async def do_portion(database: Database, year: int, run: int, catalog: Catalog) -> bool:
    """Do the next units in one transaction; False when the opening is done, or is another run's."""
    async with database.system() as connection:
        row = (await connection.execute(_RUNNING, {"year": year, "run": run})).mappings().one_or_none()
        if row is None:
            return False
        given = {"after": row["after_unit"], "portion": _PORTION}
        units = list((await connection.execute(_NEXT_UNITS, given)).scalars())
        if not units:
            await connection.execute(_END, {"year": year, "at": now()})
            return False
        # Of two workers with the same units the second waits for their stocks, and finds that they lack nothing.
        numbers = await _give(connection, units, codes_of_year(catalog, year), row["least"])
        await _record(connection, year, numbers)
        await connection.execute(
            _NOTE,
            {
                "year": year,
                "run": run,
                "before": row["after_unit"],
                "after": units[-1],
                "done": len(units),
                "given": len(numbers),
                "numbers": sum(numbers.values()),
            },
        )
    return True


async def _give(
    connection: AsyncConnection, units: list[int], codes: Mapping[str, str], least: int
) -> dict[int, int]:
    """Give units what they use in the months that are proposed, and at least `least`; numbers given, by unit."""
    await hold_stocks(connection, units)
    lacking = await lacking_first(connection, units, codes)
    months = (await load_supply_policy(connection)).policy.months_proposed
    used = await _used(connection, units)
    quantities = {
        (each.unit_id, each.kind_code): min(
            MAX_ALLOTMENT, max(least, -(-used.get((each.unit_id, each.kind_code), 0) * months // _MONTHS))
        )
        for each in lacking
    }
    return await add_first_segments(connection, lacking, quantities)


async def _used(connection: AsyncConnection, units: list[int]) -> dict[tuple[int, str], int]:
    present = today().replace(day=1)
    number = present.year * 12 + present.month - 1 - _MONTHS
    given = {"ids": units, "first": date(number // 12, number % 12 + 1, 1), "before": present}
    return {(row.unit_id, row.kind_code): row.used for row in await connection.execute(_USED, given)}


async def _record(connection: AsyncConnection, year: int, numbers: Mapping[int, int]) -> None:
    await record_all(
        connection,
        [
            AuditEntry(
                acting=_WORKER,
                action="year:give",
                subject=f"unit:{unit_id}",
                unit_id=unit_id,
                details={"year": str(year), "quantity": str(count)},
            )
            for unit_id, count in sorted(numbers.items())
        ],
    )
