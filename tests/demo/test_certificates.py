"""Of the demonstration's units one's qualification ends soon, and one's has ended and locks it."""

from pathlib import Path

from tests.demo.test_province import STAFFED, settings_for

from mingpiao.demo.acting import ACTING
from mingpiao.demo.certificates import DAYS_LEFT, DAYS_OVER, ENDED, ENDS_SOON, certify
from mingpiao.demo.first_day import first_requests
from mingpiao.demo.ground import admit_unit, lay_ground
from mingpiao.demo.seals import give_department_seal, give_unit_seal, stand_up_authority
from mingpiao.demo.services import open_demo_services
from mingpiao.demo.units import demo_units
from mingpiao.issuing.model import Issued, Refused
from mingpiao.kernel.clock import now, today
from mingpiao.qualifications.service import unit_qualifications


async def test_a_qualification_that_ends_soon_and_one_that_has_ended(
    database_url: str, tmp_path: Path
) -> None:
    ending, ended = demo_units()[ENDS_SOON - 1], demo_units()[ENDED - 1]
    async with open_demo_services(settings_for(database_url, tmp_path)) as services:
        async with services.database.system() as connection:
            catalog = await lay_ground(connection)
            authority = await stand_up_authority(connection, services.master_key, now())
            keys = {"authority": authority, "master": services.master_key, "at": now()}
            await give_department_seal(connection, catalog.departments["150000"], **keys)
            units = [await admit_unit(connection, entry, catalog) for entry in (ending, ended)]
            for unit in units:
                await give_unit_seal(connection, unit, **keys)
        outcomes = []
        for unit, entry in zip(units, (ending, ended), strict=True):
            for _ in range(2):
                await certify(services, unit, entry)
            request = next(
                each for each in first_requests(entry, 30, today()) if each.kind in ("0401", "0103")
            )
            outcomes += await services.desk.issue(unit.unit_id, [request], acting=ACTING)
            async with services.database.system() as connection:
                stands = await unit_qualifications(connection, unit.unit_id)
            assert len(stands.current) == 1
            assert stands.current[0].differences == ()
            assert stands.days_left(today()) == (DAYS_LEFT if entry is ending else -DAYS_OVER)
    issued, refused = outcomes
    assert isinstance(issued, Issued)
    assert isinstance(refused, Refused)
    assert [problem.code for problem in refused.problems] == ["unit.issuing_locked"]


def test_nobody_who_is_staffed_is_locked() -> None:
    first = {entry.profile: entry.ordinal for entry in reversed(demo_units())}
    assert {ENDS_SOON, ENDED}.isdisjoint(first[profile] for profile in STAFFED)
