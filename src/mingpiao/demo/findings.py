"""What 智能分析 and 关联分析 find in the last closed month: two handlers of a hospital reverse each other's bills, and
another hospital reverses what it issued and issues it again.

The bills are issued before the month is written off, with all others of the month; the analysis runs afterwards, as a
worker does at night.
"""

from collections.abc import Mapping, Sequence
from random import Random

import msgspec

from mingpiao.demo.backing import Shelf
from mingpiao.demo.bills import requests
from mingpiao.demo.first_day import IssuedDemoBill, issue, reverse
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member
from mingpiao.issuing.model import IssueRequest, ReversalRequest
from mingpiao.kernel.clock import today

#: Which unit of a profile, by its place among them, does what.
_PAIR, _AGAIN = ("hospital", 4), ("hospital", 5)
_BILLS = 8
_HANDLERS = ("高原", "何静")


async def stand_out(services: DemoServices, shelf: Shelf, members: Sequence[Member]) -> None:
    """Issue and reverse what the analysis is to find, as of the clock."""
    by_place = _by_place(members)
    if _PAIR in by_place:
        drawn = await _drawn(services, shelf, by_place[_PAIR])
        own = [msgspec.structs.replace(each, handler=_HANDLERS[n % 2]) for n, each in enumerate(drawn)]
        issued = await _issue(services, by_place[_PAIR], own)
        other = dict(zip(_HANDLERS, reversed(_HANDLERS), strict=True))
        await _reverse(services, by_place[_PAIR], issued, other)
    if _AGAIN in by_place:
        drawn = await _drawn(services, shelf, by_place[_AGAIN])
        issued = await _issue(services, by_place[_AGAIN], drawn)
        await _reverse(services, by_place[_AGAIN], issued, {})
        again = [
            msgspec.structs.replace(each.request, business_no=f"{each.request.business_no}R")
            for each in issued
        ]
        await _issue(services, by_place[_AGAIN], again)


def _by_place(members: Sequence[Member]) -> dict[tuple[str, int], Member]:
    found: dict[tuple[str, int], Member] = {}
    for member in members:
        profile = member[1].profile
        found[profile, sum(known == profile for known, _ in found)] = member
    return found


async def _drawn(services: DemoServices, shelf: Shelf, member: Member) -> list[IssueRequest]:
    unit, entry = member
    rng = Random(f"findings:{entry.unit.uscc}")
    drawn = [msgspec.convert(raw, IssueRequest) for raw in requests(entry, rng, _BILLS, today(), prefix="ZN")]
    return list(await shelf.back(unit, drawn, await services.catalog.get(), today()))


async def _issue(
    services: DemoServices, member: Member, wanted: Sequence[IssueRequest]
) -> list[IssuedDemoBill]:
    return await issue(services.desk, member[0].unit_id, wanted)


async def _reverse(
    services: DemoServices, member: Member, issued: Sequence[IssuedDemoBill], other: Mapping[str, str]
) -> None:
    reversals = [
        ReversalRequest(
            code=bill.identity.code,
            number=bill.identity.number,
            reason="项目选错，冲红后重开。",
            handler=other.get(bill.request.handler, bill.request.handler),
        )
        for bill in issued
    ]
    await reverse(services.desk, member[0].unit_id, reversals)


async def bring_findings(services: DemoServices) -> None:
    """Analyse the closed months, as the worker does every night. Safe to repeat."""
    await services.analyst.analyse()
