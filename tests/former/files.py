"""Files of former bills, and the steps of importing them."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from tests.support import sealing
from tests.support.province import ACTING, Resident
from tests.support.world import World

from mingpiao.crypto.keystore import MasterKey
from mingpiao.former.model import FormerImport
from mingpiao.former.service import add_former_file, get_former_import, import_key, start_former_import
from mingpiao.house.opening import FILES
from mingpiao.identity.model import Acting, Role, acting_for
from mingpiao.identity.service import create_account
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.portals.former.jobs import FormerReader
from mingpiao.portals.former.sheet import SHEET
from mingpiao.sealing.model import SealedXml, SealingParty, SealTask
from mingpiao.sealing.service import InlineSigner, make_demonstration_authority, make_sealing_key

#: A code of an old year: the platform allots none of it.
CODE = "15030122"
MONTH = date(2023, 5, 1)


def row(number: int, **changes: str) -> dict[str, str]:
    """One row of the table: a donation of 10 元 on a day of May 2023."""
    return {
        "code": CODE,
        "number": f"{number:010d}",
        "check_code": "a1b2c3",
        "issued_on": "2023-05-06",
        "payer": "张三",
        "item_name": "货币捐赠",
        "amount": "10.00",
        "total": "10.00",
        "handler": "李四",
    } | changes


def table(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    """Rows as CSV by the template."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(SHEET.labels)
    writer.writerows([each.get(column.name, "") for column in SHEET.columns] for each in rows)
    return text.getvalue().encode(encoding)


class OldSystem(msgspec.Struct, frozen=True):
    """Who sealed in the old system."""

    master: MasterKey
    unit: SealingParty
    supervisor: SealingParty


@cache
def seals() -> OldSystem:
    """Keys that are valid from 2022 on, of an authority that this platform does not know."""
    master, at = MasterKey.generate(), datetime(2022, 1, 1, tzinfo=SHANGHAI)
    authority = make_demonstration_authority(master, at, "内蒙古自治区")
    unit, supervisor = (
        make_sealing_key(
            master,
            authority,
            owner_name=name,
            province="内蒙古自治区",
            seal_id=f"1500000000000{place}",
            seal_name=f"{name}章",
            image=sealing.PICTURE,
            at=at,
        ).party(place)
        for place, name in enumerate(("原单位", "原财政局"), start=1)
    )
    return OldSystem(master, unit, supervisor)


async def sealed(resident: Resident, number: int, **changes: Any) -> bytes:
    """An XML as an old system sealed it, by keys that this platform does not know."""
    there = seals()
    face = msgspec.structs.replace(
        sealing.FACE,
        code=CODE,
        number=f"{number:010d}",
        specimen_code=f"{CODE}01",
        issued_at=datetime.combine(date(2023, 5, 6), time(9, 30), SHANGHAI),
        invoicing=msgspec.structs.replace(
            sealing.FACE.invoicing, code=resident.unit.uscc, name=resident.unit.name
        ),
        unit_seal=there.unit.mark,
        supervisor_seal=there.supervisor.mark,
        **changes,
    )
    task = SealTask(face=face, unit=there.unit, supervisor=there.supervisor)
    (outcome,) = await InlineSigner(there.master).seal([task])
    assert isinstance(outcome, SealedXml)
    return outcome.xml


def archive(**files: bytes) -> bytes:
    """A ZIP of XML files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(f"{name}.xml", content)
    return data.getvalue()


async def handler(world: World, resident: Resident) -> Acting:
    """A handler of a unit."""
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username=f"former-{resident.unit_id}",
            display_name="张开票",
            role=Role.UNIT_HANDLER,
            password="Former-2026-bills",
            unit_id=resident.unit_id,
            acting=ACTING,
        )
    return acting_for(account)


async def put(world: World, data: bytes, acting: Acting, name: str = "原系统.csv") -> int:
    """Upload a file; its import's id."""
    files = await world.house.get(FILES)
    async with world.database.system() as connection:
        found, _ = await add_former_file(connection, name, data, acting=acting)
        await files.put(import_key(found.import_id), data)
    return found.import_id


async def work(world: World, import_id: int) -> FormerImport:
    """What the worker does with an import."""
    reader = FormerReader(world.database, await world.house.get(FILES), world.catalog)
    await reader.handle({"import_id": import_id})
    async with world.database.system() as connection:
        return await get_former_import(connection, import_id)


async def take(world: World, data: bytes, acting: Acting, name: str = "原系统.csv") -> FormerImport:
    """Upload a file, have it judged, and import it."""
    import_id = await put(world, data, acting, name)
    await work(world, import_id)
    async with world.database.system() as connection:
        await start_former_import(connection, import_id, acting=acting)
    return await work(world, import_id)


async def verdicts(world: World, import_id: int) -> list[tuple[int, str, str]]:
    """Place, outcome and code of each bill of a file."""
    rows = await world.rows(
        "SELECT place, outcome, problem_code FROM former_verdicts WHERE import_id = $1 ORDER BY place",
        import_id,
    )
    return [tuple(each) for each in rows]


async def totals(world: World, resident: Resident) -> list[tuple[date, str, int, Decimal, int, Decimal]]:
    """The months of a unit's former bills."""
    rows = await world.rows(
        "SELECT month, kind_code, issued_count, issued_amount, reversed_count, reversed_amount "
        "FROM former_cycles WHERE unit_id = $1 ORDER BY month, kind_code",
        resident.unit_id,
    )
    return [tuple(each) for each in rows]
