"""申领 in its states: granted by a person, shortened by the audit, refused, and waiting.

Some hospitals and universities got a kind that they never used. The steps are taken through the rooms' verbs. A build that was cut off
goes on where it was: requests have numbers of their own.
"""

from collections.abc import Sequence

from mingpiao.catalog.model import Catalog
from mingpiao.demo.acting import ACTING
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, handler_of, manager_of, officer_of
from mingpiao.supply.model import Requisition, RequisitionState, WantedNumbers
from mingpiao.supply.service import grant_requisition, request_numbers, set_supply_order
from mingpiao.units.service import grant_kinds
from mingpiao.writeoff.service import unit_stops

#: By profile: the kind that is new to its units, and what for.
_NEW = {"hospital": ("0105", "进修培训收费"), "university": ("0301", "校友捐赠")}
#: So many units of a profile are looked at.
_UNITS = 3
#: The monthly use that the first hospital stated, and its department approved.
_ESTIMATE = 200


async def bring_requisitions(services: DemoServices, members: Sequence[Member]) -> None:
    """Bring one request of each state, as far as there are units that get numbers, and some that do not."""
    chosen = {name: [each for each in members if each[1].profile == name][:_UNITS] for name in _NEW}
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        units = [(unit.unit_id, _NEW[name][0]) for name, ones in chosen.items() for unit, _ in ones]
        for unit_id, kind in units:
            await grant_kinds(connection, unit_id, [kind], catalog, acting=ACTING)
        stopped = {unit_id for unit_id, _ in units if (await unit_stops(connection, unit_id)).supply}
    hospitals, universities = chosen["hospital"], chosen["university"]
    for member in hospitals[:1]:
        await _order(services, member)
    for member in [each for each in hospitals if each[0].unit_id in stopped][:1]:
        await _ask(services, member, "SL-0001", quantity=600, estimate=_ESTIMATE)
    for member in [each for each in hospitals if each[0].unit_id not in stopped][:1]:
        await _be_granted(services, member, catalog)
    for member in [each for each in universities if each[0].unit_id not in stopped][:1]:
        await _ask(services, member, "SL-0002", quantity=500, estimate=150)


async def _be_granted(services: DemoServices, member: Member, catalog: Catalog) -> None:
    """Granted by a person, who approves the use as well; shortened by the audit then; and enough in the end."""
    asked = await _ask(services, member, "SL-0002", quantity=600, estimate=_ESTIMATE)
    if asked.state is RequisitionState.REVIEW:
        async with services.database.system() as connection:
            await grant_requisition(
                connection,
                asked.requisition_id,
                asked.quantity,
                catalog,
                estimate=_ESTIMATE,
                revision=asked.revision,
                acting=officer_of(f"{catalog.province}0000"),
            )
    await _ask(services, member, "SL-0003", quantity=5_000)
    await _ask(services, member, "SL-0004", quantity=2_000)


async def _order(services: DemoServices, member: Member) -> None:
    async with services.database.system() as connection:
        await set_supply_order(
            connection,
            member[0].unit_id,
            _NEW[member[1].profile][0],
            _ESTIMATE,
            active=True,
            acting=manager_of(member),
        )


async def _ask(
    services: DemoServices,
    member: Member,
    number: str,
    *,
    quantity: int,
    estimate: int | None = None,
) -> Requisition:
    kind, purpose = _NEW[member[1].profile]
    wanted = WantedNumbers(
        kind_code=kind, quantity=quantity, purpose=purpose, request_no=number, estimate=estimate
    )
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        return await request_numbers(
            connection, member[0].unit_id, wanted, catalog, acting=handler_of(member)
        )
