"""A small province for tests: the demonstration's catalog, four of its units, and their keys."""

from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import msgspec
from PIL import Image

from mingpiao.catalog.service import save_kinds
from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo import acting as demo
from mingpiao.demo.bills import requests, seeded
from mingpiao.demo.ground import admit_unit, lay_ground
from mingpiao.demo.regions import PROVINCE
from mingpiao.demo.units import DemoUnit, demo_units
from mingpiao.founding.service import begin_training
from mingpiao.identity.model import interface_app
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import TRAINING_PROVINCE
from mingpiao.sealing.model import SealImage, SealingKey
from mingpiao.sealing.service import Authority, make_demonstration_authority, make_sealing_key, store_key
from mingpiao.storage.database import Database
from mingpiao.units.model import Unit, UnitMode, UnitType

MASTER = MasterKey(bytes(range(16)))
#: Whoever acts in a test where it does not matter who.
ACTING = interface_app("test", 1, "192.0.2.1")


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as stored, with the demonstration's entry that it was made from."""

    unit: Unit
    entry: DemoUnit

    @property
    def unit_id(self) -> int:
        return self.unit.unit_id

    def requests(self, count: int, *, kind: str = "", on: date | None = None) -> list[IssueRequest]:
        """Requests in order, of one kind where told."""
        found: list[IssueRequest] = []
        for raw in requests(self.entry, seeded(self.entry), 10_000, on or today()):
            if not kind or raw["kind"] == kind:
                found.append(as_request(raw))
            if len(found) == count:
                break
        return found

    def request(self, *, kind: str = "", **changes: Any) -> IssueRequest:
        """One request with some members changed."""
        return msgspec.structs.replace(self.requests(1, kind=kind)[0], **changes)


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """`hospital` is an interface unit of a city, `other_hospital` one of another city or county;
    `charity` and `office` are online units."""

    hospital: Resident
    other_hospital: Resident
    charity: Resident
    office: Resident
    authority: Authority

    @property
    def residents(self) -> list[Resident]:
        return [self.hospital, self.other_hospital, self.charity, self.office]


def as_request(raw: dict[str, Any]) -> IssueRequest:
    """A generated request as the API would decode it."""
    return msgspec.json.decode(msgspec.json.encode(raw), type=IssueRequest)


def _chosen(province: str = PROVINCE) -> list[DemoUnit]:
    entries = demo_units(province)
    hospitals = [entry for entry in entries if entry.unit.unit_type is UnitType.HOSPITAL]
    here = hospitals[0]
    elsewhere = next(e for e in hospitals if e.unit.region_code[:4] != here.unit.region_code[:4])
    charity = next(e for e in entries if e.unit.unit_type is UnitType.CHARITY)
    office = next(
        e
        for e in entries
        if e.unit.unit_type is UnitType.OFFICE and e.unit.mode is UnitMode.ONLINE and len(e.kinds) > 1
    )
    return [here, elsewhere, charity, office]


@cache
def _keys(province: str) -> tuple[Authority, SealingKey, tuple[SealingKey, ...]]:
    """Made once a test process: keys and seals are slow to make and do not depend on the database."""
    at = now()
    authority = make_demonstration_authority(MASTER, at, "内蒙古自治区")
    department = _key(authority, "内蒙古自治区财政厅", "ES15000000000001", "财政票据监制章")
    units = tuple(
        _key(authority, entry.unit.name, f"ES{entry.unit.uscc}", f"{entry.unit.name}票据专用章")
        for entry in _chosen(province)
    )
    return authority, department, units


def _key(authority: Authority, owner: str, seal_id: str, seal_name: str) -> SealingKey:
    return make_sealing_key(
        MASTER,
        authority,
        owner_name=owner,
        province="内蒙古自治区",
        seal_id=seal_id,
        seal_name=seal_name,
        image=SealImage(format="png", data=_picture(), width_mm=40, height_mm=40),
        at=now(),
    )


@cache
def _picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGBA", (40, 40), (200, 30, 30, 128)).save(buffer, "PNG")
    return buffer.getvalue()


async def settle_training(database: Database) -> Province:
    """The same for a training site: a province of code 99 in a database that is marked."""
    async with database.system() as connection:
        await begin_training(connection, acting=demo.ACTING)
    return await settle(database, TRAINING_PROVINCE)


async def settle(database: Database, province: str = PROVINCE) -> Province:
    """Write the small province into a migrated, empty database."""
    authority, department, unit_keys = _keys(province)
    residents: list[Resident] = []
    async with database.system() as connection:
        catalog = await lay_ground(connection, province)
        # Most tests are not about files; those that are mark the kinds themselves.
        kinds = [msgspec.structs.replace(kind, needs_evidence=False) for kind in catalog.kinds.values()]
        await save_kinds(connection, kinds, acting=demo.ACTING)
        await store_key(connection, ("authority", "root"), authority.root, acting=demo.ACTING)
        await store_key(connection, ("maker", "maker"), authority.maker, acting=demo.ACTING)
        await store_key(connection, ("department", province), department, acting=demo.ACTING)
        for entry, key in zip(_chosen(province), unit_keys, strict=True):
            unit = await admit_unit(connection, entry, catalog)
            await store_key(connection, ("unit", unit.uscc), key, acting=demo.ACTING)
            residents.append(Resident(unit=unit, entry=entry))
    hospital, other_hospital, charity, office = residents
    return Province(
        hospital=hospital, other_hospital=other_hospital, charity=charity, office=office, authority=authority
    )
