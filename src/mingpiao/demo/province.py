"""Builds the demonstration province through the verbs of the rooms, so that its data is like any other."""

from collections.abc import Sequence
from datetime import datetime, time

from mingpiao.demo.accounts import DemoAccount
from mingpiao.demo.acting import ACTING
from mingpiao.demo.alerts import bring_alerts
from mingpiao.demo.backing import open_shelf
from mingpiao.demo.batches import bring_batch
from mingpiao.demo.cases import bring_cases
from mingpiao.demo.certificates import certify
from mingpiao.demo.checking import bring_checks
from mingpiao.demo.findings import bring_findings
from mingpiao.demo.first_day import batches, first_requests, issue, reverse_some
from mingpiao.demo.former import bring_former
from mingpiao.demo.ground import admit_unit, lay_ground
from mingpiao.demo.history import bring_history, records_begin
from mingpiao.demo.inspections import bring_inspections
from mingpiao.demo.levels import pass_numbers_down
from mingpiao.demo.paper import bring_paper
from mingpiao.demo.progress import DemoProgress
from mingpiao.demo.regions import PROVINCE
from mingpiao.demo.samples import write_samples
from mingpiao.demo.seals import give_department_seal, give_unit_seal, stand_up_authority
from mingpiao.demo.services import DemoServices, open_demo_services
from mingpiao.demo.staff import HEAD, WATCHER, Member, open_accounts
from mingpiao.demo.statements import write_statements
from mingpiao.demo.supply import bring_requisitions
from mingpiao.demo.tips import bring_tips, bring_watches
from mingpiao.demo.ukeys import bring_ukeys
from mingpiao.demo.units import DemoUnit, demo_units, shares
from mingpiao.founding.service import begin_training
from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.kernel.codes import TRAINING_PROVINCE
from mingpiao.rules.service import install_library, library_rules
from mingpiao.settings import Settings
from mingpiao.storage.database import Database
from mingpiao.verification.service import export_certificates

#: Bills of the first working day.
BILLS = 2_000


async def build(
    settings: Settings, progress: DemoProgress, *, bills: int = BILLS, units: Sequence[DemoUnit] = ()
) -> list[DemoAccount]:
    """Build the province in a migrated database: three months that are over, and its first day of bills.

    That of a training site is one that does not exist, in a database that is marked for it first.
    `units` are by default all of the demonstration's; the list needs at least one unit of each profile with
    staff.

    Returns who can sign in, with passwords. An interrupted build continues where it stopped; one with
    accounts is refused (`account.username_taken`), as nobody knows their passwords any more. Raises `Refusal` or the database's
    errors.
    """
    province = TRAINING_PROVINCE if settings.training else PROVINCE
    home = settings.data_dir if settings.training else settings.data_dir / "demo"
    if settings.training:
        await _begin_training(settings.database_url)
    async with open_demo_services(settings) as services:
        members = await _settle(services, units or demo_units(province), province, progress)
        async with services.database.system() as connection:
            folder = home / "certificates"
            await export_certificates(connection, folder, services.settings.site_url())
        await _supervise(services, progress)
        await bring_history(services, open_shelf(services), members, bills, progress)
        await bring_findings(services)
        await bring_alerts(services, open_shelf(services), members)
        await _work(services, members, bills, progress)
        await _certify(services, members, progress)
        await bring_cases(services, open_shelf(services), members, today())
        await bring_checks(services, open_shelf(services), members, today())
        await bring_batch(services, members)
        write_samples(home / "evidence", members, today())
        await write_statements(services, home / "statements", members)
        await bring_former(services, home / "former", members)
        await bring_requisitions(services, members)
        await pass_numbers_down(services, members)
        await bring_paper(services, members)
        await bring_tips(services, members)
        catalog = await services.catalog.get()
        async with services.database.system() as connection:
            accounts = await open_accounts(connection, catalog, members, services.master_key, progress)
            await bring_watches(connection, members, WATCHER)
        await bring_inspections(services, members, WATCHER)
        await bring_ukeys(services)
        return accounts


async def _begin_training(url: str) -> None:
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            await begin_training(connection, acting=ACTING)
    finally:
        await database.close()


async def _settle(
    services: DemoServices, entries: Sequence[DemoUnit], province: str, progress: DemoProgress
) -> list[Member]:
    """Make everything that must exist before the first bill."""
    # Keys are valid from the oldest month on, whose bills they seal.
    stage, at = "登记用票单位并制章", datetime.combine(records_begin(), time.min, SHANGHAI)
    master = services.master_key
    async with services.database.system() as connection:
        catalog = await lay_ground(connection, province)
        authority = await stand_up_authority(connection, master, at, province)
        department = catalog.departments[province]
        await give_department_seal(connection, department, authority=authority, master=master, at=at)
    members: list[Member] = []
    progress(stage, 0, len(entries))
    for entry in entries:
        async with services.database.system() as connection:
            unit = await admit_unit(connection, entry, catalog, at)
            await give_unit_seal(connection, unit, authority=authority, master=master, at=at)
        members.append((unit, entry))
        progress(stage, len(members), len(entries))
    return members


async def _supervise(services: DemoServices, progress: DemoProgress) -> None:
    """Approve the library's rules as the province's own, by another person than their author."""
    progress("安装监管规则库", 0, 1)
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        await install_library(connection, catalog, library_rules(), acting=HEAD)
    progress("安装监管规则库", 1, 1)


async def _work(services: DemoServices, members: list[Member], bills: int, progress: DemoProgress) -> None:
    """Issue the first working day's bills of all units."""
    counts = shares(bills, [entry for _, entry in members])
    stage, done, day = "开具票据", 0, today()
    shelf, catalog = open_shelf(services), await services.catalog.get()
    progress(stage, done, bills)
    for unit, entry in members:
        for batch in batches(first_requests(entry, counts[entry.ordinal], day)):
            backed = await shelf.back(unit, batch, catalog, day)
            standing = await issue(services.desk, unit.unit_id, backed)
            await reverse_some(services.desk, unit.unit_id, standing)
            done += len(batch)
            progress(stage, done, bills)


async def _certify(services: DemoServices, members: list[Member], progress: DemoProgress) -> None:
    """Make 资质证书 of all units; after the first bills, because one unit's has expired."""
    stage = "登记资质证书"
    progress(stage, 0, len(members))
    for done, (unit, entry) in enumerate(members, start=1):
        await certify(services, unit, entry)
        progress(stage, done, len(members))
